// Package fastsmstest is a FastSMS service for tests and benchmarks: it takes
// texts in memory, remembers each of them, and misbehaves when told to.
//
//	service := fastsmstest.New("token")
//	server := httptest.NewServer(service)
//	… url=server.URL token=token …
//	service.Texts(), service.Doubled()
package fastsmstest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Text is one text that the service took, for one number.
type Text struct {
	To, From, Body string
	IDs            []string // one for each part
	Scheduled      string   // ScheduleDate as it came
	At             time.Time
}

// inbound is a text that the account received.
type inbound struct {
	id, from, body string
	at             time.Time
}

// Fault is how one call goes wrong.
type Fault uint8

const (
	// None answers as documented.
	None Fault = iota
	// TakeAndReset takes the texts and resets the connection instead of answering.
	TakeAndReset
	// Reset resets the connection without taking anything.
	Reset
	// TakeAndHang takes the texts and answers nothing until the caller leaves.
	TakeAndHang
	// Hang does the same without taking anything.
	Hang
	// TakeAndFail takes the texts and answers 500.
	TakeAndFail
	// Throttle answers 429 with Retry-After: 1 without taking anything.
	Throttle
)

// Service is an http.Handler for the FastSMS API: Send, CheckMessageStatus,
// CancelMessage, CheckCredits and Report (Messages, InboundMessages) by POST. It counts parts as if every text
// were ASCII. The zero value is not ready; use [New].
type Service struct {
	token string

	mu      sync.Mutex
	lastID  int64
	calls   int
	actions map[string]int
	inbound []inbound
	noIDs   bool
	now     func() time.Time
	texts   []Text
	states  map[string]string // by id, where it is not "Sent"
	refused map[string]string // code by number
	credits int               // -1 is without end
	latency time.Duration
	fault   func(call int) Fault
}

// New returns a service that accepts that token only.
func New(token string) *Service {
	return &Service{token: token, lastID: 10_000_000, states: map[string]string{}, refused: map[string]string{}, credits: -1,
		actions: map[string]int{}, now: time.Now}
}

// Refuse answers texts to a number (digits) with that code from now on.
func (s *Service) Refuse(number, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[number] = code
}

// SetCredits gives the account that many parts to send; -1 is without end.
func (s *Service) SetCredits(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.credits = n
}

// SetStatus makes CheckMessageStatus answer that word for an id.
func (s *Service) SetStatus(id, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[id] = word
}

// SetLatency makes every call take that long.
func (s *Service) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// SetFault asks fault how each call of Send shall go; call counts from 1. nil
// ends the faults. fault is called with the service locked.
func (s *Service) SetFault(fault func(call int) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Receive has somebody text the account, now.
func (s *Service) Receive(from, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	s.inbound = append(s.inbound, inbound{strconv.FormatInt(s.lastID, 10), from, body, s.now()})
}

// SetClock changes the service's clock.
func (s *Service) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// HideIDs leaves the ids of received texts out of the report.
func (s *Service) HideIDs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noIDs = true
}

// Asked is how often an action was called, in lower case: "report".
func (s *Service) Asked(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.actions[action]
}

// Texts returns what was taken so far, in order.
func (s *Service) Texts() []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Text(nil), s.texts...)
}

// Count is how many texts were taken so far.
func (s *Service) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.texts)
}

// Calls is how many calls of Send came so far, failed ones included.
func (s *Service) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Doubled returns the number and body of each text that was taken more than
// once, with how often.
func (s *Service) Doubled() map[[2]string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := make(map[[2]string]int, len(s.texts))
	for _, t := range s.texts {
		times[[2]string{t.To, t.Body}]++
	}
	for k, n := range times {
		if n == 1 {
			delete(times, k)
		}
	}
	return times
}

// ServeHTTP answers one call. GET is refused with 405: a token has no place in
// a URL.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	latency := s.latency
	s.mu.Unlock()
	if latency > 0 {
		time.Sleep(latency)
	}
	w.Header()["Content-Type"] = []string{"text/plain"}
	if r.PostForm.Get("Token") != s.token {
		fmt.Fprint(w, "-501")
		return
	}
	action := strings.ToLower(r.PostForm.Get("Action"))
	s.mu.Lock()
	s.actions[action]++
	s.mu.Unlock()
	switch action {
	case "report":
		fmt.Fprint(w, s.report(r.PostForm.Get("ReportType"), r.PostForm.Get("From"), r.PostForm.Get("To")))
	case "send":
		s.send(w, r)
	case "checkmessagestatus":
		fmt.Fprint(w, s.status(r.PostForm.Get("MessageID")))
	case "cancelmessage":
		fmt.Fprint(w, s.cancel(r.PostForm.Get("MessageID")))
	case "checkcredits":
		fmt.Fprint(w, s.balance())
	default:
		fmt.Fprint(w, "-502")
	}
}

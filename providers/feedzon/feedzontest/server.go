// Package feedzontest is a feedzon SMS service for tests: it takes texts in
// memory, remembers each of them, and has people answer.
//
//	service := feedzontest.New("key")
//	server := httptest.NewServer(service)
//	… url=server.URL key=key …
package feedzontest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Text is one text that the service took.
type Text struct {
	To, From, Body, Reference string
	Repliable                 bool
}

// message is one that came in.
type message struct {
	cursor                int64
	reference, from, body string
	at                    time.Time
}

// Service is an http.Handler for SendMessage, GetMessageStatus and
// GetMessageList. The zero value is not ready; use [New].
type Service struct {
	key  string
	zone *time.Location

	mu       sync.Mutex
	last     int64
	calls    map[string]int // by method
	texts    []Text
	states   map[string]string
	messages []message
	page     int
}

// New returns a service that accepts that key only.
func New(key string) *Service {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		zone = time.UTC
	}
	return &Service{key: key, zone: zone, last: 112233445566000, calls: map[string]int{}, states: map[string]string{}}
}

// SetStatus makes GetMessageStatus answer that value for a reference.
func (s *Service) SetStatus(reference, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[reference] = value
}

// SetPage bounds the messages of one answer to GetMessageList; 0 is all.
func (s *Service) SetPage(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = n
}

// Receive has somebody text us; reference is what they answer, "" for nothing.
func (s *Service) Receive(from, body, reference string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.messages = append(s.messages, message{cursor: s.last, reference: reference, from: from, body: body, at: time.Now()})
}

// Texts returns what was taken so far, in order.
func (s *Service) Texts() []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Text(nil), s.texts...)
}

// Calls is how often a method was called.
func (s *Service) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// ServeHTTP answers one call. Methods and parameters are known in exactly the
// case that the specification writes.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain")
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	s.calls[method]++
	q := r.URL.Query()
	answer := `"-1"`
	if r.Method != http.MethodGet {
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
		return
	}
	switch method {
	case "SendMessage.fz":
		answer = s.authorised(q, s.send)
	case "GetMessageStatus.fz":
		answer = s.authorised(q, s.status)
	case "GetMessageList.fz":
		answer = s.authorised(q, s.list)
	}
	fmt.Fprint(w, answer)
}

func param(q url.Values, short, long string) string {
	if v := q.Get(short); v != "" {
		return v
	}
	return q.Get(long)
}

func (s *Service) authorised(q url.Values, do func(url.Values) string) string {
	switch param(q, "key", "ServiceKey") {
	case "":
		return `"1010"`
	case s.key:
		return do(q)
	}
	return `"1000"`
}

func (s *Service) send(q url.Values) string {
	number, body := param(q, "number", "Number"), param(q, "message", "Message")
	if len(number) < 7 || strings.Trim(number, "0123456789") != "" || body == "" {
		return `"1010"`
	}
	s.last++
	t := Text{To: number, Body: body, From: param(q, "sender", "Sender"), Reference: strconv.FormatInt(s.last, 10)}
	t.Repliable = t.From == "" && param(q, "repliable", "Repliable") == "1"
	s.texts = append(s.texts, t)
	return "\"0\"\n\"" + t.Reference + `"`
}

func (s *Service) status(q url.Values) string {
	ref := param(q, "reference", "Reference")
	if ref == "" {
		return `"1010"`
	}
	value := s.states[ref]
	if value == "" {
		value = "70"
		for _, t := range s.texts {
			if t.Reference == ref {
				value = "0"
			}
		}
	}
	return fmt.Sprintf("\"0\"\n\"%s\", \"%s\"", ref, value)
}

func (s *Service) list(q url.Values) string {
	after, _ := strconv.ParseInt(param(q, "cursor", "Cursor"), 10, 64)
	var b strings.Builder
	n := 0
	for _, m := range s.messages {
		if m.cursor <= after || s.page > 0 && n == s.page {
			continue
		}
		n++
		body := strings.NewReplacer("\n", `\n`, `"`, `""`).Replace(m.body)
		fmt.Fprintf(&b, "\n\"%d\", \"%s\", \"%s\", \"%s\", \"%s\"", m.cursor, m.reference, m.at.In(s.zone).Format("2006.01.02 15:04:05"), m.from, body)
	}
	if n == 0 {
		return `"1030"`
	}
	return `"0"` + b.String()
}

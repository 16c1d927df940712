package fastsmstest

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (s *Service) send(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls++
	fault := None
	if s.fault != nil {
		fault = s.fault(s.calls)
	}
	var answer string
	switch fault {
	case None, TakeAndReset, TakeAndHang, TakeAndFail:
		answer = s.take(r)
	}
	s.mu.Unlock()

	switch fault {
	case None:
		fmt.Fprint(w, answer)
	case TakeAndReset, Reset:
		resetConnection(w)
	case TakeAndHang, Hang:
		<-r.Context().Done()
	case TakeAndFail:
		http.Error(w, "fault", http.StatusInternalServerError)
	case Throttle:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "slower", http.StatusTooManyRequests)
	}
}

// take takes the text for each of the numbers and returns the answer. The
// service is locked.
func (s *Service) take(r *http.Request) string {
	get := r.PostForm.Get
	if get("Body") == "" {
		return "-404"
	}
	if v := get("ValidityPeriod"); v != "" {
		if n, err := strconv.Atoi(v); err != nil || n <= 0 || n > 86400 {
			return "-405"
		}
	}
	date := get("ScheduleDate")
	if date != "" {
		if _, err := time.Parse("20060102150405", date); err != nil {
			return "-407"
		}
	}
	parts := 1
	if n := len(get("Body")); n > 160 {
		parts = (n + 152) / 153
	}
	numbers := strings.Split(get("DestinationAddress"), ",")
	answers := make([]string, 0, len(numbers))
	for _, to := range numbers {
		code := s.refused[to]
		switch {
		case code != "":
		case len(to) < 7 || strings.Trim(to, "0123456789") != "":
			code = "-401"
		case s.credits >= 0 && s.credits < parts:
			code = "-100"
		}
		if code != "" {
			answers = append(answers, code)
			continue
		}
		if s.credits >= 0 {
			s.credits -= parts
		}
		t := Text{To: to, From: get("SourceAddress"), Body: get("Body"), Scheduled: date, IDs: make([]string, parts), At: s.now()}
		for i := range t.IDs {
			s.lastID++
			t.IDs[i] = strconv.FormatInt(s.lastID, 10)
			if date != "" {
				s.states[t.IDs[i]] = "Scheduled"
			}
		}
		s.texts = append(s.texts, t)
		if get("GetAllMessageIDs") == "1" {
			answers = append(answers, t.IDs...)
		} else {
			answers = append(answers, t.IDs[0])
		}
	}
	return strings.Join(answers, ",")
}

func (s *Service) status(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if word := s.states[id]; word != "" {
		return word
	}
	if !s.known(id) {
		return "-503"
	}
	return "Sent"
}

// report writes the rows between two dates on London's clock.
func (s *Service) report(kind, first, last string) string {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return "-300"
	}
	const layout = "20060102150405"
	if _, err := time.Parse(layout, first); err != nil {
		return "-504"
	}
	if _, err := time.Parse(layout, last); err != nil || last < first {
		return "-505"
	}
	within := func(at time.Time) bool {
		shown := at.In(london).Format(layout)
		return shown >= first && shown <= last
	}
	const dates = "02/01/2006 15:04:05"
	var b strings.Builder
	s.mu.Lock()
	defer s.mu.Unlock()
	switch strings.ToLower(kind) {
	case "messages":
		b.WriteString("MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date\n")
		for _, t := range s.texts {
			if !within(t.At) {
				continue
			}
			for _, id := range t.IDs {
				word := s.states[id]
				if word == "" {
					word = "Sent"
				}
				fmt.Fprintf(&b, "%s,user,%s,%s,%s,,%s,\n", id, t.To, t.From, word, t.At.In(london).Format(dates))
			}
		}
	case "inboundmessages":
		b.WriteString("MessageID,From,Number,Message,Received Date,Status\n")
		for _, in := range s.inbound {
			if !within(in.at) {
				continue
			}
			id := in.id
			if s.noIDs {
				id = ""
			}
			body := strings.NewReplacer("\n", " ", `"`, `""`).Replace(in.body)
			fmt.Fprintf(&b, "%s,%s,447700900777,\"%s\",%s,Received\n", id, in.from, body, in.at.In(london).Format(dates))
		}
	default:
		return "-601"
	}
	return b.String()
}

// cancel takes back what is scheduled, nothing else.
func (s *Service) cancel(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.states[id] != "Scheduled" {
		return "-503"
	}
	s.states[id] = "Cancelled"
	return "1"
}

func (s *Service) known(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && n > 10_000_000 && n <= s.lastID
}

func (s *Service) balance() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.credits < 0 {
		return "100000.00"
	}
	return strconv.Itoa(s.credits) + ".00"
}

// resetConnection drops the connection of a request with a TCP reset.
func resetConnection(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

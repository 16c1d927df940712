// Package mailtest is a mail server on loopback that keeps what it is given.
package mailtest

import (
	"bufio"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"sync"
)

// Server speaks as much SMTP as a client needs, without protection.
type Server struct {
	Host string
	Port int
	// Refuse is answered to every recipient, "" to take them: "550 no such box".
	Refuse string

	listener net.Listener
	mu       sync.Mutex
	mails    []Mail
	refused  func(to string) string
	open     map[net.Conn]bool
	work     sync.WaitGroup
}

// Mail is one message as it came.
type Mail struct{ From, To, Text string }

// New starts a server; Close ends it.
func New() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, listener: l, open: map[net.Conn]bool{}}
	s.work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.work.Go(func() { s.talk(conn) })
		}
	})
	return s, nil
}

// Close hangs up on everybody.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}

// SetRefused says what is answered to each recipient, "" to take it.
func (s *Server) SetRefused(answer func(to string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = answer
}

func (s *Server) refuses(rcpt string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused != nil {
		return s.refused(strings.Trim(strings.TrimPrefix(rcpt, "TO:"), "<>"))
	}
	return s.Refuse
}

// Mails are what has come, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

func (s *Server) talk(conn net.Conn) {
	s.mu.Lock()
	s.open[conn] = true
	s.mu.Unlock()
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
	}()
	r := textproto.NewReader(bufio.NewReader(conn))
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 mailtest")
	var m Mail
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO", "HELO":
			say("250 mailtest")
		case "MAIL":
			m = Mail{From: rest}
			say("250 ok")
		case "RCPT":
			if no := s.refuses(rest); no != "" {
				say(no)
				continue
			}
			m.To = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
			say("250 ok")
		case "DATA":
			say("354 go on")
			text, err := r.ReadDotBytes()
			if err != nil {
				return
			}
			m.Text = string(text)
			s.mu.Lock()
			s.mails = append(s.mails, m)
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

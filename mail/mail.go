// Package mail hands e-mails to the organisation's own server. It knows nothing
// of the desk.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// timeout bounds the whole conversation with the server, but for a file.
const timeout = 20 * time.Second

// Security is how the connection to the server is protected.
type Security string

// What a server can be asked for.
const (
	StartTLS Security = "starttls" // plain at first, and nothing goes before it is protected
	TLS      Security = "tls"      // from the first byte
	None     Security = "none"     // for a server on the same machine
)

// Server is where e-mails are handed in.
type Server struct {
	Host     string
	Port     int // 0 is 587, 465 or 25, as Security has it
	Security Security
	Username string // "" to say nothing of oneself
	Password string
	From     string // "Textdesk <desk@oakfield.example>"
}

// Message is an e-mail to one address: plain text, and with a brand also the
// same words as the organisation looks.
type Message struct {
	To, Subject, Text string
	Brand             *Brand // nil for plain text alone
	Attachment        *Attachment
	// ID is the same for the same e-mail however often it is handed over, so that
	// whoever gets it twice need not show it twice: "report-12-1780000000000". "" for
	// one of its own.
	ID string
}

// Attachment is a file that goes with an e-mail.
type Attachment struct {
	Name, MIME string // "messages.csv", "text/csv; charset=utf-8"
	Data       []byte
}

// patience is how long a server may take: longer for a file, at 64 kB a second.
func (m Message) patience() time.Duration {
	if m.Attachment == nil {
		return timeout
	}
	return timeout + time.Duration(len(m.Attachment.Data)>>16)*time.Second
}

// ErrNoSuchBox is a server that would not take an e-mail for its recipient, and
// says that it never will.
var ErrNoSuchBox = errors.New("it is not taken for this address")

// CheckAddress reports what is wrong with an e-mail address, with or without a
// name before it.
func CheckAddress(address string) error {
	return gomail.NewMsg().From(address)
}

// Send hands a message over. When it returns nil the server has it; an error says
// in plain words what the server or the way there did not like. A password never
// goes over a connection that is not protected, unless to this very machine.
func Send(ctx context.Context, s Server, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.From); err != nil {
		return fmt.Errorf("the sender's address: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return fmt.Errorf("the recipient's address: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.Brand != nil {
		if err := m.Brand.dress(msg, m.Text); err != nil {
			return err
		}
	}
	if a := m.Attachment; a != nil {
		if err := msg.AttachReader(a.Name, bytes.NewReader(a.Data), gomail.WithFileContentType(gomail.ContentType(a.MIME))); err != nil {
			return fmt.Errorf("the attached file: %w", err)
		}
	}
	if m.ID != "" {
		msg.SetMessageIDWithValue(m.ID + "@" + domain(s.From))
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that nobody's holiday reply comes back
	client, err := s.client(m.patience())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.patience())
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		_ = client.Close() // where it got as far as a connection
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s does not answer", s.Host)
		}
		var refused *gomail.SendError
		if errors.As(err, &refused) && refused.Reason == gomail.ErrSMTPRcptTo && !refused.IsTemp() {
			return noSuchBox{fmt.Errorf("%s: %w", s.Host, err)}
		}
		return fmt.Errorf("%s: %w", s.Host, err)
	}
	return nil
}

// noSuchBox is ErrNoSuchBox with what the server said, which is shown.
type noSuchBox struct{ error }

func (noSuchBox) Is(err error) bool { return err == ErrNoSuchBox }

// domain is that of an address, for the e-mail's id.
func domain(from string) string {
	if a, err := netmail.ParseAddress(from); err == nil {
		return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	}
	return "textdesk.invalid"
}

func (s Server) client(patience time.Duration) (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithTimeout(patience)}
	port := 587
	switch s.Security {
	case TLS:
		options, port = append(options, gomail.WithSSL()), 465
	case None:
		options, port = append(options, gomail.WithTLSPolicy(gomail.NoTLS)), 25
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Port != 0 {
		port = s.Port
	}
	options = append(options, gomail.WithPort(port))
	if s.Username != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.Security == None {
			if ip := net.ParseIP(s.Host); s.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
				return nil, errors.New("a password is not sent over a connection that is not protected; choose STARTTLS or TLS")
			}
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", net.JoinHostPort(s.Host, strconv.Itoa(port)), err)
	}
	return client, nil
}

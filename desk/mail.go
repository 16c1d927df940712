package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"textdesk/db"
	"textdesk/mail"
)

const (
	keyMail        = "mail" // JSON, sealed with the secret key
	keyMailProblem = "mail_problem"
)

// MailServer is where the desk hands in the e-mails that it writes: the
// organisation's own server.
type MailServer struct {
	Host     string
	Port     int // 0 is the usual one
	Security mail.Security
	Username string
	// Password is "" when it is shown; saving "" keeps the one that is stored.
	Password string
	From     string
}

// Set reports whether there is a server.
func (m MailServer) Set() bool { return m.Host != "" }

// MailServer returns the server without its password, and what was wrong the
// last time an alert was to be sent, "" for nothing. For administrators.
func (d *Desk) MailServer(ctx context.Context, a Actor) (m MailServer, problem string, err error) {
	if !a.Admin() {
		return MailServer{}, "", ErrForbidden
	}
	if m, err = d.mailServer(ctx); errors.Is(err, ErrWrongKey) {
		return MailServer{}, err.Error(), nil
	} else if err != nil {
		return MailServer{}, "", err
	}
	m.Password = ""
	problem, err = d.setting(ctx, keyMailProblem)
	return m, problem, err
}

// SaveMailServer stores the server; an empty host forgets it. For
// administrators.
func (d *Desk) SaveMailServer(ctx context.Context, a Actor, m MailServer) error {
	if !a.Admin() {
		return ErrForbidden
	}
	m, err := d.checkMail(ctx, m)
	if err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mail server: %w", err)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.DeleteSetting(ctx, keyMailProblem); err != nil {
			return err
		}
		if !m.Set() {
			if err := tx.DeleteSetting(ctx, keyMail); err != nil {
				return err
			}
			return d.audit(ctx, tx, a, "settings.mail", "", "none")
		}
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: keyMail, Value: d.vault.seal(keyMail, string(text))}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "settings.mail", m.Host, string(m.Security))
	})
}

// TestMail sends an e-mail to the actor's own address by way of a server that is
// not stored yet. The refusal says what the server did not like. For
// administrators.
func (d *Desk) TestMail(ctx context.Context, a Actor, m MailServer) error {
	if !a.Admin() {
		return ErrForbidden
	}
	if a.User.Email == "" {
		return ErrNoOwnEmail
	}
	m, err := d.checkMail(ctx, m)
	if err != nil {
		return err
	}
	if !m.Set() {
		return ErrBadMailHost
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	brand, err := d.mailBrand(ctx, set)
	if err != nil {
		return err
	}
	err = mail.Send(ctx, m.server(), mail.Message{To: a.User.Email, Brand: brand, Subject: "A test of the text desk's e-mails",
		Text: "If you can read this, " + set.name() + " can send you e-mails: when somebody runs low on credits or has not been seen for long, and when a web page does not take the texts that it is forwarded.\n"})
	if err != nil {
		return ErrMailRefused.because("The e-mail was not taken: %s.", strings.TrimSuffix(err.Error(), "."))
	}
	return nil
}

// checkMail tidies what was typed, with the stored password where none was.
func (d *Desk) checkMail(ctx context.Context, m MailServer) (MailServer, error) {
	m.Host, m.Username, m.From = strings.TrimSpace(m.Host), strings.TrimSpace(m.Username), strings.TrimSpace(m.From)
	if !m.Set() {
		return MailServer{}, nil
	}
	var bad []*Refusal
	if strings.ContainsAny(m.Host, " /:@\t") && !strings.Contains(m.Host, "::") {
		bad = append(bad, ErrBadMailHost)
	}
	if m.Port < 0 || m.Port > 65535 {
		bad = append(bad, ErrBadMailPort)
	}
	switch m.Security {
	case mail.StartTLS, mail.TLS, mail.None:
	default:
		bad = append(bad, ErrBadMailSecurity)
	}
	if mail.CheckAddress(m.From) != nil {
		bad = append(bad, ErrBadMailFrom)
	}
	if len(bad) > 0 {
		return MailServer{}, refused(bad)
	}
	if m.Password == "" && m.Username != "" {
		// Only for the server that it was given for: it must not be sent elsewhere.
		was, err := d.mailServer(ctx)
		if err != nil && !errors.Is(err, ErrWrongKey) {
			return MailServer{}, err
		}
		if was.Host == m.Host && was.Username == m.Username {
			m.Password = was.Password
		}
	}
	if m.Username == "" {
		m.Password = ""
	}
	return m, nil
}

// hasMailServer reports whether there is a server for e-mails.
func (d *Desk) hasMailServer(ctx context.Context) (bool, error) {
	sealed, err := d.setting(ctx, keyMail)
	return sealed != "", err
}

// mailServer reads the server with its password.
func (d *Desk) mailServer(ctx context.Context) (MailServer, error) {
	sealed, err := d.setting(ctx, keyMail)
	if err != nil || sealed == "" {
		return MailServer{}, err
	}
	text, err := d.vault.open(keyMail, sealed)
	if err != nil {
		return MailServer{}, err
	}
	var m MailServer
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return MailServer{}, fmt.Errorf("decode mail server: %w", err)
	}
	return m, nil
}

func (m MailServer) server() mail.Server {
	return mail.Server{Host: m.Host, Port: m.Port, Security: m.Security, Username: m.Username, Password: m.Password, From: m.From}
}

// SendAlerts e-mails what somebody should be told of, once each, and returns how
// many it told. base is the desk's public address, nil when it is not known.
// Without a mail server it does nothing. What a server does not take is told the
// next time, but for what one of several has got already. An address that the
// server does not know holds up no other; after any other trouble it stops. It is
// the desk's own business, for no actor.
func (d *Desk) SendAlerts(ctx context.Context, base *url.URL) (told int, err error) {
	m, err := d.mailServer(ctx)
	if err != nil || !m.Set() {
		return 0, err
	}
	alerts, err := d.Alerts(ctx)
	if err != nil {
		return 0, err
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	brand, err := d.mailBrand(ctx, set)
	if err != nil {
		return 0, err
	}
	var trouble error
	for _, al := range alerts {
		taken, stop := 0, false
		for _, to := range al.To {
			message := al.words(to, set, base)
			message.Brand = brand
			err := mail.Send(ctx, m.server(), message)
			if err == nil {
				taken++
				continue
			}
			trouble = fmt.Errorf("e-mail an alert: %w", err)
			if stop = !errors.Is(err, mail.ErrNoSuchBox); stop {
				break
			}
		}
		if taken > 0 { // without anybody who has an address it comes again
			if err := d.AlertTold(ctx, al); err != nil {
				return told, err
			}
			told++
		}
		if stop {
			break
		}
	}
	switch {
	case trouble != nil:
		return told, errors.Join(trouble, d.noteMail(ctx, errors.Unwrap(trouble).Error()))
	case told > 0:
		return told, d.noteMail(ctx, "")
	}
	return 0, nil
}

func (d *Desk) noteMail(ctx context.Context, problem string) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if problem == "" {
			return tx.DeleteSetting(ctx, keyMailProblem)
		}
		return tx.SetSetting(ctx, db.SetSettingParams{Key: keyMailProblem, Value: problem})
	})
}

// words are the e-mail about an alert to one of those who should know.
func (al Alert) words(to db.User, set Settings, base *url.URL) mail.Message {
	if al.Kind == AlertForwards {
		return al.forwardWords(to, set, base)
	}
	who := Actor{User: al.User}.Name()
	m := mail.Message{To: to.Email}
	switch {
	case al.Kind == AlertInactive:
		m.Subject = who + " has not been seen for " + someDays(al.User.AlertDays)
		m.Text = fmt.Sprintf("%s was last seen on %s: on the pages or by a script.\n", who, al.Since.In(set.Zone).Format("Monday 2 January 2006"))
	case to.ID == al.User.ID:
		m.Subject = "You have " + thousands(al.User.Balance) + " credits left"
		m.Text = fmt.Sprintf("You asked to be told at %s. Ask your administrator for more before a send is refused.\n", thousands(al.User.CreditReminder))
	default:
		m.Subject = who + " has " + thousands(al.User.Balance) + " credits left"
		m.Text = fmt.Sprintf("%s has no e-mail address, so this goes to you. A send that costs more than they have is refused.\n", who)
	}
	m.Text += "\n" + set.name()
	if base != nil {
		path := "/credits"
		if to.ID != al.User.ID {
			path = "/users"
		}
		m.Text += "\n" + strings.TrimRight(base.String(), "/") + path
	}
	m.Text += "\n"
	return m
}

// name is what the desk calls itself in an e-mail.
func (s Settings) name() string {
	if s.Organisation == "" {
		return "Textdesk"
	}
	return "The text desk of " + s.Organisation
}

func someDays(n int64) string {
	if n == 1 {
		return "a day"
	}
	return fmt.Sprint(n) + " days"
}

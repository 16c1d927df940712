package forward

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Text is a received text as the page on inbound forwarding has it.
type Text struct {
	Source   string    // who wrote, "447700900123"
	Dest     string    // the number that they wrote to
	Body     string    // what they wrote
	ID       int64     // ours; a repeat of the same text has the same
	Received time.Time // in the zone in which it is to be told
	Auth     string    // passed through as it was given
	// Merge is what a distribution list knows of whoever wrote, nil when none
	// was chosen. Of somebody who is not on it all is "".
	Merge *Merge
}

// Merge are the fields of a line of a distribution list.
type Merge struct {
	Name, Email string
	MM          [5]string
}

// Parameters are the names and values of a call, in the order of the page.
func (t Text) Parameters() [][2]string {
	p := [][2]string{
		{"source", t.Source},
		{"dest", t.Dest},
		{"msg", t.Body},
		{"id", strconv.FormatInt(t.ID, 10)},
		{"receivedts", t.Received.Format(time.DateTime)},
		{"auth", t.Auth},
	}
	if t.Merge == nil {
		return p
	}
	p = append(p, [2]string{"MMName", t.Merge.Name}, [2]string{"MMEmail", t.Merge.Email})
	for i, field := range t.Merge.MM {
		p = append(p, [2]string{fmt.Sprintf("MM%d", i+1), field})
	}
	return p
}

// encode writes the parameters as a query or a form. A blank is %20, which
// every reader of either understands; "+" is not one for all.
func (t Text) encode() string {
	var b strings.Builder
	for i, p := range t.Parameters() {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0])
		b.WriteByte('=')
		b.WriteString(percent(p[1]))
	}
	return b.String()
}

func percent(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// ReadURL reads an address to forward to. The error is a sentence without its
// full stop.
func ReadURL(typed string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(typed))
	switch {
	case err != nil:
		return nil, fmt.Errorf("this is not a web address; write it like https://intranet.example/texts")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the address has to begin with https:// or http://")
	case u.User != nil:
		return nil, fmt.Errorf("the address must not have a username or a password in it; put it into the auth text")
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("the address names no host; write it like https://intranet.example/texts")
	}
	if err := asciiHost(u); err != nil {
		return nil, err
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("the address has a port that there is not")
		}
	}
	if _, err := ReadHost(u.Hostname()); err != nil {
		return nil, fmt.Errorf("the address names no host; write it like https://intranet.example/texts")
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

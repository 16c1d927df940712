package providertest

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"textdesk/providers"
)

func (d Dialect) noConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	plain := NewUpstream(t, d.Service)
	for name, url := range map[string]string{
		"refused": "http://" + l.Addr().String() + "/",
		"DNS":     "http://textdesk.invalid/",
		"TLS":     strings.Replace(plain.URL, "http://", "https://", 1),
	} {
		t.Run(name, func(t *testing.T) {
			b := d.open(t, providers.Settings{"url": url})
			_, err := b.send(t, submission(), patience)
			b.check(t, err, providers.Temporary)
		})
	}
}

func (d Dialect) inDoubt(t *testing.T) {
	for name, step := range map[string]Step{
		"hang":            Hang(),
		"closed":          Close(),
		"reset":           Reset(),
		"reset unread":    ResetUnread(),
		"500":             Say(Answer{Status: 500, Body: "fault"}),
		"502 HTML":        Say(Answer{Status: 502, ContentType: "text/html", Body: "<html><h1>Bad Gateway</h1></html>"}),
		"HTML":            Say(Answer{ContentType: "text/html", Body: "<!DOCTYPE html>\n<html><body>Welcome</body></html>"}),
		"empty":           Say(Answer{}),
		"redirect":        Say(Answer{Status: 302, Header: http.Header{"Location": {"/login"}}}),
		"not found":       Say(Answer{Status: 404, Body: "not found"}),
		"no content":      Raw([]byte("HTTP/1.1 204 No Content\r\n\r\n"), true),
		"echo":            Echo(),
		"echo of no HTTP": EchoRaw(),
		"no HTTP":         Raw([]byte("SSH-2.0-OpenSSH_9.7\r\n"), false),
		"cut short":       Raw([]byte("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n1"), false),
		"giant":           Giant(),
		"drip":            Drip(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := d.open(t, nil)
			s := submission()
			b.up.Next(step)
			wait := 30 * time.Second // most fail by themselves
			if name == "hang" || name == "drip" {
				wait = patience
			}
			_, err := b.send(t, s, wait)
			b.check(t, err, providers.Ambiguous)
			if step.unread {
				if got := b.saw(); len(got) > 0 {
					t.Errorf("the text was sent again: %q", got)
				}
				return
			}
			b.sawOnce(t, s)
		})
	}
}

func (d Dialect) slowAndTwice(t *testing.T) {
	b := d.open(t, nil)
	b.up.Next(Serve(patience / 2))
	s := submission()
	if _, err := b.send(t, s, 30*time.Second); err != nil {
		t.Errorf("a slow answer: %v", err)
	}
	b.sawOnce(t, s)

	// The second answer must not be taken for that to another text. A text in
	// doubt may have arrived, late even, or been lost with its connection; one
	// whose connection ended before it was written has certainly not.
	b = d.open(t, nil)
	var refs, accepted, unsent []string
	const texts = 20
	for i := range texts {
		if i%2 == 0 {
			b.up.Next(ServeTwice())
		}
		s := submission()
		s.Body = fmt.Sprintf("%s %d", body, i)
		a, err := b.send(t, s, 30*time.Second)
		if err != nil {
			if b.check(t, err, providers.Ambiguous, providers.Temporary).Kind == providers.Temporary {
				unsent = append(unsent, s.Body)
			}
			continue
		}
		refs = append(refs, a.References...)
		accepted = append(accepted, s.Body)
	}
	distinct(t, refs)
	if len(accepted) < texts/2 {
		t.Errorf("only %d of %d texts were accepted", len(accepted), texts)
	}
	times := map[string]int{}
	for _, text := range b.saw() {
		times[text.Body]++
	}
	for _, text := range accepted {
		if times[text] == 0 {
			t.Errorf("the upstream was never asked for %q, which is accepted", text)
		}
	}
	for _, text := range unsent {
		if times[text] != 0 {
			t.Errorf("the upstream was asked for %q, which is said not to have left", text)
		}
	}
	for text, n := range times {
		if n > 1 {
			t.Errorf("the upstream was asked for %q %d times", text, n)
		}
	}
}

// keptConnections breaks connections that were used before, where net/http
// likes to try again on its own.
func (d Dialect) keptConnections(t *testing.T) {
	for name, step := range map[string]Step{"closed": Close(), "reset": Reset(), "reset unread": ResetUnread()} {
		t.Run(name, func(t *testing.T) {
			b := d.open(t, nil)
			if _, err := b.send(t, submission(), 30*time.Second); err != nil {
				t.Fatal(err)
			}
			b.up.Next(step)
			s := submission()
			_, err := b.send(t, s, 30*time.Second)
			b.check(t, err, providers.Ambiguous)
			want := 2
			if step.unread {
				want = 1
			}
			if got := len(b.up.Requests()); got != want {
				t.Errorf("the upstream received %d requests, want %d", got, want)
			}
		})
	}
}

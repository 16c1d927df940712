package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/simulator"
	"textdesk/providers/twilio/twiliotest"
)

// callbackURL is where the simulator posts.
func (td *testDesk) callbackURL() string {
	td.t.Helper()
	rows, err := td.Providers(td.t.Context(), desk.CommandLine())
	must(td.t, err)
	path, err := td.CallbackPath(desk.CommandLine(), rows[0])
	must(td.t, err)
	return td.server.URL + path
}

// bodies are the texts that came in, the newest first.
func (td *testDesk) bodies() (all []string) {
	td.t.Helper()
	must(td.t, td.ReadCallbacks(td.t.Context()))
	page, err := td.ReceivedPage(td.t.Context(), td.actor("boss"), desk.Filter{Limit: 100})
	must(td.t, err)
	for _, in := range page.Lines {
		all = append(all, in.Body)
	}
	return all
}

// unread are the problems of what could not be read.
func (td *testDesk) unread() (all []string) {
	td.t.Helper()
	must(td.t, td.ReadCallbacks(td.t.Context()))
	page, err := td.Callbacks(td.t.Context(), desk.CommandLine(), "", false, 0, 1000)
	must(td.t, err)
	for _, c := range page.Callbacks {
		all = append(all, c.Problem)
	}
	return all
}

func reply(id, body string) string {
	return url.Values{"id": {id}, "from": {"+447700900123"}, "to": {"60777"}, "body": {body}}.Encode()
}

func TestCallbacksAsProvidersMakeThem(t *testing.T) {
	td := newTestDesk(t)
	to := td.callbackURL()
	for i, c := range []struct {
		method, path, kind, body, want string
	}{
		{"POST", "", "application/x-www-form-urlencoded", reply("1", "Ünï £5 & 10% 😀\n日本"), "Ünï £5 & 10% 😀\n日本"},
		{"POST", "/inbound?x=1", "", reply("2", "no content type"), "no content type"},
		{"GET", "?" + reply("3", "by GET, £"), "", "", "by GET, £"},
		{"GET", "/mo?" + strings.ReplaceAll(reply("4", "X"), "X", "caf%E9"), "", "", "café"},
		{"POST", "/", "application/x-www-form-urlencoded; charset=ISO-8859-1", strings.ReplaceAll(reply("5", "X"), "X", "%A3%E9"), "£é"},
		{"POST", "", "application/x-www-form-urlencoded; charset=UTF-16BE", wide(strings.ReplaceAll(reply("6", "X"), "X", "Жук 😀")), "Жук 😀"},
		{"POST", "", "multipart/form-data; boundary=B", inParts("id", "7", "from", "+447700900123", "to", "60777", "body", "in parts"), "in parts"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, to+c.path, strings.NewReader(c.body))
		must(t, err)
		if c.kind != "" {
			req.Header.Set("Content-Type", c.kind)
		}
		if i%2 == 0 {
			req.ContentLength = -1 // chunked
		}
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		answer, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 200 || string(answer) != "OK" || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("callback %d is answered %d %q", i, res.StatusCode, answer)
		}
		if got := td.bodies(); len(got) != i+1 || got[0] != c.want {
			t.Errorf("callback %d came in as %q, want %q first; problems %q", i, got, c.want, td.unread())
		}
	}
}

// wide writes text as UTF-16BE.
func wide(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r > 0xffff {
			r -= 0x10000
			for _, u := range []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff} {
				b.WriteByte(byte(u >> 8))
				b.WriteByte(byte(u))
			}
			continue
		}
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}

func inParts(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", pairs[i], pairs[i+1])
	}
	return b.String() + "--B--\r\n"
}

// Everything that is complete is kept, however little it means; nothing that is
// not complete is.
func TestBadCallbacks(t *testing.T) {
	td := newTestDesk(t)
	to := td.callbackURL()
	kept := 0
	for i, body := range []string{"", "%", "<html>", "\x00\xff\xfe", `{"a":`, strings.Repeat("&a=b", 5000), reply("1", strings.Repeat("x", 100_000)),
		"reference=&status=delivered", "reference=x&status=", "reference=x&status=queued", "id=1&from=me&to=60777", "id=1&from=%2B447700900123&to=60777&body=a&at=yesterday", string(make([]byte, 1<<20))} {
		res, err := http.Post(to, "text/plain", strings.NewReader(body))
		must(t, err)
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("callback %d is answered %d", i, res.StatusCode)
		}
		kept++
	}
	for _, length := range []int64{1<<20 + 1, -1} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", to, bytes.NewReader(make([]byte, 1<<20+1)))
		must(t, err)
		req.ContentLength = length
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("one that is too large is answered %d", res.StatusCode)
		}
	}
	// Cut off in the middle.
	u, err := url.Parse(to)
	must(t, err)
	conn, err := net.Dial("tcp", u.Host)
	must(t, err)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n%s", u.Path, reply("9", "half"))
	must(t, conn.(*net.TCPConn).CloseWrite())
	answer, _ := bufio.NewReader(conn).ReadString('\n')
	conn.Close()
	if !strings.Contains(answer, " 400 ") {
		t.Errorf("half a callback is answered %q", answer)
	}
	if got := td.unread(); len(got) != kept {
		t.Errorf("%d are kept unread, want %d: %q", len(got), kept, got)
	}
	if got := td.bodies(); len(got) != 0 {
		t.Errorf("the inbox has %q", got)
	}
}

func TestWrongSecretsAreSlow(t *testing.T) {
	td := newTestDesk(t)
	right := td.callbackURL()
	for _, wrong := range []string{right + "x", strings.Replace(right, "Simulator", "Nobody", 1), right[:strings.LastIndex(right, "/")+1]} {
		began := time.Now()
		res, err := http.Post(wrong, "", strings.NewReader(reply("1", "a")))
		must(t, err)
		res.Body.Close()
		if took := time.Since(began); res.StatusCode != http.StatusNotFound || took < time.Second && !strings.HasSuffix(wrong, "/") {
			t.Errorf("%s is answered %d after %v", wrong, res.StatusCode, took)
		}
	}
	// Many of them hold up nobody who knows the secret: it would be a second at
	// least, each time.
	var took time.Duration
	for range 5 {
		if took = amongWrongSecrets(t, right); took < 900*time.Millisecond {
			return
		}
	}
	t.Errorf("the right one is answered after %v", took)
}

// amongWrongSecrets is how long the right secret waits for its answer while a
// hundred callers try wrong ones.
func amongWrongSecrets(t *testing.T, right string) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	refused := make(chan int, 200)
	for range 100 {
		work.Go(func() {
			req, _ := http.NewRequestWithContext(ctx, "POST", right+"x", nil)
			if res, err := http.DefaultClient.Do(req); err == nil {
				res.Body.Close()
				refused <- res.StatusCode
			}
		})
	}
	if got := <-refused; got != http.StatusTooManyRequests { // those beyond the number that may wait
		t.Errorf("one of a hundred wrong ones is answered %d", got)
	}
	began := time.Now()
	res, err := http.Post(right, "", strings.NewReader(reply("1", "a")))
	must(t, err)
	res.Body.Close()
	took := time.Since(began)
	if res.StatusCode != 200 {
		t.Errorf("the right one is answered %d", res.StatusCode)
	}
	cancel()
	work.Wait()
	http.DefaultClient.CloseIdleConnections()
	return took
}

// A thousand a second, with doubles, while the disk is slow, is all there in
// the end.
func TestABurstOfCallbacks(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	to := td.callbackURL()
	stop := td.slowDisk(20 * time.Millisecond)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var work sync.WaitGroup
	began := time.Now()
	for i := range 64 {
		work.Go(func() {
			for j := range 30 {
				body := simulator.Reply{ID: fmt.Sprint(i/2, "-", j), From: "+447700900123", To: "60777", Body: "Hello"}.Encode()
				res, err := client.Post(to, "", bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				res.Body.Close()
				if res.StatusCode != 200 {
					t.Errorf("it is answered %d", res.StatusCode)
				}
			}
		})
	}
	work.Wait()
	t.Logf("1,920 callbacks took %v", time.Since(began))
	stop()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		seen, err := td.Callbacks(t.Context(), desk.CommandLine(), "", false, 0, 10)
		must(t, err)
		page, err := td.ReceivedPage(t.Context(), td.actor("boss"), desk.Filter{Limit: 2000})
		must(t, err)
		if len(page.Lines) == 32*30 && len(seen.Callbacks) == 0 {
			return
		}
		if len(page.Lines) > 32*30 || time.Now().After(deadline) {
			t.Fatalf("the inbox has %d, %d unread", len(page.Lines), len(seen.Callbacks))
		}
	}
}

// slowDisk keeps the database from being written for most of the time, a
// stretch at a time, until stop is called.
func (td *testDesk) slowDisk(stretch time.Duration) (stop func()) {
	td.t.Helper()
	other, err := sql.Open("sqlite", "file:"+filepath.Join(td.dir, db.FileName)+"?_pragma=busy_timeout(10000)&_txlock=immediate")
	must(td.t, err)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(stretch / 4):
			}
			if tx, err := other.Begin(); err == nil {
				time.Sleep(stretch)
				_ = tx.Rollback()
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		_ = other.Close()
	}
}

// A provider that signs what it posts signs the address with it, and is answered
// in its own way.
func TestASignedCallback(t *testing.T) {
	td := newTestDesk(t)
	const account, token = "AC0123456789abcdef0123456789abcdef", "t0ken"
	_, err := td.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "Tw", Kind: "twilio", Settings: map[string]string{"account": account, "token": token}})
	must(t, err)
	rows, err := td.Providers(t.Context(), desk.CommandLine())
	must(t, err)
	path, err := td.CallbackPath(desk.CommandLine(), rows[1])
	must(t, err)
	to := td.server.URL + path + "/inbound?from=console"
	text := url.Values{"MessageSid": {"SM00000000000000000000000000000001"}, "AccountSid": {account}, "From": {"+447700900123"}, "To": {"+447700900999"}, "Body": {"Hi £"}}
	for _, key := range []string{token, "wrong"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", to, strings.NewReader(text.Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Twilio-Signature", twiliotest.Sign(key, to, text))
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 200 || string(body) != "<Response/>" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/xml") {
			t.Errorf("it is answered %d %s %q", res.StatusCode, res.Header.Get("Content-Type"), body)
		}
	}
	if got := td.bodies(); len(got) != 1 || got[0] != "Hi £" {
		t.Errorf("the inbox has %q", got)
	}
	if got := td.unread(); len(got) != 1 || !strings.Contains(got[0], "signature") {
		t.Errorf("unread are %q", got)
	}
}

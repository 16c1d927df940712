package handlers_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/desk"
)

// cutter is a proxy that drops a connection once so many bytes have gone
// through it, as one does that has no patience with what takes long; 0 lets all
// through.
type cutter struct {
	to       string
	up, down atomic.Int64
}

func (td *testDesk) behindCutter() (*cutter, *browser) {
	td.t.Helper()
	at, err := url.Parse(td.server.URL)
	must(td.t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(td.t, err)
	c := &cutter{to: at.Host}
	td.t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go c.pass(in)
		}
	}()
	b := td.newBrowser()
	b.base = "http://" + l.Addr().String()
	b.client.Transport = &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	b.post("/sign-in", form("username", "boss", "password", testPassword)).wants(td.t, http.StatusOK)
	return c, b
}

// pass lets one connection through, for as long as it may.
func (c *cutter) pass(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer out.Close()
	ended := make(chan struct{}, 2)
	some := func(to, from net.Conn, most int64) {
		if most > 0 {
			_, _ = io.CopyN(to, from, most)
		} else {
			_, _ = io.Copy(to, from)
		}
		ended <- struct{}{}
	}
	go some(out, in, c.up.Load())
	go some(in, out, c.down.Load())
	<-ended
}

// An upload that is cut in the middle leaves no file and no row, and the same
// upload goes well afterwards.
func TestUploadsThatAreCut(t *testing.T) {
	td := newTestDesk(t)
	proxy, boss := td.behindCutter()
	var lines strings.Builder
	lines.WriteString("Name,Mobile\n")
	for i := range 15_000 {
		fmt.Fprintf(&lines, "Ann %d,07700%06d\n", i, 900_000+i%1000)
	}
	upload := func(path string, fields ...string) (string, error) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for i := 0; i+1 < len(fields); i += 2 {
			must(t, w.WriteField(fields[i], fields[i+1]))
		}
		part, err := w.CreateFormFile("file", "people.csv")
		must(t, err)
		_, err = io.WriteString(part, lines.String())
		must(t, errors.Join(err, w.Close()))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, boss.base+path, &body)
		must(t, err)
		req.Header.Set("Content-Type", w.FormDataContentType())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := boss.client.Do(req)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if res.StatusCode >= 400 {
			err = errors.Join(err, fmt.Errorf("%s: %s", res.Status, text))
		}
		return string(text), err
	}
	for _, c := range []struct{ path, dir, then string }{
		{"/imports", desk.ImportDirectory, "people.csv"},
		{"/send/file", desk.UploadDirectory, "people.csv"},
	} {
		proxy.up.Store(200_000)
		if _, err := upload(c.path, "key", "K1"); err == nil {
			t.Fatalf("%s: an upload that was cut was answered", c.path)
		}
		td.empties(c.dir)
		proxy.up.Store(0)
		text, err := upload(c.path, "key", "K1")
		if err != nil || !strings.Contains(text, c.then) {
			t.Errorf("%s: the same upload afterwards: %v", c.path, err)
		}
	}
	boss.get("/imports/1").wants(t, http.StatusOK, "people.csv")
	boss.get("/imports/2").wants(t, http.StatusNotFound)
}

// empties waits until a directory of the data has nothing in it.
func (td *testDesk) empties(dir string) {
	td.t.Helper()
	var left []os.DirEntry
	for range 2400 {
		if left, _ = os.ReadDir(filepath.Join(td.dir, dir)); len(left) == 0 {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	td.t.Errorf("left behind in %s: %v", dir, left)
}

// A download that is cut is seen to be cut by whoever reads it, never taken for
// a whole one; the desk answers others meanwhile, and gives the whole file next.
func TestDownloadsThatAreCut(t *testing.T) {
	td := newTestDesk(t)
	to := make([]string, 4000)
	for i := range to {
		to[i] = fmt.Sprintf("+4477009%05d", i)
	}
	_, err := td.Send(t.Context(), td.actor("boss"), desk.Order{To: to, Sender: "School", Body: "Closed today"})
	must(t, err)
	proxy, boss := td.behindCutter()
	const path = "/reports/messages/download?period=today"
	read := func() (int, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, boss.base+path, nil)
		must(t, err)
		res, err := boss.client.Do(req)
		if err != nil {
			return 0, err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return bytes.Count(text, []byte("\n")), err
	}
	proxy.down.Store(60_000)
	if n, err := read(); err == nil || n >= 4000 {
		t.Errorf("a download that was cut came as whole, with %d rows", n)
	}
	proxy.down.Store(0)
	if n, err := read(); err != nil || n < 4001 {
		t.Errorf("the same download afterwards has %d lines, %v", n, err)
	}
}

// The answer to Send, and to Back up now, does not reach the browser: both are
// done all the same, and a second press of the button sends nothing twice.
func TestAnswersThatAreCut(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	proxy, boss := td.behindCutter()
	values := order()
	press := func(path string, values url.Values) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, boss.base+path, strings.NewReader(values.Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := boss.client.Do(req)
		if err == nil {
			var text []byte
			text, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode >= 400 {
				t.Errorf("%s: %s\n%s", path, res.Status, text)
			}
		}
		return err
	}
	proxy.down.Store(20)
	for _, c := range []struct {
		path   string
		values url.Values
	}{{"/send", values}, {"/system/backup", nil}} {
		if err := press(c.path, c.values); err == nil {
			t.Fatalf("%s: the answer was not cut", c.path)
		}
	}
	proxy.down.Store(0)
	must(t, press("/send", values))
	if n := td.sent("boss"); n != 1 {
		t.Errorf("there are %d texts, want the one", n)
	}
	var err error
	var all []desk.Backup
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(25 * time.Millisecond) {
		if all, err = td.Backups(td.actor("boss")); err != nil || len(all) > 0 {
			break
		}
	}
	must(t, err)
	if len(all) != 1 {
		t.Errorf("there are %d backups, want the one whose answer was lost", len(all))
	}
	if halves, _ := filepath.Glob(filepath.Join(td.dir, "backups", "*.part*")); len(halves) > 0 {
		t.Errorf("left behind: %q", halves)
	}
}

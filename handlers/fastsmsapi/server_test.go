package fastsmsapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/handlers"
)

// serve puts the whole server in front of the world's desk and returns its
// address and what it logs.
func (w *world) serve(base string) (address string, log *lockedBuffer) {
	w.t.Helper()
	log = &lockedBuffer{}
	config := handlers.Config{Desk: w.Desk, CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)},
		Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if base != "" {
		u, err := url.Parse(base)
		must(w.t, err)
		config.BaseURL = u
	}
	server := httptest.NewServer(handlers.New(config))
	w.t.Cleanup(server.Close)
	return server.Listener.Addr().String(), log
}

// lockedBuffer is a log that several requests write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func read(t *testing.T, r *http.Response, err error) string {
	t.Helper()
	must(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	must(t, err)
	if r.StatusCode != http.StatusOK {
		t.Errorf("answered %s", r.Status)
	}
	return string(body)
}

func TestNothingPrivateIsLogged(t *testing.T) {
	w := newWorld(t)
	address, log := w.serve("")
	good := url.Values{"Token": {w.tokens["sam"]}, "Action": {"Send"}, "DestinationAddress": {"447700900150"}, "SourceAddress": {"SCHOOL"}, "Body": {"Hello"}}
	bad := url.Values{"Token": {"th1S-15my-t0ken"}, "Action": {"Sesame"}}
	api := "http://" + address + "/api"
	for _, v := range []url.Values{good, bad} {
		r, err := http.Get(api + "?" + v.Encode())
		read(t, r, err)
		r, err = http.PostForm(api, v)
		read(t, r, err)
		r, err = http.Post(api+"?"+v.Encode(), "multipart/form-data", strings.NewReader(v.Encode()))
		read(t, r, err)
	}
	if n := strings.Count(log.String(), `"route":"/api"`); n != 6 {
		t.Errorf("%d of 6 calls are in the log:\n%s", n, log)
	}
	for _, private := range []string{w.tokens["sam"], "th1S", "900150", "Hello", "SCHOOL", "Sesame"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log gives %q away:\n%s", private, log)
		}
	}
}

// Scripts call from anywhere, also from another site's page, because a token
// is proof enough; and only a token is.
func TestOtherOrigins(t *testing.T) {
	w := newWorld(t)
	address, _ := w.serve("https://intranet.example/sms")
	for _, path := range []string{"/api", "/sms/api"} {
		r, err := http.NewRequest(http.MethodPost, "http://"+address+path, strings.NewReader(url.Values{"Token": {w.tokens["sam"]}, "Action": {"CheckCredits"}}.Encode()))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		answer, err := http.DefaultClient.Do(r)
		if got := read(t, answer, err); got != "10.00" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestLargeBodies(t *testing.T) {
	w := newWorld(t)
	address, _ := w.serve("")
	megabyte := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		pairs []string
		want  string
	}{
		"a text of 1 MB":             {text("Body", megabyte), "-507"},
		"1 MB that nobody asked for": {text("Padding", megabyte), "10000001"},
		"a number of 1 MB":           {text("DestinationAddress", megabyte), "-401"},
		"a megabyte of commas":       {text("DestinationAddress", strings.Repeat(",", 1<<20)), "-507"},
		"an id of 1 MB":              {text("Action", "CancelMessage", "MessageID", strings.Repeat("1", 1<<20)), "-503"},
		"a sender of 1 MB":           {text("SourceAddress", megabyte), "-402"},
	} {
		f := form{"Token": {w.tokens["sam"]}, "Action": {"Send"}}
		for i := 0; i < len(c.pairs); i += 2 {
			f[c.pairs[i]] = []string{c.pairs[i+1]}
		}
		r, err := http.PostForm("http://"+address+"/api", url.Values(f))
		if got := read(t, r, err); got != c.want {
			t.Errorf("%s: %.60q, want %s", name, got, c.want)
		}
	}

	// What nobody takes is refused at once where the length says so. So much may
	// be an import of contacts alone: of anything else, 100 MB are refused as soon
	// as that shows. Without a length it is refused soon.
	for _, c := range []struct {
		announced int
		body      string
	}{
		{1 << 30, "Token="},
		{100 << 20, "Action=Send&Token=" + w.tokens["sam"] + "&Body=" + strings.Repeat("x", 256<<10)},
		{100 << 20, "Action=Send&Token=" + w.tokens["sam"] + "&ContactsCSV=Ann"},
		{100 << 20, "Token=" + strings.Repeat("x", 256<<10)},
	} {
		conn, err := net.Dial("tcp", address)
		must(t, err)
		_, err = fmt.Fprintf(conn, "POST /api?ShowErrorMessage=1 HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", c.announced, c.body)
		must(t, err)
		must(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if got := read(t, answer, err); got != "-507\nInvalid/Missing Details" || !answer.Close {
			t.Errorf("%d MB announced, %.40q: %q, closes: %t", c.announced>>20, c.body, got, answer.Close)
		}
		must(t, conn.Close())
	}
	endless := &counted{}
	answer, err := http.Post("http://"+address+"/api", "application/x-www-form-urlencoded", endless)
	if err == nil {
		if got := read(t, answer, nil); got != "-507" {
			t.Errorf("1 GB without a length: %q", got)
		}
	}
	if n := endless.n.Load(); n > 128<<20 { // the network holds tens of megabytes by itself
		t.Errorf("%d MB were read of a body that is refused", n>>20)
	}
}

// Programs that look for the answer only when they have sent everything get it,
// also when nobody wanted what they sent.
func TestLargeBodiesOfWhoReadsLast(t *testing.T) {
	w := newWorld(t)
	address, _ := w.serve("")
	const size = 64 << 20 // more than the network holds by itself
	zeros := make([]byte, 1<<20)
	query := "Token=" + w.tokens["sam"]
	for _, c := range []struct{ line, kind, body, want string }{
		{"POST /api", "application/x-www-form-urlencoded", query + "&Action=Send&DestinationAddress=447700900150&SourceAddress=API&Body=x", "-507"},
		{"POST /api", "application/x-www-form-urlencoded", "Token=wrong&Action=ImportContactsCSV&ContactsCSV=x", "-501"},
		{"POST /api?" + query + "&Action=CheckCredits", "application/octet-stream", "", "-507"},
		{"POST /api?" + query + "&Action=CheckCredits", "multipart/form-data; boundary=x", "--x", "-507"},
		{"POST /sms/1.1/SendMessage.fz", "application/x-www-form-urlencoded", "key=x", `"1010"`},
		{"PUT /api?" + query + "&Action=CheckCredits", "application/octet-stream", "", "-502"},
	} {
		conn, err := net.Dial("tcp", address)
		must(t, err)
		must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, err = fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: desk.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", c.line, c.kind, size, c.body)
		for left := size - len(c.body); err == nil && left > 0; left -= min(left, len(zeros)) {
			_, err = conn.Write(zeros[:min(left, len(zeros))])
		}
		if err != nil {
			t.Errorf("%s: sent with %v", c.line, err)
			continue
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		must(t, err)
		got, err := io.ReadAll(answer.Body)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.line, got, err, c.want)
		}
		must(t, conn.Close())
	}
}

// counted is 1 GB of zeros that nobody announced. It may still be read when the
// answer is there.
type counted struct{ n atomic.Int64 }

func (c *counted) Read(p []byte) (int, error) {
	if c.n.Add(int64(len(p))) > 1<<30 {
		return 0, io.EOF
	}
	clear(p)
	return len(p), nil
}

package feedzonapi_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"textdesk/desk"
	"textdesk/handlers"
	"textdesk/handlers/feedzonapi"
	"textdesk/providers"
	"textdesk/sms"
)

// Keys of this door open no other, and other keys open nothing here.
func TestKeysOfOneDoor(t *testing.T) {
	w := newWorld(t)
	token, err := w.NewKeyFor(t.Context(), desk.CommandLine(), "sam")
	must(t, err)
	for _, key := range []string{token, "wrong", strings.ToLower(w.keys["sam"]), w.keys["sam"] + "x"} {
		if got := w.do(get("GetMessageList", "key", key)); got != `"1000"` {
			t.Errorf("%s answers %s", key, got)
		}
	}
	// Of two spellings the one that says something counts.
	if got := w.do(get("GetMessageList", "key", "", "ServiceKey", w.keys["sam"])); got != `"1030"` {
		t.Errorf("an empty key before a good one answers %s", got)
	}
	// Another suspended user changes nothing for them.
	must(t, w.Suspend(t.Context(), desk.CommandLine(), "kim"))
	if got := w.call("sam", "GetMessageList"); got != `"1030"` {
		t.Errorf("sam is answered %s", got)
	}
	// A removed key stays one.
	ids := w.keyIDs("sam")
	must(t, w.RevokeKey(t.Context(), w.as("sam"), ids[0]))
	if a, b := w.call("sam", "GetMessageList"), w.call("sam2", "GetMessageList"); a != `"1000"` || b != `"1030"` {
		t.Errorf("the removed key answers %s, the other %s", a, b)
	}
}

// Whoever guesses is slowed down; who is right is not.
func TestGuessing(t *testing.T) {
	w := newWorld(t)
	w.call("sam", "GetMessageList")
	for i := range 100 {
		if got := w.do(get("GetMessageList", "key", fmt.Sprint("wrong ", i))); got != `"1000"` {
			t.Fatalf("a wrong key answers %s", got)
		}
	}
	if got := w.call("kim", "GetMessageList"); got != `"1000"` {
		t.Errorf("a key that was never right before answers %s after a hundred wrong ones", got)
	}
	if got := w.call("sam", "GetMessageList"); got != `"1030"` {
		t.Errorf("one that was answers %s", got)
	}
}

func TestTooManyCalls(t *testing.T) {
	w := newWorld(t)
	must(t, w.SetTokenRate(t.Context(), w.as("boss"), w.script("sam").KeyID, 1, 1))
	var mu sync.Mutex
	var group sync.WaitGroup
	answers := map[int]int{}
	for range 10 {
		group.Go(func() {
			rec := httptest.NewRecorder()
			w.door.ServeHTTP(rec, get("SendMessage", "key", w.keys["sam"], "number", "447700900150", "message", "Hello"))
			mu.Lock()
			defer mu.Unlock()
			answers[rec.Code]++
			if rec.Code == http.StatusTooManyRequests {
				if after, err := strconv.Atoi(rec.Header().Get("Retry-After")); err != nil || after < 1 || rec.Body.String() != `"1020"` {
					t.Errorf("refused with %q and Retry-After %q", rec.Body, rec.Header().Get("Retry-After"))
				}
			} else if !strings.HasPrefix(rec.Body.String(), `"0"`) {
				t.Errorf("answered %d %q", rec.Code, rec.Body)
			}
		})
	}
	group.Wait()
	if answers[429] == 0 || answers[200] == 0 || len(answers) != 2 || len(w.messages()) != answers[200] {
		t.Errorf("answered %v, and %d texts are there", answers, len(w.messages()))
	}
}

// The record of a key's calls says what was called and why it was refused, not
// what nobody else may read.
func TestRecord(t *testing.T) {
	w := newWorld(t)
	w.call("sam", "SendMessage", "number", "447700900150", "message", "The secret meeting", "sender", "447700900999")
	w.do(get("SendMessage", "ServiceKey", w.keys["sam"], "Number", "447700900150", "Message", "x", "Sender", "much too long"))
	w.call("sam", "sendMessage")
	w.leaves()
	w.writes("+447700900150", "Private")
	w.call("sam", "GetMessageList", "cursor", "0")
	w.call("sam", "GetMessageList", "cursor", "1")
	w.call("sam", "GetMessageStatus", "reference", "10000001")
	must(t, w.DisableKey(t.Context(), w.as("sam2"), w.script("sam").KeyID))
	w.call("sam", "GetMessageList")
	_, calls, err := w.Calls(t.Context(), w.as("sam2"), w.keyIDs("sam")[0])
	must(t, err)
	var got []string
	for _, c := range calls {
		line := c.Action + " " + c.Answer + " " + strconv.Itoa(c.Code) + " " + c.Refusal
		for _, p := range c.Parameters {
			line += " " + p[0] + "=" + p[1]
		}
		got = append(got, line)
		if c.Method != "GET" || c.Address != "192.0.2.1" {
			t.Errorf("%+v", c)
		}
	}
	want := []string{
		`GetMessageList "1000" 1000 key_disabled`,
		`GetMessageStatus "0" "10000001", "12" 0  reference=10000001`,
		`GetMessageList "1030" 1030  cursor=1`,
		`GetMessageList 69 bytes 0  cursor=0`,
		` "-1" -1 `,
		`SendMessage "1010" 1010 sender_too_long Number=44770••••150 Message=1 character Sender=much too long`,
		`SendMessage "0" "10000001" 0  number=44770••••150 message=18 characters sender=44770••••999`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the record is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A fault of ours is status 500: nobody knows what became of the call.
func TestFault(t *testing.T) {
	w := newWorld(t)
	log := &lockedBuffer{}
	door := served(feedzonapi.New(feedzonapi.Config{Desk: w.Desk, Log: slog.New(slog.NewTextHandler(log, nil))}))
	w.call("sam", "GetMessageList")
	w.write("ALTER TABLE messages RENAME TO lost")
	rec := httptest.NewRecorder()
	door.ServeHTTP(rec, get("SendMessage", "key", w.keys["sam"], "number", "447700900150", "message", "Secret"))
	if rec.Code != http.StatusInternalServerError || rec.Body.String() != `"1020"` {
		t.Errorf("answered %d %q", rec.Code, rec.Body)
	}
	if out := log.String(); !strings.Contains(out, "action=SendMessage") || strings.Contains(out, "Secret") || strings.Contains(out, "900150") || strings.Contains(out, w.keys["sam"]) {
		t.Errorf("the log says %s", out)
	}
	w.write("ALTER TABLE lost RENAME TO messages")
}

// A list of thousands comes whole and in order, over the wire, without a cap.
func TestLongList(t *testing.T) {
	w := newWorld(t)
	w.send("sam", "number", "447700900150", "message", "Hello")
	w.leaves()
	var page providers.InboundPage
	const n = 3000
	for i := range n {
		page.Inbound = append(page.Inbound, providers.Inbound{ID: itoa(int64(i)), From: "+447700900150", Body: strings.Repeat("Line\n", 20), At: w.clock()})
	}
	must(t, w.Received(t.Context(), w.provider(), page))
	w.write("UPDATE inbound SET number = ? WHERE id = 7", sms.ErasedMark+"xyz") // a person who was erased
	server := httptest.NewServer(w.door)
	defer server.Close()
	resp, err := http.Get(server.URL + feedzonapi.Path + "GetMessageList.fz?" + query("key", w.keys["sam"]))
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	lines := strings.Split(string(body), "\n")
	if len(lines) != n || lines[0] != `"0"` || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Fatalf("%d lines came, the first %s, as %s", len(lines), lines[0], resp.Header.Get("Content-Type"))
	}
	for i, line := range lines[1:] {
		id := int64(i + 1)
		if id >= 7 {
			id++
		}
		if !strings.HasPrefix(line, `"`+itoa(id)+`", "10000001", `) || !strings.HasSuffix(line, `Line\n"`) {
			t.Fatalf("line %d is %.80s", i+1, line)
		}
	}
	if got := w.call("sam", "GetMessageList", "cursor", itoa(n)); got != `"1030"` {
		t.Errorf("after the last comes %.80s", got)
	}
}

// The whole server has the door under every address that a desk may have, and
// logs nothing of what is called.
func TestServer(t *testing.T) {
	w := newWorld(t)
	w.now.Store(0)
	for base, paths := range map[string][]string{
		"":                          {"/sms/1.1/"},
		"https://desk.example/sms":  {"/sms/1.1/", "/sms/sms/1.1/"}, // a proxy that takes /sms away, or none
		"https://desk.example/desk": {"/sms/1.1/", "/desk/sms/1.1/"},
	} {
		log := &lockedBuffer{}
		config := handlers.Config{Desk: w.Desk, CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}, Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		if base != "" {
			u, err := url.Parse(base)
			must(t, err)
			config.BaseURL = u
		}
		server := httptest.NewServer(handlers.New(config))
		for _, path := range paths {
			resp, err := http.Get(server.URL + path + "SendMessage.fz?" + query("key", w.keys["boss"], "number", "447700900150", "message", "Secret"))
			must(t, err)
			body, err := io.ReadAll(resp.Body)
			must(t, err)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), `"0"`) {
				t.Errorf("%s at %s answers %d %s", path, base, resp.StatusCode, body)
			}
		}
		server.Close()
		if out := log.String(); strings.Contains(out, "Secret") || strings.Contains(out, "900150") || strings.Contains(out, w.keys["boss"]) || !strings.Contains(out, "/sms/1.1/") {
			t.Errorf("the log says %s", out)
		}
	}
}

// lockedBuffer is a log that several requests write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
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

package handlers_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"textdesk/desk"
	"textdesk/handlers"
)

// heard is a log that the test reads while the server writes.
type heard struct {
	sync.Mutex
	bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.Lock()
	defer h.Unlock()
	return h.Buffer.Write(p)
}

// Whoever watches the log finds who was not let in, and no secret.
func TestWhoIsNotLetInIsInTheLog(t *testing.T) {
	td, log := newTestDesk(t), new(heard)
	td.server = httptest.NewServer(handlers.New(handlers.Config{Desk: td.Desk, Log: slog.New(slog.NewJSONHandler(log, nil)),
		CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}}))
	t.Cleanup(td.server.Close)
	const secret = "wrong horse battery"
	b := td.newBrowser()
	b.get("/sign-in").wants(t, http.StatusOK)
	b.post("/sign-in", form("username", " Sam ", "password", secret)).wants(t, http.StatusUnprocessableEntity)
	b.post("/sign-in", form("username", secret, "password", "x")).wants(t, http.StatusUnprocessableEntity)
	for path, body := range map[string]string{"/api": "Action=CheckCredits&Token=" + strings.ReplaceAll(secret, " ", ""), "/callbacks/Simulator/" + strings.ReplaceAll(secret, " ", ""): ""} {
		resp, err := http.Post(td.server.URL+path, "application/x-www-form-urlencoded", strings.NewReader(body))
		must(t, err)
		must(t, resp.Body.Close())
	}
	log.Lock()
	text := log.String()
	log.Unlock()
	if strings.Contains(text, "horse") {
		t.Errorf("a secret is in the log:\n%s", text)
	}
	got := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var row struct{ Level, Msg, Reason, From, User, ID, Door string }
		must(t, json.Unmarshal([]byte(line), &row))
		if row.Level != "WARN" || row.From != "127.0.0.1" {
			t.Errorf("the log has %s", line)
		}
		if row.Msg == "sign-in refused" && row.ID == "" {
			t.Errorf("without an id: %s", line)
		}
		got[row.Msg+" "+row.Reason+" "+row.User+row.Door]++
	}
	for _, want := range []string{"sign-in refused " + desk.ErrSignIn.Code + " sam", "sign-in refused " + desk.ErrSignIn.Code + " ",
		"call refused " + desk.ErrBadToken.Code + " fastsms", "callback refused " + desk.ErrUnknownProvider.Code + " "} {
		if got[want] != 1 {
			t.Errorf("the log has %d of %q:\n%s", got[want], want, text)
		}
	}
}

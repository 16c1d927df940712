// Package twiliotest is a Twilio account for tests: it takes messages in memory
// and signs callbacks.
package twiliotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Service is an http.Handler for Messages.json, Messages/{sid}.json and
// Balance.json of one account. The zero value is not ready; use [New].
type Service struct {
	account, token string

	mu     sync.Mutex
	last   int
	states map[string]string
}

// New returns the account with that SID and auth token.
func New(account, token string) *Service {
	return &Service{account: account, token: token, states: map[string]string{}}
}

// SetStatus changes where a message stands.
func (s *Service) SetStatus(sid, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[sid] = status
}

// Refusal is the body of a refused call.
func Refusal(status, code int) string {
	return fmt.Sprintf(`{"code":%d,"message":"refused","more_info":"https://www.twilio.com/docs/errors/%d","status":%d}`, code, code, status)
}

// ServeHTTP answers one call.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := func(status int, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	user, password, _ := r.BasicAuth()
	_, path, mine := strings.Cut(r.URL.Path, "/2010-04-01/Accounts/"+s.account)
	switch {
	case user != s.account || password != s.token:
		answer(401, Refusal(401, 20003))
	case !mine:
		answer(404, Refusal(404, 20404))
	case r.Method == "POST" && path == "/Messages.json":
		if r.FormValue("To") == "" || r.FormValue("Body") == "" {
			answer(400, Refusal(400, 21604))
			return
		}
		s.last++
		sid := fmt.Sprintf("SM%032x", s.last)
		s.states[sid] = "queued"
		answer(201, s.message(sid))
	case r.Method == "GET" && path == "/Balance.json":
		answer(200, `{"currency":"GBP","balance":"12.34","account_sid":"`+s.account+`"}`)
	case r.Method == "GET" && strings.HasPrefix(path, "/Messages/"):
		sid := strings.TrimSuffix(strings.TrimPrefix(path, "/Messages/"), ".json")
		if s.states[sid] == "" {
			answer(404, Refusal(404, 20404))
			return
		}
		answer(200, s.message(sid))
	default:
		answer(404, Refusal(404, 20404))
	}
}

func (s *Service) message(sid string) string {
	m := map[string]any{"sid": sid, "status": s.states[sid], "num_segments": "1", "error_code": nil}
	if s.states[sid] == "undelivered" {
		m["error_code"] = 30003
	}
	b, _ := json.Marshal(m)
	return string(b)
}

// Sign returns the signature of a form that is posted to an address.
func Sign(token, address string, form url.Values) string {
	var names []string
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	text := address
	for _, name := range names {
		text += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

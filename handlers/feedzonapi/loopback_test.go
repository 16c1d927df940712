package feedzonapi_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/handlers/feedzonapi"
	"textdesk/providers"
	"textdesk/providers/feedzon"
	"textdesk/providers/providertest"
	"textdesk/sms"
)

// Our own client passes its conformance suite against our own door, with either
// table and either spelling: client and server check each other.
func TestOurClientAgainstThisDoor(t *testing.T) {
	for name, more := range map[string]struct {
		key      string
		settings providers.Settings
	}{
		"Bulk SMS":   {"boss", providers.Settings{"gateway": "bulksms", "spelling": "long"}},
		"Clickatell": {"clickatell", providers.Settings{"gateway": "clickatell"}},
		"either":     {"clickatell", providers.Settings{"replies": "always"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.now.Store(time.Now().UnixNano())
			var err error
			keys := map[string]string{"boss": w.keys["boss"], "sam": w.keys["sam"], "kim": w.keys["kim"]}
			keys["clickatell"], err = w.NewServiceKeyFor(t.Context(), desk.CommandLine(), "boss", "Clickatell", desk.GatewayClickatell)
			must(t, err)
			w.keys = keys
			w.send(more.key, "number", "447700900188", "message", "Hello") // so that what they write is boss's
			w.leaves()
			settings := providers.Settings{"key": w.keys[more.key]}
			for k, v := range more.settings {
				settings[k] = v
			}
			providertest.Run(t, providertest.Dialect{
				Type:             feedzon.Type(),
				Settings:         settings,
				Service:          atItsPath(w.door),
				Texts:            textsFor(w.keys[more.key]),
				Refused:          &providertest.Trigger{Answer: providertest.Answer{Body: w.call(more.key, "SendMessage", "number", "442079460000", "message", "x")}, Code: "1010"},
				BadCredentials:   &providertest.Trigger{Answer: providertest.Answer{Body: w.do(get("GetMessageList", "key", "wrong"))}, Code: "1000"},
				Throttled:        &providertest.Trigger{Answer: providertest.Answer{Status: 429}, Code: "429"},
				UnknownReference: "99999999",
				Receive:          func(from, body string) { w.writes(sms.MSISDN("+"+strings.TrimPrefix(from, "+")), body) },
			})
		})
	}
}

// atItsPath is the door where the suite asks for it, which has every provider at
// /api.
func atItsPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = feedzonapi.Path + strings.TrimPrefix(r.URL.Path, "/api/")
		next.ServeHTTP(w, r)
	})
}

// textsFor reads what a request asks to be sent.
func textsFor(key string) func(providertest.Request) []providertest.Text {
	return func(r providertest.Request) []providertest.Text {
		f := r.URL.Query()
		if !strings.HasSuffix(r.URL.Path, "/SendMessage.fz") || f.Get("key") != key && f.Get("ServiceKey") != key {
			return nil
		}
		return []providertest.Text{{To: f.Get("number") + f.Get("Number"), Body: f.Get("message") + f.Get("Message")}}
	}
}

// Our client reads every value of ours as what it means.
func TestOurClientReadsOurValues(t *testing.T) {
	for mine, want := range map[sms.Status]sms.Status{
		sms.Scheduled: sms.Submitted, sms.Queued: sms.Submitted, sms.Submitting: sms.Submitted, sms.Submitted: sms.Submitted,
		sms.Sent: sms.Sent, sms.Delivered: sms.Delivered, sms.Failed: sms.Failed, sms.Expired: sms.Expired, sms.Cancelled: sms.Cancelled,
		sms.Suppressed: sms.Failed, sms.InDoubt: sms.Unknown, sms.Unknown: sms.Unknown,
	} {
		for _, key := range []string{"sam", "sam2"} {
			t.Run(mine.String()+" "+key, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				ref := w.send(key, "number", "447700900150", "message", strings.Repeat("In two parts. ", 15))
				w.write("UPDATE messages SET status = ?", int(mine))
				server := httptest.NewServer(w.door)
				defer server.Close()
				client := providers.NewHTTPClient(1)
				defer client.CloseIdleConnections()
				p, err := feedzon.Type().Open(providers.Settings{"url": server.URL + feedzonapi.Path, "key": w.keys[key]}, client)
				must(t, err)
				got, err := p.(providers.StatusPoller).PollStatus(t.Context(), []string{ref})
				must(t, err)
				if want == sms.Unknown { // it says nothing
					if len(got) != 0 {
						t.Errorf("read as %v", got)
					}
				} else if len(got) != 1 || got[0].Status != want {
					t.Errorf("read as %v; want %v", got, want)
				}
			})
		}
	}
}

// One desk is the provider of another: what is texted at the first is delivered
// by the second, answers come back to the text that they answer, and both know.
func TestDeskBehindDesk(t *testing.T) {
	for _, key := range []string{"sam", "sam2"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			front, back := newWorld(t), newWorld(t)
			server := httptest.NewServer(back.door)
			t.Cleanup(server.Close)
			_, err := front.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "behind", Kind: "feedzon", Default: true,
				Settings: providers.Settings{"url": server.URL + feedzonapi.Path, "key": back.keys[key], "replies": "always"}})
			must(t, err)
			front.run()
			back.run()
			// The simulator behind delivers to the first and refuses the second.
			good, bad := front.send("kim", "number", "447700900150", "message", "Ünï £5 & 10%"), front.send("kim", "number", "447700900102", "message", "Hello")
			front.await("kim", good, "11")
			front.await("kim", bad, "50")
			must(t, back.ReplyFrom(t.Context(), desk.CommandLine(), "+447700900150", "Thanks,\n\"Ann\""))
			for _, c := range []struct {
				w   *world
				key string
			}{{back, key}, {front, "kim"}} {
				var list string
				for range 1800 {
					if list = c.w.call(c.key, "GetMessageList"); list != `"1030"` {
						break
					}
					time.Sleep(50 * time.Millisecond)
				}
				if !strings.HasSuffix(list, `"447700900150", "Thanks,\n""Ann"""`) {
					t.Errorf("%s is given %s", c.key, list)
				}
				if c.w == front && !strings.Contains(list, `"`+good+`"`) {
					t.Errorf("the answer is to no text of ours: %s", list)
				}
			}
			if n := len(back.messages()); n != 2 {
				t.Errorf("the desk behind has %d messages, want 2", n)
			}
		})
	}
}

// run starts the dispatcher, on the machine's clock; it stops with the test.
func (w *world) run() {
	w.now.Store(0)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	d := dispatch.New(w.Desk, dispatch.Options{Log: slog.New(slog.DiscardHandler), Drain: 2 * time.Second, Inbound: 100 * time.Millisecond})
	go func() { done <- d.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
}

// await waits until a text has the status value.
func (w *world) await(key, ref, value string) {
	w.t.Helper()
	var got string
	for range 1800 {
		if got = w.call(key, "GetMessageStatus", "reference", ref); strings.HasSuffix(got, `, "`+value+`"`) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Errorf("text %s is %s, want %s", ref, got, value)
}

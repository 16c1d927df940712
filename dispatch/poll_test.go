package dispatch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/providers/feedzon"
	"textdesk/providers/feedzon/feedzontest"
	"textdesk/sms"
)

// Many that are on their way are asked about together.
func TestOneReportAnswersForMany(t *testing.T) {
	o := newOffice(t)
	service := fastsmstest.New("t")
	server := httptest.NewServer(service)
	defer server.Close()
	o.fastsms("up", server.URL, setup{concurrency: 16})
	o.run()
	sent := o.send(0, 1200)
	o.batch(sent.BatchID, "submitted", func(b db.Batch) bool { return b.NSubmitted+b.NSent == 1200 })
	for i, text := range service.Texts() {
		word := "Delivered"
		if i%100 == 0 {
			word = "Failed"
		}
		service.SetStatus(text.IDs[0], word)
	}
	o.batch(sent.BatchID, "delivered", func(b db.Batch) bool { return b.NDelivered == 1188 && b.NFailed == 12 })
	if n := service.Asked("checkmessagestatus"); n > 3*untold {
		t.Errorf("1,200 messages took %d calls beside %d reports", n, service.Asked("report"))
	}
}

// An account without reports is asked one by one, and no faster than it allows,
// texts and questions together.
func TestQuestionsKeepToThePaceWithTexts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	service := fastsmstest.New("t")
	var mu sync.Mutex
	var calls []time.Time
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		calls = append(calls, time.Now())
		mu.Unlock()
		_ = r.ParseForm()
		if r.PostForm.Get("Action") == "CheckMessageStatus" {
			asked.Add(1)
		}
		if r.PostForm.Get("Action") == "Report" {
			_, _ = w.Write([]byte("-502"))
			return
		}
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	const rate = 25
	o.fastsms("up", server.URL, setup{rate: rate, concurrency: 4})
	o.run()
	sent := o.send(0, 100)
	began := time.Now()
	o.batch(sent.BatchID, "submitted", func(b db.Batch) bool { return b.NSubmitted+b.NSent == 100 })
	if took := time.Since(began); took > 30*time.Second { // four without a question, on a quiet machine
		t.Errorf("questions have slowed 100 texts to %v", took)
	}
	wait(t, "asked about", func() bool { return asked.Load() >= 50 })
	o.stop()
	slices.SortFunc(calls, time.Time.Compare)
	for i := range calls {
		if j := i + rate + 1; j < len(calls) && calls[j].Sub(calls[i]) < 600*time.Millisecond { // a second, but for what a busy machine delays
			t.Fatalf("%d calls within %v", rate+2, calls[j].Sub(calls[i]))
		}
	}
}

// What a provider answers to a question is never a reason to stop sending, or to
// hold what it says in memory.
func TestPollsThatAnswerNonsense(t *testing.T) {
	for name, nonsense := range map[string]http.HandlerFunc{
		"HTML": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("<html><body>Delivered</body></html>"))
		},
		"50 MB": giant,
		"drip": func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				if _, err := w.Write([]byte("M")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(100 * time.Millisecond):
				case <-r.Context().Done():
					return
				}
			}
		},
		"nothing": func(w http.ResponseWriter, r *http.Request) {},
		"hang up": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"500":     func(w http.ResponseWriter, r *http.Request) { http.Error(w, "fault", 500) },
		"columns": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("a,b\n1,2\n")) },
		"short": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("MessageID,From,Number,Message,Received Date,Status\n1,2\n"))
		},
		"dates": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("MessageID,From,Number,Message,Received Date,Status\n1,447700900123,60777,Hi,yesterday,Received\n"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			service := fastsmstest.New("t")
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				if a := r.PostForm.Get("Action"); a == "Report" || a == "CheckMessageStatus" {
					nonsense(w, r)
					return
				}
				service.ServeHTTP(w, r)
			}))
			defer server.Close()
			o.fastsms("up", server.URL, setup{concurrency: 4})
			o.run()
			for i := range 3 {
				sent := o.send(100*i, 30)
				o.batch(sent.BatchID, "submitted", func(b db.Batch) bool { return b.NSubmitted == 30 })
				time.Sleep(500 * time.Millisecond)
			}
			o.stop()
			page, err := o.ReceivedPage(t.Context(), o.admin, desk.Filter{Limit: 10})
			if err != nil || len(page.Lines) > 0 {
				t.Errorf("nonsense came in: %v %v", page.Lines, err)
			}
			cursor, err := o.InboundCursor(t.Context(), 1)
			at, _, _ := strings.Cut(cursor, " ") // what is too long is asked for in pieces
			if stands, _ := time.Parse(time.RFC3339, at); err != nil || time.Since(stands) < 20*time.Hour {
				t.Errorf("nonsense has moved the cursor to %q: %v", cursor, err)
			}
		})
	}
}

func giant(w http.ResponseWriter, _ *http.Request) {
	line := []byte("MessageID,From,Number,Message,Received Date,Status\n" + strings.Repeat("1,447700900123,60777,Hi,03/06/2026 09:00:00,Received\n", 1000))
	for range 1000 {
		if _, err := w.Write(line); err != nil {
			return
		}
	}
}

// received are the texts that came in so far, oldest first.
func (o *office) received() (all []string) {
	o.t.Helper()
	page, err := o.ReceivedPage(o.t.Context(), o.admin, desk.Filter{Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, in := range page.Lines {
		all = append(all, in.Body)
	}
	slices.Reverse(all)
	return all
}

func (o *office) awaits(n int) []string {
	o.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if got := o.received(); len(got) >= n {
			return got
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("only %q came in, want %d", o.received(), n)
		}
	}
}

// Texts are fetched once each, over restarts and changes of clocks, with and
// without the service's own ids.
func TestReceivedTextsAreFetchedOnce(t *testing.T) {
	for name, prepare := range map[string]func(*fastsmstest.Service){
		"by id":         func(*fastsmstest.Service) {},
		"by their hash": (*fastsmstest.Service).HideIDs,
		"clock behind": func(s *fastsmstest.Service) {
			s.SetClock(func() time.Time { return time.Now().Add(-90 * time.Minute) })
		},
		"clock ahead": func(s *fastsmstest.Service) { s.SetClock(func() time.Time { return time.Now().Add(5 * time.Hour) }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.inbound = 30 * time.Millisecond
			service := fastsmstest.New("t")
			prepare(service)
			server := httptest.NewServer(service)
			defer server.Close()
			service.Receive("447700900123", "before")
			o.fastsms("up", server.URL, setup{concurrency: 4})
			o.run()
			n := 1
			for round := range 3 {
				for range 2 { // the very same, twice in a second
					service.Receive("447700900123", fmt.Sprint("Yes ", round))
					n++
				}
				o.awaits(n)
				if round == 1 { // as after a summer's night
					service.SetClock(func() time.Time { return time.Now().Add(-time.Hour) })
				}
				o.stop()
				service.Receive("447700900123", fmt.Sprint("while it was down ", round))
				n++
				o.restart()
				o.awaits(n)
			}
			time.Sleep(200 * time.Millisecond) // and asked for again and again
			if got := o.received(); len(got) != n {
				t.Errorf("%d came in, want %d: %q", len(got), n, got)
			}
		})
	}
}

func TestFeedzonIsAskedFromItsCursor(t *testing.T) {
	o := newOffice(t, feedzon.Type())
	o.inbound = 30 * time.Millisecond
	service := feedzontest.New("k")
	server := httptest.NewServer(service)
	defer server.Close()
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "fz", Kind: "feedzon", Default: true,
		Settings: providers.Settings{"url": server.URL, "key": "k", "replies": "always"}, Rate: new(float64)}); err != nil {
		t.Fatal(err)
	}
	o.run()
	sent := o.send(0, 2)
	o.batch(sent.BatchID, "submitted", func(b db.Batch) bool { return b.NSubmitted == 2 })
	texts := service.Texts()
	if !texts[0].Repliable {
		t.Error("it cannot be answered")
	}
	service.SetStatus(texts[0].Reference, "11")
	service.SetStatus(texts[1].Reference, "53")
	o.batch(sent.BatchID, "at its end", func(b db.Batch) bool { return b.NDelivered == 1 && b.NExpired == 1 })
	service.Receive(texts[0].To, "Thanks", texts[0].Reference)
	service.Receive("447700900999", "Who is \"this\"?\nTell me", "")
	o.awaits(2)
	o.stop()
	for i := range 250 { // more than it lists at a time
		service.Receive("447700900999", fmt.Sprint("again ", i), "")
	}
	service.SetPage(100)
	o.restart()
	got := o.awaits(252)
	if got[0] != "Thanks" || got[1] != "Who is \"this\"?\nTell me" || got[251] != "again 249" || len(got) != 252 {
		t.Errorf("%d came in: %q", len(got), got[:2])
	}
	page, err := o.ReceivedPage(t.Context(), o.admin, desk.Filter{Limit: 300})
	if err != nil || page.Lines[251].MessageID != sent.Recipients[0].MessageID && page.Lines[251].MessageID != sent.Recipients[1].MessageID {
		t.Errorf("the reply answers nothing: %v", err)
	}
	// Nothing more is fetched than is new.
	before := service.Calls("GetMessageList.fz")
	time.Sleep(200 * time.Millisecond)
	if n := service.Calls("GetMessageList.fz"); n == before || len(o.received()) != 252 {
		t.Errorf("%d calls, %d came in", n-before, len(o.received()))
	}
}

// hasty reports a text as delivered before it has said yes to it.
type hasty struct {
	post func(reference string)
	last atomic.Int64
}

func (h *hasty) Send(context.Context, providers.Submission) (providers.Acceptance, error) {
	ref := fmt.Sprint("hasty-", h.last.Add(1))
	h.post(ref)
	time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
	return providers.Acceptance{References: []string{ref}}, nil
}

func (h *hasty) ParseCallback(c providers.Callback) (providers.Posted, error) {
	r := providers.Receipt{Reference: string(c.Body), Status: sms.Delivered}
	return providers.Posted{Receipts: []providers.Receipt{r, {Reference: r.Reference, Status: sms.Sent}, r}}, nil
}

func TestReceiptsThatOvertakeTheAnswer(t *testing.T) {
	h := &hasty{}
	o := newOffice(t, providers.Type{Name: "hasty", Title: "Hasty", Concurrency: 16,
		Open: func(providers.Settings, *http.Client) (providers.Provider, error) { return h, nil }})
	if _, err := o.AddProvider(t.Context(), desk.CommandLine(), desk.NewProvider{Name: "hasty", Kind: "hasty", Default: true}); err != nil {
		t.Fatal(err)
	}
	rows, err := o.Providers(t.Context(), desk.CommandLine())
	if err != nil {
		t.Fatal(err)
	}
	path, err := o.CallbackPath(desk.CommandLine(), rows[0])
	if err != nil {
		t.Fatal(err)
	}
	door, err := o.CallbackDoor(t.Context(), "hasty", path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	h.post = func(reference string) {
		if err := o.TakeCallback(context.Background(), door, providers.Callback{Method: "POST", Body: []byte(reference)}); err != nil {
			t.Error(err)
		}
	}
	o.run()
	sent := o.send(0, 400)
	o.batch(sent.BatchID, "delivered", func(b db.Batch) bool { return b.NDelivered == 400 })
}

package killtest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

// poster is a provider that posts each of its reports and replies until it is
// answered with 200, and now and then once more.
type poster struct {
	mu     sync.Mutex
	todo   []url.Values
	next   int
	posted []url.Values // answered
}

func (p *poster) take() (url.Values, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == len(p.todo) {
		return nil, false
	}
	p.next++
	return p.todo[p.next-1], true
}

func (p *poster) done(form url.Values, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !taken {
		p.todo = append(p.todo, form)
		return
	}
	p.posted = append(p.posted, form)
}

// work posts until there is nothing left or the program is dead.
func (p *poster) work(address string, r *rand.Rand) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for {
		form, more := p.take()
		if !more {
			return
		}
		resp, err := client.PostForm(address, form)
		if err != nil {
			p.done(form, false)
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		p.done(form, err == nil && resp.StatusCode == http.StatusOK)
		if r.IntN(20) == 0 { // as providers do
			if resp, err := client.PostForm(address, form); err == nil {
				resp.Body.Close()
			}
		}
	}
}

// What was answered is on disk and is applied once, whenever the program dies
// between storing and reading it.
func TestKillBetweenStoringAndReading(t *testing.T) {
	dir := t.TempDir()
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 0))
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	lives, messages := 6, 900
	if sizes().kills > 10 {
		lives, messages = 40, 20_000
	}
	path, references := submitted(t, dir, messages)
	p := &poster{}
	for i, ref := range references {
		p.todo = append(p.todo, url.Values{"reference": {ref}, "status": {"sent"}}, url.Values{"reference": {ref}, "status": {"delivered"}},
			url.Values{"id": {fmt.Sprint("reply-", i)}, "from": {"+" + number(i)}, "to": {"60777"}, "body": {fmt.Sprint("Reply ", i)}})
	}
	p.todo = append(p.todo, url.Values{"nonsense": {"1"}})
	r.Shuffle(len(p.todo), func(i, j int) { p.todo[i], p.todo[j] = p.todo[j], p.todo[i] })
	all := len(p.todo)
	for life := range lives {
		s := serve(t, dir)
		var work sync.WaitGroup
		for i := range 8 {
			own := rand.New(rand.NewPCG(now, uint64(100*life+i)))
			work.Go(func() { p.work(s.url[:len(s.url)-1]+path, own) })
		}
		if life < lives-1 {
			time.Sleep(time.Duration(r.Int64N(int64(250 * time.Millisecond))))
			s.kill(t)
			work.Wait()
			continue
		}
		work.Wait()
		for p.next < len(p.todo) { // what the last of them gave back
			p.work(s.url[:len(s.url)-1]+path, r)
		}
		s.stop(t)
	}
	if len(p.posted) < all {
		t.Fatalf("only %d of %d were answered", len(p.posted), all)
	}
	d, store := opened(t, dir)
	defer store.Close()
	if err := d.ReadCallbacks(t.Context()); err != nil { // what came last
		t.Fatal(err)
	}
	problems, err := d.CheckBooks(t.Context())
	if err != nil || len(problems) > 0 {
		t.Errorf("the books are wrong: %q %v", problems, err)
	}
	verifyApplied(t, store, messages)
	unread, err := store.CountUnreadCallbacks(t.Context(), 100)
	if err != nil || unread == 0 {
		t.Errorf("%d are unread, want the one that is nonsense: %v", unread, err)
	}
}

// submitted accepts messages and has the simulator take them, and returns where
// it posts and their references.
func submitted(t *testing.T, dir string, n int) (path string, references []string) {
	t.Helper()
	d, store := opened(t, dir)
	defer store.Close()
	if err := d.EnsureProvider(t.Context()); err != nil {
		t.Fatal(err)
	}
	seed(t, dir, n, rand.New(rand.NewPCG(1, 1)))
	rows, err := d.Providers(t.Context(), desk.CommandLine())
	if err != nil {
		t.Fatal(err)
	}
	if path, err = d.CallbackPath(desk.CommandLine(), rows[0]); err != nil {
		t.Fatal(err)
	}
	for len(references) < n {
		claimed, err := d.Claim(t.Context(), rows[0].ID, 0, 500)
		if err != nil || len(claimed) == 0 {
			t.Fatalf("claim: %d after %d: %v", len(claimed), len(references), err)
		}
		marked, err := d.Mark(t.Context(), claimed)
		if err != nil {
			t.Fatal(err)
		}
		var outcomes []desk.Outcome
		for _, m := range marked {
			ref := fmt.Sprint("kill-", m.ID) // none of the simulator's own, so that polls know nothing of it
			references = append(references, ref)
			outcomes = append(outcomes, desk.Outcome{Message: m, Acceptance: providers.Acceptance{References: []string{ref}}, Last: true})
		}
		if err := d.Record(t.Context(), outcomes); err != nil {
			t.Fatal(err)
		}
	}
	return path, references
}

// verifyApplied looks that each message was delivered once, by one event, and
// that each reply is there once.
func verifyApplied(t *testing.T, store *db.Store, messages int) {
	t.Helper()
	replies := map[string]int{}
	found, err := store.FindInbound(t.Context(), db.InboundFilter{Limit: 10 * messages})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range found {
		replies[in.Body]++
		if in.MessageID == 0 || !strings.HasPrefix(in.ProviderRef, "reply-") {
			t.Errorf("%q answers nothing", in.Body)
		}
	}
	for i := range messages {
		if n := replies[fmt.Sprint("Reply ", i)]; n != 1 {
			t.Errorf("reply %d is there %d times", i, n)
		}
	}
	n := 0
	err = store.EachMessage(t.Context(), db.MessageFilter{}, func(m db.Message) error {
		if n++; m.Status != sms.Delivered {
			t.Errorf("message %d is %s", m.ID, m.Status)
		}
		events, err := store.Events(t.Context(), m.ID)
		if err != nil {
			return err
		}
		delivered := 0
		for _, e := range events {
			if e.Status == sms.Delivered {
				delivered++
			}
		}
		if delivered != 1 {
			t.Errorf("message %d was delivered %d times", m.ID, delivered)
		}
		return nil
	})
	if err != nil || n != messages {
		t.Errorf("there are %d messages, want %d: %v", n, messages, err)
	}
}

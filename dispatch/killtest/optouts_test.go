package killtest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/twilio/twiliotest"
	"textdesk/sms"
)

const (
	handsetAccount = "AC00000000000000000000000000000001"
	handsetToken   = "t0ken"
	handsetOwn     = "447860033456" // to whom people answer
)

// The two texts that everybody is sent.
var handsetBodies = []string{"School is closed today.", "And it is closed tomorrow."}

// What a person does when their first text comes.
const (
	handsetReplies = iota
	handsetStops
	handsetStopsAndStarts
	handsetSilent
	handsetWays
)

// pushed is a text from a handset, which is posted until it is answered.
type pushed struct {
	from, body, sid string
	then            *pushed // what they write once this is answered
}

// handsets are the people and the service between them and the desk: it takes
// texts, and posts what people answer while the program lives.
type handsets struct {
	service *twiliotest.Service
	mu      sync.Mutex
	took    map[[2]string]int // how often a number was sent a text
	last    int
	todo    []*pushed
	busy    int
	done    map[string]*pushed // answered, by the service's id
	stopped map[string]bool    // numbers whose STOP was answered
}

// ServeHTTP takes texts as Twilio does, after a while.
func (h *handsets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if r.ParseForm() != nil {
			return // the program died in the middle of it
		}
		time.Sleep(4 * time.Millisecond)
		h.take(r.PostForm.Get("To"), r.PostForm.Get("Body"))
	}
	h.service.ServeHTTP(w, r)
}

func (h *handsets) take(to, body string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took[[2]string{to, body}]++
	if body != handsetBodies[0] || h.took[[2]string{to, body}] > 1 {
		return
	}
	switch wayOf(to) {
	case handsetReplies:
		h.add(&pushed{from: to, body: "Reply of " + to})
	case handsetStops:
		h.add(&pushed{from: to, body: "STOP"})
	case handsetStopsAndStarts:
		h.add(&pushed{from: to, body: "Stop.", then: &pushed{from: to, body: "START"}})
	}
}

// wayOf is what a person does.
func wayOf(number string) int { return int(number[len(number)-1]-'0') % handsetWays }

func (h *handsets) add(p *pushed) {
	h.last++
	p.sid = fmt.Sprintf("SM%032x", 1<<40+h.last)
	h.todo = append(h.todo, p)
}

// next is a text to post; nil when there is none now.
func (h *handsets) next() *pushed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.todo) == 0 {
		return nil
	}
	p := h.todo[0]
	h.todo = h.todo[1:]
	h.busy++
	return p
}

func (h *handsets) answered(p *pushed, taken bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
	if !taken {
		h.todo = append(h.todo, p)
		return
	}
	h.done[p.sid] = p
	if p.then != nil {
		h.add(p.then)
	}
	if wayOf(p.from) == handsetStops {
		h.stopped[p.from] = true
	}
}

// open is how much is still to be posted.
func (h *handsets) open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.todo) + h.busy
}

// work posts until ctx ends or the program is dead.
func (h *handsets) work(ctx context.Context, address string, r *rand.Rand) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	post := func(p *pushed) bool {
		form := url.Values{"MessageSid": {p.sid}, "AccountSid": {handsetAccount}, "From": {p.from}, "To": {"+" + handsetOwn}, "Body": {p.body}}
		req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			return false
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Twilio-Signature", twiliotest.Sign(handsetToken, address, form))
		resp, err := client.Do(req)
		if err != nil {
			return false
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return err == nil && resp.StatusCode == http.StatusOK
	}
	for ctx.Err() == nil {
		p := h.next()
		if p == nil {
			time.Sleep(time.Millisecond)
			continue
		}
		taken := post(p)
		h.answered(p, taken)
		if !taken {
			time.Sleep(time.Millisecond)
			continue
		}
		if r.IntN(10) == 0 { // as providers do, perhaps after what came next
			post(p)
		}
	}
}

// People answer, opt out and in again while they are texted, and the program dies
// again and again: whoever said STOP is sent nothing more but one confirmation,
// no reply is lost or there twice, and conversations and the list say what the
// service posted.
func TestKillWhileHandsetsReply(t *testing.T) {
	dir, lives, people := t.TempDir(), 4, 300
	size := sizes()
	if size.kills > 10 {
		lives, people = size.kills, 8000
	}
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 0))
	h := &handsets{service: twiliotest.New(handsetAccount, handsetToken), took: map[[2]string]int{}, done: map[string]*pushed{}, stopped: map[string]bool{}}
	server := httptest.NewServer(h)
	defer server.Close()
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	must(t, dir, "", "provider", "add", "tw", "--kind", "twilio", "--default", "--set", "url="+server.URL, "--set", "account="+handsetAccount, "--set", "token="+handsetToken,
		"--set", "rate=0", "--set", fmt.Sprint("concurrency=", size.concurrency))
	path := handsetBatches(t, dir, people)
	kept := map[[2]string]bool{} // what must never be taken
	for life := range lives {
		s := serve(t, dir)
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for i := range 4 {
			own := rand.New(rand.NewPCG(now, uint64(100*life+i)))
			work.Go(func() { h.work(ctx, strings.TrimRight(s.url, "/")+path, own) })
		}
		if life < lives-1 {
			time.Sleep(time.Duration(r.Int64N(int64(size.longest))))
			s.kill(t)
			stop()
			work.Wait()
			h.keep(t, dir, kept)
			continue
		}
		h.settle(t, dir)
		stop()
		work.Wait()
		s.stop(t)
	}
	if text := must(t, dir, "", "check"); !strings.Contains(text, "The books are right") {
		t.Error(text)
	}
	h.verify(t, dir, people, kept, lives*size.concurrency)
}

// handsetBatches accepts both texts to everybody, and returns where the service
// posts.
func handsetBatches(t *testing.T, dir string, people int) (path string) {
	t.Helper()
	d, store, boss := awake(t, dir)
	defer store.Close()
	to := make([]string, people)
	for i := range to {
		to[i] = "+" + number(i)
	}
	for _, body := range handsetBodies {
		if _, err := d.Send(t.Context(), desk.Actor{User: boss, Door: "page"}, desk.Order{To: to, Sender: "+" + handsetOwn, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := d.Providers(t.Context(), desk.CommandLine())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Kind == "twilio" {
			path, err = d.CallbackPath(desk.CommandLine(), row)
		}
	}
	if err != nil || path == "" {
		t.Fatalf("the service posts to %q: %v", path, err)
	}
	return path
}

// keep notes, while nobody serves, what has not left to people whose STOP is on
// disk: it must not leave any more.
func (h *handsets) keep(t *testing.T, dir string, kept map[[2]string]bool) {
	t.Helper()
	_, store := opened(t, dir)
	defer store.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	err := store.EachMessage(t.Context(), db.MessageFilter{}, func(m db.Message) error {
		if h.stopped[string(m.Number)] && isBulk(m.Body) && (m.Status == sms.Queued || m.Status == sms.Suppressed) {
			kept[[2]string{string(m.Number), m.Body}] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isBulk(body string) bool { return body == handsetBodies[0] || body == handsetBodies[1] }

// settle waits until everything is posted, read, answered and sent.
func (h *handsets) settle(t *testing.T, dir string) {
	t.Helper()
	d, store := opened(t, dir)
	defer store.Close()
	ctx := t.Context()
	// In the order in which one makes the other; what moved meanwhile is found the
	// next time round, for everything has to be at rest twice.
	waits := func() (n int) {
		n = h.open()
		callbacks, err := store.WaitingCallbacks(ctx, db.WaitingCallbacksParams{PageSize: 10})
		if err != nil {
			t.Fatal(err)
		}
		replies, err := d.WaitingReplies(ctx)
		if err != nil {
			t.Fatal(err)
		}
		err = store.EachMessage(ctx, db.MessageFilter{Statuses: []sms.Status{sms.Queued, sms.Submitting}}, func(db.Message) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n + len(callbacks) + len(replies)
	}
	for rest, deadline := 0, time.Now().Add(5*time.Minute); rest < 2; time.Sleep(10 * time.Millisecond) {
		n := waits()
		if rest++; n > 0 {
			rest = 0
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to rest: %d wait", n)
		}
	}
}

// verify compares what the desk says with what the service took and posted.
func (h *handsets) verify(t *testing.T, dir string, people int, kept map[[2]string]bool, mostDoubt int) {
	t.Helper()
	ctx := t.Context()
	d, store := opened(t, dir)
	defer store.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for text, n := range h.took {
		if n > 1 {
			t.Errorf("%s was sent %q %d times", text[0], text[1], n)
		}
		if kept[text] {
			t.Errorf("%s was sent %q after their STOP was stored", text[0], text[1])
		}
	}
	// Every text that was posted is there once, in its conversation.
	found, err := store.FindInbound(ctx, db.InboundFilter{Limit: 10 * people})
	if err != nil {
		t.Fatal(err)
	}
	there, received := map[string]int{}, map[string]int64{}
	for _, in := range found {
		there[in.ProviderRef]++
		p := h.done[in.ProviderRef]
		if p == nil || p.from != string(in.Number) || p.body != in.Body {
			t.Errorf("%q of %s was never posted so", in.Body, in.Number)
		}
		if in.MessageID == 0 || in.ConversationID == 0 {
			t.Errorf("%q of %s answers message %d in conversation %d", in.Body, in.Number, in.MessageID, in.ConversationID)
		}
		received[string(in.Number)]++
	}
	for sid, p := range h.done {
		if there[sid] != 1 {
			t.Errorf("%q of %s is there %d times", p.body, p.from, there[sid])
		}
	}
	automatic, doubts := map[string]int{}, 0
	suppressedAt := map[string]db.Millis{}
	for i := range people {
		to := "+" + number(i)
		s, err := store.SuppressionOf(ctx, sms.MSISDN(to))
		if err != nil && !db.IsNotFound(err) {
			t.Fatal(err)
		}
		is, want := err == nil, wayOf(to) == handsetStops && received[to] > 0
		if is != want {
			t.Errorf("%s, who wrote %d texts and has way %d, is on the list: %v", to, received[to], wayOf(to), is)
		}
		if is {
			suppressedAt[to] = s.AddedAt
		}
	}
	heard := map[string]int64{}
	all, err := store.FindConversations(ctx, db.ConversationFilter{Viewer: db.Viewer{}, Limit: 10 * people})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		heard[string(c.Number)] += c.Received
		if _, is := suppressedAt[string(c.Number)]; is != bool(c.Suppressed) {
			t.Errorf("the conversation with %s says suppressed: %v, and the list %v", c.Number, c.Suppressed, is)
		}
	}
	for from, n := range received {
		if heard[from] != n {
			t.Errorf("the conversations with %s have %d texts, want %d", from, heard[from], n)
		}
	}
	err = store.EachMessage(ctx, db.MessageFilter{}, func(m db.Message) error {
		to := string(m.Number)
		took := h.took[[2]string{to, m.Body}] > 0
		switch m.Status {
		case sms.Submitted, sms.Sent, sms.Delivered:
			if !took {
				t.Errorf("%s is said to have %q, and the service never had it", to, m.Body)
			}
		case sms.InDoubt:
			doubts++
		case sms.Suppressed:
			if took {
				t.Errorf("%q is said to be kept from %s, and the service has it", m.Body, to)
			}
			if !isBulk(m.Body) {
				t.Errorf("%q to %s was suppressed, and it answers what they said", m.Body, to)
			}
		default:
			t.Errorf("%q to %s is still %s", m.Body, to, m.Status)
		}
		if !isBulk(m.Body) {
			automatic[to]++
			return nil
		}
		at := suppressedAt[to]
		if at == 0 {
			return nil
		}
		events, err := store.Events(ctx, m.ID)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Status == sms.Submitting && e.At > at { // marked in a transaction after the one with the opt-out
				t.Errorf("%q went to %s %v after they were on the list", m.Body, to, e.At.Time().Sub(at.Time()))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range people {
		to := "+" + number(i)
		want := map[int]int{handsetStops: 1, handsetStopsAndStarts: 2}[wayOf(to)]
		if received[to] == 0 {
			want = 0 // the text that they would have answered is in doubt or never left
		}
		if automatic[to] != want {
			t.Errorf("%s, who wrote %d texts, was answered %d times, want %d", to, received[to], automatic[to], want)
		}
	}
	if doubts > mostDoubt {
		t.Errorf("%d are in doubt, and %d at most were in flight at the kills", doubts, mostDoubt)
	}
	if problems, err := d.CheckBooks(ctx); err != nil || len(problems) > 0 {
		t.Errorf("the books are wrong: %q %v", problems, err)
	}
	t.Logf("%d people, %d texts posted, %d opted out, %d kept from leaving at a kill, %d in doubt", people, len(h.done), len(suppressedAt), len(kept), doubts)
}

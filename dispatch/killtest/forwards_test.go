package killtest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/desk"
)

// taker is a web page that takes forwarded texts, some of them the second time
// only.
type taker struct {
	mu     sync.Mutex
	got    map[string]map[string]int // by text, the ids under which it came
	failed map[string]bool
}

func (tk *taker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tk.mu.Lock()
	defer tk.mu.Unlock()
	body := r.FormValue("msg")
	if strings.HasSuffix(body, "7") && !tk.failed[body] {
		tk.failed[body] = true
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	if tk.got[body] == nil {
		tk.got[body] = map[string]int{}
	}
	tk.got[body][r.FormValue("id")]++
}

// What was answered is forwarded at least once, whenever the program dies between
// storing, reading, forwarding and writing down that it was; and what comes twice
// has the same id.
func TestKillBetweenStoringAndForwarding(t *testing.T) {
	dir := t.TempDir()
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 3))
	lives, texts := 5, 300
	if sizes().kills > 10 {
		lives, texts = 40, 5000
	}
	page := &taker{got: map[string]map[string]int{}, failed: map[string]bool{}}
	receiver := httptest.NewServer(page)
	defer receiver.Close()
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	must(t, dir, "", "number", "allow", receiver.Listener.Addr().String())
	must(t, dir, "", "number", "add", "60777", "--provider", "Simulator", "--forward-url", receiver.URL, "--forward-auth", "s3cret")
	path := callbackPathOf(t, dir)
	p := &poster{}
	for i := range texts {
		p.todo = append(p.todo, url.Values{"id": {fmt.Sprint("text-", i)}, "from": {"+" + number(i)}, "to": {"60777"}, "body": {fmt.Sprint("Text ", i)}})
	}
	for life := range lives {
		s := serve(t, dir)
		at := s.url[:len(s.url)-1] + path
		if life < lives-1 {
			var work sync.WaitGroup
			own := rand.New(rand.NewPCG(now, uint64(life)))
			work.Go(func() { p.work(at, own) })
			time.Sleep(time.Duration(r.Int64N(int64(400 * time.Millisecond))))
			s.kill(t)
			work.Wait()
			continue
		}
		for p.next < len(p.todo) {
			p.work(at, r)
		}
		forwarded(t, dir)
		s.stop(t)
	}
	page.mu.Lock()
	defer page.mu.Unlock()
	repeated := 0
	for i := range texts {
		ids := page.got[fmt.Sprint("Text ", i)]
		if len(ids) != 1 {
			t.Errorf("text %d came under %d ids: %v", i, len(ids), ids)
		}
		for _, n := range ids {
			repeated += n - 1
		}
	}
	if most := 2 * lives; repeated > most {
		t.Errorf("%d texts came more than once, want at most the %d that were under way", repeated, most)
	}
}

// forwarded waits until nothing is left to be forwarded.
func forwarded(t *testing.T, dir string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list := must(t, dir, "", "number", "list")
		fields := strings.Fields(list[strings.LastIndex(list, "\n")+1:])
		if n := len(fields); fields[n-2] == "0" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("texts are left:\n%s", list)
		}
	}
}

// callbackPathOf is where the simulator posts.
func callbackPathOf(t *testing.T, dir string) string {
	t.Helper()
	d, store := opened(t, dir)
	defer store.Close()
	rows, err := d.Providers(t.Context(), desk.CommandLine())
	if err != nil {
		t.Fatal(err)
	}
	path, err := d.CallbackPath(desk.CommandLine(), rows[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

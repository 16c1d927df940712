// Package killtest kills the real program at any instant, again and again, and
// then counts: nobody was texted twice, nobody was missed, and where no one can
// know, the desk says so.
package killtest

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/all"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/sms"
)

// size is how much a test does. TEXTDESK_CHAOS=1 asks for the long form.
type size struct {
	messages, kills, concurrency int
	longest                      time.Duration // that one life of the program lasts
}

func sizes() size {
	if os.Getenv("TEXTDESK_CHAOS") != "" {
		return size{messages: 60_000, kills: 60, concurrency: 24, longest: 1500 * time.Millisecond}
	}
	return size{messages: 2500, kills: 5, concurrency: 8, longest: 350 * time.Millisecond}
}

var binary struct {
	sync.Once
	path string
	err  error
}

// program builds the real binary once.
func program(t *testing.T) string {
	t.Helper()
	binary.Do(func() {
		dir, err := os.MkdirTemp("", "textdesk-kill")
		if err != nil {
			binary.err = err
			return
		}
		binary.path = filepath.Join(dir, "textdesk")
		build := exec.Command("go", "build", "-o", binary.path, "textdesk")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return binary.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if binary.path != "" {
		_ = os.RemoveAll(filepath.Dir(binary.path))
	}
	os.Exit(code)
}

// command runs one command of the program to its end.
func command(t *testing.T, dir, in string, args ...string) (out string, err error) {
	t.Helper()
	c := exec.Command(program(t), append(args, "--data", dir)...)
	c.Stdin = strings.NewReader(in)
	text, err := c.CombinedOutput()
	return strings.TrimSpace(string(text)), err
}

func must(t *testing.T, dir, in string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, in, args...)
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	return out
}

// served is the program at work.
type served struct {
	cmd *exec.Cmd
	url string
	log *bytes.Buffer
}

func serve(t *testing.T, dir string) *served {
	t.Helper()
	s := &served{cmd: exec.Command(program(t), "serve", "--data", dir, "--listen", "127.0.0.1:0"), log: &bytes.Buffer{}}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Textdesk is ready at ")
	if err != nil || !ok {
		_ = s.cmd.Wait()
		t.Fatalf("serve said %q: %v\n%s", line, err, s.log)
	}
	s.url = address
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return s
}

// kill ends it as a power cut would.
func (s *served) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
}

// stop asks it to end, and it must do so in good order.
func (s *served) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("a graceful stop: %v\n%s", err, s.log)
	}
}

// opened is the data directory, open in this process while nobody serves.
func opened(t *testing.T, dir string) (*desk.Desk, *db.Store) {
	t.Helper()
	vault, err := desk.OpenVault(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types()}), store
}

// awake opens the desk, with the user boss, and without quiet hours: tests run at
// night too.
func awake(t *testing.T, dir string) (*desk.Desk, *db.Store, db.User) {
	t.Helper()
	d, store := opened(t, dir)
	boss, err := store.UserByName(t.Context(), "boss")
	if err == nil {
		err = d.SaveQuietHours(t.Context(), desk.CommandLine(), desk.QuietHours{Off: true})
	}
	if err != nil {
		t.Fatal(errors.Join(err, store.Close()))
	}
	return d, store, boss
}

func number(i int) string { return fmt.Sprintf("4479%08d", 11_000_000+i) }

// seed accepts messages in sends of all sizes.
func seed(t *testing.T, dir string, n int, r *rand.Rand) {
	t.Helper()
	d, store, boss := awake(t, dir)
	defer store.Close()
	for done := 0; done < n; {
		size := []int{1, 1, 7, 150, 600}[r.IntN(5)]
		size = min(size, n-done)
		to := make([]string, size)
		for i := range to {
			to[i] = "+" + number(done+i)
		}
		done += size
		if _, err := d.Send(t.Context(), desk.Actor{User: boss, Door: "page"}, desk.Order{To: to, Sender: "SCHOOL", Body: "School is closed today."}); err != nil {
			t.Fatal(err)
		}
	}
}

// client posts single texts to the program's own API while it lives, and
// remembers which of them were accepted.
type client struct {
	token    string
	mu       sync.Mutex
	next     int
	accepted []string
}

// work posts until the program dies.
func (c *client) work(base string) {
	for {
		c.mu.Lock()
		to := number(c.next)
		c.next++
		c.mu.Unlock()
		resp, err := http.PostForm(base+"api", url.Values{"Action": {"Send"}, "Token": {c.token}, "DestinationAddress": {to},
			"SourceAddress": {"SCHOOL"}, "Body": {"One of many."}})
		if err != nil {
			return
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return
		}
		if text := strings.TrimSpace(string(answer)); resp.StatusCode == 200 && text != "" && text[0] != '-' {
			c.mu.Lock()
			c.accepted = append(c.accepted, to)
			c.mu.Unlock()
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestKill(t *testing.T) {
	want, dir := sizes(), t.TempDir()
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 0))

	upstream := fastsmstest.New("t")
	upstream.SetLatency(4 * time.Millisecond)
	broken := 0 // calls that nobody can be sure of
	faults := rand.New(rand.NewPCG(now, 1))
	upstream.SetFault(func(int) fastsmstest.Fault { // called with the service locked
		switch f := fastsmstest.Fault(faults.IntN(600)); f {
		case fastsmstest.TakeAndReset, fastsmstest.Reset, fastsmstest.TakeAndFail:
			broken++
			return f
		case fastsmstest.Throttle:
			if faults.IntN(4) == 0 {
				return f
			}
		}
		return fastsmstest.None
	})
	server := httptest.NewServer(upstream)
	defer server.Close()

	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	must(t, dir, "", "provider", "add", "up", "--kind", "fastsms", "--default", "--set", "url="+server.URL, "--set", "token=t",
		"--set", "rate=0", "--set", fmt.Sprint("concurrency=", want.concurrency))
	token := must(t, dir, "", "user", "token", "boss")
	seed(t, dir, want.messages, r)

	c := &client{token: token, next: want.messages}
	var clients sync.WaitGroup
	var kept []string // of paused sends
	for life := range want.kills {
		s := serve(t, dir)
		for range 2 {
			clients.Go(func() { c.work(s.url) })
		}
		time.Sleep(time.Duration(r.Int64N(int64(want.longest))))
		s.kill(t)
		clients.Wait()
		kept = pauseSome(t, dir, upstream, kept, life < want.kills-1, r)
	}
	// The last life goes to the end.
	s := serve(t, dir)
	comesToAnEnd(t, dir, upstream)
	s.stop(t)
	if text := must(t, dir, "", "check"); !strings.Contains(text, "The books are right") {
		t.Error(text)
	}
	verify(t, dir, upstream, c, want, broken)
}

// beside reads the store while a desk serves from it.
func beside(t *testing.T, dir string) *sql.DB {
	t.Helper()
	store, err := sql.Open("sqlite", "file:"+filepath.Join(dir, db.FileName)+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// comesToAnEnd waits until nothing waits in the store any more, no time of a
// repeating send has come, and the upstream has been left alone for a while.
func comesToAnEnd(t *testing.T, dir string, upstream *fastsmstest.Service) {
	t.Helper()
	store := beside(t, dir)
	defer store.Close()
	deadline := time.Now().Add(10 * time.Minute)
	for quiet, last := time.Now(), -1; ; time.Sleep(20 * time.Millisecond) {
		if n := upstream.Calls(); n != last {
			quiet, last = time.Now(), n
		}
		if time.Since(quiet) < 2500*time.Millisecond {
			continue
		}
		var left int
		if err := store.QueryRowContext(t.Context(), waiting, db.At(time.Now())).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to an end: %d wait", left)
		}
	}
}

// waiting counts what a desk that serves still has to do now.
const waiting = `SELECT (SELECT coalesce(sum(n_scheduled + n_queued + n_submitting), 0) FROM batches)
	+ (SELECT count(*) FROM recurring WHERE next_at BETWEEN 1 AND ?)`

// pauseSome looks, while nobody serves, that nothing left of the sends that were
// paused during the last life, resumes them, and pauses others if there is a
// life to come. It returns the numbers that must not be texted in it.
func pauseSome(t *testing.T, dir string, upstream *fastsmstest.Service, kept []string, more bool, r *rand.Rand) (keep []string) {
	t.Helper()
	took := map[string]bool{}
	for _, text := range upstream.Texts() {
		took[text.To] = true
	}
	for _, to := range kept {
		if took[to] {
			t.Errorf("%s was texted though the send was paused", to)
		}
	}
	d, store := opened(t, dir)
	defer store.Close()
	paused, err := store.PausedBatches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range paused {
		if err := d.ResumeBatch(t.Context(), desk.CommandLine(), b.ID); err != nil {
			t.Fatal(err)
		}
	}
	if !more {
		return nil
	}
	waiting := map[int64][]string{}
	err = store.EachMessage(t.Context(), db.MessageFilter{Statuses: []sms.Status{sms.Queued}}, func(m db.Message) error {
		waiting[m.BatchID] = append(waiting[m.BatchID], m.Number.Digits())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, numbers := range waiting {
		if len(numbers) < 2 || r.IntN(3) > 0 {
			continue
		}
		if err := d.PauseBatch(t.Context(), desk.CommandLine(), id); err != nil {
			t.Fatal(err)
		}
		keep = append(keep, numbers...)
	}
	return keep
}

// verify compares what the desk says with what the upstream took.
func verify(t *testing.T, dir string, upstream *fastsmstest.Service, c *client, want size, broken int) {
	t.Helper()
	if d := upstream.Doubled(); len(d) > 0 {
		t.Errorf("%d were texted twice: %v", len(d), d)
	}
	took := map[string]bool{}
	for _, text := range upstream.Texts() {
		took[text.To] = true
	}
	d, store := opened(t, dir)
	defer store.Close()
	problems, err := d.CheckBooks(t.Context())
	if err != nil || len(problems) > 0 {
		t.Errorf("the books are wrong: %q %v", problems, err)
	}
	known, doubts := map[string]bool{}, 0
	err = store.EachMessage(t.Context(), db.MessageFilter{}, func(m db.Message) error {
		to := m.Number.Digits()
		known[to] = true
		switch m.Status {
		case sms.Submitted, sms.Sent, sms.Delivered:
			if !took[to] {
				t.Errorf("%s is said to be %s, and the provider never had it", to, m.Status)
			}
		case sms.InDoubt:
			doubts++
		default:
			t.Errorf("%s is still %s", to, m.Status)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.messages {
		if !known[number(i)] {
			t.Errorf("%s was accepted and is gone", number(i))
		}
	}
	for _, to := range c.accepted {
		if !known[to] {
			t.Errorf("%s was accepted by the API and is gone", to)
		}
	}
	for to := range took {
		if !known[to] {
			t.Errorf("%s was texted, and the desk does not know", to)
		}
	}
	if limit := broken + want.kills*want.concurrency; doubts > limit {
		t.Errorf("%d are in doubt after %d kills with %d calls in flight and %d broken calls", doubts, want.kills, want.concurrency, broken)
	}
	t.Logf("%d messages, %d of them by the API, %d kills, %d broken calls, %d in doubt", len(known), len(c.accepted), want.kills, broken, doubts)
}

func TestASecondServeIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir)
	out, err := command(t, dir, "", "serve", "--listen", "127.0.0.1:0")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || strings.Count(out, "\n") != 0 || !strings.Contains(out, db.ErrLocked.Error()) {
		t.Errorf("the second serve: %v: %q", err, out)
	}
	s.stop(t)
	serve(t, dir).stop(t)
}

func TestANewerStoreIsRefusedInOneSentence(t *testing.T) {
	dir := t.TempDir()
	_, store := opened(t, dir)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", filepath.Join(dir, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, dir, "", "serve", "--listen", "127.0.0.1:0")
	if err == nil || strings.Count(out, "\n") != 0 || !strings.Contains(out, "newer version") {
		t.Errorf("serve on a newer store: %v: %q", err, out)
	}
}

package killtest

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers/fastsms/fastsmstest"
)

// TestKillWhileAccepting kills the program while it writes the messages of one
// large send and sends the first of them. Each is written once, with the text
// that was looked at, and texted at most once; nobody is missed.
func TestKillWhileAccepting(t *testing.T) {
	want, dir := sizes(), t.TempDir()
	want.messages, want.longest = 4*want.messages, want.longest/2
	now := uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 0))
	upstream := fastsmstest.New("t")
	server := httptest.NewServer(upstream)
	defer server.Close()
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	must(t, dir, "", "provider", "add", "up", "--kind", "fastsms", "--default", "--set", "url="+server.URL, "--set", "token=t",
		"--set", "rate=0", "--set", fmt.Sprint("concurrency=", want.concurrency))
	seedLarge(t, dir, want.messages)

	for range want.kills {
		s := serve(t, dir)
		time.Sleep(time.Duration(r.Int64N(int64(want.longest))))
		s.kill(t)
		if text := must(t, dir, "", "check"); !strings.Contains(text, "The books are right") {
			t.Error(text)
		}
	}
	s := serve(t, dir)
	comesToAnEnd(t, dir, upstream)
	s.stop(t)
	verify(t, dir, upstream, &client{}, want, 0)
	for _, text := range upstream.Texts() {
		if text.Body != "Dear +"+text.To+", school is closed." {
			t.Errorf("%s reads %q", text.To, text.Body)
		}
	}
}

// seedLarge presses Send on a draft: most of its messages are not written yet.
func seedLarge(t *testing.T, dir string, n int) {
	t.Helper()
	d, store, boss := awake(t, dir)
	defer store.Close()
	to := make([]string, n)
	for i := range to {
		to[i] = "+" + number(i)
	}
	actor := desk.Actor{User: boss, Door: "page"}
	id, err := d.Prepare(t.Context(), actor, desk.Order{To: to, Sender: "SCHOOL", Body: "Dear ((Number)), school is closed.", Fill: true}, "{}")
	if err == nil {
		err = d.PrepareDrafts(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	sent, err := d.SendPrepared(t.Context(), actor, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := store.Batch(t.Context(), sent.BatchID); err != nil || b.NStaged < int64(n/2) {
		t.Fatalf("%d of %d are staged, %v", b.NStaged, n, err)
	}
}

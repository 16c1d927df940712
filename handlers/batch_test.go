package handlers_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
)

// sendTo has the user send to n people, through the review, and returns the
// path of the batch.
func (b *browser) sendTo(n int, pairs ...string) string {
	b.t.Helper()
	review := b.post("/send", order(append([]string{"to", numbers(n)}, pairs...)...))
	send := review.carried()
	send.Set("do", "send")
	got := b.post("/send", send)
	if !strings.HasPrefix(got.path, "/batches/") {
		b.t.Fatalf("sending led to %s with status %d", got.path, got.status)
	}
	return got.path
}

var tilePattern = regexp.MustCompile(`(?s)href="/outbox\?batch=(\d+)(?:&amp;state=([a-z-]+))?".*?stat-value">([0-9,]+)<`)

// tiles are the big numbers of a batch's page by the state that they filter;
// "" is all.
func (a answer) tiles(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, m := range tilePattern.FindAllStringSubmatch(a.body, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[3], ",", ""))
		must(t, err)
		found[m[2]] = n
	}
	return found
}

func addUp(tiles map[string]int) (sum int) {
	for state, n := range tiles {
		if state != "" {
			sum += n
		}
	}
	return sum
}

func TestStopWithinTheUndoWindow(t *testing.T) {
	td := newTestDesk(t)
	td.run()
	sam := td.signIn("sam")
	path := sam.sendTo(40)
	page := sam.get(path)
	page.wants(t, http.StatusOK, `hx-get="`+path+`/live"`, `hx-trigger="every 1s"`)
	page.says(t, "The first text leaves in", "Stop all 40")
	got := sam.post(path+"/stop", nil)
	got.says(t, "Stopped: 40 messages were taken back and will not be sent.", "Stopped", "1,000 credits")
	got.lacks(t, "hx-get=")
	if tiles := got.tiles(t); tiles["cancelled"] != 40 || tiles[""] != 40 || addUp(tiles) != 40 {
		t.Errorf("the numbers are %v", tiles)
	}
	sam.post(path+"/stop", nil).says(t, "Nothing was waiting any more, so nothing was stopped.")
	sam.get(path+"/stop").says(t, "Nothing is waiting any more, so there is nothing to stop.")
}

func TestStopAsksFirst(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	path := sam.sendTo(3, "when", "later", "at_date", "2026-03-21", "at_time", "09:00", "body", strings.Repeat("a", 200))
	sam.get(path).wants(t, http.StatusOK, `href="`+path+`/stop"`)
	ask := sam.get(path + "/stop")
	ask.wants(t, http.StatusOK, `action="`+path+`/stop"`)
	ask.says(t, "Stop this text to 3 people?", "Nobody will get it.", "6 credits come back to you.", "Stop 3 messages")
	if n := td.sent("sam"); n != 3 {
		t.Fatalf("asking changed something: %d messages", n)
	}
	sam.post(path+"/stop", nil).says(t, "Stopped: 3 messages were taken back", "1,000 credits")
	if tiles := sam.get(path).tiles(t); tiles["cancelled"] != 3 {
		t.Errorf("the numbers are %v", tiles)
	}
}

// The big numbers add up at every moment, and the page stops asking when
// nothing more happens by itself.
func TestBatchRunsToItsEnd(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	// The simulator delivers to those ending in 10 to 59, and refuses 02.
	path := sam.sendTo(0, "to", numbers(60)[10*len("07700 900000\r\n"):]+"07700 900002")
	td.shift.Store(int64(30 * time.Second)) // past the undo window
	td.run()
	deadline := time.Now().Add(time.Minute)
	for {
		got := sam.do(http.MethodGet, path+"/live", nil, "HX-Request", "true")
		got.lacks(t, "<html")
		tiles := got.tiles(t)
		if tiles[""] != 51 || addUp(tiles) != 51 {
			t.Fatalf("the numbers do not add up: %v", tiles)
		}
		if tiles["waiting"] == 0 && tiles["on-the-way"] == 0 {
			got.lacks(t, "hx-get=")
			got.says(t, "Finished", "Delivered 50", "Not delivered 1")
			break
		}
		if !strings.Contains(got.body, "hx-get=") {
			t.Fatalf("the page asks no more, at %v", tiles)
		}
		if time.Now().After(deadline) {
			t.Fatalf("not finished in 20 s: %v", tiles)
		}
		time.Sleep(50 * time.Millisecond)
		td.shift.Add(int64(5 * time.Second))
	}
}

func TestLateSendIsHeldAndReleased(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	path := sam.sendTo(3, "when", "later", "at_date", "2026-03-20", "at_time", "13:00")
	td.at("2026-03-20 15:00") // the desk was down meanwhile
	_, err := td.Promote(t.Context())
	must(t, err)
	held := sam.get(path)
	held.says(t, "Held", "The time for this has passed, so it was held", "Textdesk was not running at Fri 20 March 13:00.", "Send 3 messages now", "Stop 3 messages", "Waiting 3")
	sam.post(path+"/release", nil).says(t, "On its way: 3 messages leave now.")
	sam.get(path).lacks(t, "it was held")
	sam.post(path+"/release", nil).says(t, "This send is not held any more.")
}

func TestBatchOfOneIsItsMessage(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	message := sam.post("/send", order()).path
	page, err := td.Outbox(t.Context(), td.actor("sam"), desk.Filter{Limit: 1})
	must(t, err)
	batch := "/batches/" + strconv.FormatInt(page.Messages[0].BatchID, 10)
	if got := sam.get(batch); got.path != message {
		t.Errorf("%s led to %s, want %s", batch, got.path, message)
	}
}

func TestBatchIsOnesOwn(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	path := td.signIn("sam").sendTo(2)
	kim := td.signIn("kim")
	for _, p := range []string{path, path + "/live", path + "/stop", "/batches/999999", "/batches/0", "/batches/x"} {
		kim.get(p).wants(t, http.StatusNotFound)
	}
	for _, p := range []string{path + "/stop", path + "/release"} {
		kim.post(p, nil).wants(t, http.StatusNotFound)
	}
	boss := td.signIn("boss")
	boss.get(path).says(t, "Sent by Sam Carter")
	boss.get(path+"/stop").says(t, "2 credits come back to Sam Carter.")
}

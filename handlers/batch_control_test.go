package handlers_test

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
)

func TestPauseAndResume(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	// The simulator delivers to those ending in 10 to 49.
	path := sam.sendTo(0, "to", numbers(50)[10*len("07700 900000\r\n"):])
	td.at("2026-03-20 12:01") // past the time to undo
	going := sam.get(path)
	going.says(t, "Sending", "Pause", "Stop 40 messages")
	going.wants(t, http.StatusOK, `action="`+path+`/pause"`)
	sam.get(path+"/stop").says(t, "Texts go on leaving until you press the button.", "40 credits come back to you.")
	paused := sam.post(path+"/pause", nil)
	paused.says(t, "Paused. Nothing more of this send leaves until somebody resumes it.", "Paused by you at 12:01",
		"40 messages wait. Nothing leaves until somebody resumes it.", "Resume 40 messages", "Stop 40 messages")
	paused.wants(t, http.StatusOK, `action="`+path+`/resume"`, `hx-trigger="every 15s"`)
	sam.get(path+"/stop").lacks(t, "Texts go on leaving")
	td.run()
	time.Sleep(300 * time.Millisecond)
	if tiles := sam.get(path).tiles(t); tiles["waiting"] != 40 {
		t.Errorf("paused, the numbers are %v", tiles)
	}
	td.signIn("boss").get(path).says(t, "Paused by Sam Carter at 12:01")
	resumed := sam.post(path+"/resume", nil)
	resumed.says(t, "Resumed: 40 messages that were left go on.")
	resumed.lacks(t, "Paused by")
	sam.post(path+"/resume", nil).says(t, "This send is not paused any more.")
	td.wholly(sam, path)
	sam.post(path+"/pause", nil).says(t, "Nothing of this send is waiting any more, so there is nothing to pause.")
}

func TestAPausedScheduleSaysWhatComes(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	path := sam.sendTo(3, "when", "later", "at_date", "2026-03-20", "at_time", "15:00")
	sam.post(path+"/pause", nil).says(t, "It is planned for Fri 20 March 15:00.")
	td.at("2026-03-20 18:00")
	_, err := td.Promote(t.Context())
	must(t, err)
	sam.get(path).says(t, "Paused by you", "Its time, Fri 20 March 15:00, has passed meanwhile: when you resume it, it leaves at once.")
	stopped := sam.post(path+"/stop", nil)
	stopped.says(t, "Stopped: 3 messages were taken back")
	stopped.lacks(t, "Resume")
}

func TestQuietHoursOnThePages(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	bad := boss.post("/settings/quiet-hours", form("quiet", "on", "quiet_from", "late", "quiet_until", "08:00"))
	bad.wants(t, http.StatusUnprocessableEntity, `value="late"`)
	bad.says(t, "This is not a time. Write it like 20:00.", "There is a problem")
	saved := boss.post("/settings/quiet-hours", form("quiet", "on", "quiet_from", "8pm", "quiet_until", "08:00"))
	saved.says(t, "The quiet hours are saved: texts to several people rest from 20:00 to 08:00.")
	saved.wants(t, http.StatusOK, `value="20:00"`)
	sam.post("/settings/quiet-hours", form()).wants(t, http.StatusForbidden)

	td.at("2026-03-20 21:00")
	review := sam.post("/send", order("to", numbers(3)))
	review.says(t, "It is quiet now: the first text leaves at Sat 21 Mar, 08:00. Until then you can still stop all of it.")
	path := sam.sendTo(3)
	td.at("2026-03-20 21:01")
	td.run()
	time.Sleep(200 * time.Millisecond)
	night := sam.get(path)
	night.says(t, "It is quiet until Sat 21 Mar, 08:00", "3 messages wait and go on by themselves.", "Pause", "Waiting 3")
	night.wants(t, http.StatusOK, `hx-trigger="every 15s"`)

	// A send that does not finish before the evening.
	rate := 0.1
	must(t, td.ChangeProvider(t.Context(), desk.CommandLine(), "Simulator", desk.ProviderChange{Rate: &rate}))
	td.at("2026-03-20 19:50")
	review = sam.post("/send", order("to", numbers(90), "body", "A long evening"))
	review.says(t, "Pauses at 20:00, goes on at 08:00.", "at about Sat 21 Mar, 08:05")
	path = sam.sendTo(90, "body", "A long evening")
	td.at("2026-03-20 19:51")
	sam.get(path).says(t, "Pauses at 20:00, goes on at 08:00.")

	boss.post("/settings/quiet-hours", form("quiet_from", "", "quiet_until", "")).says(t, "There are no quiet hours any more")
	boss.get("/settings/quiet-hours").wants(t, http.StatusOK, `value="20:00"`)
}

// ended is a send of which the simulator refuses two, whose pages are to be
// looked at.
func (td *testDesk) ended(sam *browser) string {
	td.t.Helper()
	path := sam.sendTo(0, "to", "07700 900010\n07700 900011\n07700 900002\n07700 900102", "body", "=1+1 \"Snow\", no school")
	td.shift.Store(int64(30 * time.Second))
	td.run()
	td.wholly(sam, path)
	return path
}

// wholly waits until a send has come to its end.
func (td *testDesk) wholly(sam *browser, path string) {
	td.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if tiles := sam.get(path).tiles(td.t); tiles["waiting"]+tiles["on-the-way"] == 0 {
			return
		}
		if time.Now().After(deadline) {
			td.t.Fatal("the send does not end")
		}
		td.shift.Add(int64(5 * time.Second))
	}
}

func TestSendAgainToTheFailed(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	path := td.ended(sam)
	page := sam.get(path)
	page.wants(t, http.StatusOK, `href="`+path+`/send-again"`)
	failed := page.tiles(t)["not-delivered"]
	if failed == 0 {
		t.Fatalf("none failed: %v", page.tiles(t))
	}
	page.says(t, "Send again to the "+strconv.Itoa(failed)+" that failed")
	review := sam.get(path + "/send-again")
	review.says(t, "Nothing has been sent again yet.", "=1+1 \"Snow\", no school", "Send "+strconv.Itoa(failed)+" message")
	send := review.carried()
	send.Set("people", "7")
	sam.post(path+"/send-again", send).says(t, "Meanwhile it has changed whom this did not reach.")
	send.Set("people", strconv.Itoa(failed))
	got := sam.post(path+"/send-again", send)
	if got.path == path || got.status != http.StatusOK {
		t.Fatalf("sending again led to %s with %d", got.path, got.status)
	}
	sam.post(path+"/send-again", send).says(t, "This was sent already, and only once.")
	after := sam.get(path)
	after.says(t, "Sent again to "+strconv.Itoa(failed))
	after.lacks(t, path+"/send-again")
	sam.get(path+"/send-again").says(t, "There is nobody to send this to again.")
	if n := td.sent("sam"); n != 4+failed {
		t.Errorf("%d messages in all", n)
	}
}

// TestSendAgainToTheFailedReadFirst: where they are too many to be read at once,
// they are read into a draft, looked at and sent from there.
func TestSendAgainToTheFailedReadFirst(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	path := td.ended(sam)
	failed := sam.get(path).tiles(t)["not-delivered"]
	review := sam.post(path+"/send-again", form("key", "one", "do", "read"))
	go1 := "Send " + strconv.Itoa(failed) + " message"
	for deadline := time.Now().Add(time.Minute); !strings.Contains(review.body, go1); review = sam.get(review.path) {
		if review.lacks(t, "Change something", "change something"); time.Now().After(deadline) {
			t.Fatalf("it is not read: %d, %s", review.status, review.path)
		}
		time.Sleep(20 * time.Millisecond)
	}
	review.says(t, "To the people whom the text did not reach.", "=1+1 \"Snow\", no school")
	review.lacks(t, "Change something")
	send := review.carried()
	send.Set("do", "send")
	got := sam.post("/send", send)
	if got.status != http.StatusOK || got.path == path || !strings.HasPrefix(got.path, "/batches/") && !strings.HasPrefix(got.path, "/messages/") {
		t.Fatalf("sending led to %s with %d", got.path, got.status)
	}
	sam.get(path).says(t, "Sent again to "+strconv.Itoa(failed))
	// Somebody else's send, and a second look at one that has nobody left.
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	if got := kim.post(path+"/send-again", form("key", "two", "do", "read")); got.status != http.StatusNotFound {
		t.Errorf("kim is answered %d", got.status)
	}
	none := sam.post(path+"/send-again", form("key", "three", "do", "read"))
	for deadline := time.Now().Add(time.Minute); !strings.Contains(none.body, "There is nobody to send this to again."); none = sam.get(none.path) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing says that nobody is left: %d, %s", none.status, none.path)
		}
		time.Sleep(20 * time.Millisecond)
	}
	none.lacks(t, `value="send"`)
}

func TestDownloadOfASend(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	path := td.ended(sam)
	got := sam.get(path + "/messages.csv")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v", got.status, got.header)
	}
	text, ok := strings.CutPrefix(got.body, "\uFEFF")
	if !ok {
		t.Error("without its mark Excel takes it for another encoding")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	if len(rows) != 5 || rows[0][0] != "Number" {
		t.Fatalf("%q", rows)
	}
	states := map[string]int{}
	for _, r := range rows[1:] {
		states[r[1]]++
		// In groups, with its leading zero: a spreadsheet takes it for text.
		if !strings.HasPrefix(r[0], "07700 9001") && !strings.HasPrefix(r[0], "07700 9000") {
			t.Errorf("the number is %q", r[0])
		}
		if r[4] == "" || r[7] != "1" || r[1] == "Delivered" && (r[5] == "" || r[6] == "" || r[8] != "1") {
			t.Errorf("%q", r)
		}
	}
	if states["Delivered"] == 0 || states["Not delivered"] == 0 {
		t.Errorf("the states are %v", states)
	}
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	for _, p := range []string{"/messages.csv", "/send-again"} {
		kim.get(path+p).wants(t, http.StatusNotFound)
	}
	for _, p := range []string{"/pause", "/resume", "/send-again"} {
		kim.post(path+p, form("key", "k", "people", "1")).wants(t, http.StatusNotFound)
	}
}

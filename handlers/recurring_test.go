package handlers_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

// weekly is the form of a send that repeats each Thursday at nine.
func weekly(more ...string) url.Values {
	return form(append([]string{"key", "k1", "to", "07700900123", "sender", "Oakfield", "body", "Bring your kit.", "name", "Kit",
		"every", "week", "week_days", "4", "time", "09:00", "starts_on", "2026-06-17", "ends", "never", "month_day", "17", "week", "1", "weekday", "1",
		"year_day", "17", "month", "6", "ends_after", "", "ends_on", ""}, more...)...)
}

func with(values url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

func TestATextBeginsToRepeat(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-17 10:00")
	sam := td.signIn("sam")
	sam.get("/recurring").wants(t, 200, "Nothing repeats yet")
	sam.get("/send?when=repeat").wants(t, 200, `value="repeat" checked`)

	// From the composer on, as any browser without script would go.
	compose := form("key", "k1", "to", "07700900123", "sender", "Oakfield", "body", "Bring your kit.", "when", "repeat")
	sam.post("/send", compose).wants(t, 200, "Choose how often")
	sam.post("/send", with(compose, "do", "send", "body", "")).wants(t, 422, "Write a message.")
	got := sam.post("/send", with(compose, "do", "send", "body", "Bring your kit."))
	got.wants(t, 200, "Repeat this text", "Bring your kit.", "To 1 number", "Every week on Wednesday at 09:00", "Wed 24 June 2026, 09:00 BST")

	// Without a button, or with the one that shows, nothing begins.
	for _, do := range []string{"", "show", "other"} {
		sam.post("/recurring/new", weekly("do", do)).wants(t, 200, "Every week on Thursday at 09:00", "Thu 18 June 2026, 09:00 BST")
	}
	sam.get("/recurring").wants(t, 200, "Nothing repeats yet")
	sam.post("/recurring/new", weekly("do", "start", "week_days", "9")).wants(t, 422, `id="f-week_days-error"`)
	sam.post("/recurring/new", with(weekly("do", "start"), "every", "fortnight")).wants(t, 422, `id="f-fortnight_days-error"`, "Choose at least one day of the week.")
	sam.post("/recurring/new", with(weekly("do", "start"), "to", "12")).wants(t, 422, "There is a problem")

	made := sam.post("/recurring/new", weekly("do", "start"))
	made.wants(t, 200, "Kit", "It repeats from now on.", "Every week on Thursday at 09:00, London time", "Thu 16 July 2026, 09:00 BST")
	again := sam.post("/recurring/new", weekly("do", "start"))
	if again.path != made.path || made.path != "/recurring/1" {
		t.Errorf("the same form made %s and %s", made.path, again.path)
	}
	sam.get("/recurring").wants(t, 200, "Kit", "Every week on Thursday at 09:00", "Not yet")
	sam.get("/outbox").wants(t, 200, `href="/recurring"`)
}

func TestARepeatingSendIsChangedPausedSkippedAndEnded(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-17 10:00")
	sam := td.signIn("sam")
	sam.post("/recurring/new", weekly("do", "start"))

	sam.get("/recurring/1/edit").wants(t, 200, "Bring your kit.", "07700900123", `value="week" checked`, `value="4" checked`)
	sam.post("/recurring/1/edit", with(weekly("do", "show"), "time", "08:00")).wants(t, 200, "Every week on Thursday at 08:00")
	sam.get("/recurring/1").wants(t, 200, "Every week on Thursday at 09:00")
	sam.post("/recurring/1/edit", with(weekly("do", "start"), "body", " ")).wants(t, 422, `id="f-body-error"`)
	sam.post("/recurring/1/edit", with(weekly("do", "start"), "time", "08:00")).wants(t, 200, "Changed, from its next time on.", "Every week on Thursday at 08:00")

	ask := sam.get("/recurring/1/skip")
	ask.wants(t, 200, "Nobody gets this text on Thu 18 June 08:00.", "It goes on with Thu 25 June 08:00.")
	at := regexp.MustCompile(`name="at" value="(\d+)"`).FindStringSubmatch(ask.body)[1]
	sam.post("/recurring/1/skip", form("at", at)).wants(t, 200, "Skipped: Thu 18 June 08:00.", "Left out", "by Sam Carter")
	sam.post("/recurring/1/skip", form("at", at)).wants(t, 200, "This was decided meanwhile.")
	sam.post("/recurring/1/skip", form("at", "soon")).wants(t, 422, "This was decided meanwhile.")

	sam.post("/recurring/1/pause", nil).wants(t, 200, "Paused", "None while it is paused.")
	sam.get("/recurring").wants(t, 200, "Paused")
	sam.post("/recurring/1/resume", nil).wants(t, 200, "It goes on with its next time.", "Thu 25 June 2026, 08:00 BST")

	sam.get("/recurring/1/end").wants(t, 200, "It never goes again")
	sam.post("/recurring/1/end", nil).wants(t, 200, "Ended", "None any more.")
	sam.post("/recurring/1/pause", nil).wants(t, 200, "This repeating send has ended.")
	sam.get("/recurring/1/edit").wants(t, 200, "This repeating send has ended.")
}

// What repeats in the quiet hours says when it leaves, where it goes to several.
func TestTheNextTimesSayThatItIsQuiet(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-17 10:00")
	must(t, td.SaveQuietHours(t.Context(), desk.CommandLine(), desk.DefaultQuiet))
	sam := td.signIn("sam")
	several := with(weekly("do", "show"), "to", "07700900123\n07700900124", "time", "22:00")
	const evening = "It is quiet then: it leaves at Fri 19 Jun, 08:00."
	sam.post("/recurring/new", several).wants(t, 200, "Thu 18 June 2026, 22:00 BST", evening)
	sam.post("/recurring/new", with(several, "do", "start")).wants(t, 200, "It repeats from now on.", evening)
	sam.post("/recurring/1/edit", with(several, "do", "show", "time", "07:30")).wants(t, 200, "It is quiet then: it leaves at 08:00.")
	sam.post("/recurring/1/edit", with(several, "do", "show", "time", "08:00")).lacks(t, "It is quiet then")
	sam.post("/recurring/new", with(several, "do", "show", "to", "07700900123", "time", "22:00")).lacks(t, "It is quiet then")
}

func TestAMissedTimeIsDecidedOnItsPage(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-17 10:00")
	sam := td.signIn("sam")
	sam.post("/recurring/new", weekly("do", "start"))
	td.at("2026-06-25 12:00") // the 18th and the 25th have passed
	sam = td.signIn("sam")
	_, err := td.RunRecurring(t.Context())
	must(t, err)
	sam.get("/outbox").wants(t, 200, "1 missed")
	list := sam.get("/recurring")
	list.wants(t, 200, "“Kit” was missed", "Thu 25 June 09:00", "Missed")
	run := regexp.MustCompile(`send-missed\?run=(\d+)`).FindStringSubmatch(list.body)[1]
	sam.get("/recurring/1/send-missed?run="+run).wants(t, 200, "Send 1 message now", "1 person gets it")
	sent := sam.post("/recurring/1/send-missed", form("run", run))
	if !strings.HasPrefix(sent.path, "/messages/") { // a send of one
		t.Fatalf("it led to %s", sent.path)
	}
	sam.post("/recurring/1/send-missed", form("run", run)).wants(t, 200, "This was decided meanwhile.")
	sam.post("/recurring/1/skip-missed", form("run", run)).wants(t, 200, "This was decided meanwhile.", "Late: Sam Carter said go", `href="/batches/`)
	sam.get("/recurring").lacks(t, "was missed")
	sam.get("/outbox").lacks(t, "1 missed")
}

func TestARepeatingSendIsNobodyElses(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.at("2026-06-17 10:00")
	td.signIn("sam").post("/recurring/new", weekly("do", "start"))
	jo := td.signIn("jo")
	for _, path := range []string{"", "/edit", "/skip", "/end", "/send-missed?run=1"} {
		jo.get("/recurring/1"+path).wants(t, 404, "There is no such repeating send.")
	}
	for _, path := range []string{"/edit", "/pause", "/resume", "/skip", "/end", "/send-missed", "/skip-missed"} {
		jo.post("/recurring/1"+path, weekly("do", "start", "run", "1", "at", "1")).wants(t, 404, "There is no such repeating send.")
	}
	jo.get("/recurring").lacks(t, "Kit")
	td.signIn("boss").get("/recurring/1").wants(t, 200, "Sam Carter")
}

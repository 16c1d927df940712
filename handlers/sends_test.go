package handlers_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers"
)

func TestOutboxBySend(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/outbox/sends").wants(t, http.StatusOK, "Nothing sent yet")
	td.at("2026-03-17 09:00")
	td.text("sam", "Boiler visit on Tuesday", "07700 900101", "07700 900102")
	later := sam.sendTo(3, "body", "Sports day", "when", "later", "at_date", "2026-03-20", "at_time", "15:00")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, FirstName: "Jo", LastName: "Bloggs", Credits: 10})
	td.text("jo", "Only Jo knows", "07700 900105")

	got := sam.get("/outbox/sends")
	got.wants(t, http.StatusOK, "Boiler visit on Tuesday", "Sports day", "Scheduled", "Waiting", `href="/outbox"`, `aria-current="page">Sends`)
	got.lacks(t, "Only Jo knows", "Sent by")
	sam.get("/outbox").wants(t, http.StatusOK, `href="/outbox/sends"`)

	planned := sam.get("/outbox/sends?state=planned")
	planned.wants(t, http.StatusOK, "Sports day", "Fri 20 Mar, 15:00", later+"/time", later+"/stop", "Sends, soonest first")
	planned.lacks(t, "Boiler visit on Tuesday")

	boss := td.signIn("boss")
	boss.get("/outbox/sends").wants(t, http.StatusOK, "Sent by", "Sam Carter", "Jo Bloggs", "By anybody")
	got = boss.get("/outbox/sends?q=boiler")
	got.wants(t, http.StatusOK, "Boiler visit on Tuesday", "Clear")
	got.lacks(t, "Sports day")
	got = boss.get("/outbox/sends?q=OAKFIELD") // a sender, however it is written
	got.wants(t, http.StatusOK, "Sports day")
	got.lacks(t, "Boiler visit on Tuesday")
	boss.get("/outbox/sends?q=07700+900999").wants(t, http.StatusOK, "Boiler visit on Tuesday", "Only Jo knows")
	got = boss.get("/outbox/sends?by=" + fmt.Sprint(td.actor("jo").User.ID))
	got.wants(t, http.StatusOK, "Only Jo knows")
	got.lacks(t, "Sports day")
	sam.get("/outbox/sends?by="+fmt.Sprint(td.actor("jo").User.ID)).lacks(t, "Only Jo knows")
	boss.get("/outbox/sends?q=nobody-wrote-this&before=nonsense").wants(t, http.StatusOK, "Nothing matches")
	boss.get("/outbox/sends?state=attention").wants(t, http.StatusOK, "Nothing needs you")

	sam.post(later+"/pause", nil)
	sam.get("/outbox/sends?state=attention").wants(t, http.StatusOK, "Sports day", "Paused", "By Sam Carter")
}

var olderLink = regexp.MustCompile(`href="([^"]*before=[^"]*)"`)

func TestOutboxBySendPages(t *testing.T) {
	td := newTestDesk(t)
	for i := range 65 {
		td.text("sam", "One of many", fmt.Sprintf("07700 900%03d", i))
	}
	sam := td.signIn("sam")
	seen := 0
	for path := "/outbox/sends"; path != ""; {
		page := sam.get(path)
		page.wants(t, http.StatusOK)
		seen += strings.Count(page.body, `class="row-link"`)
		path = ""
		if older := olderLink.FindStringSubmatch(page.body); older != nil {
			path = html.UnescapeString(older[1])
		}
	}
	if seen != 65 {
		t.Errorf("the pages have %d sends, want 65", seen)
	}
}

func TestAnotherTime(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-17 09:00")
	sam := td.signIn("sam")
	path := sam.sendTo(3, "when", "later", "at_date", "2026-03-20", "at_time", "15:00")
	sam.get(path).wants(t, http.StatusOK, path+"/time", "Change the time")
	sam.get(path+"/time").wants(t, http.StatusOK, `value="2026-03-20"`, `value="15:00"`, "London time", "So far it leaves on Fri 20 March 15:00 GMT")
	for name, c := range map[string]struct{ date, clock, says string }{
		"the past":   {"2026-03-16", "09:00", "That time has passed."},
		"no time":    {"2026-03-21", "", "Choose a time."},
		"none":       {"tomorrow", "9am", "&#34;tomorrow&#34; is not a date."},
		"skipped":    {"2026-03-29", "01:30", "There is no 01:30"},
		"in 2 years": {"2028-03-29", "01:30", "Choose a time within a year from now."},
	} {
		got := sam.post(path+"/time", form("at_date", c.date, "at_time", c.clock))
		if got.wants(t, http.StatusUnprocessableEntity, "Error:", c.says, `value="`+c.date+`"`); t.Failed() {
			t.Fatal(name)
		}
	}
	got := sam.post(path+"/time", form("at_date", "2026-04-01", "at_time", "8am"))
	got.wants(t, http.StatusOK, "Leaves on Wed 1 April 08:00 BST")
	if got.path != path {
		t.Errorf("it leads to %s", got.path)
	}
	td.signIn("boss").get(path+"/time").wants(t, http.StatusOK, "New date and time")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.signIn("jo").get(path+"/time").wants(t, http.StatusNotFound)
	sam.post(path+"/stop", nil)
	sam.get(path+"/time").wants(t, http.StatusOK, "does not wait for its time any more")
	sam.post(path+"/time", form("at_date", "2026-04-02", "at_time", "08:00")).wants(t, http.StatusOK, "does not wait for its time any more")
}

// The message's own page says why it waits.
func TestWhyAMessageWaits(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-17 09:00")
	sam, boss := td.signIn("sam"), td.signIn("boss")
	path := sam.sendTo(2, "when", "later", "at_date", "2026-03-20", "at_time", "15:00")
	page, err := td.Outbox(t.Context(), td.actor("sam"), desk.Filter{Limit: 1})
	must(t, err)
	message := messagePath(page.Messages[0].ID)
	sam.get(message).wants(t, http.StatusOK, "It leaves Fri 20 Mar, 15:00.", `href="`+path+`"`)
	sam.get("/outbox").wants(t, http.StatusOK, "Leaves Fri 20 Mar, 15:00")

	sam.post(path+"/pause", nil)
	sam.get(message).wants(t, http.StatusOK, "Paused by you at 09:00. It leaves when somebody resumes the send.", "Look at the send")
	boss.get(message).wants(t, http.StatusOK, "Paused by Sam Carter at 09:00.")
	sam.post(path+"/resume", nil)

	must(t, td.SaveQuietHours(t.Context(), desk.CommandLine(), desk.DefaultQuiet))
	td.at("2026-03-20 22:00")
	_, err = td.Promote(t.Context())
	must(t, err)
	sam = td.signIn("sam")
	sam.get(message).wants(t, http.StatusOK, "Its time passed while the desk was down")
	sam.post(path+"/release", nil)
	sam.get(message).wants(t, http.StatusOK, "rest in the quiet hours. It goes on by itself at Sat 21 Mar, 08:00.")
	sam.get("/outbox").wants(t, http.StatusOK, "Rests until Sat 21 Mar, 08:00")

	td.at("2026-03-21 10:00")
	sam, boss = td.signIn("sam"), td.signIn("boss")
	must(t, td.PauseProvider(t.Context(), td.actor("boss"), "Simulator"))
	sam.get(message).wants(t, http.StatusOK, "Its provider was paused by Bo Ross at 10:00.")
	boss.get(message).wants(t, http.StatusOK, "Its provider was paused by you at 10:00.", `href="/providers"`)
	sam.get(path).wants(t, http.StatusOK, "The provider was paused by Bo Ross at 10:00", "2 messages wait until an administrator resumes the provider")
	must(t, td.ResumeProvider(t.Context(), td.actor("boss"), "Simulator"))

	rows, err := td.ProviderRows(t.Context())
	must(t, err)
	must(t, td.ProviderTrouble(t.Context(), rows[0].ID, "Connection refused."))
	sam.get(message).wants(t, http.StatusOK, "The provider has a problem.", "Its last answer: connection refused.")

	// A text by itself can be taken back for a while, and is tried again.
	one := td.text("sam", "Just one", "07700 900123")[0]
	td.carry(&providers.Error{Kind: providers.Temporary, Text: "the line is busy", RetryAfter: time.Hour})
	sam.get(messagePath(one)).wants(t, http.StatusOK, "It is tried again at 11:00", "The last try: the line is busy.")
	sam.get("/outbox").wants(t, http.StatusOK, "Tried again at 11:00")
}

func TestWhyAMessageWaitsForApproval(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	set, err := td.Settings(t.Context())
	must(t, err)
	set.Guard.ApproveAbove = 1
	must(t, td.SaveGuard(t.Context(), td.actor("boss"), set.Guard))
	sam.sendTo(2, "body", "Please approve")
	page, err := td.Outbox(t.Context(), td.actor("sam"), desk.Filter{Limit: 1})
	must(t, err)
	message := messagePath(page.Messages[0].ID)
	sam.get(message).wants(t, http.StatusOK, "until an administrator has approved it", "Look at the send")
	boss.get(message).wants(t, http.StatusOK, "until an administrator has approved it", "Approve or return it", `href="/approvals/`)
}

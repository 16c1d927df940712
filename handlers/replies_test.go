package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

// reply sends what waits to be answered, as the engine room does.
func (td *testDesk) reply() {
	td.t.Helper()
	ids, err := td.WaitingReplies(td.t.Context())
	must(td.t, err)
	for _, id := range ids {
		must(td.t, td.SendReply(td.t.Context(), id))
	}
}

func TestOptOutWordsPage(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.get("/settings").wants(t, http.StatusOK, `href="/replies"`)
	b.get("/replies/opt-outs").wants(t, http.StatusOK, "<li>STOP</li>", "<li>OPT OUT</li>", "You will get no more texts from")
	got := b.post("/replies/opt-outs", form("out_words", "Stopp, Basta", "in_words", "Encore", "confirm", "on", "confirm_text", "Bye <b>now</b>.", "welcome_text", "Welcome"))
	got.wants(t, http.StatusOK, "The words and answers are saved.", "Stopp, Basta", "Bye &lt;b&gt;now&lt;/b&gt;.")
	// What was typed comes back with what is wrong, beside the field and on top.
	got = b.post("/replies/opt-outs", form("out_words", "x, fine", "in_words", "STOP", "confirm_text", "STOP"))
	got.wants(t, http.StatusUnprocessableEntity, "Error: ", "There is a problem", `href="#f-out_words"`, `href="#f-in_words"`, `href="#f-confirm_text"`, "x, fine")
	b.get("/replies/opt-outs").wants(t, http.StatusOK, "Stopp, Basta")
}

func TestOfficeHoursPage(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.get("/replies/hours").wants(t, http.StatusOK, `value="09:00" id="f-open_1"`, `value="17:00" id="f-open_1_until"`, `value="" id="f-open_0"`)
	week := form("away", "on", "away_text", "We are closed.", "away_every", "12", "holidays", "25/12/2026 Christmas Day\n", "open_1", "08:00", "open_1_until", "16:30", "open_6", "18:00", "open_6_until", "00:00")
	b.post("/replies/hours", week).wants(t, http.StatusOK, "The office hours are saved.", "2026-12-25 Christmas Day", `value="16:30" id="f-open_1_until"`, `value="00:00" id="f-open_6_until"`, `value="" id="f-open_2"`)
	bad := form("away", "on", "away_every", "0", "holidays", "tomorrow", "open_2", "17:00", "open_2_until", "09:00", "open_3", "8", "open_3_until", "")
	got := b.post("/replies/hours", bad)
	got.wants(t, http.StatusUnprocessableEntity, `href="#f-away_text"`, `href="#f-away_every"`, `href="#f-holidays"`, `href="#f-open_2"`, `href="#f-open_3"`, "tomorrow", `value="17:00"`)
}

func TestKeywordPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.get("/replies/keywords").wants(t, http.StatusOK, "No keywords yet")
	b.post("/replies/keywords/new", form("words", "stop, ...", "begins", "no", "deed", "join", "group", "7")).
		wants(t, http.StatusUnprocessableEntity, "is an opt-out word", "no letters or digits", "Choose a group.", `value="stop, ..."`)
	b.post("/replies/keywords/new", form("words", "Hours", "begins", "yes", "body", "Nine to five", "on", "on")).wants(t, http.StatusOK, "The keyword is saved.", "Hours", "or a text that begins so")
	b.get("/replies/keywords/1").wants(t, http.StatusOK, `value="Hours"`, "Nine to five")
	b.post("/replies/keywords/1", form("words", "Hours", "begins", "no", "body", "Ten to four")).wants(t, http.StatusOK, "Ten to four", "Off")
	b.get("/replies/keywords/1/delete").wants(t, http.StatusOK, "Delete the keyword Hours?")
	b.post("/replies/keywords/1/delete", nil).wants(t, http.StatusOK, "is deleted", "No keywords yet")
	b.get("/replies/keywords/1").wants(t, http.StatusNotFound, "There is no such keyword any more.")
}

func TestTryingAText(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.post("/replies/hours", form("away", "on", "away_text", "We are closed.", "away_every", "24", "open_1", "09:00", "open_1_until", "17:00", "holidays", "25/12/2028 Christmas Day")).wants(t, http.StatusOK)
	b.post("/replies/keywords/new", form("words", "Hours", "begins", "no", "body", "Mondays only", "on", "on")).wants(t, http.StatusOK)
	for text, want := range map[string][]string{
		"st-op!":                 {"It opts the number out", "STOP", "You will get no more texts"},
		"start":                  {"It brings the number back"},
		"Stop. Thank you":        {"A person decides"},
		"hours":                  {"It is the keyword Hours", "Mondays only"},
		"Hello <script>":         {"It comes out of hours", "We are closed.", "Monday 1 January, 09:00", "Hello &lt;script&gt;"},
		"":                       {"Write a text to try."},
		strings.Repeat("a", 2e3): {"It comes out of hours"},
	} {
		got := b.get("/replies?at_date=2028-12-25&at_time=10:00&text=" + url.QueryEscape(text))
		status := http.StatusOK
		if text == "" {
			status = http.StatusUnprocessableEntity
		}
		got.wants(t, status, want...)
		if text == "Hello <script>" {
			got.wants(t, status, "for Christmas Day")
		}
	}
	b.get("/replies?at_date=2028-12-18&at_time=10:00&text=Hello").wants(t, http.StatusOK, "It waits in the inbox for a person", "The office is open then.")
	b.get("/replies?at_date=x&at_time=y&text=Hello").wants(t, http.StatusUnprocessableEntity, `href="#f-at"`)
	b.post("/replies/limits", form("payer", "1", "keywords_a_day", "5", "most_an_hour", "50")).wants(t, http.StatusOK, "The limits are saved.")
	b.post("/replies/limits", form("payer", "99", "keywords_a_day", "many", "most_an_hour", "0")).wants(t, http.StatusUnprocessableEntity, `href="#f-keywords_a_day"`, `href="#f-most_an_hour"`, `value="many"`)
}

// A phone opts out and in with one click, and everything shows it.
func TestAPhoneOptsOutAndIn(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	id := td.text("sam", "Snow day <3", "07700 900123")[0]
	td.carry(nil)
	td.receipt(id, sms.Delivered, "", "")
	phone := sam.get("/simulator/447700900123")
	phone.wants(t, http.StatusOK, `name="body" value="STOP"`)
	phone.lacks(t, "Must not be texted")
	sam.post("/simulator/447700900123", form("turn", "0", "body", "STOP")).wants(t, http.StatusOK, "Must not be texted", "Sent STOP", `name="body" value="START"`)
	td.reply()
	td.carry(nil)
	boss.get("/suppressions").wants(t, http.StatusOK, "Wrote “STOP”", "answering", "Snow day &lt;3", "Themselves")
	boss.get("/suppressions/remove?number=447700900123").wants(t, http.StatusOK, "They asked for it themselves")
	boss.get("/replies").wants(t, http.StatusOK, "Confirmed that no more texts come", "07700 900123", "paid by sam")
	sam.get("/outbox").wants(t, http.StatusOK, "Automatic reply", "You will get no more texts")
	all := td.messagesOf("sam")
	sam.get("/messages/"+all[0]).wants(t, http.StatusOK, "The desk, by itself")
	sam.post("/simulator/447700900123", form("turn", "0", "body", "START")).wants(t, http.StatusOK, `name="body" value="STOP"`)
	boss.get("/suppressions").lacks(t, "Wrote “STOP”")
}

// A text that seems to ask for no more is decided with one click, by whoever
// sees it, and nobody else.
func TestDecidingAboutAText(t *testing.T) {
	td := newTestDesk(t)
	td.family()
	sam := td.signIn("sam")
	td.text("sam", "Hello", "07700 900123")
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "Please stop texting me"))
	sam.get("/inbox").wants(t, http.StatusOK, "may ask for no more texts")
	sam.get("/inbox/1").wants(t, http.StatusOK, "This may ask for no more texts", `action="/opt-outs/1"`, "Not an opt-out", `name="back" value="/inbox/1"`)
	sam.post("/contacts/new", form("name", "Ann", "number", "07700 900123")).wants(t, http.StatusOK, "This may ask for no more texts", "Please stop texting me")
	for _, back := range []string{"//evil.example", "https://evil.example", "/\\evil.example", ""} {
		if got := sam.post("/opt-outs/1", form("do", "no", "back", back)); got.path != "/inbox" {
			t.Errorf("back to %q led to %s", back, got.path)
		}
	}
	sam.get("/inbox").lacks(t, "may ask for no more texts")
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "No, I meant it: stop texting me"))
	got := sam.post("/opt-outs/2", form("do", "yes", "back", "/contacts/1"))
	got.wants(t, http.StatusOK, "Nobody here may text 07700 900123 any more.")
	if got.path != "/contacts/1" {
		t.Errorf("it led to %s", got.path)
	}
	sam.get("/contacts/1").lacks(t, "This may ask for no more texts")
	other := td.newBrowser()
	if to := other.post("/opt-outs/2", form("do", "yes")).path; !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("nobody is led to %s", to)
	}
}

// messagesOf are the ids of the messages of a user, newest first.
func (td *testDesk) messagesOf(username string) (ids []string) {
	td.t.Helper()
	page, err := td.Outbox(td.t.Context(), td.actor(username), desk.Filter{Limit: 20})
	must(td.t, err)
	for _, m := range page.Messages {
		ids = append(ids, strconv.FormatInt(m.ID, 10))
	}
	return slices.Clip(ids)
}

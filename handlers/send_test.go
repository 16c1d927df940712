package handlers_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

// order is a filled-in composer; pairs replace or add fields.
func order(pairs ...string) url.Values {
	values := form("key", "K1", "to", "07700 900123", "sender", "Oakfield", "body", "Hello", "when", "now", "at_date", "", "at_time", "", "do", "send")
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// numbers are n different mobile numbers, one a line.
func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "07700 9%05d\r\n", i)
	}
	return b.String()
}

// sent is how many messages the user has sent in all.
func (td *testDesk) sent(username string) int {
	td.t.Helper()
	page, err := td.Outbox(td.t.Context(), td.actor(username), desk.Filter{Limit: 1000})
	must(td.t, err)
	return len(page.Messages)
}

var (
	fieldPattern  = regexp.MustCompile(`(?s)<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	buttonPattern = regexp.MustCompile(`(?s)<button[^>]*type="submit"[^>]*>.*?</button>`)
	tagPattern    = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)
	spacePattern  = regexp.MustCompile(`\s+`)
)

// carried are the hidden fields of a page's form.
func (a answer) carried() url.Values {
	values := url.Values{}
	for _, m := range fieldPattern.FindAllStringSubmatch(a.body, -1) {
		values.Set(m[1], html.UnescapeString(m[2]))
	}
	return values
}

// words is what can be read on the page.
func (a answer) words() string {
	text := html.UnescapeString(tagPattern.ReplaceAllString(a.body, " "))
	return spacePattern.ReplaceAllString(text, " ")
}

func (a answer) says(t *testing.T, sentences ...string) {
	t.Helper()
	for _, s := range sentences {
		if !strings.Contains(a.words(), s) {
			t.Errorf("%s does not say %q:\n%s", a.path, s, a.words())
		}
	}
}

func TestSendOneMessage(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/send").wants(t, http.StatusOK, `name="sender"`, `value="Oakfield"`, "People cannot reply to a name.", "Send message")
	got := sam.post("/send", order())
	if !strings.HasPrefix(got.path, "/messages/") {
		t.Fatalf("sending led to %s", got.path)
	}
	if n := td.sent("sam"); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

func TestSameFormSendsOnce(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	first := sam.post("/send", order())
	again := sam.post("/send", order())
	if again.path != first.path || td.sent("sam") != 1 {
		t.Errorf("the second click led to %s (first %s) with %d messages", again.path, first.path, td.sent("sam"))
	}
	again.says(t, "This was sent already, and only once.")
	// Whoever went back and changed the text means another one.
	if changed := sam.post("/send", order("body", "Hello again")); changed.path == first.path || td.sent("sam") != 2 {
		t.Errorf("the changed form led to %s, %d messages", changed.path, td.sent("sam"))
	}
	sam.post("/send", order("key", "")).says(t, "Check this page, then press the button again.")
	if n := td.sent("sam"); n != 2 {
		t.Errorf("a form without a key was sent: %d messages", n)
	}
}

func TestSameReviewSendsOnce(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	review := sam.post("/send", order("to", numbers(600)))
	send := review.carried()
	send.Set("do", "send")
	send.Set("sure", "on") // it is to more than 500
	first := sam.post("/send", send)
	// 600 of the 1,000 credits are gone, so that a second send would be refused.
	again := sam.post("/send", send)
	if again.path != first.path || !strings.HasPrefix(first.path, "/batches/") {
		t.Errorf("sent to %s, then to %s", first.path, again.path)
	}
	if n := td.sent("sam"); n != 600 {
		t.Errorf("%d messages, want 600", n)
	}
}

// The Enter key presses the first submit button of a form. It must do no harm.
func TestEnterDoesNotSend(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for name, page := range map[string]answer{
		"empty":    sam.get("/send"),
		"filled":   sam.post("/send", order("do", "update", "body", "It’s me")),
		"refused":  sam.post("/send", order("to", "")),
		"prefixed": sam.get("/send?to=07700900123"),
	} {
		_, inForm, _ := strings.Cut(page.body, `id="compose"`)
		if inForm == "" {
			_, inForm, _ = strings.Cut(page.body, `action="/send"`)
		}
		first := buttonPattern.FindString(inForm)
		if !strings.Contains(first, `value="update"`) {
			t.Errorf("%s: the first button is %s", name, first)
		}
		if strings.Contains(page.body[:strings.Index(page.body, inForm)], `form="compose"`) {
			t.Errorf("%s: a button before the form submits it", name)
		}
	}
	for _, do := range []string{"update", "", "change", "plain", "nonsense"} {
		sam.post("/send", order("do", do)).wants(t, http.StatusOK, "07700 900123", "Hello", `value="Oakfield"`)
	}
	if n := td.sent("sam"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	long := strings.Repeat("a", 1<<20)
	for _, c := range []struct {
		name  string
		typed url.Values
		says  []string
		keeps []string
	}{
		{"nothing", order("to", "", "body", ""), []string{"Enter at least one mobile number.", "Write a message."}, []string{`value="Oakfield"`}},
		{"spaces", order("to", "  \n ", "body", " \r\n "), []string{"Enter at least one mobile number.", "Write a message."}, nil},
		{"no number", order("to", "Jo <b>", "body", "Hi & bye"), []string{`"Jo <b>" has letters or signs that do not belong in a phone number.`}, []string{"Jo &lt;b&gt;", "Hi &amp; bye"}},
		{"a landline", order("to", "020 7946 0000"), []string{`"020 7946 0000" is a landline; it cannot receive texts.`}, []string{"020 7946 0000"}},
		{"several that are none", order("to", "0770 900\n0770 901"), []string{"None of these 2 is a mobile number.", "2 not mobile numbers"}, []string{"0770 901"}},
		{"a long name", order("sender", "Oakfield School"), []string{`"Oakfield School" is too long`}, []string{`value="Oakfield School"`}},
		{"a name of signs", order("sender", "!!"), []string{`"!!" is neither a phone number`}, []string{`value="!!"`}},
		{"a novel", order("body", long), []string{"1,048,576 characters, 6,854 text messages", "it would take 6,854 text messages, and the most is 10."}, []string{long}},
		{"no time", order("when", "later"), []string{"Choose a date and a time."}, []string{`value="later" checked`}},
		{"no date", order("when", "later", "at_date", "tomorrow", "at_time", "noonish"), []string{`"tomorrow" is not a date.`}, []string{`value="tomorrow"`, `value="noonish"`}},
		{"long ago", order("when", "later", "at_date", "2001-01-01", "at_time", "09:00"), []string{"That time has passed."}, []string{`value="2001-01-01"`}},
		{"too far", order("when", "later", "at_date", "2099-01-01", "at_time", "09:00"), []string{"Choose a time within a year from now."}, []string{`value="2099-01-01"`}},
		{"all at once", order("to", "x", "sender", "!", "body", "", "when", "later"), []string{`"x" has letters`, `"!" is neither`, "Write a message.", "Choose a date and a time."}, nil},
	} {
		got := sam.post("/send", c.typed)
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", c.name, got.status)
		}
		if !strings.Contains(got.body, "<title>Error: ") || !strings.Contains(got.body, `id="error-summary"`) || !strings.Contains(got.body, `"field has-error"`) {
			t.Errorf("%s: no summary, no title or no field marked", c.name)
		}
		for _, s := range c.says {
			if !strings.Contains(got.words(), s) {
				t.Errorf("%s does not say %q", c.name, s)
			}
		}
		for _, s := range c.keeps {
			if !strings.Contains(got.body, s) {
				t.Errorf("%s does not keep %.60q", c.name, s)
			}
		}
		got.says(t, "There is a problem")
		if strings.Contains(got.words(), "Schedule for") || strings.Contains(got.words(), "Leaves on") {
			t.Errorf("%s: it is refused, and yet the page says when it leaves", c.name)
		}
	}
	if n := td.sent("sam"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// Problems stand in the order of the form.
func TestSummaryFollowsTheForm(t *testing.T) {
	td := newTestDesk(t)
	got := td.signIn("sam").post("/send", order("to", "", "sender", "!", "body", "", "when", "later"))
	at := -1
	for _, field := range []string{"#f-to", "#f-sender", "#f-body", "#f-when"} {
		i := strings.Index(got.body, `href="`+field+`"`)
		if i < at {
			t.Errorf("%s stands too early, or not at all", field)
		}
		at = i
	}
}

func TestCounterIsASentence(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for _, c := range []struct {
		body string
		says []string
		not  string
	}{
		{"", []string{"160 characters fit into one text message."}, "Replace with plain"},
		{strings.Repeat("a", 142), []string{"142 characters, 1 text message"}, "Replace with plain"},
		{strings.Repeat("a", 161), []string{"161 characters, 2 text messages", "A text message holds 160 characters. A longer one travels in pieces of 153", "Each person costs 2 credits."}, "Replace with plain"},
		{strings.Repeat("€", 81), []string{"81 characters, 2 text messages", "€ counts as two characters."}, "Replace with plain"},
		{"It’s “fine”…", []string{"12 characters, 1 text message", "With ’ (curly apostrophe), “ (curly quote), ” (curly quote) and 1 more in it, a text message holds 70 characters instead of 160.", "Replace with plain characters"}, "Then it is"},
		{"’" + strings.Repeat("a", 100), []string{"101 characters, 2 text messages", "Replace with plain characters", "Then it is 1 text message."}, "and 1 more"},
		{"a\u200Bb", []string{"With a hidden space in it", "Replace with plain characters"}, ""},
		{"😀🎉", []string{"2 characters, 1 text message", "With 😀, 🎉 in it"}, "Replace with plain"},
		{strings.Repeat("😀", 40), []string{"40 characters, 2 text messages", "😀 counts as two characters."}, "Replace with plain"},
		{"مرحبا بكم", []string{"9 characters, 1 text message", "holds 70 characters instead of 160"}, "Replace with plain"},
	} {
		for _, path := range []string{"/send", "/send/check"} {
			got := sam.post(path, order("do", "update", "body", c.body))
			if got.status != http.StatusOK {
				t.Errorf("%s %.20q: status %d", path, c.body, got.status)
			}
			got.says(t, c.says...)
			if c.not != "" {
				got.lacks(t, c.not)
			}
		}
	}
}

func TestPlainCharacters(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for _, path := range []string{"/send", "/send/check"} {
		got := sam.post(path, order("do", "plain", "body", "It’s “fine”…"))
		got.wants(t, http.StatusOK, "\nIt&#39;s &#34;fine&#34;...</textarea>")
		got.says(t, "14 characters, 1 text message", "The characters that made it dear are plain now.")
		got.lacks(t, "Replace with plain")
	}
	// While somebody only types, the field is left alone.
	sam.post("/send/check", order("body", "Typing")).lacks(t, "<textarea")
}

func TestRecipientsAreCounted(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	to := "07700 900123; +44 (0)7700-900123\n0044 7700 900456\nJo Smith <07700900789>\n020 7946 0000, 0208 123 4567\n4.48E+11"
	for _, path := range []string{"/send", "/send/check"} {
		sam.post(path, order("do", "update", "to", to)).says(t, "3 people", "1 duplicate removed", "3 not mobile numbers",
			"“020 7946 0000”, “0208 123 4567”: each is a landline; it cannot receive texts.", "“4.48E+11” was shortened by Excel", "Review 3 messages",
			"Costs 3 credits; you have 997 left after it.")
	}
	sam.post("/send/check", order("to", "")).says(t, "Nobody yet", "Send message")
	sam.post("/send/check", order("to", "07700900123")).says(t, "1 person", "Send 1 message")
}

func TestSenderSaysWhatComesOfReplies(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	for sender, want := range map[string]string{"Oakfield": "People cannot reply to a name.", "07700 900999": "Replies come to this number.",
		"60777": "Replies go to this short code.", "Oakfield School": `"Oakfield School" is too long`} {
		sam.post("/send/check", order("sender", sender)).says(t, want)
	}
}

func TestReview(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	body := "Line one\r\nline <two> & “three”"
	to := numbers(312) + "020 7946 0000\n0208 123 4567\n0770 900\n07700 900000"
	review := sam.post("/send", order("to", to, "body", body))
	review.wants(t, http.StatusOK, "Send 312 messages", "Change something")
	review.says(t, "People 312", "Text messages 312", "Credits 312", "Left after it 688", "1 duplicate removed", "3 numbers get nothing.",
		"2 are landlines", "1 has too few digits", "0208 123 4567", "Now. For 20 seconds you can still stop all of it.", "Line one line <two> & “three”")
	if n := td.sent("sam"); n != 0 {
		t.Fatalf("%d messages were sent before anybody said so", n)
	}

	// One person is reviewed too when somebody else gets nothing.
	one := sam.post("/send", order("to", "07700900123\n020 7946 0000"))
	one.says(t, "Check and send", "1 number gets nothing.", "1 is a landline", "Send 1 message")

	// Change something: everything is kept.
	change := review.carried()
	change.Set("do", "change")
	back := sam.post("/send", change)
	back.wants(t, http.StatusOK, "07700 900311", "0208 123 4567", "line &lt;two&gt; &amp; “three”", `value="K1"`, `value="Oakfield"`)

	send := review.carried()
	send.Set("do", "send")
	got := sam.post("/send", send)
	if !strings.HasPrefix(got.path, "/batches/") {
		t.Fatalf("sending led to %s", got.path)
	}
	got.says(t, "Text to 312 people", "The first text leaves in", "Stop all 312", "All 312", "Waiting 312")
	if n := td.sent("sam"); n != 312 {
		t.Errorf("%d messages, want 312", n)
	}
}

// What is sent is what was reviewed.
func TestReviewIsOfTheseMessages(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.post("/send", order("to", numbers(3), "reviewed", "2")).says(t, "Check and send", "Send 3 messages")
	sam.post("/send", order("to", numbers(3), "reviewed", "3", "do", "review")).says(t, "Check and send")
	if n := td.sent("sam"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestNotEnoughCredits(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.post("/send/check", order("to", numbers(1001))).says(t, "Costs 1,001 credits, and you have 1,000.")
	review := sam.post("/send", order("to", numbers(1001)))
	if review.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", review.status)
	}
	review.says(t, "This costs 1,001 credits and you have 1,000.", "1 too few", "Ask your administrator for 1 more credit, or text fewer people.", "Change something")
	review.lacks(t, `value="send"`)
	send := review.carried()
	send.Set("do", "send")
	sam.post("/send", send).says(t, "This costs 1,001 credits and you have 1,000.")
	if n := td.sent("sam"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestSchedule(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	later := func(day, clock string) url.Values {
		return order("when", "later", "at_date", day, "at_time", clock, "body", day+clock)
	}

	sam.post("/send/check", later("2026-06-03", "09:00")).says(t, "Leaves on Wed 3 June 09:00 BST.", "Schedule for Wed 3 June 09:00")
	sam.post("/send", later("2026-06-03", "09:00")).says(t, "Scheduled for Wed 3 June 09:00.")
	page, err := td.Outbox(t.Context(), td.actor("sam"), desk.Filter{Limit: 10})
	must(t, err)
	if at := page.Messages[0].DueAt.Time().Format("2006-01-02 15:04"); at != "2026-06-03 08:00" {
		t.Errorf("due at %s UTC, want 08:00", at)
	}

	// The clocks go forward: there is no 01:30.
	const gap = "There is no 01:30 on Sunday 29 March 2026: the clocks go forward from 01:00 to 02:00. Choose another time."
	sam.post("/send/check", later("2026-03-29", "01:30")).says(t, gap)
	refused := sam.post("/send", later("2026-03-29", "01:30"))
	refused.wants(t, http.StatusUnprocessableEntity, `value="2026-03-29"`, `value="01:30"`)
	refused.says(t, gap)

	// The clocks go back: 01:30 comes twice, and the first is meant.
	sam.post("/send/check", later("2026-10-25", "01:30")).says(t, "Leaves on Sun 25 October 01:30 BST.",
		"The clocks go back then, so there are two times of 01:30; it leaves at the first.")
	sam.post("/send", later("2026-10-25", "01:30")).says(t, "Scheduled for Sun 25 October 01:30.")
	if page, err = td.Outbox(t.Context(), td.actor("sam"), desk.Filter{Limit: 10}); err != nil || page.Messages[0].DueAt.Time().Format("15:04") != "00:30" {
		t.Errorf("due at %s UTC, want 00:30 (%v)", page.Messages[0].DueAt.Time(), err)
	}

	review := sam.post("/send", order("to", numbers(2), "when", "later", "at_date", "2026-06-03", "at_time", "09:00"))
	review.says(t, "Schedule 2 messages for Wed 3 June 09:00", "Leaves on Wed 3 June 09:00 BST.")
	send := review.carried()
	send.Set("do", "send")
	sam.post("/send", send).says(t, "Scheduled for Wed 3 June 09:00.", "Scheduled", "Stop 2 messages", "Waiting 2")
}

func TestGettingStarted(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/").wants(t, http.StatusOK, "Getting started", `href="/setup/provider"`, `action="/setup/dismiss"`, "Done")
	td.signIn("sam").get("/").lacks(t, "Getting started")
	boss.get("/home/live").lacks(t, "Getting started")
	must(t, td.FinishStep(t.Context(), td.actor("boss"), desk.StepDismissed))
	boss.get("/").lacks(t, "Getting started")
}

func TestReviewEstimatesWhenItIsFinished(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-03-20 12:00")
	sam := td.signIn("sam")
	sam.post("/send", order("to", numbers(600))).lacks(t, "Finished") // the simulator takes all of them at once
	rate := 1.0
	_, err := td.AddProvider(t.Context(), td.actor("boss"), desk.NewProvider{Name: "Slow", Kind: desk.SimulatorKind, Rate: &rate, Default: true})
	must(t, err)
	sam.post("/send", order("to", numbers(600))).says(t, "Finished At 1 a second: at about 12:10.")
	sam.post("/send", order("to", numbers(30))).says(t, "Finished At 1 a second: within a minute.")
	sam.post("/send", order("to", numbers(600), "when", "later", "at_date", "2026-03-20", "at_time", "16:00")).says(t, "At 1 a second: at about 16:10.")
}

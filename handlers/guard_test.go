package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

// people are n numbers at home.
func people(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("07700 900%03d", i))
	}
	return strings.Join(all, ", ")
}

// reviewOf submits the composer and returns the form of the review.
func reviewOf(t *testing.T, b *browser, to, body string) (answer, url.Values) {
	t.Helper()
	order := form("key", fmt.Sprint("key ", t.Name(), body, len(to)), "to", to, "sender", "Oakfield", "body", body, "do", "review")
	got := b.post("/send", order)
	got.wants(t, http.StatusOK, "Check and send")
	send := got.carried()
	send.Set("do", "send")
	return got, send
}

func TestSettingsOfTheGuard(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	b.get("/settings/guard").wants(t, http.StatusOK, "Spend guard", "Only the United Kingdom", "Ireland", `value="500"`)
	b.post("/settings/guard", form("which", "some", "countries", "IE", "countries", "FR", "per_number", "5", "sure_above", "1,000", "approve_above", "50")).
		wants(t, http.StatusOK, "The spend guard is saved.", "Ireland", "France", `value="1000"`, `value="50"`)
	set, err := td.Settings(t.Context())
	must(t, err)
	if g := set.Guard; g.AllCountries || strings.Join(g.Countries, " ") != "IE FR" || g.PerNumber != 5 || g.SureAbove != 1000 || g.ApproveAbove != 50 {
		t.Errorf("saved %+v", g)
	}
	b.post("/settings/guard", form("which", "all", "per_number", "lots", "sure_above", "0", "approve_above", "-1")).
		wants(t, http.StatusUnprocessableEntity, "Enter a whole number up to 1,000,000, 0 for none.", `value="lots"`)
}

func TestReviewAsksWhetherOneIsSure(t *testing.T) {
	td := newTestDesk(t)
	must(t, td.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{SureAbove: 3}))
	b := td.signIn("sam")
	got, _ := reviewOf(t, b, people(3), "Three")
	got.lacks(t, "I am sure")
	got, order := reviewOf(t, b, people(4), "Four")
	got.wants(t, http.StatusOK, "This goes to 4 people", "I am sure that I want to text 4 people", "Send 4 messages")
	b.post("/send", order).wants(t, http.StatusUnprocessableEntity, "This goes to 4 people. Say that you are sure.", "Send 4 messages", "Check and send")
	order.Set("sure", "on")
	if got := b.post("/send", order); !strings.HasPrefix(got.path, "/batches/") {
		t.Errorf("sure, it ended at %s:\n%s", got.path, got.body)
	}

	// The same once more to some of them.
	got, _ = reviewOf(t, b, people(3), "Four")
	got.wants(t, http.StatusOK, "You have sent this text today", "You sent this text to all of these 3 people at ")
	got, _ = reviewOf(t, b, people(6), "Four")
	got.wants(t, http.StatusOK, "You sent this text to 4 of these 6 people at ")
	td.signIn("boss").post("/send", form("key", "k", "to", people(3), "sender", "Oakfield", "body", "Four", "do", "review")).lacks(t, "You have sent this text")
}

func TestNumbersAbroadAreSkippedInTheReview(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	got, _ := reviewOf(t, b, "07700 900123, +33 6 12 34 56 78, 07700 900124", "Hello")
	got.wants(t, http.StatusOK, "Send 2 messages", "1 number gets nothing.", "France is not among the countries that this desk texts.")
	b.post("/send", form("key", "k", "to", "+33 6 12 34 56 78", "sender", "Oakfield", "body", "Hello", "do", "send")).
		wants(t, http.StatusUnprocessableEntity, "France is not among the countries that this desk texts.")
}

func TestApprovalThroughThePages(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal, FirstName: "Kim", LastName: "Lee", Credits: 100})
	must(t, td.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{ApproveAbove: 3}))
	sam, boss, kim := td.signIn("sam"), td.signIn("boss"), td.signIn("kim")
	boss.get("/approvals").wants(t, http.StatusOK, "Nothing waits for your approval", "more than 3 people")
	send := func(body string) string {
		t.Helper()
		got, order := reviewOf(t, sam, people(4), body)
		got.wants(t, http.StatusOK, "An administrator looks at it first", "As soon as an administrator has approved it.")
		got.lacks(t, "For 20 seconds")
		got = sam.post("/send", order)
		got.wants(t, http.StatusOK, "It waits for approval", "Waits for approval", "Stop 4 messages")
		got.lacks(t, "Look at it and decide", "Send 4 messages now")
		return strings.TrimPrefix(got.path, "/batches/")
	}
	first := send("The boiler is broken")
	approval := "/approvals/" + first
	boss.get("/outbox").wants(t, http.StatusOK, "sends that wait for your approval")
	boss.get("/approvals").wants(t, http.StatusOK, "The boiler is broken", "Sam Carter", `href="`+approval+`"`)
	boss.get("/batches/"+first).wants(t, http.StatusOK, "Look at it and decide")
	boss.get(approval).wants(t, http.StatusOK, "Sam Carter wants to text 4 people", "The boiler is broken", "Approve: send 4 messages", "996")
	sam.get(approval).wants(t, http.StatusForbidden)
	sam.post(approval, form("do", "approve")).wants(t, http.StatusForbidden)
	kim.get("/batches/"+first).wants(t, http.StatusNotFound)

	boss.post(approval, form("do", "return", "note", " ")).wants(t, http.StatusUnprocessableEntity, "Say why, for the sender.")
	boss.post(approval, form("do", "return", "note", "It <works> again")).wants(t, http.StatusOK, "Returned. Nothing of it was sent")
	got := sam.get("/batches/" + first)
	got.wants(t, http.StatusOK, "Returned by Bo Ross: “It &lt;works&gt; again”", "Nothing of it was sent, and its credits are back.")
	if u := td.actor("sam").User; u.Balance != 1000 || u.Reserved != 0 {
		t.Errorf("balance %d, reserved %d", u.Balance, u.Reserved)
	}
	boss.post(approval, form("do", "approve")).wants(t, http.StatusOK, "This send does not wait for approval any more.")

	second := send("The boiler is broken again")
	got = boss.post("/approvals/"+second, form("do", "approve"))
	got.wants(t, http.StatusOK, "Approved: the send goes out.", "Approved by", "Bo Ross")
	got.lacks(t, "It waits for approval")
}

// Who approves a text with fields sees it as it was written, how many texts it
// makes, and what any of the people reads.
func TestApprovalShowsWhatEachReads(t *testing.T) {
	td := newTestDesk(t)
	must(t, td.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{ApproveAbove: 2}))
	sam, boss := td.signIn("sam"), td.signIn("boss")
	list := sam.post("/lists", form("name", "Visits"))
	sam.post(list.path+"/paste", form("people", "07700 900111\tAnn\n07700 900112\tBen "+strings.Repeat("b", 90)+"\n07700 900113\tCy"))
	got := sam.post("/send", order("to", "", "list", strings.TrimPrefix(list.path, "/lists/"), "body", strings.Repeat("Hello ((Name)). ", 6)))
	sent := sam.post("/send", with(got.carried(), "do", "send"))
	id := strings.TrimPrefix(sent.path, "/batches/")
	page := boss.get("/approvals/" + id)
	page.wants(t, http.StatusOK, "Hello ((Name)).", "1 for 2 people, 4 for 1 person", "Hello Ann.", "For", "07700 900111", "Next person")
	next := regexp.MustCompile(`/approvals/` + id + `\?message=\d+`)
	page = boss.get(next.FindString(page.body))
	page.wants(t, http.StatusOK, "Hello Ben bbb", "07700 900112")
	links := next.FindAllString(page.body, -1)
	if len(links) != 2 {
		t.Fatalf("in the middle it leads to %q", links)
	}
	boss.get(links[0]).wants(t, http.StatusOK, "Hello Ann.")
	boss.get(links[1]).wants(t, http.StatusOK, "Hello Cy.")
	// A text of another send is not shown.
	other := td.sendTo("sam", "07700900150")
	b, err := td.Batch(t.Context(), td.actor("boss"), other)
	must(t, err)
	msg, err := td.OnlyMessage(t.Context(), b)
	must(t, err)
	got = boss.get(fmt.Sprintf("/approvals/%s?message=%d", id, msg))
	got.wants(t, http.StatusOK, "Hello Ann.")
	got.lacks(t, "Sports day")
}

// People of a list who are left out stand with their number as numbers are
// shown, before the send and on its page.
func TestWhoIsLeftOutHasTheirNumberSpaced(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	list := sam.post("/lists", form("name", "Visits"))
	sam.post(list.path+"/paste", form("people", "07700 900111\tAnn\t\tMon\n07700 900112\tBen\n07700 900113\tCy\t\tTue"))
	got := sam.post("/send", order("to", "", "list", strings.TrimPrefix(list.path, "/lists/"), "body", "You are due ((MM1))."))
	got.wants(t, http.StatusOK, "There is no MM1 to fill in.", "Ben 07700 900112")
	got.lacks(t, "+447700900112")
	sent := sam.post("/send", with(got.carried(), "do", "send"))
	sent.wants(t, http.StatusOK, "1 number was left out", "Ben 07700 900112")
	sent.lacks(t, "+447700900112")
}

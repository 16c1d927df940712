package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
)

// limit decides what sam may.
func (td *testDesk) limit(change func(*desk.Permissions)) {
	td.t.Helper()
	sam := td.actor("sam")
	p := desk.PermissionsOf(sam.User)
	change(&p)
	must(td.t, td.SetPermissions(td.t.Context(), desk.CommandLine(), sam.User.ID, p))
}

// shared is a template that sam may use; its id as a form sends it.
func (td *testDesk) shared(name, body, sender string) string {
	td.t.Helper()
	id, err := td.AddTemplate(td.t.Context(), td.actor("boss"), desk.TemplateForm{Name: name, Body: body, Sender: sender, Shared: true})
	must(td.t, err)
	return strconv.FormatInt(id, 10)
}

// underBoss puts sam below boss, whose templates are then sam's too.
func underBoss(t *testing.T) *testDesk {
	t.Helper()
	td := newTestDesk(t)
	must(t, td.MoveUser(t.Context(), desk.CommandLine(), td.actor("sam").User.ID, td.actor("boss").User.ID))
	return td
}

func TestOnlyTheirSendersAreOffered(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/send").wants(t, 200, `<input class="input" type="text" value="Oakfield"`)
	td.limit(func(p *desk.Permissions) { p.Senders = []string{"Office", "07700 900999"} })
	got := sam.get("/send")
	got.wants(t, 200, `<select`, `<option value="Office" selected>`, `<option value="07700 900999">`)
	got.says(t, "People cannot reply to a name.")
	got.lacks(t, "Oakfield\" selected", `value="Oakfield"`)
	sam.post("/send", order("do", "", "sender", "07700 900999")).wants(t, 200, `<option value="07700 900999" selected>`, "Replies come to this number.")
	sam.do(http.MethodPost, "/send/check", order("sender", "07700 900999"), "HX-Request", "true").wants(t, 200, "Replies come to this number.")

	// One that is not theirs is refused wherever it comes from.
	sam.post("/send", order()).wants(t, 422, `id="f-sender-error"`, "You may send as Office or 07700 900999, not as Oakfield.")
	sam.post("/send", order("to", numbers(3))).wants(t, 422, `id="f-sender-error"`)
	sam.post("/send", order("when", "repeat")).wants(t, 422, `id="f-sender-error"`)
	sam.post("/recurring/new", weekly("do", "start")).wants(t, 422, "not as Oakfield")
	if td.sent("sam") != 0 {
		t.Fatal("something was sent in a barred name")
	}
	if one := sam.post("/send", order("sender", "Office")); !strings.HasPrefix(one.path, "/messages/") {
		t.Errorf("one text led to %s", one.path)
	}
	review := sam.post("/send", order("key", "K2", "sender", "07700 900999", "to", numbers(3)))
	review.says(t, "07700 900999 Replies come to this number.")

	// Limited while the review is open: it is not sent, and the form comes back.
	td.limit(func(p *desk.Permissions) { p.Senders = []string{"Office"} })
	sam.post("/send", form2(review.carried(), "do", "send")).wants(t, 422, "You may send as Office, not as")
	if n := td.sent("sam"); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

func TestWhoTextsOnePersonSeesNoGroups(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	group, err := td.AddGroup(t.Context(), td.actor("sam"), "Year 4")
	must(t, err)
	for _, n := range []string{"07700900123", "07700900124"} {
		_, err := td.PasteIntoGroup(t.Context(), td.actor("sam"), group, n+"\tAnn "+n[9:])
		must(t, err)
	}
	id := strconv.FormatInt(group, 10)
	sam.get("/send").wants(t, 200, "Year 4", "Send to a file")
	td.limit(func(p *desk.Permissions) { p.Bulk = false })
	sam.get("/send").wants(t, 200, "You text one person at a time")
	sam.get("/send").lacks(t, "Year 4", "Send to a file", `name="group"`)
	// From a link it stands there all the same, to be taken out.
	sam.get("/send?group="+id).wants(t, 200, "Year 4", "You may text one person at a time.")

	sam.do(http.MethodPost, "/send/check", order("to", numbers(2)), "HX-Request", "true").wants(t, 200, "You may text one person at a time.")
	for _, tried := range [][]string{{"to", numbers(2)}, {"to", "", "group", id}, {"to", numbers(2), "when", "repeat"}} {
		sam.post("/send", order(tried...)).wants(t, 422, `id="f-to-error"`, "You may text one person at a time.")
	}
	sam.post("/recurring/new", with(weekly("do", "start"), "to", numbers(2))).wants(t, 422, "You may text one person at a time.")
	sam.upload("/send/file", "two.csv", []byte("Mobile\n07700900123\n07700900124\n"), order("to", "", "do", "attach")).wants(t, 200, "You may text one person at a time.")
	if td.sent("sam") != 0 {
		t.Fatal("several were texted")
	}
	if one := sam.post("/send", order()); !strings.HasPrefix(one.path, "/messages/") {
		t.Errorf("one text led to %s", one.path)
	}
}

func TestWhoSendsTemplatesPicksAndFills(t *testing.T) {
	td := underBoss(t)
	sam := td.signIn("sam")
	_, err := td.AddTemplate(t.Context(), td.actor("sam"), desk.TemplateForm{Name: "My own", Body: "Anything"})
	must(t, err)
	td.limit(func(p *desk.Permissions) { p.TemplatesOnly = true })
	sam.get("/send").wants(t, 200, "There is no template for you yet")
	closed := td.shared("Closed", "School is closed today.", "")
	back := td.shared("Back late", "((Child)) is back at ((Time)).((Coat?? Bring a coat.))", "Trips")
	got := sam.get("/send")
	got.wants(t, 200, `name="template"`, "Back late", "Closed", "Choose one")
	got.lacks(t, "<textarea class=\"input\" id=\"f-body\"", `id="f-body"`, "My own", "Replace with plain")

	// Without script: Use shows the text and its fields.
	used := sam.post("/send", order("body", "", "template", back, "do", "template"))
	used.wants(t, 200, `name="fill-child"`, `name="fill-time"`, `name="fill-coat"`, `value="Trips"`, "is back at ((Time))")
	used.lacks(t, `id="f-body"`)
	// With script the check brings them.
	check := sam.do(http.MethodPost, "/send/check", order("body", "", "template", back, "shown", " "), "HX-Request", "true")
	check.wants(t, 200, `hx-target="#message-field"`, `name="fill-time"`, `value="Trips"`)
	shown := used.carried().Get("shown")
	typing := order("body", "", "template", back, "shown", shown, "fill-child", "Zoë", "fill-time", "14:30", "fill-coat", "yes")
	again := sam.do(http.MethodPost, "/send/check", typing, "HX-Request", "true")
	again.wants(t, 200, "Zoë is back at 14:30. Bring a coat.")
	again.lacks(t, `name="fill-time"`)

	sam.post("/send", order("body", "")).wants(t, 422, `id="f-template-error"`, "Choose a template.")
	sam.post("/send", order("body", "", "template", "999")).wants(t, 422, "Choose a template.")
	missing := sam.post("/send", order("body", "", "template", back, "fill-child", "Zoë"))
	missing.wants(t, 422, `href="#f-fill-time"`, `id="f-fill-time-error"`, "Fill in Time.", `value="Zoë"`)
	missing.lacks(t, "There is no field called")
	sam.post("/send", order("to", numbers(2), "body", "", "template", back, "fill-child", "Zoë")).wants(t, 422, "Fill in Time.")

	// Words of their own are refused, whatever form they come in.
	sam.post("/send", order("body", "Hello")).wants(t, 422, `id="f-template-error"`, "You may send texts of templates only.")
	sam.post("/send", order("body", "Anything")).wants(t, 422, "You may send texts of templates only.")
	sam.post("/send", order("to", numbers(2), "body", "Hello")).wants(t, 422, "You may send texts of templates only.")
	sam.post("/send", order("when", "repeat", "body", "Hello")).wants(t, 422, "You may send texts of templates only.")
	sam.post("/recurring/new", weekly("do", "start")).wants(t, 422, "You may send texts of templates only.")
	if td.sent("sam") != 0 {
		t.Fatal("their own words were sent")
	}

	// Sent, from the form and from the review.
	filled := []string{"body", "", "template", back, "fill-child", "Zoë", "fill-time", "14:30"}
	sam.post("/send", order(filled...)).wants(t, 200, "Zoë is back at 14:30.")
	review := sam.post("/send", order(append(filled, "key", "K2", "to", numbers(2))...))
	review.says(t, "Zoë is back at 14:30.", "Send 2 messages")
	changed := sam.post("/send", form2(review.carried(), "do", "change"))
	changed.wants(t, 200, `<option value="`+back+`" selected>`, `value="14:30"`)
	if got := sam.post("/send", form2(review.carried(), "do", "send")); !strings.HasPrefix(got.path, "/batches/") || td.sent("sam") != 3 {
		t.Errorf("the review led to %s, and %d messages are sent", got.path, td.sent("sam"))
	}

	// Again and again, and changed afterwards.
	repeat := sam.post("/send", order(append(filled, "key", "K3", "when", "repeat")...))
	repeat.wants(t, 200, "Repeat this text", "Zoë is back at 14:30.")
	start := with(weekly("do", "start"), "body", "", "template", back, "fill-child", "Ben", "fill-time", "15:00")
	sam.post("/recurring/new", with(start, "fill-time", "")).wants(t, 422, "Fill in Time.")
	sam.post("/recurring/new", with(start, "fill-time", "15:00")).wants(t, 200, "Ben is back at 15:00.", "It repeats from now on.")
	edit := sam.get("/recurring/1/edit")
	edit.wants(t, 200, "Keep the text", "Ben is back at 15:00.")
	edit.lacks(t, `id="f-body"`)
	sam.post("/recurring/1/edit", with(weekly("do", "start"), "body", "Hello")).wants(t, 422, "You may send texts of templates only.")
	sam.post("/recurring/1/edit", with(weekly("do", "start"), "body", "Ben is back at 15:00.", "template", "")).wants(t, 200, "Changed, from its next time on.", "Ben is back at 15:00.")
	sam.post("/recurring/1/edit", with(weekly("do", "start"), "body", "", "template", closed)).wants(t, 200, "Changed, from its next time on.", "School is closed today.")
}

// Where each person has their own of a field, it is theirs, and what is typed
// is for those who have none.
func TestATemplateFilledForEachPerson(t *testing.T) {
	td := underBoss(t)
	template := td.shared("Letter", "We write to ((Email)) today.", "")
	td.limit(func(p *desk.Permissions) { p.TemplatesOnly = true })
	sam := td.signIn("sam")
	attached := sam.upload("/send/file", "all.csv", []byte("Mobile,Email\n07700900123,ann@school.example\n07700900124,\n"), order("to", "", "body", "", "template", template, "do", "attach"))
	attached.wants(t, 200, "Type here what stands there where somebody has none.")
	review := sam.post("/send", form2(attached.carried(), "to", "", "sender", "Oakfield", "when", "now", "template", template, "do", "send"))
	review.says(t, "1 person has nothing for Email", "We write to ann@school.example today.")
	instead := sam.post("/send", form2(review.carried(), "do", "instead", "lacking", "Email", "instead", "you"))
	instead.says(t, "Send 2 messages")
	sam.post("/send", form2(instead.carried(), "do", "change")).wants(t, 200, `value="you"`)
	if got := sam.post("/send", form2(instead.carried(), "do", "send")); td.sent("sam") != 2 {
		t.Errorf("it led to %s, and %d are sent", got.path, td.sent("sam"))
	}
}

func TestTheDaysCreditsAndApprovalAreSaid(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/send").lacks(t, "credits a day")
	td.limit(func(p *desk.Permissions) { p.DailyCap = 3; p.ApproveAbove = 1 })
	sam.get("/send").says(t, "You may use 3 credits a day; 3 are left today.")
	sam.post("/send", order())
	sam.get("/send").says(t, "You may use 3 credits a day; 2 are left today.")
	two := sam.do(http.MethodPost, "/send/check", order("to", numbers(2)), "HX-Request", "true")
	two.says(t, "2 are left today.", "It goes to more than 1 person, so it waits until an administrator approves it.")
	sam.do(http.MethodPost, "/send/check", order("to", numbers(3)), "HX-Request", "true").says(t, "This costs 3 credits. You may use 3 a day, of which 2 are left today.")
	sam.post("/send", order("key", "K2", "to", numbers(2))).says(t, "Today You may use 3 credits a day; 2 are left today.")
	td.limit(func(p *desk.Permissions) { p.DailyCap = 1; p.ApproveAbove = 0 })
	sam.post("/send", order("key", "K3")).wants(t, 422, "of which none are left today")
	td.limit(func(p *desk.Permissions) { p.DailyCap = 0 })
	all := sam.post("/send", order("do", ""))
	all.wants(t, 200, "Ask to send 1 message")
	all.says(t, "What you send waits until an administrator approves it.")
}

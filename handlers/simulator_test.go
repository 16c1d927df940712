package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

func TestSimulator(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/simulator").wants(t, http.StatusOK, "No phone was texted yet", "Phone switched off", "ends in 01", `href="/simulator/447700900101"`)
	td.text("sam", "Hello", "07700 900123")
	b.get("/simulator").wants(t, http.StatusOK, `href="/simulator/447700900123"`, "07700 900123", "Hello")
	for typed, path := range map[string]string{
		"07700 900 123": "/simulator/447700900123", "+44 (0)7700-900123": "/simulator/447700900123", "0044 7700 900123": "/simulator/447700900123",
		"+33 6 12 34 56 78": "/simulator/33612345678",
	} {
		if got := b.get("/simulator?number=" + url.QueryEscape(typed)); got.status != http.StatusOK || got.path != path {
			t.Errorf("%q led to %s with %d, want %s", typed, got.path, got.status, path)
		}
	}
	for _, bad := range []string{"/simulator?number=0770", "/simulator?number=%3Cb%3E", "/simulator/0770", "/simulator/x", "/simulator/0770/live"} {
		got := b.get(bad)
		got.wants(t, http.StatusUnprocessableEntity, "Error: ", "There is a problem", `href="#f-number"`)
		got.lacks(t, "<b>")
	}
}

// A phone says what its number does; the echo phone is found beside the others.
func TestPhonesSayWhatTheyDo(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/simulator").wants(t, 200, "07700 900900", "ends in 900900", "Echo", "answers every text with the same words", "07700 900101", "ends in 01")
	sam.get("/simulator/447700900900").wants(t, 200, "Echo: Delivered at once")
	sam.get("/simulator/447700900101").wants(t, 200, "Phone switched off: Sent after one second")
	sam.get("/simulator/447700900123").lacks(t, "Delivered: Sent after")
}

func TestHandsetShowsWhatArrived(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	id := td.text("sam", "Are you at home?", "07700 900123")[0]
	const bubble = `Received: </span>Are you at home?`
	for range 2 { // before it left, and while it is on its way
		got := b.get("/simulator/447700900123")
		got.wants(t, http.StatusOK, "No text has arrived on this phone.", "On the way, not on the phone yet", `hx-get="/simulator/447700900123/live?turn=0`)
		got.lacks(t, bubble)
		td.carry(nil)
	}
	td.receipt(id, sms.Delivered, "", "")
	live := b.get("/simulator/447700900123/live?turn=0")
	live.wants(t, http.StatusOK, bubble, "hx-get")
	live.lacks(t, "On the way", "<html")
	// One that never arrives stands beside the phone.
	id = td.text("sam", "Second", "07700 900123")[0]
	td.carry(nil)
	td.receipt(id, sms.Failed, "ABSENT", "the phone is switched off")
	b.get("/simulator/447700900123").wants(t, http.StatusOK, "Not on this phone", "The phone is switched off.")
}

func TestHandsetReplies(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	td.text("sam", "Are you at home?", "07700 900123")
	td.carry(nil)
	got := b.post("/simulator/447700900123", form("body", "Yes <i>I</i> am", "turn", "0"))
	got.wants(t, http.StatusOK, `Sent: </span>Yes &lt;i&gt;I&lt;/i&gt; am`)
	if got.path != "/simulator/447700900123" {
		t.Errorf("the reply led to %s", got.path)
	}
	b.get("/inbox").wants(t, http.StatusOK, "Yes &lt;i&gt;I&lt;/i&gt; am")
	b.get("/inbox/1").wants(t, http.StatusOK, "Yes &lt;i&gt;I&lt;/i&gt; am", "Are you at home?")
	// A script gets only the phone, with an empty box for the next text.
	part := b.do(http.MethodPost, "/simulator/447700900123", form("body", "Again", "turn", "3"), "HX-Request", "true")
	part.wants(t, http.StatusOK, "Again", `name="turn" value="4"`, "autofocus", `name="body" id="f-body-447700900123-4" value=""`)
	part.lacks(t, "<html")
	// What is refused stays as typed.
	long := strings.Repeat("long ", 1000)
	b.post("/simulator/447700900123", form("body", long)).wants(t, http.StatusUnprocessableEntity, "The message is too long.", "Error: ", long)
	b.post("/simulator/447700900123", form("body", " ")).wants(t, http.StatusUnprocessableEntity, "Write a message.", "There is a problem")
	b.do(http.MethodPost, "/simulator/447700900123", form("body", " "), "HX-Request", "true").wants(t, http.StatusUnprocessableEntity, "Write a message.")
	b.post("/simulator/0770", form("body", "x")).wants(t, http.StatusUnprocessableEntity)
}

// A phone answers only whoever may see what it answers.
func TestHandsetIsOnesOwn(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	id := td.text("sam", "Only Sam knows", "07700 900123")[0]
	td.carry(nil)
	td.receipt(id, sms.Delivered, "", "")
	jo := td.signIn("jo")
	for _, path := range []string{"/simulator", "/simulator/447700900123", "/simulator/447700900123/live"} {
		got := jo.get(path)
		got.wants(t, http.StatusOK)
		got.lacks(t, "Only Sam knows")
	}
	jo.post("/simulator/447700900123", form("body", "Forged")).wants(t, http.StatusUnprocessableEntity, "Text this phone first; then it can answer you.", `value="Forged"`)
	td.signIn("sam").get("/inbox").lacks(t, "Forged")
	// Nor does a simulated phone answer for a real one.
	_, err := td.AddProvider(t.Context(), td.actor("boss"), desk.NewProvider{Name: "up", Kind: desk.SimulatorKind, Default: true})
	must(t, err)
	td.text("boss", "For real", "07700 900555")
	rows, err := td.ProviderRows(t.Context())
	must(t, err)
	claimed, err := td.Claim(t.Context(), rows[1].ID, 0, 10)
	must(t, err)
	_, err = td.Mark(t.Context(), claimed)
	must(t, err)
	td.signIn("boss").post("/simulator/447700900555", form("body", "Forged")).wants(t, http.StatusUnprocessableEntity, "so a real phone answers it")
}

func TestHandsetsSideBySide(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path := "/simulator/447700900123?also=447700900124&also=07700+900125"
	b.get(path).wants(t, http.StatusOK, "3 phones", "07700 900123", "07700 900124", "07700 900125", "Close the phone 07700 900124",
		`href="/simulator/447700900123?also=447700900125"`, `href="/simulator/447700900124?also=447700900125"`, `name="also" value="447700900124"`)
	b.get(path+"&also=0770").wants(t, http.StatusUnprocessableEntity, "3 phones", `value="0770"`, `href="#f-also"`)
	td.text("sam", "Are you at home?", "07700 900124")
	td.carry(nil)
	got := b.post("/simulator/447700900124?page=447700900123&page=447700900124", form("body", "Yes"))
	got.wants(t, http.StatusOK, "2 phones", `Sent: </span>Yes`)
	if got.path != "/simulator/447700900123?also=447700900124" {
		t.Errorf("the reply led to %s", got.path)
	}
}

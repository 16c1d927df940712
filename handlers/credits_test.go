package handlers_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

// addBelow makes a user below an administrator.
func (td *testDesk) addBelow(parent string, u desk.NewUser) int64 {
	td.t.Helper()
	u.Parent, u.Password = parent, testPassword
	id, err := td.AddUser(td.t.Context(), desk.CommandLine(), u)
	must(td.t, err)
	return id
}

func TestTheLedgerTellsEveryCredit(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sent, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{"07700900123", "07700900124", "07700900125"}, Body: "Hello"})
	must(t, err)
	_, err = td.Stop(t.Context(), td.actor("sam"), sent.BatchID)
	must(t, err)
	page := sam.get("/credits")
	page.wants(t, http.StatusOK, "Reserved for a text to 3 people", fmt.Sprintf(`href="/batches/%d"`, sent.BatchID), "Given back: 3 texts were not sent",
		"Moved from Bo Ross", "+1,000", "−3", "1,000", "Download as CSV")
	page.wants(t, http.StatusOK, `href="/credits"`) // the pill
	given := sam.get("/credits?kind=given-back")
	given.wants(t, http.StatusOK, "Given back: 3 texts")
	given.lacks(t, "Reserved for a text")
	sam.get("/credits?kind=spent").wants(t, http.StatusOK, "Nothing of this kind")
	sam.get("/credits?kind=no-such-kind").wants(t, http.StatusOK, "Given back: 3 texts", "Moved from")

	file := sam.get("/credits/ledger.csv")
	if file.status != http.StatusOK || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment; filename=\"credits-") {
		t.Errorf("the download answers %d, %q", file.status, file.header)
	}
	lines := strings.Split(file.body, "\r\n")
	if len(lines) != 5 || lines[0] != "\uFEFFWhen,What happened,Credits,Reserved,Send,With" || !strings.HasSuffix(lines[3], ",1000,0,,Bo Ross") ||
		!strings.HasSuffix(lines[2], fmt.Sprintf(",Reserved for a text to 3 people,-3,3,%d,", sent.BatchID)) {
		t.Errorf("the file is %q", lines)
	}
	boss := td.actor("boss").User.ID
	for _, path := range []string{"/credits?user=%d", "/credits/ledger.csv?user=%d"} {
		sam.get(fmt.Sprintf(path, boss)).wants(t, http.StatusNotFound)
	}
	td.signIn("boss").get(fmt.Sprintf("/credits?user=%d", td.actor("sam").User.ID)).wants(t, http.StatusOK, "Credits of Sam Carter", "Given back: 3 texts", "Move credits")
}

func TestFormulasInTheLedgerAreText(t *testing.T) {
	td := newTestDesk(t)
	td.addBelow("boss", desk.NewUser{Username: "head", Level: desk.LevelAdmin, FirstName: "=1+1", Credits: 50})
	td.addBelow("head", desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 7})
	got := td.signIn("jo").get("/credits/ledger.csv")
	got.wants(t, http.StatusOK, ",7,0,,'=1+1")
	got.lacks(t, ",=1+1")
}

func TestTheLedgerHasPages(t *testing.T) {
	td := newTestDesk(t)
	for i := range 60 {
		must(t, td.MoveCredits(t.Context(), td.actor("boss"), td.actor("sam").User.ID, int64(2001+i), -1))
	}
	sam := td.signIn("sam")
	first := sam.get("/credits?kind=topped-up")
	first.wants(t, http.StatusOK, "+2,060", "+2,011")
	first.lacks(t, "+2,010<", "+2,001<")
	older := regexp.MustCompile(`/credits\?before=\d+&amp;kind=topped-up`).FindString(first.body)
	if older == "" {
		t.Fatal("there is no older page")
	}
	second := sam.get(strings.ReplaceAll(older, "&amp;", "&"))
	second.wants(t, http.StatusOK, "+2,010", "+2,001")
	newer := regexp.MustCompile(`/credits\?after=\d+&amp;kind=topped-up`).FindString(second.body)
	sam.get(strings.ReplaceAll(newer, "&amp;", "&")).wants(t, http.StatusOK, "+2,060", "+2,011")
}

func TestRunningLow(t *testing.T) {
	td := newTestDesk(t)
	sam := td.signIn("sam")
	sam.get("/outbox").lacks(t, "running low")
	sam.post("/credits/reminder", form("reminder", "a few")).wants(t, http.StatusUnprocessableEntity, "Enter a whole number of credits", `value="a few"`)
	sam.post("/credits/reminder", form("reminder", "1,000")).wants(t, http.StatusOK, "You are warned when 1,000 credits or fewer are left.", "1,000 credits are left")
	sam.get("/outbox").wants(t, http.StatusOK, "credits-low", "running low")
	td.signIn("boss").get("/users").wants(t, http.StatusOK, "running low")
	quiet := sam.post("/credits/reminder", form("reminder", ""))
	quiet.wants(t, http.StatusOK, "You are not warned any more.")
	quiet.lacks(t, "credits-low")
}

func TestCreditsAreMovedOnceTheyAreConfirmed(t *testing.T) {
	td := newTestDesk(t)
	head := td.addBelow("boss", desk.NewUser{Username: "head", Level: desk.LevelAdmin, FirstName: "Ann", LastName: "Head", Credits: 100})
	jo := td.addBelow("head", desk.NewUser{Username: "jo", Level: desk.LevelNormal, FirstName: "Jo", LastName: "Bloggs", Credits: 10})
	b := td.signIn("head")
	tree := b.get("/users")
	tree.wants(t, http.StatusOK, "Ann Head", "Jo Bloggs", "tree-1", "Never")
	tree.lacks(t, "Sam Carter", "Bo Ross")

	path := fmt.Sprintf("/users/%d/credits", jo)
	b.get(path).wants(t, http.StatusOK, "To Jo Bloggs", "They are taken from yours.")
	for typed, why := range map[string]string{"": "Enter a whole number", "-5": "Enter a whole number", "1.5": "Enter a whole number", "ten": "Enter a whole number",
		"0": "Enter a whole number", "99999999999999999999": "Enter a whole number", "91": "You have 90 credits, not 91."} {
		b.post(path, form("direction", "to", "credits", typed)).wants(t, http.StatusUnprocessableEntity, why)
	}
	b.post(path, form("direction", "back", "credits", "11")).wants(t, http.StatusUnprocessableEntity, "Jo Bloggs has 10 credits; you cannot take back 11.")

	ask := b.post(path, form("direction", "to", "credits", "50"))
	ask.wants(t, http.StatusOK, "Move 50 credits to Jo Bloggs", "Jo Bloggs has 10 credits now, and 60 after it.", "You have 90 credits now, and 40 after it.")
	if n := td.actor("jo").User.Balance; n != 10 {
		t.Fatalf("they were moved before it was confirmed: %d", n)
	}
	seen := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(ask.body)
	if seen == nil {
		t.Fatal("the form does not say what was seen")
	}
	yes := form("direction", "to", "credits", "50", "seen", seen[1], "confirmed", "yes")
	b.post(path, yes).wants(t, http.StatusOK, "50 credits moved; Jo Bloggs has 60 credits now.")
	b.post(path, yes).wants(t, http.StatusUnprocessableEntity, "You have 40 credits, not 50.")
	yes.Set("credits", "30")
	b.post(path, yes).wants(t, http.StatusOK, "Credits were moved meanwhile", "Jo Bloggs has 60 credits now, and 90 after it.")
	if n := td.actor("jo").User.Balance; n != 60 {
		t.Errorf("the form sent twice moved twice: %d", n)
	}
	back := b.post(path, form("direction", "back", "credits", "60"))
	back.wants(t, http.StatusOK, "Take back 60 credits from Jo Bloggs", "and 0 after it")

	td.signIn("boss").post(path, form("direction", "to", "credits", "5")).wants(t, http.StatusOK, "It is a top-up")
	for _, id := range []int64{td.actor("sam").User.ID, td.actor("boss").User.ID, 4711} {
		stranger := fmt.Sprintf("/users/%d/credits", id)
		b.get(stranger).wants(t, http.StatusNotFound)
		b.post(stranger, form("direction", "to", "credits", "1", "seen", "0", "confirmed", "yes")).wants(t, http.StatusNotFound)
	}
	if got := b.get(fmt.Sprintf("/users/%d/credits", head)); got.path != "/credits" {
		t.Errorf("moving credits to oneself leads to %s", got.path)
	}
	td.signIn("jo").post(path, form("credits", "1")).wants(t, http.StatusForbidden)
}

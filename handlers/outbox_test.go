package handlers_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

// text sends one text to each number and returns their ids, in order.
func (td *testDesk) text(username, body string, to ...string) []int64 {
	td.t.Helper()
	var ids []int64
	for _, n := range to {
		sent, err := td.Send(td.t.Context(), td.actor(username), desk.Order{To: []string{n}, Body: body, Sender: "447700900999"})
		must(td.t, err)
		ids = append(ids, sent.Recipients[0].MessageID)
	}
	return ids
}

// carry takes everything that waits to the provider, whose answer to each call
// is err; without one it is taken.
func (td *testDesk) carry(err error) {
	td.t.Helper()
	rows, e := td.ProviderRows(td.t.Context())
	must(td.t, e)
	claimed, e := td.Claim(td.t.Context(), rows[0].ID, 0, 1000)
	must(td.t, e)
	marked, e := td.Mark(td.t.Context(), claimed)
	must(td.t, e)
	var all []desk.Outcome
	for _, m := range marked {
		o := desk.Outcome{Message: m, Err: err, Last: true}
		if err == nil {
			for part := range m.Parts {
				o.Acceptance.References = append(o.Acceptance.References, reference(m.ID, part))
			}
		}
		all = append(all, o)
	}
	must(td.t, td.Record(td.t.Context(), all))
}

func reference(id, part int64) string { return fmt.Sprintf("ref-%d-%d", id, part) }

// receipt tells what became of a message that was taken.
func (td *testDesk) receipt(id int64, status sms.Status, code, text string) {
	td.t.Helper()
	rows, err := td.ProviderRows(td.t.Context())
	must(td.t, err)
	story, err := td.Message(td.t.Context(), desk.CommandLine(), id)
	must(td.t, err)
	var all []providers.Receipt
	for _, p := range story.Parts {
		all = append(all, providers.Receipt{Reference: p.Reference, Status: status, Code: code, Text: text})
	}
	must(td.t, td.Polled(td.t.Context(), rows[0].ID, desk.Polling{}, all))
}

var noAnswer = &providers.Error{Kind: providers.Ambiguous, Code: "504", Text: "no answer came within 30 seconds", Err: errors.New("timeout")}

// everyState makes one message in each state but opted out, which nothing
// leads to yet, and returns their ids.
func everyState(t *testing.T, td *testDesk) map[sms.Status]int64 {
	t.Helper()
	ids := map[sms.Status]int64{}
	next := 0
	number := func() string { next++; return fmt.Sprintf("07700 9004%02d", next) }
	one := func(s sms.Status) int64 { ids[s] = td.text("sam", "State "+s.String(), number())[0]; return ids[s] }
	td.shift.Store(int64(-73 * time.Hour))
	one(sms.Unknown)
	td.carry(nil)
	td.shift.Store(0)
	rows, err := td.ProviderRows(t.Context())
	must(t, err)
	must(t, td.GiveUp(t.Context()))
	one(sms.Cancelled)
	must(t, td.Cancel(t.Context(), td.actor("sam"), ids[sms.Cancelled]))
	one(sms.Failed)
	td.carry(&providers.Error{Kind: providers.Rejected, Code: "UNKNOWN", Text: "nobody has this number"})
	one(sms.InDoubt)
	td.carry(noAnswer)
	for _, s := range []sms.Status{sms.Submitted, sms.Sent, sms.Delivered, sms.Expired} {
		one(s)
	}
	td.carry(nil)
	td.receipt(ids[sms.Sent], sms.Sent, "", "")
	td.receipt(ids[sms.Delivered], sms.Delivered, "", "")
	td.receipt(ids[sms.Expired], sms.Expired, "EXPIRED", "validity passed before the phone was reached")
	sent, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{number()}, Body: "State scheduled", SendAt: td.Now().Add(30 * time.Hour)})
	must(t, err)
	ids[sms.Scheduled] = sent.Recipients[0].MessageID
	one(sms.Submitting)
	claimed, err := td.Claim(t.Context(), rows[0].ID, 0, 10)
	must(t, err)
	_, err = td.Mark(t.Context(), claimed)
	must(t, err)
	one(sms.Queued)
	return ids
}

func TestOutboxShowsEveryState(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/outbox").wants(t, http.StatusOK, "Nothing sent yet", `href="/send"`)
	ids := everyState(t, td)
	b.get("/outbox").wants(t, http.StatusOK, "07700 900401", "State scheduled", "Scheduled", "Waiting", "Sending", "Submitted", "Sent", "Delivered",
		"Not delivered", "Nobody has this number.", "Expired", "Cancelled", "In doubt", "Unknown", `datetime="`)
	for state, in := range map[string][]sms.Status{
		"waiting": {sms.Scheduled, sms.Queued}, "on-the-way": {sms.Submitting, sms.Submitted, sms.Sent}, "delivered": {sms.Delivered},
		"not-delivered": {sms.Failed, sms.Expired}, "in-doubt": {sms.InDoubt}, "unknown": {sms.Unknown}, "cancelled": {sms.Cancelled}, "opted-out": nil, "failed": {sms.Failed},
	} {
		got := b.get("/outbox?state=" + state)
		got.wants(t, http.StatusOK)
		if state != "failed" { // one state alone has no tab
			got.wants(t, http.StatusOK, `href="/outbox?state=`+state+`" aria-current="page"`)
		}
		for s, id := range ids {
			row := fmt.Sprintf(`href="/messages/%d"`, id)
			want := false
			for _, x := range in {
				want = want || x == s
			}
			if has := strings.Contains(got.body, row); has != want {
				t.Errorf("%s lists the %v message: %v, want %v", state, s, has, want)
			}
		}
	}
	b.get("/outbox?state=opted-out").wants(t, http.StatusOK, "Nothing here", "Show everything")
}

func TestOutboxSearch(t *testing.T) {
	td := newTestDesk(t)
	must(t, td.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{Countries: []string{"FR"}}))
	b := td.signIn("sam")
	td.text("sam", "Boiler visit on Tuesday", "07700 900123")
	td.text("sam", "Rendez-vous à la crèche", "+33 6 12 34 56 78")
	td.text("sam", "Order 48213 is ready", "07700 900777")
	british, french, ready := "Boiler visit", "Rendez-vous", "is ready"
	for _, c := range []struct {
		typed       string
		want, never []string
	}{
		{"07700 900123", []string{british}, []string{french, ready}},
		{"07700900123", []string{british}, []string{french, ready}},
		{"+44 7700 900123", []string{british}, []string{french, ready}},
		{"0044 7700 900 123", []string{british}, []string{french}},
		{"447700900123", []string{british}, []string{french}},
		{"077009001", []string{british}, []string{french, ready}},
		{"07700", []string{british, ready}, []string{french}},
		{"+33 6", []string{french}, []string{british, ready}},
		{"boiler", []string{british}, []string{french, ready}},
		{"TUESDAY boil", []string{british}, []string{french, ready}},
		{"creche", []string{french}, []string{british}},
		{"ready 48213", []string{ready}, []string{british}},
		{"48213", []string{ready}, []string{british, french}},
		{"zebra", []string{"Nothing matches “zebra”", "Show everything"}, []string{british, french, ready}},
		{"   ", []string{british, french, ready}, nil},
	} {
		got := b.get("/outbox?q=" + url.QueryEscape(c.typed))
		got.wants(t, http.StatusOK, c.want...)
		got.lacks(t, c.never...)
	}
	// What an FTS query or a pattern would understand is only text here.
	for _, typed := range []string{`"`, `"" OR ""`, `boiler" OR "x`, "NEAR(a b)", "-boiler", "body:boiler", "*", "%", "(", "'", "a\x00b", "\xff", "😀", "+", "…", strings.Repeat("x ", 2000)} {
		b.get("/outbox?q="+url.QueryEscape(typed)).wants(t, http.StatusOK, "Outbox")
	}
	// The address keeps the filter, and the form what was typed.
	b.get("/outbox?q=07700&state=waiting").wants(t, http.StatusOK, `value="07700"`, `name="state" value="waiting"`, `href="/outbox?q=07700&amp;state=delivered"`)
}

func TestOutboxPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	var to []string
	for i := range 120 {
		to = append(to, fmt.Sprintf("07700 900%03d", i))
	}
	ids := td.text("sam", "One of many", to...)
	newest := ids[119]
	rows := regexp.MustCompile(`href="/messages/(\d+)"`)
	list := func(got answer) []string {
		got.wants(t, http.StatusOK)
		var all []string
		for _, m := range rows.FindAllStringSubmatch(got.body, -1) {
			all = append(all, m[1])
		}
		return all
	}
	step := func(got answer, word string) string {
		m := regexp.MustCompile(`<a class="button button-small" href="([^"]+)">(?:<svg[^>]*>.*?</svg>)?\s*<span>` + word).FindStringSubmatch(got.body)
		if m == nil {
			return ""
		}
		return strings.ReplaceAll(m[1], "&amp;", "&")
	}
	var seen []string
	path, pages := "/outbox?q=many&state=waiting", []string(nil)
	for path != "" {
		got := b.get(path)
		if len(pages) == 0 && step(got, "Newer") != "" {
			t.Error("the first page has a newer one")
		}
		pages, seen = append(pages, path), append(seen, list(got)...)
		path = step(got, "Older")
	}
	if len(pages) != 3 || len(seen) != 120 || seen[0] != fmt.Sprint(newest) || seen[119] != fmt.Sprint(ids[0]) {
		t.Fatalf("%d pages with %d messages, from %s to %s", len(pages), len(seen), seen[0], seen[len(seen)-1])
	}
	var back []string
	for path = pages[2]; path != ""; {
		got := b.get(path)
		back = append(list(got), back...)
		path = step(got, "Newer")
	}
	if strings.Join(back, " ") != strings.Join(seen, " ") {
		t.Errorf("going back shows\n%v, going forth\n%v", back, seen)
	}
	// Beyond the edges there is a way back.
	b.get(fmt.Sprintf("/outbox?before=%d", ids[0])).wants(t, http.StatusOK, "Nothing here", `href="/outbox"`)
	if got := list(b.get(fmt.Sprintf("/outbox?after=%d", newest))); len(got) != 50 {
		t.Errorf("after the newest stand %d messages, want the newest page", len(got))
	}
	for _, nonsense := range []string{"before=x", "before=-1", "after=99999999999999999999", "batch=x"} {
		b.get("/outbox?"+nonsense).wants(t, http.StatusOK, "One of many")
	}
}

func TestOutboxOfOneSend(t *testing.T) {
	td := newTestDesk(t)
	sent, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{"07700 900101", "07700 900102"}, Body: "Trip to the museum"})
	must(t, err)
	td.text("sam", "Something else", "07700 900103")
	path := fmt.Sprintf("/outbox?batch=%d", sent.BatchID)
	got := td.signIn("sam").get(path)
	got.wants(t, http.StatusOK, "One send: Trip to the museum", "07700 900101", "07700 900102", fmt.Sprintf(`name="batch" value="%d"`, sent.BatchID))
	got.lacks(t, "Something else")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.signIn("jo").get(path).wants(t, http.StatusNotFound)
}

func TestOutboxIsOnesOwn(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.text("sam", "Only Sam knows", "07700 900101")
	td.text("jo", "Only Jo knows", "07700 900102")
	got := td.signIn("jo").get("/outbox")
	got.wants(t, http.StatusOK, "Only Jo knows")
	got.lacks(t, "Only Sam knows", "Sent by")
	td.signIn("boss").get("/outbox").wants(t, http.StatusOK, "Only Jo knows", "Only Sam knows", "Sent by", "Sam Carter", "jo")
}

func TestOutboxEscapes(t *testing.T) {
	td := newTestDesk(t)
	hostile := `<script>alert("1")</script> & 'x' <b>`
	id := td.text("sam", hostile, "07700 900101")[0]
	td.carry(noAnswer)
	b := td.signIn("sam")
	for _, path := range []string{"/outbox", fmt.Sprintf("/messages/%d", id), "/in-doubt", "/simulator", "/simulator/447700900101", "/outbox?q=" + url.QueryEscape(hostile)} {
		got := b.get(path)
		got.wants(t, http.StatusOK, "&lt;script&gt;alert(")
		got.lacks(t, "<script>alert", "<b>")
	}
}

package desk

import (
	"strings"
	"testing"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// sentences are what a refused form says, by field.
func sentences(err error) map[string]string {
	all := map[string]string{}
	for _, r := range Refusals(err) {
		all[r.Field] = r.Sentence
	}
	return all
}

func TestAddNumber(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, 1, 10)
	id, err := o.AddNumber(ctx, o.admin, NumberForm{Number: " 07860 033456 ", Provider: "Simulator", Owner: "JO", URL: "https://intranet.example/texts?k=1", Method: "GET", Auth: "s3cret"})
	must(t, err)
	n, err := o.Number(ctx, o.admin, id)
	if err != nil || n.Address != "447860033456" || n.Display("GB") != "07860 033456" || n.Owner != "jo" || int64(n.UserID) != jo.User.ID || n.Provider != "Simulator" ||
		n.ForwardMethod != ForwardGet || n.ForwardURL != "https://intranet.example/texts?k=1" || !n.HasAuth() || strings.Contains(n.ForwardAuth, "s3cret") || n.Refused != "" {
		t.Errorf("the number is %+v, %v", n, err)
	}
	_, err = o.AddNumber(ctx, o.admin, NumberForm{Number: "60777", Provider: "Simulator", URL: "http://127.0.0.1:8080"})
	must(t, err)
	all, err := o.Numbers(ctx, o.admin)
	if err != nil || len(all) != 2 || all[1].Address != "60777" || all[1].ForwardMethod != ForwardPost || all[1].Refused != "127.0.0.1:8080" {
		t.Errorf("the numbers are %+v, %v", all, err)
	}

	for _, c := range []struct {
		form  NumberForm
		field string
		says  string
	}{
		{NumberForm{Provider: "Simulator"}, "number", "Enter the number that texts come in on."},
		{NumberForm{Number: "Hartwell", Provider: "Simulator"}, "number", "Hartwell is not a number that texts can come in on. Write all of it, such as 07860 033456, or a short code, such as 60777."},
		{NumberForm{Number: "07860", Provider: "Simulator"}, "number", "07860 is not a number that texts can come in on. Write all of it, such as 07860 033456, or a short code, such as 60777."},
		{NumberForm{Number: "+447860033456", Provider: "Simulator"}, "number", "07860 033456 is there already."},
		{NumberForm{Number: "60778"}, "provider", "Say which provider the number is from."},
		{NumberForm{Number: "60778", Provider: "Nobody"}, "provider", "There is no provider called Nobody."},
		{NumberForm{Number: "60778", Provider: "Simulator", Owner: "nobody"}, "owner", "There is no user called nobody."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "intranet.example"}, "forward_url", "The address has to begin with https:// or http://."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "https://jo:pass@intranet.example"}, "forward_url", "The address must not have a username or a password in it; put it into the auth text."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "https://intranet.example/" + strings.Repeat("x", 2000)}, "forward_url", "This is too long: at most 2000 characters."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "https://intranet.example/", Method: "put"}, "forward_method", "Texts are forwarded with get or with post."},
		{NumberForm{Number: "60778", Provider: "Simulator", Auth: "x"}, "forward_url", "Say where to forward to, or leave the auth text out."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "https://intranet.example/", Auth: strings.Repeat("x", 256)}, "forward_auth", "This is too long: at most 255 characters."},
		{NumberForm{Number: "60778", Provider: "Simulator", URL: "https://intranet.example/", List: 99}, "list", "There is no such list."},
	} {
		if _, err := o.AddNumber(ctx, o.admin, c.form); len(Refusals(err)) != 1 || sentences(err)[c.field] != c.says {
			t.Errorf("%+v says %v at %v, want %q", c.form, err, sentences(err), c.says)
		}
	}
	if err := o.RemoveProvider(ctx, o.admin, "Simulator"); err == nil {
		t.Error("a provider with numbers can be removed")
	}
	must(t, o.RemoveNumber(ctx, o.admin, id))
	if _, err := o.Number(ctx, o.admin, id); !ErrUnknownVMN.Is(err) {
		t.Errorf("a removed number is %v", err)
	}
	_, err = o.AddNumber(ctx, o.admin, NumberForm{Number: "07860033456", Provider: "Simulator"}) // is free again
	must(t, err)
}

// What nobody types again stays; nothing of it is told.
func TestChangeNumberKeepsTheAuthText(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	form := NumberForm{Number: "60777", Provider: "Simulator", URL: "https://intranet.example/", Auth: "s3cret"}
	id, err := o.AddNumber(ctx, o.admin, form)
	must(t, err)
	auth := func() string {
		row, err := o.store.Number(ctx, id)
		must(t, err)
		if row.ForwardAuth == "" {
			return ""
		}
		text, err := o.vault.open(authAt(id), row.ForwardAuth)
		must(t, err)
		return text
	}
	form.Auth = ""
	must(t, o.ChangeNumber(ctx, o.admin, id, form))
	if auth() != "s3cret" {
		t.Errorf("the auth text is %q", auth())
	}
	elsewhere := form
	for _, url := range []string{"https://evil.example/", "http://intranet.example/", "https://intranet.example:8443/"} { // it is not handed to somebody else
		elsewhere.URL = url
		if err := o.ChangeNumber(ctx, o.admin, id, elsewhere); sentences(err)["forward_auth"] == "" {
			t.Errorf("the auth text goes to %s: %v", url, err)
		}
	}
	elsewhere.URL = "https://intranet.example/other"
	must(t, o.ChangeNumber(ctx, o.admin, id, elsewhere))
	form.Auth = "other"
	must(t, o.ChangeNumber(ctx, o.admin, id, form))
	if auth() != "other" {
		t.Errorf("the auth text is %q", auth())
	}
	form.Auth, form.NoAuth = "", true
	must(t, o.ChangeNumber(ctx, o.admin, id, form))
	if auth() != "" {
		t.Errorf("the auth text is %q", auth())
	}
	form.Auth, form.NoAuth = "again", false
	must(t, o.ChangeNumber(ctx, o.admin, id, form))
	form.URL, form.Auth = "", ""
	must(t, o.ChangeNumber(ctx, o.admin, id, form))
	if auth() != "" {
		t.Error("without an address there is still an auth text")
	}
	entries, err := o.AuditLog(ctx, o.admin, AuditFilter{Limit: 20})
	must(t, err)
	for _, e := range entries.Entries {
		if strings.Contains(e.Detail+e.Subject, "s3cret") || strings.Contains(e.Detail, "https://") {
			t.Errorf("the audit log tells %q", e.Detail)
		}
	}
}

// Administrators see the numbers of those whom they look after.
func TestWhoseNumbers(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	left, right := o.user(t, "left", LevelAdmin, 1, 10), o.user(t, "right", LevelAdmin, 1, 10)
	leaf := o.user(t, "leaf", LevelNormal, left.User.ID, 10)
	id, err := o.AddNumber(ctx, left, NumberForm{Number: "60777", Provider: "Simulator", Owner: "leaf"})
	must(t, err)
	_, err = o.AddNumber(ctx, o.admin, NumberForm{Number: "60778", Provider: "Simulator"})
	must(t, err)
	for who, want := range map[*Actor]int{&o.admin: 2, &left: 1, &right: 0} {
		if all, err := o.Numbers(ctx, *who); err != nil || len(all) != want {
			t.Errorf("%s sees %d numbers, %v", who.User.Username, len(all), err)
		}
	}
	if _, err := o.Numbers(ctx, leaf); !ErrForbidden.Is(err) {
		t.Errorf("a normal user gets %v", err)
	}
	for _, form := range []NumberForm{{Number: "60779", Provider: "Simulator"}, {Number: "60779", Provider: "Simulator", Owner: "right"}, {Number: "60779", Provider: "Simulator", Owner: "admin"}} {
		if _, err := o.AddNumber(ctx, left, form); sentences(err)["owner"] == "" {
			t.Errorf("left may give a number to %q: %v", form.Owner, err)
		}
	}
	if err := o.ChangeNumber(ctx, right, id, NumberForm{Provider: "Simulator", Owner: "right"}); !ErrUnknownVMN.Is(err) {
		t.Errorf("right takes the number of leaf: %v", err)
	}
	for _, who := range []Actor{left, right, leaf} {
		if err := o.AllowForwardHost(ctx, who, "127.0.0.1"); !ErrForbidden.Is(err) {
			t.Errorf("%s may allow hosts: %v", who.User.Username, err)
		}
		if err := o.ForbidForwardHost(ctx, who, "127.0.0.1"); !ErrForbidden.Is(err) {
			t.Errorf("%s may forbid hosts: %v", who.User.Username, err)
		}
	}
	must(t, o.AllowForwardHost(ctx, o.admin, " Intranet.Example:8080 "))
	must(t, o.AllowForwardHost(ctx, o.admin, "intranet.example:8080"))
	if hosts, err := o.ForwardHosts(ctx, o.admin); err != nil || len(hosts) != 1 || hosts[0] != "intranet.example:8080" {
		t.Errorf("the hosts are %q, %v", hosts, err)
	}
	if err := o.AllowForwardHost(ctx, o.admin, "http://x/"); sentences(err)["host"] == "" {
		t.Errorf("an address is taken for a host: %v", err)
	}
	if err := o.ForbidForwardHost(ctx, o.admin, "other"); sentences(err)["host"] == "" {
		t.Errorf("forbid what was not allowed: %v", err)
	}
	must(t, o.ForbidForwardHost(ctx, o.admin, "intranet.example:8080"))
}

// Whoever does not see the texts of others looks after their numbers, and does not
// read what came in on them.
func TestNumbersOfThoseWhoseTextsAreNotSeen(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	left := o.user(t, "left", LevelAdmin, 1, 10)
	o.user(t, "leaf", LevelNormal, left.User.ID, 10)
	id := o.vmn(t, NumberForm{Owner: "leaf"})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	left.User.SeesOthers = false
	if n, err := o.Number(ctx, left, id); err != nil || n.Waiting != 1 {
		t.Errorf("the number is %+v, %v", n, err)
	}
	if _, _, err := o.Forwards(ctx, left, id, ForwardsAll, 0, 10); !ErrForbidden.Is(err) {
		t.Errorf("the log is %v", err)
	}
	if _, _, err := o.Forward(ctx, left, id, 1); !ErrForbidden.Is(err) {
		t.Errorf("a text of it is %v", err)
	}
	if err := o.ForwardAgain(ctx, left, id, 1); !ErrForbidden.Is(err) {
		t.Errorf("send again says %v", err)
	}
}

// A service that does not say which number was texted means the only one that it
// has.
func TestNoDestination(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, 1, 10)
	comes := func(id string) db.Inbound {
		t.Helper()
		must(t, o.Received(ctx, o.provider, providers.InboundPage{Inbound: []providers.Inbound{{ID: id, From: sms.MSISDN(number(1)), Body: id}}}))
		found, err := o.store.InboundFrom(ctx, db.InboundFromParams{Number: sms.MSISDN(number(1)), PageSize: 1})
		must(t, err)
		return found[0]
	}
	if in := comes("before"); in.UserID != 0 {
		t.Errorf("with no number it is %d's", in.UserID)
	}
	o.vmn(t, NumberForm{Owner: "jo"})
	if in := comes("one"); in.UserID != db.ID(jo.User.ID) {
		t.Errorf("with one number it is %d's", in.UserID)
	}
	if due := o.due(t); len(due) != 1 || due[0].Call.Text.Dest != vmnAddress {
		t.Errorf("it is forwarded as %+v", due)
	}
	o.vmn(t, NumberForm{Number: "60777", Owner: "jo"})
	if in := comes("two"); in.UserID != 0 || len(o.due(t)) != 1 {
		t.Errorf("with two numbers it is %d's", in.UserID)
	}
}

// Somebody who does not see the list of a number keeps it when they change
// something else, and cannot choose another that they do not see.
func TestTheListOfSomebodyElse(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	left := o.user(t, "left", LevelAdmin, 1, 10)
	o.user(t, "leaf", LevelNormal, left.User.ID, 10)
	list, err := o.AddList(ctx, o.admin, "Parents")
	must(t, err)
	other, err := o.AddList(ctx, o.admin, "Others")
	must(t, err)
	id := o.vmn(t, NumberForm{Owner: "leaf", List: list})
	form := NumberForm{Provider: "Simulator", Owner: "leaf", URL: "https://intranet.example/new", List: list}
	must(t, o.ChangeNumber(ctx, left, id, form))
	form.List = other
	if err := o.ChangeNumber(ctx, left, id, form); sentences(err)["list"] == "" {
		t.Errorf("left may choose it: %v", err)
	}
}

// Before a list is deleted its owner reads which numbers use it.
func TestNumbersWithAList(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	list, err := o.AddList(ctx, o.admin, "Parents")
	must(t, err)
	o.vmn(t, NumberForm{List: list})
	if names, err := o.NumbersWith(ctx, o.admin, list); err != nil || len(names) != 1 || names[0] != "07860 033456" {
		t.Errorf("the numbers are %q, %v", names, err)
	}
	if _, err := o.NumbersWith(ctx, o.user(t, "jo", LevelNormal, 1, 0), list); !ErrUnknownList.Is(err) {
		t.Errorf("somebody else is told: %v", err)
	}
}

// A text that answers nothing belongs to the owner of the number that it came in
// on; one that answers something, to whose text it answers.
func TestTextsBelongToTheOwner(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	jo, sam := o.user(t, "jo", LevelNormal, 1, 10), o.user(t, "sam", LevelNormal, 1, 10)
	_, err := o.AddNumber(ctx, o.admin, NumberForm{Number: "07860033456", Provider: "Simulator", Owner: "jo"})
	must(t, err)
	o.send(t, sam, Order{To: numbers(7, 1), Sender: "07860033456"})
	o.send(t, sam, Order{To: numbers(8, 1)})
	o.taken(t, o.leave(t, 10))
	for i, c := range []struct {
		from string
		to   string
		want db.ID
	}{
		{number(1), "447860033456", db.ID(jo.User.ID)}, {number(2), "+44 7860 033456", db.ID(jo.User.ID)}, {number(3), "07860033456", db.ID(jo.User.ID)},
		{number(4), "60777", 0}, {number(7), "447860033456", db.ID(sam.User.ID)},
		{number(8), "447860033456", db.ID(jo.User.ID)}, // was texted from another number, so this is no answer to it
	} {
		in := o.arrives(t, string(rune('a'+i)), sms.MSISDN(c.from), c.to)
		if in.UserID != c.want {
			t.Errorf("a text from %s to %s belongs to %d, want %d", c.from, c.to, in.UserID, c.want)
		}
	}
	lines := 0
	must(t, o.EachInbound(ctx, o.again(t, jo), Filter{}, func(InboundLine) error { lines++; return nil }))
	if lines != 4 {
		t.Errorf("the report of jo has %d texts", lines)
	}
}

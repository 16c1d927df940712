package desk

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/mail"
	"textdesk/mail/mailtest"
	"textdesk/sms"
)

// mailing is an office with a mail server and an address for its administrator.
func mailing(t *testing.T) (*office, *mailtest.Server, *url.URL) {
	t.Helper()
	o := newOffice(t)
	up, err := mailtest.New()
	must(t, err)
	t.Cleanup(up.Close)
	must(t, o.ChangeUser(t.Context(), CommandLine(), o.admin.User.ID, Profile{FirstName: "Ada", LastName: "Min", Level: LevelAdmin, Email: "admin@example.org"}))
	must(t, o.SaveMailServer(t.Context(), o.admin, MailServer{Host: up.Host, Port: up.Port, Security: mail.None, From: "Desk <desk@example.org>"}))
	base, err := url.Parse("https://intranet.example/sms/")
	must(t, err)
	return o, up, base
}

// mails sends what is due and returns what came of it, as "to: subject".
func mails(t *testing.T, o *office, up *mailtest.Server, base *url.URL) (to []string, texts []string) {
	t.Helper()
	before := len(up.Mails())
	_, err := o.SendAlerts(t.Context(), base)
	must(t, err)
	for _, m := range up.Mails()[before:] {
		to, texts = append(to, m.To), append(texts, strings.ReplaceAll(m.Text, "\r\n", "\n"))
	}
	return to, texts
}

// A web page is down for three days: whoever looks after the number is told
// after an hour and then once a day, with how many texts, since when, what was
// answered and where the log is, and not of the same again.
func TestForwardsThatAreNotTakenAreTold(t *testing.T) {
	o, up, base := mailing(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	must(t, o.ChangeUser(ctx, o.admin, jo.User.ID, Profile{FirstName: "Jo", LastName: "Bell", Level: LevelNormal, Email: "jo@example.org"}))
	id := o.vmn(t, NumberForm{Owner: "jo", URL: "https://intranet.example/texts?key=s3cretpath", Auth: "s3cret"})
	names, has, err := o.WhoIsTold(ctx, o.admin, id)
	if err != nil || fmt.Sprint(names) != "[Jo Bell Ada Min]" || !has {
		t.Errorf("the page says %v, %v, %v are told", names, has, err)
	}
	fail := func() {
		for _, f := range o.due(t) {
			o.came(t, f, 500, "It answered with 500 Internal Server Error.")
		}
	}
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	o.arrives(t, "b", sms.MSISDN(number(2)), vmnAddress)
	began := o.clock()
	var toldAfter []time.Duration
	var all []string
	for o.clock().Sub(began) < 72*time.Hour {
		fail()
		to, texts := mails(t, o, up, base)
		if len(to) > 0 {
			toldAfter = append(toldAfter, o.clock().Sub(began))
			all = append(all, texts...)
			if fmt.Sprint(to) != "[jo@example.org admin@example.org]" {
				t.Errorf("it went to %v", to)
			}
		}
		o.pass(5 * time.Minute)
		if at := o.clock().Sub(began); at == 20*time.Hour {
			o.arrives(t, "c", sms.MSISDN(number(3)), vmnAddress)
		}
	}
	// The first hour; a day later, a and b given up meanwhile; a day later, c given
	// up; nothing new on the third.
	if want := "[1h0m0s 25h0m0s 49h0m0s]"; fmt.Sprint(toldAfter) != want {
		t.Errorf("it was told after %v, want %s", toldAfter, want)
	}
	if len(all) != 6 {
		t.Fatalf("%d e-mails came", len(all))
	}
	for i, wants := range [][]string{
		{"intranet.example does not take the texts to 07860 033456", "2 texts to 07860 033456 were not taken by intranet.example so far", "Wednesday 3 June 2026 at 10:00", "It answered with 500 Internal Server Error.",
			"An administrator can send again", "https://intranet.example/sms/inbox"},
		{"https://intranet.example/sms/numbers/" + fmt.Sprint(id), "can be sent again there"},
		{"2 texts to 07860 033456 were given up", "did not take them within a day", "1 more is still being tried", "on Wednesday 3 June 2026 at 10:00"},
		nil,
		{"1 text to 07860 033456 was given up", "did not take it within a day", "on Thursday 4 June 2026 at 06:00"},
	} {
		flat := strings.ReplaceAll(strings.ReplaceAll(all[i], "=\n", ""), "\n", " ")
		for _, want := range wants {
			if !strings.Contains(flat, want) {
				t.Errorf("e-mail %d does not say %q:\n%s", i, want, all[i])
			}
		}
		for _, secret := range []string{"s3cret", "Reply a", number(1), "700900001"} {
			if strings.Contains(flat, secret) {
				t.Errorf("e-mail %d has %q in it", i, secret)
			}
		}
	}
	if strings.Contains(all[4], "more") {
		t.Errorf("it tells of texts that are not tried any more:\n%s", all[4])
	}
}

// Nobody is told of a text that was taken within the hour, of a number that was
// switched to silence or is not forwarded any more.
func TestForwardsThatNobodyIsToldOf(t *testing.T) {
	for name, change := range map[string]func(o *office, id int64) error{
		"taken": func(o *office, id int64) error {
			o.pass(50 * time.Minute)
			for _, f := range o.due(t) {
				o.came(t, f, 200, "")
			}
			return nil
		},
		"silent": func(o *office, id int64) error {
			return o.ChangeNumber(t.Context(), o.admin, id, NumberForm{Provider: "Simulator", URL: "https://intranet.example/texts", Silent: true})
		},
		"not forwarded": func(o *office, id int64) error {
			return o.ChangeNumber(t.Context(), o.admin, id, NumberForm{Provider: "Simulator"})
		},
		"removed": func(o *office, id int64) error { return o.RemoveNumber(t.Context(), o.admin, id) },
	} {
		t.Run(name, func(t *testing.T) {
			o, up, base := mailing(t)
			id := o.vmn(t, NumberForm{})
			o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
			o.came(t, o.due(t)[0], 500, "It answered with 500 Internal Server Error.")
			must(t, change(o, id))
			o.pass(2 * time.Hour)
			if to, _ := mails(t, o, up, base); len(to) != 0 {
				t.Errorf("it was told to %v", to)
			}
		})
	}
}

// Who is told: the owner and the next administrator above them who has an
// address and is let in, and of nobody's number those above everybody.
func TestWhoLooksAfterANumber(t *testing.T) {
	const (
		top = iota + 1
		other
		middle
		clerk
	)
	usual := func() map[int64]db.User {
		return map[int64]db.User{
			top:    {ID: top, Level: LevelAdmin, Email: "top@x"},
			other:  {ID: other, Level: LevelAdmin, Email: "other@x"},
			middle: {ID: middle, Level: LevelAdmin, ParentID: top, Email: "middle@x"},
			clerk:  {ID: clerk, Level: LevelNormal, ParentID: middle, Email: "clerk@x"},
		}
	}
	for _, c := range []struct {
		name   string
		owner  db.ID
		change func(users map[int64]db.User)
		want   string
	}{
		{"a clerk's", clerk, nil, "clerk@x middle@x"},
		{"a clerk's without an address", clerk, func(u map[int64]db.User) { x := u[clerk]; x.Email = ""; u[clerk] = x }, "middle@x"},
		{"whose administrator has none", clerk, func(u map[int64]db.User) { x := u[middle]; x.Email = ""; u[middle] = x }, "clerk@x top@x"},
		{"whose administrator is suspended", clerk, func(u map[int64]db.User) { x := u[middle]; x.SuspendedAt = 1; u[middle] = x }, "clerk@x top@x"},
		{"an administrator's own", middle, nil, "middle@x"},
		{"of an administrator without an address", middle, func(u map[int64]db.User) { x := u[middle]; x.Email = ""; u[middle] = x }, "top@x"},
		{"an archived clerk's", clerk, func(u map[int64]db.User) { x := u[clerk]; x.ArchivedAt = 1; u[clerk] = x }, "middle@x"},
		{"nobody's", 0, nil, "top@x other@x"},
		{"nobody's, and nobody has an address", 0, func(u map[int64]db.User) { clear(u) }, ""},
	} {
		users := usual()
		if c.change != nil {
			c.change(users)
		}
		var got []string
		for _, u := range whoLooksAfter(db.Number{UserID: c.owner}, users) {
			got = append(got, u.Email)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// An address that the mail server does not know keeps nobody else from being
// told, and nobody is told twice because of it. A server that is down is asked
// again.
func TestAnAddressThatDoesNotExist(t *testing.T) {
	o, up, base := mailing(t)
	ctx := t.Context()
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	must(t, o.ChangeUser(ctx, o.admin, jo.User.ID, Profile{Level: LevelNormal, Email: "gone@example.org"}))
	for i, address := range []string{"07860033456", "07860033457"} {
		o.vmn(t, NumberForm{Number: address, Owner: "jo", URL: fmt.Sprintf("https://page%d.example/", i)})
		o.arrives(t, address, sms.MSISDN(number(i)), "44"+address[1:])
	}
	for _, f := range o.due(t) {
		must(t, o.RecordForward(ctx, f, forward.Outcome{Problem: "Nothing listens at this host and port.", Took: time.Second}, false))
	}
	o.pass(2 * time.Hour)
	up.SetRefused(func(to string) string { return "451 later" })
	if told, err := o.SendAlerts(ctx, base); told != 0 || err == nil || errors.Is(err, mail.ErrNoSuchBox) {
		t.Errorf("a server that is busy: %d told, %v", told, err)
	}
	up.SetRefused(func(to string) string {
		if strings.HasPrefix(to, "gone") {
			return "550 5.1.1 no such box"
		}
		return ""
	})
	told, err := o.SendAlerts(ctx, base)
	if told != 2 || !errors.Is(err, mail.ErrNoSuchBox) {
		t.Errorf("%d told, %v", told, err)
	}
	if _, problem, err := o.MailServer(ctx, o.admin); err != nil || !strings.Contains(problem, "no such box") {
		t.Errorf("the e-mail page says %q, %v", problem, err)
	}
	if told, err := o.SendAlerts(ctx, base); told != 0 || err != nil || len(up.Mails()) != 2 {
		t.Errorf("once more: %d told, %v; %d e-mails", told, err, len(up.Mails()))
	}
}

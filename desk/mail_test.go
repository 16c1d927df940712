package desk

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"textdesk/mail"
	"textdesk/mail/mailtest"
)

// Alerts go out once, to whom they concern, and one that the server does not
// take comes again.
func TestAlertsByMail(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	up, err := mailtest.New()
	must(t, err)
	defer up.Close()
	base, err := url.Parse("https://intranet.example/sms/")
	must(t, err)
	must(t, o.ChangeUser(ctx, CommandLine(), o.admin.User.ID, Profile{Level: LevelAdmin, Email: "admin@example.org"}))
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	must(t, o.ChangeUser(ctx, o.admin, jo.User.ID, Profile{FirstName: "Jo", LastName: "Bell", Level: LevelNormal, Email: "jo@example.org", CreditReminder: 8, InactiveAlertDays: 30}))
	o.send(t, jo, Order{To: numbers(1, 2)})
	tell := func(want int) {
		t.Helper()
		told, err := o.SendAlerts(ctx, base)
		if err != nil || told != want {
			t.Errorf("%d told, %v; want %d", told, err, want)
		}
	}
	tell(0) // there is no server
	must(t, o.SaveMailServer(ctx, o.admin, MailServer{Host: up.Host, Port: up.Port, Security: mail.None, From: "Desk <desk@example.org>"}))
	up.Refuse = "451 later"
	if told, err := o.SendAlerts(ctx, base); err == nil || told != 0 {
		t.Errorf("a server that refuses: %d, %v", told, err)
	}
	if _, problem, err := o.MailServer(ctx, o.admin); err != nil || !strings.Contains(problem, "later") {
		t.Errorf("the trouble is %q, %v", problem, err)
	}
	up.Refuse = ""
	tell(1)
	tell(0)
	if _, problem, err := o.MailServer(ctx, o.admin); err != nil || problem != "" {
		t.Errorf("the trouble stays: %q, %v", problem, err)
	}
	must(t, o.SaveBranding(ctx, o.admin, NewBranding{Accent: "#005a9c", Logo: asPNG(t, picture(60, 20, false))}))
	o.pass(31 * 24 * time.Hour)
	tell(1)
	got := up.Mails()
	if len(got) != 2 || got[0].To != "jo@example.org" || !strings.Contains(got[0].Text, "Subject: You have 8 credits left") || !strings.Contains(got[0].Text, "https://intranet.example/sms/credits") ||
		got[1].To != "admin@example.org" || !strings.Contains(got[1].Text, "Jo Bell has not been seen for 30 days") {
		t.Errorf("the server got %+v", got)
	}
	if strings.Contains(got[0].Text, "text/html") || !strings.Contains(got[1].Text, "#005a9c") || !strings.Contains(got[1].Text, "cid:logo.png") {
		t.Error("the colour and the logo are not in the e-mail, or in one of before")
	}
}

func TestTheMailServersPassword(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	m := MailServer{Host: "mail.example", Security: mail.TLS, Username: "desk", Password: "s3cret", From: "desk@example.org"}
	must(t, o.SaveMailServer(ctx, o.admin, m))
	shown, _, err := o.MailServer(ctx, o.admin)
	if err != nil || shown.Password != "" || shown.Host != m.Host {
		t.Errorf("it is shown as %+v, %v", shown, err)
	}
	rows, err := o.store.Settings(ctx)
	must(t, err)
	for _, row := range rows {
		if strings.Contains(row.Value, "s3cret") {
			t.Errorf("the password is stored in the clear, under %s", row.Key)
		}
	}
	shown.Port = 2525
	must(t, o.SaveMailServer(ctx, o.admin, shown))
	if kept, err := o.mailServer(ctx); err != nil || kept.Password != "s3cret" || kept.Port != 2525 {
		t.Errorf("an empty password did not keep the old one: %+v, %v", kept, err)
	}
	// It goes to no other server than the one it was given for.
	shown.Host = "evil.example"
	must(t, o.SaveMailServer(ctx, o.admin, shown))
	if other, err := o.mailServer(ctx); err != nil || other.Password != "" {
		t.Errorf("the password went along to %s: %v", other.Host, err)
	}
	for _, bad := range []MailServer{
		{Host: "https://mail.example", Security: mail.TLS, From: "desk@example.org"},
		{Host: "mail.example", Security: "perhaps", From: "desk@example.org"},
		{Host: "mail.example", Security: mail.TLS, From: "desk"},
		{Host: "mail.example", Port: 70000, Security: mail.TLS, From: "desk@example.org"},
	} {
		if err := o.SaveMailServer(ctx, o.admin, bad); len(Refusals(err)) != 1 {
			t.Errorf("%+v gave %v", bad, err)
		}
	}
}

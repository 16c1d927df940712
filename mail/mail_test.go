package mail_test

import (
	"strings"
	"testing"

	"textdesk/mail"
	"textdesk/mail/mailtest"
)

func TestSend(t *testing.T) {
	up, err := mailtest.New()
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	s := mail.Server{Host: up.Host, Port: up.Port, Security: mail.None, From: "Oakfield texts <desk@oakfield.example>"}
	if err := mail.Send(t.Context(), s, mail.Message{To: "jo@oakfield.example", Subject: "Café: low on credits", Text: "You have 12 credits left.\n"}); err != nil {
		t.Fatal(err)
	}
	got := up.Mails()
	if len(got) != 1 || got[0].To != "jo@oakfield.example" || !strings.Contains(got[0].Text, "You have 12 credits left.") ||
		!strings.Contains(got[0].Text, "Auto-Submitted: auto-generated") || !strings.Contains(got[0].Text, "Subject: =?UTF-8?") {
		t.Errorf("the server got %+v", got)
	}
	for name, m := range map[string]mail.Message{
		"no address":  {To: "jo", Subject: "x", Text: "x"},
		"two headers": {To: "jo@oakfield.example\r\nBcc: all@oakfield.example", Subject: "x", Text: "x"},
	} {
		if err := mail.Send(t.Context(), s, m); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := mail.Send(t.Context(), s, mail.Message{To: "jo@oakfield.example", Subject: "x\r\nBcc: all@oakfield.example", Text: "x"}); err == nil {
		if last := up.Mails(); strings.Contains(last[len(last)-1].Text, "\nBcc:") {
			t.Error("a subject brought a header in")
		}
	}
	up.Refuse = "550 no such box here"
	if err := mail.Send(t.Context(), s, mail.Message{To: "jo@oakfield.example", Subject: "x", Text: "x"}); err == nil || !strings.Contains(err.Error(), "no such box here") {
		t.Errorf("a refused recipient gave %v", err)
	}
}

// A password does not go out in the clear.
func TestPasswordsAreProtected(t *testing.T) {
	s := mail.Server{Host: "mail.example", Security: mail.None, Username: "desk", Password: "secret", From: "desk@oakfield.example"}
	if err := mail.Send(t.Context(), s, mail.Message{To: "jo@oakfield.example", Subject: "x", Text: "x"}); err == nil || !strings.Contains(err.Error(), "not protected") {
		t.Errorf("it gave %v", err)
	}
	up, err := mailtest.New()
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	s = mail.Server{Host: up.Host, Port: up.Port, Security: mail.StartTLS, From: "desk@oakfield.example"}
	if err := mail.Send(t.Context(), s, mail.Message{To: "jo@oakfield.example", Subject: "x", Text: "x"}); err == nil || len(up.Mails()) > 0 {
		t.Errorf("a server without STARTTLS got the mail all the same: %v", err)
	}
}

// A brand adds the same words as HTML, with nothing of them taken for mark-up
// and nothing that is fetched from elsewhere.
func TestABrand(t *testing.T) {
	up, err := mailtest.New()
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	s := mail.Server{Host: up.Host, Port: up.Port, Security: mail.None, From: "desk@oakfield.example"}
	m := mail.Message{To: "jo@oakfield.example", Subject: "x", Text: "Jo <b>Bell</b> & Co has 8 left.\n\nOakfield\nhttps://intranet.example/sms/credits\n",
		Brand: &mail.Brand{Name: `Oak "field"`, Accent: "#005a9c", Logo: []byte("a picture"), Width: 100, Height: 25}}
	if err := mail.Send(t.Context(), s, m); err != nil {
		t.Fatal(err)
	}
	got := up.Mails()[0].Text
	got = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(got, "=\r\n", ""), "=\n", ""), "=3D", "=")
	for _, want := range []string{"text/plain", "text/html", "Jo <b>Bell</b> & Co has 8 left.", "Jo &lt;b&gt;Bell&lt;/b&gt; &amp; Co has 8 left.", `<a href="https://intranet.example/sms/credits">`,
		"border-top:4px solid #005a9c", `src="cid:logo.png"`, `alt="Oak &#34;field&#34;"`, "Content-Id: <logo.png>", "multipart/related"} {
		if !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, `src="http`) {
		t.Error("it fetches something")
	}
}

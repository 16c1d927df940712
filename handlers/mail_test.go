package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/mail/mailtest"
)

func TestMailServerPage(t *testing.T) {
	td := newTestDesk(t)
	up, err := mailtest.New()
	must(t, err)
	defer up.Close()
	boss := td.signIn("boss")
	boss.get("/settings/mail").wants(t, http.StatusOK, "your account page")
	typed := form("host", up.Host, "port", strconv.Itoa(up.Port), "security", "none", "from", "Desk <desk@oakfield.example>")
	boss.post("/settings/mail/test", typed).wants(t, http.StatusUnprocessableEntity, "You have no e-mail address")
	must(t, td.ChangeUser(t.Context(), desk.CommandLine(), td.actor("boss").User.ID, desk.Profile{FirstName: "Bo", LastName: "Ross", Level: desk.LevelAdmin, Email: "bo@oakfield.example"}))
	boss.post("/settings/mail/test", typed).wants(t, http.StatusOK, "The server took a test", "bo@oakfield.example", `value="127.0.0.1"`)
	if got := up.Mails(); len(got) != 1 || got[0].To != "bo@oakfield.example" {
		t.Errorf("the server got %+v", got)
	}
	up.Refuse = "550 not from you"
	boss.post("/settings/mail/test", typed).wants(t, http.StatusUnprocessableEntity, "not from you")
	boss.post("/settings/mail", form("host", "mail.example", "security", "tls", "username", "desk", "password", "s3cret", "from", "nobody")).
		wants(t, http.StatusUnprocessableEntity, `value="mail.example"`, "Enter the e-mail address")
	page := boss.post("/settings/mail", form("host", "mail.example", "security", "tls", "username", "desk", "password", "s3cret", "from", "desk@oakfield.example"))
	page.wants(t, http.StatusOK, "The mail server is saved", "One is stored")
	if strings.Contains(page.body, "s3cret") {
		t.Error("the page shows the password")
	}
}

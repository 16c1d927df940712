package handlers_test

import (
	"net/http"
	"testing"
)

func TestSignIn(t *testing.T) {
	td := newTestDesk(t)
	b := td.newBrowser()
	b.get("/outbox").wants(t, http.StatusOK, "Sign in")
	got := b.post("/sign-in", form("username", "sam", "password", "wrong horse battery"))
	got.wants(t, http.StatusUnprocessableEntity, "The username or the password is wrong.", `value="sam"`, "Error: ")
	if got := td.signIn("sam").get("/"); got.path != "/" {
		t.Errorf("the front page led to %s", got.path)
	}
}

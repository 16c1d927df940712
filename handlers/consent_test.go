package handlers_test

import (
	"net/http"
	"testing"

	"textdesk/desk"
)

func TestConsentOnAPersonsPage(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.post("/contacts/new", form("name", "Jo Smith", "number", "07700900123"))
	b.get("/contacts/1").wants(t, http.StatusOK, "Nobody has written down yet that Jo Smith said yes to texts.")
	b.post("/contacts/1/consent", form("source", "fax", "given", "2090-01-01", "wording", "Yes & more")).wants(t, http.StatusUnprocessableEntity,
		"Say how they said yes.", "This day is still to come.", "Yes &amp; more", `value="2090-01-01"`, "<title>Error: ")
	b.get("/contacts/1/consent").wants(t, http.StatusOK, "Jo Smith")
	b.post("/contacts/1/consent", form("source", "paper", "wording", "I agree to texts about trips", "given", "2025-06-03")).wants(t, http.StatusOK,
		"The consent is written down.", "Said yes on a paper form", "“I agree to texts about trips”", "Written down by sam.", "They have taken it back")

	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal})
	kim := td.signIn("kim")
	const withdraw = "/contacts/1/consent/1/withdraw"
	kim.get(withdraw).wants(t, http.StatusNotFound)
	kim.post(withdraw, form("reason", "No")).wants(t, http.StatusNotFound)
	kim.post("/contacts/1/consent", form("source", "paper")).wants(t, http.StatusNotFound)

	b.get("/contacts/1/consent/2/withdraw").wants(t, http.StatusNotFound, "no such consent")
	b.get("/contacts/1/consent/x/withdraw").wants(t, http.StatusNotFound)
	b.get(withdraw).wants(t, http.StatusOK, "Has Jo Smith taken the consent back?", "3 June 2025")
	b.post(withdraw, form("reason", " ")).wants(t, http.StatusUnprocessableEntity, "Say why")
	b.post(withdraw, form("reason", "Rang the office")).wants(t, http.StatusOK, "was taken back", "Took it back", "Rang the office", "Said yes on a paper form")
	b.get(withdraw).wants(t, http.StatusOK, "It was taken back already.")
	b.get("/contacts/1").lacks(t, "They have taken it back")
}

package handlers_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/handlers"
	"textdesk/providers/all"
)

// Somebody restored the database without its key. The pages say so, and the
// administrator can still look at the providers.
func TestPagesWithTheWrongKey(t *testing.T) {
	dir := t.TempDir()
	store, err := db.Open(t.Context(), dir)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	right, err := desk.OpenVault(t.TempDir(), "")
	must(t, err)
	wrong, err := desk.OpenVault(dir, "")
	must(t, err)
	must(t, desk.New(desk.Options{Store: store, Vault: right, Types: all.Types()}).EnsureProvider(t.Context()))

	td := &testDesk{t: t, Desk: desk.New(desk.Options{Store: store, Vault: wrong, Types: all.Types()})}
	td.server = httptest.NewServer(handlers.New(handlers.Config{Desk: td.Desk, Log: slog.New(slog.DiscardHandler),
		CookieKeys: [2][]byte{wrong.Key("cookie signature", 32), wrong.Key("cookie seal", 32)}}))
	t.Cleanup(td.server.Close)
	td.addUser(desk.NewUser{Username: "boss", Level: desk.LevelAdmin, Unlimited: true})
	boss := td.signIn("boss")
	boss.get("/providers").wants(t, http.StatusOK, "Simulator")
	boss.get("/simulator").wants(t, http.StatusInternalServerError, "The secret key is not the right one", "secret.key")
	boss.post("/providers/Simulator/test", nil).wants(t, http.StatusInternalServerError, "The secret key is not the right one")
}

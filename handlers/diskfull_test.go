package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Whoever meets a full disk reads that it is full, and not that it is nobody
// knows what.
func TestFullDiskIsNamed(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	must(t, td.store.LimitPages(t.Context(), 1))
	answered := 0
	for i := 0; i < 500 && answered != http.StatusServiceUnavailable; i++ {
		got := boss.post("/templates/new", form("name", "Trip "+strconv.Itoa(i), "body", strings.Repeat("The bus leaves. ", 25)))
		if answered = got.status; answered == http.StatusServiceUnavailable {
			got.wants(t, http.StatusServiceUnavailable, "disk is full", "was not stored", "administrator")
		}
	}
	if answered != http.StatusServiceUnavailable {
		t.Fatalf("the last answer was %d", answered)
	}
	boss.get("/outbox").wants(t, http.StatusOK)
	must(t, td.store.LimitPages(t.Context(), 0))
	boss.post("/templates/new", form("name", "Trip after", "body", "The bus has left.")).wants(t, http.StatusOK, "Trip after")
}

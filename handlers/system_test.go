package handlers_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

func TestSystemPageMakesBackups(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/system").wants(t, http.StatusOK, "There is no backup yet", "secret.key", "Waiting to leave", "Simulator")
	boss.post("/system/backup", nil).wants(t, http.StatusOK, "A backup is being made.", "A backup was asked for at", "/system/backup/live")
	boss.post("/system/backup", nil).wants(t, http.StatusOK, "A backup was asked for already")
	boss.get("/system/backup/live").wants(t, http.StatusOK, "It begins in a moment", "/system/backup/live")
	td.run()
	page := boss.get("/system").body
	for until := time.Now().Add(time.Minute); strings.Contains(page, "/system/backup/live") && time.Now().Before(until); page = boss.get("/system").body {
		time.Sleep(20 * time.Millisecond)
	}
	if !strings.Contains(page, "textdesk-") || !strings.Contains(page, "Back up now") {
		t.Errorf("the backup did not come:\n%s", page)
	}
	if got := boss.get("/system/backup/live"); got.header.Get("HX-Redirect") != "/system" {
		t.Errorf("the part that renews itself goes on: %v", got.header)
	}
	bad := boss.post("/system/backups", form("on", "on", "at", "never", "keep", "0"))
	bad.wants(t, http.StatusUnprocessableEntity, `value="never"`, "Keep between 1 and 365", "Say a time of the day")
	boss.post("/system/backups", form("on", "on", "at", "03:15", "keep", "5")).wants(t, http.StatusOK, "every day at 03:15", "last 5 are kept")
	must(t, td.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: "backup_left", Value: "half of a backup cannot be deleted: x.db.part"})
	}))
	boss.get("/system").wants(t, http.StatusOK, "Old files of backups could not be deleted", "x.db.part")
	set, err := td.Settings(t.Context())
	must(t, err)
	if set.Backups != (desk.BackupPlan{At: 195, Keep: 5}) {
		t.Errorf("the plan is %+v", set.Backups)
	}
}

// A restored desk says on every page that it sends nothing, and lets go only
// when an administrator has seen what is due.
func TestRestoredDeskAsksBeforeItSends(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	boss.get("/restored").wants(t, http.StatusOK, "Sending is not held")
	sent, err := td.Send(t.Context(), td.actor("sam"), desk.Order{To: []string{"07700 900123", "07700 900124"}, Sender: "School", Body: "Closed today"})
	must(t, err)
	td.shift.Add(int64(time.Minute))
	td.holdAsRestored()
	sam.get("/outbox").wants(t, http.StatusOK, "Nothing is sent: this desk was restored from a backup")
	boss.get("/").wants(t, http.StatusOK, "Look at what is due")
	boss.get("/restored").wants(t, http.StatusOK, "2 texts were waiting", "Stays held", "Closed today", "Let new texts leave", "from a backup at ")
	boss.post("/restored", nil).wants(t, http.StatusOK, "1 send is held")
	sam.get("/batches/"+number(sent.BatchID)).wants(t, http.StatusOK, "waiting in a backup that was put back")
	boss.get("/restored").wants(t, http.StatusOK, "Sending is not held")
	if page := sam.get("/outbox").body; strings.Contains(page, "Nothing is sent") {
		t.Error("the notice stays")
	}
}

// holdAsRestored marks the desk as one that was restored now.
func (td *testDesk) holdAsRestored() {
	td.t.Helper()
	ctx := td.t.Context()
	store, err := db.Open(ctx, td.dir)
	must(td.t, err)
	defer store.Close()
	must(td.t, store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: db.RestoredKey, Value: number(td.Now().UnixMilli())})
	}))
}

func TestMetrics(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	boss.get("/outbox")
	ask := func(header ...string) (int, string) {
		req, err := http.NewRequest(http.MethodGet, td.server.URL+"/metrics", nil)
		must(t, err)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		return resp.StatusCode, string(body)
	}
	status, body := ask()
	if status != http.StatusOK {
		t.Fatalf("on this machine: %d %s", status, body)
	}
	for _, want := range []string{`textdesk_http_requests_total{method="GET",route="/outbox",code="2xx"} 1`, "textdesk_messages_waiting 0",
		`textdesk_provider_up{provider="Simulator"} 1`, "textdesk_sending_held 0", `textdesk_http_request_seconds_bucket{method="GET",route="/outbox",le="`, "go_goroutines"} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if status, _ := ask("X-Forwarded-For", "192.0.2.7"); status != http.StatusUnauthorized {
		t.Errorf("through a proxy: %d", status)
	}
	token, err := td.NewKey(t.Context(), td.actor("sam"), "metrics")
	must(t, err)
	if status, _ := ask("X-Forwarded-For", "192.0.2.7", "Authorization", "Bearer "+token); status != http.StatusForbidden {
		t.Errorf("with a user's token: %d", status)
	}
	token, err = td.NewKey(t.Context(), td.actor("boss"), "metrics")
	must(t, err)
	if status, body := ask("X-Forwarded-For", "192.0.2.7", "Authorization", "Bearer "+token); status != http.StatusOK || strings.Contains(body, td.dir) {
		t.Errorf("with an administrator's token: %d", status)
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

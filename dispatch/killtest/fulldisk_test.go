//go:build linux

package killtest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"textdesk/db"
)

// The disk of the backups is full, of the real program at work: the page and the
// command say so and what to do, nothing half is left, the earlier backup is
// whole, and texts go on. The disk is a real one, of 18 MB.
func TestFullDiskWhileBackingUp(t *testing.T) {
	t.Parallel()
	words := []string{"--mount", "--propagation", "private"}
	if os.Geteuid() != 0 {
		words = append(words, "--user", "--map-root-user")
	}
	if err := exec.Command("unshare", append(words, "true")...).Run(); err != nil {
		t.Skipf("this machine lets nobody mount: %v", err)
	}
	dir, disk := t.TempDir(), t.TempDir()
	const secret = "correct horse battery"
	must(t, dir, secret, "user", "add", "boss", "--level", "admin", "--password-stdin")
	token := tokenOf(t, dir, "boss")
	// One shell holds the disk; what it is told to run sees it.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "unshare", append(words, "sh", "-c", `mount -t tmpfs -o size=19m none "$2" && echo keep > "$2/other"
"$1" backup --data "$3" --backups "$2" || echo "the first backup: $?" >&2
head -c 8000000 /dev/zero > "$2/filling"
"$1" serve --data "$3" --backups "$2" --listen 127.0.0.1:0 & desk=$!
read go
"$1" backup --data "$3" --backups "$2" && echo "a backup on a full disk" >&2
ls "$2" >&2; cp "$2"/*.db "$3/earlier"
kill $desk; wait $desk`, "sh", program(t), disk, dir)...)
	var said bytes.Buffer
	shell.Stderr = &said
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	base := ""
	for base == "" && lines.Scan() {
		base, _ = strings.CutPrefix(lines.Text(), "Textdesk is ready at ")
		if !strings.HasPrefix(lines.Text(), "Textdesk is ready at ") {
			base = ""
		}
	}
	if base == "" {
		t.Fatalf("it did not start: %s", &said)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(path string, r *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode >= 400 {
			t.Fatalf("%s: %s, %v", path, r.Status, err)
		}
		return string(text)
	}
	get := func(path string) string {
		t.Helper()
		r, err := browser.Get(strings.TrimRight(base, "/") + path)
		return read(path, r, err)
	}
	post := func(path string, form url.Values) string {
		t.Helper()
		r, err := browser.PostForm(strings.TrimRight(base, "/")+path, form)
		return read(path, r, err)
	}
	post("/sign-in", url.Values{"username": {"boss"}, "password": {secret}})
	post("/system/backup", nil)
	page := get("/system")
	for deadline := time.Now().Add(time.Minute); !strings.Contains(page, "The last backup failed") && time.Now().Before(deadline); page = get("/system") {
		time.Sleep(50 * time.Millisecond)
	}
	for _, want := range []string{"The last backup failed", "not enough room on the disk", disk, "Earlier backups are as they were", "textdesk-"} {
		if !strings.Contains(page, want) {
			t.Errorf("the System page does not say %q", want)
		}
	}
	if id := post("/api", url.Values{"Token": {token}, "Action": {"Send"}, "DestinationAddress": {"447700900123"}, "SourceAddress": {"School"}, "Body": {"Still here"}}); strings.HasPrefix(id, "-") {
		t.Errorf("a text is answered %s", id)
	}
	if _, err := io.WriteString(in, "go\n"); err != nil {
		t.Fatal(err)
	}
	if err := shell.Wait(); err != nil {
		t.Errorf("%v: %s", err, &said)
	}
	log := said.String()
	if !strings.Contains(log, "textdesk: the backup was not made: there is not enough room on the disk: ") || strings.Contains(log, "a backup on a full disk") || strings.Contains(log, "the first backup") {
		t.Errorf("the commands said %s", log)
	}
	if strings.Contains(log, db.PartSuffix) || strings.Count(log, ".db\n") != 1 {
		t.Errorf("there are other files than the earlier backup: %s", log)
	}
	if _, err := db.Verify(t.Context(), filepath.Join(dir, "earlier")); err != nil {
		t.Errorf("the earlier backup: %v", err)
	}
	must(t, dir, "", "check")
}

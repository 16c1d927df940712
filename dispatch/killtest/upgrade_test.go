package killtest

import (
	"bytes"
	"database/sql"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"textdesk/db"
)

// The real program is told to stop, or killed, in the middle of an upgrade,
// again and again. Its database is then always exactly that of some version,
// never between two; a stop in good order is no failure; the next start goes on
// where it was; and nobody is lost.
func TestStoppedInMidMigration(t *testing.T) {
	t.Parallel()
	const before, people = 9, 50_000
	old := filepath.Join(t.TempDir(), db.FileName)
	upTo(t, old, before)
	conn := opendb(t, old)
	for _, q := range []string{
		`INSERT INTO users (username, username_key, level, unlimited, created_at) VALUES ('boss', 'boss', 'admin', 1, 1)`,
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
		 INSERT INTO contacts (user_id, name, name_key, number, created_at, changed_at) SELECT 1, 'Jo ' || i, 'jo ' || i, '+4477009' || printf('%06d', i), 1, 1 FROM n`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	} {
		if _, err := conn.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	conn.Close()
	shapes := map[int64]string{} // what the schema of each version is
	kills := 6
	if os.Getenv("TEXTDESK_CHAOS") != "" {
		kills = 60
	}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 7))
	fresh := func() string {
		dir := t.TempDir()
		raw, err := os.ReadFile(old)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, db.FileName), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	began := time.Now()
	must(t, fresh(), "", "migrate")
	whole := time.Since(began)
	dir := ""
	at := map[int64]int{}
	for i := range kills {
		if i%3 != 2 { // every third one goes on where the last was stopped
			dir = fresh()
		}
		c := exec.Command(program(t), "serve", "--data", dir, "--listen", "127.0.0.1:0")
		var said bytes.Buffer
		c.Stderr = &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration((float64(i) + r.Float64()) / float64(kills) * float64(whole)))
		how := []os.Signal{syscall.SIGTERM, syscall.SIGTERM, os.Kill}[i%3]
		if err := c.Process.Signal(how); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil && how == syscall.SIGTERM && !atOnce(err) {
			t.Errorf("told to stop it ended with %v: %s", err, &said)
		}
		conn := opendb(t, filepath.Join(dir, db.FileName))
		version, shape := schema(t, conn)
		if _, known := shapes[version]; !known {
			path := filepath.Join(t.TempDir(), "reference.db")
			upTo(t, path, version)
			reference := opendb(t, path)
			_, shapes[version] = schema(t, reference)
			reference.Close()
		}
		if shape != shapes[version] {
			t.Errorf("after %v the database is half of an upgrade from version %d", how, version)
		}
		var verdict string
		var n int
		if err := conn.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("after %v the database is damaged: %s, %v", how, verdict, err)
		}
		if err := conn.QueryRow(`SELECT count(*) FROM contacts`).Scan(&n); err != nil || n != people {
			t.Errorf("after %v there are %d people, %v", how, n, err)
		}
		conn.Close()
		at[version]++
	}
	t.Logf("an upgrade takes %v; the ends came at versions %v", whole, at)
	s := serve(t, dir)
	s.stop(t)
	if out := must(t, dir, "", "check"); out == "" {
		t.Error("check says nothing")
	}
	if _, err := db.Verify(t.Context(), filepath.Join(dir, db.FileName)); err != nil {
		t.Error(err)
	}
	from, err := db.Snapshot(dir)
	if err != nil || from == "" {
		t.Fatalf("there is no copy from before the upgrade: %q, %v", from, err)
	}
	if halves, _ := filepath.Glob(filepath.Join(dir, db.BackupDir, "*"+db.PartSuffix+"*")); len(halves) > 0 {
		t.Errorf("left behind: %q", halves)
	}
}

// atOnce reports whether a process ended by the signal itself, because it came
// before the program listened for it.
func atOnce(err error) bool {
	exit, ok := err.(*exec.ExitError)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// upTo makes a database of an older version.
func upTo(t *testing.T, path string, version int64) {
	t.Helper()
	conn := opendb(t, path)
	defer conn.Close()
	provider, err := goose.NewProvider(goose.DialectSQLite3, conn, os.DirFS(filepath.Join("..", "..", "db", "migrations", "sqlite")), goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = provider.UpTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func opendb(t *testing.T, path string) *sql.DB {
	t.Helper()
	conn, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	conn.SetMaxOpenConns(1)
	return conn
}

// schema is the version of a database and the text of all that is in it.
func schema(t *testing.T, conn *sql.DB) (version int64, text string) {
	t.Helper()
	if err := conn.QueryRow(`SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(`SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_master ORDER BY type, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all.WriteString(line + "\n")
	}
	return version, all.String()
}

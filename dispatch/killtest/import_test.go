package killtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// An import that is killed again and again takes every row once, and so does
// its undoing; one by the API goes on without its caller. At each death the book
// is whole.
func TestKillImport(t *testing.T) {
	rows, lives := 20_000, 6
	if os.Getenv("TEXTDESK_CHAOS") != "" {
		rows, lives = 200_000, 60
	}
	dir, now := t.TempDir(), uint64(time.Now().UnixNano())
	t.Logf("seed %d", now)
	r := rand.New(rand.NewPCG(now, 2))
	must(t, dir, "correct horse battery\n", "user", "add", "boss", "--level", "admin", "--password-stdin")
	token := must(t, dir, "", "user", "token", "boss")

	var file, lines strings.Builder
	file.WriteString("Name,Mobile,Groups,Class\n")
	for i := range rows {
		switch {
		case i%100 == 99:
			fmt.Fprintf(&file, "Bad %d,4.48E+11,,\n", i)
		case i%50 == 49: // the number of the row before
			fmt.Fprintf(&file, "Twin %d,07%09d,Twins,\n", i, 500_000_000+i-1)
		default:
			fmt.Fprintf(&file, "Person %d,07%09d,Group %d,%dB\n", i, 500_000_000+i, i%20, i%9)
		}
		fmt.Fprintf(&lines, "Line %d,07%09d,,Lines\n", i, 900_000_000+i)
	}
	twins := rows/50 - rows/100
	d, store := opened(t, dir)
	boss, err := store.UserByName(t.Context(), "boss")
	if err != nil {
		t.Fatal(err)
	}
	actor := desk.Actor{User: boss, Door: "page"}
	id := startImport(t, d, actor, file.String())
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	// whole opens what a death left, and reports whether an import has come into
	// a state.
	whole := func(id int64, state string) (db.Import, bool) {
		t.Helper()
		if text := must(t, dir, "", "check"); !strings.Contains(text, "The books are right") {
			t.Error(text)
		}
		_, store := opened(t, dir)
		defer store.Close()
		row, err := store.ImportByID(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if sum := row.NSuccess + row.NDuplicateName + row.NDuplicateNumber + row.NPartial + row.NFailed; row.State != desk.ImportUndoing && sum != row.RowsDone && row.State != desk.ImportUndone {
			t.Errorf("%d rows were taken, with %d results", row.RowsDone, sum)
		}
		return row, row.State == state
	}
	until := func(id int64, state string, first func(base string)) db.Import {
		t.Helper()
		for life := 0; ; life++ {
			s := serve(t, dir)
			if first != nil {
				first(s.url)
				first = nil
			}
			wait := time.Duration(r.Int64N(int64(120 * time.Millisecond)))
			if life >= lives {
				wait = 3 * time.Second
			}
			time.Sleep(wait)
			s.kill(t)
			if row, ok := whole(id, state); ok {
				t.Logf("%s after %d deaths", state, life+1)
				return row
			}
			if life > lives+40 {
				t.Fatal("it does not come to an end")
			}
		}
	}
	row := until(id, desk.ImportFinished, nil)
	if fails := rows / 100; row.RowsDone != int64(rows) || row.NFailed != int64(fails) || row.NDuplicateNumber != int64(twins) || row.NNew != int64(rows-fails-twins) {
		t.Errorf("counted %+v", row)
	}
	// By the API, whose caller never hears.
	row = until(id+1, desk.ImportFinished, func(base string) {
		go func() {
			res, err := http.PostForm(base+"api", url.Values{"Token": {token}, "Action": {"ImportContactsCSV"}, "ContactsCSV": {lines.String()}})
			if err == nil {
				_ = res.Body.Close()
			}
		}()
		begun(t, dir, id+1)
	})
	if row.NSuccess != int64(rows) || row.NNew != int64(rows) {
		t.Errorf("by the API: %+v", row)
	}
	d, store = opened(t, dir)
	if err := d.UndoImport(t.Context(), actor, id); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	row = until(id, desk.ImportUndone, nil)
	if row.NUndone != row.NNew || row.NKept != 0 {
		t.Errorf("undone %+v", row)
	}
	_, store = opened(t, dir)
	defer store.Close()
	book, err := store.AddressBook(t.Context(), boss.ID)
	if err != nil || book.Contacts != int64(rows) {
		t.Errorf("%d contacts are left, %v", book.Contacts, err)
	}
	if files, err := os.ReadDir(filepath.Join(dir, desk.ImportDirectory)); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// begun waits until a desk that serves has taken an import.
func begun(t *testing.T, dir string, id int64) {
	t.Helper()
	store := beside(t, dir)
	defer store.Close()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var there int
		if err := store.QueryRowContext(t.Context(), "SELECT count(*) FROM imports WHERE id = ?", id).Scan(&there); err != nil {
			t.Fatal(err)
		}
		if there > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the import is not taken")
		}
	}
}

// startImport has an import ready to run.
func startImport(t *testing.T, d *desk.Desk, actor desk.Actor, file string) int64 {
	t.Helper()
	id, err := d.BeginImport(t.Context(), actor, "people.csv", strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.ImportFile(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	columns := f.Plan.Columns
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.CheckImport(t.Context(), actor, id, columns); err != nil {
		t.Fatal(err)
	}
	if err := d.WorkImports(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.StartImport(t.Context(), actor, id, desk.ImportAnswers{SameNumber: desk.SameKeep}); err != nil {
		t.Fatal(err)
	}
	return id
}

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"textdesk/db"
	"textdesk/sheet"
)

const (
	// MaxImport is how large a file of people may be, in bytes.
	MaxImport = 200 << 20
	// ImportDirectory is where such files wait, in the data directory.
	ImportDirectory = "imports"
	// importFor is how long an import that was begun waits to be gone on with.
	importFor = 24 * time.Hour
	// UndoFor is how long an import can be undone, and its rows be looked at.
	UndoFor = 7 * 24 * time.Hour
	// importsEach is how many imports of one user may be begun or at work.
	importsEach = 10
)

// The states of an import.
const (
	ImportDraft     = "draft"     // its columns are being chosen
	ImportChecking  = "checking"  // the dry run is under way
	ImportChecked   = "checked"   // it waits for somebody to say go
	ImportRunning   = "running"   //
	ImportFinished  = "finished"  //
	ImportCancelled = "cancelled" // what was imported until then stays
	ImportFailed    = "failed"    // the file could not be read to its end
	ImportUndoing   = "undoing"   //
	ImportUndone    = "undone"    //
)

// The results of rows, in the words of the FastSMS page.
const (
	RowSuccess         = "success"
	RowDuplicateName   = "duplicate_name"
	RowDuplicateNumber = "duplicate_number"
	RowPartial         = "partial" // the contact is there, something of the row is not
	RowFailed          = "failed"
)

// ImportReading is how somebody says that a file is to be read; empty fields
// are found out.
type ImportReading struct {
	Encoding  sheet.Encoding `json:"encoding,omitempty"`
	Separator string         `json:"separator,omitempty"`
	Header    sheet.Header   `json:"header,omitempty"`
}

// What becomes of a row whose number is in the contacts already.
const (
	SameUpdate = "update" // what the row says replaces what is there
	SameKeep   = "keep"   // the contact stays as it is, and joins the row's groups
	SameSkip   = "skip"   // nothing happens
	SameAdd    = "add"    // a second contact with the same number
)

// ImportPlan is what becomes of the columns and rows of a file.
type ImportPlan struct {
	Columns []ImportColumn `json:"columns"`
	// SameNumber is one of the four; SameName is SameAdd or SameSkip.
	SameNumber string `json:"same_number"`
	SameName   string `json:"same_name"`
	// Groups are the names of those that everybody is put into.
	Groups []string `json:"groups,omitempty"`
	// Door: rows come from the FastSMS door, one a line, and follow its page.
	Door bool `json:"door,omitempty"`
}

// Import is an import, as it is stored; ImportedRow is a row of it that was no
// plain success.
type (
	Import      = db.Import
	ImportedRow = db.ImportRow
)

// BeginImport keeps a file of people that somebody has chosen or pasted, finds
// out how to read it and what its columns are, and returns the import's id. A
// file that cannot be read is refused with the reason, and is not kept.
func (d *Desk) BeginImport(ctx context.Context, a Actor, name string, r io.Reader) (int64, error) {
	if err := a.mayImport(); err != nil {
		return 0, err
	}
	begun, err := d.store.ImportsToDo(ctx)
	if err != nil {
		return 0, fmt.Errorf("read imports: %w", err)
	}
	if len(slices.DeleteFunc(begun, func(im db.Import) bool { return im.UserID != a.User.ID })) >= importsEach {
		return 0, ErrImportsFull
	}
	file, err := d.keepImport(r)
	if err != nil {
		return 0, err
	}
	id, err := d.beginImport(ctx, a, uploadName(name), file)
	if err != nil {
		return 0, errors.Join(err, d.dropImportFile(file))
	}
	return id, nil
}

func (d *Desk) beginImport(ctx context.Context, a Actor, name, file string) (int64, error) {
	f, err := d.openImport(ctx, db.Import{UserID: a.User.ID, Name: name, File: file})
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	row, err := d.foundInFile(ctx, f)
	if err != nil {
		return 0, err
	}
	row.UserID, row.Door, row.Name, row.File = a.User.ID, a.Door, name, file
	var id int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = tx.InsertImport(ctx, db.InsertImportParams{UserID: row.UserID, Door: row.Door, Name: name, File: file, Reading: "{}", Plan: row.Plan,
			State: ImportDraft, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert import: %w", err)
		}
		_, err = tx.SaveImportReading(ctx, db.SaveImportReadingParams{ID: id, Reading: row.Reading, Plan: row.Plan, Titles: row.Titles, RowsTotal: row.RowsTotal})
		return err
	})
	return id, err
}

// Import returns an import. One that the actor may not see does not exist for
// them.
func (d *Desk) Import(ctx context.Context, a Actor, id int64) (db.Import, error) {
	row, err := d.store.ImportByID(ctx, id)
	if err := found("import", err, ErrUnknownImport); err != nil {
		return db.Import{}, err
	}
	if err := d.owned(ctx, a, row.UserID, ErrUnknownImport); err != nil {
		return db.Import{}, err
	}
	return row, nil
}

// Imports returns the actor's imports before an id, newest first; 0 is from the
// newest on.
func (d *Desk) Imports(ctx context.Context, a Actor, before int64, limit int) ([]db.Import, error) {
	if before == 0 {
		before = 1<<62 - 1
	}
	rows, err := d.store.ImportsOf(ctx, db.ImportsOfParams{UserID: a.User.ID, BeforeID: before, PageSize: int32(limit)})
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return rows, nil
}

// HasContacts reports whether the actor has any contact.
func (d *Desk) HasContacts(ctx context.Context, a Actor) (bool, error) {
	some, err := d.store.HasContacts(ctx, a.User.ID)
	if err != nil {
		return false, fmt.Errorf("look for contacts: %w", err)
	}
	return some != 0, nil
}

// FieldNames are the names of the fields that the actor's contacts have, as far
// as a look at some of them tells.
func (d *Desk) FieldNames(ctx context.Context, a Actor) ([]string, error) {
	return d.store.FieldNames(ctx, a.User.ID, fieldsFrom)
}

// CheckImport says what the columns are, and has the dry run begin.
func (d *Desk) CheckImport(ctx context.Context, a Actor, id int64, columns []ImportColumn) error {
	f, err := d.ImportFile(ctx, a, id)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := readColumns(columns, f.Sheet); err != nil {
		return err
	}
	plan := f.Plan
	plan.Columns = columns
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return one(tx.SaveImportPlan(ctx, db.SaveImportPlanParams{ID: id, Plan: asJSON(plan)}))
	})
	if err == nil {
		d.wakeImports()
	}
	return err
}

// ImportAnswers are what somebody says about an import after its dry run.
type ImportAnswers struct {
	SameNumber, SameName string
	// Group is one of the actor's groups that everybody is put into, 0 for none;
	// NewGroup is the name of another.
	Group    int64
	NewGroup string
}

// StartImport has an import that was checked begin.
func (d *Desk) StartImport(ctx context.Context, a Actor, id int64, say ImportAnswers) error {
	if err := a.mayImport(); err != nil {
		return err
	}
	row, err := d.Import(ctx, a, id)
	if err != nil {
		return err
	}
	plan := planOf(row)
	if !slices.Contains([]string{SameUpdate, SameKeep, SameSkip, SameAdd}, say.SameNumber) {
		say.SameNumber = SameKeep
	}
	if say.SameName != SameSkip {
		say.SameName = SameAdd
	}
	plan.SameNumber, plan.SameName, plan.Groups = say.SameNumber, say.SameName, nil
	if say.Group != 0 {
		g, err := d.store.Group(ctx, say.Group)
		if err := found("group", err, ErrUnknownGroup.on("group")); err != nil {
			return err
		}
		if g.UserID != row.UserID {
			return ErrUnknownGroup.on("group")
		}
		plan.Groups = append(plan.Groups, g.Name)
	}
	if name := cleanName(say.NewGroup); name != "" {
		if r := tooLong("new_group", name, maxBookName); r != nil {
			return r
		}
		plan.Groups = append(plan.Groups, name)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		change, err := d.recordMany(ctx, tx, a, row.UserID, ChangeImported, row.Name, 0)
		if err != nil {
			return err
		}
		if err := one(tx.StartImport(ctx, db.StartImportParams{ID: id, Plan: asJSON(plan), StartedAt: d.now(), ChangeID: change})); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "import.start", row.Name, fmt.Sprint(row.RowsTotal))
	})
	if err == nil {
		d.wakeImports()
	}
	return err
}

// CancelImport ends an import where it is. What came in until then stays, and
// can be undone; one that has not begun leaves nothing.
func (d *Desk) CancelImport(ctx context.Context, a Actor, id int64) error {
	row, err := d.Import(ctx, a, id)
	if err != nil {
		return err
	}
	begun := row.State == ImportRunning
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !begun {
			n, err := tx.DropImport(ctx, id)
			return one(n, err)
		}
		if err := one(tx.EndImport(ctx, db.EndImportParams{ID: id, NewState: ImportCancelled, FinishedAt: d.now()})); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "import.cancel", row.Name, "")
	})
	if err != nil {
		return err
	}
	return d.dropImportFile(row.File)
}

// AwaitImport waits until an import is not in a state any more, but not longer
// than a page may take.
func (d *Desk) AwaitImport(ctx context.Context, id int64, state string, most time.Duration) error {
	for end := time.Now().Add(most); time.Now().Before(end); {
		row, err := d.store.ImportByID(ctx, id)
		if err := found("import", err, ErrUnknownImport); err != nil || row.State != state {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(15 * time.Millisecond):
		}
	}
	return nil
}

// OnImport sets what is called when an import has something to do. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnImport(wake func()) { d.wakeImports = wake }

// one turns a change that met no row into a refusal.
func one(n int64, err error) error {
	if err != nil {
		return fmt.Errorf("change import: %w", err)
	}
	if n == 0 {
		return ErrImportGone
	}
	return nil
}

func planOf(row db.Import) (p ImportPlan) {
	_ = json.Unmarshal([]byte(row.Plan), &p) // written by us
	return p
}

func readingOf(row db.Import) (r ImportReading) {
	_ = json.Unmarshal([]byte(row.Reading), &r)
	return r
}

// asJSON writes what always can be written: texts and counts.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("write json: " + err.Error())
	}
	return string(text)
}

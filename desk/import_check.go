package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"textdesk/db"
	"textdesk/sheet"
	"textdesk/sms"
)

// Findings are what a dry run found, before anything is in the address book.
type Findings struct {
	Rows   int `json:"rows"`
	Hidden int `json:"hidden,omitempty"` // rows that the workbook hides, which are left out
	// New and SameNumber are rows that can be imported, and Repeated those whose
	// number stands further up in the file. With ToFix they are all rows.
	New        int `json:"new"`
	SameNumber int `json:"same_number,omitempty"`
	Repeated   int `json:"repeated,omitempty"`
	ToFix      int `json:"to_fix,omitempty"`
	// SameName are those of the new whose name a contact with another number has.
	SameName int `json:"same_name,omitempty"`
	// Suppressed are people who must not be texted; that stays so.
	Suppressed int `json:"suppressed,omitempty"`
	LostZero   int `json:"lost_zero,omitempty"`
	Abroad     int `json:"abroad,omitempty"`
	NoName     int `json:"no_name,omitempty"` // people who are called by their number
	Partly     int `json:"partly,omitempty"`  // rows of which something is left out
	// Faults are the reasons why rows are to be put right, the commonest first.
	Faults []Fault `json:"faults,omitempty"`
	// Examples are rows of some kind: "lost_zero", "abroad", "repeated",
	// "same_name", "partly", "suppressed".
	Examples map[string][]RowExample `json:"examples,omitempty"`
	// Countries are the numbers abroad by country, Groups the groups that the
	// rows name; MoreGroups is how many there are beyond those.
	Countries  []CountedName `json:"countries,omitempty"`
	Groups     []CountedName `json:"groups,omitempty"`
	MoreGroups int           `json:"more_groups,omitempty"`
}

// Importable is how many rows come in.
func (f Findings) Importable() int { return f.New + f.SameNumber + f.Repeated }

// Fault is a reason why rows cannot be imported.
type Fault struct {
	Kind     string       `json:"kind"`
	Count    int          `json:"count"`
	Examples []RowExample `json:"examples"`
}

// RowExample is a row, with what stands in it and what is to say about it.
type RowExample struct {
	Row   int    `json:"row"`
	Typed string `json:"typed"`
	Says  string `json:"says,omitempty"`
}

// CountedName is a country or a group with how many rows have it. New: there is
// no such group yet.
type CountedName struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	New   bool   `json:"new,omitempty"`
}

const (
	// examplesShown is how many rows stand for each kind.
	examplesShown = 3
	// groupsCounted is how many groups a dry run names.
	groupsCounted = 200
	// checkSaves is how often a dry run says how far it is.
	checkSaves = 400 * time.Millisecond
)

// FindingsOf is what the dry run of an import found.
func FindingsOf(row db.Import) (f Findings) {
	_ = json.Unmarshal([]byte(row.Findings), &f) // written by us
	return f
}

// TitlesOf are the titles of an import's columns.
func TitlesOf(row db.Import) (titles []string) {
	_ = json.Unmarshal([]byte(row.Titles), &titles)
	return titles
}

// titlesOfUses are the titles of columns that had none, in a file of rows to fix:
// those by which the next import knows them.
var titlesOfUses = map[ColumnUse]string{UseNumber: "Mobile number", UseName: "Name", UseFirst: "First name", UseLast: "Last name", UseEmail: "E-mail", UseGroups: "Groups"}

// TitlesToFix are the titles of a file of an import's rows to fix, and which of
// them is that of the problem. Where the file was such a one itself, its old
// problems give way.
func TitlesToFix(row db.Import) (titles []string, problem int) {
	titles, plan := TitlesOf(row), planOf(row)
	if len(titles) == 0 { // lines that came by the API
		titles = []string{"Name", "Number", "Email", "Group 1", "Group 2", "Group 3"}
	}
	for i, c := range plan.Columns {
		if i < len(titles) && titles[i] == sheet.Untitled(i) {
			titles[i] = cmp.Or(c.Field, titlesOfUses[c.Use], titles[i])
		}
	}
	const title = "Problem"
	if last := len(titles) - 1; titles[last] == title && last < len(plan.Columns) && plan.Columns[last].Use == UseIgnore {
		return titles, last
	}
	return append(titles, title), len(titles)
}

// checkImport reads all of a file and finds out what would become of its rows.
func (d *Desk) checkImport(ctx context.Context, f *ImportFile) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	some, err := d.store.HasContacts(ctx, f.UserID)
	if err != nil {
		return fmt.Errorf("look for contacts: %w", err)
	}
	opted, err := d.store.CountSuppressions(ctx)
	if err != nil {
		return fmt.Errorf("count suppressions: %w", err)
	}
	c := &check{d: d, userID: f.UserID, home: set.Country, book: some > 0, opted: opted > 0,
		found: Findings{Examples: map[string][]RowExample{}}, faults: map[string]*Fault{}, countries: map[string]int{}, groups: map[string]int{}, spelled: map[string]string{}}
	reader := newRowReader(f.Plan, set.Country, f.RowsTotal)
	chunk := make([]importRow, 0, importChunk)
	saved := time.Now()
	for row, err := range f.Rows() {
		if err != nil {
			return fileRefusal(err)
		}
		if chunk = append(chunk, reader.read(row)); len(chunk) < importChunk {
			continue
		}
		if err := c.look(ctx, chunk); err != nil {
			return err
		}
		chunk = chunk[:0]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(saved) > checkSaves {
			saved = time.Now()
			if err := d.saveCheckProgress(ctx, f.Import.ID, c.found.Rows); err != nil {
				return err
			}
		}
	}
	if err := c.look(ctx, chunk); err != nil {
		return err
	}
	c.found.Hidden = f.Hidden
	if err := c.sum(ctx); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return one(tx.SaveImportFindings(ctx, db.SaveImportFindingsParams{ID: f.Import.ID, Findings: asJSON(c.found), RowsTotal: int64(c.found.Rows)}))
	})
}

// saveCheckProgress notes how far a dry run is, and finds out whether it was
// called off.
func (d *Desk) saveCheckProgress(ctx context.Context, id int64, rows int) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := tx.ImportByID(ctx, id)
		if err := found("import", err, ErrImportGone); err != nil {
			return err
		}
		if now.State != ImportChecking {
			return ErrImportGone
		}
		return tx.SetImportProgress(ctx, db.SetImportProgressParams{ID: id, RowsDone: int64(rows)})
	})
}

// check is a dry run at work.
type check struct {
	d           *Desk
	userID      int64
	home        string
	book, opted bool // there is somebody in the address book; somebody must not be texted
	found       Findings
	faults      map[string]*Fault
	countries   map[string]int
	groups      map[string]int
	spelled     map[string]string // how the file writes a group first, by its key
}

// look counts rows.
func (c *check) look(ctx context.Context, rows []importRow) error {
	var numbers []sms.MSISDN
	var keys []string
	for i := range rows {
		if r := &rows[i]; r.fault == (fault{}) && r.sameAs == 0 {
			numbers, keys = append(numbers, r.number), append(keys, r.key)
		}
	}
	var there, named map[string]bool
	var opted map[sms.MSISDN]bool
	var err error
	if c.book {
		if there, err = c.d.store.KnownNumbers(ctx, c.userID, numbers); err != nil {
			return err
		}
		if named, err = c.d.store.KnownNames(ctx, c.userID, keys); err != nil {
			return err
		}
	}
	if c.opted {
		if opted, err = c.d.store.SuppressedOf(ctx, numbers); err != nil {
			return err
		}
	}
	for i := range rows {
		r := &rows[i]
		c.found.Rows++
		if r.fault != (fault{}) {
			c.fault(r)
			continue
		}
		c.count(r)
		switch {
		case r.sameAs > 0:
			c.found.Repeated++
			c.example("repeated", r, r.name+", as in row "+thousands(int64(r.sameAs)))
			continue
		case there[string(r.number)]:
			c.found.SameNumber++
		default:
			c.found.New++
			if named[r.key] && !r.noName {
				c.found.SameName++
				c.example("same_name", r, r.name)
			}
		}
		if opted[r.number] {
			c.found.Suppressed++
			c.example("suppressed", r, r.name)
		}
	}
	return nil
}

// count counts what is to be said about a row that can be imported.
func (c *check) count(r *importRow) {
	if r.lost0 {
		c.found.LostZero++
		c.example("lost_zero", r, r.number.Display(c.home))
	}
	if r.noName {
		c.found.NoName++
	}
	if len(r.partial) > 0 {
		c.found.Partly++
		c.example("partly", r, r.partial[0])
	}
	if !r.number.In(c.home) {
		c.found.Abroad++
		c.countries[r.number.Country()]++
		c.example("abroad", r, r.number.Display(c.home))
	}
	for _, g := range r.groups {
		_, key := quickName(g)
		if c.spelled[key] == "" {
			c.spelled[key] = g
		}
		c.groups[c.spelled[key]]++
	}
}

func (c *check) fault(r *importRow) {
	c.found.ToFix++
	f := c.faults[r.fault.kind]
	if f == nil {
		f = &Fault{Kind: r.fault.kind}
		c.faults[r.fault.kind] = f
	}
	if f.Count++; len(f.Examples) < examplesShown {
		f.Examples = append(f.Examples, RowExample{r.line, firstLetters(r.typed, 60), r.fault.sentence})
	}
}

func (c *check) example(kind string, r *importRow, says string) {
	if len(c.found.Examples[kind]) < examplesShown {
		c.found.Examples[kind] = append(c.found.Examples[kind], RowExample{r.line, firstLetters(r.typed, 60), says})
	}
}

func firstLetters(text string, n int) string {
	if letters := []rune(text); len(letters) > n {
		return string(letters[:n-1]) + "…"
	}
	return text
}

// sum orders what was counted.
func (c *check) sum(ctx context.Context) error {
	for _, f := range c.faults {
		c.found.Faults = append(c.found.Faults, *f)
	}
	slices.SortFunc(c.found.Faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind)) })
	c.found.Countries = counted(c.countries)
	for i := range c.found.Countries {
		c.found.Countries[i].Name = sms.CountryName(c.found.Countries[i].Name)
	}
	all := counted(c.groups)
	c.found.MoreGroups = max(0, len(all)-groupsCounted)
	c.found.Groups = all[:min(len(all), groupsCounted)]
	var keys []string
	for _, g := range c.found.Groups {
		keys = append(keys, bookKey(g.Name))
	}
	if len(keys) == 0 {
		return nil
	}
	there, err := c.d.store.GroupsNamed(ctx, c.userID, keys)
	for i, key := range keys {
		c.found.Groups[i].New = there[key] == 0
	}
	return err
}

func counted(counts map[string]int) []CountedName {
	var all []CountedName
	for name, n := range counts {
		all = append(all, CountedName{Name: name, Count: n})
	}
	slices.SortFunc(all, func(a, b CountedName) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return all
}

// ToFix are the results of rows that somebody may put right.
var ToFix = []string{RowFailed, RowPartial, RowDuplicateName}

// EachRowToFix gives the rows of an import that can be put right, in the order
// of the file: their cells, and what is wrong with them.
func (d *Desk) EachRowToFix(ctx context.Context, a Actor, id int64, give func(line int64, cells []string, problem string) error) error {
	if _, err := d.Import(ctx, a, id); err != nil {
		return err
	}
	after := int64(0)
	for {
		rows, err := d.store.FindImportRows(ctx, id, after, 1000, ToFix...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			var cells []string
			if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
				return fmt.Errorf("read row of import: %w", err)
			}
			if err := give(r.Line, cells, r.Problem); err != nil {
				return err
			}
			after = r.Line
		}
		if len(rows) < 1000 {
			return nil
		}
	}
}

// ImportRows returns rows of an import that were no plain success, after a row
// of the file; without results all of them.
func (d *Desk) ImportRows(ctx context.Context, a Actor, id, after int64, limit int, results ...string) ([]db.ImportRow, error) {
	if _, err := d.Import(ctx, a, id); err != nil {
		return nil, err
	}
	return d.store.FindImportRows(ctx, id, after, limit, results...)
}

// Cells are the cells of a row as they stood in the file.
func Cells(r db.ImportRow) (cells []string) {
	_ = json.Unmarshal([]byte(r.Cells), &cells) // "" where they are not kept
	return cells
}

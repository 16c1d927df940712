package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"textdesk/db"
	"textdesk/sms"
)

// suppressStep is how many numbers of a file are put on the list, or looked for
// on it, at a time.
const suppressStep = 2000

// NoColumn is the place of a column that a file does not have.
const NoColumn = -1

// SuppressFile says what to take from a file of numbers that nobody may text.
type SuppressFile struct {
	// Number is the column with the numbers, and Reason that with the reasons,
	// counted from 0; Reason is [NoColumn] where there is none.
	Number, Reason int
	// Why is the reason of those rows that have none of their own.
	Why string
}

// SuppressCounts is what a file comes to. Numbers are counted, not rows.
type SuppressCounts struct {
	// Added were not on the list yet, and Known were. Repeated stand in the file
	// more than once.
	Added, Known, Repeated int
	// LeftOut are rows without a number that can be used.
	LeftOut int
	// NoReason are numbers without a reason of their own.
	NoReason int
	// Rows is how many rows the file has; Hidden how many more the workbook hides.
	Rows, Hidden int
}

// LeftOutRow is a row of a file that could not be used.
type LeftOutRow struct {
	// Row is its number in the user's own program.
	Row   int
	Typed string
	Why   string
	// Cells are all of the row, valid until the next one.
	Cells []string
}

// ReasonColumn finds the column that says why, by its title; [NoColumn] when
// none does.
func ReasonColumn(titles []string) int {
	for i, title := range titles {
		for _, word := range strings.Fields(strings.ToLower(title)) {
			switch strings.Trim(word, ".:()") {
			case "reason", "reasons", "why", "note", "notes", "comment", "comments", "remark", "remarks", "grund", "motif", "motivo":
				return i
			}
		}
	}
	return NoColumn
}

// CheckSuppressFile says what a file would add to the list, and calls leftOut
// for each row that cannot be used, in the order of the file. Nothing is stored.
// For administrators.
func (d *Desk) CheckSuppressFile(ctx context.Context, a Actor, file *NumbersFile, s SuppressFile, leftOut func(LeftOutRow) error) (SuppressCounts, error) {
	if !a.Admin() {
		return SuppressCounts{}, ErrForbidden
	}
	counts := SuppressCounts{}
	err := d.eachSuppressed(ctx, file, s, &counts, leftOut, func(chunk []db.InsertSuppressionParams) error {
		known, err := d.store.SuppressedOf(ctx, numbersIn(chunk))
		if err != nil {
			return err
		}
		counts.Known += len(known)
		counts.Added += len(chunk) - len(known)
		return nil
	})
	return counts, err
}

func numbersIn(chunk []db.InsertSuppressionParams) []sms.MSISDN {
	numbers := make([]sms.MSISDN, len(chunk))
	for i, n := range chunk {
		numbers[i] = n.Number
	}
	return numbers
}

// SuppressFile puts the numbers of a file on the list, some thousand at a time;
// if that breaks off, doing it again adds the rest. Numbers on it already stay
// as they are. Where rows have no reason of their own, and none is given for
// them, it is refused with [ErrReasonBlank]. For administrators.
func (d *Desk) SuppressFile(ctx context.Context, a Actor, file *NumbersFile, s SuppressFile) (SuppressCounts, error) {
	if !a.Admin() {
		return SuppressCounts{}, ErrForbidden
	}
	before, err := d.CheckSuppressFile(ctx, a, file, s, func(LeftOutRow) error { return nil })
	if err != nil {
		return before, err
	}
	if r := s.refuse(before); r != nil {
		return before, r
	}
	counts, now := SuppressCounts{}, d.now()
	err = d.eachSuppressed(ctx, file, s, &counts, func(LeftOutRow) error { return nil }, func(chunk []db.InsertSuppressionParams) error {
		added := 0
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			added = 0
			known, err := tx.SuppressedOf(ctx, numbersIn(chunk)) // who was erased stands there without their number
			if err != nil {
				return err
			}
			for _, n := range chunk {
				n.AddedBy, n.AddedAt = db.ID(a.User.ID), now
				if known[n.Number] {
					if err := d.takeOver(ctx, tx, n); err != nil {
						return err
					}
					continue
				}
				is, err := tx.InsertSuppression(ctx, n)
				if err != nil {
					return fmt.Errorf("insert suppression: %w", err)
				}
				added += int(is)
			}
			return nil
		})
		counts.Added += added
		counts.Known += len(chunk) - added
		return err
	})
	if err != nil {
		return counts, fmt.Errorf("suppress numbers of a file: %w", err)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.audit(ctx, tx, a, "suppression.import", file.Name, strconv.Itoa(counts.Added)+" added")
	})
	return counts, err
}

// refuse says why a file cannot be put on the list as it is.
func (s SuppressFile) refuse(c SuppressCounts) *Refusal {
	why, r := readReason(s.Why)
	switch {
	case c.Added+c.Known == 0:
		return ErrNothingPasted.because("There is no mobile number in this column.").on("column")
	case why == "" && c.NoReason > 0:
		return r
	case why != "":
		return r
	}
	return nil
}

// eachSuppressed reads the numbers of a file, each once, and gives them on some
// thousand at a time.
func (d *Desk) eachSuppressed(ctx context.Context, file *NumbersFile, s SuppressFile, counts *SuppressCounts, leftOut func(LeftOutRow) error, take func([]db.InsertSuppressionParams) error) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	why := cleanName(s.Why)
	seen := map[uint64]bool{} // numbers as numbers: a million of them are no small matter
	chunk := make([]db.InsertSuppressionParams, 0, suppressStep)
	for row, err := range file.Rows() {
		if err != nil {
			return fileRefusal(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		counts.Rows++
		cell := row.Cell(s.Number)
		reason := shortReason(row.Cell(s.Reason))
		found, problem := 0, ""
		for _, typed := range sms.SplitNumbers(cell) {
			number, r := readNumber(typed.Number, set.Country)
			if r != nil {
				if problem == "" {
					problem = r.Sentence
				}
				continue
			}
			found++
			key, _ := strconv.ParseUint(number.Digits(), 10, 64)
			if seen[key] {
				counts.Repeated++
				continue
			}
			seen[key] = true
			n := db.InsertSuppressionParams{Number: number, Reason: reason}
			if reason == "" {
				n.Reason = why
				counts.NoReason++
			}
			if chunk = append(chunk, n); len(chunk) == suppressStep {
				if err := take(chunk); err != nil {
					return err
				}
				chunk = chunk[:0]
			}
		}
		if found == 0 || problem != "" {
			if problem == "" {
				problem = "There is no number in this row."
			}
			counts.LeftOut++
			if err := leftOut(LeftOutRow{Row: row.Number, Typed: cell, Why: problem, Cells: row.Cells}); err != nil {
				return err
			}
		}
	}
	counts.Hidden = file.Hidden
	if len(chunk) == 0 {
		return nil
	}
	return take(chunk)
}

// shortReason is a reason of a file, cut to what the list keeps.
func shortReason(typed string) string {
	reason := cleanName(typed)
	if len(reason) <= maxBookField {
		return reason
	}
	cut := maxBookField - len("…")
	for cut > 0 && !utf8.RuneStart(reason[cut]) {
		cut--
	}
	return strings.TrimSpace(reason[:cut]) + "…"
}

// SuppressedNumber is a number that nobody may text.
type SuppressedNumber = db.Suppression

// EachSuppression calls do for every number that nobody may text, in the order
// of the numbers, with the name of who added it. For administrators.
func (d *Desk) EachSuppression(ctx context.Context, a Actor, do func(s SuppressedNumber, by string) error) error {
	if !a.Admin() {
		return ErrForbidden
	}
	names, err := d.names(ctx, a)
	if err != nil {
		return err
	}
	where := db.BookFilter{Limit: suppressStep}
	for {
		page, err := d.store.FindSuppressions(ctx, where)
		if err != nil {
			return err
		}
		for _, s := range page {
			if s.Number.Erased() {
				continue // nobody can tell whose it is
			}
			by := names[int64(s.AddedBy)]
			switch {
			case s.How == ByWord:
				by = "Themselves"
			case s.AddedBy == 0:
				by = "The desk"
			}
			if err := do(s, by); err != nil {
				return err
			}
		}
		if len(page) < suppressStep {
			return nil
		}
		where.After = db.BookPlace{Key: string(page[len(page)-1].Number)}
	}
}

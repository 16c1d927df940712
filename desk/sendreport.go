package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// ColumnsOf are the columns of the file that a batch was sent from, nil for
// others.
func ColumnsOf(b db.Batch) ([]string, error) { return namesIn(b.Columns) }

// SendReport calls do for everybody of a send, oldest first, with the cells of
// their row where it was sent from a file. Those whose message is not written
// yet come last, as they wait.
func (d *Desk) SendReport(ctx context.Context, a Actor, batchID int64, do func(l ReportLine, cells []string) error) error {
	b, err := d.Batch(ctx, a, batchID)
	if err != nil {
		return err
	}
	columns, err := ColumnsOf(b)
	if err != nil {
		return err
	}
	// What is written from here on is reported as it stands now.
	acc, err := d.store.Acceptance(ctx, b.ID)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("read acceptance: %w", err)
	}
	r := sendReport{d: d, columns: len(columns), do: do}
	written := func(from, to int64) error {
		err := d.Report(ctx, a, Filter{BatchID: b.ID}, func(l ReportLine) error {
			if l.ID < from || to != 0 && l.ID >= to {
				return nil
			}
			return r.line(ctx, l)
		})
		if err != nil {
			return err
		}
		return r.flush(ctx)
	}
	if err := written(0, acc.NextID); err != nil || acc.BatchID == 0 {
		return err
	}
	n, err := d.eachStaged(ctx, b, acc, do)
	if err == nil && n == 0 { // all were written meanwhile, and their draft is gone
		return written(acc.NextID, 0)
	}
	return err
}

// sendReport gathers lines, to read their cells many at a time.
type sendReport struct {
	d       *Desk
	columns int
	lines   []ReportLine
	do      func(l ReportLine, cells []string) error
}

func (r *sendReport) line(ctx context.Context, l ReportLine) error {
	if r.lines = append(r.lines, l); len(r.lines) < sweepSize {
		return nil
	}
	return r.flush(ctx)
}

func (r *sendReport) flush(ctx context.Context) error {
	cells := map[int64][]string{}
	if r.columns > 0 && len(r.lines) > 0 {
		ids := make([]int64, len(r.lines))
		for i, l := range r.lines {
			ids[i] = l.ID
		}
		var err error
		if cells, err = r.d.store.FieldsOf(ctx, ids); err != nil {
			return err
		}
	}
	for _, l := range r.lines {
		if err := r.do(l, cells[l.ID]); err != nil {
			return err
		}
	}
	r.lines = r.lines[:0]
	return nil
}

// eachStaged calls do for those of a send whose message was not written at an
// instant, and says how many they are.
func (d *Desk) eachStaged(ctx context.Context, b db.Batch, acc db.Acceptance, do func(l ReportLine, cells []string) error) (n int, err error) {
	columns, err := d.store.DraftColumns(ctx, acc.DraftID)
	if db.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read draft: %w", err)
	}
	kept, err := keptTextOf(b.Body, columns)
	if err != nil {
		return 0, err
	}
	user, err := d.store.User(ctx, b.UserID)
	if err != nil {
		return 0, fmt.Errorf("read user: %w", err)
	}
	l := ReportLine{BatchID: b.ID, Username: user.Username, Sender: b.Sender, Status: sms.Queued, SendAt: acc.DueAt.Time(), ID: acc.NextID}
	if acc.Scheduled {
		l.Status = sms.Scheduled
	}
	for chunk := acc.Chunk; ; chunk++ {
		people, err := d.store.ChunkPeople(ctx, acc.DraftID, chunk)
		if err != nil || len(people) == 0 {
			return n, err
		}
		for _, r := range people {
			_, cells, err := kept.of(r)
			if err != nil {
				return n, err
			}
			l.Number, l.Parts, l.Credits = r.Number, r.Parts, r.Parts
			if err := do(l, cells); err != nil {
				return n, err
			}
			l.ID += r.Parts
			n++
		}
	}
}

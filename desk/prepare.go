package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

const (
	// chunkSize is how many messages one transaction writes: few enough that
	// nobody waits long for it.
	chunkSize = 2000
	// keptNames is how many people a review names, and keptSkips how many it
	// lists of those who get nothing for one reason.
	keptNames, keptSkips = 50, 50
	// keptReasons is how many reasons it tells apart.
	keptReasons = 100
	// draftsKept is how many earlier drafts of one form are kept beside a new one;
	// of large ones it is one.
	draftsKept = 5
	// draftFor is how long a draft waits to be sent.
	draftFor = 24 * time.Hour
)

// The states of a draft.
const (
	Preparing = "preparing" // whom it goes to is being read
	Ready     = "ready"     // it can be looked at and sent
	Used      = "used"      // it was sent, or given up
)

// SkipGroup are recipients who get nothing, for one reason.
type SkipGroup struct {
	Code string
	// Why is the reason where they are no numbers; Sentence says it otherwise.
	Why      sms.Reason
	Sentence string
	Count    int
	First    []string // as they were typed
}

// totals are what a draft comes to, as the store keeps it.
type totals struct {
	Sender                                               sms.Sender
	Body                                                 string
	Size                                                 gsm.Size
	Longest                                              int // a place, 0 for nobody
	Validity                                             time.Duration
	Groups, Lists                                        []Chosen
	Marks                                                []string  // who was in them
	Again                                                againMark // of a batch to whom it did not reach this goes
	People, Bad, Suppressed, Barred, Duplicates, Lacking int
	Parts                                                int64
	ByParts                                              map[int]int
	Missing                                              map[string]int
	Problems                                             []*Refusal
	Fields                                               []string
	File                                                 *FileFacts
	Names                                                []Recipient
	Skips                                                []SkipGroup
	Repeats                                              []Repeat `json:",omitempty"`
}

// draftColumns name what draft_recipients.fields holds: the cells of a file's
// row, or the fields that the text asks for of others. Fill: the text has fields.
type draftColumns struct {
	File, Fields []string
	Fill         bool
}

// Prepare reads whom an order goes to into a draft of its own, which
// [Desk.Prepared] shows and [Desk.SendPrepared] sends. form is what the page
// needs to show the form again. Up to MaxAtOnce recipients are read before it
// returns, more by [Desk.PrepareDrafts]. A form that was submitted before leads
// to its draft, if that is still being read or was sent.
func (d *Desk) Prepare(ctx context.Context, a Actor, o Order, form string) (id int64, err error) {
	probe := Draft{}
	if err := d.readChosen(ctx, a, o, &probe); err != nil {
		return 0, err
	}
	if id, err = d.keepDraft(ctx, a, o, form, probe.Expected); err != nil {
		return 0, err
	}
	if probe.Expected > MaxAtOnce {
		d.prepareSoon()
		return id, nil
	}
	return id, d.prepareDraft(ctx, id)
}

// PrepareDrafts reads whom large orders go to, one order after the other. What a
// crash broke off begins anew. A fault of one draft does not hold up the others.
func (d *Desk) PrepareDrafts(ctx context.Context) error {
	ids, err := d.store.PreparingDrafts(ctx)
	if err != nil {
		return fmt.Errorf("read drafts: %w", err)
	}
	var faults []error
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		if err := d.prepareDraft(ctx, id); err != nil {
			faults = append(faults, fmt.Errorf("prepare draft %d: %w", id, err))
		}
	}
	return errors.Join(faults...)
}

// preparation is a draft that is being read.
type preparation struct {
	d       *Desk
	id      int64
	draft   Draft
	totals  totals
	columns draftColumns
	reader  *reader
	purse   *purse   // nil pays for all
	unpaid  *Refusal // why the first of those is left out who cannot be paid for
	order   []placed
	read    int64 // rows of the sources
	written int64 // place of the last person
	longest int64
}

// placed is a person's number and place in sixteen bytes.
type placed struct {
	number uint64
	place  uint32
	parts  uint16
}

// prepareDraft reads one draft, unless somebody else does.
func (d *Desk) prepareDraft(ctx context.Context, id int64) error {
	if !d.reserveDraft(id) {
		return nil
	}
	defer d.unreserveDraft(id)
	row, err := d.store.Draft(ctx, id)
	if db.IsNotFound(err) || err == nil && row.State != Preparing {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read draft: %w", err)
	}
	if err := d.clearDraft(ctx, id); err != nil {
		return err
	}
	user, err := d.store.User(ctx, row.UserID)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	var o Order
	if err := json.Unmarshal([]byte(row.Wanted), &o); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	p := &preparation{d: d, id: id}
	err = p.run(ctx, Actor{User: user, Door: "page"}, o)
	if errors.Is(err, errEnough) {
		return nil // nobody wants it any more
	}
	if rs := Refusals(err); len(rs) > 0 {
		p.draft.Problems = append(p.draft.Problems, rs...)
		err = nil
	}
	if err != nil {
		return err
	}
	if err := p.finish(ctx); err != nil || p.read <= MaxAtOnce {
		return err
	}
	// What reading so many took is not taken again for a while: the system has
	// better use for it.
	debug.FreeOSMemory()
	return nil
}

// run reads the order from its beginning to its end.
func (p *preparation) run(ctx context.Context, a Actor, o Order) error {
	set, err := p.d.Settings(ctx)
	if err != nil {
		return err
	}
	dr := &p.draft
	dr.readFields(o)
	if err := p.d.readChosen(ctx, a, o, dr); err != nil {
		return err
	}
	for _, c := range dr.Groups {
		_, mark, err := p.d.store.Membership(ctx, c.ID, 0)
		if err != nil {
			return err
		}
		p.totals.Marks = append(p.totals.Marks, mark)
	}
	for _, c := range dr.Lists {
		_, mark, err := p.d.store.Membership(ctx, 0, c.ID)
		if err != nil {
			return err
		}
		p.totals.Marks = append(p.totals.Marks, mark)
	}
	if o.fromBatch() {
		if p.totals.Again, err = markAgain(ctx, p.d.store.Queries, o.AgainOf); err != nil {
			return err
		}
	}
	dr.readSender(o, a, set)
	at := len(dr.Problems)
	dr.readBody(o)
	dr.readWhen(o, p.d.clock())
	if dr.File != nil {
		p.columns.File = dr.File.Columns
	}
	p.columns.Fields = foldedFields(dr.template.Fields())
	p.columns.Fill = len(p.columns.Fields) > 0
	dr.beginFill()
	if dr.Expected > MaxRecipients {
		dr.Problems = append(dr.Problems, ErrTooManyTo.because("One send takes up to %s numbers; this has %s.", thousands(MaxRecipients), thousands(dr.Expected)))
		return nil
	}
	p.reader = dr.reader(p.d, a, o, set)
	if o.Partly {
		today, err := allowanceOf(ctx, p.d.store.Queries, a.User, dr.days.user)
		if err != nil {
			return err
		}
		own := purseOf(a.User, today)
		p.purse = &own
	}
	if err := p.beginRepeats(ctx, a, o); err != nil {
		return err
	}
	p.order = make([]placed, 0, min(dr.Expected, MaxRecipients))
	if err := p.d.eachRecipient(ctx, a, o, dr, func(some []Recipient) error { return p.take(ctx, some) }); err != nil {
		return err
	}
	if dr.checkFields(); dr.badField != nil && !slices.Contains(dr.Problems, dr.badField) {
		dr.Problems = slices.Insert(dr.Problems, at, dr.badField)
	}
	if dr.People == 0 && p.unpaid != nil && len(dr.Problems) == 0 {
		dr.Problems = append(dr.Problems, p.unpaid)
	}
	dr.nobody(o)
	dr.endFill(o.maxParts())
	return nil
}

// take works some recipients out and writes them down, in one transaction.
func (p *preparation) take(ctx context.Context, some []Recipient) error {
	if err := p.reader.read(ctx, some); err != nil {
		return err
	}
	p.draft.fillSome(some, int(p.read))
	p.pay(some)
	people := make([]db.DraftRecipient, 0, len(some))
	var skips []db.DraftSkip
	for i := range some {
		r := &some[i]
		switch {
		case r.Duplicate:
		case r.Refusal != nil:
			p.skip(r)
			skips = append(skips, db.DraftSkip{DraftID: p.id, Place: p.read + int64(i), Typed: r.label(), Code: r.Refusal.Code, Reason: r.Refusal.Sentence})
		default:
			p.written++
			if p.draft.Longest == int(p.read)+i {
				p.longest = p.written
			}
			if len(p.totals.Names) < keptNames {
				p.totals.Names = append(p.totals.Names, Recipient{Name: r.Name, Number: r.Number, Typed: r.Typed})
			}
			row := db.DraftRecipient{DraftID: p.id, Place: p.written, Number: r.Number, Name: r.Name, Body: r.own, Parts: int64(r.parts)}
			var err error
			if row.Fields, err = p.columns.keep(r); err != nil {
				return err
			}
			people = append(people, row)
			p.order = append(p.order, placed{numberKey(r.Number), uint32(p.written), uint16(r.parts)})
		}
	}
	if err := p.countRepeats(ctx, people); err != nil {
		return err
	}
	p.read += int64(len(some))
	if p.read > MaxRecipients {
		return ErrTooManyTo.because("One send takes up to %s numbers; this has more.", thousands(MaxRecipients))
	}
	return p.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.StepDraft(ctx, db.StepDraftParams{ID: p.id, Done: p.read})
		if err != nil {
			return fmt.Errorf("step draft: %w", err)
		}
		if n == 0 {
			return errEnough
		}
		if err := tx.InsertDraftRecipients(ctx, people); err != nil {
			return err
		}
		return tx.InsertDraftSkips(ctx, skips)
	})
}

// skip counts somebody who gets nothing to their reason.
func (p *preparation) skip(r *Recipient) {
	g := SkipGroup{Code: r.Refusal.Code, Why: r.Why}
	if r.Refusal.Code != ErrBadNumber.Code {
		g.Sentence = r.Refusal.Sentence
	}
	for i := range p.totals.Skips {
		if s := &p.totals.Skips[i]; s.Code == g.Code && s.Why == g.Why && s.Sentence == g.Sentence || i == keptReasons {
			if s.Count++; len(s.First) < keptSkips {
				s.First = append(s.First, r.label())
			}
			return
		}
	}
	g.Count, g.First = 1, []string{r.label()}
	p.totals.Skips = append(p.totals.Skips, g)
}

// finish writes down the order of the numbers and what it all comes to.
func (p *preparation) finish(ctx context.Context) error {
	p.reader = nil // what it remembers is large
	if err := p.keepChunks(ctx); err != nil {
		return err
	}
	dr, t := &p.draft, &p.totals
	t.Sender, t.Body, t.Size, t.Longest, t.Validity, t.Groups, t.Lists = dr.Sender, dr.Body, dr.Size, int(p.longest), dr.Validity, dr.Groups, dr.Lists
	t.People, t.Bad, t.Suppressed, t.Barred, t.Duplicates, t.Lacking = dr.People, dr.Bad, dr.Suppressed, dr.Barred, dr.Duplicates, dr.Lacking
	t.Parts, t.ByParts, t.Missing, t.Problems, t.Fields, t.File = dr.Parts, dr.ByParts, dr.Missing, dr.Problems, dr.Fields(), dr.File
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	columns, err := json.Marshal(p.columns)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	return p.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.FinishDraft(ctx, db.FinishDraftParams{ID: p.id, Done: p.read, Columns: string(columns), Totals: string(text)})
		return err
	})
}

// keepChunks writes down the people in the order of their numbers.
func (p *preparation) keepChunks(ctx context.Context) error {
	slices.SortFunc(p.order, func(a, b placed) int { return cmp.Compare(a.number, b.number) })
	var chunks []db.DraftChunk
	next := int64(0)
	flush := func() error {
		err := p.d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.InsertDraftChunks(ctx, chunks) })
		chunks = chunks[:0]
		return err
	}
	for some := range slices.Chunk(p.order, chunkSize) {
		c := db.DraftChunk{DraftID: p.id, Chunk: next, People: int64(len(some))}
		places := make([]byte, 0, 8*len(some))
		for i, one := range some {
			places = append(places, ",["[min(i, 1)^1])
			places = strconv.AppendUint(places, uint64(one.place), 10)
			c.Credits += int64(one.parts)
		}
		c.Places = string(append(places, ']'))
		next++
		if chunks = append(chunks, c); len(chunks) == 50 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	p.order = nil
	return flush()
}

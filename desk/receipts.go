package desk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// Polling is what dispatch is to ask a provider about.
type Polling struct {
	References []string
	messages   []db.Message
	of         []int // which message each reference belongs to
}

// Len is how many messages it is about.
func (p Polling) Len() int { return len(p.messages) }

// Any reports whether there is something to ask or to put off.
func (p Polling) Any() bool { return len(p.messages) > 0 }

// Span is a stretch of time in which messages were submitted.
type Span struct{ From, To time.Time }

// Spans covers the messages with stretches of time, from the oldest on: a new
// one begins after a gap, and none is longer than longest.
func (p Polling) Spans(gap, longest time.Duration) (spans []Span) {
	times := make([]time.Time, len(p.messages))
	for i, m := range p.messages {
		times[i] = m.SubmittedAt.Time()
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, at := range times {
		if last := len(spans) - 1; last >= 0 && at.Sub(spans[last].To) <= gap && at.Sub(spans[last].From) <= longest {
			spans[last].To = at
			continue
		}
		spans = append(spans, Span{at, at})
	}
	return spans
}

// Split parts the messages of which all references were told from the rest.
func (p Polling) Split(told map[string]bool) (answered, rest Polling) {
	missing := map[int]bool{}
	for i, ref := range p.References {
		if !told[ref] {
			missing[p.of[i]] = true
		}
	}
	return p.pick(func(i int) bool { return !missing[i] }), p.pick(func(i int) bool { return missing[i] })
}

// Some parts about n messages, chosen by chance, from the rest: of many that
// wait each has its turn some time.
func (p Polling) Some(n int) (some, rest Polling) {
	chosen := map[int]bool{}
	for _, i := range rand.Perm(len(p.messages))[:min(n, len(p.messages))] {
		chosen[i] = true
	}
	return p.pick(func(i int) bool { return chosen[i] }), p.pick(func(i int) bool { return !chosen[i] })
}

func (p Polling) pick(wanted func(i int) bool) (q Polling) {
	place := make([]int, len(p.messages))
	for i, m := range p.messages {
		if place[i] = -1; wanted(i) {
			place[i] = len(q.messages)
			q.messages = append(q.messages, m)
		}
	}
	for i, ref := range p.References {
		if to := place[p.of[i]]; to >= 0 {
			q.References, q.of = append(q.References, ref), append(q.of, to)
		}
	}
	return q
}

// DueForPoll returns references of messages whose state should be asked for,
// at most limit messages.
func (d *Desk) DueForPoll(ctx context.Context, providerID int64, limit int) (Polling, error) {
	found, err := d.store.DueForPoll(ctx, db.DueForPollParams{ProviderID: providerID, NowAt: d.now(), PageSize: int32(limit)})
	if err != nil {
		return Polling{}, fmt.Errorf("read messages to poll: %w", err)
	}
	p := Polling{messages: found}
	if len(found) == 0 {
		return p, nil
	}
	parts, err := d.store.PartsOf(ctx, idsOf(found))
	if err != nil {
		return Polling{}, err
	}
	for i, m := range found {
		for _, part := range parts[m.ID] {
			if !part.Status.Final() {
				p.References, p.of = append(p.References, part.Reference), append(p.of, i)
			}
		}
	}
	return p, nil
}

// polledSize is how many receipts or new times are written in one transaction.
const polledSize = 200

// Polled applies what a poll brought and says when to ask again about the
// messages that are still on their way.
func (d *Desk) Polled(ctx context.Context, providerID int64, p Polling, receipts []providers.Receipt) error {
	return d.polled(ctx, providerID, p, receipts, d.pollAgain)
}

// PutOff has messages be asked about later, of which a report said nothing.
func (d *Desk) PutOff(ctx context.Context, providerID int64, p Polling, by time.Duration) error {
	return d.polled(ctx, providerID, p, nil, func(db.Message) db.Millis { return d.now().Add(by) })
}

func (d *Desk) pollAgain(m db.Message) db.Millis {
	now := d.now()
	return now.Add(pollAfter(now.Time().Sub(m.SubmittedAt.Time())))
}

// polled writes in steps: neither the times nor the receipts mind a crash in
// between.
func (d *Desk) polled(ctx context.Context, providerID int64, p Polling, receipts []providers.Receipt, next func(db.Message) db.Millis) error {
	for messages := p.messages; len(messages) > 0 || len(receipts) > 0; {
		some := messages[:min(len(messages), polledSize)]
		told := receipts[:min(len(receipts), polledSize)]
		messages, receipts = messages[len(some):], receipts[len(told):]
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, m := range some {
				if err := tx.SetPollAt(ctx, db.SetPollAtParams{ID: m.ID, PollAt: next(m)}); err != nil {
					return err
				}
			}
			_, err := d.moveParts(ctx, tx, providerID, told) // what a report says of other texts is not ours
			return err
		})
		if err != nil {
			return fmt.Errorf("apply receipts: %w", err)
		}
		if slices.ContainsFunc(told, func(r providers.Receipt) bool { return r.Echo }) {
			d.wakeReader()
		}
	}
	return nil
}

// pollAfter is how long to wait before asking (again): often while somebody
// may be looking, seldom later.
func pollAfter(age time.Duration) time.Duration {
	switch {
	case age < 10*time.Second:
		return time.Second
	case age < time.Minute:
		return 5 * time.Second
	case age < 10*time.Minute:
		return 30 * time.Second
	case age < time.Hour:
		return 5 * time.Minute
	default:
		return 30 * time.Minute
	}
}

// earlyFor is how long receipts are kept about references that nobody knows: as
// long as a final one is waited for.
const earlyFor = unknownAfter

// applyReceipts moves parts and then their messages. A receipt that is late,
// repeated or out of order moves nothing back. One about a reference that nobody
// knows is kept until it is known, which may be in an instant: a provider can
// report on a text sooner than its answer to us is on disk. It returns those
// references.
func (d *Desk) applyReceipts(ctx context.Context, tx *db.Tx, providerID int64, receipts []providers.Receipt) (early map[string]bool, err error) {
	if len(receipts) == 0 {
		return nil, nil
	}
	known, err := d.moveParts(ctx, tx, providerID, receipts)
	if err != nil {
		return nil, err
	}
	var keep []db.EarlyReceipt
	for _, r := range receipts {
		if known[r.Reference] || r.Reference == "" || len(r.Reference) > longestReference {
			continue
		}
		if early == nil {
			early = map[string]bool{}
		}
		early[r.Reference] = true
		keep = append(keep, db.EarlyReceipt{ProviderID: providerID, Reference: r.Reference, Status: r.Status, Code: r.Code, Detail: r.Text, CameAt: d.now()})
	}
	return early, tx.InsertEarlyReceipts(ctx, keep)
}

// longestReference is the longest id of a provider that is kept, in bytes.
const longestReference = 200

// meetEarly applies the receipts that came before the references that a call
// has just given us.
func (d *Desk) meetEarly(ctx context.Context, tx *db.Tx, outcomes []Outcome) error {
	references := map[int64][]string{}
	for _, o := range outcomes {
		if o.Err == nil {
			references[o.Message.ProviderID] = append(references[o.Message.ProviderID], o.Acceptance.References...)
		}
	}
	if len(references) == 0 {
		return nil
	}
	if any, err := tx.AnyEarlyReceipts(ctx); err != nil || any == 0 {
		return err
	}
	for providerID, refs := range references {
		found, err := tx.TakeEarlyReceipts(ctx, providerID, refs)
		if err != nil {
			return err
		}
		receipts := make([]providers.Receipt, len(found))
		for i, r := range found {
			receipts[i] = providers.Receipt{Reference: r.Reference, Status: r.Status, Code: r.Code, Text: r.Detail}
		}
		if _, err := d.moveParts(ctx, tx, providerID, receipts); err != nil {
			return err
		}
	}
	return nil
}

// moveParts applies receipts to the parts that they are about, and returns the
// references that there are.
func (d *Desk) moveParts(ctx context.Context, tx *db.Tx, providerID int64, receipts []providers.Receipt) (known map[string]bool, err error) {
	references := make([]string, 0, len(receipts))
	for _, r := range receipts {
		references = append(references, r.Reference)
	}
	byReference, err := tx.PartsByReferences(ctx, providerID, references)
	if err != nil || len(byReference) == 0 {
		return nil, err
	}
	mv := d.newMoves(tx)
	known = make(map[string]bool, len(byReference))
	var ids []int64
	for reference, parts := range byReference {
		known[reference] = true
		for _, p := range parts {
			ids = append(ids, p.MessageID)
		}
	}
	about := whereabouts{}
	if about.messages, err = tx.MessagesOf(ctx, ids); err != nil {
		return nil, err
	}
	if about.parts, err = tx.PartsOf(ctx, ids); err != nil {
		return nil, err
	}
	for _, r := range receipts {
		for _, p := range byReference[r.Reference] {
			if err := mv.applyReceipt(ctx, &about, p, r); err != nil {
				return nil, err
			}
		}
	}
	if err := mv.flush(ctx); err != nil {
		return nil, err
	}
	return known, d.storeEchoes(ctx, tx, providerID, about.echoes)
}

// whereabouts are the messages that receipts are about and all their parts, as
// they stand while the receipts are applied.
type whereabouts struct {
	messages map[int64]db.Message
	parts    map[int64][]db.Part
	echoes   []db.Message // that reached a make-believe phone which answers them
}

func (mv *moves) applyReceipt(ctx context.Context, about *whereabouts, of db.Part, r providers.Receipt) error {
	parts := about.parts[of.MessageID]
	i := slices.IndexFunc(parts, func(p db.Part) bool { return p.Part == of.Part })
	if i < 0 || !parts[i].Status.CanBecome(r.Status) {
		return nil
	}
	parts[i].Status = r.Status
	if err := mv.tx.SetPart(ctx, db.SetPartParams{MessageID: of.MessageID, Part: of.Part, Status: r.Status, Code: r.Code}); err != nil {
		return fmt.Errorf("set part: %w", err)
	}
	m, there := about.messages[of.MessageID]
	if !there {
		return fmt.Errorf("part of message %d has no message", of.MessageID)
	}
	c := change{to: whole(parts), pollAt: m.PollAt, code: r.Code}
	if c.to != sms.Delivered && c.to != sms.Sent {
		c.reason = r.Text
	}
	if c.to.Final() {
		c.pollAt = 0
	}
	moved, err := mv.move(ctx, m, c)
	if moved {
		m.Paid, m.Status, m.PollAt = payment(m, c.to), c.to, c.pollAt
		about.messages[m.ID] = m
		if r.Echo && m.Status == sms.Delivered {
			about.echoes = append(about.echoes, m)
		}
	}
	return err
}

// whole is the status of a message whose parts stand where they stand: it is
// delivered when all of it is, and failed when any of it is.
func whole(parts []db.Part) sms.Status {
	least, waits := sms.Delivered, false
	for _, p := range parts {
		switch p.Status {
		case sms.Failed, sms.Expired, sms.Cancelled:
			return p.Status
		case sms.Sent, sms.Delivered:
			least = min(least, p.Status)
		default:
			waits = true
		}
	}
	if waits {
		return sms.Submitted
	}
	return least
}

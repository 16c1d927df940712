package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// written gathers the rows of one batch.
type written struct {
	messages []db.Message
	finals   []db.MoveMessageParams
	events   []db.Event
	parts    []db.Part
	replies  []db.InsertInboundParams
	counts   [sms.StatusCount]int64
	settled  int64
	released int64
	quiet    bool // nobody answers by chance
}

// add makes a message's row, its timeline and its references.
func (w *written) add(m db.Message, e ending, random *rand.Rand) {
	m.Status = sms.Queued
	w.messages = append(w.messages, m)
	w.counts[e.status]++
	left := m.CreatedAt.Add(time.Duration(300+random.IntN(4000)) * time.Millisecond)
	final := db.MoveMessageParams{ID: m.ID, WasStatus: sms.Queued, Status: e.status, Paid: db.Settled, DueAt: m.DueAt, ExpiresAt: m.ExpiresAt,
		Attempts: 1, SubmittedAt: left.Add(180 * time.Millisecond), Code: e.code, Reason: e.reason}
	end := left.Add(time.Duration(1500+random.IntN(9000)) * time.Millisecond)
	if e.status.Final() {
		final.FinalAt = end
	}
	note := func(at db.Millis, status sms.Status, reference string) {
		event := db.Event{MessageID: m.ID, At: at, Status: status, Reference: reference}
		if status == e.status {
			event.Code, event.Detail = e.code, e.reason
		}
		w.events = append(w.events, event)
	}
	switch e.status {
	case sms.Cancelled:
		final.Paid, final.Attempts, final.SubmittedAt = db.Released, 0, 0
		note(end, sms.Cancelled, "")
	case sms.InDoubt:
		final.Paid, final.SubmittedAt = db.Reserved, left
		note(left, sms.Submitting, "")
		note(left.Add(30*time.Second), sms.InDoubt, "")
	default:
		reference := fmt.Sprint(80_000_000 + m.ID)
		note(left, sms.Submitting, "")
		note(final.SubmittedAt, sms.Submitted, reference)
		if e.status != sms.Sent {
			note(left.Add(time.Second), sms.Sent, "")
		}
		note(end, e.status, "")
		w.parts = append(w.parts, db.Part{MessageID: m.ID, ProviderID: m.ProviderID, Reference: reference, Status: e.status})
	}
	switch final.Paid {
	case db.Settled:
		w.settled += m.Credits
	case db.Released:
		w.released += m.Credits
	}
	w.finals = append(w.finals, final)
	if !w.quiet && e.status == sms.Delivered && m.TON == sms.TONInternational && random.IntN(2) == 0 {
		w.replies = append(w.replies, db.InsertInboundParams{ProviderID: m.ProviderID, ProviderRef: fmt.Sprint("demo-", m.ID), Number: m.Number,
			Destination: m.Sender, Body: answers[random.IntN(len(answers))], MessageID: db.ID(m.ID), UserID: db.ID(m.UserID),
			SentAt: end.Add(7 * time.Minute), ReceivedAt: end.Add(7 * time.Minute), Day: dayOf(end.Add(7 * time.Minute).Time())})
	}
}

// dayOf is the day on which something counts, in the demonstration's zone.
func dayOf(at time.Time) int64 {
	if london, err := time.LoadLocation("Europe/London"); err == nil {
		at = at.In(london)
	}
	y, m, d := at.Date()
	return int64(y*10000 + int(m)*100 + d)
}

// store writes the rows, with counters and a ledger that add up.
func (w *written) store(ctx context.Context, tx *db.Tx, userID, batchID int64) error {
	if err := tx.InsertMessages(ctx, w.messages); err != nil {
		return err
	}
	for _, final := range w.finals {
		if _, err := tx.MoveMessage(ctx, final); err != nil {
			return err
		}
	}
	if err := tx.InsertEvents(ctx, w.events); err != nil {
		return err
	}
	if err := tx.InsertParts(ctx, w.parts); err != nil {
		return err
	}
	for _, r := range w.replies {
		if _, err := tx.InsertInbound(ctx, r); err != nil {
			return err
		}
	}
	w.counts[sms.Queued] -= int64(len(w.messages))
	if err := tx.CountBatches(ctx, []db.BatchCount{{BatchID: batchID, ByStatus: w.counts, Released: w.released}}); err != nil {
		return err
	}
	return w.pay(ctx, tx, userID, batchID)
}

func (w *written) pay(ctx context.Context, tx *db.Tx, userID, batchID int64) error {
	var total int64
	for _, m := range w.messages {
		total += m.Credits
	}
	at := w.messages[0].CreatedAt
	for _, e := range []db.InsertCreditEntryParams{
		{Kind: "reserve", Amount: -total, Reserved: total},
		{Kind: "settle", Reserved: -w.settled},
		{Kind: "release", Amount: w.released, Reserved: -w.released},
	} {
		if e.Amount == 0 && e.Reserved == 0 {
			continue
		}
		e.UserID, e.At, e.BatchID = userID, at, db.ID(batchID)
		if err := tx.InsertCreditEntry(ctx, e); err != nil {
			return err
		}
		if err := tx.AddCredits(ctx, db.AddCreditsParams{ID: userID, Amount: e.Amount, Reserved: e.Reserved}); err != nil {
			return err
		}
	}
	return nil
}

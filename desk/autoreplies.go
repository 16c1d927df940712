package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// The kinds of automatic replies.
const (
	replyOptOut  = "opt_out" // says that no more texts come
	replyOptIn   = "opt_in"
	replyKeyword = "keyword"
	replyAway    = "hours"
)

// What becomes of an automatic reply.
const (
	replyWaits = iota
	replySent
	replyRefused
)

const (
	// DoorAutomatic is where the batches of automatic replies come in.
	DoorAutomatic = "automatic"

	// answerWithin is how old a text may be and still be answered by itself: one
	// that a provider had kept, or that could not be read for a while, is not.
	answerWithin = time.Hour
	// sendWithin is how long a reply may wait to be sent; one that opts out is
	// worth more than the others.
	sendWithin    = time.Hour
	confirmWithin = 24 * time.Hour
	// confirmsADay is how many confirmations of opting out and in a number gets
	// in 24 hours, and answersADay how many automatic replies of any kind.
	confirmsADay = 3
	answersADay  = 10
	// echoWithin is for how long the same words again get no second answer.
	echoWithin = 10 * time.Minute
	// keepReplies is how long it is known to which number the desk has answered.
	keepReplies = 31 * 24 * time.Hour
)

// answer writes down an answer that is to be sent. Not every text gets one: the
// limits keep the desk from being used up, and two desks from answering each
// other for ever.
func (d *Desk) answer(ctx context.Context, tx *db.Tx, h heard, kind string, keywordID int64, body string) error {
	now := d.now()
	confirms := kind == replyOptOut || kind == replyOptIn
	if body == "" || !confirms && now > h.sentAt.Add(answerWithin) {
		return nil
	}
	own, err := d.isOwnNumber(ctx, tx.Queries, h)
	if err != nil || own {
		return err
	}
	lately, err := tx.RepliesLately(ctx, db.RepliesLatelyParams{Number: h.From,
		SinceAt: now.Add(-max(24*time.Hour, time.Duration(h.replies.AwayEvery)*time.Hour))})
	if err != nil {
		return fmt.Errorf("read replies: %w", err)
	}
	if h.replies.enough(kind, h.Body, lately, now) {
		if err := tx.HoldBack(ctx, lately[0].ID); err != nil {
			return fmt.Errorf("hold back reply: %w", err)
		}
		return nil
	}
	if !confirms {
		n, err := tx.CountRepliesSince(ctx, db.CountRepliesSinceParams{SinceAt: now.Add(-time.Hour), Most: int32(h.replies.MostAnHour)})
		if err != nil {
			return fmt.Errorf("count replies: %w", err)
		}
		if n >= int64(h.replies.MostAnHour) {
			return nil
		}
	}
	payer, err := d.payer(ctx, tx, h)
	if err != nil || payer == 0 {
		return err
	}
	err = tx.InsertAutoReply(ctx, db.InsertAutoReplyParams{InboundID: h.id, Number: h.From, Kind: kind, KeywordID: db.ID(keywordID), UserID: payer,
		ProviderID: h.providerID, Sender: h.replySender(), Body: body, MadeAt: now})
	if err != nil {
		return fmt.Errorf("insert reply: %w", err)
	}
	return nil
}

// enough reports whether a number has had its automatic replies for now. lately
// are those that it had, newest first.
func (r Replies) enough(kind, body string, lately []db.RepliesLatelyRow, now db.Millis) bool {
	var same, confirms, all int
	for _, l := range lately {
		age := time.Duration(now-l.MadeAt) * time.Millisecond
		switch {
		case kind == replyAway && l.Kind == replyAway && age < time.Duration(r.AwayEvery)*time.Hour:
			return true
		case age > 24*time.Hour:
			continue
		case l.Body != "" && strings.TrimSpace(body) == l.Body:
			return true // our own words come back: a machine
		case (kind == replyAway || kind == replyKeyword) && l.Asked == body && age < echoWithin:
			return true
		}
		all++
		if l.Kind == kind {
			same++
		}
		if l.Kind == replyOptOut || l.Kind == replyOptIn {
			confirms++
		}
	}
	switch kind {
	case replyOptOut, replyOptIn:
		return confirms >= confirmsADay
	case replyKeyword:
		return same >= r.KeywordsADay || all >= answersADay
	}
	return all >= answersADay
}

// isOwnNumber reports whether a text came from a number that this desk itself
// sends from: it would answer itself.
func (d *Desk) isOwnNumber(ctx context.Context, q *db.Queries, h heard) (bool, error) {
	if _, err := q.NumberByAddress(ctx, h.From.Digits()); err == nil || !db.IsNotFound(err) {
		return err == nil, err
	}
	mine := []string{h.To, h.set.Sender, h.answered.Sender}
	senders, err := q.SendersInUse(ctx)
	if err != nil {
		return false, fmt.Errorf("read senders: %w", err)
	}
	for _, s := range senders {
		mine = append(mine, s.Sender)
		mine = append(mine, strings.Split(s.Senders, "\n")...)
	}
	for _, m := range mine {
		if s, err := sms.ParseSender(m, h.set.Country); err == nil && s.TON != sms.TONAlphanumeric && s.Address == h.From.Digits() {
			return true, nil
		}
	}
	return false, nil
}

// replySender is who an answer is from: the number or name that was written to.
func (h heard) replySender() string {
	if h.answered.Sender != "" && h.answered.ProviderID == h.providerID {
		return h.answered.Sender
	}
	if s, err := sms.ParseSender(h.To, h.set.Country); err == nil {
		return s.Address
	}
	return ""
}

// payer is the user whose credits an answer takes: the chosen one, or whoever's
// text was answered, or where that is nobody who can send, the first
// administrator. 0 is nobody.
func (d *Desk) payer(ctx context.Context, tx *db.Tx, h heard) (int64, error) {
	if h.replies.Payer != 0 {
		return h.replies.Payer, nil
	}
	if id := h.answered.UserID; id != 0 {
		u, err := tx.User(ctx, id)
		if err != nil {
			return 0, fmt.Errorf("read user: %w", err)
		}
		if keptOut(u) == nil {
			return id, nil
		}
	}
	id, err := tx.FirstAdministrator(ctx)
	if db.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read administrator: %w", err)
	}
	return id, nil
}

// WaitingReplies returns the ids of answers that are to be sent, the oldest
// first, a page of them.
func (d *Desk) WaitingReplies(ctx context.Context) ([]int64, error) {
	ids, err := d.store.WaitingReplies(ctx, replyPage)
	if err != nil {
		return nil, fmt.Errorf("read waiting replies: %w", err)
	}
	return ids, nil
}

// replyPage is how many answers are taken up at a time.
const replyPage = 64

// SendReply sends an answer that was written down, as any other send: the batch,
// its message and the credits stand in one transaction with the mark that it was
// sent. One that is refused, for want of credits for one, says so in its row.
func (d *Desk) SendReply(ctx context.Context, id int64) error {
	row, err := d.store.AutoReply(ctx, id)
	if err != nil {
		return fmt.Errorf("read reply: %w", err)
	}
	if row.State != replyWaits {
		return nil
	}
	user, err := d.store.User(ctx, row.UserID)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	within := sendWithin
	if row.Kind == replyOptOut || row.Kind == replyOptIn {
		within = confirmWithin
	}
	if d.now() > row.MadeAt.Add(within) {
		return d.refuseReply(ctx, id, "It waited for too long to still be sent.")
	}
	actor := Actor{User: user, Door: DoorAutomatic}
	order := Order{To: []string{string(row.Number)}, Sender: row.Sender, Body: row.Body, OwnSender: true, via: row.ProviderID, automatic: true, confirms: row.Kind == replyOptOut}
	draft, err := d.Check(ctx, actor, order)
	if err != nil {
		return err
	}
	if len(draft.Problems) > 0 {
		return d.refuseReply(ctx, id, draft.Problems[0].Sentence)
	}
	providerID := int64(0)
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		providerID = 0
		now, err := tx.AutoReply(ctx, id)
		if err != nil {
			return fmt.Errorf("read reply: %w", err)
		}
		if now.State != replyWaits {
			return nil // another has done it
		}
		var sent Sent
		if providerID, err = d.accept(ctx, tx, actor, order, draft, &sent); err != nil {
			return err
		}
		_, err = tx.SettleReply(ctx, db.SettleReplyParams{ID: id, State: replySent, MessageID: db.ID(sent.Recipients[0].MessageID), SettledAt: d.now()})
		return err
	})
	if rs := Refusals(err); len(rs) > 0 {
		return d.refuseReply(ctx, id, rs[0].Sentence)
	}
	if err != nil {
		return fmt.Errorf("send reply: %w", err)
	}
	if providerID != 0 {
		d.wake(providerID)
	}
	return nil
}

func (d *Desk) refuseReply(ctx context.Context, id int64, why string) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.SettleReply(ctx, db.SettleReplyParams{ID: id, State: replyRefused, Reason: why, SettledAt: d.now()})
		return err
	})
}

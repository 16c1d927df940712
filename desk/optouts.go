package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// How a number came onto the list of those that nobody may text.
const (
	ByStaff = "staff" // an administrator put it there; no text takes it off
	ByWord  = "word"  // an opt-out word
	ByAsked = "asked" // somebody read a text that asked for it
)

// What is known of a text that may ask for no more texts.
const (
	_           = iota
	AsksPerhaps // a person has to look
	asksYes
	asksNo
)

// heard is a text that was stored just now, with what it takes to heed it.
type heard struct {
	arrival
	id       int64
	sentAt   db.Millis
	key      string // see sms.WordKey
	answered db.Message
	set      Settings
	*parsedReplies
}

// heed does what a text asks for, in the transaction that stores it, so that a
// crash or a repeat can neither lose it nor do it twice: an opt-out word keeps
// the number from being texted, an opt-in word undoes that, a keyword gets its
// answer, and a text that comes while nobody is there is told so. Answers are
// written down here and sent from there; see [Desk.SendReply].
func (d *Desk) heed(ctx context.Context, tx *db.Tx, set Settings, in arrival, id int64, sentAt db.Millis, answered db.Message) error {
	if !isNumber(in.From) {
		return nil // a name or a short code wants nothing
	}
	h := heard{arrival: in, id: id, sentAt: sentAt, key: sms.WordKey(in.Body), answered: answered, set: set, parsedReplies: d.replies(set)}
	if word := h.outKeys[h.key]; word != "" {
		return d.optOut(ctx, tx, h, word)
	}
	if word := h.inKeys[h.key]; word != "" {
		if done, err := d.optIn(ctx, tx, h, word); err != nil || done {
			return err
		}
	}
	if _, err := tx.SuppressionOf(ctx, in.From); err == nil || !db.IsNotFound(err) {
		return err // who is on the list gets no answer
	}
	v, err := d.verdict(ctx, tx.Queries, h.parsedReplies, set, said{body: in.Body, to: in.To, providerID: in.providerID, at: in.at.Time()})
	if err != nil {
		return err
	}
	switch v.Kind {
	case VerdictAsks:
		if _, err := tx.SetAsks(ctx, db.SetAsksParams{ID: id, Asks: AsksPerhaps}); err != nil {
			return fmt.Errorf("flag inbound: %w", err)
		}
	case VerdictKeyword:
		if err := d.keywordDeed(ctx, tx, h, v.Keyword); err != nil {
			return err
		}
		return d.answer(ctx, tx, h, replyKeyword, v.Keyword.ID, v.Text)
	case VerdictAway:
		return d.answer(ctx, tx, h, replyAway, 0, v.Text)
	}
	return nil
}

// isNumber reports whether a text came from a whole number, which can be texted:
// a short code, a name, or who was erased is none.
func isNumber(n sms.MSISDN) bool {
	digits, ok := strings.CutPrefix(string(n), "+")
	return ok && len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// optOut keeps a number from being texted from now on. What an administrator has
// put on the list stays as it is, with the word beside it. Only who was not on
// the list is told, so the confirmation comes once.
func (d *Desk) optOut(ctx context.Context, tx *db.Tx, h heard, word string) error {
	new, err := d.block(ctx, tx, h.From, db.InsertOptOutParams{How: ByWord, Word: word, Reason: "Sent " + strings.ToUpper(word), InboundID: db.ID(h.id), SaidAt: h.sentAt})
	if err != nil || !new {
		return err
	}
	if err := d.audit(ctx, tx, Actor{}, "optout.word", string(h.From), word); err != nil {
		return err
	}
	return d.answer(ctx, tx, h, replyOptOut, 0, h.replies.confirmation(h.set))
}

// block puts a number on the list because of a text of theirs, and reports
// whether it was not there before. All texts of theirs that a person should have
// looked at are decided with it.
func (d *Desk) block(ctx context.Context, tx *db.Tx, number sms.MSISDN, p db.InsertOptOutParams) (new bool, err error) {
	p.Number, p.AddedAt = number, d.now()
	was, err := tx.SuppressionOf(ctx, number)
	switch {
	case db.IsNotFound(err):
		n, err := tx.InsertOptOut(ctx, p)
		if err != nil {
			return false, fmt.Errorf("insert opt-out: %w", err)
		}
		new = n > 0
		if err := d.withdrawConsents(ctx, tx, number, p.AddedBy, p.Reason); err != nil {
			return false, err
		}
	case err != nil:
		return false, fmt.Errorf("read suppression: %w", err)
	case p.How == ByStaff:
		err := d.takeOver(ctx, tx, db.InsertSuppressionParams{Number: number, Reason: p.Reason, AddedBy: p.AddedBy, AddedAt: p.AddedAt})
		if err != nil {
			return false, err
		}
	case p.SaidAt >= was.SaidAt:
		err := tx.NoteOptOut(ctx, db.NoteOptOutParams{Number: was.Number, Word: p.Word, InboundID: p.InboundID, SaidAt: p.SaidAt})
		if err != nil {
			return false, fmt.Errorf("note opt-out: %w", err)
		}
	}
	if _, err := tx.DecideAsks(ctx, db.DecideAsksParams{Number: number, Asks: asksYes}); err != nil {
		return false, fmt.Errorf("decide inbound: %w", err)
	}
	return new, nil
}

// optIn brings a number back that a text of theirs had kept from being texted.
// Where an administrator had a reason of their own it stays on the list: only
// that they do not mind any more is noted. A text that was sent before they opted
// out, and came late, changes nothing.
func (d *Desk) optIn(ctx context.Context, tx *db.Tx, h heard, word string) (done bool, err error) {
	was, err := tx.SuppressionOf(ctx, h.From)
	if db.IsNotFound(err) {
		return false, nil // may be a keyword here
	}
	if err != nil {
		return false, fmt.Errorf("read suppression: %w", err)
	}
	if h.sentAt < was.SaidAt {
		return true, nil
	}
	if was.How == ByStaff {
		err := tx.NoteOptOut(ctx, db.NoteOptOutParams{Number: was.Number, InboundID: was.InboundID, SaidAt: h.sentAt})
		if err != nil {
			return true, fmt.Errorf("note opt-in: %w", err)
		}
		return true, nil
	}
	if _, err := tx.Unsuppress(ctx, h.From); err != nil {
		return true, err
	}
	if err := d.audit(ctx, tx, Actor{}, "optout.back", string(h.From), word); err != nil {
		return true, err
	}
	if h.answered.UserID != 0 {
		_, err := tx.ContactByNumber(ctx, db.ContactByNumberParams{UserID: h.answered.UserID, Number: h.From})
		if err == nil {
			err = d.noteConsent(ctx, tx, consentGiven{userID: h.answered.UserID, number: h.From, source: ConsentReply, wording: "Sent " + strings.ToUpper(word), at: h.sentAt})
		}
		if err != nil && !db.IsNotFound(err) {
			return true, err
		}
	}
	return true, d.answer(ctx, tx, h, replyOptIn, 0, h.replies.welcome(h.set))
}

// OptOut keeps a number from being texted because a text from it, which the
// actor has read, asks for that. The person can bring it back with a text.
// Whoever sees a text may do so.
func (d *Desk) OptOut(ctx context.Context, a Actor, inboundID int64) (sms.MSISDN, error) {
	in, err := d.inboundSeen(ctx, a, inboundID)
	if err != nil {
		return "", err
	}
	return in.Number, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		new, err := d.block(ctx, tx, in.Number, db.InsertOptOutParams{How: ByAsked, Reason: "Asked for it in a text", AddedBy: db.ID(a.User.ID),
			InboundID: db.ID(in.ID), SaidAt: in.SentAt})
		if err != nil {
			return err
		}
		if _, err := tx.SetAsks(ctx, db.SetAsksParams{ID: in.ID, Asks: asksYes}); err != nil {
			return fmt.Errorf("decide inbound: %w", err)
		}
		if !new {
			return nil
		}
		return d.audit(ctx, tx, a, "optout.asked", string(in.Number), "")
	})
}

// NotOptOut says that a text which looks as if it asked for no more texts does
// not. Whoever sees it may do so.
func (d *Desk) NotOptOut(ctx context.Context, a Actor, inboundID int64) (sms.MSISDN, error) {
	in, err := d.inboundSeen(ctx, a, inboundID)
	if err != nil {
		return "", err
	}
	return in.Number, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := tx.Inbound(ctx, in.ID)
		if err != nil {
			return fmt.Errorf("read inbound: %w", err)
		}
		if now.Asks != AsksPerhaps {
			return ErrNotAsking
		}
		if _, err := tx.SetAsks(ctx, db.SetAsksParams{ID: in.ID, Asks: asksNo}); err != nil {
			return fmt.Errorf("decide inbound: %w", err)
		}
		return d.audit(ctx, tx, a, "optout.not", string(in.Number), "")
	})
}

// inboundSeen returns a text that came in. One that the actor may not see does
// not exist for them, nor one of somebody who was erased.
func (d *Desk) inboundSeen(ctx context.Context, a Actor, id int64) (db.Inbound, error) {
	in, err := d.store.Inbound(ctx, id)
	if err := found("inbound", err, ErrUnknownMessage); err != nil {
		return db.Inbound{}, err
	}
	if in.Number.Erased() {
		return db.Inbound{}, ErrUnknownMessage
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return db.Inbound{}, err
	}
	if users == nil || in.UserID != 0 && contains(users, int64(in.UserID)) {
		return in, nil
	}
	if in.ConversationID != 0 { // somebody may have been given it
		_, err := d.conversation(ctx, d.store.Queries, a, int64(in.ConversationID))
		if err == nil || len(Refusals(err)) == 0 {
			return in, err
		}
	}
	return db.Inbound{}, ErrUnknownMessage
}

// AskingAmong returns the numbers of those conversations in which a text looks
// as if it asked for no more texts, and nobody has decided.
func (d *Desk) AskingAmong(ctx context.Context, rows []InboxRow) (map[sms.MSISDN]bool, error) {
	numbers := make([]sms.MSISDN, len(rows))
	for i, r := range rows {
		numbers[i] = r.Conversation.Number
	}
	return d.store.AskingAmong(ctx, numbers)
}

// Asking is a text that looks as if it asked for no more texts, and about which
// nobody has decided.
type Asking struct {
	ID     int64
	Number sms.MSISDN
	Body   string
	At     time.Time
}

// AskingFrom returns the latest such text of a number that the actor may see,
// with id 0 where there is none.
func (d *Desk) AskingFrom(ctx context.Context, a Actor, number sms.MSISDN) (Asking, error) {
	in, err := d.store.LatestAsking(ctx, number)
	if db.IsNotFound(err) {
		return Asking{}, nil
	}
	if err != nil {
		return Asking{}, fmt.Errorf("read inbound: %w", err)
	}
	if _, err := d.inboundSeen(ctx, a, in.ID); err != nil {
		if len(Refusals(err)) > 0 {
			return Asking{}, nil
		}
		return Asking{}, err
	}
	return Asking{in.ID, in.Number, in.Body, in.ReceivedAt.Time()}, nil
}

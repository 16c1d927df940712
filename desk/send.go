package desk

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

const (
	// MaxParts is how many parts a message may have.
	MaxParts = 10
	// MaxRecipients is how many people one send may go to.
	MaxRecipients = 1_000_000
	// MaxAtOnce is how many of them are read and accepted in one go. More are
	// prepared first; see [Desk.Prepare].
	MaxAtOnce = 20_000
	// DefaultValidity is how long a message is tried for when nobody says.
	DefaultValidity = 24 * time.Hour
	// MaxValidity and MinValidity bound what a sender may ask for.
	MaxValidity = 24 * time.Hour
	MinValidity = time.Second
	// farthest is how far ahead a message may be scheduled.
	farthest = 366 * 24 * time.Hour
)

// Order is what somebody wants sent.
type Order struct {
	// To are the recipients as typed, one number each. Everybody of the groups
	// and lists, which the actor must be able to see, comes after them.
	To []string
	// Raw are the same with what stood beside each, to name those who get
	// nothing; nil for the same as To.
	Raw           []string
	Groups, Lists []int64
	// File is a file whose rows it goes to as well, nil for none.
	File *FileSource
	// BareNumbers: digits without a plus sign that are no number at home, of
	// recipients and of the sender, are tried as an international one, which is
	// how programs write them.
	BareNumbers bool
	// Sender is the originator as typed; "" is the user's default, or else the
	// organisation's.
	Sender string
	// OwnSender: where nobody has set a sender, it leaves without one, and the
	// provider's own number stands in. Repliable: unless it was typed it has to be
	// one that can be answered, the user's own number first, so a default that is a
	// name does not count.
	OwnSender, Repliable bool
	// TON overrides the type of number that the sender's form shows, unless it
	// is TONUnknown: digits may be meant as a name, but no name is a number.
	TON  sms.TON
	Body string
	// Fill: fields in the body, ((Name)), are filled in for each person.
	Fill bool
	// MaxParts is how many parts the door allows, 0 is MaxParts.
	MaxParts int
	// SendAt is when it is to leave; zero is now.
	SendAt time.Time
	// Validity is how long to try; 0 is DefaultValidity.
	Validity time.Duration
	// Undo waits before the first text leaves, so that the sender can think
	// better of it.
	Undo time.Duration
	// SubmitKey is a form's one-time key: a second Send with the same key finds
	// the first one's batch. "" for none.
	SubmitKey string
	// Partly sends to the first recipients when credits run out in the middle,
	// and to the usable numbers when some are not. Otherwise it is all or none
	// as to credits.
	Partly bool
	// AgainOf is the batch to whose failed recipients this is, 0 for none. Where
	// nobody is named in To, they are read from that batch, each with their text.
	AgainOf int64
	// Ask: it comes from a form that asks whether the sender is sure, when it is
	// for more people than an administrator has set. Sure: they have said so.
	Ask, Sure bool
	// answers is the conversation that it is a reply in, nil for none.
	answers *answering
	// texts are what each is to read, where it was filled in before.
	texts map[sms.MSISDN]string

	// automatic: the desk sends it by itself, whatever its user may. confirms: it
	// says to somebody that they get no more, so that they get this one.
	automatic, confirms bool
	via                 int64 // the provider that it goes by, 0 for the default
}

// Recipient is one number of an order, in its place.
type Recipient struct {
	Typed string
	// Name is what the group, the list or, for a typed number, the contacts call
	// them, "" for one that is in none.
	Name   string
	Number sms.MSISDN
	// Refusal says why this one gets nothing, nil otherwise. Where it is no
	// number, Why is the reason alone, to group by.
	Refusal *Refusal
	Why     sms.Reason
	// Duplicate: the same number stands earlier in the order.
	Duplicate bool
	// MessageID is the message for the number, after Send. Duplicates have the
	// id of the first.
	MessageID int64
	// values are what a group, a list or the contacts know of them, nil for
	// nothing.
	values *values
	// Raw is what was typed with what stood beside it, "" for the same as Typed.
	Raw string
	// Row is where it stands in the file that it comes from, 0 for others.
	Row   int
	parts int // of what they read
	// own is what they are to read, where that was filled in before; "" for the
	// order's text.
	own string
}

// Sent is an order that was accepted: every recipient is a row on disk.
type Sent struct {
	BatchID    int64
	Recipients []Recipient
	Parts      int
	// Again: this very form was submitted before; nothing new was made.
	Again bool
	// Waits: nothing leaves until an administrator has approved it.
	Waits bool
}

// Send accepts an order: when it returns, every recipient stands in the store
// with the credits taken, and the dispatcher knows. Nothing is sent to numbers
// that are none, nor twice to a number.
func (d *Desk) Send(ctx context.Context, a Actor, o Order) (Sent, error) {
	draft, err := d.Check(ctx, a, o)
	if err != nil {
		return Sent{}, err
	}
	if o.Ask && draft.AskSure && !o.Sure {
		draft.Problems = append(draft.Problems, ErrNotSure.because("This goes to %s people. Say that you are sure.", thousands(int64(draft.People))))
	}
	if len(draft.Problems) > 0 {
		// A form submitted twice finds its batch even when the second copy would
		// be refused because the first took the credits.
		if id, again, err := earlier(ctx, d.store.Queries, a, o.SubmitKey); err != nil || again {
			return Sent{BatchID: id, Again: again}, err
		}
		return Sent{Recipients: draft.Recipients}, refused(draft.Problems)
	}
	if draft.Estimated || o.File != nil {
		if len(o.To) > MaxAtOnce { // each would have to be answered for
			return Sent{}, ErrTooManyTo.because("Up to %s numbers can be named at once; this has %s.", thousands(MaxAtOnce), thousands(int64(len(o.To))))
		}
		return d.sendLarge(ctx, a, o)
	}
	var sent Sent
	var providerID int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sent, providerID = Sent{Parts: draft.Size.Parts}, 0
		found, again, err := earlier(ctx, tx.Queries, a, o.SubmitKey)
		if err != nil {
			return err
		}
		if again {
			sent.BatchID, sent.Again = found, true
			return nil
		}
		providerID, err = d.accept(ctx, tx, a, o, draft, &sent)
		return err
	})
	if err != nil {
		return Sent{Recipients: draft.Recipients}, err
	}
	if !sent.Again {
		d.wake(providerID)
	}
	return sent, nil
}

// fromBatch reports whether an order's people are read from an earlier batch.
func (o Order) fromBatch() bool { return o.AgainOf != 0 && len(o.To) == 0 }

// earlier finds the batch that the same form made before.
func earlier(ctx context.Context, q *db.Queries, a Actor, submitKey string) (int64, bool, error) {
	if submitKey == "" {
		return 0, false, nil
	}
	b, err := q.BatchBySubmitKey(ctx, db.BatchBySubmitKeyParams{UserID: a.User.ID, SubmitKey: sql.NullString{String: submitKey, Valid: true}})
	if db.IsNotFound(err) {
		return 0, false, nil
	}
	return b.ID, err == nil, err
}

// accept writes the batch, its messages and its ledger entry.
func (d *Desk) accept(ctx context.Context, tx *db.Tx, a Actor, o Order, draft Draft, sent *Sent) (providerID int64, err error) {
	user, err := tx.User(ctx, a.User.ID)
	if err != nil {
		return 0, fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(user); r != nil {
		return 0, r
	}
	if r := permissionsOf(user).refuse(draft.People, draft.Sender); r != nil && !o.automatic {
		return 0, r
	}
	if o.AgainOf != 0 {
		if err := stillNotReached(ctx, tx, o.AgainOf, draft.People+draft.Suppressed+draft.Barred); err != nil {
			return 0, err
		}
	}
	var talk db.Conversation
	if o.answers != nil {
		if talk, err = d.nothingNew(ctx, tx, a, *o.answers); err != nil {
			return 0, err
		}
		o.via = talk.ProviderID // by which the last text came
	}
	provider, err := route(ctx, tx, o)
	if db.IsNotFound(err) {
		return 0, ErrNoRoute
	}
	if err != nil {
		return 0, fmt.Errorf("read provider: %w", err)
	}
	recipients := slices.Clone(draft.Recipients)
	if err := draft.barLate(ctx, tx, o, recipients); err != nil {
		return 0, err
	}
	today, err := allowanceOf(ctx, tx.Queries, user, draft.days.user)
	if err != nil {
		return 0, err
	}
	messages, err := d.messages(o, draft, user, today, provider.ID, recipients)
	if err != nil {
		return 0, err
	}
	if err := d.number(ctx, tx, messages, sent); err != nil {
		return 0, err
	}
	sent.Recipients = place(messages, recipients)
	if err := d.insertBatch(ctx, tx, a.Door, o, draft, user.ID, messages, sent.BatchID); err != nil {
		return 0, err
	}
	if err := d.countDay(ctx, tx, &draft, user.ID, sent.BatchID, messages); err != nil {
		return 0, err
	}
	if sent.Waits = draft.guard.asksApproval(user, len(messages)) && !o.automatic; sent.Waits {
		if err := d.holdForApproval(ctx, tx, sent.BatchID); err != nil {
			return 0, err
		}
	}
	if o.answers != nil {
		if err := d.answered(ctx, tx, a, *o.answers, talk, sent.BatchID); err != nil {
			return 0, err
		}
	}
	return provider.ID, keepSkips(ctx, tx, sent.BatchID, sent.Recipients)
}

// route is the provider that an order goes by.
func route(ctx context.Context, tx *db.Tx, o Order) (db.Provider, error) {
	if o.via != 0 {
		if p, err := tx.Provider(ctx, o.via); err == nil && p.RemovedAt == 0 {
			return p, nil
		}
	}
	return tx.DefaultProvider(ctx)
}

// messages makes the rows, without ids, for the recipients that the user can
// pay for. Recipients past that are refused in their places.
func (d *Desk) messages(o Order, draft Draft, user db.User, today allowance, providerID int64, recipients []Recipient) ([]db.Message, error) {
	now := d.now()
	if !o.Partly && !bool(user.Unlimited) && draft.Parts > user.Balance {
		return nil, notEnough(draft.Parts, user.Balance)
	}
	if r := today.refuse(draft.Parts); r != nil && !o.Partly {
		return nil, r
	}
	purse := purseOf(user, today)
	m := db.Message{UserID: user.ID, ProviderID: providerID, Sender: draft.Sender.Address, TON: draft.Sender.TON,
		Status: sms.Queued, DueAt: max(db.At(draft.SendAt), now) + db.Millis(o.Undo.Milliseconds()),
		CreatedAt: now}
	if db.At(draft.SendAt) > now {
		m.Status, m.DueAt = sms.Scheduled, db.At(draft.SendAt)
	}
	m.ExpiresAt = m.DueAt.Add(draft.Validity)
	if draft.People > 1 {
		m.Priority = 1
	}
	var rows []db.Message
	for i := range recipients {
		r := &recipients[i]
		if r.Refusal != nil || r.Duplicate {
			continue
		}
		if size := draft.Size; draft.Filled() || m.Body == "" {
			m.Body = draft.Text(i)
			if draft.Filled() {
				size = gsm.Count(m.Body)
			}
			m.Alphabet, m.Parts, m.Credits = size.Alphabet, int64(size.Parts), int64(size.Parts)
		}
		if r.Refusal = purse.pay(m.Credits); r.Refusal != nil {
			continue
		}
		m.Number = r.Number
		rows = append(rows, m)
	}
	if len(rows) == 0 {
		return nil, nothingLeft(recipients, notEnough(draft.Parts, user.Balance))
	}
	// In the order of their numbers, which is how the store loads them fastest.
	slices.SortFunc(rows, func(a, b db.Message) int { return strings.Compare(string(a.Number), string(b.Number)) })
	return rows, nil
}

// number gives out the batch's id and those of the messages; a message of n
// parts takes n ids, one for each part.
func (d *Desk) number(ctx context.Context, tx *db.Tx, messages []db.Message, sent *Sent) error {
	var err error
	if sent.BatchID, err = tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "batch", N: 1}); err != nil {
		return fmt.Errorf("number batch: %w", err)
	}
	var parts int64
	for _, m := range messages {
		parts += m.Parts
	}
	last, err := tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "message", N: parts})
	if err != nil {
		return fmt.Errorf("number messages: %w", err)
	}
	next := last - parts + 1
	for i := range messages {
		messages[i].ID, messages[i].BatchID = next, sent.BatchID
		next += messages[i].Parts
	}
	return nil
}

// place tells each recipient its message. A repeated number shares what
// became of its first.
func place(messages []db.Message, recipients []Recipient) []Recipient {
	ids := make(map[sms.MSISDN]int64, len(messages))
	for _, m := range messages {
		ids[m.Number] = m.ID
	}
	var refusals map[sms.MSISDN]*Refusal
	for i := range recipients {
		r := &recipients[i]
		r.MessageID = ids[r.Number]
		switch {
		case r.Number == "" || r.MessageID != 0:
		case r.Duplicate:
			r.Refusal = refusals[r.Number]
		default:
			if refusals == nil {
				refusals = map[sms.MSISDN]*Refusal{}
			}
			refusals[r.Number] = r.Refusal
		}
	}
	return recipients
}

func (d *Desk) insertBatch(ctx context.Context, tx *db.Tx, door string, o Order, draft Draft, userID int64, messages []db.Message, id int64) error {
	n := int64(len(messages))
	var parts int64
	for _, m := range messages {
		parts += m.Parts
	}
	b := db.InsertBatchParams{ID: id, UserID: userID, Door: door, Sender: draft.Sender.Address, TON: draft.Sender.TON,
		SubmitKey: sql.NullString{String: o.SubmitKey, Valid: o.SubmitKey != ""},
		Body:      draft.Body, SendAt: db.At(draft.SendAt), Zone: draft.SendAt.Location().String(), Validity: int64(draft.Validity.Seconds()),
		Recipients: n, Parts: parts, Credits: parts, CreatedAt: messages[0].CreatedAt, Day: dayOf(messages[0].CreatedAt.Time(), draft.zone), AgainOf: db.ID(o.AgainOf)}
	if messages[0].Status == sms.Scheduled {
		b.NScheduled = n
	} else {
		b.NQueued = n
	}
	if err := tx.InsertBatch(ctx, b); err != nil {
		return fmt.Errorf("insert batch: %w", err)
	}
	if err := tx.InsertBatchWords(ctx, id, draft.Body); err != nil {
		return fmt.Errorf("insert batch words: %w", err)
	}
	if err := tx.InsertMessages(ctx, messages); err != nil {
		return err
	}
	return d.reserve(ctx, tx, userID, id, b.Credits)
}

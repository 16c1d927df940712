package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/providers"
)

// arrival is a text that came in, however it came.
type arrival struct {
	providers.Inbound
	providerID int64
	callbackID int64 // 0 when it was asked for
	hops       int   // desks that it has come through
	at         db.Millis
}

// InboundCursor is how far a provider has been asked for received texts, "" for
// one that never was.
func (d *Desk) InboundCursor(ctx context.Context, providerID int64) (string, error) {
	row, err := d.store.InboundCursor(ctx, providerID)
	if err != nil && !db.IsNotFound(err) {
		return "", fmt.Errorf("read cursor: %w", err)
	}
	return row.Cursor, nil
}

// receiveSize is how many texts are stored in one transaction.
const receiveSize = 100

// Received stores texts that a provider was asked for, and moves the cursor on
// in the same transaction as the last of them: after a crash in between they
// are asked for again, and those that are here already change nothing.
func (d *Desk) Received(ctx context.Context, providerID int64, page providers.InboundPage) error {
	all := page.Inbound
	for last := false; !last; {
		n := min(len(all), receiveSize)
		some := all[:n]
		all = all[n:]
		last = len(all) == 0
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			now := d.now()
			set, err := d.settings(ctx, tx.Queries)
			if err != nil {
				return err
			}
			for _, in := range some {
				if err := d.receive(ctx, tx, set, arrival{Inbound: in, providerID: providerID, at: now}); err != nil {
					return err
				}
			}
			if !last {
				return nil
			}
			return tx.SetInboundCursor(ctx, db.SetInboundCursorParams{ProviderID: providerID, Cursor: page.Cursor, MovedAt: now})
		})
		if err != nil {
			return fmt.Errorf("store inbound: %w", err)
		}
		d.wakeReplies()
	}
	if len(page.Inbound) > 0 {
		d.wakeForwards()
	}
	return nil
}

// receive stores an inbound text beside the message that it most likely
// answers; one that answers nothing belongs to the owner of the number that it
// came in on. It is forwarded if the number says so. A repeat changes nothing:
// texts are known by the provider's id. Every text that comes in passes here, by
// callback, by poll, or typed on a simulated phone.
func (d *Desk) receive(ctx context.Context, tx *db.Tx, set Settings, in arrival) error {
	in.Body = strings.ToValidUTF8(in.Body, "\ufffd")
	answered, err := d.answeredBy(ctx, tx, set, in.providerID, in.Inbound)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("look for the answered message: %w", err)
	}
	number, err := d.numberOf(ctx, tx, set, in)
	if err != nil {
		return err
	}
	answers := answered.ID != 0 && (number.UserID == 0 || in.InReply != "" || answered.Sender == "" || answered.Sender == number.Address)
	if !answers { // it is the number's owner's, even if somebody texted them from elsewhere once
		answered = db.Message{UserID: int64(number.UserID)}
	}
	talk, err := d.answersIn(ctx, tx, answered)
	if err != nil {
		return err
	}
	if talk.ID != 0 {
		answered.UserID = int64(talk.UserID) // whose conversation it is, whoever of them replied
	}
	sentAt := plausible(in.At, in.at)
	row := db.InsertInboundParams{ProviderID: in.providerID, ProviderRef: in.ID, CallbackID: db.ID(in.callbackID),
		Number: in.From, Destination: in.To, Body: in.Body, MessageID: db.ID(answered.ID), UserID: db.ID(answered.UserID),
		SentAt: sentAt, ReceivedAt: in.at, Day: dayOf(in.at.Time(), set.Zone)}
	id, err := d.converse(ctx, tx, set, row, answered, talk)
	if err != nil || id == 0 {
		return err
	}
	if err := d.forwardArrival(ctx, tx, number, in, id); err != nil {
		return err
	}
	return d.heed(ctx, tx, set, in, id, sentAt, answered)
}

// plausible is when the provider says that something happened, or when it came
// if the provider says nothing or nonsense.
func plausible(said time.Time, came db.Millis) db.Millis {
	at := db.At(said)
	if at < came.Add(-10*365*24*time.Hour) || at > came.Add(48*time.Hour) {
		return came
	}
	return at
}

// answeredBy finds the message that a text answers: the one that the provider
// names, or else the likeliest. Several users may have texted one phone: the
// one who gets its reply is whose sender was answered.
func (d *Desk) answeredBy(ctx context.Context, tx *db.Tx, set Settings, providerID int64, in providers.Inbound) (db.Message, error) {
	if in.InReply != "" {
		parts, err := tx.PartsByReference(ctx, db.PartsByReferenceParams{ProviderID: providerID, Reference: in.InReply})
		if err != nil {
			return db.Message{}, err
		}
		if len(parts) > 0 {
			return d.askedBefore(ctx, tx, parts[0].MessageID)
		}
	}
	return tx.AnsweredMessage(ctx, db.AnsweredMessageParams{Number: in.From, Sender: ownAddress(in.To, set.Country), ProviderID: providerID})
}

// askedBefore is a message, or, where the desk has sent it by itself, the one
// that was answered before: an automatic reply asks for nothing, and whoever
// pays for it need not be who talks with the person.
func (d *Desk) askedBefore(ctx context.Context, tx *db.Tx, messageID int64) (db.Message, error) {
	r, err := tx.ReplyOfMessage(ctx, db.ID(messageID))
	if db.IsNotFound(err) {
		return tx.Message(ctx, messageID)
	}
	if err != nil {
		return db.Message{}, err
	}
	in, err := tx.Inbound(ctx, r.InboundID)
	if err != nil {
		return db.Message{}, err
	}
	return tx.Message(ctx, int64(in.MessageID)) // not found where there was none
}

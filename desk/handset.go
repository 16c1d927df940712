package desk

import (
	"context"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// Handset is what a simulated phone shows.
type Handset struct {
	Number   sms.MSISDN
	Messages []db.Message // newest first
	Replies  []db.Inbound // newest first
}

// handsetDepth is how much of its history a simulated phone shows.
const handsetDepth = 50

// Handset returns what the simulator's phone with the number shows: what has
// arrived there of the actor's messages, and what was answered.
func (d *Desk) Handset(ctx context.Context, a Actor, number sms.MSISDN) (Handset, error) {
	row, err := d.simulator(ctx)
	if err != nil {
		return Handset{}, err
	}
	h := Handset{Number: number}
	messages, err := d.store.MessagesTo(ctx, db.MessagesToParams{Number: number, ProviderID: row.ID, PageSize: handsetDepth})
	if err != nil {
		return Handset{}, fmt.Errorf("read messages: %w", err)
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return Handset{}, err
	}
	for _, m := range messages {
		if users == nil || contains(users, m.UserID) {
			h.Messages = append(h.Messages, m)
		}
	}
	replies, err := d.store.InboundFrom(ctx, db.InboundFromParams{Number: number, PageSize: handsetDepth})
	if err != nil {
		return Handset{}, fmt.Errorf("read replies: %w", err)
	}
	for _, r := range replies {
		if users == nil || contains(users, int64(r.UserID)) {
			h.Replies = append(h.Replies, r)
		}
	}
	return h, nil
}

// Handsets lists the simulated phones that were texted lately.
func (d *Desk) Handsets(ctx context.Context, a Actor, limit int) ([]db.Message, error) {
	row, err := d.simulator(ctx)
	if err != nil {
		return nil, err
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	recent, err := d.store.FindMessages(ctx, db.MessageFilter{Users: users, Limit: 500})
	if err != nil {
		return nil, err
	}
	var phones []db.Message
	seen := map[sms.MSISDN]bool{}
	for _, m := range recent {
		if m.ProviderID == row.ID && !seen[m.Number] && len(phones) < limit {
			seen[m.Number] = true
			phones = append(phones, m)
		}
	}
	return phones, nil
}

func (d *Desk) simulator(ctx context.Context) (db.Provider, error) {
	all, err := d.store.Providers(ctx)
	if err != nil {
		return db.Provider{}, fmt.Errorf("read providers: %w", err)
	}
	for _, p := range all {
		if p.Kind == SimulatorKind {
			return p, nil
		}
	}
	return db.Provider{}, ErrUnknownProvider.because("There is no simulator on this desk.")
}

// ReplyFrom is a text typed on a simulated phone. It comes in the way a
// provider's would: as a callback, stored before it is understood.
func (d *Desk) ReplyFrom(ctx context.Context, a Actor, number sms.MSISDN, body string) error {
	body = gsm.Clean(body)
	if strings.TrimSpace(body) == "" {
		return ErrBlankBody
	}
	if gsm.Count(body).Parts > MaxParts {
		return ErrBodyTooLong
	}
	row, err := d.simulator(ctx)
	if err != nil {
		return err
	}
	p, err := d.OpenProvider(row)
	if err != nil {
		return err
	}
	phones, ok := p.(providers.Handsets)
	if !ok {
		return ErrUnknownProvider
	}
	answered, err := d.store.LastMessageTo(ctx, number)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("look for the answered message: %w", err)
	}
	if err := d.mayAnswer(ctx, a, row, answered); err != nil {
		return err
	}
	c := phones.Reply(providers.Inbound{ID: newToken(), From: number, To: answersTo(answered, row), Body: body, At: d.clock()})
	if err := d.takeCallback(ctx, row.ID, c); err != nil {
		return err
	}
	return d.ReadCallbacks(ctx)
}

// storeEchoes stores what make-believe phones answer by themselves, in the
// transaction in which the texts reach them: so a crash loses no answer, and a
// text that is delivered once is answered once.
func (d *Desk) storeEchoes(ctx context.Context, tx *db.Tx, providerID int64, delivered []db.Message) error {
	if len(delivered) == 0 {
		return nil
	}
	row, err := tx.Provider(ctx, providerID)
	if err != nil {
		return fmt.Errorf("read provider: %w", err)
	}
	p, err := d.OpenProvider(row)
	if err != nil {
		return err
	}
	phones, ok := p.(providers.Handsets)
	if !ok {
		return nil
	}
	for _, m := range delivered {
		if m.Number.Erased() || m.Body == "" {
			continue
		}
		c, err := d.callbackRow(providerID, phones.Reply(providers.Inbound{ID: fmt.Sprintf("echo-%d", m.ID), From: m.Number, To: answersTo(m, row), Body: m.Body, At: d.clock()}))
		if err != nil {
			return err
		}
		if err := tx.StoreCallback(ctx, c); err != nil {
			return fmt.Errorf("store callback: %w", err)
		}
	}
	return nil
}

// answersTo is whom a make-believe phone answers: who its text was from, or where
// that is nobody, a name that stands for the desk.
func answersTo(m db.Message, simulator db.Provider) string {
	if m.Sender == "" {
		return simulator.Name
	}
	return m.Sender
}

// mayAnswer refuses to let a simulated phone answer for a real one, or answer
// a message that the actor may not see: it would land in somebody else's inbox.
func (d *Desk) mayAnswer(ctx context.Context, a Actor, simulator db.Provider, answered db.Message) error {
	if answered.ID != 0 && answered.ProviderID != simulator.ID {
		return ErrForbidden.because("The last text to this number did not go through the simulator, so a real phone answers it.").on("body")
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return err
	}
	if users != nil && !contains(users, answered.UserID) {
		return ErrForbidden.because("Text this phone first; then it can answer you.").on("body")
	}
	return nil
}

// Scripts lists what the simulator does with which numbers.
func (d *Desk) Scripts(ctx context.Context) ([]providers.Script, error) {
	row, err := d.simulator(ctx)
	if err != nil {
		return nil, err
	}
	p, err := d.OpenProvider(row)
	if err != nil {
		return nil, err
	}
	if phones, ok := p.(providers.Handsets); ok {
		return phones.Scripts(), nil
	}
	return nil, nil
}

// HandsetOptOut says why nobody may text a simulated phone, listed where that is
// so. Whoever sees the phone may know.
func (d *Desk) HandsetOptOut(ctx context.Context, a Actor, number sms.MSISDN) (s db.Suppression, listed bool, err error) {
	s, err = d.store.SuppressionOf(ctx, number)
	if db.IsNotFound(err) || err == nil && !a.shell() && a.User.ID == 0 {
		return db.Suppression{}, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read suppression: %w", err)
	}
	return s, true, nil
}

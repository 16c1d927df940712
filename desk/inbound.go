package desk

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// Callback is a request that a provider made to us, as it came.
type Callback = providers.Callback

// What a callback's row says of it.
const (
	callbackUnderstood    = 1
	callbackNotUnderstood = 2
)

// TakeCallback stores what a provider posted, verbatim, and then reads it from
// the store. It returns nil as soon as the callback is on disk: what could not
// be understood waits there.
func (d *Desk) TakeCallback(ctx context.Context, provider, secret string, c providers.Callback) error {
	row, err := d.store.ProviderByName(ctx, provider)
	if db.IsNotFound(err) {
		return ErrUnknownProvider
	}
	if err != nil {
		return fmt.Errorf("read provider: %w", err)
	}
	want, err := d.vault.open(sealedAt(row.ID, "callback"), row.CallbackSecret)
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(secret)) != 1 {
		return ErrUnknownProvider
	}
	return d.takeCallback(ctx, row, c)
}

func (d *Desk) takeCallback(ctx context.Context, row db.Provider, c providers.Callback) error {
	header, err := json.Marshal(c.Header)
	if err != nil {
		return fmt.Errorf("encode header: %w", err)
	}
	body := c.Body
	if body == nil {
		body = []byte{}
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.InsertCallback(ctx, db.InsertCallbackParams{ProviderID: row.ID, ReceivedAt: d.now(), Method: c.Method,
			Path: c.Path, Query: c.Query, Header: string(header), Body: body})
		return err
	})
	if err != nil {
		return fmt.Errorf("store callback: %w", err)
	}
	d.wake(row.ID)
	return nil
}

// earlyFor is how long a receipt may come before what it is about: a provider
// may report on a text sooner than its answer to us is on disk.
const earlyFor = 2 * time.Minute

// ReadCallbacks understands the callbacks that wait in the store and applies
// what they say.
func (d *Desk) ReadCallbacks(ctx context.Context) error {
	page := db.WaitingCallbacksParams{PageSize: sweepSize}
	for {
		waiting, err := d.store.WaitingCallbacks(ctx, page)
		if err != nil {
			return fmt.Errorf("read callbacks: %w", err)
		}
		for _, c := range waiting {
			if err := d.readCallback(ctx, c); err != nil {
				return err
			}
			page.AfterID = c.ID
		}
		if len(waiting) < sweepSize {
			return nil
		}
	}
}

// readCallback understands one callback. What cannot be applied must not keep
// the following ones waiting.
func (d *Desk) readCallback(ctx context.Context, c db.Callback) error {
	posted, problem := d.parseCallback(ctx, c)
	if problem == nil {
		problem = d.applyCallback(ctx, c, posted)
		if problem == nil || ctx.Err() != nil {
			return problem
		}
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetCallbackState(ctx, db.SetCallbackStateParams{ID: c.ID, State: callbackNotUnderstood, Problem: problem.Error()})
	})
	if err != nil { // the store, not the callback: it goes on waiting
		return fmt.Errorf("read callback: %w", err)
	}
	return nil
}

func (d *Desk) applyCallback(ctx context.Context, c db.Callback, posted providers.Posted) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, in := range posted.Inbound {
			if in.ID == "" { // else all of them would be repeats of the first
				in.ID = fmt.Sprintf("callback %d, %d", c.ID, i)
			}
			if err := d.receive(ctx, tx, c, in); err != nil {
				return err
			}
		}
		strangers, err := d.applyReceipts(ctx, tx, c.ProviderID, posted.Receipts)
		if err != nil {
			return err
		}
		state := db.SetCallbackStateParams{ID: c.ID, State: callbackUnderstood}
		if strangers > 0 {
			if d.now() < c.ReceivedAt.Add(earlyFor) {
				return nil // looked at again with the next ones
			}
			state.Problem = fmt.Sprintf("%d of its receipts are about no message of this desk", strangers)
		}
		return tx.SetCallbackState(ctx, state)
	})
}

func (d *Desk) parseCallback(ctx context.Context, c db.Callback) (posted providers.Posted, err error) {
	defer func() {
		if p := recover(); p != nil { // or the same callback would end the desk at every start
			posted, err = providers.Posted{}, fmt.Errorf("reading it went wrong: %v", p)
		}
	}()
	row, err := d.store.Provider(ctx, c.ProviderID)
	if err != nil {
		return providers.Posted{}, fmt.Errorf("read provider: %w", err)
	}
	p, err := d.OpenProvider(row)
	if err != nil {
		return providers.Posted{}, err
	}
	parser, ok := p.(providers.CallbackParser)
	if !ok {
		return providers.Posted{}, fmt.Errorf("%s has no callbacks", row.Kind)
	}
	var header http.Header
	if err := json.Unmarshal([]byte(c.Header), &header); err != nil {
		return providers.Posted{}, fmt.Errorf("decode header: %w", err)
	}
	return parser.ParseCallback(providers.Callback{Method: c.Method, Path: c.Path, Query: c.Query, Header: header,
		Body: c.Body, ReceivedAt: c.ReceivedAt.Time()})
}

// receive stores an inbound text beside the message that it most likely
// answers. A repeat changes nothing.
func (d *Desk) receive(ctx context.Context, tx *db.Tx, c db.Callback, in providers.Inbound) error {
	set, err := d.settings(ctx, tx.Queries)
	if err != nil {
		return err
	}
	answered, err := d.answeredBy(ctx, tx, set, c.ProviderID, in)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("look for the answered message: %w", err)
	}
	at := db.At(in.At)
	if at == 0 {
		at = c.ReceivedAt
	}
	_, err = tx.InsertInbound(ctx, db.InsertInboundParams{ProviderID: c.ProviderID, ProviderRef: in.ID, CallbackID: db.ID(c.ID),
		Number: in.From, Destination: in.To, Body: in.Body, MessageID: db.ID(answered.ID), UserID: db.ID(answered.UserID),
		SentAt: at, ReceivedAt: c.ReceivedAt, Day: dayOf(c.ReceivedAt.Time(), set.Zone)})
	return err
}

// answeredBy finds the message that a text answers. Several users may have
// texted one phone: the one who gets its reply is whose sender was answered.
func (d *Desk) answeredBy(ctx context.Context, tx *db.Tx, set Settings, providerID int64, in providers.Inbound) (db.Message, error) {
	sender := in.To
	if s, err := sms.ParseSender(in.To, set.Country); err == nil {
		sender = s.Address // as messages have it, however the provider writes it
	}
	return tx.AnsweredMessage(ctx, db.AnsweredMessageParams{Number: in.From, Sender: sender, ProviderID: providerID})
}

// InboundPage is a page of received texts, newest first.
type InboundPage struct {
	Inbound      []db.Inbound
	Newer, Older bool
	// Answered are the messages that they answer, by message id.
	Answered map[int64]db.Message
	// Usernames are the names of those who sent them, by user id.
	Usernames map[int64]string
	// Simulator is the provider whose phones can be looked at, 0 without one.
	Simulator int64
}

// Inbox returns a page of the texts that answer what the actor may see; for
// the administrator of all, also what answers nothing.
func (d *Desk) Inbox(ctx context.Context, a Actor, before, after int64, limit int) (InboundPage, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return InboundPage{}, err
	}
	found, err := d.store.FindInbound(ctx, db.InboundFilter{Users: users, Before: before, After: after, Limit: limit + 1})
	if err != nil {
		return InboundPage{}, err
	}
	page := InboundPage{Inbound: found, Newer: before > 0, Older: after > 0}
	if len(found) > limit {
		if after > 0 {
			page.Inbound, page.Newer = found[1:], true
		} else {
			page.Inbound, page.Older = found[:limit], true
		}
	}
	page.Answered = map[int64]db.Message{}
	for _, in := range page.Inbound {
		if _, known := page.Answered[int64(in.MessageID)]; known || in.MessageID == 0 {
			continue
		}
		m, err := d.store.Message(ctx, int64(in.MessageID))
		if err != nil {
			return InboundPage{}, fmt.Errorf("read answered message: %w", err)
		}
		page.Answered[m.ID] = m
	}
	if page.Usernames, err = d.usernames(ctx, a, nil); err != nil {
		return InboundPage{}, err
	}
	if row, err := d.simulator(ctx); err == nil {
		page.Simulator = row.ID
	} else if len(Refusals(err)) == 0 {
		return InboundPage{}, err
	}
	return page, nil
}

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
	to := answered.Sender
	if to == "" {
		to = row.Name // nobody has texted this phone yet
	}
	c := phones.Reply(providers.Inbound{ID: newToken(), From: number, To: to, Body: body, At: d.clock()})
	if err := d.takeCallback(ctx, row, c); err != nil {
		return err
	}
	return d.ReadCallbacks(ctx)
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

package desk

import (
	"context"
	"fmt"

	"textdesk/db"
	"textdesk/sms"
)

// Story is one message with everything that happened to it.
type Story struct {
	Message  db.Message
	Batch    db.Batch
	Parts    []db.Part
	Events   []db.Event
	Replies  []db.Inbound
	Provider string
	// Simulated: the provider is the simulator, so its phone can be looked at.
	Simulated bool
	// Wait is why it has not left yet.
	Wait Wait
	// By is what the sender is called.
	By string
	// To is whom it went to, where the contacts know: without an id for nobody
	// known.
	To db.Contact
	// Deciders are the names of those who decided something, by id.
	Deciders map[int64]string
}

// Message tells a message's story. An id of one of its parts finds it too.
func (d *Desk) Message(ctx context.Context, a Actor, id int64) (Story, error) {
	m, err := d.message(ctx, a, id)
	if err != nil {
		return Story{}, err
	}
	s := Story{Message: m, Deciders: map[int64]string{}}
	if s.Batch, err = d.store.Batch(ctx, m.BatchID); err != nil {
		return Story{}, fmt.Errorf("read batch: %w", err)
	}
	if s.Parts, err = d.store.Parts(ctx, m.ID); err != nil {
		return Story{}, fmt.Errorf("read parts: %w", err)
	}
	if s.Events, err = d.store.Events(ctx, m.ID); err != nil {
		return Story{}, fmt.Errorf("read events: %w", err)
	}
	if s.Replies, err = d.store.RepliesTo(ctx, db.ID(m.ID)); err != nil {
		return Story{}, fmt.Errorf("read replies: %w", err)
	}
	provider, err := d.store.Provider(ctx, m.ProviderID)
	if err != nil {
		return Story{}, fmt.Errorf("read provider: %w", err)
	}
	s.Provider, s.Simulated = provider.Name, provider.Kind == SimulatorKind && provider.RemovedAt == 0
	if s.Wait, err = d.wait(ctx, m, s.Batch, provider); err != nil {
		return Story{}, err
	}
	names, err := d.names(ctx, a)
	if err != nil {
		return Story{}, err
	}
	s.By, s.Deciders = names[m.UserID], names
	to, err := d.whom(ctx, a, []db.Message{m})
	if err != nil {
		return Story{}, err
	}
	s.To = to[m.ID]
	return s, nil
}

// message finds a message that the actor may see. One that they may not see
// does not exist for them.
func (d *Desk) message(ctx context.Context, a Actor, id int64) (db.Message, error) {
	m, err := d.store.MessageByPartID(ctx, id)
	if db.IsNotFound(err) || err == nil && id >= m.ID+m.Parts {
		return db.Message{}, ErrUnknownMessage
	}
	if err != nil {
		return db.Message{}, fmt.Errorf("read message: %w", err)
	}
	ok, err := d.reaches(ctx, a, m.UserID)
	if err != nil {
		return db.Message{}, err
	}
	if !ok {
		return db.Message{}, ErrUnknownMessage
	}
	return m, nil
}

// MessageStatus returns the status of a message as a whole.
func (d *Desk) MessageStatus(ctx context.Context, a Actor, id int64) (sms.Status, error) {
	m, err := d.message(ctx, a, id)
	if err == nil && m.ID != id {
		err = ErrUnknownMessage // a part
	}
	return m.Status, err
}

// PartStatus returns the status of the message or part with the id.
func (d *Desk) PartStatus(ctx context.Context, a Actor, id int64) (sms.Status, error) {
	m, err := d.message(ctx, a, id)
	if err != nil {
		return 0, err
	}
	if m.Parts == 1 || !m.Status.Outstanding() && !m.Status.Final() {
		return m.Status, nil
	}
	parts, err := d.store.Parts(ctx, m.ID)
	if err != nil {
		return 0, fmt.Errorf("read parts: %w", err)
	}
	for _, p := range parts {
		if p.Part == id-m.ID {
			return p.Status, nil
		}
	}
	return m.Status, nil
}

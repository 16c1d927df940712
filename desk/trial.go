package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/providers"
)

// Tried is a provider that has answered and is not stored yet.
type Tried struct {
	Name, Kind string
	// Learned is what it said, "4812 credits".
	Learned string
	// Ticket holds the whole form, sealed, so that its secrets need not be
	// typed again nor stand in a page. See [Desk.AddTried].
	Ticket string
}

// ticketTime is how long a tried provider can be added.
const ticketTime = 30 * time.Minute

// ticket is what a Tried's Ticket seals.
type ticket struct {
	At      db.Millis
	Form    NewProvider
	Learned string
}

// TryProvider checks the form of a provider and makes the nearest harmless call
// with it. Nothing is stored. An empty name becomes the kind's, with a number
// if that is taken. A refusal is about the field that is most likely wrong.
func (d *Desk) TryProvider(ctx context.Context, a Actor, n NewProvider) (Tried, error) {
	if !a.Admin() {
		return Tried{}, ErrForbidden
	}
	kind, err := d.kind(n.Kind)
	if err != nil {
		return Tried{}, err
	}
	if err := d.nameProvider(ctx, &n, kind); err != nil {
		return Tried{}, err
	}
	_, settings, err := d.providerRow(&n)
	if err != nil {
		return Tried{}, err
	}
	transport := client(1)
	defer transport.CloseIdleConnections()
	p, err := kind.Open(settings, transport)
	if err != nil {
		return Tried{}, fmt.Errorf("open provider: %w", err)
	}
	learned, err := ask(ctx, p)
	if err != nil {
		return Tried{}, unanswered(kind, err)
	}
	text, err := json.Marshal(ticket{At: d.now(), Form: n, Learned: learned})
	if err != nil {
		return Tried{}, fmt.Errorf("encode ticket: %w", err)
	}
	return Tried{Name: n.Name, Kind: kind.Name, Learned: learned, Ticket: d.vault.seal(ticketPlace(a), string(text))}, nil
}

// AddTried stores a provider that has answered the same administrator within
// the last half hour.
func (d *Desk) AddTried(ctx context.Context, a Actor, sealed string) (name string, err error) {
	if !a.Admin() {
		return "", ErrForbidden
	}
	text, err := d.vault.open(ticketPlace(a), sealed)
	var t ticket
	if err == nil {
		err = json.Unmarshal([]byte(text), &t)
	}
	if err != nil || d.now() > t.At.Add(ticketTime) {
		return "", ErrProviderCheck.because("Too much time has passed since the check. Check the provider again.")
	}
	id, err := d.AddProvider(ctx, a, t.Form)
	if err != nil {
		return t.Form.Name, err
	}
	return t.Form.Name, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if t.Learned == noBalance || t.Learned == keyAccepted {
			return tx.SetProviderOK(ctx, db.SetProviderOKParams{ID: id, OkAt: t.At})
		}
		return tx.SetProviderBalance(ctx, db.SetProviderBalanceParams{ID: id, Balance: t.Learned, BalanceAt: t.At})
	})
}

// ticketPlace binds a ticket to its administrator.
func ticketPlace(a Actor) string { return fmt.Sprintf("ticket:%d", a.User.ID) }

// nameProvider gives the form a name if it has none, and refuses one that is
// taken.
func (d *Desk) nameProvider(ctx context.Context, n *NewProvider, kind providers.Type) error {
	typed := n.Name != ""
	for i := 1; ; i++ {
		if !typed {
			n.Name = strings.ReplaceAll(kind.Title, " ", "-")
			if i > 1 {
				n.Name += fmt.Sprintf("-%d", i)
			}
		}
		_, err := d.store.ProviderByName(ctx, n.Name)
		switch {
		case db.IsNotFound(err):
			return nil
		case err != nil:
			return fmt.Errorf("look for provider: %w", err)
		case typed:
			return ErrProviderTaken
		}
	}
}

// unanswered is the refusal for a check that failed, beside the field that it
// is most likely about.
func unanswered(kind providers.Type, cause error) *Refusal {
	e := providers.AsError(cause)
	r := ErrProviderCheck.because("%s.", upperFirst(e.Text))
	for _, f := range kind.Fields {
		if e.Kind == providers.Unauthorised && f.Secret || e.Kind == providers.Temporary && f.Key == "url" {
			return r.on(f.Key)
		}
	}
	return r
}

// UseSimulator routes messages to the simulator from now on, and makes one
// where there is none.
func (d *Desk) UseSimulator(ctx context.Context, a Actor) error {
	if !a.Admin() {
		return ErrForbidden
	}
	row, err := d.simulator(ctx)
	if errors.Is(err, ErrUnknownProvider) {
		_, err = d.AddProvider(ctx, a, NewProvider{Name: "Simulator", Kind: SimulatorKind, Default: true})
		return err
	}
	if err != nil || bool(row.IsDefault) {
		return err
	}
	return d.SetDefaultProvider(ctx, a, row.Name)
}

// EnsureProvider gives an empty desk a simulator, so that it can be tried at
// once.
func (d *Desk) EnsureProvider(ctx context.Context) error {
	all, err := d.store.Providers(ctx)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	if len(all) > 0 {
		return nil
	}
	_, err = d.AddProvider(ctx, CommandLine(), NewProvider{Name: "Simulator", Kind: SimulatorKind, Default: true})
	return err
}

// SimulatorKind is the kind of provider that sends nothing.
const SimulatorKind = "simulator"

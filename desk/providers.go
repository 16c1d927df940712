package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"textdesk/db"
	"textdesk/providers"
)

// NewProvider is the form of a provider that does not exist yet.
type NewProvider struct {
	Name, Kind string
	Settings   providers.Settings
	// Rate is messages a second, nil the kind's default, 0 without limit.
	Rate *float64
	// Concurrency is requests in flight, 0 the kind's default.
	Concurrency int
	// GroupSize is how many recipients of the same text may share one call;
	// with more than one, an unanswered call leaves all of them in doubt.
	GroupSize int
	// Default routes messages to it from now on.
	Default bool
}

var providerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// Kinds lists the kinds of provider there are.
func (d *Desk) Kinds() []providers.Type { return d.types }

func (d *Desk) kind(name string) (providers.Type, error) {
	var names []string
	for _, t := range d.types {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return providers.Type{}, ErrUnknownKind.because("There is no kind of provider called %q; there are %s.", name, strings.Join(names, ", "))
}

// AddProvider stores a provider, its settings sealed. It makes no call; see
// [Desk.TryProvider].
func (d *Desk) AddProvider(ctx context.Context, a Actor, n NewProvider) (int64, error) {
	if !a.Admin() {
		return 0, ErrForbidden
	}
	p, settings, err := d.providerRow(&n)
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return 0, fmt.Errorf("encode settings: %w", err)
	}
	secret := newToken()
	var id int64
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ProviderByName(ctx, n.Name); err == nil {
			return ErrProviderTaken
		} else if !db.IsNotFound(err) {
			return fmt.Errorf("look for provider: %w", err)
		}
		if id, err = tx.InsertProvider(ctx, p); err != nil {
			return fmt.Errorf("insert provider: %w", err)
		}
		// Sealed for their place in the store, which has a number only now.
		err := tx.SetProviderSecrets(ctx, db.SetProviderSecretsParams{ID: id, ChangedAt: d.now(),
			Settings: d.vault.seal(sealedAt(id, "settings"), string(text)), CallbackSecret: d.vault.seal(sealedAt(id, "callback"), secret)})
		if err != nil {
			return err
		}
		if n.Default {
			if err := d.setDefault(ctx, tx, id); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "provider.add", n.Name, n.Kind)
	})
	if err == nil {
		d.wake(id)
	}
	return id, err
}

// providerRow checks the form, tidies it and makes the row of it, still without
// its secrets. The refusals name the settings by their keys.
func (d *Desk) providerRow(n *NewProvider) (db.InsertProviderParams, providers.Settings, error) {
	n.Name = strings.TrimSpace(n.Name)
	kind, err := d.kind(n.Kind)
	if err != nil {
		return db.InsertProviderParams{}, nil, err
	}
	p := db.InsertProviderParams{Name: n.Name, Kind: n.Kind, Rate: kind.Rate, Concurrency: int64(kind.Concurrency), GroupSize: max(1, int64(n.GroupSize)),
		CreatedAt: d.now(), ChangedAt: d.now()}
	if n.Rate != nil {
		p.Rate = *n.Rate
	}
	if n.Concurrency != 0 {
		p.Concurrency = int64(n.Concurrency)
	}
	var bad []*Refusal
	if !providerName.MatchString(n.Name) {
		bad = append(bad, ErrProviderName)
	}
	settings, unusable := complete(kind, n.Settings)
	bad = append(bad, unusable...)
	if p.Rate != 0 && !(p.Rate >= slowestRate && p.Rate <= 100_000) { // so that NaN is refused too
		bad = append(bad, ErrProviderSettings.because("Enter how many messages a second, from 0.01 to 100,000, or 0 for no limit.").on("rate"))
	}
	if p.Concurrency < 1 || p.Concurrency > 1024 {
		bad = append(bad, ErrProviderSettings.because("Enter how many requests at the same time, from 1 to 1,024.").on("concurrency"))
	}
	if p.GroupSize > largestGroup {
		bad = append(bad, ErrProviderSettings.because("Enter how many recipients in one call, from 1 to %d.", largestGroup).on("group_size"))
	}
	return p, settings, refused(bad)
}

// largestGroup is how many recipients may share one call.
const largestGroup = 1000

// slowestRate is one message in 100 seconds.
const slowestRate = 0.01

// complete fills in a kind's defaults and makes sure that it opens.
func complete(kind providers.Type, given providers.Settings) (providers.Settings, []*Refusal) {
	var bad []*Refusal
	for _, f := range kind.Fields {
		if f.Required && f.Default == "" && strings.TrimSpace(given[f.Key]) == "" {
			bad = append(bad, ErrProviderSettings.because("Enter the %s.", inSentence(f.Label)).on(f.Key))
		}
	}
	if len(bad) > 0 {
		return nil, bad
	}
	settings, err := kind.Complete(given)
	if err != nil {
		r := ErrProviderSettings.because("%s.", upperFirst(err.Error()))
		if strings.TrimSpace(given["url"]) != "" {
			r = r.on("url") // what Complete refuses besides what is missing
		}
		return nil, []*Refusal{r}
	}
	if _, err := kind.Open(settings, client(1)); err != nil {
		return nil, []*Refusal{ErrProviderSettings.because("%s.", upperFirst(err.Error()))}
	}
	return settings, nil
}

func sealedAt(providerID int64, column string) string {
	return fmt.Sprintf("providers:%d:%s", providerID, column)
}

// inSentence makes a label fit within a sentence: "API token", "delay".
func inSentence(label string) string {
	if len(label) > 1 && label[1] >= 'A' && label[1] <= 'Z' {
		return label // an abbreviation
	}
	return strings.ToLower(label[:1]) + label[1:]
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Providers lists the providers. For administrators.
func (d *Desk) Providers(ctx context.Context, a Actor) ([]db.Provider, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	return d.ProviderRows(ctx)
}

// ProviderRows lists the providers for dispatch.
func (d *Desk) ProviderRows(ctx context.Context) ([]db.Provider, error) {
	all, err := d.store.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	return all, nil
}

// OpenProvider makes the provider of a row, ready to be called.
func (d *Desk) OpenProvider(row db.Provider) (providers.Provider, error) {
	p, _, err := d.ConnectProvider(row)
	return p, err
}

// ConnectProvider does the same for somebody who calls often, and hangs up at
// the end: connections are kept between calls.
func (d *Desk) ConnectProvider(row db.Provider) (p providers.Provider, hangUp func(), err error) {
	transport := client(int(row.Concurrency))
	p, err = d.openProvider(row, transport)
	return p, transport.CloseIdleConnections, err
}

func (d *Desk) openProvider(row db.Provider, transport *http.Client) (providers.Provider, error) {
	kind, err := d.kind(row.Kind)
	if err != nil {
		return nil, err
	}
	text, err := d.vault.open(sealedAt(row.ID, "settings"), row.Settings)
	if err != nil {
		return nil, err
	}
	var settings providers.Settings
	if err := json.Unmarshal([]byte(text), &settings); err != nil {
		return nil, fmt.Errorf("decode settings: %w", err)
	}
	return kind.Open(settings, transport)
}

// SetDefaultProvider routes messages to a provider from now on. Messages that
// wait stay with theirs.
func (d *Desk) SetDefaultProvider(ctx context.Context, a Actor, name string) error {
	return d.changeProvider(ctx, a, name, "provider.default", func(ctx context.Context, tx *db.Tx, p db.Provider) error {
		return d.setDefault(ctx, tx, p.ID)
	})
}

func (d *Desk) setDefault(ctx context.Context, tx *db.Tx, id int64) error {
	if err := tx.ClearDefaultProvider(ctx); err != nil {
		return err
	}
	return tx.SetDefaultProvider(ctx, id)
}

// RemoveProvider forgets a provider and its credentials. What went through it
// keeps its history.
func (d *Desk) RemoveProvider(ctx context.Context, a Actor, name string) error {
	return d.changeProvider(ctx, a, name, "provider.remove", func(ctx context.Context, tx *db.Tx, p db.Provider) error {
		if p.IsDefault {
			return ErrProviderDefault
		}
		busy, err := tx.ProviderBusy(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("look for messages: %w", err)
		}
		if busy != 0 {
			return ErrProviderBusy.because("Messages are still waiting for %s; send or cancel them first.", p.Name)
		}
		numbers, err := tx.NumbersOfProvider(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("look for numbers: %w", err)
		}
		if numbers != 0 {
			return ErrProviderBusy.because("Texts still come in through %s on numbers of yours; give those another provider or remove them first.", p.Name)
		}
		return tx.RemoveProvider(ctx, db.RemoveProviderParams{ID: p.ID, RemovedAt: d.now(), Name: fmt.Sprintf("%s (removed %d)", p.Name, p.ID)})
	})
}

// CallbackPath is where a provider posts what it has to say, with its secret:
// "/callbacks/FastSMS/k7wq-…". It is "" for one that posts nothing, or whose
// secrets another key has sealed. For administrators.
func (d *Desk) CallbackPath(a Actor, row db.Provider) (string, error) {
	if !a.Admin() {
		return "", ErrForbidden
	}
	p, err := d.OpenProvider(row)
	if errors.Is(err, ErrWrongKey) {
		return "", nil // the row says what its trouble is
	}
	if err != nil {
		return "", err
	}
	if _, ok := p.(providers.CallbackParser); !ok {
		return "", nil
	}
	secret, err := d.vault.open(sealedAt(row.ID, "callback"), row.CallbackSecret)
	if err != nil {
		return "", err
	}
	return callbackPath(row.Name, secret), nil
}

func callbackPath(name, secret string) string { return "/callbacks/" + name + "/" + secret }

func (d *Desk) changeProvider(ctx context.Context, a Actor, name, action string, change func(context.Context, *db.Tx, db.Provider) error) error {
	if !a.Admin() {
		return ErrForbidden
	}
	defer d.doors.forget(name)
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := tx.ProviderByName(ctx, name)
		if db.IsNotFound(err) {
			return ErrUnknownProvider.because("There is no provider called %s.", name)
		}
		if err != nil {
			return fmt.Errorf("look for provider: %w", err)
		}
		if err := change(ctx, tx, p); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, action, p.Name, "")
	})
}

// tryTime is how long a provider may take to answer a check.
const tryTime = 15 * time.Second

// TestProvider asks a provider for its balance, the nearest harmless call, and
// says what it learned.
func (d *Desk) TestProvider(ctx context.Context, a Actor, name string) (learned string, err error) {
	if !a.Admin() {
		return "", ErrForbidden
	}
	row, err := d.store.ProviderByName(ctx, name)
	if db.IsNotFound(err) {
		return "", ErrUnknownProvider.because("There is no provider called %s.", name)
	}
	if err != nil {
		return "", fmt.Errorf("read provider: %w", err)
	}
	p, hangUp, err := d.ConnectProvider(row)
	if err != nil {
		return "", err
	}
	defer hangUp()
	learned, err = ask(ctx, p)
	if err != nil {
		return "", d.troubled(ctx, row.ID, err)
	}
	if _, ok := p.(providers.Balancer); !ok {
		return learned, d.ProviderWell(ctx, row.ID)
	}
	return learned, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetProviderBalance(ctx, db.SetProviderBalanceParams{ID: row.ID, Balance: learned, BalanceAt: d.now()})
	})
}

// What a check learns of a provider that tells no balance.
const (
	noBalance   = "no balance to ask for"
	keyAccepted = "accepted its credentials"
)

// ask makes the nearest harmless call.
func ask(ctx context.Context, p providers.Provider) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	b, ok := p.(providers.Balancer)
	if !ok {
		c, ok := p.(providers.Checker)
		if !ok {
			return noBalance, nil
		}
		return keyAccepted, c.Check(ctx)
	}
	balance, err := b.Balance(ctx)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(balance.Amount + " " + balance.Unit), nil
}

// troubled stores why a provider failed and returns the refusal to show.
func (d *Desk) troubled(ctx context.Context, id int64, cause error) error {
	text := upperFirst(providers.AsError(cause).Text) + "."
	if err := d.ProviderTrouble(ctx, id, text); err != nil {
		return err
	}
	return ErrProviderCheck.because("%s", text)
}

// ProviderTrouble stores that a provider failed for a reason of its own.
func (d *Desk) ProviderTrouble(ctx context.Context, id int64, text string) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetProviderError(ctx, db.SetProviderErrorParams{ID: id, ErrorAt: d.now(), ErrorText: text})
	})
}

// ProviderWell stores that a provider answered.
func (d *Desk) ProviderWell(ctx context.Context, id int64) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetProviderOK(ctx, db.SetProviderOKParams{ID: id, OkAt: d.now()})
	})
}

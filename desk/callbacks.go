package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"textdesk/db"
	"textdesk/providers"
)

// Callback is a request that a provider made to us, as it came.
type Callback = providers.Callback

// What a callback's row says of it.
const (
	callbackWaits = iota
	callbackUnderstood
	callbackNotUnderstood
)

// TakeCallback stores what a provider posted, verbatim. It returns nil as soon
// as the callback is on disk, and wakes whoever reads it from there.
func (d *Desk) TakeCallback(ctx context.Context, door *CallbackDoor, c Callback) error {
	if !door.limit.AllowN(d.clock(), 1) {
		return ErrManyCallbacks
	}
	return d.takeCallback(ctx, door.providerID, c)
}

func (d *Desk) takeCallback(ctx context.Context, providerID int64, c Callback) error {
	row, err := d.callbackRow(providerID, c)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.StoreCallback(ctx, row) })
	if err != nil {
		return fmt.Errorf("store callback: %w", err)
	}
	d.wakeReader()
	return nil
}

func (d *Desk) callbackRow(providerID int64, c Callback) (db.Callback, error) {
	header, err := json.Marshal(c.Header)
	if err != nil {
		return db.Callback{}, fmt.Errorf("encode header: %w", err)
	}
	row := db.Callback{ProviderID: providerID, ReceivedAt: d.now(), Method: c.Method, Path: c.Path, Query: c.Query,
		Header: string(header), Body: c.Body, Origin: c.Origin}
	if row.Body == nil {
		row.Body = []byte{}
	}
	return row, nil
}

const (
	// readSize is how many callbacks are read from the store at a time, and
	// applySize how much of what they say is applied in one transaction: little
	// enough that those who post wait but a few milliseconds.
	readSize  = 64
	applySize = 48
)

// ReadCallbacks understands the callbacks that wait in the store and applies
// what they say, all that there are. Only trouble with the store is an error:
// what cannot be understood keeps no other waiting.
func (d *Desk) ReadCallbacks(ctx context.Context) error {
	for after, more := int64(0), true; more; {
		var err error
		if after, more, err = d.ReadSomeCallbacks(ctx, after); err != nil {
			return err
		}
	}
	return nil
}

// ReadSomeCallbacks does so with a few of them, those after an id, and returns
// how far it came and whether there may be more.
func (d *Desk) ReadSomeCallbacks(ctx context.Context, after int64) (last int64, more bool, err error) {
	waiting, err := d.store.WaitingCallbacks(ctx, db.WaitingCallbacksParams{AfterID: after, PageSize: readSize})
	if err != nil {
		return after, false, fmt.Errorf("read callbacks: %w", err)
	}
	for todo := d.parseCallbacks(ctx, waiting); len(todo) > 0; {
		n, size := 1, todo[0].size()
		for n < len(todo) && size+todo[n].size() <= applySize {
			size += todo[n].size()
			n++
		}
		if err := d.applyCallbacks(ctx, todo[:n]); err != nil {
			return after, false, err
		}
		for _, p := range todo[:n] {
			if len(p.posted.Inbound) > 0 {
				d.wakeForwards()
				break
			}
		}
		after = todo[n-1].row.ID
		todo = todo[n:]
	}
	return after, len(waiting) == readSize, nil
}

// NewestCallback is the id of the newest callback in the store, 0 when there is
// none.
func (d *Desk) NewestCallback(ctx context.Context) (int64, error) {
	id, err := d.store.NewestCallback(ctx)
	if err != nil {
		return 0, fmt.Errorf("read callbacks: %w", err)
	}
	return id, nil
}

// Crowded reports whether many wait to write, who come before whatever can as
// well be done a little later.
func (d *Desk) Crowded() bool { return d.store.Waiting() >= crowd }

// crowd is how many writers are many.
const crowd = 8

// parsed is a callback and what it says, or why nobody can tell.
type parsed struct {
	row     db.Callback
	posted  providers.Posted
	problem error
}

func (p parsed) size() int { return 1 + len(p.posted.Receipts) + len(p.posted.Inbound) }

// parseCallbacks reads callbacks with their providers' parsers.
func (d *Desk) parseCallbacks(ctx context.Context, rows []db.Callback) []parsed {
	type reader struct {
		parse func(Callback) (providers.Posted, error)
		path  string
		err   error
	}
	readers := map[int64]reader{}
	all := make([]parsed, len(rows))
	for i, c := range rows {
		r, opened := readers[c.ProviderID]
		if !opened {
			r.parse, r.path, r.err = d.callbackReader(ctx, c.ProviderID)
			readers[c.ProviderID] = r
		}
		all[i] = parsed{row: c, problem: r.err}
		if r.err == nil {
			all[i].posted, all[i].problem = parseCallback(r.parse, c, r.path)
		}
	}
	return all
}

// callbackReader opens the parser of a provider, and says below which path its
// callbacks come.
func (d *Desk) callbackReader(ctx context.Context, providerID int64) (parse func(Callback) (providers.Posted, error), path string, err error) {
	row, err := d.store.Provider(ctx, providerID)
	if err != nil {
		return nil, "", fmt.Errorf("read provider: %w", err)
	}
	if row.RemovedAt > 0 {
		return nil, "", fmt.Errorf("the provider was removed before this was read")
	}
	p, err := d.OpenProvider(row)
	if err != nil {
		return nil, "", err
	}
	parser, ok := p.(providers.CallbackParser)
	if !ok {
		return nil, "", fmt.Errorf("%s has no callbacks", row.Kind)
	}
	secret, err := d.vault.open(sealedAt(row.ID, "callback"), row.CallbackSecret)
	if err != nil {
		return nil, "", err
	}
	return parser.ParseCallback, callbackPath(row.Name, secret), nil
}

func parseCallback(parse func(Callback) (providers.Posted, error), row db.Callback, path string) (posted providers.Posted, err error) {
	defer func() {
		if p := recover(); p != nil { // or the same callback would end the desk at every start
			posted, err = providers.Posted{}, fmt.Errorf("reading it went wrong: %v", p)
		}
	}()
	c, err := asPosted(row)
	if err != nil {
		return providers.Posted{}, err
	}
	if c.Origin != "" {
		c.URL = c.Origin + path
		if c.Path != "" {
			c.URL += "/" + c.Path
		}
		if c.Query != "" {
			c.URL += "?" + c.Query
		}
	}
	return parse(c)
}

// asPosted is a stored callback as it came.
func asPosted(row db.Callback) (Callback, error) {
	var header http.Header
	if err := json.Unmarshal([]byte(row.Header), &header); err != nil {
		return Callback{}, fmt.Errorf("decode header: %w", err)
	}
	return Callback{Method: row.Method, Path: row.Path, Query: row.Query, Header: header, Body: row.Body, Origin: row.Origin,
		ReceivedAt: row.ReceivedAt.Time()}, nil
}

// applyCallbacks does what callbacks say and marks them, in one transaction. If
// that cannot be done with one of them, it is done with each alone.
func (d *Desk) applyCallbacks(ctx context.Context, all []parsed) error {
	err := d.applyTogether(ctx, all)
	if err == nil || ctx.Err() != nil || db.IsTrouble(err) {
		return err
	}
	for _, p := range all {
		err := error(nil)
		if len(all) > 1 {
			err = d.applyTogether(ctx, []parsed{p})
		}
		if err == nil && len(all) > 1 {
			continue
		}
		if ctx.Err() != nil || db.IsTrouble(err) {
			return err
		}
		problem := err
		err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.SetCallbackState(ctx, db.SetCallbackStateParams{ID: p.row.ID, State: callbackNotUnderstood, Problem: problem.Error()})
		})
		if err != nil {
			return fmt.Errorf("mark callback: %w", err)
		}
	}
	return nil
}

// applyTogether applies callbacks in one transaction; of one that says very
// much, all but the last of it in transactions before. A crash in between
// repeats what changes nothing the second time.
func (d *Desk) applyTogether(ctx context.Context, all []parsed) error {
	if len(all) == 1 {
		p := &all[0]
		for len(p.posted.Receipts) > applySize {
			head := p.posted.Receipts[:applySize]
			err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := d.applyReceipts(ctx, tx, p.row.ProviderID, head)
				return err
			})
			if err != nil {
				return err
			}
			p.posted.Receipts = p.posted.Receipts[applySize:]
		}
	}
	defer d.wakeReplies()
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		receipts := map[int64][]providers.Receipt{}
		var set Settings // read once, if at all
		for _, p := range all {
			if p.problem != nil {
				continue
			}
			if len(p.posted.Inbound) > 0 && set.Zone == nil {
				var err error
				if set, err = d.settings(ctx, tx.Queries); err != nil {
					return err
				}
			}
			for i, in := range p.posted.Inbound {
				if in.ID == "" { // else all of them would be repeats of the first
					in.ID = fmt.Sprintf("callback %d, %d", p.row.ID, i)
				}
				if err := d.receive(ctx, tx, set, arrival{Inbound: in, providerID: p.row.ProviderID, callbackID: p.row.ID, hops: hopsOf(p.row.Header), at: p.row.ReceivedAt}); err != nil {
					return err
				}
			}
			receipts[p.row.ProviderID] = append(receipts[p.row.ProviderID], p.posted.Receipts...)
		}
		early := map[int64]map[string]bool{}
		for id, some := range receipts {
			var err error
			if early[id], err = d.applyReceipts(ctx, tx, id, some); err != nil {
				return err
			}
		}
		return markCallbacks(ctx, tx, all, early)
	})
}

// markCallbacks says of each callback what became of it.
func markCallbacks(ctx context.Context, tx *db.Tx, all []parsed, early map[int64]map[string]bool) error {
	var understood []int64
	for _, p := range all {
		state := db.SetCallbackStateParams{ID: p.row.ID, State: callbackUnderstood}
		if p.problem != nil {
			state.State, state.Problem = callbackNotUnderstood, p.problem.Error()
		} else if n := p.strangers(early[p.row.ProviderID]); n > 0 {
			state.Problem = fmt.Sprintf("%d of its receipts came before the message that they are about was known here, or are about none. They are kept for three days.", n)
		} else {
			understood = append(understood, p.row.ID)
			continue
		}
		if err := tx.SetCallbackState(ctx, state); err != nil {
			return err
		}
	}
	return tx.CallbacksUnderstood(ctx, understood)
}

// strangers counts the receipts about references that nobody knows.
func (p parsed) strangers(early map[string]bool) (n int) {
	if len(early) == 0 {
		return 0
	}
	for _, r := range p.posted.Receipts {
		if early[r.Reference] {
			n++
		}
	}
	return n
}

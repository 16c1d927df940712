package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"textdesk/db"
)

// CallsKept is how many of its last calls each token has on record.
const CallsKept = 200

// APICall is what a script called, as it is kept: without its token, texts and
// whole numbers, which whoever notes it has left out.
type APICall struct {
	KeyID          int64
	At             time.Time
	Method, Action string
	// Parameters are names and what may be shown of their values, in turn.
	Parameters [][2]string
	Answer     string // its beginning
	Code       int    // the first error code in it, 0 for none
	// Refusal is the Code of the refusal behind it, "" for none: a door's codes
	// may say little.
	Refusal string
	Took    time.Duration
	Address string
}

// callLog gathers calls until they are kept. A door must not wait for a commit
// before it answers a question, and the record of a call promises nobody
// anything, so that what a crash takes of it, some seconds, is no harm. Of each
// token it holds as many as are kept at all.
type callLog struct {
	mu    sync.Mutex
	byKey map[int64][]APICall
}

// NoteCall puts a call on record, soon. It never waits.
func (d *Desk) NoteCall(c APICall) {
	l := &d.calls
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byKey == nil {
		l.byKey = map[int64][]APICall{}
	}
	calls := append(l.byKey[c.KeyID], c)
	if len(calls) >= 2*CallsKept { // dropped together, which costs less
		calls = append(calls[:0], calls[len(calls)-CallsKept:]...)
	}
	l.byKey[c.KeyID] = calls
}

func (l *callLog) take() map[int64][]APICall {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.byKey
	l.byKey = nil
	return all
}

// KeepCalls writes down what was noted, and forgets what is older than the last
// CallsKept of each token. Call it every few seconds, and at the end.
func (d *Desk) KeepCalls(ctx context.Context) error {
	for id, calls := range d.calls.take() {
		if err := d.keepCalls(ctx, id, calls[max(0, len(calls)-CallsKept):]); err != nil {
			return fmt.Errorf("keep calls: %w", err)
		}
	}
	return nil
}

func (d *Desk) keepCalls(ctx context.Context, keyID int64, calls []APICall) error {
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, c := range calls {
			parameters, err := json.Marshal(c.Parameters)
			if err != nil {
				return fmt.Errorf("encode parameters: %w", err)
			}
			if err := tx.InsertAPICall(ctx, db.InsertAPICallParams{KeyID: keyID, At: db.At(c.At), Method: c.Method, Action: c.Action,
				Parameters: string(parameters), Answer: c.Answer, Code: int64(c.Code), Refusal: c.Refusal, Took: c.Took.Microseconds(), Address: c.Address}); err != nil {
				return err
			}
		}
		return tx.DropAPICalls(ctx, db.DropAPICallsParams{KeyID: keyID, Keep: CallsKept})
	})
}

// Token is an API token or a service key with whose it is and how often it may be used.
type Token struct {
	APIKey
	UserID   int64
	Username string
	// Rate is how many calls a second it may make, 0 without limit, and Burst how
	// many at once.
	Rate, Burst int64
}

// Token finds a token of the actor's, or of somebody below an administrator.
func (d *Desk) Token(ctx context.Context, a Actor, id int64) (Token, error) {
	k, err := d.store.APIKey(ctx, id)
	if db.IsNotFound(err) {
		return Token{}, ErrUnknownKey
	}
	if err != nil {
		return Token{}, fmt.Errorf("read token: %w", err)
	}
	u, err := d.store.User(ctx, k.UserID)
	if err != nil {
		return Token{}, fmt.Errorf("read user: %w", err)
	}
	if u.ID != a.User.ID {
		if !a.Admin() {
			return Token{}, ErrUnknownKey
		}
		if _, err := d.User(ctx, a, u.ID); err != nil {
			if len(Refusals(err)) > 0 {
				return Token{}, ErrUnknownKey
			}
			return Token{}, err
		}
	}
	return Token{APIKey: apiKey(k), UserID: u.ID, Username: Actor{User: u}.Name(),
		Rate: k.Rate, Burst: k.Burst}, nil
}

// Calls returns a token with its last calls, newest first.
func (d *Desk) Calls(ctx context.Context, a Actor, keyID int64) (Token, []APICall, error) {
	token, err := d.Token(ctx, a, keyID)
	if err != nil {
		return Token{}, nil, err
	}
	if err := d.KeepCalls(ctx); err != nil {
		return Token{}, nil, err
	}
	rows, err := d.store.APICalls(ctx, db.APICallsParams{KeyID: keyID, PageSize: CallsKept})
	if err != nil {
		return Token{}, nil, fmt.Errorf("read calls: %w", err)
	}
	calls := make([]APICall, 0, len(rows))
	for _, r := range rows {
		c := APICall{KeyID: r.KeyID, At: r.At.Time(), Method: r.Method, Action: r.Action, Answer: r.Answer, Code: int(r.Code), Refusal: r.Refusal,
			Took: time.Duration(r.Took) * time.Microsecond, Address: r.Address}
		if err := json.Unmarshal([]byte(r.Parameters), &c.Parameters); err != nil {
			return Token{}, nil, fmt.Errorf("decode parameters of call %d: %w", r.ID, err)
		}
		calls = append(calls, c)
	}
	return token, calls, nil
}

// mostRate bounds what may be set for a token.
const mostRate = 100_000

// SetTokenRate limits how often a token may be used: calls a second, 0 without
// limit, and how many at once. For administrators, of tokens that are theirs or
// of those below them.
func (d *Desk) SetTokenRate(ctx context.Context, a Actor, keyID, rate, burst int64) error {
	if !a.Admin() {
		return ErrForbidden
	}
	var bad []*Refusal
	if rate < 0 || rate > mostRate {
		bad = append(bad, ErrBadRate.on("rate"))
	}
	if burst < 1 || burst > mostRate {
		bad = append(bad, ErrBadRate.because("Enter a whole number of calls, from 1 to %s.", thousands(mostRate)).on("burst"))
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	token, err := d.Token(ctx, a, keyID)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SetAPIKeyRate(ctx, db.SetAPIKeyRateParams{ID: keyID, Rate: rate, Burst: burst}); err != nil {
			return fmt.Errorf("set rate of token: %w", err)
		}
		return d.audit(ctx, tx, a, "token.rate", token.Username, fmt.Sprintf("%s: %d a second, %d at once", token.Name, rate, burst))
	})
}

// Script is a program that came with a token.
type Script struct {
	Actor
	KeyID int64
	// Rate and Burst are the token's, as in [Token].
	Rate, Burst int64
	// Gateway is the service key's, "" for a token.
	Gateway string
}

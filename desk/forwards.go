package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/sms"
)

// What a forward's row says of it.
const (
	ForwardWaits   = iota
	ForwardTaken   // the receiver answered with 2xx
	ForwardGivenUp // it did not within a day
	ForwardEnded   // it is not to be forwarded, for the row's reason
)

// forwardPauses are how long a forward rests after its first try that failed,
// after the second, and so on: eleven tries in 23 hours and 43 minutes. After
// the last of them it is given up.
var forwardPauses = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour}

const (
	// forwardDay is for how long a forward is tried at least, however many tries
	// that takes.
	forwardDay = 23 * time.Hour
	// forwardRest is how long ago a forward must have been tried to be tried
	// again at once because its receiver has taken another: a text that a
	// receiver never takes must not come with every one that it does.
	forwardRest = 5 * time.Minute
	// forwardAnswer is how much of an answer is kept, in bytes.
	forwardAnswer = 512
	// forwardStep is how many forwards one transaction changes.
	forwardStep = 2000
	// mostHops is through how many desks a text goes at the most. Two desks that
	// forward to each other stop there.
	mostHops = 3
	// sameTexts is how many of the same text from the same number, all within
	// sameTime, look like two machines that answer each other.
	sameTexts = 20
	sameTime  = time.Hour
)

// OnForward sets what is called when there may be a text to forward. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnForward(wake func()) { d.wakeForwards = wake }

// numberOf finds the number that a text came in on, without an id when it is
// none of ours. Some services do not say which: then it is the only one that the
// provider has, if it has one.
func (d *Desk) numberOf(ctx context.Context, tx *db.Tx, set Settings, in arrival) (db.Number, error) {
	if strings.TrimSpace(in.To) == "" {
		first, err := tx.FirstNumbersOf(ctx, in.providerID)
		if err != nil {
			return db.Number{}, fmt.Errorf("look for the number: %w", err)
		}
		if len(first) == 1 {
			return first[0], nil
		}
		return db.Number{}, nil
	}
	address := in.To
	if s, err := sms.ParseSender(in.To, set.Country); err == nil {
		address = s.Address // however the provider writes it
	}
	n, err := tx.NumberByAddress(ctx, address)
	if err != nil && !db.IsNotFound(err) {
		return db.Number{}, fmt.Errorf("look for the number: %w", err)
	}
	if err != nil || n.ProviderID != in.providerID {
		return db.Number{}, nil // another provider's text is not proof of anything about this number
	}
	return n, nil
}

// forwardArrival writes down that a text that has just been stored under an id is
// to be forwarded, in the same transaction.
func (d *Desk) forwardArrival(ctx context.Context, tx *db.Tx, n db.Number, in arrival, id int64) error {
	if n.ForwardURL == "" {
		return nil
	}
	reason, err := loops(ctx, tx, in, id)
	if err != nil {
		return err
	}
	row := db.InsertForwardParams{NumberID: n.ID, InboundID: id, Hops: int64(in.hops) + 1, CreatedAt: d.now(), Reason: reason}
	if reason != "" {
		row.State = ForwardEnded
	}
	if err := tx.InsertForward(ctx, row); err != nil {
		return fmt.Errorf("insert forward: %w", err)
	}
	return nil
}

// loops says why a text looks as if it went round in circles, "" if it does not.
func loops(ctx context.Context, tx *db.Tx, in arrival, id int64) (string, error) {
	if in.hops >= mostHops {
		return fmt.Sprintf("It has come through %d desks already and would go round in circles.", in.hops), nil
	}
	latest, err := tx.InboundFrom(ctx, db.InboundFromParams{Number: in.From, PageSize: sameTexts + 1})
	if err != nil {
		return "", fmt.Errorf("read inbound: %w", err)
	}
	same := 0
	for _, l := range latest {
		if l.ID != id && l.Body == in.Body && l.ReceivedAt > in.at.Add(-sameTime) {
			same++
		}
	}
	if same >= sameTexts {
		return fmt.Sprintf("The same text came %d times within an hour, as if two machines answered each other.", same+1), nil
	}
	return "", nil
}

// hopsOf reads from the header of a callback through how many desks its texts
// have come.
func hopsOf(header string) int {
	if !strings.Contains(header, forward.HopsHeader) {
		return 0
	}
	var h http.Header
	if json.Unmarshal([]byte(header), &h) != nil {
		return 0
	}
	n, err := strconv.Atoi(h.Get(forward.HopsHeader))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, mostHops)
}

// DueForward is a text that is to be forwarded now.
type DueForward struct {
	ID int64
	// Host is where it goes; no host is to get many at a time.
	Host string
	Call forward.Call
	// Problem is why no call can be made, "" if it can.
	Problem string

	row    db.Forward
	method string
}

// DueForwards returns texts that are to be forwarded now. skip says which are
// being forwarded, room how many more a host may get at a time. Those that
// cannot be forwarded any more are ended.
func (d *Desk) DueForwards(ctx context.Context, skip func(id int64) bool, room func(host string) int) ([]DueForward, error) {
	now := d.now()
	numbers, err := d.store.NumbersDue(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("look for forwards: %w", err)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	allowed, err := d.allowedHosts(ctx, d.store.Queries)
	if err != nil {
		return nil, err
	}
	taken := map[string]int{}
	var all []DueForward
	for _, n := range numbers {
		if n.RemovedAt != 0 || n.ForwardURL == "" { // stopped while that was being done
			if err := d.endForwards(ctx, n.ID, "Forwarding was switched off."); err != nil {
				return nil, err
			}
			continue
		}
		host := forward.Host(n.ForwardURL)
		left := room(host) - taken[host]
		if left <= 0 {
			continue
		}
		due, err := d.store.ForwardsDue(ctx, db.ForwardsDueParams{NumberID: n.ID, NowAt: now, PageSize: forwardsAtOnce})
		if err != nil {
			return nil, fmt.Errorf("read forwards: %w", err)
		}
		for _, row := range due {
			if left == 0 {
				break
			}
			if skip(row.ID) {
				continue
			}
			f, err := d.forwardOf(ctx, set, allowed, n, row)
			if err != nil {
				return nil, err
			}
			if f == nil {
				continue
			}
			all = append(all, *f)
			taken[host]++
			left--
		}
	}
	return all, nil
}

// forwardsAtOnce is how many of a number's forwards are looked at at a time, more
// than are ever under way.
const forwardsAtOnce = 16

// forwardOf makes the call for a forward. It is nil when the text is gone; then
// the forward has ended.
func (d *Desk) forwardOf(ctx context.Context, set Settings, allowed forward.Allowed, n db.Number, row db.Forward) (*DueForward, error) {
	in, err := d.store.Inbound(ctx, row.InboundID)
	if err != nil {
		return nil, fmt.Errorf("read inbound: %w", err)
	}
	if in.Number.Erased() {
		return nil, d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.EndForward(ctx, db.EndForwardParams{ID: row.ID, Reason: "The text is not kept any more."})
		})
	}
	f := &DueForward{ID: row.ID, Host: forward.Host(n.ForwardURL), row: row, method: strings.ToUpper(n.ForwardMethod)}
	f.Call, err = d.forwardCall(ctx, set, allowed, n, forward.Text{Source: in.Number.Digits(), Body: in.Body, ID: in.ID, Received: in.ReceivedAt.Time().In(set.Zone)}, in.Number)
	f.Call.Hops = int(row.Hops)
	if errors.Is(err, ErrWrongKey) {
		f.Problem, err = "The auth text was sealed with another secret key. Enter it again.", nil
	}
	return f, err
}

// forwardCall makes a call to a number's address, with what the number adds to a
// text.
func (d *Desk) forwardCall(ctx context.Context, set Settings, allowed forward.Allowed, n db.Number, t forward.Text, source sms.MSISDN) (forward.Call, error) {
	call := forward.Call{URL: n.ForwardURL, Post: n.ForwardMethod == ForwardPost, Hops: 1, Allowed: allowed}
	t.Dest = n.Address
	if n.ForwardAuth != "" {
		auth, err := d.vault.open(authAt(n.ID), n.ForwardAuth)
		if err != nil {
			return call, err
		}
		t.Auth = auth
	}
	if n.ListID != 0 {
		e, err := d.store.EntryByNumber(ctx, db.EntryByNumberParams{ListID: int64(n.ListID), Number: source})
		if err != nil && !db.IsNotFound(err) {
			return call, fmt.Errorf("read list entry: %w", err)
		}
		t.Merge = &forward.Merge{Name: e.Name, Email: e.Email, MM: [5]string{e.Mm1, e.Mm2, e.Mm3, e.Mm4, e.Mm5}}
	}
	call.Text = t
	return call, nil
}

// RecordForward writes down what came of a call, and when it is tried again or
// that it is given up. stopped says that the desk stopped in the middle of it:
// then it is tried again first thing. When a receiver takes a text, what else
// waits for it goes at once.
func (d *Desk) RecordForward(ctx context.Context, f DueForward, o forward.Outcome, stopped bool) error {
	brought := int64(0)
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := d.now()
		answer := beginning(o.Answer, forwardAnswer)
		in, err := tx.Inbound(ctx, f.row.InboundID)
		if err != nil {
			return fmt.Errorf("read inbound: %w", err)
		}
		if in.Number.Erased() { // meanwhile; and the receiver may have repeated it
			answer = ""
		}
		err = tx.InsertAttempt(ctx, db.InsertAttemptParams{ForwardID: f.ID, At: now.Add(-o.Took), Took: o.Took.Milliseconds(), Method: f.method, Host: f.Host,
			Answered: int64(o.Status), Problem: o.Problem, RefusedHost: o.Refused, Answer: answer})
		if err != nil {
			return fmt.Errorf("insert attempt: %w", err)
		}
		err = tx.MoveForward(ctx, moved(f.row, o, stopped, now))
		if err == nil && o.Taken() {
			brought, err = tx.BringForward(ctx, forwardsOf(f.row.NumberID, now, forwardRest))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record forward: %w", err)
	}
	if brought == forwardStep { // there are more of them
		return d.bringForward(ctx, f.row.NumberID, forwardRest)
	}
	return nil
}

// forwardsOf are some of those at a number that wait for their next try, but for
// what was tried within rest.
func forwardsOf(number int64, now db.Millis, rest time.Duration) db.BringForwardParams {
	return db.BringForwardParams{NumberID: number, NowAt: now, TriedBeforeAt: now.Add(-rest) + 1, PageSize: forwardStep}
}

// moved is where a forward stands after a try.
func moved(row db.Forward, o forward.Outcome, stopped bool, now db.Millis) db.MoveForwardParams {
	m := db.MoveForwardParams{ID: row.ID, State: ForwardWaits, Tries: row.Tries + 1, Answered: int64(o.Status), BeganAt: row.BeganAt, TriedAt: now}
	if m.BeganAt == 0 {
		m.BeganAt = now
	}
	switch tries := int(m.Tries); {
	case o.Taken():
		m.State = ForwardTaken
	case stopped:
		m.Tries, m.NextAt = row.Tries, now
	case tries > len(forwardPauses) && now >= m.BeganAt.Add(forwardDay):
		m.State = ForwardGivenUp
	default:
		m.NextAt = now.Add(forwardPauses[min(tries, len(forwardPauses))-1])
	}
	return m
}

// endForwards has what waits at a number not be forwarded.
func (d *Desk) endForwards(ctx context.Context, number int64, reason string) error {
	return d.inForwardSteps(ctx, new(int64), func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.EndForwardsOf(ctx, db.EndForwardsOfParams{NumberID: number, Reason: reason, PageSize: forwardStep})
	})
}

// bringForward has what waits for its next try at a number go now, but for what
// was tried within rest.
func (d *Desk) bringForward(ctx context.Context, number int64, rest time.Duration) error {
	now := d.now()
	err := d.inForwardSteps(ctx, new(int64), func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.BringForward(ctx, forwardsOf(number, now, rest))
	})
	d.wakeForwards()
	return err
}

// inForwardSteps changes forwards, at most forwardStep in each transaction, and
// counts them.
func (d *Desk) inForwardSteps(ctx context.Context, all *int64, do func(context.Context, *db.Tx) (int64, error)) error {
	for {
		var n int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = do(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("change forwards: %w", err)
		}
		if *all += n; n < forwardStep {
			return nil
		}
	}
}

// beginning is the beginning of a text: whole characters of at most n bytes.
func beginning(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

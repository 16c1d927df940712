package desk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// TestStatesGoWhereTheyMay holds the state machine against the table that was
// promised.
func TestStatesGoWhereTheyMay(t *testing.T) {
	promised := map[sms.Status][]sms.Status{
		sms.Scheduled:  {sms.Queued, sms.Cancelled},
		sms.Queued:     {sms.Submitting, sms.Cancelled, sms.Suppressed, sms.Expired},
		sms.Submitting: {sms.Submitted, sms.Queued, sms.Failed, sms.InDoubt},
		sms.Submitted:  {sms.Sent, sms.Delivered, sms.Failed, sms.Expired, sms.Unknown},
		sms.Sent:       {sms.Delivered, sms.Failed, sms.Expired, sms.Unknown},
		// A person's decision, or any late receipt.
		sms.InDoubt: {sms.Submitted, sms.Failed, sms.Queued, sms.Sent, sms.Delivered, sms.Expired},
		sms.Unknown: {sms.Sent, sms.Delivered, sms.Failed, sms.Expired},
	}
	// Beyond the table: a number can be suppressed while its message is
	// scheduled, and a provider can report that a text was cancelled with it.
	promised[sms.Scheduled] = append(promised[sms.Scheduled], sms.Suppressed)
	promised[sms.Submitted] = append(promised[sms.Submitted], sms.Cancelled)
	for _, from := range sms.Statuses() {
		for _, to := range sms.Statuses() {
			if got, want := from.CanBecome(to), slices.Contains(promised[from], to); got != want {
				t.Errorf("%s can become %s: %v, want %v", from, to, got, want)
			}
		}
		if from.Final() && promised[from] != nil {
			t.Errorf("%s is final and may move", from)
		}
	}
}

// life plays a desk's days in any order and watches what was promised.
type life struct {
	*office
	rt       *rapid.T
	t        *testing.T
	users    []Actor
	messages []int64
	batches  []int64
	drafts   []ownDraft
	refs     []string
	claimed  []db.Message
	inFlight []db.Message

	was       map[int64]sms.Status
	uncertain map[int64]bool // called, and nobody has said that it did not go
	back      map[int64]bool // cancelled
	paused    map[int64]bool // sends
	now       int
}

func TestALifeOfADesk(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "life")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		o := openOffice(t, dir)
		defer o.close()
		l := &life{office: o, rt: rt, t: t, was: map[int64]sms.Status{}, uncertain: map[int64]bool{}, back: map[int64]bool{}, paused: map[int64]bool{}}
		l.users = []Actor{o.admin, o.user(t, "few", LevelNormal, o.admin.User.ID, int64(rapid.IntRange(0, 12).Draw(rt, "credits"))),
			o.user(t, "many", LevelNormal, o.admin.User.ID, 500)}
		rt.Repeat(map[string]func(*rapid.T){
			"":        func(*rapid.T) { l.watch() },
			"send":    l.send,
			"prepare": l.prepare,
			"press":   l.press,
			"accept":  l.acceptSome,
			"claim":   l.claim,
			"mark":    l.mark,
			"record":  l.record,
			"record2": l.record,
			"receipt": l.receive,
			"cancel":  l.cancel,
			"stop":    l.stop,
			"wait":    l.wait,
			"sweep":   l.sweep,
			"crash":   l.crash,
			"decide":  l.decide,
			"release": l.release,
			"pause":   l.pause,
			"resume":  l.resume,
			"quiet":   l.changeQuiet,
			"again":   l.sendAgain,
		})
	})
}

func (l *life) must(err error) {
	if err != nil {
		l.rt.Fatalf("%v", err)
	}
}

// allowed lets refusals pass, which are ordinary answers.
func (l *life) allowed(err error) bool {
	if err != nil && len(Refusals(err)) == 0 {
		l.rt.Fatalf("%v", err)
	}
	return err == nil
}

func (l *life) send(rt *rapid.T) {
	o := Order{To: numbers(rapid.IntRange(0, 9).Draw(rt, "first"), rapid.IntRange(1, 7).Draw(rt, "count")), Sender: "SCHOOL",
		Body: strings.Repeat("x", rapid.SampledFrom([]int{5, 200, 400}).Draw(rt, "length")), Partly: rapid.Bool().Draw(rt, "partly"),
		Undo: time.Duration(rapid.IntRange(0, 1).Draw(rt, "undo")) * 20 * time.Second}
	if rapid.IntRange(0, 3).Draw(rt, "scheduled") == 0 {
		o.SendAt = l.clock().Add(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute)
	}
	if rapid.IntRange(0, 3).Draw(rt, "short") == 0 {
		o.Validity = 5 * time.Minute
	}
	who := l.again(l.t, l.users[rapid.IntRange(0, 2).Draw(rt, "who")])
	before := who.User.Balance
	sent, err := l.Send(context.Background(), who, o)
	if !l.allowed(err) {
		return
	}
	l.batches = append(l.batches, sent.BatchID)
	for _, r := range sent.Recipients {
		if r.MessageID != 0 {
			l.messages = append(l.messages, r.MessageID)
		}
	}
	after := l.again(l.t, who)
	if !bool(after.User.Unlimited) && (after.User.Balance < 0 || after.User.Balance >= before) {
		rt.Fatalf("a send has moved the balance from %d to %d", before, after.User.Balance)
	}
}

// prepare reads an order into a draft.
func (l *life) prepare(rt *rapid.T) {
	o := Order{To: numbers(rapid.IntRange(0, 9).Draw(rt, "first"), rapid.IntRange(2, 9).Draw(rt, "count")), Sender: "SCHOOL", Fill: true,
		Body: "((Number)) " + strings.Repeat("x", rapid.SampledFrom([]int{5, 200}).Draw(rt, "length")), Undo: 20 * time.Second}
	if rapid.IntRange(0, 3).Draw(rt, "scheduled") == 0 {
		o.SendAt = l.clock().Add(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute)
	}
	who := l.again(l.t, l.users[rapid.IntRange(0, 2).Draw(rt, "who")])
	id, err := l.Prepare(context.Background(), who, o, "{}")
	l.must(err)
	l.must(l.inPieces(id, rapid.IntRange(1, 4).Draw(rt, "piece")))
	l.drafts = append(l.drafts, ownDraft{id, who})
}

// ownDraft is a draft with whose it is.
type ownDraft struct {
	id  int64
	who Actor
}

// inPieces cuts a draft into so small pieces that a short one has several.
func (o *office) inPieces(id int64, size int) error {
	return o.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		p, err := tx.Draft(ctx, id)
		if err != nil || p.State != Ready {
			return err
		}
		var people []db.DraftRecipient
		for chunk := int64(0); ; chunk++ {
			some, err := tx.ChunkPeople(ctx, id, chunk)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				break
			}
			people = append(people, some...)
		}
		var chunks []db.DraftChunk
		for some := range slices.Chunk(people, size) {
			c := db.DraftChunk{DraftID: id, Chunk: int64(len(chunks)), People: int64(len(some))}
			var places []string
			for _, r := range some {
				places, c.Credits = append(places, fmt.Sprint(r.Place)), c.Credits+r.Parts
			}
			c.Places = "[" + strings.Join(places, ",") + "]"
			chunks = append(chunks, c)
		}
		if err := tx.DeleteDraftChunks(ctx, id); err != nil {
			return err
		}
		return tx.InsertDraftChunks(ctx, chunks)
	})
}

// press presses Send on a draft, perhaps not for the first time.
func (l *life) press(rt *rapid.T) {
	if len(l.drafts) == 0 {
		return
	}
	draft := rapid.SampledFrom(l.drafts).Draw(rt, "draft")
	sent, err := l.SendPrepared(context.Background(), l.again(l.t, draft.who), draft.id, true)
	if l.allowed(err) && !sent.Again {
		l.batches = append(l.batches, sent.BatchID)
	}
}

// acceptSome writes some pieces of the sends that are being accepted, and takes
// some back of those that were stopped.
func (l *life) acceptSome(rt *rapid.T) {
	ids, err := l.Accepting(context.Background())
	l.must(err)
	for _, id := range ids {
		for range rapid.IntRange(0, 3).Draw(rt, "pieces") {
			c, err := l.NextChunk(context.Background(), id)
			l.must(err)
			_, err = l.AcceptChunk(context.Background(), c)
			l.must(err)
			l.watch()
		}
	}
	_, err = l.GoOnStopping(context.Background())
	l.must(err)
}

func (l *life) claim(rt *rapid.T) {
	claimed, err := l.Claim(context.Background(), l.provider, int64(rapid.IntRange(0, 1010).Draw(rt, "turn")), rapid.IntRange(1, 20).Draw(rt, "limit"))
	l.must(err)
	l.claimed = append(l.claimed, claimed...)
}

// mark marks some of what was claimed at any time, also long ago.
func (l *life) mark(rt *rapid.T) {
	if len(l.claimed) == 0 {
		return
	}
	n := rapid.IntRange(1, len(l.claimed)).Draw(rt, "n")
	some := l.claimed[:n]
	l.claimed = l.claimed[n:]
	marked, err := l.Mark(context.Background(), some)
	l.must(err)
	set, err := l.Settings(context.Background())
	l.must(err)
	for _, m := range marked {
		if l.paused[m.BatchID] {
			rt.Fatalf("message %d is called though its send is paused", m.ID)
		}
		if m.Priority > 0 && set.Quiet.At(l.clock().In(set.Zone)) {
			rt.Fatalf("message %d is called in the quiet hours, at %v", m.ID, l.clock())
		}
		if l.back[m.ID] {
			rt.Fatalf("message %d is called after it was taken back", m.ID)
		}
		if l.uncertain[m.ID] {
			rt.Fatalf("message %d is called again though it may have gone", m.ID)
		}
		if m.DueAt > db.At(l.clock()) || m.ExpiresAt < db.At(l.clock()) || m.Status != sms.Submitting {
			rt.Fatalf("message %d is called at %v: %+v", m.ID, l.clock(), m)
		}
		l.uncertain[m.ID] = true
	}
	l.inFlight = append(l.inFlight, marked...)
}

func (l *life) record(rt *rapid.T) {
	if len(l.inFlight) == 0 {
		return
	}
	var outcomes []Outcome
	for range rapid.IntRange(1, len(l.inFlight)).Draw(rt, "n") {
		m := l.inFlight[0]
		l.inFlight = l.inFlight[1:]
		o := Outcome{Message: m, Polled: rapid.Bool().Draw(rt, "polled"), Last: true}
		kind := rapid.IntRange(-3, int(providers.NoCredit)).Draw(rt, "kind")
		switch {
		case kind == -1: // yes, without a reference
		case kind < 0:
			for i := range m.Parts {
				ref := fmt.Sprintf("r%d", len(l.refs)+int(i))
				o.Acceptance.References = append(o.Acceptance.References, ref)
			}
			if kind == -3 { // one reference for the whole
				o.Acceptance.References = o.Acceptance.References[:1]
			}
			l.refs = append(l.refs, o.Acceptance.References...)
		default:
			o.Err = &providers.Error{Kind: providers.Kind(kind), Code: "-1", Text: "no", RetryAfter: time.Duration(rapid.IntRange(0, 90).Draw(rt, "retry")) * time.Second}
			if providers.Kind(kind).NotSent() {
				delete(l.uncertain, m.ID)
			}
			if rapid.IntRange(0, 9).Draw(rt, "strange") == 0 {
				o.Err, l.uncertain[m.ID] = errors.New("something else"), true
			}
		}
		outcomes = append(outcomes, o)
	}
	l.must(l.Record(context.Background(), outcomes))
}

func (l *life) receive(rt *rapid.T) {
	var receipts []providers.Receipt
	for range rapid.IntRange(1, 4).Draw(rt, "n") {
		ref := "unheard of"
		if len(l.refs) > 0 {
			ref = rapid.SampledFrom(l.refs).Draw(rt, "ref")
		}
		receipts = append(receipts, providers.Receipt{Reference: ref, Status: sms.Status(rapid.IntRange(0, sms.StatusCount-1).Draw(rt, "status")), Code: "c"})
	}
	l.must(l.Polled(context.Background(), l.provider, Polling{}, receipts))
}

func (l *life) cancel(rt *rapid.T) {
	if len(l.messages) == 0 {
		return
	}
	id := rapid.SampledFrom(l.messages).Draw(rt, "message")
	if l.allowed(l.Cancel(context.Background(), l.admin, id)) {
		l.back[id] = true
	}
}

func (l *life) stop(rt *rapid.T) {
	if len(l.batches) == 0 {
		return
	}
	id := rapid.SampledFrom(l.batches).Draw(rt, "batch")
	_, err := l.Stop(context.Background(), l.admin, id)
	l.must(err)
	delete(l.paused, id)
	rows, err := l.store.MessagesOfBatch(context.Background(), db.MessagesOfBatchParams{BatchID: id, PageSize: 100})
	l.must(err)
	for _, m := range rows {
		if m.Status.Waiting() {
			rt.Fatalf("message %d waits after its send was stopped", m.ID)
		}
		if m.Status == sms.Cancelled {
			l.back[m.ID] = true
		}
	}
}

func (l *life) wait(rt *rapid.T) {
	l.pass(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Minute, 40 * time.Minute, 2 * time.Hour, 30 * time.Hour}).Draw(rt, "time"))
}

func (l *life) sweep(*rapid.T) {
	ctx := context.Background()
	_, err := l.Promote(ctx)
	l.must(err)
	l.must(l.Expire(ctx))
	l.must(l.GiveUp(ctx))
	l.must(l.Tidy(ctx))
}

func (l *life) crash(rt *rapid.T) {
	safe := rapid.IntRange(0, 4).Draw(rt, "safe") == 0
	if safe { // the provider recognises repeats, so repeating is no doubling
		for _, m := range l.inFlight {
			delete(l.uncertain, m.ID)
		}
	}
	n, err := l.Recover(context.Background(), l.provider, safe)
	l.must(err)
	if !safe && n != len(l.inFlight) {
		rt.Fatalf("%d messages are in doubt after a crash with %d calls in flight", n, len(l.inFlight))
	}
	l.claimed, l.inFlight = nil, nil
}

func (l *life) decide(rt *rapid.T) {
	if len(l.messages) == 0 {
		return
	}
	id := rapid.SampledFrom(l.messages).Draw(rt, "message")
	if rapid.Bool().Draw(rt, "again") {
		if l.allowed(l.SendAgain(context.Background(), l.admin, id)) {
			delete(l.uncertain, id)
		}
		return
	}
	l.allowed(l.MarkAsSent(context.Background(), l.admin, id))
}

func (l *life) release(rt *rapid.T) {
	if len(l.batches) > 0 {
		l.allowed(l.Release(context.Background(), l.admin, rapid.SampledFrom(l.batches).Draw(rt, "batch")))
	}
}

func (l *life) pause(rt *rapid.T) {
	if len(l.batches) == 0 {
		return
	}
	id := rapid.SampledFrom(l.batches).Draw(rt, "batch")
	if l.allowed(l.PauseBatch(context.Background(), l.admin, id)) {
		l.paused[id] = true
	}
}

// resume resumes a send, and exactly what waited in it waits again, with as much
// time as it had.
func (l *life) resume(rt *rapid.T) {
	if len(l.batches) == 0 {
		return
	}
	id := rapid.SampledFrom(l.batches).Draw(rt, "batch")
	was := map[int64]db.Message{}
	rows, err := l.store.MessagesOfBatch(context.Background(), db.MessagesOfBatchParams{BatchID: id, PageSize: 100})
	l.must(err)
	for _, m := range rows {
		was[m.ID] = m
	}
	if !l.allowed(l.ResumeBatch(context.Background(), l.admin, id)) {
		return
	}
	delete(l.paused, id)
	rows, err = l.store.MessagesOfBatch(context.Background(), db.MessagesOfBatchParams{BatchID: id, PageSize: 100})
	l.must(err)
	for _, m := range rows {
		before := was[m.ID]
		if m.ExpiresAt < before.ExpiresAt || !m.Status.Waiting() && m.ExpiresAt != before.ExpiresAt {
			rt.Fatalf("the validity of message %d went from %v to %v", m.ID, before.ExpiresAt.Time(), m.ExpiresAt.Time())
		}
		if before.ExpiresAt = m.ExpiresAt; m != before {
			rt.Fatalf("resuming has changed %+v to %+v", before, m)
		}
	}
}

func (l *life) changeQuiet(rt *rapid.T) {
	q := QuietHours{Off: rapid.Bool().Draw(rt, "off"), From: rapid.IntRange(0, 1439).Draw(rt, "from"), Until: rapid.IntRange(0, 1439).Draw(rt, "until")}
	l.allowed(l.SaveQuietHours(context.Background(), l.admin, q))
}

// sendAgain sends again to those whom a send did not reach: never to anybody
// who may have it, and to nobody a second time.
func (l *life) sendAgain(rt *rapid.T) {
	if len(l.batches) == 0 {
		return
	}
	id := rapid.SampledFrom(l.batches).Draw(rt, "batch")
	who := l.again(l.t, l.admin)
	check, err := l.CheckAgain(context.Background(), who, id)
	if !l.allowed(err) {
		return
	}
	sent, err := l.SendAgainFailed(context.Background(), who, id, fmt.Sprint("key ", len(l.batches)), check.Draft.People, 0, true)
	if !l.allowed(err) {
		return
	}
	rows, err := l.store.MessagesOfBatch(context.Background(), db.MessagesOfBatchParams{BatchID: id, PageSize: 100})
	l.must(err)
	before := map[sms.MSISDN]sms.Status{}
	for _, m := range rows {
		before[m.Number] = m.Status
	}
	for _, r := range sent.Recipients {
		if s := before[r.Number]; s != sms.Failed && s != sms.Expired {
			rt.Fatalf("%s is sent it again though it is %s", r.Number, s)
		}
		l.messages = append(l.messages, r.MessageID)
	}
	l.batches = append(l.batches, sent.BatchID)
	if _, err := l.CheckAgain(context.Background(), who, id); !errors.Is(err, ErrNobodyToSendTo) {
		rt.Fatalf("somebody is left to send it to again: %v", err)
	}
}

// watch looks at everything after each step.
func (l *life) watch() {
	l.booksAreRight(l.rt)
	seen := map[int64]bool{}
	err := l.store.EachMessage(context.Background(), db.MessageFilter{}, func(m db.Message) error {
		seen[m.ID] = true
		if was, known := l.was[m.ID]; known && was.Final() && was != m.Status {
			l.rt.Fatalf("message %d has moved from %s to %s", m.ID, was, m.Status)
		}
		if was, known := l.was[m.ID]; known && rank(m.Status) < rank(was) && !(m.Status == sms.Queued && (was == sms.Submitting || was == sms.InDoubt)) {
			l.rt.Fatalf("message %d has moved back from %s to %s", m.ID, was, m.Status)
		}
		if was, known := l.was[m.ID]; known && was == sms.Queued && m.Status == sms.Expired && l.paused[m.BatchID] {
			l.rt.Fatalf("message %d has expired while its send was paused", m.ID)
		}
		if (m.FinalAt != 0) != m.Status.Final() {
			l.rt.Fatalf("message %d is %s and was final at %d", m.ID, m.Status, m.FinalAt)
		}
		l.was[m.ID] = m.Status
		return nil
	})
	l.must(err)
	for _, id := range l.messages {
		if !seen[id] {
			l.rt.Fatalf("message %d is gone", id)
		}
	}
}

// rank is how far along a status is.
func rank(s sms.Status) int {
	switch s {
	case sms.Scheduled:
		return 0
	case sms.Queued:
		return 1
	case sms.Submitting:
		return 2
	case sms.InDoubt:
		return 3
	case sms.Submitted:
		return 4
	case sms.Sent, sms.Unknown:
		return 5
	}
	return 6
}

// TestReceiptsInAnyOrder gives a text of three parts its receipts in every
// order, some twice.
func TestReceiptsInAnyOrder(t *testing.T) {
	o := newOffice(t)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		sent := o.send(t, o.admin, Order{To: []string{number(int(seed))}, Body: strings.Repeat("y", 400)})
		id := sent.Recipients[0].MessageID
		o.taken(t, o.leave(t, 1))
		type one struct {
			part   int
			status sms.Status
		}
		end := sms.Delivered
		steps := []one{}
		for part := range 3 {
			last := sms.Delivered
			if seed%4 == 0 && part == 1 {
				last, end = sms.Failed, sms.Failed
			}
			steps = append(steps, one{part, sms.Sent}, one{part, last}, one{part, last}, one{part, sms.Submitted})
		}
		r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		for _, s := range steps {
			before := o.status(t, id)
			o.receipt(t, fmt.Sprintf("ref-%d-%d", id, s.part), s.status)
			if after := o.status(t, id); after != before && !before.CanBecome(after) {
				t.Fatalf("seed %d: from %s to %s", seed, before, after)
			}
		}
		if got := o.status(t, id); got != end {
			t.Errorf("seed %d: %s, want %s after %v", seed, got, end, steps)
		}
	}
	o.booksAreRight(t)
}

// Package demo fills a throw-away desk with what a school office might have
// sent in a month, for looking at, for screenshots and for measuring. Its
// numbers are those that Ofcom keeps for drama, and nothing of it is sent.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/sms"
	"textdesk/sms/gsm"
)

// Username and Password let one in.
const (
	Username = "sam"
	Password = "textdesk demo"
)

// people are the users, the administrator first.
var people = []desk.NewUser{
	{Username: Username, Password: Password, FirstName: "Sam", LastName: "Carter", Level: desk.LevelAdmin, Unlimited: true, Email: "sam.carter@hartwell.example"},
	{Username: "jo", Password: Password, FirstName: "Jo", LastName: "Bloggs", Level: desk.LevelNormal},
	{Username: "priya", Password: Password, FirstName: "Priya", LastName: "Natarajan", Level: desk.LevelNormal},
	{Username: "llewellyn", Password: Password, FirstName: "Llewellyn", LastName: "Featherstonehaugh-Cholmondeley", Level: desk.LevelNormal, Credits: 400, CreditReminder: 500},
}

// Fill makes users, and about size messages of the last month.
func Fill(ctx context.Context, d *desk.Desk, store *db.Store, size int) error {
	var admin desk.Actor
	var ids []int64
	for i, p := range people {
		by := admin
		if i == 0 {
			by = desk.CommandLine()
		} else if p.Credits == 0 {
			p.Credits = 20_000 + 6*int64(size) // enough for what they have sent
		}
		id, err := d.AddUser(ctx, by, p)
		if err != nil {
			return fmt.Errorf("make demo user: %w", err)
		}
		ids = append(ids, id)
		if i == 0 {
			user, err := store.User(ctx, id)
			if err != nil {
				return fmt.Errorf("read demo user: %w", err)
			}
			admin = desk.Actor{User: user, Door: "page", Address: "demonstration"}
		}
	}
	if err := colleagues(ctx, d, store, admin); err != nil {
		return err
	}
	err := d.SaveOrganisation(ctx, admin, desk.Organisation{Name: "Hartwell Primary School", Country: "GB", Zone: "Europe/London", Sender: "Hartwell"})
	if err != nil {
		return fmt.Errorf("name demo organisation: %w", err)
	}
	for _, step := range []string{desk.StepProvider, desk.StepFirstText} {
		if err := d.FinishStep(ctx, admin, step); err != nil {
			return err
		}
	}
	if err := keepTemplates(ctx, d, admin); err != nil {
		return err
	}
	provider, err := store.DefaultProvider(ctx)
	if err != nil {
		return fmt.Errorf("read provider: %w", err)
	}
	f := &filler{store: store, random: rand.New(rand.NewPCG(7, 11)), now: d.Now(), provider: provider.ID}
	f.senders = []int64{ids[0], ids[0], ids[1], ids[1], ids[1], ids[2]}
	if err := schedule(ctx, d, admin, size); err != nil {
		return err
	}
	if err := fillBook(ctx, d, admin); err != nil {
		return err
	}
	if err := importSome(ctx, d, admin); err != nil {
		return err
	}
	if err := repeatSome(ctx, d, admin); err != nil {
		return err
	}
	if err := mailReports(ctx, d, admin); err != nil {
		return err
	}
	if err := callSome(ctx, d, admin); err != nil {
		return err
	}
	if err := awaitApproval(ctx, d, store, admin, ids[1], size); err != nil {
		return err
	}
	if err := leaveDraft(ctx, d, admin, size); err != nil {
		return err
	}
	users := map[string]int64{"sam": ids[0], "jo": ids[1], "priya": ids[2]}
	talks, lines := f.dialogues(users)
	if size == 0 {
		talks, lines = nil, nil
	}
	if err := f.fill(ctx, size, lines); err != nil {
		return err
	}
	if err := f.take(ctx, d, talks, users); err != nil {
		return err
	}
	if err := number(ctx, d, store, admin); err != nil {
		return err
	}
	if err := answerSome(ctx, d, admin); err != nil {
		return err
	}
	return post(ctx, d, admin)
}

// schedule leaves something in the future.
func schedule(ctx context.Context, d *desk.Desk, admin desk.Actor, size int) error {
	if size == 0 {
		return nil
	}
	tomorrow := d.Now().Add(24 * time.Hour).Truncate(time.Hour)
	for i, o := range []desk.Order{
		{Body: "Reminder: no school on Monday, it is a staff training day.", SendAt: tomorrow},
		{Body: "The clubs' letter comes home with your child today.", SendAt: tomorrow.Add(31 * time.Hour)},
	} {
		for n := range 120 * (i + 1) {
			o.To = append(o.To, fmt.Sprintf("07700 900%03d", 100+n))
		}
		sent, err := d.Send(ctx, admin, o)
		if err != nil {
			return fmt.Errorf("schedule demo messages: %w", err)
		}
		if i == 1 { // somebody wants to think about it
			if err := d.PauseBatch(ctx, admin, sent.BatchID); err != nil {
				return fmt.Errorf("pause demo messages: %w", err)
			}
		}
	}
	return nil
}

// filler writes history straight into the store: going through the desk's
// verbs would date it all today.
type filler struct {
	store    *db.Store
	random   *rand.Rand
	now      time.Time
	provider int64
	senders  []int64 // somebody who sends more stands here more often
}

// chunk is how many messages one transaction takes.
const chunk = 5000

func (f *filler) fill(ctx context.Context, size int, plans []plan) error {
	for made := 0; made < size; {
		p := f.plan(size - made)
		plans = append(plans, p)
		made += p.people
	}
	slices.SortFunc(plans, func(a, b plan) int { return a.at.Compare(b.at) })
	for len(plans) > 0 {
		n, people := 0, 0
		for n < len(plans) && people < chunk {
			people += plans[n].people
			n++
		}
		err := f.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i, p := range plans[:n] {
				do := p.do
				if do == nil {
					do = func(ctx context.Context, tx *db.Tx) error {
						_, _, err := f.write(ctx, tx, p, rand.New(rand.NewPCG(uint64(len(plans)), uint64(i))))
						return err
					}
				}
				if err := do(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("write demo messages: %w", err)
		}
		plans = plans[n:]
	}
	return nil
}

// plan is one act of sending.
type plan struct {
	at     time.Time
	people int
	text   text
	user   int64
	to     string                              // the one who gets it, "" for some by chance
	do     func(context.Context, *db.Tx) error // something else that happened then
}

func (f *filler) plan(most int) plan {
	t := texts[f.random.IntN(len(texts))]
	for t.bulk && f.random.IntN(10) > 0 { // most of an office's texts go to one person
		t = texts[f.random.IntN(len(texts))]
	}
	p := plan{text: t, people: 1, user: f.senders[f.random.IntN(len(f.senders))]}
	if t.bulk {
		p.people = 20 + f.random.IntN(380)
	}
	p.people = min(p.people, most)
	// School hours of a month, recent days as full as others.
	day := f.now.AddDate(0, 0, -f.random.IntN(30))
	p.at = time.Date(day.Year(), day.Month(), day.Day(), 8+f.random.IntN(9), f.random.IntN(60), f.random.IntN(60), 0, day.Location())
	for p.at.Weekday() == time.Saturday || p.at.Weekday() == time.Sunday || p.at.After(f.now.Add(-2*time.Minute)) {
		p.at = p.at.Add(-24 * time.Hour)
	}
	return p
}

// write stores a batch, its messages and what became of them, and returns their
// ids.
func (f *filler) write(ctx context.Context, tx *db.Tx, p plan, random *rand.Rand) (batchID, messageID int64, err error) {
	size := gsm.Count(p.text.body)
	at := db.At(p.at)
	batchID, err = tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "batch", N: 1})
	if err != nil {
		return 0, 0, err
	}
	parts := int64(p.people) * int64(size.Parts)
	last, err := tx.TakeNumbers(ctx, db.TakeNumbersParams{Name: "message", N: parts})
	if err != nil {
		return 0, 0, err
	}
	sender := sms.Sender{Address: p.text.sender, TON: sms.TONAlphanumeric}
	if strings.HasPrefix(sender.Address, "44") {
		sender.TON = sms.TONInternational
	}
	b := &written{counts: [sms.StatusCount]int64{}, quiet: p.to != ""}
	numbers := random.Perm(900)[:min(p.people, 900)]
	slices.Sort(numbers)
	for i, n := range numbers {
		m := db.Message{ID: last - parts + 1 + int64(i*size.Parts), BatchID: batchID, UserID: p.user, ProviderID: f.provider,
			Number: sms.MSISDN(fmt.Sprintf("+447700900%03d", 100+n)), Sender: sender.Address, TON: sender.TON, Body: p.text.body,
			Alphabet: size.Alphabet, Parts: int64(size.Parts), Credits: int64(size.Parts), Priority: int64(min(p.people-1, 1)),
			DueAt: at, ExpiresAt: at.Add(24 * time.Hour), CreatedAt: at}
		if p.to != "" {
			m.Number = sms.MSISDN(p.to)
		}
		b.add(m, f.end(p, random, i), random)
		messageID = m.ID
	}
	if err := tx.InsertBatch(ctx, db.InsertBatchParams{ID: batchID, UserID: p.user, Door: "page", Sender: sender.Address, TON: sender.TON,
		Body: p.text.body, SendAt: at, Zone: "Europe/London", Validity: 86400, Recipients: int64(len(numbers)), Parts: parts, Credits: parts,
		CreatedAt: at, Day: dayOf(p.at), NQueued: int64(len(numbers))}); err != nil {
		return 0, 0, err
	}
	if err := tx.InsertBatchWords(ctx, batchID, p.text.body); err != nil {
		return 0, 0, err
	}
	return batchID, messageID, b.store(ctx, tx, p.user, batchID)
}

// end says how a message ended. The last ones of today are still on their way.
func (f *filler) end(p plan, random *rand.Rand, i int) ending {
	if p.to != "" {
		return endings[0]
	}
	if f.now.Sub(p.at) < 5*time.Hour && random.IntN(8) == 0 {
		return ending{status: sms.Sent}
	}
	if p.people > 100 && i == 0 && random.IntN(4) == 0 {
		return ending{status: sms.InDoubt, reason: "the provider did not answer in time"}
	}
	n := random.IntN(1000)
	for _, e := range endings {
		if n -= e.weight; n < 0 {
			return e
		}
	}
	return endings[0]
}

package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// daily is a repeating send at noon in London, 11:00 UTC, two hours after the
// office opens.
func daily(to ...string) RecurringForm {
	return RecurringForm{Name: "Register", To: To{Numbers: to}, Sender: "SCHOOL", Body: "Please take the register.", RuleForm: RuleForm{Every: "day", Time: "12:00"}}
}

func (o *office) repeat(t testing.TB, a Actor, f RecurringForm) int64 {
	t.Helper()
	id, err := o.AddRecurring(context.Background(), o.again(t, a), f)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// runs tells what became of the times of a repeating send, oldest first.
func (o *office) runs(t testing.TB, id int64) string {
	t.Helper()
	r, err := o.Recurring(context.Background(), CommandLine(), id)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := o.Runs(context.Background(), r, time.Time{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for i := len(all) - 1; i >= 0; i-- {
		words = append(words, all[i].OccurrenceAt.Time().Format("2 15:04 ")+all[i].State)
	}
	return strings.Join(words, ", ")
}

func (o *office) turn(t testing.TB) time.Time {
	t.Helper()
	next, err := o.RunRecurring(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func (o *office) messagesOf(t testing.TB, a Actor) []db.Message {
	t.Helper()
	page, err := o.Outbox(context.Background(), a, Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return page.Messages
}

func TestRecurringSends(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	group, list := o.book(t, sam, "07700900001\n07700900002", "07700900002\n07700900003")
	f := daily(number(4))
	f.To.Groups, f.To.Lists = []int64{group}, []int64{list}
	id := o.repeat(t, sam, f)

	if next := o.turn(t); !next.Equal(start.Add(2*time.Hour)) || len(o.messagesOf(t, sam)) != 0 {
		t.Fatalf("it waits until %s, with %d messages", next, len(o.messagesOf(t, sam)))
	}
	o.pass(2*time.Hour - time.Millisecond)
	o.turn(t)
	if got := o.runs(t, id); got != "" {
		t.Fatalf("a millisecond early: %s", got)
	}
	o.pass(time.Millisecond)
	for range 3 {
		if next := o.turn(t); !next.Equal(start.Add(26 * time.Hour)) {
			t.Fatalf("the next one is %s", next)
		}
	}
	messages := o.messagesOf(t, sam)
	if len(messages) != 4 || o.balance(t, sam) != 6 {
		t.Fatalf("%d messages, %d credits", len(messages), o.balance(t, sam))
	}
	for _, m := range messages {
		if m.UserID != sam.User.ID || m.Status != sms.Queued || m.Body != "Please take the register." || m.Sender != "SCHOOL" {
			t.Errorf("sent: %+v", m)
		}
	}
	// Whoever is in the group then.
	if _, err := o.PasteIntoGroup(ctx, sam, group, "07700900005"); err != nil {
		t.Fatal(err)
	}
	o.pass(24 * time.Hour)
	o.turn(t)
	if n := len(o.messagesOf(t, sam)); n != 9 || o.runs(t, id) != "3 11:00 sent, 4 11:00 sent" {
		t.Errorf("the day after: %d messages, %s", n, o.runs(t, id))
	}
	// One credit is left for five people: refused and told, and the series goes on.
	if o.balance(t, sam) != 1 {
		t.Fatalf("%d credits are left", o.balance(t, sam))
	}
	o.pass(24 * time.Hour)
	o.turn(t)
	r, err := o.Recurring(ctx, sam, id)
	if err != nil || r.Last == nil || r.Last.State != RunRefused || r.Last.Reason != "This costs 5 credits and you have 1." || len(r.Next) != 5 {
		t.Errorf("without credits: %+v, %v", r.Last, err)
	}
	if len(o.messagesOf(t, sam)) != 9 || o.balance(t, sam) != 1 {
		t.Error("a refused time sent something")
	}
	o.booksAreRight(t)
}

func TestAnEmptyGroupIsNotTheEnd(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	group, err := o.AddGroup(ctx, o.admin, "Year 4")
	must(t, err)
	f := daily()
	f.To = To{Groups: []int64{group}}
	id := o.repeat(t, o.admin, f)
	o.pass(2 * time.Hour)
	o.turn(t)
	r, err := o.Recurring(ctx, o.admin, id)
	if err != nil || r.Last == nil || r.Last.Reason != "Nobody is in the group Year 4." || r.GroupNames[0] != "Year 4" {
		t.Fatalf("empty: %+v, %v", r.Last, err)
	}
	_, err = o.PasteIntoGroup(ctx, o.admin, group, "07700900001")
	must(t, err)
	o.pass(24 * time.Hour)
	o.turn(t)
	must(t, o.DeleteGroup(ctx, o.admin, group))
	o.pass(24 * time.Hour)
	o.turn(t)
	r, err = o.Recurring(ctx, o.admin, id)
	if err != nil || o.runs(t, id) != "3 11:00 refused, 4 11:00 sent, 5 11:00 refused" || r.Last.Reason != ErrUnknownGroup.Sentence || r.GroupNames[0] != "" || r.NextAt == 0 {
		t.Errorf("%s, %+v, %v", o.runs(t, id), r.Last, err)
	}
}

func TestASuspendedUserRepeatsNothing(t *testing.T) {
	o := newOffice(t)
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	id := o.repeat(t, sam, daily(number(1)))
	must(t, o.Suspend(t.Context(), CommandLine(), "sam"))
	o.pass(2 * time.Hour)
	o.turn(t)
	if got := o.runs(t, id); got != "3 11:00 refused" || len(o.messagesOf(t, o.admin)) != 0 {
		t.Error(got)
	}
}

func TestALateRunAsks(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.repeat(t, o.admin, daily(number(1)))
	o.pass(3 * time.Hour) // an hour late, to the millisecond
	o.turn(t)
	if got := o.runs(t, id); got != "3 11:00 sent" {
		t.Fatal(got)
	}
	o.pass(24*time.Hour + time.Millisecond)
	o.turn(t)
	if got := o.runs(t, id); got != "3 11:00 sent, 4 11:00 missed" {
		t.Fatal(got)
	}
	// Three more days: one question, for the last of them.
	o.pass(72 * time.Hour)
	if next := o.turn(t); !next.Equal(start.Add(122 * time.Hour)) {
		t.Errorf("the next one is %s", next)
	}
	if got := o.runs(t, id); got != "3 11:00 sent, 4 11:00 missed, 5 11:00 skipped, 6 11:00 skipped, 7 11:00 missed" || len(o.messagesOf(t, o.admin)) != 1 {
		t.Fatal(got)
	}
	r, err := o.Recurring(ctx, o.admin, id)
	must(t, err)
	if n, err := o.MissedRuns(ctx, o.admin); err != nil || n != 2 || len(r.Missed) != 2 {
		t.Fatalf("%d wait, %v, %v", n, r.Missed, err)
	}
	must(t, o.SkipMissed(ctx, o.admin, id, r.Missed[0].ID))
	batch, err := o.SendMissed(ctx, o.admin, id, r.Missed[1].ID)
	must(t, err)
	if _, err := o.SendMissed(ctx, o.admin, id, r.Missed[1].ID); !errors.Is(err, ErrOccurrenceGone) {
		t.Errorf("sent again: %v", err)
	}
	if err := o.SkipMissed(ctx, o.admin, id, r.Missed[1].ID); !errors.Is(err, ErrOccurrenceGone) {
		t.Errorf("skipped after it was sent: %v", err)
	}
	b, err := o.Batch(ctx, o.admin, batch)
	if err != nil || b.Recipients != 1 || len(o.messagesOf(t, o.admin)) != 2 {
		t.Errorf("%+v, %v", b, err)
	}
	if got := o.runs(t, id); got != "3 11:00 sent, 4 11:00 skipped, 5 11:00 skipped, 6 11:00 skipped, 7 11:00 sent" {
		t.Error(got)
	}
	// A refusal leaves the question where it is.
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 0)
	poor := o.repeat(t, sam, daily(number(2)))
	o.pass(48 * time.Hour)
	o.turn(t)
	r, err = o.Recurring(ctx, sam, poor)
	must(t, err)
	if _, err := o.SendMissed(ctx, sam, poor, r.Missed[0].ID); !errors.Is(err, ErrNoCredits) {
		t.Errorf("without credits: %v", err)
	}
	if n, err := o.MissedRuns(ctx, sam); err != nil || n != 1 {
		t.Errorf("%d wait, %v", n, err)
	}
}

func TestAnHourlyRunThatWasLateGoesOnce(t *testing.T) {
	o := newOffice(t)
	f := daily(number(1))
	f.Every, f.Time = "hour", "00:30"
	id := o.repeat(t, o.admin, f)
	o.pass(4 * time.Hour) // 13:00: four have passed, the last half an hour ago
	if next := o.turn(t); !next.Equal(start.Add(4*time.Hour + 30*time.Minute)) {
		t.Errorf("the next one is %s", next)
	}
	if got := o.runs(t, id); got != "3 09:30 skipped, 3 10:30 skipped, 3 11:30 skipped, 3 12:30 sent" || len(o.messagesOf(t, o.admin)) != 1 {
		t.Error(got)
	}
}

func TestARunIsMadeOnceByMany(t *testing.T) {
	o := newOffice(t)
	id := o.repeat(t, o.admin, daily(number(1)))
	o.pass(2 * time.Hour)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := o.RunRecurring(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := o.runs(t, id); got != "3 11:00 sent" || len(o.messagesOf(t, o.admin)) != 1 {
		t.Errorf("%s: %d messages", got, len(o.messagesOf(t, o.admin)))
	}
	// The store says so too, should the code ever be wrong.
	err := o.store.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		return tx.InsertRun(ctx, db.InsertRunParams{RecurringID: id, OccurrenceAt: db.At(start.Add(2 * time.Hour)), State: RunSent, SettledAt: 1})
	})
	if err == nil {
		t.Error("one time stands twice in the store")
	}
}

// A fault in the middle leaves neither a batch without its time nor a time
// without its batch.
func TestARunIsWholeOrNotAtAll(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.repeat(t, o.admin, daily(number(1)))
	o.pass(2 * time.Hour)
	row, err := o.store.Recurring(ctx, id)
	must(t, err)
	broken := errors.New("the power went")
	refusal, err := o.sendRun(ctx, row, func(ctx context.Context, tx *db.Tx, run db.RecurringRun) error {
		if err := o.comes(ctx, tx, id, run); err != nil {
			return err
		}
		return broken
	})
	if refusal != nil || !errors.Is(err, broken) {
		t.Fatal(refusal, err)
	}
	if got := o.runs(t, id); got != "" || len(o.messagesOf(t, o.admin)) != 0 {
		t.Fatalf("half of it stayed: %s", got)
	}
	o.turn(t)
	if got := o.runs(t, id); got != "3 11:00 sent" || len(o.messagesOf(t, o.admin)) != 1 {
		t.Error(got)
	}
}

func TestPauseSkipAndEnd(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	f := daily(number(1))
	f.Ends, f.After = "after", "4"
	id := o.repeat(t, o.admin, f)
	read := func() Recurring {
		t.Helper()
		r, err := o.Recurring(ctx, o.admin, id)
		must(t, err)
		return r
	}
	if n := len(read().Next); n != 4 {
		t.Fatalf("%d times to come", n)
	}
	due := read().Next[0].At
	must(t, o.SkipNext(ctx, o.admin, id, due))
	if err := o.SkipNext(ctx, o.admin, id, due); !errors.Is(err, ErrOccurrenceGone) {
		t.Errorf("skipped twice: %v", err)
	}
	if r := read(); len(r.Next) != 3 || !r.Next[0].At.Equal(due.Add(24*time.Hour)) || r.Last != nil {
		t.Fatalf("after the skip: %+v", r.Next)
	}
	if paused, err := o.PauseRecurring(ctx, o.admin, id); err != nil || !paused {
		t.Fatal(paused, err)
	}
	if paused, err := o.PauseRecurring(ctx, o.admin, id); err != nil || paused {
		t.Error("paused twice", err)
	}
	o.pass(50 * time.Hour) // past the 4th and the 5th
	o.turn(t)
	if r := read(); len(r.Next) != 0 || o.runs(t, id) != "3 11:00 skipped" {
		t.Errorf("while it is paused: %s", o.runs(t, id))
	}
	must(t, o.ResumeRecurring(ctx, o.admin, id))
	must(t, o.ResumeRecurring(ctx, o.admin, id))
	for range 5 {
		o.pass(24 * time.Hour)
		o.turn(t)
	}
	if r := read(); o.runs(t, id) != "3 11:00 skipped, 6 11:00 sent, 7 11:00 sent, 8 11:00 sent" || r.EndedAt == 0 || r.NextAt != 0 {
		t.Errorf("in the end: %s", o.runs(t, id))
	}
	for name, err := range map[string]error{
		"pause":  first(o.PauseRecurring(ctx, o.admin, id)),
		"resume": o.ResumeRecurring(ctx, o.admin, id),
		"skip":   o.SkipNext(ctx, o.admin, id, due),
		"change": o.ChangeRecurring(ctx, o.admin, id, daily(number(1))),
		"end":    o.EndRecurring(ctx, o.admin, id),
	} {
		if !errors.Is(err, ErrRecurringOver) {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
	other := o.repeat(t, o.admin, daily(number(2)))
	must(t, o.EndRecurring(ctx, o.admin, other))
	o.pass(48 * time.Hour)
	o.turn(t)
	if got := o.runs(t, other); got != "" {
		t.Errorf("after somebody ended it: %s", got)
	}
}

func TestChangeRecurring(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.repeat(t, o.admin, daily(number(1)))
	must(t, o.SkipNext(ctx, o.admin, id, start.Add(2*time.Hour)))
	f := daily(number(1), number(2))
	f.Body, f.Time = "Register, please.", "12:00"
	must(t, o.ChangeRecurring(ctx, o.admin, id, f))
	r, err := o.Recurring(ctx, o.admin, id)
	must(t, err)
	if !r.Next[0].At.Equal(start.Add(26 * time.Hour)) {
		t.Fatalf("a change brought a skipped time back: %s", r.Next[0].At)
	}
	f.Time = "11:00"
	must(t, o.ChangeRecurring(ctx, o.admin, id, f))
	o.pass(time.Hour)
	o.turn(t)
	if messages := o.messagesOf(t, o.admin); len(messages) != 2 || messages[0].Body != "Register, please." || o.runs(t, id) != "3 10:00 sent, 3 11:00 skipped" {
		t.Errorf("%d messages, %s", len(messages), o.runs(t, id))
	}
	// Today's time is over; the change to it does not send a second time today.
	f.Body = "Register, now."
	must(t, o.ChangeRecurring(ctx, o.admin, id, f))
	o.turn(t)
	if n := len(o.messagesOf(t, o.admin)); n != 2 {
		t.Errorf("%d messages after a change at the very time", n)
	}
	f.Ends, f.After = "after", "2"
	if err := o.ChangeRecurring(ctx, o.admin, id, f); !errors.Is(err, ErrNoRuns) {
		t.Errorf("an end that has passed: %v", err)
	}
	_, err = o.PauseRecurring(ctx, o.admin, id)
	must(t, err)
	f.After = "3"
	must(t, o.ChangeRecurring(ctx, o.admin, id, f))
	if r, err = o.Recurring(ctx, o.admin, id); err != nil || r.PausedAt == 0 || r.NextAt != 0 {
		t.Errorf("a change resumed it: %+v, %v", r, err)
	}
}

func TestAFormSubmittedTwiceRepeatsOnce(t *testing.T) {
	o := newOffice(t)
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	f := daily(number(1))
	f.SubmitKey = "one form"
	if first, again, other := o.repeat(t, sam, f), o.repeat(t, sam, f), o.repeat(t, o.admin, f); again != first || other == first {
		t.Errorf("made %d, %d and, for another user, %d", first, again, other)
	}
}

func TestBadRules(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		change func(*RecurringForm)
		want   *Refusal
		field  string
	}{
		"never":            {func(f *RecurringForm) { f.Every = "" }, ErrBadRule, "every"},
		"no weekday":       {func(f *RecurringForm) { f.Every = "week" }, ErrBadRule, "weekdays"},
		"a wrong weekday":  {func(f *RecurringForm) { f.Every, f.Weekdays = "fortnight", []string{"1", "7"} }, ErrBadRule, "weekdays"},
		"no day of month":  {func(f *RecurringForm) { f.Every, f.MonthDay = "month_day", "32" }, ErrBadRule, "month_day"},
		"no week":          {func(f *RecurringForm) { f.Every, f.Week, f.Weekday = "month_weekday", "6", "1" }, ErrBadRule, "week"},
		"30 February":      {func(f *RecurringForm) { f.Every, f.Month, f.YearDay = "year", "2", "30" }, ErrBadRule, "year_day"},
		"no month":         {func(f *RecurringForm) { f.Every, f.Month, f.YearDay = "year", "13", "30" }, ErrBadRule, "month"},
		"no time":          {func(f *RecurringForm) { f.Time = "25:00" }, ErrBadRule, "time"},
		"no first day":     {func(f *RecurringForm) { f.StartsOn = "tomorrow" }, ErrBadRule, "starts_on"},
		"a far first day":  {func(f *RecurringForm) { f.StartsOn = "2099-01-01" }, ErrBadRule, "starts_on"},
		"after none":       {func(f *RecurringForm) { f.Ends, f.After = "after", "0" }, ErrBadRule, "ends_after"},
		"no last day":      {func(f *RecurringForm) { f.Ends = "on" }, ErrBadRule, "ends_on"},
		"an unknown end":   {func(f *RecurringForm) { f.Ends = "soon" }, ErrBadRule, "ends"},
		"over before":      {func(f *RecurringForm) { f.Ends, f.On = "on", "2026-06-02" }, ErrNoRuns, "ends"},
		"today's is over":  {func(f *RecurringForm) { f.Ends, f.On, f.Time = "on", "2026-06-03", "8:00" }, ErrNoRuns, "ends"},
		"a long name":      {func(f *RecurringForm) { f.Name = strings.Repeat("x", 81) }, ErrTooLong, "name"},
		"nobody":           {func(f *RecurringForm) { f.To = To{} }, ErrNoRecipients, "to"},
		"no number":        {func(f *RecurringForm) { f.To.Numbers = []string{"12"} }, ErrBadNumber, "to"},
		"no text":          {func(f *RecurringForm) { f.Body = " " }, ErrBlankBody, "body"},
		"a bad sender":     {func(f *RecurringForm) { f.Sender = "much too long a name" }, ErrSenderTooLong, "sender"},
		"an unknown group": {func(f *RecurringForm) { f.To.Groups = []int64{77} }, ErrUnknownGroup, "to"},
	} {
		f := daily(number(1))
		c.change(&f)
		_, err := o.AddRecurring(ctx, o.admin, f)
		var r *Refusal
		if !errors.As(err, &r) || !errors.Is(err, c.want) || Refusals(err)[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range MaxRecurring {
		o.repeat(t, o.admin, daily(number(1)))
	}
	if _, err := o.AddRecurring(ctx, o.admin, daily(number(1))); !errors.Is(err, ErrRecurringFull) {
		t.Errorf("one too many: %v", err)
	}
}

func TestRecurringIsNobodyElses(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	jo := o.user(t, "jo", LevelNormal, o.admin.User.ID, 10)
	id := o.repeat(t, sam, daily(number(1)))
	o.pass(4 * time.Hour)
	o.turn(t)
	r, err := o.Recurring(ctx, sam, id)
	must(t, err)
	run := r.Missed[0].ID
	for name, err := range map[string]error{
		"look":        first(o.Recurring(ctx, jo, id)),
		"pause":       first(o.PauseRecurring(ctx, jo, id)),
		"resume":      o.ResumeRecurring(ctx, jo, id),
		"end":         o.EndRecurring(ctx, jo, id),
		"skip":        o.SkipNext(ctx, jo, id, r.Next[0].At),
		"change":      o.ChangeRecurring(ctx, jo, id, daily(number(2))),
		"send missed": first(o.SendMissed(ctx, jo, id, run)),
		"skip missed": o.SkipMissed(ctx, jo, id, run),
	} {
		if !errors.Is(err, ErrUnknownRecurring) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := o.AllRecurring(ctx, jo); err != nil || len(all) != 0 {
		t.Errorf("jo sees %d, %v", len(all), err)
	}
	if n, err := o.MissedRuns(ctx, jo); err != nil || n != 0 {
		t.Errorf("jo is asked about %d, %v", n, err)
	}
	if all, err := o.AllRecurring(ctx, o.admin); err != nil || len(all) != 1 || all[0].Owner != "sam" {
		t.Errorf("the administrator sees %d, %v", len(all), err)
	}
	// A missed time of another series is none of this one's.
	other := o.repeat(t, sam, daily(number(2)))
	if _, err := o.SendMissed(ctx, sam, other, run); !errors.Is(err, ErrOccurrenceGone) {
		t.Errorf("through another series: %v", err)
	}
	// What the administrator sends of it is still sam's, and sam pays.
	batch, err := o.SendMissed(ctx, o.admin, id, run)
	must(t, err)
	if b, err := o.Batch(ctx, sam, batch); err != nil || b.UserID != sam.User.ID || o.balance(t, sam) != 9 {
		t.Errorf("%+v, %v", b, err)
	}
	// A group that is another's cannot be put into it, whoever does it.
	group, err := o.AddGroup(ctx, jo, "Jo's")
	must(t, err)
	f := daily()
	f.To = To{Groups: []int64{group}}
	if _, err := o.AddRecurring(ctx, sam, f); !errors.Is(err, ErrUnknownGroup) {
		t.Errorf("jo's group: %v", err)
	}
}

func TestTheOrderOfTheList(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	add := func(name, at string) int64 {
		f := daily(number(1))
		f.Name, f.Time = name, at
		return o.repeat(t, o.admin, f)
	}
	ended, paused := add("ended", "10:00"), add("paused", "10:00")
	add("late", "18:00")
	add("soon", "12:00")
	must(t, o.EndRecurring(ctx, o.admin, ended))
	_, err := o.PauseRecurring(ctx, o.admin, paused)
	must(t, err)
	all, err := o.AllRecurring(ctx, o.admin)
	must(t, err)
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	if got := fmt.Sprint(names); got != "[soon late paused ended]" {
		t.Error(got)
	}
}

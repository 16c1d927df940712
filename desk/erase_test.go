package desk

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"textdesk/db"
	"textdesk/sms"
)

const (
	erasedNumber = "+447700987123"
	erasedName   = "Quirinus Vanderplonk"
)

// traces are the words that must not be found in the files any more, in
// whatever way they were written.
var traces = []string{"700987123", "7700 987123", "7700987 123", "uirinus", "anderplonk", "quirinus@"}

// fillWithPerson makes the desk know a person in every place that it has.
func fillWithPerson(t *testing.T, o *office) (sam, kim Actor) {
	t.Helper()
	ctx := t.Context()
	sam, kim = o.user(t, "sam", LevelNormal, 1, 1000), o.user(t, "kim", LevelNormal, 1, 1000)
	for _, a := range []Actor{sam, kim} {
		contact, err := o.AddContact(ctx, a, ContactForm{Name: erasedName, Number: erasedNumber, Email: "quirinus@example.org"})
		must(t, err)
		must(t, o.ChangeContact(ctx, a, contact, ContactForm{Name: erasedName + " jun.", Number: erasedNumber}))
		must(t, o.ChangeContact(ctx, a, contact, ContactForm{Name: erasedName, Number: erasedNumber, Email: "quirinus@example.org"}))
		must(t, o.NoteConsent(ctx, a, contact, ConsentForm{Source: ConsentPaper, Wording: "Quirinus agrees"}))
		other, err := o.AddContact(ctx, a, ContactForm{Name: "Ann", Number: number(1)})
		must(t, err)
		group, err := o.AddGroup(ctx, a, "Year 4")
		must(t, err)
		must(t, first2(o.AddToGroup(ctx, a, group, []int64{contact, other})))
		list, err := o.AddList(ctx, a, "Trip")
		must(t, err)
		must(t, first2(o.PasteIntoList(ctx, a, list, erasedNumber+"\t"+erasedName+"\tquirinus@example.org\tQuirinus's coach\n"+number(2)+"\tBo")))

		// Alone, among others, filled in, scheduled, cancelled, and left out.
		o.send(t, a, Order{To: []string{erasedNumber}, Body: "Dear Quirinus Vanderplonk, call us."})
		o.send(t, a, Order{Groups: []int64{group}, Body: "Dear ((Name)), the bus is late.", Fill: true})
		o.send(t, a, Order{Lists: []int64{list}, Body: "Hello all"})
		o.send(t, a, Order{To: []string{"07700 987123", number(3)}, Body: "Tomorrow", SendAt: o.clock().Add(100 * 3600 * 1e9)})
		o.send(t, a, Order{To: []string{number(4), "Quirinus Vanderplonk <0208 946 0000>"}, Body: "Left out"})
	}
	o.taken(t, o.leave(t, 100))
	found, err := o.store.FindMessages(ctx, db.MessageFilter{Limit: 100})
	must(t, err)
	for _, m := range found {
		o.receipt(t, ref(m.ID, 0), sms.Delivered)
	}
	must(t, o.ReplyFrom(ctx, CommandLine(), erasedNumber, "Yes. Quirinus Vanderplonk"))
	must(t, first2(o.Suppress(ctx, CommandLine(), erasedNumber, "Quirinus asked")))
	o.send(t, sam, Order{To: []string{"Quirinus Vanderplonk <07700-987 123>", number(5)}, Body: "Left out again"})
	must(t, first2(o.AddRecurring(ctx, sam, RecurringForm{Name: "Register", Sender: "SCHOOL", Body: "Hi", To: To{Numbers: []string{"07700 987123", number(6)}},
		RuleForm: RuleForm{Every: "week", Time: "09:00", StartsOn: "2026-12-20", Weekdays: []string{"1"}}})))
	return sam, kim
}

func first2[A any](_ A, err error) error { return err }

// onDisk looks for the words in every file of the data directory.
func onDisk(t *testing.T, dir string, words []string) (found []string) {
	t.Helper()
	must(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		must(t, err)
		for i, c := range content {
			if c >= 'A' && c <= 'Z' {
				content[i] = c + 'a' - 'A'
			}
		}
		for _, w := range words {
			if i := bytes.Index(content, []byte(strings.ToLower(w))); i >= 0 { // the first of its kind
				found = append(found, fmt.Sprintf("%s at %d of %s: %q", w, i, filepath.Base(path), content[max(0, i-40):min(len(content), i+60)]))
			}
		}
		return nil
	}))
	return found
}

// TestNothingIsLeftOfWhoWasErased looks into the very files.
func TestNothingIsLeftOfWhoWasErased(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam, kim := fillWithPerson(t, o)
	if len(onDisk(t, o.dir, traces)) == 0 {
		t.Fatal("the person is in no file to begin with")
	}
	there, err := o.FindPerson(ctx, o.admin, "07700 987123")
	must(t, err)
	if there.Messages < 8 || there.Waiting != 2 || there.Inbound != 1 || there.Contacts != 2 || there.Entries != 2 || there.Consents != 2 || !there.Suppressed || there.Names[0] != erasedName {
		t.Fatalf("there is %+v", there)
	}
	batches := batchTotals(t, o)
	if err := o.ErasePerson(ctx, sam, erasedNumber, erasedNumber); !errors.Is(err, ErrForbidden) {
		t.Errorf("a normal user is told %v", err)
	}
	if err := o.ErasePerson(ctx, o.admin, erasedNumber, "07700 987124"); !errors.Is(err, ErrNotConfirmed) {
		t.Errorf("another number confirms it: %v", err)
	}
	must(t, o.ErasePerson(ctx, o.admin, erasedNumber, "+44 7700 987 123"))
	must(t, o.ErasePerson(ctx, o.admin, erasedNumber, erasedNumber)) // a second click
	must(t, o.RunErasures(ctx))
	if list, err := o.Erasures(ctx, o.admin, 10); err != nil || len(list) != 1 || list[0].DoneAt == 0 || list[0].Sealed != "" {
		t.Fatalf("erasures %+v, %v", list, err)
	}
	if _, err := o.store.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	for _, found := range onDisk(t, o.dir, traces) {
		t.Errorf("still there: %s", found)
	}

	// Everything else is as it was, and adds up.
	o.booksAreRight(t)
	after := batchTotals(t, o)
	for id, n := range batches {
		if after[id] != n {
			t.Errorf("send %d had %d recipients, and has %d", id, n, after[id])
		}
	}
	if there, err = o.FindPerson(ctx, o.admin, erasedNumber); err != nil || there.Messages+there.Inbound+there.Contacts+there.Entries+there.Consents > 0 || !there.Suppressed {
		t.Errorf("afterwards there is %+v, %v", there, err)
	}
	found, err := o.store.FindMessages(ctx, db.MessageFilter{Number: erasedNumber, Limit: 10})
	if err != nil || len(found) != 0 {
		t.Errorf("the search still finds %d messages, %v", len(found), err)
	}
	for _, a := range []Actor{sam, kim} {
		people, _, err := o.Contacts(ctx, a, BookSearch{Limit: 10})
		if err != nil || len(people) != 1 || people[0].Name != "Ann" {
			t.Errorf("contacts are %v, %v", people, err)
		}
	}

	// The number still must not be texted, by whatever way it comes back.
	draft, err := o.Check(ctx, o.again(t, sam), Order{To: []string{erasedNumber, number(9)}, Sender: "SCHOOL", Body: "x"})
	must(t, err)
	if draft.Suppressed != 1 || draft.People != 1 {
		t.Errorf("a send would reach %d people, and leave %d out", draft.People, draft.Suppressed)
	}
	if p, err := o.Suppress(ctx, CommandLine(), erasedNumber, "Once more"); err != nil || p.Known != 1 || p.Added != 0 {
		t.Errorf("suppressed once more: %+v, %v", p, err)
	}
	page, _, _, err := o.Suppressions(ctx, o.admin, BookSearch{Search: "07700 987123", Limit: 10})
	if err != nil || len(page) != 1 || page[0].Number != erasedNumber {
		t.Errorf("whoever knows the number finds %v, %v", page, err)
	}
	must(t, o.Unsuppress(ctx, o.admin, erasedNumber, "Came back"))
	if draft, err = o.Check(ctx, o.again(t, sam), Order{To: []string{erasedNumber}, Sender: "SCHOOL", Body: "x"}); err != nil || draft.People != 1 {
		t.Errorf("allowed again, a send would reach %d people, %v", draft.People, err)
	}
}

// batchTotals adds up what each send counts.
func batchTotals(t *testing.T, o *office) map[int64]int64 {
	t.Helper()
	found, err := o.store.FindMessages(t.Context(), db.MessageFilter{Limit: 1000})
	must(t, err)
	totals := map[int64]int64{}
	for _, m := range found {
		totals[m.BatchID]++
	}
	return totals
}

// TestWhatIsQueuedForWhoWasErasedDoesNotLeave: also a text that was accepted
// before, or comes back from a provider in the middle of it.
func TestErasureWaitsForCallsInFlight(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, 1, 1000)
	sent := o.send(t, sam, Order{To: []string{erasedNumber}, Body: "Dear Quirinus"})
	marked := o.leave(t, 10)
	must(t, o.ErasePerson(ctx, o.admin, erasedNumber, erasedNumber))
	must(t, o.RunErasures(ctx))
	if m, err := o.store.Message(ctx, marked[0].ID); err != nil || m.Number != erasedNumber {
		t.Fatalf("a message in flight has lost its number: %v %v", m.Number, err)
	}
	o.taken(t, marked)
	must(t, o.RunErasures(ctx))
	m, err := o.store.Message(ctx, marked[0].ID)
	if err != nil || !m.Number.Erased() || m.Body != "" || m.Status != sms.Submitted {
		t.Errorf("the message is %+v, %v", m, err)
	}
	// The receipt is of the message still.
	o.receipt(t, ref(m.ID, 0), sms.Delivered)
	if o.status(t, m.ID) != sms.Delivered {
		t.Errorf("the receipt was lost: %v", o.status(t, m.ID))
	}
	if b, err := o.store.Batch(ctx, sent.BatchID); err != nil || b.Body != "" || b.NDelivered != 1 {
		t.Errorf("the send is %+v, %v", b, err)
	}
	o.booksAreRight(t)
}

// TestNobodyIsErasedInDoubt: a person has to decide first.
func TestNobodyIsErasedInDoubt(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, 1, 1000)
	o.send(t, sam, Order{To: []string{erasedNumber}})
	o.leave(t, 10)
	must(t, first2(o.Recover(ctx, o.provider, false)))
	if err := o.ErasePerson(ctx, o.admin, erasedNumber, erasedNumber); !errors.Is(err, ErrInDoubt) {
		t.Errorf("erasing says %v", err)
	}
}

// TestHashedNumbersAreOfOneSend: the hash is stable and of one number only, or
// rows of one send would collide.
func TestHashedNumbersAreOfOneSend(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, 1, 1000)
	o.send(t, sam, Order{To: numbers(0, 50)})
	o.taken(t, o.leave(t, 100))
	for i := range 50 {
		must(t, o.ErasePerson(ctx, o.admin, sms.MSISDN(number(i)), number(i)))
	}
	must(t, o.RunErasures(ctx))
	found, err := o.store.FindMessages(ctx, db.MessageFilter{Limit: 100})
	must(t, err)
	seen := map[sms.MSISDN]bool{}
	for _, m := range found {
		if !m.Number.Erased() || seen[m.Number] {
			t.Errorf("%s is no hash of its own", string(m.Number))
		}
		seen[m.Number] = true
	}
	if o.store.HashNumber(sms.MSISDN(number(3))) != o.store.HashNumber(sms.MSISDN(number(3))) || len(seen) != 50 {
		t.Errorf("%d hashes", len(seen))
	}
	o.booksAreRight(t)
}

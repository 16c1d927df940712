package fastsmsapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"textdesk/desk"
)

// many is how many people a group of this test has: more than are read at once.
const many = desk.MaxAtOnce + 5001

// manyPeople has a user's script import so many people into the group "All".
func manyPeople(t *testing.T, w *world, user string, n int) {
	t.Helper()
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "Person %d,447701%06d,,All\n", i, i)
	}
	if got := w.call(user, "ImportContactsCSV", "ContactsCSV", lines.String()); !strings.HasPrefix(got, "1 : Success\n") {
		t.Fatalf("imported: %.200s", got)
	}
}

// accepted writes down all messages of a send that is too large for one step,
// and checks that the books are right at the end.
func accepted(t *testing.T, w *world) {
	t.Helper()
	must(t, w.AcceptAll(t.Context()))
	found, err := w.CheckBooks(t.Context())
	must(t, err)
	for _, f := range found {
		t.Errorf("the books: %s", f)
	}
}

// A group of more people than are read at once is one call as any other: its
// answer is an id, its messages can be asked for when all have left or ended,
// and everybody has one.
func TestGroupOfMany(t *testing.T) {
	w := newWorld(t)
	manyPeople(t, w, "boss", many)
	id := w.call("boss", "Send", "DestinationAddress", "Group", "GroupName", "all", "SourceAddress", "API", "Body", "Hello", "GetBGSendID", "1")
	batch := atoi(t, id)
	b, err := w.Batch(t.Context(), w.as("boss"), batch)
	must(t, err)
	if b.Recipients != many || b.NQueued != many || b.Credits != many || b.NStaged == 0 {
		t.Fatalf("accepted as %+v", b)
	}
	if got := w.call("boss", "GetBGMessages", "BGSendID", id); got != `{"error":"-522","message":"Background Send Not Finished"}` {
		t.Errorf("while it is written down: %s", got)
	}
	for _, other := range []string{"sam", "kim"} {
		if got := w.call(other, "GetBGMessages", "BGSendID", id); got != `{"error":"-521","message":"Unknown Background SendID"}` {
			t.Errorf("%s is told %s", other, got)
		}
	}
	accepted(t, w)
	if _, err := w.Stop(t.Context(), w.as("boss"), batch); err != nil {
		t.Fatal(err)
	}
	for whole := false; !whole; {
		whole, err = w.GoOnStopping(t.Context())
		must(t, err)
	}
	accepted(t, w)
	var rows []struct{ MessageID, Destination, Status string }
	must(t, json.Unmarshal([]byte(w.call("boss", "GetBGMessages", "BGSendID", id)), &rows))
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Status != "Cancelled" || !strings.HasPrefix(row.Destination, "447701") {
			t.Fatalf("there is %+v", row)
		}
		seen[row.Destination] = true
	}
	if len(rows) != many || len(seen) != many {
		t.Errorf("%d rows of %d people", len(rows), len(seen))
	}
}

// Credits for some of a large group text the first of them by name, as with a
// small one, and the others are named where the send is.
func TestGroupOfManyPastTheCredits(t *testing.T) {
	w := newWorld(t)
	manyPeople(t, w, "sam", many)
	_, err := w.Suppress(t.Context(), w.as("boss"), "447701000000", "Asked")
	must(t, err)
	const paid = many - 4000
	must(t, w.MoveCreditsByName(t.Context(), w.as("boss"), "sam", paid-10))
	send := func() string {
		return w.call("sam", "Send", "DestinationAddress", "Group", "GroupName", "All", "SourceAddress", "API", "Body", "Hello", "GetBGSendID", "1")
	}
	id := send()
	accepted(t, w)
	b, err := w.Batch(t.Context(), w.as("sam"), atoi(t, id))
	must(t, err)
	if b.Recipients != paid || b.NQueued != paid || b.NStaged != 0 || w.balance("sam") != 0 {
		t.Errorf("%d are texted, %d wait, %d credits are left", b.Recipients, b.NQueued, w.balance("sam"))
	}
	skips, n, err := w.Skips(t.Context(), w.as("sam"), b.ID, 2)
	must(t, err)
	if n != many-paid || skips[0].Code != desk.ErrSuppressed.Code || skips[1].Code != desk.ErrNoCredits.Code {
		t.Errorf("%d are left out, first %+v", n, skips)
	}
	if got := send(); got != "-100" {
		t.Errorf("without a credit: %s", got)
	}
	if ids, err := w.store.PreparingDrafts(t.Context()); err != nil || len(ids) > 0 {
		t.Errorf("what was refused is still read: %v, %v", ids, err)
	}
	accepted(t, w)
}

// More numbers in one call than are answered for are refused as a whole.
func TestMoreNumbersThanOneCallTakes(t *testing.T) {
	w := newWorld(t)
	var to strings.Builder
	for i := range desk.MaxAtOnce + 1 {
		fmt.Fprintf(&to, "447701%06d,", i)
	}
	numbers := strings.TrimSuffix(to.String(), ",")
	if got := w.call("boss", "Send", text("DestinationAddress", numbers)...); got != "-507" {
		t.Errorf("answered %.60s", got)
	}
	if got := w.call("boss", "Send", text("DestinationAddress", numbers, "ShowErrorMessage", "1")...); !strings.HasPrefix(got, "-507\n") {
		t.Errorf("answered %.60s", got)
	}
	if n := len(w.messages()); n != 0 {
		t.Errorf("%d were texted all the same", n)
	}
	ids := strings.Split(w.call("boss", "Send", text("DestinationAddress", numbers[:len(numbers)-13])...), ",")
	if len(ids) != desk.MaxAtOnce || ids[0] != "10000001" {
		t.Errorf("as many as it takes: %d ids, first %s", len(ids), ids[0])
	}
}

// Two scripts send to all at once, and the credits are for one of them and some:
// whoever comes second texts as many as are left, and no credit is spent twice.
func TestTwoSendToManyWithCreditsForOne(t *testing.T) {
	w := newWorld(t)
	manyPeople(t, w, "sam", many)
	const left = 3000
	must(t, w.MoveCreditsByName(t.Context(), w.as("boss"), "sam", many+left-10))
	answers := make([]string, 2)
	var work sync.WaitGroup
	for i := range answers {
		work.Go(func() {
			answers[i] = w.call("sam", "Send", "DestinationAddress", "Group", "GroupName", "All", "SourceAddress", "API", "Body", "Hello", "GetBGSendID", "1")
		})
	}
	work.Wait()
	accepted(t, w)
	var texted []int64
	for _, id := range answers {
		b, err := w.Batch(t.Context(), w.as("sam"), atoi(t, id))
		must(t, err)
		texted = append(texted, b.Recipients)
	}
	slices.Sort(texted)
	if texted[0] != left || texted[1] != many || w.balance("sam") != 0 {
		t.Errorf("%v are texted, %d credits are left", texted, w.balance("sam"))
	}
}

package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// ours is the number that the tests' texts are sent to.
const ours = "447700900999"

// says has somebody send a text to us, as a provider posts it.
func (o *office) says(t testing.TB, i int, body string) {
	t.Helper()
	o.seq++
	o.posts(t, simulator.Reply{ID: fmt.Sprint("says ", o.seq), From: sms.MSISDN(number(i)), To: ours, Body: body, At: o.clock()}.Encode())
	o.reads(t)
}

// replies sends the automatic replies that wait, and returns their texts.
func (o *office) replies(t testing.TB) (texts []string) {
	t.Helper()
	ids, err := o.WaitingReplies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if err := o.SendReply(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		row, err := o.store.AutoReply(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		switch row.State {
		case replySent:
			texts = append(texts, row.Body)
		default:
			texts = append(texts, "refused: "+row.Reason)
		}
	}
	return texts
}

func (o *office) suppressed(t testing.TB, i int) (db.Suppression, bool) {
	t.Helper()
	s, err := o.store.SuppressionOf(t.Context(), sms.MSISDN(number(i)))
	if err != nil && !db.IsNotFound(err) {
		t.Fatal(err)
	}
	return s, err == nil
}

func TestAWordOptsOutAtOnce(t *testing.T) {
	for _, text := range []string{"STOP", "stop", " Stop. ", "STOP!", "S T O P", "ＳＴＯＰ", "Opt-out", "OPT OUT", "unsubscribe", "End", "quit", "CANCEL", "revoke", "stop all", "STOP 🛑", "\u202eSTOP"} {
		o := newOffice(t)
		sent := o.send(t, o.admin, Order{To: numbers(1, 1), Sender: ours})
		o.taken(t, o.leave(t, 10))
		o.says(t, 1, text)
		s, is := o.suppressed(t, 1)
		if !is || s.How != ByWord || !strings.EqualFold(sms.WordKey(s.Word), sms.WordKey(text)) || s.SaidAt != db.At(o.clock()) {
			t.Errorf("%q: %+v, %v", text, s, is)
			continue
		}
		in, err := o.store.Inbound(t.Context(), int64(s.InboundID))
		if err != nil || int64(in.MessageID) != sent.Recipients[0].MessageID {
			t.Errorf("%q: the text is %+v, %v", text, in, err)
		}
		if _, err := o.Send(t.Context(), o.admin, Order{To: numbers(1, 1), Sender: ours, Body: "Hello"}); !errors.Is(err, ErrSuppressed) {
			t.Errorf("%q: a text to them: %v", text, err)
		}
	}
}

func TestWhatOnlyLooksLikeAWordIsFlagged(t *testing.T) {
	o := newOffice(t)
	for i, text := range []string{"Stop. Thank you", "please stop texting me", "stop it", "STOP IT", "UNSUBCRIBE", "Ne m’envoyez plus de SMS", "BAJA", "Thank you", "What time?", strings.Repeat("a", 4000), "توقف"} {
		o.says(t, i, text)
		if _, is := o.suppressed(t, i); is {
			t.Errorf("%q opts out", text)
		}
		asks, err := o.AskingFrom(t.Context(), o.admin, sms.MSISDN(number(i)))
		if err != nil || (asks.ID != 0) != (i < 7) {
			t.Errorf("%q: %+v, %v", text, asks, err)
		}
	}
	if texts := o.replies(t); len(texts) != 0 {
		t.Errorf("they are answered: %q", texts)
	}
}

// One click decides, either way, and the person can take it back.
func TestDecidingAboutAFlaggedText(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	o.send(t, ann, Order{To: numbers(1, 2), Sender: ours})
	o.taken(t, o.leave(t, 10))
	o.says(t, 1, "Please stop this")
	o.says(t, 1, "I said stop texting")
	o.says(t, 2, "I will stop by the office, do not text")
	first, err := o.AskingFrom(t.Context(), ann, sms.MSISDN(number(1)))
	if err != nil || first.Body != "I said stop texting" {
		t.Fatalf("ann sees %+v, %v", first, err)
	}
	if seen, err := o.AskingFrom(t.Context(), bob, sms.MSISDN(number(1))); err != nil || seen.ID != 0 {
		t.Errorf("bob sees %+v, %v", seen, err)
	}
	if _, err := o.OptOut(t.Context(), bob, first.ID); !errors.Is(err, ErrUnknownMessage) {
		t.Errorf("bob opts out: %v", err)
	}
	for range 2 { // a second click changes nothing
		if _, err := o.OptOut(t.Context(), ann, first.ID); err != nil {
			t.Fatal(err)
		}
	}
	if s, is := o.suppressed(t, 1); !is || s.How != ByAsked || int64(s.AddedBy) != ann.User.ID {
		t.Errorf("the list has %+v, %v", s, is)
	}
	if left, err := o.AskingFrom(t.Context(), ann, sms.MSISDN(number(1))); err != nil || left.ID != 0 {
		t.Errorf("it still asks: %+v, %v", left, err)
	}
	second, _ := o.AskingFrom(t.Context(), ann, sms.MSISDN(number(2)))
	if _, err := o.NotOptOut(t.Context(), ann, second.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.NotOptOut(t.Context(), ann, second.ID); !errors.Is(err, ErrNotAsking) {
		t.Errorf("twice: %v", err)
	}
	if _, is := o.suppressed(t, 2); is {
		t.Error("it opts out all the same")
	}
	o.says(t, 1, "start")
	if _, is := o.suppressed(t, 1); is {
		t.Error("START does not bring back")
	}
}

func TestStartBringsBackOnlyWhatATextHasDone(t *testing.T) {
	o := newOffice(t)
	if _, err := o.Suppress(t.Context(), o.admin, number(1)+"\n"+number(2), "Court order"); err != nil {
		t.Fatal(err)
	}
	o.says(t, 1, "START")
	o.says(t, 2, "STOP")
	o.says(t, 2, "UNSTOP")
	for i := range 2 {
		if s, is := o.suppressed(t, i+1); !is || s.Reason != "Court order" || s.How != ByStaff || s.Word != "" {
			t.Errorf("number %d: %+v, %v", i+1, s, is)
		}
	}
	if texts := o.replies(t); len(texts) != 0 {
		t.Errorf("they are answered: %q", texts)
	}
	o.says(t, 3, "STOP")
	if _, err := o.Suppress(t.Context(), o.admin, number(3), "Threatened a teacher"); err != nil {
		t.Fatal(err)
	}
	o.says(t, 3, "START")
	if s, is := o.suppressed(t, 3); !is || s.Reason != "Threatened a teacher" {
		t.Errorf("an administrator's reason is undone by a text: %+v, %v", s, is)
	}
	for _, word := range []string{"START", "unstop", "Un-Stop!"} {
		o.says(t, 4, "STOP")
		if _, is := o.suppressed(t, 4); !is {
			t.Fatal("STOP does not count")
		}
		o.says(t, 4, word)
		if _, is := o.suppressed(t, 4); is {
			t.Errorf("%s does not bring back", word)
		}
	}
}

// A START that was sent before the STOP, and comes late, undoes nothing.
func TestALateStartUndoesNothing(t *testing.T) {
	o := newOffice(t)
	early := o.clock()
	o.pass(time.Hour)
	o.says(t, 1, "STOP")
	o.posts(t, simulator.Reply{ID: "late", From: sms.MSISDN(number(1)), To: ours, Body: "START", At: early}.Encode())
	o.reads(t)
	if _, is := o.suppressed(t, 1); !is {
		t.Error("it does")
	}
}

// The confirmation goes although the number is on the list, once, and nothing
// else does.
func TestTheConfirmationGoesOnceAndNothingElse(t *testing.T) {
	o := newOffice(t)
	must(t, o.SaveOrganisation(t.Context(), o.admin, Organisation{Name: "Oakfield School", Country: "GB"}))
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 10)
	o.send(t, ann, Order{To: numbers(1, 1), Sender: ours})
	o.taken(t, o.leave(t, 10))
	later := o.send(t, ann, Order{To: numbers(1, 1), Sender: ours, Body: "Another one"})
	for range 3 {
		o.says(t, 1, "STOP")
	}
	texts := o.replies(t)
	if want := []string{"You will get no more texts from Oakfield School. Reply START to get them again."}; !slices.Equal(texts, want) {
		t.Fatalf("the replies are %q", texts)
	}
	marked := o.leave(t, 10)
	if len(marked) != 1 || marked[0].Body != texts[0] || marked[0].Sender != ours || marked[0].UserID != ann.User.ID {
		t.Fatalf("what leaves is %+v", marked)
	}
	if got := o.status(t, later.Recipients[0].MessageID); got != sms.Suppressed {
		t.Errorf("the text that waited is %s", got)
	}
	// The provider wants to be asked again later: it still goes.
	o.failed(t, marked[0], slower)
	o.pass(time.Minute)
	marked = o.leave(t, 10)
	if len(marked) != 1 {
		t.Fatalf("the second try: %+v", marked)
	}
	o.taken(t, marked)
	for range 3 {
		o.says(t, 1, "STOP")
	}
	if texts := o.replies(t); len(texts) != 0 {
		t.Errorf("once more: %q", texts)
	}
	b, err := o.store.Batch(t.Context(), marked[0].BatchID)
	if err != nil || b.Door != DoorAutomatic || b.Credits != 1 {
		t.Errorf("the batch is %+v, %v", b, err)
	}
	if got := o.balance(t, ann); got != 8 {
		t.Errorf("ann has %d credits left, want 8: the first text, and the confirmation; the second came back", got)
	}
	o.booksAreRight(t)
}

func TestNoConfirmationWhereItIsOff(t *testing.T) {
	o := newOffice(t)
	must(t, o.SaveOptOutWords(t.Context(), o.admin, Replies{NoConfirm: true, WelcomeText: "Welcome back."}))
	o.says(t, 1, "STOP")
	o.says(t, 1, "START")
	if texts := o.replies(t); !slices.Equal(texts, []string{"Welcome back."}) {
		t.Errorf("the replies are %q", texts)
	}
}

func TestOwnWords(t *testing.T) {
	o := newOffice(t)
	must(t, o.SaveOptOutWords(t.Context(), o.admin, Replies{OutWords: []string{"Arrêt", "Stop it", "توقف", "arrêt!", "STOP"}, InWords: []string{"Encore"}}))
	r, err := o.Replies(t.Context(), o.admin)
	if err != nil || !slices.Equal(r.OutWords, []string{"Arrêt", "Stop it", "توقف"}) {
		t.Fatalf("the words are %q, %v", r.OutWords, err)
	}
	for i, text := range []string{"ARRÊT", "stop it!", "توقف", "stop"} { // STOP is there whatever is saved
		o.says(t, i, text)
		if _, is := o.suppressed(t, i); !is {
			t.Errorf("%q does not opt out", text)
		}
	}
	o.says(t, 0, "encore")
	if _, is := o.suppressed(t, 0); is {
		t.Error("ENCORE does not bring back")
	}
	for name, bad := range map[string]Replies{
		"nothing but dots": {OutWords: []string{"..."}}, "one letter": {OutWords: []string{"x"}}, "start ends": {OutWords: []string{"Start"}},
		"stop begins": {InWords: []string{"STOP"}}, "own in both": {OutWords: []string{"Nein"}, InWords: []string{"nein"}},
		"too long":           {OutWords: []string{strings.Repeat("x", 100)}},
		"an answer is STOP":  {ConfirmText: "Stop!"},
		"an answer of parts": {WelcomeText: strings.Repeat("Welcome back. ", 60)},
	} {
		if err := o.SaveOptOutWords(t.Context(), o.admin, bad); len(Refusals(err)) == 0 {
			t.Errorf("%s is saved: %v", name, err)
		}
	}
	for i := range mostOwnWords + 1 {
		r.OutWords = append(r.OutWords, fmt.Sprint("word", i))
	}
	if err := o.SaveOptOutWords(t.Context(), o.admin, r); !errors.Is(err, ErrTooLong) {
		t.Errorf("many words: %v", err)
	}
}

// Whoever opts out does so for everybody, in the middle of a send as well, and
// the send adds up.
func TestStopInTheMiddleOfASend(t *testing.T) {
	o := newOffice(t)
	ann, bob := o.user(t, "ann", LevelNormal, o.admin.User.ID, 100), o.user(t, "bob", LevelNormal, o.admin.User.ID, 100)
	o.send(t, ann, Order{To: numbers(1, 1), Sender: ours})
	o.taken(t, o.leave(t, 10))
	sent := o.send(t, bob, Order{To: numbers(1, 20)})
	claimed, err := o.Claim(t.Context(), o.provider, 0, 10) // on their way, not marked
	if err != nil || len(claimed) != 10 {
		t.Fatal(claimed, err)
	}
	for i := 1; i <= 20; i += 2 {
		o.says(t, i, "STOP")
	}
	marked, err := o.Mark(t.Context(), claimed)
	if err != nil {
		t.Fatal(err)
	}
	for len(marked) > 0 {
		o.taken(t, marked)
		marked = o.leave(t, 50)
	}
	b, err := o.store.Batch(t.Context(), sent.BatchID)
	if err != nil || b.NSuppressed != 10 || b.NSubmitted != 10 {
		t.Errorf("%d are suppressed, %d are taken: %v", b.NSuppressed, b.NSubmitted, err)
	}
	o.booksAreRight(t)
}

// Repeats of what a provider posts, and reading it again, do nothing twice.
func TestARepeatedStopIsOne(t *testing.T) {
	o := newOffice(t)
	post := simulator.Reply{ID: "one", From: sms.MSISDN(number(1)), To: ours, Body: "STOP", At: o.clock()}.Encode()
	for range 3 {
		o.posts(t, post)
		o.reads(t)
	}
	if texts := o.replies(t); len(texts) != 1 {
		t.Errorf("the replies are %q", texts)
	}
	o.says(t, 1, "START")
	o.posts(t, post) // once more, after they came back
	o.reads(t)
	if _, is := o.suppressed(t, 1); is {
		t.Error("a repeat opts out again")
	}
}

// Who was erased stays off, and can come back by themselves.
func TestOptOutsOutliveErasure(t *testing.T) {
	o := newOffice(t)
	o.says(t, 1, "STOP")
	o.replies(t)
	o.taken(t, o.leave(t, 10))
	n := sms.MSISDN(number(1))
	if err := o.ErasePerson(t.Context(), o.admin, n, string(n)); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		must(t, o.RunErasures(t.Context()))
	}
	if s, is := o.suppressed(t, 1); !is || s.How != ByWord {
		t.Fatalf("after the erasure: %+v, %v", s, is)
	}
	if c := o.count(t, "auto_replies WHERE number <> ''"); c != 0 {
		t.Error("it is known to whom the desk has answered")
	}
	o.says(t, 1, "STOP")
	if texts := o.replies(t); len(texts) != 0 {
		t.Errorf("it answers %q", texts)
	}
	if c := o.count(t, "suppressions"); c != 1 {
		t.Errorf("the list has %d rows", c)
	}
	o.says(t, 1, "START")
	if _, is := o.suppressed(t, 1); is {
		t.Error("they cannot come back")
	}
}

// Whatever comes in any order: nobody who is off gets a text but their one
// confirmation, and nobody gets more answers than the limits allow.
func TestRandomFloods(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	words := []string{"STOP", "stop.", "START", "Unstop", "HOURS", "hours please", "JOIN", "please stop", "Hello", "Hello", "", "🙂", "END", "S T O P", "\x00", strings.Repeat("stop ", 500)}
	for range 4 {
		o := newOffice(t)
		o.awayAlways(t)
		_, err := o.SaveKeyword(t.Context(), o.admin, 0, KeywordForm{Words: "Hours, Times", Begins: true, Body: "We are open from nine to five.", On: true})
		must(t, err)
		off := map[int]bool{}
		confirmed, answered := map[string]int{}, map[string]int{}
		for range 120 {
			i, text := r.IntN(4), words[r.IntN(len(words))]
			switch r.IntN(6) {
			case 0:
				_, _ = o.Send(t.Context(), o.admin, Order{To: numbers(0, 4), Sender: ours, Body: "News"})
			case 1:
				o.pass(time.Duration(r.IntN(120)) * time.Minute)
			case 2:
				for _, m := range o.leave(t, 20) {
					_, is := o.suppressed(t, int(m.Number[len(m.Number)-1]-'0'))
					if is && !strings.HasPrefix(m.Body, "You will get no more") {
						t.Fatalf("%q leaves to somebody who is off", m.Body)
					}
					o.taken(t, []db.Message{m})
				}
			default:
				o.says(t, i, text)
				switch key := sms.WordKey(text); {
				case key == "stop" || key == "end":
					off[i] = true
				case key == "start" || key == "unstop":
					off[i] = false
				}
				if _, is := o.suppressed(t, i); is != off[i] {
					t.Fatalf("after %q: off is %v, want %v", text, is, off[i])
				}
			}
			for _, text := range o.replies(t) {
				if strings.HasPrefix(text, "refused") {
					continue
				}
				confirmed[text]++
			}
		}
		for i := range 4 {
			rows, err := o.store.RepliesLately(t.Context(), db.RepliesLatelyParams{Number: sms.MSISDN(number(i)), SinceAt: db.At(o.clock().Add(-24 * time.Hour))})
			must(t, err)
			for _, row := range rows {
				answered[fmt.Sprint(i, row.Kind)]++
			}
			if answered[fmt.Sprint(i, replyAway)] > 1 || answered[fmt.Sprint(i, replyKeyword)] > 3 || len(rows) > answersADay+confirmsADay {
				t.Errorf("number %d got %v in a day", i, answered)
			}
		}
		o.booksAreRight(t)
	}
}

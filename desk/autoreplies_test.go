package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

var slower = &providers.Error{Kind: providers.Throttled, Code: "SLOWER", Text: "slow down"}

// weekdays are the office hours of the tests, nine to five.
var weekdays = DefaultReplies.Open

const away = "The office is closed. We read this tomorrow."

// awayAlways answers every text.
func (o *office) awayAlways(t testing.TB) {
	t.Helper()
	must(t, o.SaveOfficeHours(t.Context(), o.admin, Replies{Away: true, AwayText: away, AwayEvery: 24}))
}

func TestOfficeHours(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	must(t, err)
	r := Replies{Open: weekdays, Holidays: ReadHolidays("25/12/2026 Christmas Day\n1 January 2027\n")}
	r.Open[6] = OpenHours{20 * 60, 24 * 60}
	for at, want := range map[string]string{
		"2026-06-03 08:59": "closed until Wed 09:00", "2026-06-03 09:00": "open", "2026-06-03 16:59": "open", "2026-06-03 17:00": "closed until Thu 09:00",
		"2026-06-05 17:00": "closed until Sat 20:00", "2026-06-06 23:59": "open", "2026-06-07 00:00": "closed until Mon 09:00", "2026-06-07 12:00": "closed until Mon 09:00",
		"2026-12-25 12:00": "Christmas Day until Sat 20:00", "2027-01-01 12:00": "a holiday until Sat 20:00",
		"2026-03-29 12:00": "closed until Mon 09:00", // the clocks went forward that night
		"2026-10-25 12:00": "closed until Mon 09:00",
	} {
		clock, err := time.ParseInLocation("2006-01-02 15:04", at, london)
		must(t, err)
		open, holiday := r.openAt(clock)
		got := "open"
		if !open {
			got = "closed"
			if holiday != "" {
				got = holiday
			}
			got += " until " + r.opensNext(clock).Format("Mon 15:04")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if at := (Replies{}).opensNext(start); !at.IsZero() {
		t.Errorf("an office that is never open opens at %s", at)
	}
}

func TestReadHolidays(t *testing.T) {
	got := ReadHolidays("\n 26.12.2026 - Boxing Day\n2026-12-25\nnext Tuesday\n25/12/2026 Christmas Day\n1 Jan 2027: New Year\n31/02/2026 never\n")
	want := []Holiday{{"", "next Tuesday"}, {"", "31/02/2026 never"}, {"2026-12-25", ""}, {"2026-12-26", "Boxing Day"}, {"2027-01-01", "New Year"}}
	if !slices.Equal(got, want) {
		t.Errorf("they are %+v", got)
	}
}

func TestOutOfHours(t *testing.T) {
	o := newOffice(t)
	must(t, o.SaveOfficeHours(t.Context(), o.admin, Replies{Away: true, AwayText: away, AwayEvery: 24, Open: weekdays, Holidays: ReadHolidays("2026-06-04 Sports day")}))
	said := func(want ...string) {
		t.Helper()
		if got := o.replies(t); !slices.Equal(got, want) {
			t.Errorf("at %s it answers %q, want %q", o.clock().Format("Mon 15:04"), got, want)
		}
	}
	o.says(t, 1, "Is anybody there?") // 10:00 in London
	said()
	o.pass(8 * time.Hour) // 18:00
	o.says(t, 1, "Is anybody there?")
	o.says(t, 2, "Hello")
	said(away, away)
	o.says(t, 1, "Hello?")
	o.says(t, 1, "please stop texting me") // for a person
	said()
	o.pass(16 * time.Hour) // 10:00 on a holiday
	o.says(t, 3, "Hello")
	o.says(t, 1, "Hello?") // had one 16 hours ago
	said(away)
	o.pass(9 * time.Hour)
	o.says(t, 1, "Hello again")
	said(away)
	rows, err := o.store.RepliesLately(t.Context(), db.RepliesLatelyParams{Number: sms.MSISDN(number(1)), SinceAt: 0})
	if err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if held := o.count(t, "auto_replies WHERE held_back = 2"); held != 1 {
		t.Errorf("%d rows say that two got no answer", held)
	}
}

// What came long ago, and is read now, is not answered; opting out is heeded
// whenever it came.
func TestOldTextsAreNotAnswered(t *testing.T) {
	o := newOffice(t)
	o.awayAlways(t)
	old := o.clock().Add(-3 * time.Hour)
	page := providers.InboundPage{Cursor: "2", Inbound: []providers.Inbound{
		{ID: "1", From: sms.MSISDN(number(1)), To: ours, Body: "Hello", At: old}, {ID: "2", From: sms.MSISDN(number(2)), To: ours, Body: "STOP", At: old}}}
	must(t, o.Received(t.Context(), o.provider, page))
	if texts := o.replies(t); len(texts) != 1 || !strings.HasPrefix(texts[0], "You will get no more") {
		t.Errorf("it answers %q", texts)
	}
	// An answer that waited for too long, in a desk that was down, is not sent.
	o.says(t, 3, "Hello")
	o.pass(2 * time.Hour)
	if texts := o.replies(t); len(texts) != 1 || !strings.HasPrefix(texts[0], "refused: It waited") {
		t.Errorf("it answers %q", texts)
	}
}

func TestKeywords(t *testing.T) {
	o := newOffice(t)
	save := func(f KeywordForm) int64 {
		t.Helper()
		f.On = true
		id, err := o.SaveKeyword(t.Context(), o.admin, 0, f)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	save(KeywordForm{Words: "Hours", Body: "nine to five"})
	begins := save(KeywordForm{Words: "Menu, what's for lunch", Begins: true, Body: "fish"})
	save(KeywordForm{Words: "Menu Friday", Body: "Friday: chips"})
	save(KeywordForm{Words: "Hours", To: "07700 900999", Body: "ours: ten to four"})
	off := save(KeywordForm{Words: "Secret", Body: "hush"})
	_, err := o.SaveKeyword(t.Context(), o.admin, off, KeywordForm{Words: "Secret", Body: "hush"})
	must(t, err)
	for i, c := range []struct{ text, to, want string }{
		{"hours", "60777", "nine to five"}, {"HOURS!", ours, "ours: ten to four"}, {"hours please", "60777", ""}, {"menu today please", "60777", "fish"}, {"MENU", "60777", "fish"},
		{"Menu, Friday?", "60777", "Friday: chips"}, {"What’s for lunch today", "60777", "fish"}, {"what's for tea", "60777", ""}, {"the menu", "60777", ""}, {"Secret", "60777", ""},
		{"menu please stop texting me", "60777", ""}, {"ＨＯＵＲＳ", "60777", "nine to five"},
	} {
		o.posts(t, simulator.Reply{ID: fmt.Sprint("k", i), From: sms.MSISDN(number(i)), To: c.to, Body: c.text, At: o.clock()}.Encode())
		o.reads(t)
		if got := strings.Join(o.replies(t), "|"); got != c.want {
			t.Errorf("%q to %s gets %q, want %q", c.text, c.to, got, c.want)
		}
		v, err := o.TryReply(t.Context(), o.admin, c.text, c.to, o.clock())
		if err != nil || v.Text != c.want {
			t.Errorf("trying %q to %s says %+v, %v", c.text, c.to, v, err)
		}
	}
	must(t, o.DeleteKeyword(t.Context(), o.admin, begins))
	if err := o.DeleteKeyword(t.Context(), o.admin, begins); !errors.Is(err, ErrUnknownKeyword) {
		t.Errorf("deleting it again: %v", err)
	}
	for name, f := range map[string]KeywordForm{
		"an opt-out word": {Words: "Stop", Body: "x"}, "an opt-in word": {Words: "START", Body: "x"}, "none": {Body: "x"}, "no answer": {Words: "a1"}, "taken": {Words: "hours", Body: "x"},
		"no group": {Words: "Join", Deed: DeedJoin}, "a strange deed": {Words: "Join", Deed: "dance"}, "an answer that opts out": {Words: "Bye", Body: "STOP"},
		"no sender": {Words: "Bye", Body: "x", To: "a name that is too long"}, "no provider": {Words: "Bye", Body: "x", Provider: 99},
		"too long": {Words: "Bye", Body: strings.Repeat("x", 1000)},
	} {
		if _, err := o.SaveKeyword(t.Context(), o.admin, 0, f); len(Refusals(err)) == 0 {
			t.Errorf("%s is saved: %v", name, err)
		}
	}
}

func TestAKeywordIsAnsweredThreeTimesADay(t *testing.T) {
	o := newOffice(t)
	_, err := o.SaveKeyword(t.Context(), o.admin, 0, KeywordForm{Words: "Hours", Begins: true, Body: "nine to five", On: true})
	must(t, err)
	answers := 0
	for i := range 10 {
		o.says(t, 1, fmt.Sprint("hours ", i))
		answers += len(o.replies(t))
		o.pass(time.Hour)
	}
	if answers != 3 {
		t.Errorf("%d answers", answers)
	}
	o.pass(24 * time.Hour)
	o.says(t, 1, "hours")
	o.says(t, 1, "hours")
	if got := len(o.replies(t)); got != 1 {
		t.Errorf("the same words at once get %d answers", got)
	}
}

func TestAKeywordJoinsAndLeavesAGroup(t *testing.T) {
	o := newOffice(t)
	group, err := o.AddGroup(t.Context(), o.admin, "Snow alerts")
	must(t, err)
	for word, deed := range map[string]string{"Snow": DeedJoin, "Thaw": DeedLeave} {
		_, err := o.SaveKeyword(t.Context(), o.admin, 0, KeywordForm{Words: word, Deed: deed, Group: group, Body: word + " it is.", On: true})
		must(t, err)
	}
	members := func(want int64) {
		t.Helper()
		if g, err := o.Group(t.Context(), o.admin, group); err != nil || g.Count != want {
			t.Errorf("the group has %d, want %d: %v", g.Count, want, err)
		}
	}
	o.says(t, 1, "snow")
	o.says(t, 1, "Snow!")
	o.says(t, 2, "SNOW")
	members(2)
	o.says(t, 3, "STOP")
	o.says(t, 3, "snow") // who is off joins nothing
	members(2)
	if n := o.count(t, "consents WHERE source = 'reply'"); n != 2 {
		t.Errorf("%d consents are noted", n)
	}
	o.says(t, 1, "thaw")
	o.says(t, 9, "thaw") // a stranger
	members(1)
	must(t, o.DeleteGroup(t.Context(), o.admin, group))
	o.says(t, 4, "snow")
	if texts := o.replies(t); !slices.Contains(texts, "Snow it is.") {
		t.Errorf("the answers are %q", texts)
	}
	o.booksAreRight(t)
}

// Short codes, names and our own numbers get nothing.
func TestWhoGetsNoAnswer(t *testing.T) {
	o := newOffice(t)
	o.awayAlways(t)
	o.user(t, "ann", LevelNormal, o.admin.User.ID, 10)
	must(t, o.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.SetSetting(ctx, db.SetSettingParams{Key: keySender, Value: "+447700900555"})
	}))
	var in []providers.Inbound
	for i, from := range []string{"60777", "+60777", "Oakfield", "", "+" + ours, "+447700900555", "#abc", "+0447700900123", "447700900123"} {
		for j, body := range []string{"Hello", "STOP"} {
			in = append(in, providers.Inbound{ID: fmt.Sprint(i, j), From: sms.MSISDN(from), To: ours, Body: body, At: o.clock()})
		}
	}
	must(t, o.Received(t.Context(), o.provider, providers.InboundPage{Inbound: in, Cursor: "1"}))
	if texts := o.replies(t); len(texts) != 0 {
		t.Errorf("it answers %q", texts)
	}
	if n := o.count(t, "suppressions WHERE number NOT LIKE '+4477%'"); n != 0 {
		t.Errorf("%d that are no numbers are on the list", n)
	}
}

// Two desks that answer each other, by keywords and while nobody is there, come
// to rest by themselves.
func TestTwoDesksComeToRest(t *testing.T) {
	left, right := newOffice(t), newOffice(t)
	for name, o := range map[string]*office{"left": left, "right": right} {
		o.awayAlways(t)
		_, err := o.SaveKeyword(t.Context(), o.admin, 0, KeywordForm{Words: "Thanks, hello", Begins: true, Body: "Hello from the " + name + " desk. Thanks for your text.", On: true})
		must(t, err)
	}
	mine := map[*office]int{left: 1, right: 2} // the number of each
	said := 0
	deliver := func(from, to *office, text string) {
		said++
		to.posts(t, simulator.Reply{ID: fmt.Sprint("t", said), From: sms.MSISDN(number(mine[from])), To: strings.TrimPrefix(number(mine[to]), "+"), Body: text, At: to.clock()}.Encode())
		to.reads(t)
	}
	for _, first := range []string{"Hello", "Good evening", "Hello there", "STOP", "START", "Hello"} {
		deliver(right, left, first)
		for quiet := false; !quiet; {
			quiet = true
			for _, pair := range [][2]*office{{left, right}, {right, left}} {
				for _, text := range pair[0].replies(t) {
					deliver(pair[0], pair[1], text)
					quiet = false
				}
			}
			if said > 60 {
				t.Fatal("they answer each other for ever")
			}
		}
		left.pass(time.Minute)
		right.pass(time.Minute)
	}
	t.Logf("%d texts went to and fro", said)
	// An echo is not answered a second time either.
	o := newOffice(t)
	o.awayAlways(t)
	o.says(t, 5, "Hello")
	for range 30 {
		for _, text := range o.replies(t) {
			o.says(t, 5, text)
		}
		o.pass(2 * time.Hour)
	}
	if n := o.count(t, "auto_replies"); n != 1 {
		t.Errorf("an echo got %d answers", n)
	}
}

// Without credits nothing breaks, the rest goes on, and it is written down why.
func TestWithoutCreditsTheReasonIsKept(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 1)
	o.send(t, ann, Order{To: numbers(1, 1), Sender: ours})
	o.taken(t, o.leave(t, 10))
	o.says(t, 1, "STOP")
	if texts := o.replies(t); len(texts) != 1 || texts[0] != "refused: This costs 1 credit and you have none." {
		t.Errorf("it answers %q", texts)
	}
	if _, is := o.suppressed(t, 1); !is {
		t.Error("the number can be texted")
	}
	must(t, o.SaveReplyLimits(t.Context(), o.admin, Replies{Payer: o.admin.User.ID, KeywordsADay: 3, MostAnHour: 2}))
	o.says(t, 1, "START")
	if texts := o.replies(t); len(texts) != 1 || strings.HasPrefix(texts[0], "refused") {
		t.Errorf("with another payer it answers %q", texts)
	}
	o.booksAreRight(t)
}

// What a user may not do does not keep the desk's own answers from going, and
// they wait for nobody.
func TestAnswersDoNotNeedTheirUsersPermission(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 10)
	o.send(t, ann, Order{To: numbers(1, 1), Sender: ours})
	o.taken(t, o.leave(t, 10))
	must(t, o.SetPermissions(t.Context(), o.admin, ann.User.ID, Permissions{TemplatesOnly: true, Senders: []string{"Oakfield"}, ApproveAbove: 0}))
	o.quiet(t, DefaultQuiet)
	o.pass(14 * time.Hour) // midnight
	o.says(t, 1, "STOP")
	if texts := o.replies(t); len(texts) != 1 || strings.HasPrefix(texts[0], "refused") {
		t.Fatalf("it answers %q", texts)
	}
	if marked := o.leave(t, 10); len(marked) != 1 {
		t.Errorf("%d texts leave", len(marked))
	}
}

func TestSoManyAnswersAnHour(t *testing.T) {
	o := newOffice(t)
	o.awayAlways(t)
	must(t, o.SaveReplyLimits(t.Context(), o.admin, Replies{KeywordsADay: 3, MostAnHour: 5}))
	for i := range 20 {
		o.says(t, i, "Hello")
	}
	o.says(t, 30, "STOP") // is always confirmed
	if texts := o.replies(t); len(texts) != 6 {
		t.Errorf("%d answers", len(texts))
	}
	o.pass(61 * time.Minute)
	o.says(t, 19, "Hello")
	if texts := o.replies(t); len(texts) != 1 {
		t.Errorf("an hour later: %q", texts)
	}
}

// A reply to an automatic answer goes to whoever was answered before, not to
// whoever pays for it.
func TestAnAnswerIsNotWhatIsAnswered(t *testing.T) {
	o := newOffice(t)
	ann := o.user(t, "ann", LevelNormal, o.admin.User.ID, 10)
	must(t, o.SaveReplyLimits(t.Context(), o.admin, Replies{Payer: o.admin.User.ID, KeywordsADay: 3, MostAnHour: 100}))
	o.awayAlways(t)
	sent := o.send(t, ann, Order{To: numbers(1, 1), Sender: ours})
	o.taken(t, o.leave(t, 10))
	o.says(t, 1, "Hello")
	o.replies(t)
	auto := o.leave(t, 10)
	o.taken(t, auto)
	o.says(t, 1, "Thanks")
	o.posts(t, simulator.Reply{ID: "named", From: sms.MSISDN(number(1)), To: ours, Body: "Thanks", At: o.clock(), InReply: ref(auto[0].ID, 0)}.Encode())
	o.reads(t)
	found, err := o.store.InboundFrom(t.Context(), db.InboundFromParams{Number: sms.MSISDN(number(1)), PageSize: 5})
	if err != nil || len(found) != 3 {
		t.Fatal(found, err)
	}
	for _, in := range found {
		if int64(in.MessageID) != sent.Recipients[0].MessageID || int64(in.UserID) != ann.User.ID {
			t.Errorf("%q answers message %d of user %d", in.Body, in.MessageID, in.UserID)
		}
	}
	// Where nothing was answered before, an answer to the answer is nobody's.
	o.says(t, 2, "Hello")
	o.replies(t)
	auto = o.leave(t, 10)
	o.taken(t, auto)
	o.posts(t, simulator.Reply{ID: "named 2", From: sms.MSISDN(number(2)), To: ours, Body: "Thanks", At: o.clock(), InReply: ref(auto[0].ID, 0)}.Encode())
	o.reads(t)
	found, err = o.store.InboundFrom(t.Context(), db.InboundFromParams{Number: sms.MSISDN(number(2)), PageSize: 5})
	if err != nil || len(found) != 2 || found[0].MessageID != 0 || found[0].UserID != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Whatever stops the desk between storing a text and sending its answer: the
// answer is there afterwards, once.
func TestAnAnswerSurvivesAndIsOne(t *testing.T) {
	o := newOffice(t)
	o.says(t, 1, "STOP")
	ids, err := o.WaitingReplies(t.Context())
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	errs := make(chan error)
	for range 8 {
		go func() { errs <- o.SendReply(t.Context(), ids[0]) }()
	}
	for range 8 {
		must(t, <-errs)
	}
	if n := o.count(t, "messages"); n != 1 {
		t.Errorf("%d texts are sent", n)
	}
	o.booksAreRight(t)
}

// An answer comes from the number that was written to, and leaves without a
// sender where that is none.
func TestWhoAnAnswerIsFrom(t *testing.T) {
	o := newOffice(t)
	o.awayAlways(t)
	for i, c := range []struct{ to, want string }{{ours, ours}, {"60777", "60777"}, {"no sender of any kind", ""}} {
		o.posts(t, simulator.Reply{ID: fmt.Sprint("from ", i), From: sms.MSISDN(number(i)), To: c.to, Body: "Hello", At: o.clock()}.Encode())
		o.reads(t)
		if texts := o.replies(t); !slices.Equal(texts, []string{away}) {
			t.Errorf("to %q it answers %q", c.to, texts)
		}
		if left := o.leave(t, 10); len(left) != 1 || left[0].Sender != c.want {
			t.Errorf("to %q: what leaves is %+v, want it from %q", c.to, left, c.want)
		}
	}
}

package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"textdesk/sms"
)

func statuses(n int) []sms.Status { return sms.Statuses()[:n] }

// library fills a store with messages in many sends and returns them, newest
// first.
func library(t testing.TB, s *Store, sends int) []Message {
	t.Helper()
	var all []Message
	err := s.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
		all = nil
		for u := range 4 {
			if _, err := tx.InsertUser(ctx, InsertUserParams{Username: fmt.Sprint("u", u), UsernameKey: fmt.Sprint("u", u), Level: "normal"}); err != nil {
				return err
			}
		}
		if _, err := tx.InsertProvider(ctx, InsertProviderParams{Name: "p", Kind: "k", Concurrency: 1, GroupSize: 1}); err != nil {
			return err
		}
		id := int64(100)
		for b := range int64(sends) {
			n := 1 + b%7*b%11
			body := []string{"School is closed today", "Ihr Termin ist morgen", "Café 10% off", "the boiler's broken", "STOP"}[b%5]
			batch := InsertBatchParams{ID: b + 1, UserID: 1 + b%4, Body: body, Recipients: n, Parts: n, Credits: n}
			if err := tx.InsertBatch(ctx, batch); err != nil {
				return err
			}
			if err := tx.InsertBatchWords(ctx, batch.ID, body); err != nil {
				return err
			}
			var rows []Message
			for i := range n {
				id += 1 + b%3
				rows = append(rows, Message{ID: id, BatchID: batch.ID, UserID: batch.UserID, ProviderID: 1, Body: body, Parts: 1, Credits: 1, Priority: min(n-1, 1),
					Number: sms.MSISDN(fmt.Sprintf("+44770090%04d", (b*13+i*7)%3000)), Status: sms.Status((b + i) % sms.StatusCount), CreatedAt: Millis(1000 + 10*b)})
			}
			if err := tx.InsertMessages(ctx, rows); err != nil {
				return err
			}
			all = append(all, rows...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b Message) int { return cmp.Compare(b.ID, a.ID) })
	return all
}

// model is what a filter means, in the plainest words.
func (f MessageFilter) model(all []Message) []Message {
	var found []Message
	for _, m := range all {
		words := true
		for _, w := range strings.Fields(strings.ToLower(f.Words)) {
			words = words && strings.Contains(strings.ToLower(m.Body), w)
		}
		if (len(f.Users) == 0 || slices.Contains(f.Users, m.UserID)) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, m.Status)) &&
			strings.HasPrefix(string(m.Number), string(f.Number)) && (f.BatchID == 0 || f.BatchID == m.BatchID) && words &&
			(f.From == 0 || m.CreatedAt >= f.From) && (f.To == 0 || m.CreatedAt < f.To) &&
			(f.Before == 0 || m.ID < f.Before) && (f.After == 0 || m.ID > f.After) {
			found = append(found, m)
		}
	}
	if len(found) > f.Limit {
		if f.After > 0 {
			return found[len(found)-f.Limit:]
		}
		return found[:f.Limit]
	}
	return found
}

func ids(messages []Message) []int64 {
	out := []int64{}
	for _, m := range messages {
		out = append(out, m.ID)
	}
	return out
}

func TestFindMessagesAsThePlainestWords(t *testing.T) {
	s := open(t)
	all := library(t, s, 700)
	if len(all) < numberFew+500 {
		t.Fatalf("%d messages are too few to take both ways of looking for numbers", len(all))
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := MessageFilter{
			Users:    rapid.SliceOfNDistinct(rapid.Int64Range(1, 5), 0, 4, rapid.ID).Draw(rt, "users"),
			Statuses: rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 11), func(i int) sms.Status { return sms.Status(i) }), 0, 12, rapid.ID).Draw(rt, "statuses"),
			Number:   sms.MSISDN(rapid.SampledFrom([]string{"", "", "+4477", "+447700900", "+4477009000", "+447700901234", "+447700900013", "+9"}).Draw(rt, "number")),
			Words:    rapid.SampledFrom([]string{"", "", "school", "SCHOOL closed", "clo", "termin ist", "10", "nothing such"}).Draw(rt, "words"),
			Limit:    rapid.IntRange(1, 60).Draw(rt, "limit"),
		}
		if rapid.IntRange(0, 3).Draw(rt, "in a batch") == 0 {
			f.BatchID = rapid.Int64Range(1, 701).Draw(rt, "batch")
		}
		if rapid.IntRange(0, 3).Draw(rt, "in a time") == 0 {
			f.From, f.To = Millis(rapid.IntRange(900, 8100).Draw(rt, "from")), Millis(rapid.IntRange(900, 8100).Draw(rt, "to"))
		}
		switch rapid.IntRange(0, 2).Draw(rt, "direction") {
		case 1:
			f.Before = all[rapid.IntRange(0, len(all)-1).Draw(rt, "edge")].ID
		case 2:
			f.After = all[rapid.IntRange(0, len(all)-1).Draw(rt, "edge")].ID
		}
		got, err := s.FindMessages(context.Background(), f)
		if err != nil {
			rt.Fatal(err)
		}
		if want := ids(f.model(all)); !slices.Equal(ids(got), want) {
			rt.Fatalf("%+v finds\n%v, want\n%v", f, ids(got), want)
		}
	})
}

func TestPagesMeetAndExportsAreWhole(t *testing.T) {
	s := open(t)
	all := library(t, s, 250)
	for name, f := range map[string]MessageFilter{
		"all": {}, "users": {Users: []int64{1, 3}}, "statuses": {Statuses: statuses(5)}, "words": {Words: "school"},
		"number": {Number: "+44770090"}, "both": {Users: []int64{2}, Statuses: statuses(2)},
	} {
		f.Limit = 1 << 30
		want := ids(f.model(all))
		var down, up, each []int64
		for page := (MessageFilter{Users: f.Users, Statuses: f.Statuses, Words: f.Words, Number: f.Number, Limit: 33}); ; {
			found, err := s.FindMessages(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 {
				break
			}
			down = append(down, ids(found)...)
			page.Before = found[len(found)-1].ID
		}
		for page := (MessageFilter{Users: f.Users, Statuses: f.Statuses, Words: f.Words, Number: f.Number, Limit: 33, After: 1}); ; {
			found, err := s.FindMessages(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 {
				break
			}
			up = append(ids(found), up...)
			page.After = found[0].ID
		}
		if err := s.EachMessage(t.Context(), f, func(m Message) error { each = append(each, m.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(each)
		if !slices.Equal(down, want) || !slices.Equal(up, want) || !slices.Equal(each, want) {
			t.Errorf("%s: %d down, %d up, %d exported, want %d", name, len(down), len(up), len(each), len(want))
		}
	}
}

// A slow download must not keep the desk from reading.
func TestSlowExportsHoldNobodyUp(t *testing.T) {
	s := open(t)
	library(t, s, 300)
	stop := make(chan struct{})
	started := make(chan struct{}, 8)
	done := make(chan error, 8)
	for range 8 {
		go func() {
			first := true
			done <- s.EachMessage(context.Background(), MessageFilter{}, func(Message) error {
				if first {
					first = false
					started <- struct{}{}
					<-stop
				}
				return nil
			})
		}()
	}
	for range 8 {
		<-started
	}
	if _, err := s.FindMessages(t.Context(), MessageFilter{Limit: 1}); err != nil {
		t.Error(err)
	}
	close(stop)
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestSearchesFindWhatIsTyped(t *testing.T) {
	s := open(t)
	library(t, s, 40)
	for typed, want := range map[string]string{
		"cafe": "Café 10% off", "CAFÉ": "Café 10% off", "boiler's": "the boiler's broken", `"boiler"`: "the boiler's broken", "bro": "the boiler's broken",
		"sch* AND": "", "NOT school": "", "school OR": "", "body:school": "", "!!!": "", "school !!!": "School is closed today", "😀": "",
	} {
		found, err := s.FindMessages(t.Context(), MessageFilter{Words: typed, Limit: 1})
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Body
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
}

func FuzzMatchWords(f *testing.F) {
	s := open(f)
	library(f, s, 10)
	for _, typed := range []string{"school", `a"b`, `"`, `""`, "*", "a*b", "(", "NEAR(a b)", "a AND b", "-a", "^a", "a:b", "\x00", "a\x00b", "é\u0301", "  ", "\xff\xfe", "+", "{a}", "a + b", "ﷺ", "١٢"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if _, err := s.FindMessages(t.Context(), MessageFilter{Words: typed, Limit: 5}); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	})
}

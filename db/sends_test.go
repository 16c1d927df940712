package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A column that is added to sends is read in lists too.
func TestListsReadWholeSends(t *testing.T) {
	rows, err := open(t).read.QueryContext(t.Context(), "SELECT name FROM pragma_table_info('batches')")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	read := strings.FieldsFunc(batchColumns, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	n := 0
	for ; rows.Next(); n++ {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(read, "b."+name) {
			t.Errorf("lists of sends do not read %s", name)
		}
	}
	if n != len(read) || rows.Err() != nil {
		t.Errorf("lists read %d columns of %d: %v", len(read), n, rows.Err())
	}
}

func TestPlansOfSends(t *testing.T) {
	s := open(t)
	for name, c := range map[string]struct {
		f    BatchFilter
		from string
		cond string
		uses string
	}{
		"all":      {BatchFilter{}, "", "", "SCAN b"},
		"one user": {BatchFilter{Users: []int64{1}, Before: BatchPlace{ID: 7}}, "", "", "batches_user "},
		"planned":  {BatchFilter{Which: PlannedSends, Before: BatchPlace{ID: 7, At: 4}}, "", "", "batches_planned"},
		"words":    {BatchFilter{}, "batch_words w CROSS JOIN batches b ON b.id = w.rowid", "batch_words MATCH ?", "PRIMARY KEY"},
		"sender":   {BatchFilter{Before: BatchPlace{ID: 7}}, "batches b INDEXED BY batches_sender", "lower(b.sender) = ?", "batches_sender "},
	} {
		var values []any
		if strings.Contains(c.cond, "?") {
			values = []any{"x"}
		}
		c.f.Limit = 31
		q := c.f.part(c.from, c.cond, values...)
		whole, bad := plan(t, s, q.query, q.args...)
		bad = slices.DeleteFunc(bad, func(detail string) bool {
			return strings.HasPrefix(detail, "SCAN b") && !strings.Contains(detail, "TEMP")
		}) // newest first, by the key
		if len(bad) > 0 || !strings.Contains(whole, c.uses) {
			t.Errorf("%s: %q is not what it should be:\n%s\n%s", name, bad, whole, q.query)
		}
	}
}

// TestFindBatches pages through sends in both directions and finds them by what
// they say, who sent them and as whom.
func TestFindBatches(t *testing.T) {
	s := open(t)
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		for u := 1; u <= 2; u++ {
			if _, err := tx.InsertUser(ctx, InsertUserParams{Username: fmt.Sprint(u), UsernameKey: fmt.Sprint(u), Level: "normal"}); err != nil {
				return err
			}
		}
		for i := range 20 {
			b := InsertBatchParams{ID: int64(100 + i), UserID: int64(1 + i%2), Door: "page", Sender: []string{"School", "447700900123"}[i/10], Body: []string{"Boiler visit", "Sports day"}[i%2],
				SendAt: Millis(1000 - i/2), Zone: "UTC", Validity: 60, Recipients: 1, NScheduled: int64(i % 4 / 2), NQueued: int64(1 - i%4/2)}
			if err := tx.InsertBatch(ctx, b); err != nil {
				return err
			}
			if err := tx.InsertBatchWords(ctx, b.ID, b.Body); err != nil {
				return err
			}
		}
		if err := tx.HoldBatch(ctx, HoldBatchParams{ID: 103, HeldAt: 1, HeldWhy: "late"}); err != nil {
			return err
		}
		return tx.PauseBatch(ctx, PauseBatchParams{ID: 110, PausedAt: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	all := func(f BatchFilter) (ids []int64) {
		t.Helper()
		f.Limit = 3
		for {
			page, err := s.FindBatches(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range page {
				ids = append(ids, b.ID)
			}
			if len(page) < 3 {
				break
			}
			f.Before = BatchPlace{ID: page[2].ID, At: page[2].SendAt}
		}
		// Back again, by the same pages.
		var back []int64
		f.Before = BatchPlace{}
		f.After = BatchPlace{ID: 1}
		if f.Which == PlannedSends {
			f.After = BatchPlace{ID: 1 << 40, At: 1 << 40}
		}
		for {
			page, err := s.FindBatches(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for i := range page {
				back = append(back, page[len(page)-1-i].ID)
			}
			if len(page) < 3 {
				break
			}
			f.After = BatchPlace{ID: page[0].ID, At: page[0].SendAt}
		}
		slices.Reverse(back)
		if !slices.Equal(ids, back) {
			t.Errorf("%+v: forwards %v, backwards %v", f, ids, back)
		}
		return ids
	}
	span := func(want func(i int) bool) (ids []int64) {
		for i := 19; i >= 0; i-- {
			if want(i) {
				ids = append(ids, int64(100+i))
			}
		}
		return ids
	}
	for name, c := range map[string]struct {
		f    BatchFilter
		want []int64
	}{
		"all":               {BatchFilter{}, span(func(int) bool { return true })},
		"one's own":         {BatchFilter{Users: []int64{2}}, span(func(i int) bool { return i%2 == 1 })},
		"of two":            {BatchFilter{Users: []int64{1, 2}}, span(func(int) bool { return true })},
		"words":             {BatchFilter{Words: "boil"}, span(func(i int) bool { return i%2 == 0 })},
		"a sender":          {BatchFilter{Words: "school", Sender: "SCHOOL"}, span(func(i int) bool { return i < 10 })},
		"either":            {BatchFilter{Words: "sports", Sender: "school"}, span(func(i int) bool { return i < 10 || i%2 == 1 })},
		"either, one's own": {BatchFilter{Words: "sports", Sender: "school", Users: []int64{1}}, span(func(i int) bool { return i < 10 && i%2 == 0 })},
		"nothing":           {BatchFilter{Words: "!!!"}, nil},
		"attention":         {BatchFilter{Which: UnsettledSends}, []int64{110, 103}},
		"attention, words":  {BatchFilter{Which: UnsettledSends, Words: "boiler"}, []int64{110}},
		"attention, sender": {BatchFilter{Which: UnsettledSends, Words: "!", Sender: "School"}, []int64{103}},
		"planned":           {BatchFilter{Which: PlannedSends}, []int64{118, 119, 114, 115, 110, 111, 106, 107, 102, 103}},
	} {
		if got := all(c.f); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

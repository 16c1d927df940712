package desk

import (
	"context"
	"fmt"
	"testing"

	"textdesk/db"
)

func TestTheOutboxKnowsWhomItWentTo(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelAdmin, o.admin.User.ID, 100)
	kim := o.user(t, "kim", LevelNormal, sam.User.ID, 100)
	pat := o.user(t, "pat", LevelNormal, o.admin.User.ID, 100)
	for _, c := range []struct {
		whose        Actor
		name, number string
	}{{sam, "Sam calls her Ann", "07700900001"}, {kim, "Kim calls her Annie", "07700900001"}, {pat, "Pat's friend", "07700900002"}, {kim, "Zoë Brown", "07700900003"}} {
		_, err := o.AddContact(ctx, c.whose, ContactForm{Name: c.name, Number: c.number})
		must(t, err)
	}
	send := func(a Actor, body string, to ...string) (ids []int64) {
		t.Helper()
		for _, r := range o.send(t, a, Order{To: to, Sender: "SCHOOL", Body: body}).Recipients {
			ids = append(ids, r.MessageID)
		}
		return ids
	}
	own := send(sam, "Coach at nine", "07700900001")[0]
	theirs := send(kim, "Coach at ten", "07700900001", "07700900002", "07700900003")
	send(pat, "Zoë comes later", "07700900001", "07700900003")

	page, err := o.Outbox(ctx, sam, Filter{Limit: 10})
	must(t, err)
	for id, want := range map[int64]string{own: "Sam calls her Ann", theirs[0]: "Kim calls her Annie", theirs[1]: "", theirs[2]: "Zoë Brown"} {
		if got := page.To[id].Name; got != want {
			t.Errorf("%d went to %q, want %q", id, got, want)
		}
	}
	story, err := o.Message(ctx, sam, theirs[2])
	if err != nil || story.To.Name != "Zoë Brown" {
		t.Errorf("the message went to %+v, %v", story.To, err)
	}

	for _, c := range []struct {
		a      Actor
		search string
		want   int
	}{
		{sam, "zoe", 1},         // by the contact of a user below
		{sam, "annie", 2},       // whoever sent it
		{sam, "coach", 4},       // by the text
		{sam, "friend", 0},      // not by somebody else's contact
		{pat, "friend", 0},      // nobody has texted that number
		{pat, "zoë", 2},         // by the text alone
		{kim, "brown", 1},       // by their own
		{sam, "annie coach", 0}, // neither a name nor a text
	} {
		page, err := o.Outbox(ctx, c.a, Filter{Search: c.search, Limit: 10})
		if err != nil || len(page.Messages) != c.want {
			t.Errorf("%s finds %d by %q, %v", c.a.User.Username, len(page.Messages), c.search, err)
		}
	}
}

// Messages found by their text and by a name are one list, page by page in both
// directions.
func TestASearchByNameAndTextIsPaged(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 1000)
	one := []db.Contact{{UserID: sam.User.ID, Name: "Rose", NameKey: bookKey("Rose"), Number: "+447700900001", CreatedAt: 1, ChangedAt: 1}}
	must(t, o.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.InsertContacts(ctx, one, nil) }))
	var want []int64
	for i := range 23 {
		order := Order{To: []string{"07700900002"}, Sender: "SCHOOL", Body: fmt.Sprint("Nothing of it ", i)}
		if i%3 > 0 {
			order.Body = fmt.Sprint("A rose ", i)
		}
		if i%2 > 0 {
			order.To[0] = "07700900001"
		}
		id := o.send(t, sam, order).Recipients[0].MessageID
		if i%3 > 0 || i%2 > 0 {
			want = append([]int64{id}, want...)
		}
	}
	f := Filter{Search: "rose", Limit: 4}
	var got []int64
	for {
		page, err := o.Outbox(ctx, sam, f)
		must(t, err)
		for _, m := range page.Messages {
			got = append(got, m.ID)
		}
		if !page.Older {
			break
		}
		f.Before = got[len(got)-1]
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("from new to old %v, want %v", got, want)
	}
	f.Before, f.After = 0, want[len(want)-1]
	back := []int64{f.After}
	for {
		page, err := o.Outbox(ctx, sam, f)
		must(t, err)
		for i := len(page.Messages) - 1; i >= 0; i-- {
			back = append([]int64{page.Messages[i].ID}, back...)
		}
		if !page.Newer {
			break
		}
		f.After = back[0]
	}
	if fmt.Sprint(back) != fmt.Sprint(want) {
		t.Errorf("from old to new %v, want %v", back, want)
	}
}

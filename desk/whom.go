package desk

import (
	"cmp"
	"context"
	"slices"

	"textdesk/db"
	"textdesk/sms"
)

// whom is whom messages went to, by message id: as the contacts of their sender
// have it, or else the actor's own.
func (d *Desk) whom(ctx context.Context, a Actor, messages []db.Message) (map[int64]db.Contact, error) {
	books, numbers := []int64{a.User.ID}, make([]sms.MSISDN, 0, len(messages))
	for _, m := range messages {
		if !slices.Contains(books, m.UserID) {
			books = append(books, m.UserID)
		}
		if !m.Number.Erased() {
			numbers = append(numbers, m.Number)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	called, err := d.store.NamesOfNumbers(ctx, books, numbers)
	if err != nil {
		return nil, err
	}
	to := map[int64]db.Contact{}
	for _, m := range messages {
		if c, ok := called[m.UserID][m.Number]; ok {
			to[m.ID] = c
		} else if c, ok := called[a.User.ID][m.Number]; ok {
			to[m.ID] = c
		}
	}
	return to, nil
}

// findMessages is a page of messages; a search for words also finds those to
// people who are called so in the contacts.
func (d *Desk) findMessages(ctx context.Context, a Actor, where db.MessageFilter) (found []db.Message, looked NamesLooked, err error) {
	found, err = d.store.FindMessages(ctx, where)
	if err != nil || where.Words == "" {
		return found, looked, err
	}
	byName := where
	byName.Words = ""
	if byName.Numbers, looked, err = d.numbersCalled(ctx, a, db.Viewer{Users: where.Users}, where.Words); err != nil || len(byName.Numbers) == 0 {
		return found, looked, err
	}
	more, err := d.store.FindMessages(ctx, byName)
	if err != nil {
		return nil, looked, err
	}
	found = append(found, more...)
	slices.SortFunc(found, func(x, y db.Message) int { return cmp.Compare(y.ID, x.ID) })
	found = slices.CompactFunc(found, func(x, y db.Message) bool { return x.ID == y.ID })
	if over := len(found) - where.Limit; over > 0 && where.After > 0 {
		return found[over:], looked, nil // those next to where the page begins
	}
	return found[:min(len(found), where.Limit)], looked, nil
}

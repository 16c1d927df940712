package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// Spoken is one text of a conversation: one that was sent, or one that came; or
// what a colleague did to it in the inbox.
type Spoken struct {
	Message *db.Message
	Inbound *db.Inbound
	Line    *db.ConversationLine
}

// Conversation returns the texts to and from a number that the actor may see,
// oldest first: the latest, or those before a place that an earlier answer gave.
// older is the place from which to go on, "" where there is nothing more.
func (d *Desk) Conversation(ctx context.Context, a Actor, number sms.MSISDN, before string, limit int) (said []Spoken, older string, err error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, "", err
	}
	lastMessage, lastInbound := readConversationPlace(before)
	messages, err := d.store.FindMessages(ctx, db.MessageFilter{Users: users, Number: number, Before: lastMessage, Limit: limit + 1})
	if err != nil {
		return nil, "", err
	}
	inbound, err := d.store.FindInbound(ctx, db.InboundFilter{Users: users, Number: number, Before: lastInbound, Limit: limit + 1})
	if err != nil {
		return nil, "", err
	}
	for i := range messages {
		if messages[i].Number == number { // not a longer one that begins so
			said = append(said, Spoken{Message: &messages[i]})
		}
	}
	for i := range inbound {
		if inbound[i].Number == number {
			said = append(said, Spoken{Inbound: &inbound[i]})
		}
	}
	slices.SortStableFunc(said, func(x, y Spoken) int { return y.At().Compare(x.At()) })
	if len(said) > limit {
		said = said[:limit]
		for _, s := range said {
			if s.Message != nil {
				lastMessage = s.Message.ID
			} else {
				lastInbound = s.Inbound.ID
			}
		}
		older = fmt.Sprintf("%d.%d", lastMessage, lastInbound)
	}
	slices.Reverse(said)
	return said, older, nil
}

func readConversationPlace(typed string) (message, inbound int64) {
	m, i, _ := strings.Cut(typed, ".")
	read := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	return read(m), read(i)
}

// NamesOf is what those are called who sent the texts of a conversation.
func (d *Desk) NamesOf(ctx context.Context, a Actor, said []Spoken) (map[int64]string, error) {
	var messages []db.Message
	for _, s := range said {
		if s.Message != nil {
			messages = append(messages, *s.Message)
		}
	}
	return d.namesOf(ctx, a, messages)
}

// ListsWith returns the distribution lists of a contact's owner on which the
// contact's number stands, with the line.
func (d *Desk) ListsWith(ctx context.Context, a Actor, contact int64) ([]db.ListsWithNumberRow, error) {
	c, _, err := d.Contact(ctx, a, contact)
	if err != nil {
		return nil, err
	}
	lists, err := d.store.ListsWithNumber(ctx, db.ListsWithNumberParams{Number: c.Number, UserID: c.UserID})
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	return lists, nil
}

// Alike returns other contacts of the same address book with the same number or
// the same name: a few of each.
func (d *Desk) Alike(ctx context.Context, a Actor, contact int64) ([]db.Contact, error) {
	c, _, err := d.Contact(ctx, a, contact)
	if err != nil {
		return nil, err
	}
	var alike []db.Contact
	for byName, key := range map[bool]string{false: string(c.Number), true: c.NameKey} {
		found, err := d.store.ContactsWithKey(ctx, c.UserID, byName, key, duplicatesOf)
		if err != nil {
			return nil, err
		}
		for _, other := range found {
			if other.ID != c.ID && !slices.ContainsFunc(alike, func(x db.Contact) bool { return x.ID == other.ID }) {
				alike = append(alike, other)
			}
		}
	}
	slices.SortFunc(alike, func(x, y db.Contact) int { return int(x.ID - y.ID) })
	return alike, nil
}

// SuppressedAmong returns those of the numbers that nobody may text.
func (d *Desk) SuppressedAmong(ctx context.Context, contacts []db.Contact) (map[sms.MSISDN]bool, error) {
	numbers := make([]sms.MSISDN, len(contacts))
	for i, c := range contacts {
		numbers[i] = c.Number
	}
	return d.store.SuppressedOf(ctx, numbers)
}

// UsesOf names what goes to a group or a list by itself: the repeating sends
// that the actor may see.
func (d *Desk) UsesOf(ctx context.Context, a Actor, group, list int64) ([]string, error) {
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	names, err := d.store.RecurringTo(ctx, users, group, list)
	if err != nil {
		return nil, err
	}
	return names, nil
}

package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"textdesk/db"
	"textdesk/sheet"
	"textdesk/sms"
)

// PersonTable is one part of everything about a person.
type PersonTable struct {
	// Name is that of the file: "messages".
	Name   string
	Titles []string
	// Each calls row for every row.
	Each func(row func(cells ...string) error) error
}

// Person is everything about one person that the actor may see, as tables, for
// whoever asks what is kept of them. Contacts, lists, consents and messages are
// the actor's and those of users below them. Times are in the organisation's
// zone, with its offset. For administrators.
func (d *Desk) Person(ctx context.Context, a Actor, number sms.MSISDN) ([]PersonTable, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	names, err := d.usernamesOfAll(ctx)
	if err != nil {
		return nil, err
	}
	p := personFile{d: d, a: a, number: number, zone: set.Zone, names: names,
		sees: func(id int64) bool { return users == nil || contains(users, id) }}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return d.audit(ctx, tx, a, "person.export", string(number), "")
	})
	if err != nil {
		return nil, err
	}
	return []PersonTable{
		{"contact", []string{"User", "Name", "Number", "E-mail", "Fields", "Groups", "Added", "Changed"}, p.each(ctx, p.contacts)},
		{"lists", []string{"User", "List", "Name", "Number", "E-mail", "MM1", "MM2", "MM3", "MM4", "MM5", "Fields"}, p.each(ctx, p.entries)},
		{"consent", []string{"User", "How", "Wording", "Given", "Noted by", "Noted", "Withdrawn", "Withdrawn: noted by", "Withdrawn: why"}, p.each(ctx, p.consents)},
		{"messages", []string{"Id", "User", "Sender", "Text", "State", "Reason", "Accepted", "Taken by the provider", "Ended", "Text messages"}, p.messages(ctx, users)},
		{"received", []string{"User", "To", "Text", "Received"}, p.each(ctx, p.inbound)},
		{"forwarded", []string{"User", "To", "Received", "Forwarded", "Method", "Forwarded to", "Answer", "Problem", "State"}, p.each(ctx, p.forwards)},
		{"not-to-be-texted", []string{"Reason", "Added by", "Added"}, p.each(ctx, p.suppression)},
		{"changes", []string{"User", "When", "By", "What", "Field", "From", "To"}, p.each(ctx, p.changes)},
	}, nil
}

// personFile gathers the tables.
type personFile struct {
	d      *Desk
	a      Actor
	number sms.MSISDN
	zone   *time.Location
	names  map[db.ID]string
	sees   func(userID int64) bool
}

func (p personFile) each(ctx context.Context, do func(context.Context, func(...string) error) error) func(func(...string) error) error {
	return func(row func(...string) error) error { return do(ctx, row) }
}

// at writes an instant, "" for never.
func (p personFile) at(m db.Millis) string {
	if m == 0 {
		return ""
	}
	return m.Time().In(p.zone).Format(time.RFC3339)
}

func (p personFile) name(userID int64) string { return p.names[db.ID(userID)] }

func (p personFile) own(ctx context.Context) ([]db.Contact, error) {
	found, err := p.d.store.ContactsOfNumber(ctx, p.number)
	return slices.DeleteFunc(found, func(c db.Contact) bool { return !p.sees(c.UserID) }), err
}

func (p personFile) contacts(ctx context.Context, row func(...string) error) error {
	found, err := p.own(ctx)
	if err != nil {
		return err
	}
	for _, c := range found {
		groups, err := p.d.store.GroupsOf(ctx, []int64{c.ID})
		if err != nil {
			return err
		}
		if err := row(p.name(c.UserID), c.Name, string(c.Number), c.Email, c.Fields, sheet.JoinNames(groups[c.ID]), p.at(c.CreatedAt), p.at(c.ChangedAt)); err != nil {
			return err
		}
	}
	return nil
}

func (p personFile) entries(ctx context.Context, row func(...string) error) error {
	found, lists, err := p.d.store.EntriesOfNumber(ctx, p.number)
	if err != nil {
		return err
	}
	for i, e := range found {
		if !p.sees(lists[i].UserID) {
			continue
		}
		if err := row(p.name(lists[i].UserID), lists[i].Name, e.Name, string(e.Number), e.Email, e.Mm1, e.Mm2, e.Mm3, e.Mm4, e.Mm5, e.Fields); err != nil {
			return err
		}
	}
	return nil
}

func (p personFile) consents(ctx context.Context, row func(...string) error) error {
	for id := range p.names {
		if !p.sees(int64(id)) {
			continue
		}
		found, err := p.d.consentsOf(ctx, int64(id), p.number)
		if err != nil {
			return err
		}
		for _, c := range found {
			if err := row(p.name(c.UserID), c.Source, c.Wording, p.at(c.GivenAt), c.NotedBy, p.at(c.NotedAt), p.at(c.WithdrawnAt), c.WithdrawnBy, c.WithdrawnWhy); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p personFile) messages(ctx context.Context, users []int64) func(func(...string) error) error {
	return func(row func(...string) error) error {
		return p.d.store.EachMessage(ctx, db.MessageFilter{Users: users, Number: p.number}, func(m db.Message) error {
			if m.Number != p.number {
				return nil
			}
			return row(strconv.FormatInt(m.ID, 10), p.name(m.UserID), m.Sender, m.Body, m.Status.String(), m.Reason, p.at(m.CreatedAt), p.at(m.SubmittedAt), p.at(m.FinalAt), strconv.FormatInt(m.Parts, 10))
		})
	}
}

func (p personFile) inbound(ctx context.Context, row func(...string) error) error {
	return p.d.store.EachInboundFrom(ctx, p.number, func(in *db.Inbound) error {
		if !p.sees(int64(in.UserID)) {
			return nil
		}
		return row(p.name(int64(in.UserID)), in.Destination, in.Body, p.at(in.ReceivedAt))
	})
}

// forwards are the pages to which their texts were handed on, every try. The rest
// of an address may hold secrets, so it is named by its host.
func (p personFile) forwards(ctx context.Context, row func(...string) error) error {
	return p.d.store.EachForwardOf(ctx, p.number, func(t db.ForwardTry) error {
		if !p.sees(int64(t.UserID)) {
			return nil
		}
		answer, state := "", t.Reason
		if t.Answered != 0 {
			answer = strconv.FormatInt(t.Answered, 10)
		}
		switch t.State {
		case ForwardWaits:
			state = "Waits"
		case ForwardTaken:
			state = "Taken"
		case ForwardGivenUp:
			state = "Given up"
		}
		return row(p.name(int64(t.UserID)), t.To, p.at(t.ReceivedAt), p.at(t.At), t.Method, t.Host, answer, t.Problem, state)
	})
}

func (p personFile) suppression(ctx context.Context, row func(...string) error) error {
	s, err := p.d.store.SuppressionOf(ctx, p.number)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read suppression: %w", err)
	}
	return row(s.Reason, p.names[s.AddedBy], p.at(s.AddedAt))
}

// historyPage is how many lines of a contact's history are read at a time.
const historyPage = 500

func (p personFile) changes(ctx context.Context, row func(...string) error) error {
	found, err := p.own(ctx)
	if err != nil {
		return err
	}
	for _, c := range found {
		for before := int64(0); ; {
			lines, more, err := p.d.ContactHistory(ctx, p.a, c.ID, before, historyPage)
			if err != nil {
				return err
			}
			for _, l := range lines {
				changes := l.Changes
				if len(changes) == 0 {
					changes = []Change{{}}
				}
				for _, ch := range changes {
					if err := row(p.name(c.UserID), p.at(l.At), l.By, l.Kind, ch.Field, ch.From, ch.To); err != nil {
						return err
					}
				}
			}
			if !more || len(lines) == 0 {
				break
			}
			before = lines[len(lines)-1].ID
		}
	}
	return nil
}

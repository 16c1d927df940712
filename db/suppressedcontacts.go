package db

import (
	"context"
	"fmt"

	"textdesk/sms"
)

// markSuppressed notes which of some contacts must not be texted because an erased
// person had their number, so that a filter finds them without the key: the list
// itself has the hash alone. Those that were noted before are noted anew.
func (tx *Tx) markSuppressed(ctx context.Context, contacts []Contact) error {
	numbers := make([]sms.MSISDN, len(contacts))
	for i := range contacts {
		numbers[i] = contacts[i].Number
	}
	hashes, err := tx.erasedOf(ctx, numbers)
	if err != nil {
		return fmt.Errorf("look for suppressed numbers: %w", err)
	}
	var marked []Contact
	for _, c := range contacts {
		if hashes[c.Number] != "" {
			marked = append(marked, c)
		}
	}
	return insertRowsThen(ctx, tx.db, "suppressed_contacts", "contact_id, number", " ON CONFLICT (contact_id) DO UPDATE SET number = excluded.number", len(marked),
		func(i int, args []any) []any {
			return append(args, marked[i].ID, string(hashes[marked[i].Number]))
		})
}

// renumbered notes it anew where the numbers of contacts have changed.
func (tx *Tx) renumbered(ctx context.Context, was, now []Contact) error {
	var changed []Contact
	var ids []int64
	for i := range now {
		if was[i].Number != now[i].Number {
			changed, ids = append(changed, now[i]), append(ids, now[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := tx.forgetSuppressed(ctx, idList(ids)); err != nil {
		return err
	}
	return tx.markSuppressed(ctx, changed)
}

// forgetSuppressed forgets what was noted of contacts.
func (tx *Tx) forgetSuppressed(ctx context.Context, ids string) error {
	if _, err := tx.db.ExecContext(ctx, `DELETE FROM suppressed_contacts WHERE contact_id IN (SELECT value FROM json_each(?))`, ids); err != nil {
		return fmt.Errorf("forget suppressed contacts: %w", err)
	}
	return nil
}

// unmarkSuppressed forgets it of those whose number has the hash: they may be
// texted again.
func (tx *Tx) unmarkSuppressed(ctx context.Context, hash sms.MSISDN) error {
	if _, err := tx.db.ExecContext(ctx, `DELETE FROM suppressed_contacts WHERE number = ?`, string(hash)); err != nil {
		return fmt.Errorf("forget suppressed contacts: %w", err)
	}
	return nil
}

// The conditions by which a contact is one that must not be texted, and those who
// are as the driver of a filter.
const (
	isSuppressed   = "(EXISTS (SELECT 1 FROM suppressions d WHERE d.number = c.number) OR EXISTS (SELECT 1 FROM suppressed_contacts d WHERE d.contact_id = c.id))"
	fromSuppressed = `(SELECT s.id FROM suppressions d CROSS JOIN contacts s INDEXED BY contacts_number ON s.user_id = ? AND s.number = d.number UNION ALL
SELECT d.contact_id FROM suppressed_contacts d WHERE NOT EXISTS (SELECT 1 FROM contacts s CROSS JOIN suppressions p ON p.number = s.number WHERE s.id = d.contact_id)) d
CROSS JOIN contacts c ON c.id = d.id WHERE 1`
)

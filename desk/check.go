package desk

import "context"

// CheckBooks proves that what is kept twice agrees: every balance is the sum of
// its ledger, every counter of a send the number of its messages, all reserved
// credits belong to messages that wait. It returns a sentence for each thing
// that does not, none when the books are right. It can run beside a desk at
// work.
func (d *Desk) CheckBooks(ctx context.Context) (problems []string, err error) {
	return d.store.Check(ctx)
}

// Integrity reads the whole database and returns a sentence for each thing that
// is damaged. It can run beside a desk at work.
func (d *Desk) Integrity(ctx context.Context) ([]string, error) { return d.store.Integrity(ctx) }

package db

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"

	"textdesk/sms"
)

// numberHash makes the hashes that stand in place of erased numbers. There are
// so few phone numbers that a hash without a secret could be undone by trying
// them all, so the key is kept outside of the database.
type numberHash struct{ key []byte }

// HashNumbersWith sets the key of the hashes. Set it before the store is used;
// without one, nobody can be erased and no erased number is recognised.
func (s *Store) HashNumbersWith(key []byte) { s.hash.key = key }

// HashNumber is what stands in place of a number that was erased.
func (s *Store) HashNumber(n sms.MSISDN) sms.MSISDN { return s.hash.of(n) }

// hashBytes is how much of the hash is kept: no two numbers share it.
const hashBytes = 15

func (h *numberHash) of(n sms.MSISDN) sms.MSISDN {
	if n.Erased() {
		return n
	}
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(n))
	return sms.MSISDN(sms.ErasedMark + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:hashBytes]))
}

// anyHashed is 1 when an erased number must not be texted.
const anyHashed = `SELECT count(*) FROM (SELECT 1 FROM suppressions WHERE number >= '` + sms.ErasedMark + `' AND number < '+' LIMIT 1)`

// erasedAmong adds those of the numbers to found that must not be texted and
// were erased.
func (tx *Tx) erasedAmong(ctx context.Context, numbers []sms.MSISDN, found map[sms.MSISDN]bool) error {
	hashes, err := tx.erasedOf(ctx, numbers)
	for n := range hashes {
		found[n] = true
	}
	return err
}

// erasedOf returns the hashes of those of the numbers that must not be texted and
// were erased.
func (tx *Tx) erasedOf(ctx context.Context, numbers []sms.MSISDN) (map[sms.MSISDN]sms.MSISDN, error) {
	if tx.hash == nil || tx.hash.key == nil || len(numbers) == 0 {
		return nil, nil
	}
	var some int
	if err := tx.db.QueryRowContext(ctx, anyHashed).Scan(&some); err != nil || some == 0 {
		return nil, err
	}
	hashes := make([]sms.MSISDN, len(numbers))
	number := make(map[sms.MSISDN]sms.MSISDN, len(numbers))
	for i, n := range numbers {
		hashes[i] = tx.hash.of(n)
		number[hashes[i]] = n
	}
	hits, err := readRows(ctx, tx.db, scanNumber, suppressedOf, numberList(hashes))
	if err != nil {
		return nil, err
	}
	found := make(map[sms.MSISDN]sms.MSISDN, len(hits))
	for _, h := range hits {
		found[number[h]] = h
	}
	return found, nil
}

func scanNumber(rows *sql.Rows) (n sms.MSISDN, err error) {
	err = rows.Scan(&n)
	return n, err
}

// SuppressionOf returns why nobody may text a number, also where it was erased.
func (s *Store) SuppressionOf(ctx context.Context, n sms.MSISDN) (Suppression, error) {
	found, err := s.Suppression(ctx, n)
	if IsNotFound(err) && s.hash.key != nil {
		if found, err = s.Suppression(ctx, s.hash.of(n)); err == nil {
			found.Number = n
		}
	}
	return found, err
}

// SuppressionOf returns the row of the list that keeps a number from being
// texted, also where it was erased.
func (tx *Tx) SuppressionOf(ctx context.Context, n sms.MSISDN) (Suppression, error) {
	found, err := tx.Suppression(ctx, n)
	if IsNotFound(err) && tx.hash != nil && tx.hash.key != nil {
		return tx.Suppression(ctx, tx.hash.of(n))
	}
	return found, err
}

// What callers fill in; the generated queries themselves would mark nothing.
type (
	InsertSuppressionParams = insertSuppressionParams
	InsertOptOutParams      = insertOptOutParams
)

// InsertSuppression keeps everybody from texting a number, and marks its
// conversations; one that is on the list stays as it is, and counts 0.
func (tx *Tx) InsertSuppression(ctx context.Context, s InsertSuppressionParams) (int64, error) {
	return tx.suppressed(ctx, s.Number, func() (int64, error) { return tx.insertSuppression(ctx, s) })
}

// InsertOptOut does the same because of a text of theirs.
func (tx *Tx) InsertOptOut(ctx context.Context, o InsertOptOutParams) (int64, error) {
	return tx.suppressed(ctx, o.Number, func() (int64, error) { return tx.insertOptOut(ctx, o) })
}

func (tx *Tx) suppressed(ctx context.Context, number sms.MSISDN, insert func() (int64, error)) (int64, error) {
	n, err := insert()
	if err != nil || n == 0 {
		return n, err
	}
	return n, tx.SuppressConversations(ctx, SuppressConversationsParams{Number: number, Suppressed: true})
}

// Unsuppress takes a number off the list, also where it was erased, and says
// whether it was on it.
func (tx *Tx) Unsuppress(ctx context.Context, n sms.MSISDN) (bool, error) {
	gone, err := tx.deleteSuppression(ctx, n)
	if err == nil && gone == 0 && tx.hash != nil && tx.hash.key != nil {
		if gone, err = tx.deleteSuppression(ctx, tx.hash.of(n)); err == nil && gone > 0 {
			err = tx.unmarkSuppressed(ctx, tx.hash.of(n))
		}
	}
	if err == nil && gone > 0 {
		err = tx.SuppressConversations(ctx, SuppressConversationsParams{Number: n})
	}
	if err != nil {
		return false, fmt.Errorf("delete suppression: %w", err)
	}
	return gone > 0, nil
}

package db

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Millis is an instant as the store keeps it: milliseconds since 1970, UTC.
// Zero is "never".
type Millis int64

// At returns t as the store keeps it; the zero time is "never".
func At(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// Time returns the instant in UTC, or the zero time for "never".
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Add returns the instant d later.
func (m Millis) Add(d time.Duration) Millis { return m + Millis(d.Milliseconds()) }

// ID is a reference to another row that may be absent: 0 stands for NULL.
type ID int64

// Scan implements sql.Scanner.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = 0
	case int64:
		*id = ID(v)
	default:
		return fmt.Errorf("scan id: %T is not an integer", src)
	}
	return nil
}

// Value implements driver.Valuer.
func (id ID) Value() (driver.Value, error) {
	if id == 0 {
		return nil, nil
	}
	return int64(id), nil
}

// Bool is a truth value, stored as 0 or 1.
type Bool bool

// Scan implements sql.Scanner.
func (b *Bool) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan bool: %T is not an integer", src)
	}
	*b = v != 0
	return nil
}

// Value implements driver.Valuer.
func (b Bool) Value() (driver.Value, error) {
	if b {
		return int64(1), nil
	}
	return int64(0), nil
}

// Paid says what became of a message's credits. The numbers are stored.
type Paid uint8

const (
	// Reserved credits wait for the provider's answer.
	Reserved Paid = iota
	// Settled credits are spent: the provider took the message.
	Settled
	// Released credits went back to the user: the message certainly did not go.
	Released
)

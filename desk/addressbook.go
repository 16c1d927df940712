package desk

import (
	"context"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"textdesk/db"
	"textdesk/sms"
)

const (
	// maxBookName and maxBookField bound what stands in the address book, in bytes.
	maxBookName  = 120
	maxBookField = 500
	// MaxPasted is how many people can be pasted at once.
	MaxPasted = 50_000
)

// BookSearch says which page of the address book is wanted.
type BookSearch struct {
	// Search is the beginning of a name, of a word in it, or of a number, as
	// typed.
	Search string
	// After and Before are where the page begins or ends, as a page gave them
	// in Next and Previous; both "" is the first page.
	After, Before string
	// Limit is the length of the page.
	Limit int
}

// Paging says how to go on from a page: "" where there is nothing.
type Paging struct {
	Previous, Next string
	// First is how many there are to page through where not everybody who matches
	// is among them, and 0 where they are all.
	First int64
}

// filter turns the search into what the store understands.
func (f BookSearch) filter(home string) db.BookFilter {
	typed := cleanName(f.Search)
	return db.BookFilter{Words: bookKey(typed), Number: sms.MSISDN(sms.NumberPrefix(typed, home)),
		After: readPlace(f.After), Before: readPlace(f.Before), Limit: f.Limit + 1}
}

// paged cuts a page to its length; where there was one more, there is a next
// page. place is where a row stands.
func paged[T any](found []T, f BookSearch, place func(T) db.BookPlace) ([]T, Paging) {
	var p Paging
	more := len(found) > f.Limit
	backwards := readPlace(f.Before) != db.BookPlace{}
	if more && backwards {
		found = found[1:]
	} else if more {
		found = found[:f.Limit]
	}
	if len(found) == 0 {
		return found, p
	}
	if more || backwards {
		p.Next = placeText(place(found[len(found)-1]))
	}
	if backwards && more || f.After != "" {
		p.Previous = placeText(place(found[0]))
	}
	return found, p
}

func placeText(p db.BookPlace) string { return strconv.FormatInt(p.ID, 10) + "." + p.Key }

// readPlace reads a place from an address, where anything may stand.
func readPlace(typed string) db.BookPlace {
	id, key, _ := strings.Cut(typed, ".")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return db.BookPlace{}
	}
	return db.BookPlace{ID: n, Key: strings.ToValidUTF8(key, "")}
}

// cleanName makes of what was typed a name on one line. What no keyboard types
// and what would turn the text beside it round is left out.
func cleanName(typed string) string {
	typed = norm.NFC.String(strings.ToValidUTF8(typed, ""))
	return tidy(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\uFEFF':
			return -1
		}
		return r
	}, typed))
}

// bookKey is how names are compared and sorted.
func bookKey(name string) string { return strings.ToLower(norm.NFKC.String(name)) }

// readName reads a name that must be there.
func readName(typed string) (string, *Refusal) {
	name := cleanName(typed)
	if name == "" {
		return "", ErrNameBlank
	}
	return name, tooLong("name", name, maxBookName)
}

// readEmail reads an e-mail address that may be missing.
func readEmail(typed string) (string, *Refusal) {
	email := cleanName(typed)
	if email == "" {
		return "", nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
		return "", ErrBadEmail
	}
	return email, nil
}

// readNumber reads a mobile number and refuses it in the desk's words.
func readNumber(typed, home string) (sms.MSISDN, *Refusal) {
	number, err := sms.ParseMSISDN(typed, home)
	if err != nil {
		r, _ := numberRefusal(err)
		return "", r.on("number")
	}
	return number, nil
}

// Pasted is what became of people who were pasted.
type Pasted struct {
	// Added were not there before; Known were. Repeated stood there twice.
	Added, Known, Repeated int
	// Head is the row that named the columns, "" without one. It belongs above the
	// bad lines when these are pasted again.
	Head string
	// Bad are those that are no mobile numbers.
	Bad []BadLine
}

// BadLine is something pasted that was left out.
type BadLine struct {
	// Line counts from 1, 0 where there are no lines.
	Line  int
	Typed string
	Why   string
}

// person is a name and a number.
type person struct {
	name, key string
	number    sms.MSISDN
}

// readPeople takes apart numbers that were pasted with names beside them. Nobody
// comes twice.
func readPeople(text, home string) (people []person, p Pasted, err error) {
	typed := sms.SplitNumbers(text)
	if len(typed) == 0 {
		return nil, p, ErrNothingPasted
	}
	if len(typed) > MaxPasted {
		return nil, p, ErrTooMuchPasted.because("Up to %s people can be pasted at once; this has %s.", thousands(MaxPasted), thousands(int64(len(typed))))
	}
	seen := map[sms.MSISDN]bool{}
	for _, t := range typed {
		number, r := readNumber(t.Number, home)
		switch {
		case r != nil:
			p.Bad = append(p.Bad, BadLine{Typed: t.Raw, Why: r.Sentence})
			continue
		case seen[number]:
			p.Repeated++
			continue
		}
		seen[number] = true
		who := person{name: nameBeside(t), number: number}
		who.key = bookKey(who.name)
		people = append(people, who)
	}
	if len(people) == 0 {
		return nil, p, ErrNothingPasted.because("None of these is a mobile number.")
	}
	return people, p, nil
}

// nameBeside is what stands beside a number, "" for nothing.
func nameBeside(t sms.Typed) string {
	rest := strings.Replace(t.Raw, t.Number, " ", 1)
	name := strings.Trim(cleanName(rest), " ,;:|<>()\"'-–—")
	if len(name) > maxBookName {
		name = strings.ToValidUTF8(name[:maxBookName], "")
	}
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	return name
}

// owned reports err for what the actor may not see, as if it did not exist.
func (d *Desk) owned(ctx context.Context, a Actor, userID int64, unknown *Refusal) error {
	ok, err := d.reaches(ctx, a, userID)
	if err != nil {
		return err
	}
	if !ok {
		return unknown
	}
	return nil
}

// found turns a missing row into a refusal.
func found(what string, err error, unknown *Refusal) error {
	if db.IsNotFound(err) {
		return unknown
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

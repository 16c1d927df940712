package db

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is how searches compare: without capitals, accents and double forms.
// "Zoë O’Brien" is "zoe o'brien".
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '’':
			return '\''
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// contactWords is what a contact is found by, a line for each thing, folded. Each
// begins with the end of a line, so that every word stands behind that or a space
// and the index of letters knows where words begin.
func contactWords(c *Contact) string {
	var b strings.Builder
	b.Grow(len(c.Name) + len(c.Number) + len(c.Email) + len(c.Fields) + 8)
	b.WriteByte('\n')
	b.WriteString(Fold(c.Name))
	b.WriteByte('\n')
	b.WriteString(string(c.Number))
	if c.Email != "" {
		b.WriteByte('\n')
		b.WriteString(Fold(c.Email))
	}
	for _, f := range fieldWords(c.Fields) {
		b.WriteByte('\n')
		b.WriteString(f)
	}
	return b.String()
}

// fieldWords are the texts of a contact's fields, folded, by the fields' names.
func fieldWords(stored string) []string {
	if len(stored) <= 2 {
		return nil
	}
	var fields map[string]string
	if json.Unmarshal([]byte(stored), &fields) != nil {
		return nil
	}
	all := make([]string, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		all = append(all, Fold(fields[name]))
	}
	return all
}

func (tx *Tx) addWords(ctx context.Context, contacts []Contact) error {
	return insertRows(ctx, tx.db, "contact_words", "rowid, words", len(contacts), func(i int, args []any) []any {
		return append(args, contacts[i].ID, contactWords(&contacts[i]))
	})
}

// staleWords counts what has changed or gone since the index was made.
func (tx *Tx) staleWords(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	if _, err := tx.db.ExecContext(ctx, "UPDATE contact_index SET stale = stale + ? WHERE id = 1", n); err != nil {
		return fmt.Errorf("count stale words: %w", err)
	}
	return nil
}

const indexedUpto = "SELECT upto FROM contact_index WHERE id = 1"

func (tx *Tx) indexedUpto(ctx context.Context) (upto int64, err error) {
	if err := tx.db.QueryRowContext(ctx, indexedUpto).Scan(&upto); err != nil {
		return 0, fmt.Errorf("read index: %w", err)
	}
	return upto, nil
}

func (tx *Tx) setIndexedUpto(ctx context.Context, upto int64) error {
	if _, err := tx.db.ExecContext(ctx, "UPDATE contact_index SET upto = ? WHERE id = 1", upto); err != nil {
		return fmt.Errorf("move index: %w", err)
	}
	return nil
}

// indexStep is how many contacts are put into the index in one go: some 50 ms
// of the writer.
const indexStep = 1000

// staleEnough is from how much in it has changed or gone the index is made anew,
// once that is as much as what is right.
const staleEnough = 100_000

// IndexContacts puts the next contacts that came in bulk into the index, and
// says whether there may be more. An index that is mostly about contacts as they
// were begins anew.
func (s *Store) IndexContacts(ctx context.Context) (more bool, err error) {
	var upto, stale, last int64
	const state = "SELECT upto, stale, (SELECT COALESCE(MAX(id), 0) FROM contacts) FROM contact_index WHERE id = 1"
	if err := s.reads.QueryRowContext(ctx, state).Scan(&upto, &stale, &last); err != nil {
		return false, fmt.Errorf("read index: %w", err)
	}
	if stale > staleEnough && stale > last/2 || last == 0 && upto > 0 {
		return true, s.Write(ctx, func(ctx context.Context, tx *Tx) error {
			for _, query := range []string{"INSERT INTO contact_words (contact_words) VALUES ('delete-all')", "UPDATE contact_index SET upto = 0, stale = 0 WHERE id = 1"} {
				if _, err := tx.db.ExecContext(ctx, query); err != nil {
					return fmt.Errorf("begin the index anew: %w", err)
				}
			}
			return nil
		})
	}
	if last <= upto {
		return false, nil // looked at without a transaction: this runs all the time
	}
	err = s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		upto, err := tx.indexedUpto(ctx)
		if err != nil {
			return err
		}
		next, err := readRows(ctx, tx.db, scanContact, "SELECT "+contactColumns+" FROM contacts c WHERE c.id > ? ORDER BY c.id LIMIT ?", upto, indexStep)
		if err != nil {
			return fmt.Errorf("read contacts: %w", err)
		}
		if more = len(next) == indexStep; len(next) == 0 {
			return nil
		}
		if err := tx.addWords(ctx, next); err != nil {
			return err
		}
		return tx.setIndexedUpto(ctx, next[len(next)-1].ID)
	})
	return more, err
}

// ContactSearch is what somebody looks for among contacts. The zero search
// finds everybody.
type ContactSearch struct {
	// Terms must all occur, folded: one of three letters or more anywhere, a
	// shorter one at the beginning of a word.
	Terms []string
	// Digits anywhere in the number, or Prefix at its beginning, do instead.
	Digits, Prefix string
	// Typed is what was typed as keys of names are, in small letters.
	Typed string
}

// mostTerms is how many words of a search count: somebody has pasted a letter
// where a name belongs, and SQLite takes no thousand conditions.
const mostTerms = 64

// NewContactSearch reads what was typed. prefix is the number that begins so,
// "" when none does.
func NewContactSearch(typed, prefix string) ContactSearch {
	s := ContactSearch{Terms: firstTerms(typed), Prefix: prefix, Typed: strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(typed), " ")))}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune(" +-().", r):
			return -1
		}
		return '?'
	}, typed)
	if len(digits) >= 3 && !strings.Contains(digits, "?") {
		s.Digits = digits
	}
	return s
}

// firstTerms are the first different words of what was typed.
func firstTerms(typed string) (terms []string) {
	for word := range strings.FieldsSeq(Fold(typed)) {
		if len(terms) == mostTerms {
			break
		}
		if !slices.Contains(terms, word) {
			terms = append(terms, word)
		}
	}
	return terms
}

// Any reports whether anything is looked for.
func (s ContactSearch) Any() bool { return len(s.Terms) > 0 }

// short reports whether nothing typed is long enough for the index.
func (s ContactSearch) short() bool {
	return s.Digits == "" && s.Prefix == "" && s.longTerms() == nil
}

func (s ContactSearch) longTerms() (long []string) {
	for _, t := range s.Terms {
		if utf8.RuneCountInString(t) >= 3 {
			long = append(long, t)
		}
	}
	return long
}

// finds reports whether a contact is among those looked for.
func (s ContactSearch) finds(c *Contact) bool {
	number := string(c.Number)
	if s.Digits != "" && strings.Contains(number, s.Digits) || s.Prefix != "" && strings.HasPrefix(number, s.Prefix) {
		return true
	}
	name, email := Fold(c.Name), Fold(c.Email)
	var fields []string // read when they are needed
	read := false
	for _, t := range s.Terms {
		if holds(name, t) || holds(number, t) || email != "" && holds(email, t) {
			continue
		}
		if !read {
			fields, read = fieldWords(c.Fields), true
		}
		if !slices.ContainsFunc(fields, func(f string) bool { return holds(f, t) }) {
			return false
		}
	}
	return true
}

// holds reports whether a term occurs; a short one only begins a word.
func holds(line, term string) bool {
	if len(term) > 3 || utf8.RuneCountInString(term) >= 3 {
		return strings.Contains(line, term)
	}
	return strings.HasPrefix(line, term) || strings.Contains(line, " "+term)
}

// match is the query of the index: what it finds are candidates, because it
// does not know where the letters stand. Whose number begins with Prefix has to be
// looked for by the number.
func (s ContactSearch) match() string { return s.matching(beginsTwo) }

// firstMatch finds fewer where a single letter was typed beside a longer term:
// those in which what a keyboard here types follows it. "" where it would be the
// same as match.
func (s ContactSearch) firstMatch() string {
	if first := s.matching(beginsOne); first != s.match() {
		return first
	}
	return ""
}

func (s ContactSearch) matching(begins func(term string) string) string {
	var either []string
	if len(s.Digits) >= 3 {
		either = append(either, "("+trigrams([]string{s.Digits})+")")
	}
	if long := s.longTerms(); long != nil {
		terms := trigrams(long)
		for n, t := range s.Terms {
			if words := begins(t); n < mostShortTerms && words != "" {
				terms += " AND (" + words + ")" // beside a common name it is what makes "Smith Jo" quick
			}
		}
		if terms = "(" + terms + ")"; !slices.Contains(either, terms) {
			either = append(either, terms)
		}
	}
	return strings.Join(either, " OR ")
}

// mostShortTerms is how many terms are looked at for short ones.
const mostShortTerms = 4

// beginsTwo asks for a word that begins with a term of two letters; "" for others.
func beginsTwo(term string) string {
	if utf8.RuneCountInString(term) != 2 {
		return ""
	}
	return trigrams([]string{" " + term}) + " OR " + trigrams([]string{"\n" + term})
}

// beginsOne is beginsTwo, and for a single letter asks for words in which another
// of a keyboard here, or the end of the word, comes after it.
func beginsOne(term string) string {
	if len(term) != 1 {
		return beginsTwo(term)
	}
	either := []string{beginsTwo(term + "\n")}
	for next := byte(' '); next < 0x7f; next++ {
		if next < 'A' || next > 'Z' {
			either = append(either, beginsTwo(term+string(next)))
		}
	}
	return strings.Join(either, " OR ")
}

// mostTrigrams is how many of a search are asked for: more hardly narrow it down.
const mostTrigrams = 12

// trigrams asks for terms by three letters of theirs after the other: those that
// overlap with both neighbours hardly narrow it down either, and each costs as
// much as it is common.
func trigrams(terms []string) string {
	var all []string
	seen := map[string]bool{}
	for _, t := range terms {
		runes := []rune(t)
		for i := 0; i+3 <= len(runes) && len(all) < mostTrigrams; i = nextTrigram(i, len(runes)) {
			three := strings.ReplaceAll(string(runes[i:i+3]), `"`, `""`)
			if !seen[three] {
				seen[three] = true
				all = append(all, `"`+three+`"`)
			}
		}
	}
	return strings.Join(all, " AND ")
}

// nextTrigram is where the trigram after that at i stands in a term: behind it, and the
// last one at the term's end.
func nextTrigram(i, length int) int {
	if i+3 < length {
		return min(i+3, length-3)
	}
	return length
}

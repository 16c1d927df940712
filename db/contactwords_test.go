package db

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"textdesk/sms"
)

// What an index of letters is asked for finds every contact that the search
// finds, whatever stands in its words; a single letter is only asked for first.
func TestIndexFindsAllThatSearchFinds(t *testing.T) {
	b := newBook(t)
	names := []string{"Jo Smith", "Smith Jo", "Małgorzata Smith", "Óscar Smith", "90 Smith", "Smith 90", "Zoë Smith", "J Smith", "Smith O", "Łucja Smith", "ĳs Smith", "Smith-Jones Jo", "smith", "Ωμ Smith", "Smithers 9", "Smi Thers", "Nosmith", "Straße Smith"}
	var made []Contact
	for i, name := range names {
		made = append(made, Contact{UserID: b.user, Name: name, NameKey: strings.ToLower(name), Number: sms.MSISDN(fmt.Sprintf("+44770090%04d", i)), Fields: `{"Bus":"9","Class":"4B"}`, CreatedAt: 1, ChangedAt: 1})
	}
	b.write(t, func(ctx context.Context, tx *Tx) error { return tx.InsertContacts(ctx, made, nil) })
	for _, typed := range []string{"smith", "smith jo", "jo smith", "smith os", "smith 90", "90 smith", "smith ma", "smith zo", "smith łu", "smith ij", "smith ωμ", "smith 4b", "smith 9", "smith j", "smith o", "smiths", "mith smi", "smith str", "straße", "smith jo jo jo jo 90", "smith-jo"} {
		search := NewContactSearch(typed, "")
		for _, c := range made {
			if !search.finds(&c) {
				continue
			}
			var n int
			if err := b.reads.QueryRowContext(t.Context(), "SELECT count(*) FROM contact_words WHERE contact_words MATCH ? AND rowid = ?", search.match(), c.ID).Scan(&n); err != nil || n == 0 {
				t.Errorf("%q does not find %q in the index: %v", typed, c.Name, err)
			}
		}
	}
}

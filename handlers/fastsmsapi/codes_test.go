package fastsmsapi

import (
	"errors"
	"fmt"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

// Every refusal of the desk has a code of the page here; the test fails until
// it has.
func TestEveryRefusalHasACode(t *testing.T) {
	there := map[string]bool{}
	for _, r := range desk.AllRefusals() {
		there[r.Code] = true
		code, ok := byRefusal[r.Code]
		if !ok {
			t.Errorf("the refusal %s has no row in byRefusal: choose the code of the page that is nearest to %q", r.Code, r.Sentence)
			continue
		}
		if code.Text() == "" {
			t.Errorf("%s: the page has no code %d", r.Code, code)
		}
		for _, err := range []error{r, fmt.Errorf("send: %w", r), errors.Join(r, desk.ErrForbidden)} {
			if got, known := codeOf(err); got != code || !known {
				t.Errorf("codeOf(%v) is %d, %t; want %d", err, got, known, code)
			}
		}
	}
	for name := range byRefusal {
		if !there[name] {
			t.Errorf("byRefusal has a row for %s, which the desk does not refuse", name)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[Code]bool{}
	for _, row := range codes {
		if seen[row.code] || row.code >= 0 || row.text == "" {
			t.Errorf("row %d %q is there twice or not whole", row.code, row.text)
		}
		seen[row.code] = true
		if got := row.code.Text(); got != row.text {
			t.Errorf("%d says %q, want %q", row.code, got, row.text)
		}
	}
	if len(codes) != 48 {
		t.Errorf("there are %d codes; the page has 45 in its table and 3 with GetBGMessages", len(codes))
	}
	if Code(-413).Text() != "" {
		t.Error("the page has no -413")
	}
	for _, c := range []Code{databaseError, unknownError, invalidTo, invalidList, invalidGroup, unknownAction, badFrom, badTo, missingDetails, unknownReport} {
		if !seen[c] {
			t.Errorf("the page has no code %d", c)
		}
	}
}

func TestFaultsAreNotRefusals(t *testing.T) {
	for err, want := range map[error]Code{
		errors.New("disk is full"):                databaseError,
		fmt.Errorf("%w: runtime", unknownError):   unknownError,
		&desk.Refusal{Code: "without_a_row_here"}: unknownError,
	} {
		if got, known := codeOf(err); got != want || known {
			t.Errorf("codeOf(%v) is %d, %t; want %d and a line in the log", err, got, known, want)
		}
	}
}

func TestWordsCoverEveryStatus(t *testing.T) {
	for _, s := range sms.Statuses() {
		w := words[s]
		if w == "" || w[0] < 'A' || w[0] > 'Z' {
			t.Errorf("%v has the word %q; clients know single capitalised words", s, w)
		}
		for _, c := range w[min(1, len(w)):] {
			if c < 'a' || c > 'z' {
				t.Errorf("%v has the word %q; clients know single capitalised words", s, w)
			}
		}
	}
}

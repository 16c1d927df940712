package feedzonapi

import (
	"errors"
	"fmt"
	"testing"

	"textdesk/desk"
	"textdesk/providers/feedzon"
)

// Every refusal of the desk has a code of the page here, and one only; the test
// fails until it has.
func TestEveryRefusalHasACode(t *testing.T) {
	there := map[string]int{}
	for _, list := range [][]*desk.Refusal{aboutTheKey, aboutTheCall, aboutTheAccount} {
		for _, r := range list {
			if there[r.Code]++; there[r.Code] > 1 {
				t.Errorf("the refusal %s stands there twice", r.Code)
			}
		}
	}
	for _, r := range desk.AllRefusals() {
		code := CodeOf(r)
		if code == 0 {
			t.Errorf("the refusal %s has no row in codes.go: is %q about the key, the call, or the account?", r.Code, r.Sentence)
			continue
		}
		for _, err := range []error{r, fmt.Errorf("send: %w", r), errors.Join(r, desk.ErrForbidden)} {
			if got, known := codeOf(err); got != code || !known {
				t.Errorf("codeOf(%v) is %d, %t; want %d", err, got, known, code)
			}
		}
	}
	if len(there) != len(desk.AllRefusals()) {
		t.Errorf("codes.go has %d refusals, the desk %d", len(there), len(desk.AllRefusals()))
	}
}

func TestCodes(t *testing.T) {
	page := map[Code]string{-1: "Function doesn't exist", 1000: "Service Key is invalid", 1010: "Missing parameters", 1020: "Authentication failed", 1030: "No messages to download"}
	for _, c := range Codes() {
		if c.Text() != page[c] || c.Text() == "" {
			t.Errorf("%d says %q, want %q", c, c.Text(), page[c])
		}
	}
	if len(Codes()) != len(page) || len(feedzon.Codes()) != len(page) {
		t.Errorf("there are %d codes, the page has %d", len(Codes()), len(page))
	}
	if Code(1040).Text() != "" {
		t.Error("the page has no 1040")
	}
}

func TestFaultsAreNotRefusals(t *testing.T) {
	for _, err := range []error{errors.New("disk is full"), &desk.Refusal{Code: "without_a_row_here"}} {
		if got, known := codeOf(err); got != accountTrouble || known {
			t.Errorf("codeOf(%v) is %d, %t; want 1020 and a line in the log", err, got, known)
		}
	}
}

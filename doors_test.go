package main

import (
	"testing"

	"textdesk/desk"
	"textdesk/handlers/feedzonapi"
)

// A new refusal needs a code at each door for programs. fastsmsapi has a test of
// its own; that of feedzonapi is here as well, to be run with what is quick.
func TestEveryRefusalHasACodeAtEveryDoor(t *testing.T) {
	for _, r := range desk.AllRefusals() {
		if feedzonapi.CodeOf(r) == 0 {
			t.Errorf("the refusal %s has no row in handlers/feedzonapi/codes.go: is %q about who calls (aboutTheKey), this one text (aboutTheCall), or what the account may and has (aboutTheAccount)?", r.Code, r.Sentence)
		}
	}
}

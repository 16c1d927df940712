package all_test

import (
	"testing"

	"textdesk/providers/all"
)

func TestTypes(t *testing.T) {
	seen := map[string]bool{}
	for _, ty := range all.Types() {
		if seen[ty.Name] {
			t.Errorf("%s is there twice", ty.Name)
		}
		seen[ty.Name] = true
	}
}

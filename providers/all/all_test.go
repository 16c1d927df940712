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
		if got, ok := all.Find(ty.Name); !ok || got.Title != ty.Title {
			t.Errorf("%s is not found", ty.Name)
		}
	}
	if _, ok := all.Find("pigeon"); ok {
		t.Error("pigeon is found")
	}
}

package desk

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestFieldsAreReadTheShortWay: as the long way reads them.
func TestFieldsAreReadTheShortWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.RuneFrom([]rune(`abC "\\:,{}<é🎉`)), 0, 5, -1)
		fields := rapid.MapOf(part, part).Draw(t, "fields")
		stored, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		got := readFieldsJSON(string(stored))
		names := slices.SortedFunc(maps.Keys(fields), compareFolded)
		if len(got) != len(names) {
			t.Fatalf("%s is read as %q", stored, got)
		}
		for i, name := range names {
			if got[i] != (Field{name, fields[name]}) {
				t.Fatalf("%s is read as %q", stored, got)
			}
		}
	})
	for _, broken := range []string{"", "{", `{"a"}`, `{"a":"b"`, `{"a":1}`, `{"a":"b",}`, `{"a":"b""c":"d"}`} {
		if got, ok := plainFields(broken); ok {
			t.Errorf("%s is read as %q", broken, got)
		}
	}
}

package commands_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// The report says how the desk is, and nothing of whom it texts.
func TestSupportTellsNothingOfPeople(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "winifred", "--level", "admin", "--password-stdin", "--email", "winifred@example.com", "--first", "Winifred")
	s.does("", "provider", "add", "acme", "--kind", "fastsms", "--set", "token=s3cret-t0ken", "--set", "url=https://acme.example/api", "--default")
	out := s.does("", "support")
	var report struct {
		DatabaseVersion int64            `json:"database_version"`
		Rows            map[string]int64 `json:"rows"`
		Providers       []struct{ Kind string }
		Problems        []string
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if report.DatabaseVersion == 0 || report.Rows["users"] != 1 || len(report.Providers) == 0 || len(report.Problems) > 0 {
		t.Errorf("the report is\n%s", out)
	}
	for _, private := range []string{"winifred", "Winifred", "s3cret", "acme"} {
		if strings.Contains(out, private) {
			t.Errorf("the report tells %q:\n%s", private, out)
		}
	}
}

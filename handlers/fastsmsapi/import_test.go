package fastsmsapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A call that does not fit into memory says first whose it is.
func TestLargeImports(t *testing.T) {
	w := newWorld(t)
	var lines strings.Builder
	n := 0
	for ; lines.Len() < 8<<20; n++ {
		fmt.Fprintf(&lines, "Person %d,07%09d,,%s\n", n, 400_000_000+n, strings.Repeat("g", 30_000)) // a group's name that is too long
	}
	post := func(query, body string) string {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/api"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		w.door.ServeHTTP(rec, r)
		return rec.Body.String()
	}
	text := strings.NewReplacer("\n", "%0A", " ", "+").Replace(lines.String())
	for body, want := range map[string]string{
		"ContactsCSV=" + text + "&Action=ImportContactsCSV&Token=" + w.tokens["sam"]:         "-501",
		"Token=" + w.tokens["sam"] + "&ContactsCSV=" + text:                                  "-507",
		"Token=" + w.tokens["sam"] + "&Action=Send&ContactsCSV=" + text:                      "-507",
		"Token=nonsense&Action=ImportContactsCSV&ContactsCSV=" + text:                        "-501",
		"Token=" + w.tokens["sam"] + "&Action=ImportContactsCSV&ContactsCSV=" + text + "%00": "-507",
		"Token=" + w.tokens["sam"] + "&Action=ImportContactsCSV&ContactsCSV=" + text + "%C3": "-507",
		"Token=" + w.tokens["sam"] + "&Action=ImportContactsCSV&Body=" + text:                "-507",
	} {
		if got := post("", body); got != want {
			t.Errorf("%.60s…: answered %.60s, want %s", body, got, want)
		}
	}
	got := post("?Token="+w.tokens["sam"], "Action=importcontactscsv&ContactsCSV="+text+"&IgnoreDupes=1&OverwriteDupes=0")
	if !strings.HasPrefix(got, "1 : Partial\n2 : Partial\n") || !strings.Contains(got, fmt.Sprintf("\n%d : Partial\n\nErrors:\n\n1 : A group's name is too long", n)) || !strings.HasSuffix(got, "\n") {
		t.Errorf("answered %.300s", got)
	}
}

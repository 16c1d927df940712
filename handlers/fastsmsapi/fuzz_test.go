package fastsmsapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// whole is the form of every answer: ids and codes, a number of credits, a
// word, or the header of a report; then texts of codes or rows.
var whole = regexp.MustCompile(`^(-?[1-9]\d*(,-?[1-9]\d*)*(\n[A-Z][^\n]+)*|\d+\.\d\d|[A-Z][a-z]+|(MessageID|Status),[^\n]+\n([^\n]+\n)*)$`)

// Whatever comes in the query and the body, the answer is whole, and a message
// is in the store if and only if the answer gives its id.
func FuzzCall(f *testing.F) {
	w := newWorld(f)
	const token = "Token=TOKEN&"
	for _, seed := range [][3]string{
		{token + "Action=CheckCredits", "", ""},
		{token + "Action=CheckMessageStatus&MessageID=10000001", "", ""},
		{token + "Action=CancelMessage&MessageID=10000001", "", ""},
		{token + "Action=Send&DestinationAddress=447700900150,07700900151,x,447700900150&SourceAddress=API&Body=Hello%20World&ShowErrorMessage=1", "", ""},
		{token + "Action=Send&DestinationAddress=447700900150&SourceAddress=API&Body=%FF%00&GetAllMessageIDs=1&GetAllMessageIDs=0", "", ""},
		{token + "Action=Report&ReportType=Messages&From=20260615000000&To=20260615235959", "", ""},
		{token + "Action=Report&ReportType=Usage&From=20260329013000&To=20261025013000", "", ""},
		{"ShowErrorMessage=%", "application/x-www-form-urlencoded", token + "Action=Send&DestinationAddress=447700900150&SourceTON=5&SourceAddress=60777&ValidityPeriod=60&ScheduleDate=20260616000000&Body=a;b&&=&c"},
		{token, "application/x-www-form-urlencoded; charset=latin1", "Action=SEND&DestinationAddress=+447700900150&SourceAddress=API&Body=%A3"},
		{token, "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"Action\"\r\n\r\nCheckCredits\r\n--b--\r\n"},
		{token + "Action=Send&DestinationAddress=List&ListName=%00", "text/plain; =", "x"},
		{"%zz=&;&Token", "multipart/form-data", "--"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		w.t = t
		fill := strings.NewReplacer("TOKEN", w.tokens["boss"])
		var last int64
		if m := w.messages(); len(m) > 0 {
			last = m[0].ID
		}
		body = fill.Replace(body)
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: "/api", RawQuery: fill.Replace(query)}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), RemoteAddr: "192.0.2.1:1"}
		rec := httptest.NewRecorder()
		w.door.ServeHTTP(rec, r)
		answer := rec.Body.String()
		if rec.Code != http.StatusOK || !whole.MatchString(answer) {
			t.Fatalf("%q %q %q answered %d %q", query, contentType, body, rec.Code, answer)
		}
		line, _, _ := strings.Cut(answer, "\n")
		ids := strings.Split(line, ",")
		for _, m := range newer(w, last) {
			if !slices.Contains(ids, itoa(m.ID)) {
				t.Errorf("%q %q %q made message %d and answered %q", query, contentType, body, m.ID, answer)
			}
		}
		for _, id := range ids {
			if len(id) == 8 && strings.Trim(id, "0123456789") == "" {
				if _, err := w.Message(t.Context(), w.as("boss"), atoi(t, id)); err != nil {
					t.Errorf("%q %q %q answered %q, but %s: %v", query, contentType, body, answer, id, err)
				}
			}
		}
	})
}

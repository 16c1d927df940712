package feedzonapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/handlers/feedzonapi"
)

// whole is the form of every answer: an error alone, a reference, a status, or
// texts.
var whole = regexp.MustCompile(`^("(-1|1000|1010|1020|1030)"|"0"\n"[0-9]+"|"0"\n"[^\n]*", "\d+"|"0"(\n"\d+", "\d*", "\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d", "[^"\n]*", "([^"\n]|"")*")+)$`)

// Whatever comes in the address, the query and the body, the answer is whole, and
// a text is in the store if and only if the answer gives its reference.
func FuzzCall(f *testing.F) {
	w := newWorld(f)
	w.send("boss", "number", "447700900150", "message", "Hello")
	w.leaves()
	w.writes("+447700900150", "\"0\"\r\n\u2028\x00")
	const key = "key=KEY&"
	for _, seed := range [][4]string{
		{"SendMessage.fz", key + "number=447700900150&message=Hello", "", ""},
		{"SendMessage.fz", "ServiceKey=KEY&Number=447700900150&Message=Hello&Sender=feedzon&Repliable=1", "", ""},
		{"SendMessage.fz", key + "number=07700900150&message=%FF%00&repliable=0", "", ""},
		{"SendMessage.fz", key + "number=+447700900150&sender=447700900999", "application/x-www-form-urlencoded; charset=latin1", "message=%A3"},
		{"SendMessage.fz", key, "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n447700900150\r\n--b--\r\n"},
		{"GetMessageList.fz", key + "cursor=0", "", ""},
		{"GetMessageList.fz", key + "Cursor=99999999999999999999", "", ""},
		{"GetMessageStatus.fz", key + "reference=10000001", "", ""},
		{"GetMessageStatus.fz", key + "reference=%22%0A%22", "", ""},
		{"sendmessage.fz", "%zz=&;&key", "multipart/form-data", "--"},
		{"", "", "", ""}, {"../api", key, "", ""}, {".fz", key, "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, query, contentType, body string) {
		w.t = t
		fill := strings.NewReplacer("KEY", w.keys["boss"])
		before := w.messages()
		body = fill.Replace(body)
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: feedzonapi.Path + strings.ReplaceAll(method, "/", ""), RawQuery: fill.Replace(query)}, Proto: "HTTP/1.1",
			ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), RemoteAddr: "192.0.2.1:1"}
		rec := httptest.NewRecorder()
		w.door.ServeHTTP(rec, r)
		answer := rec.Body.String()
		if rec.Code != http.StatusOK || !whole.MatchString(answer) {
			t.Fatalf("%q %q %q %q answered %d %q", method, query, contentType, body, rec.Code, answer)
		}
		ref, sent := "", false
		if method == "SendMessage.fz" {
			ref, sent = strings.CutPrefix(answer, "\"0\"\n\"")
			ref = strings.TrimSuffix(ref, `"`)
		}
		after := w.messages()
		made := len(after) > 0 && (len(before) == 0 || after[0].ID != before[0].ID)
		if made != sent || made && ref != itoa(after[0].ID) {
			t.Fatalf("%q %q %q %q answered %q, and made a text: %t", method, query, contentType, body, answer, made)
		}
	})
}

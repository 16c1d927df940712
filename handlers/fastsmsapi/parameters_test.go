package fastsmsapi_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// All of these are sent by clients; each is the same call of Send.
func TestWaysToSendParameters(t *testing.T) {
	w := newWorld(t)
	all := url.Values{"Token": {w.tokens["boss"]}, "Action": {"Send"}, "DestinationAddress": {"447700900150"},
		"SourceAddress": {"SCHOOL"}, "Body": {"Zoë £5; 100%"}}
	encoded := all.Encode()
	rest := url.Values{"Token": all["Token"], "Action": all["Action"]}.Encode()
	latin := strings.Replace(encoded, url.QueryEscape("Zoë £5"), "Zo%EB+%A35", 1)
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range all {
		must(t, m.WriteField(name, values[0]))
	}
	must(t, m.Close())
	const urlencoded = "application/x-www-form-urlencoded"
	for name, r := range map[string]*http.Request{
		"GET":                          httptest.NewRequest(http.MethodGet, "/api?"+encoded, nil),
		"GET with a body":              httptest.NewRequest(http.MethodGet, "/api?"+encoded, strings.NewReader("Body=other")),
		"GET, semicolon unescaped":     httptest.NewRequest(http.MethodGet, "/api?"+strings.Replace(encoded, "%3B", ";", 1), nil),
		"GET, percent unescaped":       httptest.NewRequest(http.MethodGet, "/api?"+strings.Replace(encoded, "100%25", "100%", 1), nil),
		"POST":                         post("/api", urlencoded, strings.NewReader(encoded)),
		"POST, capitals":               post("/api", "Application/X-WWW-Form-URLEncoded", strings.NewReader(encoded)),
		"POST, UTF-8":                  post("/api", urlencoded+"; charset=UTF-8", strings.NewReader(encoded)),
		"POST, badly written type":     post("/api", urlencoded+"; charset", strings.NewReader(encoded)),
		"POST without a type":          post("/api", "", strings.NewReader(encoded)),
		"POST, Latin-1":                post("/api", urlencoded+"; charset=iso-8859-1", strings.NewReader(latin)),
		"POST, Windows":                post("/api", urlencoded+"; charset=\"Windows-1252\"", strings.NewReader(latin)),
		"POST, query and body":         post("/api?"+rest, urlencoded, strings.NewReader(encoded)),
		"POST, multipart":              post("/api", m.FormDataContentType(), bytes.NewReader(body.Bytes())),
		"POST, all in the query":       post("/api?"+encoded, "application/json", nil),
		"POST, all in the query, XML":  post("/api?"+encoded, "text/xml", strings.NewReader("<nothing/>")),
		"POST, empty form and query":   post("/api?"+encoded, urlencoded, strings.NewReader("")),
		"POST, chunked":                post("/api", urlencoded, io.MultiReader(strings.NewReader(encoded))),
		"unknown, empty and bare keys": post("/api?&&=&Nonsense=1&ScheduleDate=&SourceTON&ValidityPeriod=&x[]=%FF&%00", urlencoded, strings.NewReader(encoded)),
		"repeated keys":                post("/api", urlencoded, strings.NewReader(encoded+"&GetAllMessageIDs=0&GetAllMessageIDs=0&Body=&SourceAddress=OTHER&Body=Other")),
	} {
		before := len(w.messages())
		if got := w.do(r); strings.Trim(got, "0123456789") != "" || got == "" {
			t.Errorf("%s: answered %s", name, got)
			continue
		}
		if m := w.messages(); len(m) != before+1 || m[0].Body != "Zoë £5; 100%" || m[0].Sender != "SCHOOL" {
			t.Errorf("%s: made %d messages, the last %+v", name, len(m)-before, m[0])
		}
	}
}

func TestSwitches(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 161)
	for _, c := range []struct {
		values []string
		parts  bool
	}{
		{nil, false}, {[]string{""}, false}, {[]string{"0"}, false}, {[]string{"1"}, true}, {[]string{" 1 "}, true},
		{[]string{"0", "0"}, false}, {[]string{"0", "1"}, true}, {[]string{"true"}, false},
	} {
		f := form{"Token": {w.tokens["boss"]}, "Action": {"Send"}, "GetAllMessageIDs": c.values}.and(text("Body", long)...)
		if got := strings.Contains(w.do(f.post()), ","); got != c.parts {
			t.Errorf("GetAllMessageIDs=%q gives an id for each part: %t, want %t", c.values, got, c.parts)
		}
	}
	for value, want := range map[string]string{"": "-502", "0": "-502\nUnknown Action", "1": "-502\nUnknown Action", "no": "-502\nUnknown Action"} {
		if got := w.call("sam", "none", "ShowErrorMessage", value); got != want {
			t.Errorf("ShowErrorMessage=%q: %q, want %q", value, got, want)
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	const urlencoded = "application/x-www-form-urlencoded"
	token := w.tokens["boss"]
	fields := strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n", 201) + "--b--\r\n"
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"no boundary":   {post("/api?Token="+token, "multipart/form-data", strings.NewReader("x")), "-507"},
		"cut off":       {post("/api?ShowErrorMessage=1", "multipart/form-data; boundary=b", strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"Body\"\r\n\r\nhalf")), "-507\nInvalid/Missing Details"},
		"not multipart": {post("/api", "multipart/form-data; boundary=b", strings.NewReader("Token="+token)), "-507"},
		"too many":      {post("/api", "multipart/form-data; boundary=b", strings.NewReader(fields)), "-507"},
		"JSON":          {post("/api", "application/json", strings.NewReader(`{"Token":"`+token+`"}`)), "-501"},
		"breaks off":    {post("/api", urlencoded, io.MultiReader(strings.NewReader("Token="+token), broken{})), "-507"},
	} {
		if got := w.do(c.r); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if len(w.messages()) != 0 {
		t.Error("something was sent")
	}
}

// broken is a connection that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

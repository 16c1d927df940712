package providers_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"textdesk/providers"
)

func TestForms(t *testing.T) {
	const multi = "--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nCafé & 😀\r\n--B--\r\n"
	for name, c := range map[string]struct {
		kind, query, body, want string
	}{
		"urlencoded":        {"application/x-www-form-urlencoded", "", "text=Caf%C3%A9+%26+%F0%9F%98%80", "Café & 😀"},
		"no content type":   {"", "", "text=Caf%C3%A9", "Café"},
		"GET":               {"", "text=Caf%C3%A9", "", "Café"},
		"body before query": {"", "text=query", "text=body", "body"},
		"latin-1, said":     {"application/x-www-form-urlencoded; charset=ISO-8859-1", "", "text=%A3%E9", "£é"},
		"latin-1, not said": {"application/x-www-form-urlencoded", "", "text=%A3%E9", "£é"},
		"windows quotes":    {"", "text=%93hi%94", "", "“hi”"},
		"utf-16be values":   {"application/x-www-form-urlencoded; charset=UTF-16BE", "", "\x00t\x00e\x00x\x00t\x00=\x04\x16", "Ж"},
		"utf-16be, percent": {"application/x-www-form-urlencoded; charset=UTF-16BE", "", "text=%00h%00%E9%D8%3D%DE%00&id=r1", "hé😀"},
		"utf-16be and text": {"application/x-www-form-urlencoded; charset=UTF-16BE", "", "from=%2B447700900123&text=Hi", "Hi"},
		"gsm, percent":      {"application/x-www-form-urlencoded; charset=GSM", "", "text=%00%1Be", "@€"},
		"multipart":         {"multipart/form-data; boundary=B", "", multi, "Café & 😀"},
		"said to be utf-8":  {"application/x-www-form-urlencoded; charset=utf-8", "", "text=%ff", "\ufffd"},
	} {
		form, err := providers.Callback{Header: http.Header{"Content-Type": {c.kind}}, Query: c.query, Body: []byte(c.body)}.Form()
		if err != nil || form.Get("text") != c.want {
			t.Errorf("%s: %q, %v; want %q", name, form, err, c.want)
		}
	}
	// In no character set are the names and numbers beside the text lost.
	for _, charset := range []string{"UTF-16BE", "GSM", "ISO-8859-1"} {
		form, err := providers.Callback{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=" + charset}},
			Body: []byte("reply_to=sim-1&from=%2B447700900123&text=Hi")}.Form()
		if err != nil || form.Get("reply_to") != "sim-1" || form.Get("from") != "+447700900123" || form.Get("text") != "Hi" {
			t.Errorf("%s: %q, %v", charset, form, err)
		}
	}
	for name, c := range map[string]providers.Callback{
		"percent":     {Body: []byte("text=%zz")},
		"query":       {Query: "text=%"},
		"many":        {Body: []byte(strings.Repeat("a=b&", 1000))},
		"cut":         {Header: http.Header{"Content-Type": {"multipart/form-data; boundary=B"}}, Body: []byte(multi[:len(multi)-12])},
		"no boundary": {Header: http.Header{"Content-Type": {"multipart/form-data"}}, Body: []byte(multi)},
		"klingon":     {Header: http.Header{"Content-Type": {"text/plain; charset=klingon"}}, Body: []byte("text=a")},
	} {
		if form, err := c.Form(); err == nil {
			t.Errorf("%s was understood: %q", name, form)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for _, c := range []struct{ raw, charset, want string }{
		{"\x00\x1b\x65", "GSM", "@€"},
		{"\x04\x16\xd8\x3d\xde\x00", "UTF-16BE", "Ж😀"},
		{"\xff\xfe\x16\x04", "utf-16", "Ж"}, // a byte order mark wins
		{"\x16\x04", "UTF-16LE", "Ж"},
		{"\xa4", "ISO-8859-15", "€"},
		{"\xd8\x3d", "UTF-16BE", "\ufffd"}, // half a pair
		{"\x04", "UTF-16BE", "\ufffd"},     // half a unit
	} {
		if got, err := providers.DecodeText([]byte(c.raw), c.charset); err != nil || got != c.want {
			t.Errorf("%q in %s: %q, %v; want %q", c.raw, c.charset, got, err, c.want)
		}
	}
	for _, bad := range []string{"klingon", "utf-7"} {
		if got, err := providers.DecodeText([]byte("a"), bad); err == nil {
			t.Errorf("%s was read as %q", bad, got)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded; charset=UTF-16BE", "a=b", []byte("text=%A3"))
	f.Add("multipart/form-data; boundary=B", "", []byte("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--B--"))
	f.Fuzz(func(t *testing.T, kind, query string, body []byte) {
		form, err := providers.Callback{Header: http.Header{"Content-Type": {kind}}, Query: query, Body: body}.Form()
		if err != nil {
			return
		}
		for k, values := range form {
			for _, v := range append(values, k) {
				if !utf8.ValidString(v) {
					t.Fatalf("%q is no UTF-8", v)
				}
			}
		}
	})
}

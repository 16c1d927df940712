package feedzonapi

import (
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
)

func TestReferences(t *testing.T) {
	form := regexp.MustCompile(`^[c-f][0-9a-f]{31}$`)
	for _, id := range []int64{1, 10000001, 112233445566677, 1<<63 - 1} {
		bulk, click := Reference(desk.GatewayBulkSMS, id), Reference(desk.GatewayClickatell, id)
		if strings.Trim(bulk, "0123456789") != "" || !form.MatchString(click) {
			t.Errorf("%d is %s and %s", id, bulk, click)
		}
		for _, ref := range []string{bulk, click} {
			if got, ok := messageOf(ref); !ok || got != id {
				t.Errorf("%s is message %d, %t; want %d", ref, got, ok, id)
			}
		}
		for i := range click { // one letter is another
			wrong := []byte(click)
			wrong[i] = "0123456789abcdef0"[strings.IndexByte("0123456789abcdef", wrong[i])+1]
			if got, ok := messageOf(string(wrong)); ok {
				t.Errorf("%s is message %d", wrong, got)
			}
		}
		if _, ok := messageOf(strings.ToUpper(click)); ok {
			t.Errorf("%s is a reference in capitals", click)
		}
	}
	for _, ref := range []string{"", " 1", "-1", "+1", "1.0", "99999999999999999999", "00000000000000000000000000000001", "zz"} {
		if id, ok := messageOf(ref); ok {
			t.Errorf("%q is message %d", ref, id)
		}
	}
}

func TestLines(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 `""`,
		"plain, and more":                  `"plain, and more"`,
		"a\nb\rc\r\nd":                     `"a\nb\nc\nd"`,
		"a\u2028b\u2029c\u0085d\ve\ff":     `"a\nb\nc\nd\ne\nf"`,
		`say "yes"`:                        `"say ""yes"""`,
		"tab\tstays, bell\x07 and NUL\x00": "\"tab\tstays, bell  and NUL \"",
		`back\slash`:                       `"back\slash"`,
		"日本 😀":                             `"日本 😀"`,
	} {
		if got := string(line(nil, text)); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
	if got := string(line(nil, "1", "", "x")); got != `"1", "", "x"` {
		t.Errorf("three fields are %s", got)
	}
}

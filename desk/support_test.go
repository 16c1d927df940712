package desk

import "testing"

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"The provider refused +44 7700 900123 for good.":   "The provider refused [number] for good.",
		"Get https://up.example/api?Token=x: no such host": "Get [address] no such host",
		`Sender "Oakfield" is not allowed`:                 "Sender [quoted] is not allowed",
		"write to jo@example.com":                          "write to [address]",
		"answered 503 after 5 tries":                       "answered 503 after 5 tries",
	} {
		if got := redact(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

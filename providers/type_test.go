package providers_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"textdesk/providers"
)

var acme = providers.Type{Name: "acme", Title: "Acme", Fields: []providers.Field{
	{Key: "url", Label: "Address", Default: "https://acme.example/api"},
	{Key: "token", Label: "API token", Secret: true, Required: true},
	{Key: "note", Label: "Note"},
}}

func TestComplete(t *testing.T) {
	got, err := acme.Complete(providers.Settings{"token": " t ", "note": " "})
	want := providers.Settings{"url": "https://acme.example/api", "token": "t"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	for problem, given := range map[string]providers.Settings{
		"Acme needs token (api token)":                             {},
		`Acme has no setting "colour"; it takes url, token, note`:  {"token": "t", "colour": "red"},
		`"acme.example" is not a web address; url must look like`:  {"token": "t", "url": "acme.example"},
		`"ftp://acme.example" is not a web address; url must look`: {"token": "t", "url": "ftp://acme.example"},
		`"https://" is not a web address; url must look like`:      {"token": "t", "url": "https://"},
	} {
		if _, err := acme.Complete(given); err == nil || !strings.HasPrefix(err.Error(), problem) {
			t.Errorf("%v: %v, want %s", given, err, problem)
		}
	}
}

func TestError(t *testing.T) {
	e := &providers.Error{Kind: providers.Rejected, Code: "-401", Text: "no such number", Err: io.EOF}
	if got := e.Error(); got != "rejected: no such number (-401): EOF" {
		t.Error(got)
	}
	if got := providers.AsError(fmt.Errorf("send text: %w", e)); got != e {
		t.Errorf("wrapped: %v", got)
	}
	if got := providers.AsError(errors.New("?")); got.Kind != providers.Ambiguous || got.Kind.NotSent() {
		t.Errorf("of another type: %v", got)
	}
	for k, name := range []string{"ambiguous", "temporary", "throttled", "rejected", "unauthorised", "no credit", "kind 6"} {
		if kind := providers.Kind(k); kind.String() != name || kind.NotSent() != (k > 0) {
			t.Errorf("kind %d is %s", k, kind)
		}
	}
}

package providers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Type describes one kind of provider: how an administrator sets it up and how
// it is opened. providers/all lists every Type.
type Type struct {
	// Name is the word on the command line and in the store: "fastsms".
	Name string
	// Title is what staff read: "FastSMS".
	Title string
	// Blurb is one sentence for the page where a provider is chosen.
	Blurb string
	// Fields are the settings it takes, in the order a form shows them.
	Fields []Field
	// Rate and Concurrency are sensible defaults: messages a second (0 is
	// without limit) and requests in flight.
	Rate        float64
	Concurrency int
	// CallbackAnswer is what its callbacks are answered once they are on disk;
	// nil is a plain "OK".
	CallbackAnswer *CallbackAnswer
	// Open makes a provider of complete, checked settings. client is the
	// transport it must use; it never dials on its own.
	Open func(settings Settings, client *http.Client) (Provider, error)
}

// CallbackAnswer is an answer to a callback.
type CallbackAnswer struct{ ContentType, Body string }

// Field is one setting of a provider.
type Field struct {
	Key      string // "token"
	Label    string // "API token"
	Hint     string // "Settings, API, in NetMessenger"
	Default  string
	Secret   bool
	Required bool
}

// Settings are a provider's settings by key.
type Settings map[string]string

// Complete fills in defaults and refuses unknown keys, missing required ones
// and a url that is none. The error is a sentence for the administrator.
func (t Type) Complete(given Settings) (Settings, error) {
	out := Settings{}
	known := map[string]Field{}
	var names []string
	for _, f := range t.Fields {
		known[f.Key] = f
		names = append(names, f.Key)
		if f.Default != "" {
			out[f.Key] = f.Default
		}
	}
	for key, value := range given {
		if _, ok := known[key]; !ok {
			return nil, fmt.Errorf("%s has no setting %q; it takes %s", t.Title, key, strings.Join(names, ", "))
		}
		if value = strings.TrimSpace(value); value != "" {
			out[key] = value
		}
	}
	for _, f := range t.Fields {
		if f.Required && out[f.Key] == "" {
			return nil, fmt.Errorf("%s needs %s (%s)", t.Title, f.Key, strings.ToLower(f.Label))
		}
	}
	if raw, ok := out["url"]; ok {
		u, err := url.Parse(raw)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return nil, fmt.Errorf("%q is not a web address; url must look like https://example.com/api", raw)
		}
	}
	return out, nil
}

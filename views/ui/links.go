// Package ui holds the components that every screen is built from. A leaf is a
// struct that is itself a templ.Component, @ui.Button{Label: "Save"}; a
// container is a function with children, @ui.Panel("Sender") { … }. The page
// /_ui shows all of them in every state.
package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"textdesk/static"
)

type baseKey struct{}

// WithBase tells the components the sub-path at which the desk is served,
// "/sms", or "" at the root of its host.
func WithBase(ctx context.Context, base string) context.Context {
	return context.WithValue(ctx, baseKey{}, strings.TrimRight(base, "/"))
}

// URL makes the address of a page of ours from its path, "/batches/7?page=2".
// Every link, form and htmx attribute goes through it. What is no path of ours
// becomes a link to the front page, so that typed text never leads elsewhere;
// a fragment, "#main", stays as it is.
func URL(ctx context.Context, path string) templ.SafeURL {
	base, _ := ctx.Value(baseKey{}).(string)
	switch {
	case strings.HasPrefix(path, "#"):
		return templ.SafeURL(path)
	case !strings.HasPrefix(path, "/"), strings.HasPrefix(path, "//"), strings.HasPrefix(path, `/\`):
		return templ.SafeURL(base + "/")
	}
	return templ.SafeURL(base + path)
}

// Asset makes the address of a static file, "app.css", with its fingerprint.
func Asset(ctx context.Context, name string) string {
	return string(URL(ctx, "/static/"+static.Path(name)))
}

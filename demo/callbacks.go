package demo

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"textdesk/desk"
)

// posted is what the provider has posted lately: some of it nobody can read.
var posted = []struct{ method, path, query, kind, body string }{
	{"POST", "", "", "application/x-www-form-urlencoded", "reference=sim-demo-1&status=delivered"},
	{"POST", "", "", "application/json", `{"event":"message.delivered","data":{"id":"4f1c","at":"2026-06-03T08:59:58Z"}}`},
	{"GET", "inbound", "id=demo-1&from=%2B447700900164&to=60777&body=Thank+you%2C+we+will+be+there+%F0%9F%98%80", "", ""},
	{"POST", "", "", "text/html", "<html><head><title>502 Bad Gateway</title></head></html>"},
	{"GET", "inbound", "from=%2B447700900171&to=60777&body=Is+the+club+on+today%3F", "", ""},
	{"POST", "", "", "application/octet-stream", "\x00\x4a\x00\x6f\xd8\x3d\xde\x00"},
}

// post has the provider post.
func post(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	rows, err := d.Providers(ctx, admin)
	if err != nil {
		return fmt.Errorf("read demo provider: %w", err)
	}
	path, err := d.CallbackPath(admin, rows[0])
	if err != nil {
		return fmt.Errorf("read demo provider: %w", err)
	}
	door, err := d.CallbackDoor(ctx, rows[0].Name, path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		return fmt.Errorf("open demo door: %w", err)
	}
	for _, p := range posted {
		header := http.Header{"User-Agent": {"Gateway/2.1"}, "X-Request-Id": {"6f2b7c"}}
		if p.kind != "" {
			header.Set("Content-Type", p.kind)
		}
		c := desk.Callback{Method: p.method, Path: p.path, Query: p.query, Header: header, Body: []byte(p.body), ReceivedAt: d.Now()}
		if err := d.TakeCallback(ctx, door, c); err != nil {
			return fmt.Errorf("post demo callback: %w", err)
		}
	}
	return d.ReadCallbacks(ctx)
}

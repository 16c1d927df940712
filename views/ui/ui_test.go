package ui

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // London, on machines that have no zones
)

func TestURL(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"", "/send", "/send"},
		{"/sms", "/send?to=1#f-to", "/sms/send?to=1#f-to"},
		{"/sms/", "/", "/sms/"},
		{"/sms", "#main", "#main"},
		{"/sms", "javascript:alert(1)", "/sms/"},
		{"/sms", "//elsewhere.example", "/sms/"},
		{"/sms", `/\elsewhere.example`, "/sms/"},
		{"", "https://elsewhere.example", "/"},
		{"", "", "/"},
	} {
		if got := string(URL(WithBase(t.Context(), tt.base), tt.path)); got != tt.want {
			t.Errorf("URL(%q) under %q is %q, want %q", tt.path, tt.base, got, tt.want)
		}
	}
	if got := Asset(WithBase(t.Context(), "/sms"), "app.css"); !strings.HasPrefix(got, "/sms/static/app.css?v=") {
		t.Errorf("Asset is %q", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1204812: "1,204,812", -4812: "−4,812"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) is %q, want %q", n, got, want)
		}
	}
	if got := Many(1, "person", "people") + ", " + Many(4812, "person", "people"); got != "1 person, 4,812 people" {
		t.Errorf("Many gave %q", got)
	}
}

func TestRelativeAndClock(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 25, 9, 30, 0, 0, london) // the clocks went back at 02:00
	for _, tt := range []struct {
		ago             time.Duration
		relative, clock string
	}{
		{10 * time.Second, "just now", "09:29"},
		{50 * time.Second, "1 minute ago", "09:29"},
		{59*time.Minute + 50*time.Second, "1 hour ago", "08:30"},
		{5 * time.Hour, "5 hours ago", "04:30"},
		{13 * time.Hour, "yesterday", "Sat 24 Oct, 21:30"},
		{3 * 24 * time.Hour, "3 days ago", "Thu 22 Oct, 10:30"},
		{30 * 24 * time.Hour, "", "Fri 25 Sep, 10:30"},
		{400 * 24 * time.Hour, "", "20 Sep 2025, 10:30"},
		{-10 * time.Second, "in a moment", "09:30"},
		{-20 * time.Minute, "in 20 minutes", "09:50"},
		{-20 * time.Hour, "tomorrow", "Mon 26 Oct, 05:30"},
	} {
		at := now.Add(-tt.ago).UTC()
		if got := Relative(at, now); got != tt.relative {
			t.Errorf("%v ago is %q, want %q", tt.ago, got, tt.relative)
		}
		if got := Clock(at, now); got != tt.clock {
			t.Errorf("%v ago is at %q, want %q", tt.ago, got, tt.clock)
		}
	}
}

func TestProgressNeverRunsOut(t *testing.T) {
	p := Progress{Label: "x", Segments: []Segment{{Delivered, "delivered", 999_999}, {Failed, "failed", 1}}}
	if x, w := p.span(1); x != "996" || w != "4" {
		t.Errorf("the single failure is drawn at %s, %s wide", x, w)
	}
	if got := p.words(); got != "x: 999,999 delivered, 1 failed" {
		t.Errorf("words are %q", got)
	}
	if (Progress{}).words() != "" {
		t.Error("an empty bar has words")
	}
}

func TestLiveStopsWhenThereIsNoPath(t *testing.T) {
	render := func(path string) string {
		var out strings.Builder
		if err := Live("batch", path, "2s", "/batches/1").Render(WithBase(t.Context(), "/sms"), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := render("/batches/1/live"); !strings.Contains(got, `hx-get="/sms/batches/1/live"`) || !strings.Contains(got, `<noscript><a class="link-button" href="/sms/batches/1">`) {
		t.Errorf("a live part is %s", got)
	}
	if got := render(""); strings.Contains(got, "hx-") || strings.Contains(got, "noscript") {
		t.Errorf("a finished part is %s", got)
	}
}

func TestHtmxConfigIsJSON(t *testing.T) {
	if !json.Valid([]byte(htmxConfig)) {
		t.Error("htmx would read its settings wrongly")
	}
}

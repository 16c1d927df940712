package ui_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"textdesk/views"
	"textdesk/views/ui"
)

func gallery(t *testing.T, base string) string {
	t.Helper()
	page := ui.Page{
		Title: "Components", Org: "Oakfield School", UserName: "Jo Bloggs", Credits: "4,812 credits", CreditsPath: "/account/credits",
		Banner: "Simulator: texts go to no real phone.", ActingAs: "Sam Okafor", BrandPath: "/brand.css", HasErrors: true,
		Flash:    &ui.Notice{Kind: ui.Success, Title: "Sent to 312 people"},
		Nav:      []ui.NavItem{{Path: "/send", Icon: "send", Label: "Send", Current: true}, {Path: "/inbox", Icon: "inbox", Label: "Inbox", Badge: "12", BadgeLabel: "unread"}},
		AdminNav: []ui.NavItem{{Path: "/users", Icon: "users-round", Label: "Users"}},
	}
	var out bytes.Buffer
	ctx := ui.WithBase(t.Context(), base)
	if err := views.Gallery(page).Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if err := views.GalleryBare(page).Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var linkAttr = regexp.MustCompile(`\s(href|src|action|formaction|hx-get|hx-post|hx-put|hx-delete|hx-patch)="([^"]*)"`)

func TestEveryLinkCarriesTheBasePath(t *testing.T) {
	links := linkAttr.FindAllStringSubmatch(gallery(t, "/sms/"), -1)
	if len(links) < 100 {
		t.Fatalf("found only %d links", len(links))
	}
	for _, l := range links {
		if !strings.HasPrefix(l[2], "/sms/") && !strings.HasPrefix(l[2], "#") {
			t.Errorf("%s=%q leads out of /sms", l[1], l[2])
		}
		if strings.HasPrefix(l[2], "/sms/sms/") || strings.HasPrefix(l[2], "/sms//") {
			t.Errorf("%s=%q has its base twice", l[1], l[2])
		}
	}
}

// The security policy forbids all of these, so a browser would drop them silently.
func TestGalleryHoldsNothingThePolicyForbids(t *testing.T) {
	html := gallery(t, "")
	for _, forbidden := range []string{
		`\sstyle=`, `<style`, `<script(?: [^>]*)?>[^<]`, `<script>`, `\son[a-z]+="`, `\shx-on`, `javascript:`, `hx-vals="js:`, `https?://[^"]*"\s*(?:rel|></script)`,
	} {
		if m := regexp.MustCompile(forbidden).FindString(html); m != "" {
			t.Errorf("found %q", m)
		}
	}
}

func TestEveryIconIsInTheSprite(t *testing.T) {
	sprite, err := os.ReadFile("../../static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllSubmatch(sprite, -1) {
		have[string(m[1])] = true
	}
	used := regexp.MustCompile(`icons\.svg\?v=[0-9a-f]{10}#([^"]*)"`).FindAllStringSubmatch(gallery(t, ""), -1)
	if len(used) < 100 {
		t.Fatalf("found only %d icons", len(used))
	}
	for _, m := range used {
		if !have[m[1]] {
			t.Errorf("the sprite has no icon %q", m[1])
		}
	}
	// Icons that a page or a handler names are found in the source.
	for _, dir := range []string{".", ".."} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".templ") {
				continue
			}
			source, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?:Icon: |@ui\.Icon\(|@Icon\()"([^"]+)"`).FindAllSubmatch(source, -1) {
				if !have[string(m[1])] {
					t.Errorf("%s names the icon %q, which the sprite has not", e.Name(), m[1])
				}
			}
		}
	}
}

func TestEveryLabelAndReferenceFindsItsElement(t *testing.T) {
	// One page at a time: ids are unique within a page.
	html, _, _ := strings.Cut(gallery(t, ""), "</html>")
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("the id %q stands %d times", id, n)
		}
	}
	for _, m := range regexp.MustCompile(`\s(?:for|aria-describedby|aria-labelledby|data-into|href)="(#?[^"]+)"`).FindAllStringSubmatch(html, -1) {
		if strings.HasPrefix(m[1], "/") {
			continue
		}
		for ref := range strings.FieldsSeq(strings.TrimPrefix(m[1], "#")) {
			if ids[ref] == 0 {
				t.Errorf("%s leads to no element", m[0])
			}
		}
	}
}

func TestTitleSaysErrorFirst(t *testing.T) {
	if want := "<title>Error: Components · Oakfield School</title>"; !strings.Contains(gallery(t, ""), want) {
		t.Errorf("the page has no %s", want)
	}
}

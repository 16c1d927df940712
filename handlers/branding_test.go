package handlers_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"textdesk/handlers"
)

// The overview leads to every page of the settings that there is.
func TestSettingsLeadToEverything(t *testing.T) {
	td := newTestDesk(t)
	boss := td.signIn("boss")
	overview := boss.get("/settings")
	overview.wants(t, http.StatusOK, "Oakfield School", "United Kingdom", "20 seconds", "Only the United Kingdom", "Textdesk test")
	for _, path := range settingPages() {
		overview.wants(t, http.StatusOK, `href="`+path+`"`)
		boss.get(path).wants(t, http.StatusOK)
	}
}

// The colour and the logo stand on every page, also where nobody is signed in,
// from files with their hash in the address.
func TestBrandingOnThePages(t *testing.T) {
	td := newTestDesk(t)
	boss, sam, nobody := td.signIn("boss"), td.signIn("sam"), td.newBrowser()
	if got := nobody.get("/sign-in"); strings.Contains(got.body, "/branding-") {
		t.Error("a desk without branding asks for some")
	}
	dots := image.NewNRGBA(image.Rect(0, 0, 200, 50))
	dots.Set(3, 3, color.NRGBA{255, 0, 0, 255})
	var file bytes.Buffer
	must(t, png.Encode(&file, dots))
	save := func(b *browser, name string, file []byte, fields ...string) answer {
		return b.upload("/settings/branding", name, file, form(fields...))
	}
	save(sam, "", nil, "colour", "own", "accent", "#ffd400").wants(t, http.StatusForbidden)
	save(boss, "logo.svg", []byte("<svg/>"), "colour", "own", "accent", "#ffd400").
		wants(t, http.StatusUnprocessableEntity, "Choose a PNG, JPEG or WebP file", `value="#ffd400"`)
	save(boss, "", nil, "colour", "own", "accent", "yellow").wants(t, http.StatusUnprocessableEntity, "A colour is #")
	save(boss, "logo.png", make([]byte, 5<<20), "colour", "ours").wants(t, http.StatusUnprocessableEntity, "larger than 2 MB")
	saved := save(boss, "logo.png", file.Bytes(), "colour", "own", "accent", "#FFD400")
	saved.wants(t, http.StatusOK, "The colour and the logo are saved.", "too light to be read on", "Take the logo away")
	sheet := regexp.MustCompile(`/branding-[0-9a-f]{20}\.css`)
	logo := regexp.MustCompile(`/branding-[0-9a-f]{20}\.png`)
	for who, page := range map[string]answer{"boss": boss.get("/"), "sam": sam.get("/send"), "nobody": nobody.get("/sign-in")} {
		css, img := sheet.FindString(page.body), logo.FindString(page.body)
		if css == "" || img == "" {
			t.Errorf("%s sees %q and %q", who, css, img)
			continue
		}
		for path, want := range map[string]string{css: "text/css; charset=utf-8", img: "image/png"} {
			got := nobody.get(path)
			h := got.header
			if got.status != http.StatusOK || h.Get("Content-Type") != want || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", path, got.status, h)
			}
		}
		nobody.get(css).wants(t, http.StatusOK, "--accent:#ffd400;", "--accent-fill:light-dark(#")
		if strings.Contains(page.body, "style=") {
			t.Errorf("%s: there is style inside the page", who)
		}
	}
	for _, path := range []string{"/branding-", "/branding-x.css", "/branding-.png", "/branding-00000000000000000000.png", "/branding-..%2f..%2fsecret.key"} {
		nobody.get(path).wants(t, http.StatusNotFound)
	}
	css := sheet.FindString(boss.get("/").body)
	save(boss, "", nil, "colour", "ours", "no_logo", "on").wants(t, http.StatusOK, "are saved")
	boss.get("/").lacks(t, "/branding-")
	nobody.get(css).wants(t, http.StatusNotFound)
	boss.get("/audit").wants(t, http.StatusOK, "Changed the colour or the logo")
}

// settingPages are the pages below the settings, by the routes that there are;
// those of a form that came back are none of their own.
func settingPages() []string {
	again := map[string]bool{"/settings/mail/test": true, "/settings/maintenance": true, "/settings/programs": true}
	pages := []string{"/system", "/audit", "/privacy", "/users", "/providers", "/suppressions", "/developers", "/numbers", "/replies"}
	for _, r := range handlers.Routes() {
		if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/settings/") && !strings.Contains(r.Path, ":") && !again[r.Path] {
			pages = append(pages, r.Path)
		}
	}
	return pages
}

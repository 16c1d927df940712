package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mostPictures is how large the pictures may be together: they are in the
// program.
const mostPictures = 1_500_000

var linkPattern = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// Every file is a page of its guide, and every page leads only to what there is.
func TestGuidesAreWhole(t *testing.T) {
	user, admin := Guides()
	ids := map[string]map[string]bool{}
	for _, p := range append(user, admin...) {
		ids[p.Path()] = map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(p.html, -1) {
			ids[p.Path()][m[1]] = true
		}
	}
	shown := map[string]bool{}
	for _, p := range append(user, admin...) {
		if p.Title == "" || len(p.Intro) < 20 || len(p.Intro) > 220 {
			t.Errorf("%s begins with %q and %q", p.Path(), p.Title, p.Intro)
		}
		for _, bad := range []string{"style=", "<script", "align=", "raw HTML omitted", "—"} {
			if strings.Contains(p.html, bad) {
				t.Errorf("%s has %q", p.Path(), bad)
			}
		}
		if strings.Count(p.html, "<img ") != strings.Count(p.html, `alt="`) || strings.Contains(p.html, `alt=""`) {
			t.Errorf("%s: a picture says nothing to who cannot see it", p.Path())
		}
		for _, m := range linkPattern.FindAllStringSubmatch(p.html, -1) {
			to, inDesk := strings.CutPrefix(m[1], "~")
			to, anchor, _ := strings.Cut(to, "#")
			switch {
			case !inDesk:
				t.Errorf("%s leads away from the desk, to %s", p.Path(), m[1])
			case strings.HasPrefix(to, "/help/images/"):
				name := strings.TrimPrefix(to, "/help/images/")
				shown[name] = true
				if _, ok := Image(name); !ok {
					t.Errorf("%s shows %s, which is not there; make screenshots makes it", p.Path(), name)
				}
			case strings.HasPrefix(to, "/help/"):
				if ids[to] == nil || anchor != "" && !ids[to][anchor] {
					t.Errorf("%s leads to %s, which is not there", p.Path(), m[1])
				}
				if p.Guide == "user" && strings.HasPrefix(to, "/help/admin/") {
					t.Errorf("%s leads ordinary people to %s", p.Path(), to)
				}
			}
		}
	}
	for _, dir := range []string{"user", "admin"} {
		sources, err := filepath.Glob(dir + "/*.md")
		if err != nil || len(sources) == 0 {
			t.Fatal(sources, err)
		}
		for _, path := range sources {
			if _, ok := Find(dir, strings.TrimSuffix(filepath.Base(path), ".md")); !ok {
				t.Errorf("%s is in no guide", path)
			}
			if raw, err := os.ReadFile(path); err != nil || len(raw) > 6000 {
				t.Errorf("%s has %d bytes: too long for one page (%v)", path, len(raw), err)
			}
		}
	}
	pictures, err := filepath.Glob("images/*.webp")
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, path := range pictures {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
		if !shown[filepath.Base(path)] {
			t.Errorf("no page shows %s", path)
		}
		if raw, err := os.ReadFile(path); err != nil || len(raw) < 1000 || string(raw[:4])+string(raw[8:12]) != "RIFFWEBP" {
			t.Errorf("%s is no WebP picture: %v", path, err)
		}
	}
	if total > mostPictures {
		t.Errorf("the pictures have %d bytes, %d are allowed", total, mostPictures)
	}
}

// What stands in the guide is what is shipped.
func TestTheProxiesAreThoseThatAreShipped(t *testing.T) {
	page, err := os.ReadFile("admin/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nginx.conf", "apache.conf"} {
		shipped, err := os.ReadFile(filepath.Join("..", "packaging", name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), "\n"+strings.TrimSpace(string(shipped))+"\n```") {
			t.Errorf("admin/proxy.md has another %s than packaging/", name)
		}
	}
}

func TestAddressesAreBelowTheBase(t *testing.T) {
	page, ok := Find("user", "first-steps")
	if !ok {
		t.Fatal("there are no first steps")
	}
	html := page.HTML("/sms")
	if !strings.Contains(html, `href="/sms/outbox"`) || !strings.Contains(html, `src="/sms/help/images/home.webp"`) || !strings.Contains(html, `href="/sms/help/user/account"`) || strings.Contains(html, "~/") {
		t.Errorf("below /sms: %s", html)
	}
	for _, name := range []string{"", "..", "../guides.go", "home.png", "user/first-steps.md"} {
		if _, ok := Image(name); ok {
			t.Errorf("%q passes for a picture", name)
		}
	}
}

// What the guides write in italics is what a page calls it.
func TestGuidesCallThingsAsThePagesDo(t *testing.T) {
	var views strings.Builder
	for _, pattern := range []string{"../views/*.templ", "../views/*.go", "../handlers/*.go"} {
		sources, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range sources {
			if strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			views.Write(raw)
		}
	}
	emphasis := regexp.MustCompile(`<em>(.*?)</em>`)
	user, admin := Guides()
	for _, p := range append(user, admin...) {
		for _, m := range emphasis.FindAllStringSubmatch(p.html, -1) {
			label := regexp.MustCompile(`["“>]\s*` + regexp.QuoteMeta(m[1]) + `(?:["”<]|\s*$| [a-z]* ?")`) // whole, or with a number behind it
			if !label.MatchString(views.String()) {
				t.Errorf("%s calls something %q, which no page does", p.Path(), m[1])
			}
		}
	}
}

package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"textdesk/docs"
	"textdesk/handlers"
)

// Every page of the guides is served to whom it is for, and to nobody else.
func TestHelp(t *testing.T) {
	td := newTestDesk(t)
	boss, sam, nobody := td.signIn("boss"), td.signIn("sam"), td.newBrowser()
	user, admin := docs.Guides()
	contents, forAdmins := sam.get("/help"), boss.get("/help")
	for _, p := range user {
		contents.wants(t, http.StatusOK, `href="`+p.Path()+`"`)
		sam.get(p.Path()).wants(t, http.StatusOK, `<div class="guide">`, `aria-current="page"`)
	}
	for _, p := range admin {
		contents.lacks(t, p.Path()+`"`)
		forAdmins.wants(t, http.StatusOK, `href="`+p.Path()+`"`)
		boss.get(p.Path()).wants(t, http.StatusOK, `<div class="guide">`)
		sam.get(p.Path()).wants(t, http.StatusForbidden)
		if got := nobody.get(p.Path()); !strings.HasPrefix(got.path, "/sign-in") {
			t.Errorf("%s is shown to nobody in particular", p.Path())
		}
	}
	for _, path := range []string{"/help/user/none", "/help/admin/none", "/help/user/installing", "/help/images/none.webp", "/help/images/..%2fguides.go"} {
		boss.get(path).wants(t, http.StatusNotFound)
	}
	picture := sam.get("/help/images/home.webp")
	if picture.status != http.StatusOK || picture.header.Get("Content-Type") != "image/webp" {
		t.Errorf("a picture: %d %v", picture.status, picture.header)
	}
}

// The pages that the guides name exist for whom the guide is, and every page of
// the navigation is named.
func TestGuidesNameThePagesThatThereAre(t *testing.T) {
	td := newTestDesk(t)
	boss, sam := td.signIn("boss"), td.signIn("sam")
	user, admin := docs.Guides()
	named := map[string]bool{}
	link := regexp.MustCompile(`href="(/[^"#]*)"`)
	for _, p := range append(user, admin...) {
		for _, m := range link.FindAllStringSubmatch(p.HTML(""), -1) {
			path := m[1]
			named[path] = true
			route, ok := routeOf(path)
			if !ok {
				t.Errorf("%s names %s, which is no page", p.Path(), path)
			} else if p.Guide == "user" && route.Access == handlers.Administrators && path != "/approvals" {
				t.Errorf("%s leads ordinary people to %s, which they may not see", p.Path(), path)
			}
		}
	}
	nav := regexp.MustCompile(`(?s)<nav class="nav.*?</nav>`)
	for who, page := range map[string]string{"sam": sam.get("/").body, "boss": boss.get("/").body} {
		items := link.FindAllStringSubmatch(strings.Join(nav.FindAllString(page, -1), ""), -1)
		if len(items) < 7 {
			t.Fatalf("%s has a navigation of %d items", who, len(items))
		}
		for _, m := range items {
			if !named[m[1]] && m[1] != "/help" {
				t.Errorf("no guide names %s, which %s has in the navigation", m[1], who)
			}
		}
	}
	for _, path := range []string{"/in-doubt", "/simulator", "/approvals"} { // there when there is something behind them
		if !named[path] {
			t.Errorf("no guide names %s", path)
		}
	}
}

// routeOf finds the page that an address leads to.
func routeOf(path string) (handlers.Route, bool) {
	for _, r := range handlers.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		pattern := regexp.MustCompile(`:[a-z]+`).ReplaceAllString(regexp.QuoteMeta(r.Path), `[^/]+`)
		if regexp.MustCompile(`^` + pattern + `$`).MatchString(path) {
			return r, true
		}
	}
	return handlers.Route{}, false
}

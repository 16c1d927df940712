package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers"
)

// addresses are the addresses of the routes of a method. Ids are 1, names those
// of the simulator.
func addresses(method string) []string {
	var all []string
	for _, r := range handlers.Routes() {
		if r.Method == method {
			all = append(all, address(r))
		}
	}
	return all
}

func address(r handlers.Route) string {
	return strings.NewReplacer(":id", "1", ":report", "messages", ":entry", "1", ":name", "Simulator", ":number", "447700900123", ":token", "k7wq", ":key", "1", ":page", "first-steps", ":image", "home.webp").Replace(r.Path)
}

// open is who may use what by no sign-in at all. A new route is not on it.
var open = map[string]bool{"GET /sign-in": true, "POST /sign-in": true, "GET /setup": true, "POST /setup": true, "GET /_ui": true,
	"GET /sign-in/code": true, "POST /sign-in/code": true, "GET /join/:token": true, "GET /branding-:file": true, "POST /join/:token": true}

func TestEveryRouteLetsInWhoMayUseIt(t *testing.T) {
	const private = "Meet me at the boiler house"
	td := newTestDesk(t)
	_, err := td.Send(t.Context(), td.actor("boss"), desk.Order{To: []string{"07700900123"}, Body: private})
	must(t, err)
	nobody := td.newBrowser()
	nobody.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		if (r.Access == handlers.Anyone) != open[name] {
			t.Errorf("%s: access %d; if that is right, say so in this test", name, r.Access)
		}

		got := nobody.do(r.Method, address(r), nil)
		got.lacks(t, private)
		if r.Access != handlers.Anyone {
			if to := got.header.Get("Location"); got.status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in") {
				t.Errorf("%s answers nobody with %d to %q, want 303 to /sign-in", name, got.status, to)
			}
			part := nobody.do(r.Method, address(r), nil, "HX-Request", "true")
			part.lacks(t, private)
			if part.status != http.StatusUnauthorized || !strings.Contains(part.body, "You have been signed out") || len(part.body) > 700 {
				t.Errorf("%s answers a part of a page for nobody with %d %q, want 401 and that sentence", name, part.status, part.body)
			}
		}
		if name == "POST /sign-out" {
			continue // it ends the session that the test needs
		}

		sam := td.signIn("sam").do(r.Method, address(r), nil)
		sam.lacks(t, private)
		if forbidden := sam.status == http.StatusForbidden; forbidden != (r.Access == handlers.Administrators) {
			t.Errorf("%s answers an ordinary user with %d", name, sam.status)
		}
		if sam.status >= 500 {
			t.Errorf("%s answers an ordinary user with %d:\n%s", name, sam.status, sam.body)
		}

		boss := td.signIn("boss").do(r.Method, address(r), nil)
		if boss.status == http.StatusForbidden || boss.status == http.StatusUnauthorized || boss.status >= 500 || (r.Path != "/sign-in" && strings.HasPrefix(boss.path, "/sign-in")) {
			t.Errorf("%s answers an administrator with %d at %s:\n%s", name, boss.status, boss.path, boss.body)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("boss")
	for _, path := range addresses(http.MethodPost) {
		if got := b.do(http.MethodPost, path, nil, "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
			t.Errorf("POST %s from another site answers %d, want 403", path, got.status)
		}
	}
}

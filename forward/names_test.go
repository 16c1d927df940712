package forward

import (
	"net/netip"
	"strings"
	"testing"
)

func TestHostsOutsideASCII(t *testing.T) {
	for _, c := range []struct{ typed, stored, shown string }{
		{"https://münchen.example/texts?key=ä", "https://xn--mnchen-3ya.example/texts?key=ä", "https://münchen.example/texts?key=ä"},
		{" https://MÜNCHEN.example:8443 ", "https://xn--mnchen-3ya.example:8443/", "https://münchen.example:8443/"},
		{"https://m%C3%BCnchen.example/", "https://xn--mnchen-3ya.example/", "https://münchen.example/"},
		{"https://mu\u0308nchen.example/", "https://xn--mnchen-3ya.example/", "https://münchen.example/"}, // with the dots as a mark of their own
		{"https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/", "https://münchen.example/"},
		{"https://straße.example/", "https://xn--strae-oqa.example/", "https://straße.example/"},
		{"https://例え.テスト/a/b", "https://xn--r8jz45g.xn--zckzah/a/b", "https://例え.テスト/a/b"},
		{"https://почта.example/", "https://xn--80a1acny.example/", "https://почта.example/"},
		{"https://łódź.example。/", "https://xn--d-uga0v4h.example./", "https://łódź.example./"},
		{"https://intranet.example/ü", "https://intranet.example/%C3%BC", "https://intranet.example/%C3%BC"},
		{"https://Server_1:81/", "https://Server_1:81/", "https://Server_1:81/"},
		{"https://xn--a.example/", "https://xn--a.example/", "https://xn--a.example/"}, // which is nothing that people could read
	} {
		u, err := ReadURL(c.typed)
		if err != nil {
			t.Errorf("%q: %v", c.typed, err)
			continue
		}
		if u.String() != c.stored {
			t.Errorf("%q is stored as %q, want %q", c.typed, u, c.stored)
		}
		if shown := ShownURL(u.String()); shown != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.typed, shown, c.shown)
		}
		if again, err := ReadURL(c.shown); err != nil || again.String() != c.stored {
			t.Errorf("%q as it is shown is stored as %v, %v", c.shown, again, err)
		}
	}
	for _, typed := range []string{
		"https://mün chen.example/", "https://mün\u200bchen..example/", "https://ü_ü.example/", "https://-ü.example/", "https://a\u202e.example/", "https://\xff\xfe.example/",
		"https://" + strings.Repeat("ü", 64) + ".example/", "https://ü：80/", "https://［::1］/", "https://a／b.example/", "https://user＠münchen.example/", "https://ü%2f.example/",
	} {
		if u, err := ReadURL(typed); err == nil {
			t.Errorf("%q is taken as %q", typed, u)
		} else if strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%q: the refusal has its full stop: %v", typed, err)
		}
	}
}

// A name that only looks different leads no further than the one that it is.
func TestTheGuardSeesTheHostThatIsMeant(t *testing.T) {
	for typed, refused := range map[string]string{
		"http://１２７.０.０.１/":        "127.0.0.1:80",
		"http://127。0。0。1:81/":     "127.0.0.1:81",
		"https://ⓛocalhost/":       "localhost:443",
		"https://a.ｌｏｃａｌｈｏｓｔ/":     "a.localhost:443",
		"http://169。254。169。254/":  "169.254.169.254:80",
		"http://１０.0.0.7:8080/":    "10.0.0.7:8080",
		"https://münchen.example/": "",
	} {
		u, err := ReadURL(typed)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if got := (Allowed{}).Refuses(u.String()); got != refused {
			t.Errorf("%s is refused as %q, want %q", typed, got, refused)
		}
	}
	host, err := ReadHost("München.example:8080")
	if err != nil || host != "xn--mnchen-3ya.example:8080" || ShownHost(host) != "münchen.example:8080" {
		t.Fatalf("it is allowed as %q, shown as %q, %v", host, ShownHost(host), err)
	}
	private := netip.MustParseAddr("10.0.0.7")
	if a := (Allowed{host}); !a.has("xn--mnchen-3ya.example", 8080, private) || a.has("xn--mnchen-3ya.example", 80, private) || a.has("munchen.example", 8080, private) {
		t.Error("what is allowed is not what was typed")
	}
	if host, err := ReadHost("１０.0.0.7"); err != nil || host != "10.0.0.7" {
		t.Errorf("an address in wide digits is allowed as %q, %v", host, err)
	}
	// Letters of two alphabets that look like one name are not shown as that name.
	if shown := ShownHost("xn--pple-43d.example"); shown == "apple.example" {
		t.Errorf("shown as %q", shown)
	}
}

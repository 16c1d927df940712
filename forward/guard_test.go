package forward

import (
	"net/netip"
	"testing"
)

func TestInside(t *testing.T) {
	for _, c := range []struct {
		address string
		inside  bool
	}{
		{"8.8.8.8", false}, {"93.184.216.34", false}, {"1.1.1.1", false}, {"172.15.255.255", false}, {"172.32.0.1", false}, {"100.63.255.255", false},
		{"100.128.0.1", false}, {"192.167.1.1", false}, {"169.253.1.1", false}, {"223.255.255.254", false}, {"198.17.255.255", false}, {"198.20.0.1", false},
		{"0.0.0.0", true}, {"0.1.2.3", true}, {"127.0.0.1", true}, {"127.255.255.254", true}, {"10.0.0.1", true}, {"10.255.255.255", true}, {"172.16.0.1", true},
		{"172.31.255.255", true}, {"192.168.1.1", true}, {"100.64.0.1", true}, {"100.127.255.255", true}, {"100.100.100.200", true}, {"169.254.1.1", true},
		{"169.254.169.254", true}, {"168.63.129.16", true}, {"192.0.0.192", true}, {"192.0.2.1", true}, {"198.18.0.1", true}, {"198.51.100.1", true},
		{"203.0.113.9", true}, {"224.0.0.1", true}, {"239.255.255.250", true}, {"240.0.0.1", true}, {"255.255.255.255", true},
		{"2606:4700:4700::1111", false}, {"2a00:1450:4009::200e", false}, {"64:ff9b::808:808", false}, {"::ffff:8.8.8.8", false},
		{"::", true}, {"::1", true}, {"::2", true}, {"::7f00:1", true}, {"::ffff:127.0.0.1", true}, {"::ffff:7f00:1", true}, {"::ffff:10.0.0.1", true},
		{"::ffff:169.254.169.254", true}, {"::ffff:0:127.0.0.1", true}, {"64:ff9b::7f00:1", true}, {"64:ff9b::10.0.0.1", true}, {"64:ff9b::a9fe:a9fe", true},
		{"64:ff9b:1::808:808", true}, {"fe80::1", true}, {"fe80::1%eth0", true}, {"::1%lo", true}, {"fc00::1", true}, {"fd12:3456::1", true}, {"fd00:ec2::254", true},
		{"fd20:ce::254", true}, {"fec0::1", true}, {"ff02::1", true}, {"ff0e::1", true}, {"2001:db8::1", true}, {"2002:7f00:1::", true}, {"2002:808:808::1", true},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", true}, {"2001:10::1", true}, {"3fff::1", true}, {"100::1", true}, {"4000::1", true}, {"5f00::1", true},
	} {
		if why := Inside(netip.MustParseAddr(c.address)); (why != "") != c.inside {
			t.Errorf("%s: inside %q, want %v", c.address, why, c.inside)
		}
	}
	if Inside(netip.Addr{}) == "" {
		t.Error("no address at all is taken for one outside")
	}
}

func TestAllowed(t *testing.T) {
	loopback, private, link := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("169.254.169.254")
	for _, c := range []struct {
		allowed string
		host    string
		port    uint16
		ip      netip.Addr
		want    bool
	}{
		{"intranet.example", "intranet.example", 443, private, true},
		{"intranet.example", "INTRANET.example.", 80, loopback, true},
		{"intranet.example", "other.example", 443, private, false},
		{"intranet.example", "a.intranet.example", 443, private, false},
		{"intranet.example", "intranet.example", 80, link, false}, // whoever has its DNS gets no credentials
		{"intranet.example:8080", "intranet.example", 8080, private, true},
		{"intranet.example:8080", "intranet.example", 22, private, false},
		{"127.0.0.1", "127.0.0.1", 80, loopback, true},
		{"127.0.0.1", "localhost", 80, loopback, false}, // the host is what was allowed, not what it leads to
		{"127.0.0.1:8080", "127.0.0.1", 8081, loopback, false},
		{"169.254.169.254", "169.254.169.254", 80, link, true},
		{"127.0.0.1", "::ffff:127.0.0.1", 80, loopback, true},
		{"::1", "::1", 80, netip.IPv6Loopback(), true},
		{"[::1]:80", "::1", 80, netip.IPv6Loopback(), true},
		{"[::1]:80", "::1", 81, netip.IPv6Loopback(), false},
	} {
		if got := (Allowed{c.allowed}).has(c.host, c.port, c.ip); got != c.want {
			t.Errorf("with %s allowed, %s at %d (%s): %v, want %v", c.allowed, c.host, c.port, c.ip, got, c.want)
		}
	}
}

func TestReadHost(t *testing.T) {
	for typed, want := range map[string]string{
		" Intranet.Example ": "intranet.example", "intranet.example:8080": "intranet.example:8080", "10.0.0.7": "10.0.0.7", "[FD12::7]:80": "[fd12::7]:80",
		"fd12::7": "fd12::7", "::ffff:10.0.0.7": "10.0.0.7", "server_1": "server_1", "intranet.": "intranet",
	} {
		if got, err := ReadHost(typed); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", " ", "http://intranet.example", "a b", "intranet/path", "intranet:0", "intranet:70000", "intranet:http", "-a.example", "a..b", "*", "user@host", "10.0.0.0/8"} {
		if got, err := ReadHost(typed); err == nil {
			t.Errorf("%q is taken as %q", typed, got)
		}
	}
}

func FuzzReadURL(f *testing.F) {
	for _, s := range []string{"https://intranet.example/in?key=1", "http://[::1]:80", "http://0x7f.1/", "ftp://x", "https://u:p@x/", "//x", "http:x", "https://x#y", "https://münchen.example:81/", "http://１２７.0。0.1/", "https://a.ｌｏｃａｌｈｏｓｔ/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		u, err := ReadURL(typed)
		if err != nil {
			return
		}
		if u.Hostname() == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "" {
			t.Errorf("%q is taken as %q", typed, u)
		}
		if name := u.Hostname(); !isASCII(name) {
			t.Errorf("%q goes to the host %q", typed, name)
		}
		if shown, err := ReadURL(ShownURL(u.String())); err != nil || shown.String() != u.String() {
			t.Errorf("%q is shown as %q, which is %v, %v", typed, ShownURL(u.String()), shown, err)
		}
		again, err := ReadURL(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q is not stable: %q, then %v %v", typed, u, again, err)
		}
	})
}

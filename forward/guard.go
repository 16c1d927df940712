package forward

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// inside are the special ranges of IANA's registries (RFC 6890 and what came
// after) that lead somewhere else than to a machine on the Internet, and the
// addresses at which clouds tell machines their credentials. The first that has
// an address says why it is refused.
var inside = []struct {
	net netip.Prefix
	why string
}{
	{netip.MustParsePrefix("169.254.169.254/32"), "the address of a cloud's credentials"},
	{netip.MustParsePrefix("168.63.129.16/32"), "the address of a cloud's credentials"},
	{netip.MustParsePrefix("100.100.100.200/32"), "the address of a cloud's credentials"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "the address of a cloud's credentials"},
	{netip.MustParsePrefix("fd20:ce::254/128"), "the address of a cloud's credentials"},
	{netip.MustParsePrefix("0.0.0.0/8"), unspecified},
	{netip.MustParsePrefix("127.0.0.0/8"), "this machine itself"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private network"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private network"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a network operator's own network"},
	{netip.MustParsePrefix("169.254.0.0/16"), linkLocal},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved},
	{netip.MustParsePrefix("192.0.2.0/24"), reserved},
	{netip.MustParsePrefix("192.88.99.0/24"), reserved},
	{netip.MustParsePrefix("198.18.0.0/15"), reserved},
	{netip.MustParsePrefix("198.51.100.0/24"), reserved},
	{netip.MustParsePrefix("203.0.113.0/24"), reserved},
	{netip.MustParsePrefix("224.0.0.0/4"), multicast},
	{netip.MustParsePrefix("240.0.0.0/4"), reserved},
	{netip.MustParsePrefix("::/128"), unspecified},
	{netip.MustParsePrefix("::1/128"), "this machine itself"},
	{netip.MustParsePrefix("fc00::/7"), "a private network"},
	{netip.MustParsePrefix("fec0::/10"), "a private network"},
	{netip.MustParsePrefix("fe80::/10"), linkLocal},
	{netip.MustParsePrefix("ff00::/8"), multicast},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a private network"}, // NAT64 of somebody's own (RFC 8215)
	{netip.MustParsePrefix("2001::/23"), reserved},                 // Teredo among others, which carries an IPv4 address
	{netip.MustParsePrefix("2001:db8::/32"), reserved},
	{netip.MustParsePrefix("2002::/16"), reserved}, // 6to4, likewise
	{netip.MustParsePrefix("3fff::/20"), reserved},
}

const (
	unspecified = "no machine at all"
	linkLocal   = "the machines on the same cable"
	multicast   = "many machines at once"
	reserved    = "a reserved range"
)

// nat64 leads to the IPv4 address in its last four bytes (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// global is all that is given out of IPv6 so far (RFC 4291 §2.4, IANA).
var global = netip.MustParsePrefix("2000::/3")

// Inside says to what an address leads if that is not a machine on the
// Internet, and "" if it is. Addresses of IPv4 within those of IPv6 are judged
// by what they lead to.
func Inside(ip netip.Addr) string {
	ip = ip.WithZone("").Unmap()
	if nat64.Contains(ip) {
		b := ip.As16()
		return Inside(netip.AddrFrom4([4]byte(b[12:])))
	}
	for _, r := range inside {
		if r.net.Contains(ip) {
			return r.why
		}
	}
	if !ip.IsValid() || ip.Is6() && !global.Contains(ip) {
		return reserved
	}
	return ""
}

// Allowed are hosts that an administrator has allowed although they are inside:
// names or addresses, each with a port or for all ports, as [ReadHost] writes
// them.
type Allowed []string

// has reports whether a host as it stands in a URL is allowed at a port. An
// allowed name may lead to this machine or a private network, and nowhere else:
// whoever has a name's DNS could otherwise point it at a cloud's credentials.
// An address that is itself allowed leads where it leads.
func (a Allowed) has(host string, port uint16, ip netip.Addr) bool {
	literal := ""
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.WithZone("").Unmap().String()
		literal = host
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, one := range a {
		name, only := splitHost(one)
		if name != host || only != "" && only != strconv.Itoa(int(port)) {
			continue
		}
		if literal != "" {
			return true
		}
		switch Inside(ip) {
		case "this machine itself", "a private network", "a network operator's own network":
			return true
		}
	}
	return false
}

// ReadHost tidies a host to allow: "intranet.example", "10.0.0.7:8080",
// "[fd12::7]:8080". It refuses what is no host, an error fit to be shown.
func ReadHost(typed string) (string, error) {
	text := strings.ToLower(strings.TrimSpace(typed))
	name, port := splitHost(text)
	if strings.Trim(port, "0123456789") != "" {
		name, port = text, "" // an address of the web, perhaps
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("%q has no port that there is", typed)
		}
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		name = ip.WithZone("").Unmap().String()
	} else if name = hostName(name); !isName(name) {
		return "", fmt.Errorf("%q is neither the name of a host, such as intranet.example, nor an address, such as 10.0.0.7", typed)
	}
	if port == "" {
		return name, nil
	}
	return net.JoinHostPort(name, port), nil
}

// hostName is a name as the network has it, "" for what can be none.
func hostName(typed string) string {
	name, err := ascii(typed)
	if err != nil {
		return ""
	}
	name = strings.TrimSuffix(name, ".")
	if ip, err := netip.ParseAddr(name); err == nil { // in digits of another width
		name = ip.WithZone("").Unmap().String()
	}
	return name
}

// splitHost cuts a port off. An IPv6 address without brackets has none.
func splitHost(text string) (host, port string) {
	if host, port, err := net.SplitHostPort(text); err == nil {
		return host, port
	}
	return strings.Trim(text, "[]"), ""
}

// isName reports whether a text can be the name of a host (RFC 1123 §2.1, and
// underscores as some networks have them).
func isName(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// Refuses names the host and port of an address to which nothing can go, as far
// as that is certain without looking anything up: an address that is inside and
// not allowed. "" says that it can be tried.
func (a Allowed) Refuses(address string) (host string) {
	u, err := ReadURL(address)
	if err != nil {
		return ""
	}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(name)
	switch {
	case err == nil && Inside(ip) != "":
	case err != nil && (name == "localhost" || strings.HasSuffix(name, ".localhost")):
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		return ""
	}
	port := uint64(443)
	if u.Scheme == "http" {
		port = 80
	}
	if u.Port() != "" {
		port, _ = strconv.ParseUint(u.Port(), 10, 16) // ReadURL has read it
	}
	if a.has(name, uint16(port), ip) {
		return ""
	}
	return net.JoinHostPort(name, strconv.FormatUint(port, 10))
}

// Covers reports whether a host, with a port or for all, is among those that are
// allowed.
func (a Allowed) Covers(host string) bool {
	name, _ := splitHost(host)
	return slices.Contains(a, host) || slices.Contains(a, name)
}

// Origin is the scheme and host of an address: what is meant for one is not for
// another.
func Origin(address string) string {
	u, err := ReadURL(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// Host is the host of an address, with its port if it has one; the rest of an
// address may hold secrets.
func Host(address string) string {
	u, err := ReadURL(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

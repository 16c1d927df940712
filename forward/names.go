package forward

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// errName is a name with characters that no host's name can have.
var errName = errors.New("the host's name has characters that the name of a host cannot have")

// ascii writes the name of a host as the network has it: "xn--mnchen-3ya.example"
// for "münchen.example" (RFC 5891, with the mapping of UTS 46). What is ASCII
// already is left as it is. The result is for [isName] and the guard to judge:
// characters that look like digits or dots become those.
func ascii(name string) (string, error) {
	if isASCII(name) {
		return name, nil
	}
	if !utf8.ValidString(name) {
		return "", errName
	}
	plain, err := idna.Lookup.ToASCII(name)
	if err != nil || !isASCII(plain) {
		return "", errName
	}
	return plain, nil
}

// ShownHost is a host, with its port if it has one, as people read it:
// "münchen.example" for "xn--mnchen-3ya.example". What would not lead back to the
// same host is shown as it is.
func ShownHost(host string) string {
	name, port := splitHost(host)
	if !strings.Contains(name, "xn--") {
		return host
	}
	shown, err := idna.Display.ToUnicode(name)
	if err != nil {
		return host
	}
	if back, err := ascii(shown); err != nil || back != name {
		return host
	}
	if port == "" {
		return shown
	}
	return net.JoinHostPort(shown, port)
}

// ShownURL is an address as people read it, with [ShownHost] in it.
func ShownURL(address string) string {
	host := Host(address)
	shown := ShownHost(host)
	if shown == host {
		return address
	}
	scheme, rest, _ := strings.Cut(address, "://")
	return scheme + "://" + shown + rest[len(host):]
}

// asciiHost has an address name its host as the network has it.
func asciiHost(u *url.URL) error {
	name, err := ascii(u.Hostname())
	if err != nil || name == u.Hostname() {
		return err
	}
	if strings.ContainsAny(name, ":[]/@") {
		return errName // a name brings neither a port nor an address of IPv6
	}
	if port := u.Port(); port != "" {
		name = net.JoinHostPort(name, port)
	}
	u.Host = name
	return nil
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

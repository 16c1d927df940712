package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"textdesk/providers"
	"textdesk/sms"
)

// ParseCallback understands the delivery reports and the received texts that
// Twilio posts, and believes them only with its signature.
func (p *provider) ParseCallback(c providers.Callback) (providers.Posted, error) {
	form, err := c.Form()
	if err != nil {
		return providers.Posted{}, err
	}
	sid := form.Get("MessageSid")
	switch {
	case !isSID(sid, "SM", "MM"):
		return providers.Posted{}, errors.New("it is neither a delivery report nor a text of Twilio's")
	case form.Get("AccountSid") != p.account:
		return providers.Posted{}, errors.New("it is about another Twilio account")
	case !p.signed(c):
		return providers.Posted{}, errors.New("it does not have Twilio's signature; the auth token may have been changed, or the desk does not know the address that Twilio calls (its base URL)")
	}
	if status := form.Get("MessageStatus"); status != "" {
		r, known := receipt(sid, status, form.Get("ErrorCode"))
		if !known {
			return providers.Posted{}, errors.New("it reports a state that Twilio does not document")
		}
		return providers.Posted{Receipts: []providers.Receipt{r}}, nil
	}
	in := providers.Inbound{ID: sid, From: sms.MSISDN(form.Get("From")), To: form.Get("To"), Body: form.Get("Body"), At: c.ReceivedAt}
	if in.From == "" || in.To == "" || len(in.From) > 64 || !utf8.ValidString(string(in.From)) {
		return providers.Posted{}, errors.New("it is neither a delivery report nor a whole text")
	}
	return providers.Posted{Inbound: []providers.Inbound{in}}, nil
}

// signed reports whether Twilio signed the callback: with HMAC-SHA1 over the
// address that it called and, of a form, the fields in the order of their names.
// Behind a proxy the address may differ in scheme and port from the one that we
// were called at, and Twilio itself is not of one mind about default ports.
func (p *provider) signed(c providers.Callback) bool {
	given, err := base64.StdEncoding.DecodeString(c.Header.Get("X-Twilio-Signature"))
	if err != nil || len(given) != sha1.Size || c.URL == "" {
		return false
	}
	fields := ""
	if c.Method == http.MethodPost {
		form, err := url.ParseQuery(string(c.Body)) // the body alone, as it came
		if err != nil {
			return false
		}
		fields = sorted(form)
	}
	for _, address := range addresses(c.URL) {
		mac := hmac.New(sha1.New, []byte(p.token))
		mac.Write([]byte(address + fields))
		if hmac.Equal(mac.Sum(nil), given) {
			return true
		}
	}
	return false
}

// sorted joins the names and values of a form, by name, each value once.
func sorted(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

// addresses are the ways in which Twilio may have written an address.
func addresses(given string) (all []string) {
	scheme, rest, _ := strings.Cut(given, "://")
	host, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(host, ":")
	for _, s := range []string{scheme, "https", "http"} {
		for _, h := range []string{host, name, name + ":443", name + ":80"} {
			if a := s + "://" + h + "/" + path; !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

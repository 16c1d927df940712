package commands

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// Config is what an administrator decides outside the desk. Each flag is also
// an environment variable, TEXTDESK_ and its name; a flag wins. NAME_FILE names
// a file that holds the value.
type Config struct {
	data, listen, baseURL, trustedProxies, database, secretKey, log, backups string
}

// storeFlags are the flags that every command takes.
func (c *Config) storeFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.data, "data", "./textdesk-data", "`directory` for the database, the secret key and uploads")
	fs.StringVar(&c.database, "database", "", "a postgres:// address; SQLite in the data directory otherwise")
	fs.StringVar(&c.secretKey, "secret-key", "", "`key` that seals credentials and signs sessions, 32 bytes in base64 or hex; a file in the data directory otherwise")
	fs.StringVar(&c.backups, "backups", "", "`directory` for backups, better on another disk; backups in the data directory otherwise")
	fs.StringVar(&c.log, "log", "text", "`format` of the log: text or json")
}

func (c *Config) serveFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks one")
	fs.StringVar(&c.baseURL, "base-url", "", "public `URL`, with the sub-path if there is one; taken from the request otherwise")
	fs.StringVar(&c.trustedProxies, "trusted-proxies", "127.0.0.0/8,::1/128", "`networks` whose X-Forwarded-* headers are believed")
}

// environment are the flags that may come from the environment.
var environment = map[string]string{
	"data": "TEXTDESK_DATA", "listen": "TEXTDESK_LISTEN", "base-url": "TEXTDESK_BASE_URL", "trusted-proxies": "TEXTDESK_TRUSTED_PROXIES",
	"database": "TEXTDESK_DATABASE", "secret-key": "TEXTDESK_SECRET_KEY", "log": "TEXTDESK_LOG", "backups": "TEXTDESK_BACKUPS",
}

// fromEnvironment sets the flags that the command line left alone.
func fromEnvironment(fs *flag.FlagSet, lookup func(string) (string, bool)) error {
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, variable := range environment {
		if given[name] || fs.Lookup(name) == nil {
			continue
		}
		value, ok := lookup(variable)
		if path, inFile := lookup(variable + "_FILE"); inFile && !ok {
			text, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("%s_FILE: %w", variable, err)
			}
			value, ok = strings.TrimSpace(string(text)), true
		}
		if ok && value != "" {
			if err := fs.Set(name, value); err != nil {
				return fmt.Errorf("%s: %w", variable, err)
			}
		}
	}
	return nil
}

// logger writes to w in the configured format.
func (c *Config) logger(w io.Writer) (*slog.Logger, error) {
	switch c.log {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("the log format is text or json, not %q", c.log)
}

// base is the public URL, nil when it is taken from the request.
func (c *Config) base() (*url.URL, error) {
	if c.baseURL == "" {
		return nil, nil
	}
	u, err := url.Parse(c.baseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the base URL must look like https://intranet.example/sms, not %q", c.baseURL)
	}
	return u, nil
}

// proxies are the trusted networks.
func (c *Config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range strings.FieldsFunc(c.trustedProxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("a trusted proxy is a network like 10.0.0.0/8, not %q", text)
		}
		all = append(all, p)
	}
	return all, nil
}

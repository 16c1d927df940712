package door

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// BodyLimit is the largest body that is read, in bytes. A send to the most
	// numbers that the desk takes has 300 KB.
	BodyLimit = 8 << 20
	// PartLimit is how many fields a multipart body may have.
	PartLimit = 200
)

// Names are the parameters that a door knows, case included. What else comes is
// ignored.
type Names map[string]bool

// ErrUnreadable is a body that cannot be read: broken, too long, or in too many
// parts.
var ErrUnreadable = errors.New("the parameters cannot be read")

// Parameters are what the caller gave, by name: the values that are not empty,
// those of the body before those of the query.
type Parameters map[string][]string

// Text is a parameter's value as it came, "" when it is absent. Of several
// values the first counts.
func (p Parameters) Text(name string) string {
	if all := p[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// Word is a value without the blanks around it.
func (p Parameters) Word(name string) string { return strings.TrimSpace(p.Text(name)) }

// Set reports whether a switch is on: any of its values is 1.
func (p Parameters) Set(name string) bool {
	return slices.ContainsFunc(p[name], func(v string) bool { return strings.TrimSpace(v) == "1" })
}

// Readable reports whether every value is text. Bytes that are none would have
// to be left out of a message, and nobody would notice.
func (p Parameters) Readable() bool {
	for _, values := range p {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}

// Read reads the query and the body of a POST. On an error, which is
// [ErrUnreadable], the parameters hold what the query said.
func (n Names) Read(r *http.Request) (Parameters, error) {
	query := Parameters{}
	n.Parse(query, r.URL.RawQuery)
	if r.Method != http.MethodPost || r.ContentLength == 0 {
		return query, nil
	}
	kind, details := ContentKind(r.Header.Get("Content-Type"))
	if kind != "" && kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return query, nil // everything is in the query, or nothing is
	}
	if r.ContentLength > BodyLimit {
		return query, ErrUnreadable
	}
	body := http.MaxBytesReader(nil, r.Body, BodyLimit)
	p := Parameters{}
	var err error
	if kind == "multipart/form-data" {
		err = n.readMultipart(p, body, details["boundary"])
	} else {
		err = n.readForm(p, body, Charset(details))
	}
	if err != nil {
		return query, ErrUnreadable
	}
	for name, values := range query {
		p[name] = append(p[name], values...)
	}
	return p, nil
}

// ContentKind is the media type of a header that may be badly written.
func ContentKind(header string) (kind string, details map[string]string) {
	kind, details, err := mime.ParseMediaType(header)
	if err != nil {
		kind, _, _ = strings.Cut(header, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, details
}

// Charset decodes the values of a body that says it is not UTF-8. nil leaves
// them as they are.
func Charset(details map[string]string) func(string) string {
	switch strings.ToLower(details["charset"]) {
	case "iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
		// Whoever says the one means the other: they differ in C1 controls only.
		return func(s string) string {
			text, err := charmap.Windows1252.NewDecoder().String(s)
			if err != nil {
				return s
			}
			return text
		}
	}
	return nil
}

func (n Names) readForm(p Parameters, body io.Reader, decode func(string) string) error {
	all, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	n.parse(p, string(all), decode)
	return nil
}

func (n Names) readMultipart(p Parameters, body io.Reader, boundary string) error {
	if boundary == "" {
		return errors.New("no boundary")
	}
	reader := multipart.NewReader(body, boundary)
	for range PartLimit {
		part, err := reader.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		_, details := ContentKind(part.Header.Get("Content-Type"))
		n.Add(p, part.FormName(), string(value), Charset(details))
	}
	return errors.New("too many parts")
}

// Parse reads name=value pairs as browsers write them. Like theirs, the reading
// never fails: a percent sign that introduces nothing is one, and a semicolon
// belongs to its value.
func (n Names) Parse(p Parameters, encoded string) { n.parse(p, encoded, nil) }

func (n Names) parse(p Parameters, encoded string, decode func(string) string) {
	for encoded != "" {
		var pair string
		pair, encoded, _ = strings.Cut(encoded, "&")
		name, value, _ := strings.Cut(pair, "=")
		n.Add(p, Unescape(name), Unescape(value), decode)
	}
}

// Add puts a value to the others of its name. decode is as [Charset] gives it.
func (n Names) Add(p Parameters, name, value string, decode func(string) string) {
	if value == "" || !n[name] {
		return
	}
	if decode != nil {
		value = decode(value)
	}
	p[name] = append(p[name], value)
}

// Unescape undoes application/x-www-form-urlencoded.
func Unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	plain := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(s):
			high, low := Unhex(s[i+1]), Unhex(s[i+2])
			if high < 16 && low < 16 {
				c = high<<4 | low
				i += 2
			}
		}
		plain = append(plain, c)
	}
	return string(plain)
}

// Unhex is a hexadecimal digit's value, 16 for what is none.
func Unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

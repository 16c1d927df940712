package fastsmsapi

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
	// bodyLimit is the largest body that is read, in bytes. A send to the most
	// numbers that the desk takes has 300 KB.
	bodyLimit = 8 << 20
	// partLimit is how many fields a multipart body may have.
	partLimit = 200
)

// documented are the parameters of the page. What else comes is ignored.
var documented = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range []string{
		"Token", "Action", "ShowErrorMessage",
		"MessageID",                                                                                                                                              // CheckMessageStatus, CancelMessage
		"DestinationAddress", "SourceAddress", "Body", "ScheduleDate", "SourceTON", "ValidityPeriod", "GetAllMessageIDs", "GetBGSendID", "ListName", "GroupName", // Send
		"ReportType", "From", "To", // Report
		"ChildUsername", "ChildPassword", "AccessLevel", "FirstName", "LastName", "Email", "Telephone", "Credits", "CreditReminder", "Credit Reminder", "Alert", // CreateUser
		"Quantity",                                     // UpdateCredits
		"ContactsCSV", "IgnoreDupes", "OverwriteDupes", // ImportContactsCSV
		"Group",    // EmptyGroup, DeleteGroup
		"BGSendID", // GetBGMessages
	} {
		names[name] = true
	}
	return names
}()

// parameters are what the caller gave, by name: the values that are not empty,
// those of the body before those of the query.
type parameters map[string][]string

// text is a parameter's value as it came, "" when it is absent. Of several
// values the first counts.
func (p parameters) text(name string) string {
	if all := p[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// word is a value without the blanks around it.
func (p parameters) word(name string) string { return strings.TrimSpace(p.text(name)) }

// set reports whether a switch is on: any of its values is 1.
func (p parameters) set(name string) bool {
	return slices.ContainsFunc(p[name], func(v string) bool { return strings.TrimSpace(v) == "1" })
}

// shown reports whether codes come with their text: ShowErrorMessage has any
// value at all.
func (p parameters) shown() bool { return len(p["ShowErrorMessage"]) > 0 }

// readable reports whether every value is text. Bytes that are none would have
// to be left out of a message, and nobody would notice.
func (p parameters) readable() bool {
	for _, values := range p {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}

// readParameters reads the query and the body of a POST. On an error, which is
// a [Code], the parameters hold what the query said.
func readParameters(r *http.Request) (parameters, error) {
	query := parameters{}
	query.parse(r.URL.RawQuery, nil)
	if r.Method != http.MethodPost || r.ContentLength == 0 {
		return query, nil
	}
	kind, details := contentKind(r.Header.Get("Content-Type"))
	if kind != "" && kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return query, nil // everything is in the query, or nothing is
	}
	if r.ContentLength > bodyLimit {
		return query, missingDetails
	}
	body := http.MaxBytesReader(nil, r.Body, bodyLimit)
	p := parameters{}
	var err error
	if kind == "multipart/form-data" {
		err = p.readMultipart(body, details["boundary"])
	} else {
		err = p.readForm(body, charset(details))
	}
	if err != nil {
		return query, missingDetails
	}
	for name, values := range query {
		p[name] = append(p[name], values...)
	}
	return p, nil
}

// contentKind is the media type of a header that may be badly written.
func contentKind(header string) (kind string, details map[string]string) {
	kind, details, err := mime.ParseMediaType(header)
	if err != nil {
		kind, _, _ = strings.Cut(header, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, details
}

// charset decodes the values of a body that says it is not UTF-8. nil leaves
// them as they are.
func charset(details map[string]string) func(string) string {
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

func (p parameters) readForm(body io.Reader, decode func(string) string) error {
	all, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	p.parse(string(all), decode)
	return nil
}

func (p parameters) readMultipart(body io.Reader, boundary string) error {
	if boundary == "" {
		return errors.New("no boundary")
	}
	reader := multipart.NewReader(body, boundary)
	for range partLimit {
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
		_, details := contentKind(part.Header.Get("Content-Type"))
		p.add(part.FormName(), string(value), charset(details))
	}
	return errors.New("too many parts")
}

// parse reads name=value pairs as browsers write them. Like theirs, the reading
// never fails: a percent sign that introduces nothing is one, and a semicolon
// belongs to its value.
func (p parameters) parse(encoded string, decode func(string) string) {
	for encoded != "" {
		var pair string
		pair, encoded, _ = strings.Cut(encoded, "&")
		name, value, _ := strings.Cut(pair, "=")
		p.add(unescape(name), unescape(value), decode)
	}
}

func (p parameters) add(name, value string, decode func(string) string) {
	if value == "" || !documented[name] {
		return
	}
	if decode != nil {
		value = decode(value)
	}
	p[name] = append(p[name], value)
}

// unescape undoes application/x-www-form-urlencoded.
func unescape(s string) string {
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
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high < 16 && low < 16 {
				c = high<<4 | low
				i += 2
			}
		}
		plain = append(plain, c)
	}
	return string(plain)
}

// unhex is a hexadecimal digit's value, 16 for what is none.
func unhex(c byte) byte {
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

package providers

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxFields bounds the fields of a form that anybody posts.
const maxFields = 500

var errNoForm = errors.New("it is not a form")

// Form returns what a callback holds as a form: its query and its body, either
// urlencoded or multipart, with the body's first. Values are UTF-8 whatever the
// content type says they were; what says nothing and is no UTF-8 is read as
// Windows-1252, which is Latin-1 with more quotation marks.
func (c Callback) Form() (url.Values, error) {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		kind, params = "", nil
	}
	charset := strings.ToLower(params["charset"])
	body := c.Body
	if isUTF16(charset) && bytes.IndexByte(body, 0) >= 0 { // its very digits are; others mean the values
		text, err := DecodeText(body, charset)
		if err != nil {
			return nil, err
		}
		body, charset = []byte(text), "utf-8"
	}
	var form url.Values
	if kind == "multipart/form-data" {
		form, err = multipartForm(body, params["boundary"])
	} else {
		form, err = parseForm(string(bytes.TrimSpace(body)))
	}
	if err != nil {
		return nil, err
	}
	query, err := parseForm(c.Query)
	if err != nil {
		return nil, err
	}
	for key, values := range query {
		form[key] = append(form[key], values...)
	}
	return inUTF8(form, charset)
}

func parseForm(text string) (url.Values, error) {
	if strings.Count(text, "&") >= maxFields {
		return nil, errNoForm
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return nil, errNoForm // its words may quote the text
	}
	return form, nil
}

func multipartForm(body []byte, boundary string) (url.Values, error) {
	form := url.Values{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxFields {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return form, nil
		}
		if err != nil {
			return nil, errNoForm
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, errNoForm
		}
		form.Add(part.FormName(), string(value))
	}
	return nil, errNoForm
}

func isUTF16(charset string) bool { return strings.HasPrefix(charset, "utf-16") }

// inUTF8 decodes a form's keys and values. Where the text alone is in UTF-16, what
// stands beside it, a number or an id, is mostly not: what is plain ASCII stays, as
// keys do in every character set.
func inUTF8(form url.Values, charset string) (url.Values, error) {
	out := make(url.Values, len(form))
	for key, values := range form {
		var err error
		if !isPlain(key) {
			if key, err = DecodeText([]byte(key), charset); err != nil {
				return nil, err
			}
		} else if _, err = DecodeText(nil, charset); err != nil {
			return nil, err // nobody knows it
		}
		for _, v := range values {
			if isUTF16(charset) && isPlain(v) {
				out[key] = append(out[key], v)
				continue
			}
			if v, err = DecodeText([]byte(v), charset); err != nil {
				return nil, err
			}
			out[key] = append(out[key], v)
		}
	}
	return out, nil
}

// isPlain reports whether s is ASCII that can be seen, in lines.
func isPlain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < ' ' || r > '~') && r != '\n' && r != '\r' && r != '\t' }) < 0
}

// DecodeText reads text in the character set of that name: UTF-8, ISO-8859-1,
// Windows-1252, UTF-16 (big-endian unless it says otherwise) or GSM, the default
// alphabet with an octet for each septet. Without a name it is UTF-8 if it can
// be, and Windows-1252 otherwise. What cannot be in the set becomes U+FFFD.
func DecodeText(raw []byte, charset string) (string, error) {
	var e encoding.Encoding
	switch strings.ReplaceAll(strings.ToLower(strings.TrimSpace(charset)), "_", "-") {
	case "":
		if utf8.Valid(raw) {
			return string(raw), nil
		}
		e = charmap.Windows1252
	case "utf-8", "utf8", "us-ascii", "ascii":
		return strings.ToValidUTF8(string(raw), "\ufffd"), nil
	case "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
		e = charmap.Windows1252
	case "iso-8859-15", "latin9":
		e = charmap.ISO8859_15
	case "utf-16", "utf-16be", "ucs-2", "ucs2", "unicode":
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case "utf-16le":
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "gsm", "gsm7", "gsm-7", "gsm-03.38", "gsm03.38":
		text, err := gsm7.Decode(raw)
		if err != nil {
			return "", errors.New("its text is not in the GSM alphabet, as it says")
		}
		return string(text), nil
	default:
		return "", errors.New("it is in a character set that nobody here knows")
	}
	text, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		return "", errors.New("its text is not in the character set that it names")
	}
	return string(text), nil
}

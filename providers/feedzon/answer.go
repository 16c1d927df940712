package feedzon

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"textdesk/providers"
	"textdesk/sms"
)

// An answer is HTTP 200 with lines of quoted fields, ", " between them. The
// first line is "0", or an error code alone.

// referenceLimit is the longest reference or cursor that we believe, in bytes.
const referenceLimit = 64

// read returns the lines after the first, or the error that the first one is.
func read(body []byte) ([]string, *providers.Error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	text := strings.ReplaceAll(strings.Trim(string(body), " \r\n"), "\r\n", "\n")
	first, rest, _ := strings.Cut(text, "\n")
	code, ok := unquote(first)
	if !ok || !isCode(code) {
		return nil, unreadable()
	}
	if code != "0" {
		return nil, refusal(code)
	}
	if rest == "" {
		return nil, nil
	}
	return strings.Split(rest, "\n"), nil
}

func unreadable() *providers.Error {
	return &providers.Error{Kind: providers.Ambiguous, Text: "feedzon answered, but not as documented"}
}

// unquote takes the quotes off a line that is one field.
func unquote(line string) (string, bool) {
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '"' || line[len(line)-1] != '"' {
		return "", false
	}
	return line[1 : len(line)-1], true
}

// isCode reports whether s is a whole number of up to six characters.
func isCode(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && len(s) <= 6 && strings.Trim(digits, "0123456789") == ""
}

// isReference reports whether s can be a reference: digits with Bulk SMS,
// letters and digits with Clickatell.
func isReference(s string) bool {
	if s == "" || len(s) > referenceLimit {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// acceptance reads the answer to SendMessage.
func acceptance(body []byte) (providers.Acceptance, error) {
	lines, err := read(body)
	if err != nil {
		return providers.Acceptance{}, err
	}
	if len(lines) != 1 {
		return providers.Acceptance{}, unreadable()
	}
	reference, ok := unquote(lines[0])
	if !ok || !isReference(reference) {
		return providers.Acceptance{}, unreadable()
	}
	return providers.Acceptance{References: []string{reference}}, nil
}

// status reads the answer to GetMessageStatus for a reference.
func status(body []byte, reference string) (code string, err error) {
	lines, refused := read(body)
	if refused != nil {
		return "", refused
	}
	if len(lines) != 1 {
		return "", unreadable()
	}
	fields, rest, ok := head(lines[0], 1)
	if !ok || fields[0] != reference {
		return "", unreadable()
	}
	code, ok = unquote(rest)
	if !ok || !isCode(code) {
		return "", unreadable()
	}
	return code, nil
}

// messages reads the answer to GetMessageList. cursor is the one that was given;
// the greatest in the answer follows it.
func messages(body []byte, cursor string, zone *time.Location) (in []providers.Inbound, next string, err error) {
	lines, refused := read(body)
	if refused != nil {
		if refused.Code == nothingNew {
			return nil, cursor, nil
		}
		return nil, cursor, refused
	}
	next = cursor
	var texts []string // as written, one for each of in
	for _, line := range lines {
		fields, rest, ok := head(line, 4)
		if !ok || !isReference(fields[0]) || fields[1] != "" && !isReference(fields[1]) || !strings.HasPrefix(rest, `"`) {
			if len(in) == 0 {
				return nil, cursor, unreadable()
			}
			texts[len(texts)-1] += "\n" + line // a line break that was not written as it should be
			continue
		}
		at, failed := time.ParseInLocation("2006.01.02 15:04:05", fields[2], zone)
		if failed != nil {
			return nil, cursor, unreadable()
		}
		from := fields[3]
		if len(from) >= 7 && len(from) <= 15 && from[0] != '0' && strings.Trim(from, "0123456789") == "" {
			from = "+" + from
		}
		if from == "" || !utf8.ValidString(from) {
			return nil, cursor, unreadable()
		}
		in = append(in, providers.Inbound{ID: fields[0], InReply: fields[1], At: at.UTC(), From: sms.MSISDN(from)})
		texts = append(texts, rest)
		if later(fields[0], next) {
			next = fields[0]
		}
	}
	for i := range in {
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimRight(texts[i], " "), `"`), `"`)
		text, err := providers.DecodeText([]byte(text), "")
		if err != nil {
			return nil, cursor, unreadable()
		}
		in[i].Body = escapes.Replace(text)
	}
	return in, next, nil
}

// escapes are how the service writes what would end a line or a field.
var escapes = strings.NewReplacer(`\n`, "\n", `""`, `"`)

// head takes the first n fields off a line. They hold no quotes, and what
// follows is left as it is: in the last field people write what they like.
func head(line string, n int) (fields []string, rest string, ok bool) {
	rest = line
	for range n {
		if !strings.HasPrefix(rest, `"`) {
			return nil, "", false
		}
		field, after, found := strings.Cut(rest[1:], `"`)
		if !found {
			return nil, "", false
		}
		after = strings.TrimLeft(after, " ")
		if !strings.HasPrefix(after, ",") {
			return nil, "", false
		}
		fields, rest = append(fields, field), strings.TrimLeft(after[1:], " ")
	}
	return fields, rest, true
}

// later reports whether cursor a follows b: as numbers if they are, else as the
// service gives them.
func later(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	if errX == nil && errY == nil {
		return x > y
	}
	return true
}

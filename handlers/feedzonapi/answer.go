package feedzonapi

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"textdesk/desk"
)

// good is the first line of an answer that is what was asked for.
const good = `"0"`

// quoted is a field that needs nothing but its quotes.
func quoted(field string) string { return `"` + field + `"` }

// line appends quoted fields with ", " between them. Whatever some program takes
// for the end of a line is written as \n, and a quote twice, so that programs that
// split lines or fields find all of a text in its place.
func line(b []byte, fields ...string) []byte {
	for i, field := range fields {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '"')
		b = append(b, escapes.Replace(field)...)
		b = append(b, '"')
	}
	return b
}

var escapes = func() *strings.Replacer {
	pairs := []string{"\r\n", `\n`, "\n", `\n`, "\r", `\n`, "\v", `\n`, "\f", `\n`, "\u0085", `\n`, "\u2028", `\n`, "\u2029", `\n`, `"`, `""`}
	for c := range rune(' ') { // other controls, on which programs stumble
		if !strings.ContainsRune("\t\n\v\f\r", c) {
			pairs = append(pairs, string(c), " ")
		}
	}
	return strings.NewReplacer(pairs...)
}()

// Reference is a message's id in the form of a gateway: digits with Bulk SMS, 32
// letters and digits with Clickatell. The latter begin with a letter, so that no
// reference has both forms, and hold a sum, so that one that was mistyped is
// nobody's.
func Reference(gateway string, messageID int64) string {
	if gateway != desk.GatewayClickatell {
		return strconv.FormatInt(messageID, 10)
	}
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[8:], uint64(messageID))
	sum := sha256.Sum256(raw[8:])
	copy(raw[:8], sum[:])
	raw[0] |= 0xc0 // c, d, e or f
	return hex.EncodeToString(raw[:])
}

// messageOf is the message with a reference of either form, because a user may
// have keys of both.
func messageOf(ref string) (id int64, ok bool) {
	if raw, err := hex.DecodeString(ref); err == nil && len(raw) == 16 {
		id = int64(binary.BigEndian.Uint64(raw[8:]))
		return id, ref == Reference(desk.GatewayClickatell, id)
	}
	if ref == "" || strings.Trim(ref, "0123456789") != "" {
		return 0, false
	}
	id, err := strconv.ParseInt(ref, 10, 64)
	return id, err == nil
}

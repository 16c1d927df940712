package door

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// Record is one call on its way, for the log of its key.
type Record struct {
	At    time.Time // on the desk's clock
	began time.Time
	keyID int64 // 0: no key of ours
	// retryAfter is set for a call that came too soon.
	retryAfter time.Duration
}

// Note puts a call on the record of its key, as far as others may read it. Calls
// without a key of ours are on nobody's. Of the call it needs Action, Parameters,
// Answer, Code and Refusal.
func (d *Door) Note(c echo.Context, r *Record, call desk.APICall) {
	if r.keyID == 0 {
		return
	}
	call.KeyID, call.At, call.Method, call.Took, call.Address = r.keyID, r.At, c.Request().Method, time.Since(r.began), c.RealIP()
	d.Desk.NoteCall(call)
}

// Shown is what a call's record shows: of each parameter how, in an order.
type Shown struct {
	Order []string
	// How is for those whose values may be seen. Of the others their length is.
	How map[string]func(string) string
}

// Parameters are those of a call as its record shows them.
func (s Shown) Parameters(p Parameters) (all [][2]string) {
	for _, name := range s.Order {
		values := p[name]
		if len(values) == 0 {
			continue
		}
		show := s.How[name]
		if show == nil {
			show = Length
		}
		value := show(values[0])
		if len(values) > 1 {
			value += fmt.Sprintf(" (and %d more of this name)", len(values)-1)
		}
		all = append(all, [2]string{name, value})
	}
	return all
}

// ShownAnswer is the beginning of what the caller got. Answers with what is
// somebody's business, tables and lists, are only measured.
func ShownAnswer(c echo.Context, line string) string {
	if line == "" && c.Response().Committed {
		return fmt.Sprintf("%d bytes", c.Response().Size)
	}
	return Start(line, 2*longestShown)
}

// longestShown is how much of a value stands on record, in characters.
const longestShown = 60

// AsItIs is a value that may be read, on one line.
func AsItIs(value string) string {
	value = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, value), "�")
	return Start(value, longestShown)
}

// Start is the beginning of a text, of so many characters.
func Start(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// Length is how long a value is that may not.
func Length(value string) string {
	n := utf8.RuneCountInString(value)
	if n == 1 {
		return "1 character"
	}
	return strconv.Itoa(n) + " characters"
}

// MaskedNumbers shows how numbers were written and not whose they are: of a few
// all but three digits, of many how many there are.
func MaskedNumbers(value string) string {
	all := strings.Split(value, ",")
	const few = 3
	var out []string
	for _, one := range all[:min(len(all), few)] {
		out = append(out, masked(strings.TrimSpace(one)))
	}
	line := strings.Join(out, ", ")
	if len(all) > few {
		line += fmt.Sprintf(" and %d more", len(all)-few)
	}
	return line
}

// masked hides the middle of what has as many digits as a number.
func masked(one string) string {
	digits := 0
	for i := range len(one) {
		if one[i] >= '0' && one[i] <= '9' {
			digits++
		}
	}
	if digits < 6 {
		return AsItIs(one)
	}
	var b strings.Builder
	seen := 0
	for _, r := range AsItIs(one) {
		if r >= '0' && r <= '9' {
			if seen++; seen > digits-6 && seen <= digits-3 || seen > 5 && seen <= digits-3 {
				r = '•'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

package feedzonapi

import (
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// spellings are the parameters by the name that the page's examples use, with
// the one in its tables. The page insists on case, and programs were written
// from either.
var spellings = map[string]string{"key": "ServiceKey", "number": "Number", "message": "Message", "sender": "Sender", "repliable": "Repliable",
	"cursor": "Cursor", "reference": "Reference"}

var documented = func() door.Names {
	names := door.Names{}
	for short, long := range spellings {
		names[short], names[long] = true, true
	}
	return names
}()

// text is a parameter as it came, in either spelling.
func text(p door.Parameters, name string) string {
	if v := p.Text(name); v != "" {
		return v
	}
	return p.Text(spellings[name])
}

// word is a parameter without the blanks around it.
func word(p door.Parameters, name string) string { return strings.TrimSpace(text(p, name)) }

// shown says what the record of a call shows. A sender may be somebody's mobile.
var shown = func() door.Shown {
	s := door.Shown{How: map[string]func(string) string{}}
	how := map[string]func(string) string{"number": door.MaskedNumbers, "sender": door.MaskedNumbers, "repliable": door.AsItIs, "cursor": door.AsItIs, "reference": door.AsItIs}
	for _, short := range []string{"number", "message", "sender", "repliable", "cursor", "reference"} {
		long := spellings[short]
		s.Order = append(s.Order, short, long)
		if show := how[short]; show != nil {
			s.How[short], s.How[long] = show, show
		}
	}
	return s
}()

// note puts a call on the record of its key.
func (a *API) note(c echo.Context, r *door.Record, method string, p door.Parameters, text string, code Code, err error) {
	call := desk.APICall{Parameters: shown.Parameters(p), Answer: shownAnswer(c, text), Code: int(code), Refusal: desk.RefusalCode(err)}
	if methods[method] != nil {
		call.Action = method
	}
	a.door.Note(c, r, call)
}

// shownAnswer is an answer on one line; lists are only measured.
func shownAnswer(c echo.Context, text string) string {
	return door.ShownAnswer(c, strings.ReplaceAll(text, "\n", " "))
}

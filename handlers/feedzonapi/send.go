package feedzonapi

import (
	"context"
	"strings"

	"textdesk/desk"
)

// sendMessage takes a text for one number, and answers with its reference.
func sendMessage(ctx context.Context, c *call) (string, error) {
	number, body := word(c.Parameters, "number"), text(c.Parameters, "message")
	if number == "" || body == "" {
		return "", missingParameters
	}
	to, ok := international(number)
	if !ok {
		return "", desk.ErrBadNumber
	}
	repliable, ok := yesOrNo(word(c.Parameters, "repliable"))
	if !ok {
		return "", missingParameters
	}
	sent, err := c.desk.Send(ctx, c.actor, desk.Order{To: []string{to}, Body: body, Sender: text(c.Parameters, "sender"), OwnSender: true, Repliable: repliable,
		BareNumbers: true})
	if err != nil {
		return "", err
	}
	return good + "\n" + quoted(Reference(c.gateway, sent.Recipients[0].MessageID)), nil
}

// international reads a number as the page has it, digits with their country and
// no plus sign. One that begins with 0 has no country: it is read as people write
// it at home.
func international(number string) (string, bool) {
	digits := strings.TrimPrefix(number, "+") // which arrives as a blank when nobody escaped it
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	if digits[0] == '0' {
		return digits, true
	}
	return "+" + digits, true
}

// yesOrNo reads 1 or 0; nothing is no.
func yesOrNo(v string) (yes, ok bool) { return v == "1", v == "" || v == "0" || v == "1" }

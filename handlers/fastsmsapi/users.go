package fastsmsapi

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"textdesk/desk"
)

// createUser makes a child of the caller. What is wrong stands in the lines
// beneath the code, one sentence each, whether or not ShowErrorMessage is set.
func createUser(ctx context.Context, c *call) (answer, error) {
	var missing []string
	for _, name := range []string{"ChildUsername", "ChildPassword", "AccessLevel", "FirstName", "LastName", "Email", "Credits"} {
		if c.Word(name) == "" {
			missing = append(missing, name+" is missing.")
		}
	}
	if len(missing) > 0 {
		return c.told(missingDetails, missing), nil
	}
	u := desk.NewUser{Username: c.Word("ChildUsername"), Password: c.Text("ChildPassword"), Level: strings.ToLower(c.Word("AccessLevel")),
		FirstName: c.Word("FirstName"), LastName: c.Word("LastName"), Email: c.Word("Email"), Telephone: c.Word("Telephone")}
	reminder := c.Word("Credit Reminder")
	if reminder == "" {
		reminder = c.Word("CreditReminder")
	}
	var bad []string
	for _, field := range []struct {
		name, value string
		n           *int64
	}{{"Credits", c.Word("Credits"), &u.Credits}, {"Credit Reminder", reminder, &u.CreditReminder}, {"Alert", c.Word("Alert"), &u.InactiveAlertDays}} {
		n, ok := wholeNumber(field.value)
		if !ok {
			bad = append(bad, field.name+" is no whole number.")
		}
		*field.n = n
	}
	if len(bad) > 0 {
		return c.told(invalidAmount, bad), nil
	}
	_, err := c.desk.AddUser(ctx, c.actor, u)
	refusals := desk.Refusals(err)
	if len(refusals) == 0 {
		return done, err
	}
	code, known := codeOf(err)
	if !known {
		return answer{}, err
	}
	var sentences []string
	for _, r := range refusals {
		sentences = append(sentences, r.Sentence)
	}
	return c.told(code, sentences), nil
}

// told is a code with the nature of the errors beneath it.
func (c *call) told(code Code, sentences []string) answer {
	lines := []string{code.String()}
	if withTexts(c.Parameters) {
		lines = append(lines, code.Text())
	}
	for _, s := range sentences {
		lines = append(lines, strings.Join(strings.Fields(s), " "))
	}
	return answer{line: strings.Join(lines, "\n")}
}

// updateCredits moves credits to a child of the caller, or back with a minus
// sign.
func updateCredits(ctx context.Context, c *call) (answer, error) {
	username, quantity := c.Word("ChildUsername"), c.Word("Quantity")
	if username == "" || quantity == "" {
		return answer{}, missingDetails
	}
	n, ok := wholeNumber(quantity)
	if !ok {
		return answer{}, invalidAmount
	}
	err := c.desk.MoveCreditsByName(ctx, c.actor, username, n)
	if errors.Is(err, desk.ErrArchived) {
		err = invalidUser // -512 would say that it is the caller who is kept out
	}
	return done, err
}

// wholeNumber reads a number as clients write it, "5", "-5", "5.00"; nothing is
// 0. A part of a credit does not exist.
func wholeNumber(typed string) (int64, bool) {
	if typed == "" {
		return 0, true
	}
	whole, fraction, _ := strings.Cut(typed, ".")
	if strings.Trim(fraction, "0") != "" || strings.TrimLeft(whole, "+-") == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

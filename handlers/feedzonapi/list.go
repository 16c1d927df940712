package feedzonapi

import (
	"context"
	"strconv"
	"strings"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// stamp is the page's form of a time, YYYY.MM.DD HH:MM:SS.
const stamp = "2006.01.02 15:04:05"

// getMessageList writes what came in for the key's user after a cursor, all of it
// without one, each on a line, however many there are.
func getMessageList(ctx context.Context, c *call) (string, error) {
	var after int64
	if cursor := word(c.Parameters, "cursor"); cursor != "" {
		var ok bool
		if after, ok = wholeNumber(cursor); !ok {
			return "", missingParameters
		}
	}
	set, err := c.desk.Settings(ctx)
	if err != nil {
		return "", err
	}
	out := door.NewStream(c.out)
	none := true
	err = c.desk.EachReceived(ctx, c.actor, after, func(in desk.InboundLine) error {
		if none {
			out.B = append(out.B, good...)
			none = false
		}
		answered := ""
		if in.MessageID != 0 {
			answered = Reference(c.gateway, in.MessageID)
		}
		out.B = append(out.B, '\n')
		out.B = line(out.B, strconv.FormatInt(in.ID, 10), answered, in.ReceivedAt.In(set.Zone).Format(stamp), strings.TrimPrefix(string(in.From), "+"), in.Body)
		return out.Full()
	})
	if err != nil {
		return "", err
	}
	if none {
		return "", nothingNew
	}
	return "", out.Flush()
}

// wholeNumber reads digits. More of them than a number of ours has are the
// greatest of all.
func wholeNumber(digits string) (int64, bool) {
	if strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, _ := strconv.ParseInt(digits, 10, 64) // too many digits give the greatest
	return n, true
}

package feedzonapi

import (
	"context"
	"errors"

	"textdesk/desk"
	"textdesk/providers/feedzon"
	"textdesk/sms"
)

// StatusValue is how a gateway tells where a text stands.
func StatusValue(gateway string, s sms.Status) string { return feedzon.StatusValue(gateway, s) }

// getMessageStatus answers where a text stands, as the key's gateway tells it. Of
// a reference that nobody knows, or that is not for the caller to see, it says so
// by a status too.
func getMessageStatus(ctx context.Context, c *call) (string, error) {
	asked := word(c.Parameters, "reference")
	if asked == "" {
		return "", missingParameters
	}
	status := sms.Unknown
	if id, ok := messageOf(asked); ok {
		var err error
		if status, err = c.desk.MessageStatus(ctx, c.actor, id); errors.Is(err, desk.ErrUnknownMessage) {
			status = sms.Unknown
		} else if err != nil {
			return "", err
		}
	}
	return good + "\n" + string(line(nil, asked, StatusValue(c.gateway, status))), nil
}

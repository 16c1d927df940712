package fastsmsapi

import (
	"context"

	"textdesk/desk"
	"textdesk/sms"
)

// words say where a message stands. Clients know Sent, Delivered,
// Undeliverable and Failed; the others are of the same kind. A message that
// has left for the provider is Sent, as its Sent Date says.
var words = [sms.StatusCount]string{
	sms.Scheduled:  "Scheduled",
	sms.Queued:     "Queued",
	sms.Submitting: "Queued",
	sms.Submitted:  "Sent",
	sms.Sent:       "Sent",
	sms.Delivered:  "Delivered",
	sms.Failed:     "Failed",
	sms.Expired:    "Expired",
	sms.Cancelled:  "Cancelled",
	sms.Suppressed: "Undeliverable",
	sms.InDoubt:    "Unknown",
	sms.Unknown:    "Unknown",
}

// checkMessageStatus answers the word for a message, or for one of its parts.
func checkMessageStatus(ctx context.Context, c *call) (answer, error) {
	id, err := messageID(c)
	if err != nil {
		return answer{}, err
	}
	status, err := c.desk.PartStatus(ctx, c.actor, id)
	if err != nil {
		return answer{}, err
	}
	return answer{line: words[status]}, nil
}

// cancelMessage takes a message back. The id of any part is the message's.
func cancelMessage(ctx context.Context, c *call) (answer, error) {
	id, err := messageID(c)
	if err != nil {
		return answer{}, err
	}
	return done, c.desk.Cancel(ctx, c.actor, id)
}

func messageID(c *call) (int64, error) {
	id, ok := digits(c.Word("MessageID"))
	if !ok {
		return 0, desk.ErrUnknownMessage
	}
	return id, nil
}

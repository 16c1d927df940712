package fastsmsapi

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"textdesk/desk"
)

// The errors of GetBGMessages. Alone on the page, they are JSON.
const (
	unknownBGSend Code = -521
	unfinished    Code = -522
	noMessages    Code = -523
)

// bgMessages says each of them in words. The page writes the first in two ways;
// this is the one in its example of an answer.
var bgMessages = map[Code]string{unknownBGSend: "Unknown Background SendID", unfinished: unfinished.Text(), noMessages: noMessages.Text()}

// getBGMessages lists the messages of a send as JSON, as soon as none of them
// waits here any more.
func getBGMessages(ctx context.Context, c *call) (answer, error) {
	id, ok := digits(c.Word("BGSendID"))
	if !ok {
		return jsonError(unknownBGSend), nil
	}
	b, err := c.desk.Batch(ctx, c.actor, id)
	if errors.Is(err, desk.ErrUnknownBatch) {
		return jsonError(unknownBGSend), nil
	}
	if err != nil {
		return answer{}, err
	}
	if b.NScheduled+b.NQueued+b.NSubmitting > 0 {
		return jsonError(unfinished), nil
	}
	out := newTable(c.out, nil)
	n := 0
	err = c.desk.Report(ctx, c.actor, desk.Filter{BatchID: id}, func(l desk.ReportLine) error {
		if n++; n == 1 {
			out.B = append(out.B, '[')
		} else {
			out.B = append(out.B, ',')
		}
		out.B = append(out.B, `{"MessageID":"`...)
		out.B = strconv.AppendInt(out.B, l.ID, 10)
		out.B = append(out.B, `","Destination":"`...)
		out.B = append(out.B, l.Number.Digits()...)
		out.B = append(out.B, `","Status":"`...)
		out.B = append(out.B, words[l.Status]...)
		out.B = append(out.B, `"}`...)
		return out.Full()
	})
	if err != nil {
		return answer{}, err
	}
	if n == 0 {
		return jsonError(noMessages), nil
	}
	out.B = append(out.B, ']')
	return answer{}, out.Flush()
}

// jsonError is a refusal for callers that expect JSON: values are text.
func jsonError(c Code) answer {
	line, err := json.Marshal(struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}{c.String(), bgMessages[c]})
	if err != nil {
		return answer{line: c.String()} // of two short texts: never
	}
	return answer{line: string(line)}
}

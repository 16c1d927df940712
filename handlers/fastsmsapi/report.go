package fastsmsapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"textdesk/desk"
	"textdesk/handlers/door"
)

// form is how a report looks on the wire. What is in it is the desk's.
type form struct {
	desk.ReportKind
	header string
	write  func(ctx context.Context, c *call, k desk.ReportKind, f desk.Filter, out *table) error
}

// forms are the reports by name, in lower case.
var forms = map[string]form{
	"outbox": {desk.ReportOutbox, "MessageID,Username,Destination,Status,Schedule Date,Sent Date,Delivery Date",
		messages(column{})},
	"messages": {desk.ReportMessages, "MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date",
		messages(column{source: true})},
	"usage":           {desk.ReportUsage, "Status,Messages", usage},
	"inboundmessages": {desk.ReportInbound, "MessageID,From,Number,Message,Received Date,Status", inbound},
	"failedmessages": {desk.ReportFailed, "MessageID,Username,Destination,Source,Status,Schedule Date,Sent Date,Delivery Date,Reason",
		messages(column{source: true, reason: true})},
}

// report writes a report as it reads it, however long it is.
func report(ctx context.Context, c *call) (answer, error) {
	k, known := forms[strings.ToLower(c.Word("ReportType"))]
	if !known {
		return answer{}, unknownReport
	}
	set, err := c.desk.Settings(ctx)
	if err != nil {
		return answer{}, err
	}
	var f desk.Filter
	if !k.Now {
		if f, err = period(c, set.Zone); err != nil {
			return answer{}, err
		}
	}
	out := newTable(c.out, set.Zone)
	out.B = append(out.B, k.header...)
	out.end()
	if err := k.write(ctx, c, k.ReportKind, f, out); err != nil {
		return answer{}, err
	}
	return answer{}, out.Flush()
}

// period reads From and To, both of which are in the report to the second.
func period(c *call, zone *time.Location) (desk.Filter, error) {
	from, ok := timestamp(c.Word("From"))
	if !ok {
		return desk.Filter{}, badFrom
	}
	to, ok := timestamp(c.Word("To"))
	if !ok || to.Before(from) {
		return desk.Filter{}, badTo
	}
	var f desk.Filter
	f.From, f.To = desk.Spanning(from, to, zone)
	return f, nil
}

// column says which columns a report of messages has beside the usual ones.
type column struct{ source, reason bool }

func messages(with column) func(context.Context, *call, desk.ReportKind, desk.Filter, *table) error {
	return func(ctx context.Context, c *call, k desk.ReportKind, f desk.Filter, out *table) error {
		return c.desk.EachReportLine(ctx, c.actor, k, f, func(l desk.ReportLine) error {
			out.number(l.ID)
			out.text(l.Username)
			out.text(l.Number.Digits())
			if with.source {
				out.text(l.Sender)
			}
			out.text(words[l.Status])
			out.date(l.SendAt)
			out.date(l.SentAt)
			out.date(l.DeliveredAt)
			if with.reason {
				out.text(l.Reason)
			}
			return out.end()
		})
	}
}

// usage counts messages by the word for their status.
func usage(ctx context.Context, c *call, _ desk.ReportKind, f desk.Filter, out *table) error {
	counts, err := c.desk.Usage(ctx, c.actor, f)
	if err != nil {
		return err
	}
	byWord := map[string]int64{}
	for status, n := range counts {
		byWord[words[status]] += n
	}
	for _, word := range words {
		if byWord[word] == 0 {
			continue
		}
		out.text(word)
		out.number(byWord[word])
		byWord[word] = 0 // the word of several statuses has one row
		if err := out.end(); err != nil {
			return err
		}
	}
	return nil
}

func inbound(ctx context.Context, c *call, _ desk.ReportKind, f desk.Filter, out *table) error {
	return c.desk.EachInbound(ctx, c.actor, f, func(in desk.InboundLine) error {
		out.number(in.ID)
		out.text(in.From.Digits())
		out.text(strings.TrimPrefix(in.Number, "+"))
		out.text(in.Body)
		out.date(in.ReceivedAt)
		out.text("Received")
		return out.end()
	})
}

// table writes CSV so that every record is one physical line, because clients
// split lines before they parse, and quotes only what needs it. A text keeps
// what it holds, formulas included: this is for programs, which would have to
// guess what was changed.
type table struct {
	*door.Stream
	zone  *time.Location
	began bool // the record has a field
}

func newTable(w http.ResponseWriter, zone *time.Location) *table {
	return &table{Stream: door.NewStream(w), zone: zone}
}

func (t *table) field() {
	if t.began {
		t.B = append(t.B, ',')
	}
	t.began = true
}

func (t *table) number(n int64) {
	t.field()
	t.B = strconv.AppendInt(t.B, n, 10)
}

// date writes an instant on the organisation's clock, nothing for the zero
// time.
func (t *table) date(at time.Time) {
	t.field()
	if !at.IsZero() {
		t.B = at.In(t.zone).AppendFormat(t.B, "02/01/2006 15:04:05")
	}
}

// lineEnds are what some program takes for the end of a line.
var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\v", " ", "\f", " ", "\u0085", " ", "\u2028", " ", "\u2029", " ")

func (t *table) text(s string) {
	t.field()
	if plain(s) {
		t.B = append(t.B, s...)
		return
	}
	s = lineEnds.Replace(s)
	if !strings.ContainsAny(s, `",`) && strings.TrimSpace(s) == s {
		t.B = append(t.B, s...)
		return
	}
	t.B = append(t.B, '"')
	t.B = append(t.B, strings.ReplaceAll(s, `"`, `""`)...)
	t.B = append(t.B, '"')
}

// plain reports whether a text is written as it is, as nearly all are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= utf8.RuneSelf || c == '"' || c == ',' {
			return false
		}
	}
	return true
}

// end ends the record.
func (t *table) end() error {
	t.B = append(t.B, '\n')
	t.began = false
	return t.Full()
}

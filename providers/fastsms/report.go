package fastsms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"textdesk/providers"
	"textdesk/sms"
)

// ReportStatus asks the report of messages for all texts that were sent between
// two instants. It is the account's whole traffic of that time, other programs'
// included. Of a text of several parts the service may list the first only.
func (p *provider) ReportStatus(ctx context.Context, from, to time.Time) ([]providers.Receipt, error) {
	rows, err := p.report(ctx, "Messages", from, to, "messageid", "status")
	if err != nil {
		return nil, err
	}
	out := make([]providers.Receipt, 0, len(rows))
	for _, row := range rows {
		id, word := row[0], row[1]
		if !isID(id) {
			continue
		}
		if st, err := status(word); err == nil {
			out = append(out, providers.Receipt{Reference: id, Status: st, Text: word})
		}
	}
	return out, nil
}

const (
	// inboundFirst is how far back the first look for received texts goes.
	inboundFirst = 24 * time.Hour
	// inboundOverlap is asked for again each time, for texts that the service
	// lists late and for the hour that comes twice; inboundAhead lies in the
	// future, for a clock that runs slow.
	inboundOverlap = 2 * time.Hour
	inboundAhead   = 24 * time.Hour
	// shortestSpan is the least that is worth asking for.
	shortestSpan = time.Minute
)

// inboundCursor is how far received texts have been fetched: by the service's
// clock, because it moves with the dates that the service gives and not with
// ours. Span is how much may be asked for at once, 0 without limit.
type inboundCursor struct {
	at   time.Time
	span time.Duration
}

func parseCursor(s string) (c inboundCursor) {
	at, span, _ := strings.Cut(s, " ")
	c.at, _ = time.Parse(time.RFC3339, at)
	c.span, _ = time.ParseDuration(span)
	return c
}

func (c inboundCursor) String() string {
	s := c.at.UTC().Format(time.RFC3339)
	if c.span > 0 {
		s += " " + c.span.String()
	}
	return s
}

// PollInbound fetches texts from the report of inbound messages. Where there is
// more than fits in an answer, the next call asks for half the time.
func (p *provider) PollInbound(ctx context.Context, cursor string) (providers.InboundPage, error) {
	now := p.clock()
	c := parseCursor(cursor)
	if c.at.IsZero() {
		c.at = now.Add(inboundOverlap - inboundFirst)
	}
	if c.at.After(now) { // one of the clocks was wrong, or was put back
		c.at = now
	}
	from, to := c.at.Add(-inboundOverlap), c.at.Add(inboundAhead)
	if end := now.Add(inboundAhead); end.After(to) {
		to = end
	}
	if c.span > 0 {
		from = c.at.Add(-min(inboundOverlap, c.span/2))
		if end := from.Add(c.span); end.Before(to) {
			to = end
		}
	}
	in, latest, err := p.received(ctx, from, to)
	if errors.Is(err, providers.ErrTooLong) && to.Sub(from)/2 >= shortestSpan {
		c.span = to.Sub(from) / 2
		return providers.InboundPage{Cursor: c.String(), More: true}, nil
	}
	if err != nil {
		return providers.InboundPage{}, err
	}
	page := providers.InboundPage{Inbound: in}
	switch {
	case c.span > 0 && to.Before(now): // there is more between that and now
		c.at, c.span, page.More = to, 2*c.span, true
	case c.span > 0: // a little more each time, until it may be without limit again
		c.span += c.span / 4
	}
	if c.span > inboundOverlap+inboundAhead {
		c.span = 0
	}
	if latest.After(c.at) && latest.Before(now.Add(inboundAhead)) {
		c.at = latest
	}
	page.Cursor = c.String()
	return page, nil
}

// received reads the report and says which of its texts is the latest.
func (p *provider) received(ctx context.Context, from, to time.Time) (in []providers.Inbound, latest time.Time, err error) {
	rows, err := p.report(ctx, "InboundMessages", from, to, "messageid", "from", "number", "message", "receiveddate")
	if err != nil {
		return nil, latest, err
	}
	alike := map[string]int{}
	for _, row := range rows {
		at, err := time.ParseInLocation("02/01/2006 15:04:05", row[4], p.zone)
		if err != nil || row[1] == "" {
			return nil, latest, unreadable()
		}
		m := providers.Inbound{ID: row[0], From: number(row[1]), To: row[2], Body: row[3], At: at.UTC()}
		if !isID(m.ID) { // known again by what it is, and the how-manieth of its kind
			what := strings.Join(row[1:], "\x00")
			m.ID = fingerprint(what, alike[what])
			alike[what]++
		}
		if at.After(latest) {
			latest = at
		}
		in = append(in, m)
	}
	return in, latest, nil
}

// number writes a number as we do; what is none stays as it is.
func number(s string) sms.MSISDN {
	d := strings.TrimPrefix(s, "+")
	if len(d) >= 7 && len(d) <= 15 && d[0] != '0' && strings.Trim(d, "0123456789") == "" {
		return sms.MSISDN("+" + d)
	}
	return sms.MSISDN(s)
}

func fingerprint(what string, nth int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, nth))
	return "h" + hex.EncodeToString(sum[:12])
}

// report asks for a report and returns the wanted columns of its rows. Columns
// are found by their names in the first line, without blanks and case.
func (p *provider) report(ctx context.Context, kind string, from, to time.Time, columns ...string) ([][]string, error) {
	if p.twice(from) || p.twice(to) { // the clock shows these hours twice, and nobody says which is meant
		from, to = from.Add(-time.Hour), to.Add(time.Hour)
	}
	const layout = "20060102150405"
	f := p.form("Report", 128)
	f.digits("ReportType", kind)
	f.digits("From", from.In(p.zone).Format(layout))
	f.digits("To", to.In(p.zone).Format(layout))
	body, err := p.answer(ctx, f, providers.ReportLimit)
	if err != nil {
		return nil, err
	}
	if line := firstLine(body); line != "" {
		if n, ok := asCode(line); ok {
			return nil, refusal(n)
		}
	}
	return table(body, columns)
}

// table reads CSV with a line of names.
func table(body []byte, columns []string) ([][]string, error) {
	text, err := providers.DecodeText(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), "")
	if err != nil {
		return nil, unreadable()
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	names, err := r.Read()
	if err != nil {
		return nil, unreadable()
	}
	at := make([]int, len(columns))
	for i, column := range columns {
		at[i] = -1
		for j, name := range names {
			if strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "")) == column {
				at[i] = j
			}
		}
		if at[i] < 0 {
			return nil, unreadable()
		}
	}
	var rows [][]string
	for {
		record, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, unreadable()
		}
		row := make([]string, len(columns))
		for i, j := range at {
			if j >= len(record) {
				return nil, &providers.Error{Kind: ambiguous, Text: "FastSMS cut its report off in line " + strconv.Itoa(len(rows)+2)}
			}
			row[i] = record[j]
		}
		rows = append(rows, row)
	}
}

package desk

import (
	"context"
	"fmt"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// AutoReply is an answer that the desk has given, or could not give, by itself.
type AutoReply struct {
	db.AutoReply
	// Asked is the text that it answers, and Word the keyword in it.
	Asked string
	Word  string
	// Payer is whose credits it took.
	Payer string
}

// Sent reports whether it was sent, and Refused whether it never will be.
func (r AutoReply) Sent() bool    { return r.State == replySent }
func (r AutoReply) Refused() bool { return r.State == replyRefused }

// AutoReplies returns the latest automatic replies to texts that the actor may
// see, newest first, from before a row on (0 is the newest). For administrators.
func (d *Desk) AutoReplies(ctx context.Context, a Actor, before int64, limit int) (page []AutoReply, more bool, err error) {
	if !a.Admin() {
		return nil, false, ErrForbidden
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, false, err
	}
	names, err := d.usernamesOfAll(ctx)
	if err != nil {
		return nil, false, err
	}
	if before <= 0 {
		before = 1<<63 - 1
	}
	// A few pages at the most: whoever sees little does not look through all.
	for range 5 {
		rows, err := d.store.AutoRepliesOlder(ctx, db.AutoRepliesOlderParams{BeforeID: before, PageSize: int32(4 * limit)})
		if err != nil {
			return nil, false, fmt.Errorf("read replies: %w", err)
		}
		for _, row := range rows {
			before = row.ID
			in, err := d.store.Inbound(ctx, row.InboundID)
			if err != nil {
				return nil, false, fmt.Errorf("read inbound: %w", err)
			}
			if users != nil && !contains(users, int64(in.UserID)) {
				continue
			}
			if len(page) == limit {
				return page, true, nil
			}
			r := AutoReply{AutoReply: row, Asked: in.Body, Payer: names[db.ID(row.UserID)]}
			if row.KeywordID != 0 {
				k, err := d.store.KeywordReply(ctx, int64(row.KeywordID))
				if err != nil && !db.IsNotFound(err) {
					return nil, false, fmt.Errorf("read keyword: %w", err)
				}
				r.Word = k.Words
			}
			page = append(page, r)
		}
		if len(rows) < 4*limit {
			break
		}
	}
	return page, false, nil
}

// RefusedReply is a reason for which automatic replies were not sent, with how
// many those were in the last 24 hours.
type RefusedReply struct {
	Reason string
	Count  int64
}

// RefusedReplies says why automatic replies were not sent in the last 24 hours,
// the commonest reason first. For administrators.
func (d *Desk) RefusedReplies(ctx context.Context, a Actor) ([]RefusedReply, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	rows, err := d.store.RefusedReplies(ctx, d.now().Add(-24*time.Hour))
	if err != nil {
		return nil, fmt.Errorf("read refused replies: %w", err)
	}
	all := make([]RefusedReply, len(rows))
	for i, row := range rows {
		all[i] = RefusedReply{row.Reason, row.N}
	}
	return all, nil
}

// OptOutOrigin is how somebody came onto the list by a text of theirs.
type OptOutOrigin struct {
	// Word is the opt-out word that they sent, "" where a person has read what
	// they asked for.
	Word string
	Text string
	At   time.Time
	// MessageID is the message that they answered, and Message its text; 0 where
	// it is none, or one that the actor may not see.
	MessageID int64
	Message   string
}

// OptOutOrigins returns how those of the list came onto it who did so by a text.
// For administrators.
func (d *Desk) OptOutOrigins(ctx context.Context, a Actor, list []db.Suppression) (map[sms.MSISDN]OptOutOrigin, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	users, err := d.reach(ctx, a)
	if err != nil {
		return nil, err
	}
	origins := map[sms.MSISDN]OptOutOrigin{}
	for _, s := range list {
		if s.InboundID == 0 || s.How == ByStaff && s.Word == "" {
			continue
		}
		in, err := d.store.Inbound(ctx, int64(s.InboundID))
		if err != nil {
			return nil, fmt.Errorf("read inbound: %w", err)
		}
		o := OptOutOrigin{Word: s.Word, At: s.SaidAt.Time()}
		if users == nil || contains(users, int64(in.UserID)) {
			o.Text, o.MessageID = in.Body, int64(in.MessageID)
		}
		if o.MessageID != 0 {
			m, err := d.store.Message(ctx, o.MessageID)
			if err != nil {
				return nil, fmt.Errorf("read message: %w", err)
			}
			o.Message = m.Body
		}
		origins[s.Number] = o
	}
	return origins, nil
}

// AutomaticIn returns those texts of a conversation that the desk has sent by
// itself, by message id.
func (d *Desk) AutomaticIn(ctx context.Context, said []Spoken) (map[int64]bool, error) {
	var messages []db.Message
	for _, s := range said {
		if s.Message != nil {
			messages = append(messages, *s.Message)
		}
	}
	return d.AutomaticAmong(ctx, messages)
}

// AutomaticAmong returns those of the messages that the desk has sent by itself.
func (d *Desk) AutomaticAmong(ctx context.Context, messages []db.Message) (map[int64]bool, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	return d.store.AutomaticAmong(ctx, idsOf(messages))
}

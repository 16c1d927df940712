package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
)

// What of a conversation is typed and not sent yet.
const (
	DraftReply    = "reply"
	DraftTemplate = "template" // a template and what is filled into it
	DraftNote     = "note"
)

const (
	// longestDraft is the most bytes of a draft, more than any text can have.
	longestDraft = 20_000
	// lateFor is how long what was sent is remembered, for drafts of it that come
	// late.
	lateFor = time.Hour
)

// ReplyDraft is a reply or a note as its writer has typed it so far. It is kept
// for each user and conversation, and nobody else reads it.
type ReplyDraft struct {
	Kind string
	// Body is what is typed, "" for nothing any more.
	Body string
	Seen Seen
	DraftMark
	// At is when it was kept last.
	At time.Time
	// Since is what was said after it was begun, "" for nothing.
	Since string
}

// DraftMark says where a draft was typed and how far it had come there: of one
// form, what comes late changes nothing.
type DraftMark struct {
	Form string
	Turn int64
}

// KeepDraft keeps what the actor has typed in a conversation so far, and says
// when that was.
func (d *Desk) KeepDraft(ctx context.Context, a Actor, id int64, draft ReplyDraft) (at time.Time, err error) {
	draft.Body = strings.ReplaceAll(strings.ToValidUTF8(draft.Body, "\ufffd"), "\x00", "")
	if strings.TrimSpace(draft.Body) == "" {
		draft.Body = ""
	}
	if draft.Kind != DraftNote {
		draft.Kind = draftOf(a)
	}
	if r := tooLong("body", draft.Body, longestDraft); r != nil {
		return time.Time{}, r
	}
	err = d.changeTurn(ctx, a, id, func(ctx context.Context, tx *db.Tx, c db.Conversation) error {
		now := d.now()
		at = now.Time()
		if err := tx.DropEndedDrafts(ctx, db.DropEndedDraftsParams{UserID: a.User.ID, Before: now.Add(-lateFor)}); err != nil {
			return fmt.Errorf("drop drafts: %w", err)
		}
		err := tx.KeepReplyDraft(ctx, db.KeepReplyDraftParams{UserID: a.User.ID, ConversationID: c.ID, Kind: draft.Kind, Body: draft.Body, Form: draft.Form, Turn: draft.Turn,
			SeenInbound: draft.Seen.Inbound, SeenBatch: draft.Seen.Batch, SavedAt: now})
		if err != nil {
			return fmt.Errorf("keep draft: %w", err)
		}
		return nil
	})
	return at, err
}

// DraftsIn are what the actor has typed in a conversation, by kind. Those with an
// empty Body were sent or emptied.
func (d *Desk) DraftsIn(ctx context.Context, a Actor, id int64) (map[string]ReplyDraft, error) {
	c, err := d.conversation(ctx, d.store.Queries, a, id)
	if err != nil {
		return nil, err
	}
	rows, err := d.store.ReplyDrafts(ctx, db.ReplyDraftsParams{UserID: a.User.ID, ConversationID: c.ID})
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	drafts := make(map[string]ReplyDraft, len(rows))
	for _, r := range rows {
		draft := ReplyDraft{Kind: r.Kind, Body: r.Body, Seen: Seen{r.SeenInbound, r.SeenBatch}, DraftMark: DraftMark{r.Form, r.Turn}, At: r.SavedAt.Time()}
		if r.Body != "" && r.Kind != DraftNote {
			if draft.Since, err = d.saidSince(ctx, d.store.Queries, a, c, draft.Seen); err != nil {
				return nil, err
			}
		}
		drafts[r.Kind] = draft
	}
	return drafts, nil
}

// draftOf is the kind of what the actor replies with.
func draftOf(a Actor) string {
	if PermissionsOf(a.User).TemplatesOnly {
		return DraftTemplate
	}
	return DraftReply
}

// endDraft forgets a draft that was sent.
func (d *Desk) endDraft(ctx context.Context, tx *db.Tx, a Actor, conversation int64, kind string, at DraftMark) error {
	err := tx.EndReplyDraft(ctx, db.EndReplyDraftParams{UserID: a.User.ID, ConversationID: conversation, Kind: kind, Form: at.Form, Turn: at.Turn, SavedAt: d.now()})
	if err != nil {
		return fmt.Errorf("end draft: %w", err)
	}
	return nil
}

// saidSince names what was said in a conversation after what somebody had seen,
// "" for nothing: colleagues first.
func (d *Desk) saidSince(ctx context.Context, q *db.Queries, a Actor, c db.Conversation, seen Seen) (string, error) {
	switch {
	case c.LastBatchID > seen.Batch:
		b, err := q.Batch(ctx, c.LastBatchID)
		if err != nil {
			return "", fmt.Errorf("read reply: %w", err)
		}
		who := "You"
		if b.UserID != a.User.ID {
			u, err := q.User(ctx, b.UserID)
			if err != nil {
				return "", fmt.Errorf("read user: %w", err)
			}
			who = Actor{User: u}.Name()
		}
		return who + " replied", nil
	case c.LastInboundID > seen.Inbound:
		return "Another text came", nil
	}
	return "", nil
}

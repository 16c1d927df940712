package db

import (
	"context"
	"fmt"

	"textdesk/sms"
)

// EraseConversations takes the number and the notes out of the conversations of
// a number. What colleagues did stays, and so that everything adds up the rows.
func (tx *Tx) EraseConversations(ctx context.Context, n sms.MSISDN) error {
	ids, err := readRows(ctx, tx.db, scanID, "SELECT id FROM conversations WHERE number = ?", string(n))
	if err != nil {
		return fmt.Errorf("read conversations: %w", err)
	}
	return tx.emptyConversations(ctx, idList(ids), tx.hash.of(n))
}

// emptyConversations puts a hash in place of the number of conversations, and
// deletes their notes and what was typed in them.
func (tx *Tx) emptyConversations(ctx context.Context, ids string, hash sms.MSISDN) error {
	for what, query := range map[string]string{
		"clear notes":  "DELETE FROM conversation_lines WHERE kind = 'note' AND conversation_id IN (SELECT value FROM json_each(?))",
		"clear unread": "DELETE FROM conversation_unread WHERE conversation_id IN (SELECT value FROM json_each(?))",
		"clear drafts": "DELETE FROM reply_drafts WHERE conversation_id IN (SELECT value FROM json_each(?))",
	} {
		if _, err := tx.alter(ctx, what, query, ids); err != nil {
			return err
		}
	}
	_, err := tx.alter(ctx, "hash conversations", `UPDATE conversations SET number = ?, state = 2, revision = revision + 1 WHERE id IN (SELECT value FROM json_each(?))`, string(hash), ids)
	return err
}

// forgetInboundWords takes received texts out of what is searched.
func (tx *Tx) forgetInboundWords(ctx context.Context, ids string) error {
	_, err := tx.alter(ctx, "forget words", "DELETE FROM inbound_words WHERE rowid IN (SELECT value FROM json_each(?))", ids)
	return err
}

// clearConversations empties the conversations of which the last text is among
// those that were cleared: nothing is left of them.
func (tx *Tx) clearConversations(ctx context.Context, inbound string) error {
	const whole = `SELECT c.id FROM inbound i JOIN conversations c ON c.id = i.conversation_id AND c.last_inbound_id = i.id WHERE i.id IN (SELECT value FROM json_each(?)) AND c.number >= '+'`
	ids, err := readRows(ctx, tx.db, scanID, whole, inbound)
	if err != nil {
		return fmt.Errorf("read conversations: %w", err)
	}
	for _, id := range ids {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return fmt.Errorf("read conversation: %w", err)
		}
		if err := tx.emptyConversations(ctx, idList([]int64{id}), tx.hash.of(c.Number)); err != nil {
			return err
		}
	}
	return nil
}

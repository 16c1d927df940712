-- name: Conversation :one
SELECT * FROM conversations WHERE id = @id;

-- name: ConversationWith :one
-- The conversation of somebody outside with one of our numbers, of whoever
-- answers it; @user_id is 0 for nobody.
SELECT * FROM conversations WHERE number = @number AND own = @own AND COALESCE(user_id, 0) = CAST(@user_id AS BIGINT) ORDER BY id LIMIT 1;

-- name: ConversationOfBatch :one
SELECT c.* FROM conversations c JOIN conversation_replies r ON r.conversation_id = c.id WHERE r.batch_id = @batch_id;

-- name: InsertConversation :one
INSERT INTO conversations (number, own, user_id, provider_id, sender, state, suppressed, last_at)
VALUES (@number, @own, @user_id, @provider_id, @sender, @state, @suppressed, @last_at) RETURNING *;

-- name: ConversationHeard :exec
-- A text came: it is somebody's turn again.
UPDATE conversations SET received = received + 1, revision = revision + 1, provider_id = @provider_id, sender = @sender,
  last_inbound_id = @inbound_id, last_at = @at, state = CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END
WHERE id = @id;

-- name: ConversationHadHeard :exec
-- A text is filed that came before there were conversations.
UPDATE conversations SET received = received + 1, revision = revision + 1,
  last_at = CASE WHEN last_at < CAST(@at AS BIGINT) THEN CAST(@at AS BIGINT) ELSE last_at END,
  last_inbound_id = CASE WHEN last_inbound_id < CAST(@inbound_id AS BIGINT) THEN CAST(@inbound_id AS BIGINT) ELSE last_inbound_id END
WHERE id = @id;

-- name: ConversationAnswered :exec
UPDATE conversations SET revision = revision + 1, last_batch_id = @batch_id, last_at = @at WHERE id = @id;

-- name: SetConversationState :exec
UPDATE conversations SET revision = revision + 1, assignee_id = @assignee_id, state = @state WHERE id = @id;

-- name: TouchConversation :exec
UPDATE conversations SET revision = revision + 1 WHERE id = @id;

-- name: FileInbound :exec
UPDATE inbound SET conversation_id = @conversation_id WHERE id = @id;

-- name: UnfiledInbound :many
SELECT * FROM inbound WHERE conversation_id IS NULL ORDER BY id DESC LIMIT @page_size;

-- name: InboundOfConversation :many
SELECT * FROM inbound WHERE conversation_id = @conversation_id AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: InsertConversationReply :exec
INSERT INTO conversation_replies (batch_id, conversation_id) VALUES (@batch_id, @conversation_id);

-- name: InsertConversationLine :one
INSERT INTO conversation_lines (conversation_id, user_id, at, kind, other_id, body) VALUES (@conversation_id, @user_id, @at, @kind, @other_id, @body) RETURNING id;

-- name: ConversationLines :many
SELECT * FROM conversation_lines WHERE conversation_id = @conversation_id AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: MarkUnread :exec
INSERT INTO conversation_unread (user_id, conversation_id) VALUES (@user_id, @conversation_id) ON CONFLICT DO NOTHING;

-- name: MarkRead :execrows
DELETE FROM conversation_unread WHERE user_id = @user_id AND conversation_id = @conversation_id;

-- name: MarkReadByOthers :exec
-- Somebody has taken it, so it is nobody else's turn.
DELETE FROM conversation_unread WHERE conversation_id = @conversation_id AND user_id <> @user_id;

-- name: IsUnread :one
SELECT CAST(EXISTS (SELECT 1 FROM conversation_unread WHERE user_id = @user_id AND conversation_id = @conversation_id) AS BIGINT);

-- name: SuppressConversations :exec
UPDATE conversations SET suppressed = @suppressed, revision = revision + 1 WHERE number = @number;

-- name: UsersAbove :many
-- The user and all administrators above them, nearest first.
WITH RECURSIVE above (id, parent_id, far) AS (
  SELECT u.id, u.parent_id, 0 FROM users u WHERE u.id = @id
  UNION
  SELECT p.id, p.parent_id, a.far + 1 FROM users p JOIN above a ON p.id = a.parent_id WHERE a.far < 100
)
SELECT u.* FROM users u JOIN above a ON a.id = u.id ORDER BY a.far;

-- name: ReplyDrafts :many
-- What a user has typed in a conversation, and what of it is gone.
SELECT * FROM reply_drafts WHERE user_id = @user_id AND conversation_id = @conversation_id ORDER BY kind;

-- name: KeepReplyDraft :exec
-- What comes late, because it overtook or was overtaken, changes nothing.
INSERT INTO reply_drafts (user_id, conversation_id, kind, body, form, turn, seen_inbound, seen_batch, saved_at)
VALUES (@user_id, @conversation_id, @kind, @body, @form, @turn, @seen_inbound, @seen_batch, @saved_at)
ON CONFLICT (user_id, conversation_id, kind) DO UPDATE SET body = excluded.body, form = excluded.form, turn = excluded.turn,
  seen_inbound = excluded.seen_inbound, seen_batch = excluded.seen_batch, saved_at = excluded.saved_at
WHERE reply_drafts.form <> excluded.form OR reply_drafts.turn < excluded.turn;

-- name: EndReplyDraft :exec
-- It was sent. The row stays for a while, for what comes late.
INSERT INTO reply_drafts (user_id, conversation_id, kind, body, form, turn, seen_inbound, seen_batch, saved_at)
VALUES (@user_id, @conversation_id, @kind, '', @form, @turn, 0, 0, @saved_at)
ON CONFLICT (user_id, conversation_id, kind) DO UPDATE SET body = '', form = excluded.form, turn = excluded.turn, saved_at = excluded.saved_at;

-- name: DropEndedDrafts :exec
DELETE FROM reply_drafts WHERE user_id = @user_id AND body = '' AND saved_at < @before;

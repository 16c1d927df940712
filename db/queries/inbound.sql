-- name: NewestCallback :one
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS id FROM callbacks;

-- name: WaitingCallbacks :many
SELECT * FROM callbacks WHERE state = 0 AND id > @after_id ORDER BY id LIMIT @page_size;

-- name: SetCallbackState :exec
UPDATE callbacks SET state = @state, problem = @problem WHERE id = @id;

-- name: Callback :one
SELECT * FROM callbacks WHERE id = @id;

-- name: CallbackLine :one
SELECT id, provider_id, received_at, method, CAST(length(body) AS BIGINT) AS size, state, problem FROM callbacks WHERE id = @id;

-- name: LastCallback :one
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM callbacks WHERE provider_id = @provider_id;

-- name: CallbacksOlder :many
-- A page of what a provider posted, newest first, without the bodies.
SELECT id, provider_id, received_at, method, CAST(length(body) AS BIGINT) AS size, state, problem FROM callbacks
WHERE provider_id = @provider_id AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: UnreadCallbacks :many
-- A page of what could not be read, newest first.
SELECT id, provider_id, received_at, method, CAST(length(body) AS BIGINT) AS size, state, problem FROM callbacks
WHERE state = 2 AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: UnreadCallbacksOf :many
SELECT id, provider_id, received_at, method, CAST(length(body) AS BIGINT) AS size, state, problem FROM callbacks
WHERE provider_id = @provider_id AND state = 2 AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: CountUnreadCallbacks :one
-- How many could not be read, as far as anybody counts.
SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE state = 2 LIMIT @most) AS waiting;

-- name: CountWaitingCallbacks :one
SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE state = 0 LIMIT @most) AS waiting;

-- name: CountUnreadCallbacksOf :one
SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE provider_id = @provider_id AND state = 2 LIMIT @most) AS waiting;

-- name: ReplayCallback :execrows
UPDATE callbacks SET state = 0, problem = '' WHERE id = @id;

-- name: ReplayUnread :many
-- Has the unread ones of a provider read again, the oldest first, but for those
-- whose contents are not kept any more.
UPDATE callbacks SET state = 0, problem = '' WHERE id IN (
  SELECT c.id FROM callbacks c WHERE c.provider_id = @provider_id AND c.state = 2 AND c.header <> '{}' AND c.id > @after_id AND c.id <= @up_to_id ORDER BY c.id LIMIT @page_size) RETURNING id;

-- name: AnyEarlyReceipts :one
SELECT CAST(EXISTS (SELECT 1 FROM early_receipts) AS BIGINT);

-- name: ForgetEarlyReceipts :exec
DELETE FROM early_receipts WHERE came_at < @before_at;

-- name: InboundCursor :one
SELECT * FROM inbound_cursors WHERE provider_id = @provider_id;

-- name: SetInboundCursor :exec
INSERT INTO inbound_cursors (provider_id, cursor, moved_at) VALUES (@provider_id, @cursor, @moved_at)
ON CONFLICT (provider_id) DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at;

-- name: insertInbound :many
-- The id of a new one; none for a repeat.
INSERT INTO inbound (provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at, day, conversation_id)
VALUES (@provider_id, @provider_ref, @callback_id, @number, @destination, @body, @message_id, @user_id, @sent_at, @received_at, @day, @conversation_id)
ON CONFLICT (provider_id, provider_ref) DO NOTHING RETURNING id;

-- name: InboundFrom :many
SELECT * FROM inbound WHERE number = @number ORDER BY id DESC LIMIT @page_size;

-- name: LastMessageTo :one
SELECT * FROM messages WHERE number = @number AND submitted_at > 0 ORDER BY id DESC LIMIT 1;

-- name: AnsweredMessage :one
-- The message that a reply most likely answers: of the latest to the number,
-- the newest from the sender that was answered, or else through the provider
-- that the reply came by. What the desk has answered by itself asks for nothing.
SELECT * FROM messages WHERE id IN (
  SELECT m.id FROM messages m WHERE m.number = @number AND m.submitted_at > 0 ORDER BY m.id DESC LIMIT 100)
  AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = messages.batch_id AND b.door = 'automatic')
ORDER BY sender = CAST(@sender AS TEXT) DESC, provider_id = CAST(@provider_id AS BIGINT) DESC, id DESC LIMIT 1;

-- name: MessagesTo :many
SELECT * FROM messages WHERE number = @number AND provider_id = @provider_id ORDER BY id DESC LIMIT @page_size;

-- name: RepliesTo :many
SELECT * FROM inbound WHERE message_id = @message_id ORDER BY id;

-- name: LastInbound :one
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM inbound;

-- name: InboundAfter :many
-- What came in for a user after a text, oldest first, but for whom nobody knows
-- any more: their numbers are hashes, which begin with @erased_mark.
SELECT * FROM inbound WHERE user_id = @user_id AND id > @after_id AND substr(number, 1, 1) <> CAST(@erased_mark AS TEXT) ORDER BY id LIMIT @page_size;

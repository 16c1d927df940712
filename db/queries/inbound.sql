-- name: InsertCallback :one
INSERT INTO callbacks (provider_id, received_at, method, path, query, header, body)
VALUES (@provider_id, @received_at, @method, @path, @query, @header, @body) RETURNING id;

-- name: WaitingCallbacks :many
SELECT * FROM callbacks WHERE state = 0 AND id > @after_id ORDER BY id LIMIT @page_size;

-- name: SetCallbackState :exec
UPDATE callbacks SET state = @state, problem = @problem WHERE id = @id;

-- name: insertInbound :execrows
INSERT INTO inbound (provider_id, provider_ref, callback_id, number, destination, body, message_id, user_id, sent_at, received_at, day)
VALUES (@provider_id, @provider_ref, @callback_id, @number, @destination, @body, @message_id, @user_id, @sent_at, @received_at, @day)
ON CONFLICT (provider_id, provider_ref) DO NOTHING;

-- name: InboundFrom :many
SELECT * FROM inbound WHERE number = @number ORDER BY id DESC LIMIT @page_size;

-- name: LastMessageTo :one
SELECT * FROM messages WHERE number = @number AND submitted_at > 0 ORDER BY id DESC LIMIT 1;

-- name: AnsweredMessage :one
-- The message that a reply most likely answers: of the latest to the number,
-- the newest from the sender that was answered, or else through the provider
-- that the reply came by.
SELECT * FROM messages WHERE id IN (
  SELECT m.id FROM messages m WHERE m.number = @number AND m.submitted_at > 0 ORDER BY m.id DESC LIMIT 100)
ORDER BY sender = CAST(@sender AS TEXT) DESC, provider_id = CAST(@provider_id AS BIGINT) DESC, id DESC LIMIT 1;

-- name: MessagesTo :many
SELECT * FROM messages WHERE number = @number AND provider_id = @provider_id ORDER BY id DESC LIMIT @page_size;

-- name: RepliesTo :many
SELECT * FROM inbound WHERE message_id = @message_id ORDER BY id;

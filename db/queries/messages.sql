-- name: Message :one
SELECT * FROM messages WHERE id = @id;

-- name: MessageByPartID :one
-- The message to which a part's id belongs: ids of parts follow their message's.
SELECT * FROM messages WHERE id <= @id ORDER BY id DESC LIMIT 1;

-- name: MessagesOfBatch :many
SELECT * FROM messages WHERE batch_id = @batch_id AND id > @after_id ORDER BY id LIMIT @page_size;

-- name: FirstMessageOfBatch :one
SELECT * FROM messages WHERE batch_id = @batch_id ORDER BY id LIMIT 1;

-- name: MessageOfBatchBefore :one
SELECT * FROM messages WHERE batch_id = @batch_id AND id < @before_id ORDER BY id DESC LIMIT 1;

-- name: PartsOfBatch :many
-- How many people get a text of so many parts.
SELECT parts, count(*) AS people FROM messages WHERE batch_id = @batch_id GROUP BY parts;

-- name: MessagesWaitingInBatch :many
SELECT * FROM messages WHERE batch_id = @batch_id AND id > @after_id AND status IN (0, 1) ORDER BY id LIMIT @page_size;

-- name: MoveMessage :execrows
-- Moves a message from one status to another; no row when it has moved meanwhile.
UPDATE messages SET status = @status, paid = @paid, due_at = @due_at, expires_at = @expires_at, leased_until = 0, attempts = @attempts,
  submitted_at = @submitted_at, final_at = @final_at, poll_at = @poll_at, code = @code, reason = @reason
WHERE id = @id AND status = @was_status;

-- name: SetPollAt :exec
UPDATE messages SET poll_at = @poll_at WHERE id = @id AND status IN (3, 4);

-- name: DueScheduled :many
SELECT * FROM messages WHERE status = 0 AND due_at <= @now_at ORDER BY due_at LIMIT @page_size;

-- name: NextScheduled :one
SELECT CAST(COALESCE(MIN(due_at), 0) AS BIGINT) FROM messages WHERE status = 0;

-- name: Submitting :many
SELECT * FROM messages WHERE provider_id = @provider_id AND status = 2 LIMIT @page_size;

-- name: MessagesIn :many
-- A page of all messages with a status, from the oldest on.
SELECT * FROM messages WHERE status = @status AND id > @after_id ORDER BY id LIMIT @page_size;

-- name: DueForPoll :many
SELECT * FROM messages WHERE provider_id = @provider_id AND status IN (3, 4) AND poll_at > 0 AND poll_at <= @now_at
ORDER BY poll_at LIMIT @page_size;

-- name: Parts :many
SELECT * FROM parts WHERE message_id = @message_id ORDER BY part;

-- name: PartsByReference :many
SELECT * FROM parts WHERE provider_id = @provider_id AND reference = @reference;

-- name: SetPart :exec
UPDATE parts SET status = @status, code = @code WHERE message_id = @message_id AND part = @part;

-- name: Events :many
SELECT * FROM events WHERE message_id = @message_id ORDER BY id;

-- name: RouteMessage :exec
UPDATE messages SET provider_id = @provider_id WHERE id = @id AND status = @status;

-- name: PlannedOtherwise :many
-- Messages of a batch that wait for their time, and have another one than the one given.
SELECT * FROM messages WHERE batch_id = @batch_id AND id > @after_id AND status IN (0, 1) AND attempts = 0 AND due_at <> @due_at ORDER BY id LIMIT @page_size;

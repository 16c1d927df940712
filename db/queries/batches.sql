-- name: insertBatch :exec
INSERT INTO batches (id, user_id, door, submit_key, sender, ton, body, send_at, zone, validity,
  recipients, parts, credits, created_at, day, again_of, n_scheduled, n_queued, n_staged, staged_credits)
VALUES (@id, @user_id, @door, @submit_key, @sender, @ton, @body, @send_at, @zone, @validity,
  @recipients, @parts, @credits, @created_at, @day, @again_of, @n_scheduled, @n_queued, @n_staged, @staged_credits);

-- name: Batch :one
SELECT * FROM batches WHERE id = @id;

-- name: BatchBySubmitKey :one
SELECT * FROM batches WHERE user_id = @user_id AND submit_key = @submit_key;

-- name: HeldBatches :many
SELECT * FROM batches WHERE held_at > 0 ORDER BY held_at;

-- name: HoldBatch :exec
UPDATE batches SET held_at = @held_at, held_why = @held_why WHERE id = @id;

-- name: ReleaseBatch :exec
UPDATE batches SET held_at = 0, held_why = '' WHERE id = @id;

-- name: StopBatch :exec
-- A stopped batch is not paused any more: nothing of it leaves.
UPDATE batches SET stopped_at = @stopped_at, stopped_by = @stopped_by, stopping = 1, paused_at = 0, paused_by = NULL, resuming = 0, resuming_at = 0, resumed_to = 0 WHERE id = @id;

-- name: WaitingCredits :one
-- What is reserved for those of a batch that have not left: all of it less what is on its way or in doubt, of which there are few.
SELECT CAST(COALESCE((SELECT SUM(e.reserved) FROM credit_entries e WHERE e.batch_id = @batch_id), 0)
  - COALESCE((SELECT SUM(m.credits) FROM messages m WHERE m.status IN (2, 10) AND m.paid = 0 AND +m.batch_id = @batch_id), 0) AS BIGINT) AS credits;

-- name: PausedBatches :many
SELECT * FROM batches WHERE paused_at > 0 ORDER BY paused_at;

-- name: PauseBatch :exec
-- One that is being resumed stays paused: what has its time back already keeps it.
UPDATE batches SET paused_at = CASE WHEN paused_at = 0 THEN @paused_at ELSE paused_at END, paused_by = @paused_by, resuming = 0 WHERE id = @id;

-- name: SetResuming :exec
-- How far the resuming of a paused batch has come.
UPDATE batches SET paused_at = @paused_at, resuming = 1, resuming_at = @resuming_at, resumed_to = @resumed_to WHERE id = @id;

-- name: ResumeBatch :exec
UPDATE batches SET paused_at = 0, paused_by = NULL, resuming = 0, resuming_at = 0, resumed_to = 0 WHERE id = @id;

-- name: BatchesAgainOf :many
SELECT * FROM batches WHERE again_of = @again_of ORDER BY id;

-- name: NotReached :many
-- Numbers of a batch whose message failed or expired, as long as they and the text are kept, and that no later send to those it did not reach has,
-- with what each was to read.
SELECT m.number, m.body FROM messages m WHERE m.batch_id = @batch_id AND m.status IN (6, 7) AND m.body <> '' AND NOT EXISTS (
  SELECT 1 FROM batches b JOIN messages n ON n.batch_id = b.id AND n.number = m.number WHERE b.again_of = m.batch_id)
ORDER BY m.id;

-- name: NotReachedAfter :many
-- The same, some at a time.
SELECT m.id, m.number, m.body FROM messages m WHERE m.batch_id = @batch_id AND m.id > @after_id AND m.status IN (6, 7) AND m.body <> '' AND NOT EXISTS (
  SELECT 1 FROM batches b JOIN messages n ON n.batch_id = b.id AND n.number = m.number WHERE b.again_of = m.batch_id)
ORDER BY m.id LIMIT @page_size;

-- name: CountNotReached :one
SELECT count(*) FROM messages m WHERE m.batch_id = @batch_id AND m.status IN (6, 7) AND m.body <> '' AND NOT EXISTS (
  SELECT 1 FROM batches b JOIN messages n ON n.batch_id = b.id AND n.number = m.number WHERE b.again_of = m.batch_id);

-- name: countBatch :one
-- Moves a batch's counters, a column for each status, and tells on whose day it counts.
UPDATE batches SET
  n_scheduled = n_scheduled + @scheduled, n_queued = n_queued + @queued, n_submitting = n_submitting + @submitting,
  n_submitted = n_submitted + @submitted, n_sent = n_sent + @sent, n_delivered = n_delivered + @delivered,
  n_failed = n_failed + @failed, n_expired = n_expired + @expired, n_cancelled = n_cancelled + @cancelled,
  n_suppressed = n_suppressed + @suppressed, n_in_doubt = n_in_doubt + @in_doubt, n_unknown = n_unknown + @unknown
WHERE id = @id RETURNING user_id, day;

-- name: SetSendAt :exec
-- Another time for a planned batch, on the clock of a zone.
UPDATE batches SET send_at = @send_at, zone = @zone WHERE id = @id;

-- name: HoldRestored :execrows
-- Holds what was waiting in a database that was put back, and was due: it may
-- have left after the copy was made.
UPDATE batches SET held_at = @held_at, held_why = 'restored'
WHERE held_at = 0 AND created_at < @restored_at AND (n_queued > 0 OR (n_scheduled > 0 AND send_at <= @held_at));

-- name: UnsentBatches :many
-- Sends with texts that have not left, newest first.
SELECT * FROM batches WHERE (n_queued > 0 OR n_scheduled > 0) AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: UnsentSum :one
SELECT count(*) AS sends, CAST(COALESCE(SUM(n_queued + n_scheduled), 0) AS BIGINT) AS texts,
  CAST(COALESCE(SUM(CASE WHEN send_at > @now_at THEN n_scheduled ELSE 0 END), 0) AS BIGINT) AS planned
FROM batches WHERE n_queued > 0 OR n_scheduled > 0;

-- name: InDoubtSum :one
SELECT CAST(COALESCE(SUM(n_in_doubt), 0) AS BIGINT) FROM batches WHERE n_in_doubt > 0;

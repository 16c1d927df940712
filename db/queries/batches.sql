-- name: InsertBatch :exec
INSERT INTO batches (id, user_id, door, submit_key, sender, ton, body, send_at, zone, validity,
  recipients, parts, credits, created_at, n_scheduled, n_queued)
VALUES (@id, @user_id, @door, @submit_key, @sender, @ton, @body, @send_at, @zone, @validity,
  @recipients, @parts, @credits, @created_at, @n_scheduled, @n_queued);

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
UPDATE batches SET stopped_at = @stopped_at WHERE id = @id;

-- name: CountBatch :exec
-- Moves a batch's counters; a column for each status.
UPDATE batches SET
  n_scheduled = n_scheduled + @scheduled, n_queued = n_queued + @queued, n_submitting = n_submitting + @submitting,
  n_submitted = n_submitted + @submitted, n_sent = n_sent + @sent, n_delivered = n_delivered + @delivered,
  n_failed = n_failed + @failed, n_expired = n_expired + @expired, n_cancelled = n_cancelled + @cancelled,
  n_suppressed = n_suppressed + @suppressed, n_in_doubt = n_in_doubt + @in_doubt, n_unknown = n_unknown + @unknown
WHERE id = @id;

-- name: InsertRecurring :one
INSERT INTO recurring (user_id, submit_key, name, sender, body, recipients, every, weekdays, week, day, month, minute, zone, starts_on, ends_after, ends_on, next_at, created_at, changed_at)
VALUES (@user_id, @submit_key, @name, @sender, @body, @recipients, @every, @weekdays, @week, @day, @month, @minute, @zone, @starts_on, @ends_after, @ends_on, @next_at, @created_at, @created_at)
RETURNING id;

-- name: UpdateRecurring :exec
UPDATE recurring SET name = @name, sender = @sender, body = @body, recipients = @recipients, every = @every, weekdays = @weekdays, week = @week,
  day = @day, month = @month, minute = @minute, starts_on = @starts_on, ends_after = @ends_after, ends_on = @ends_on, changed_at = @changed_at
WHERE id = @id;

-- name: StepRecurring :exec
-- Where a repeating send stands in time.
UPDATE recurring SET passed = @passed, next_at = @next_at, paused_at = @paused_at, ended_at = @ended_at WHERE id = @id;

-- name: Recurring :one
SELECT * FROM recurring WHERE id = @id;

-- name: RecurringBySubmitKey :one
SELECT * FROM recurring WHERE user_id = @user_id AND submit_key = @submit_key;

-- name: RecurringAll :many
SELECT * FROM recurring ORDER BY id;

-- name: CountRecurring :one
SELECT count(*) FROM recurring WHERE user_id = @user_id AND ended_at = 0;

-- name: NextRecurring :one
SELECT CAST(COALESCE(MIN(next_at), 0) AS BIGINT) FROM recurring WHERE next_at > 0;

-- name: DueRecurring :many
SELECT id FROM recurring WHERE next_at > 0 AND next_at <= @now_at ORDER BY next_at, id;

-- name: InsertRun :exec
INSERT INTO recurring_runs (recurring_id, occurrence_at, state, reason, batch_id, decided_by, settled_at)
VALUES (@recurring_id, @occurrence_at, @state, @reason, @batch_id, @decided_by, @settled_at);

-- name: SettleRun :exec
UPDATE recurring_runs SET state = @state, reason = @reason, batch_id = @batch_id, decided_by = @decided_by, settled_at = @settled_at WHERE id = @id;

-- name: RunByID :one
SELECT * FROM recurring_runs WHERE id = @id;

-- name: RunAt :one
SELECT * FROM recurring_runs WHERE recurring_id = @recurring_id AND occurrence_at = @occurrence_at;

-- name: RunsOf :many
-- The times of a repeating send, newest first.
SELECT * FROM recurring_runs WHERE recurring_id = @recurring_id AND occurrence_at < @before_at ORDER BY occurrence_at DESC LIMIT @page_size;

-- name: MissedRuns :many
SELECT * FROM recurring_runs WHERE recurring_id = @recurring_id AND state = 'missed' ORDER BY occurrence_at;

-- name: MissedByUser :many
-- How many times wait for a person, by whose they are.
SELECT r.user_id, count(*) AS n FROM recurring_runs o JOIN recurring r ON r.id = o.recurring_id WHERE o.state = 'missed' GROUP BY r.user_id;

-- name: UserDay :one
-- The credits that somebody has used on a day.
SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM user_days WHERE user_id = @user_id AND day = @day;

-- name: AddToUserDay :exec
INSERT INTO user_days (user_id, day, credits) VALUES (@user_id, @day, @credits)
ON CONFLICT (user_id, day) DO UPDATE SET credits = user_days.credits + excluded.credits;

-- name: SetDailyCap :exec
UPDATE users SET daily_cap = @daily_cap WHERE id = @id;

-- name: DeleteUserDays :exec
DELETE FROM user_days WHERE day < @day;

-- name: DeleteNumberDays :exec
DELETE FROM number_days WHERE day < @day;

-- name: DeleteSaid :exec
DELETE FROM said WHERE day < @day;

-- name: InsertSaid :exec
INSERT INTO said (batch_id, user_id, hash, day) VALUES (@batch_id, @user_id, @hash, @day);

-- name: Said :many
-- The last sends of the same text by somebody since a day, newest first.
SELECT b.* FROM said s JOIN batches b ON b.id = s.batch_id
WHERE s.user_id = @user_id AND s.hash = @hash AND s.day >= @day ORDER BY s.batch_id DESC LIMIT @page_size;

-- name: InsertApproval :exec
INSERT INTO approvals (batch_id) VALUES (@batch_id);

-- name: Approval :one
SELECT * FROM approvals WHERE batch_id = @batch_id;

-- name: DecideApproval :exec
UPDATE approvals SET decision = @decision, decided_by = @decided_by, decided_at = @decided_at, note = @note WHERE batch_id = @batch_id;

-- name: TakeFromUserDay :exec
UPDATE user_days SET credits = credits - @credits WHERE user_id = @user_id AND day = @day AND credits >= @credits;

-- name: SpentSince :one
-- Credits that were settled: what providers took.
SELECT CAST(COALESCE(-SUM(reserved), 0) AS BIGINT) AS spent
FROM credit_entries WHERE user_id = @user_id AND kind = 'settle' AND at >= @since;

-- name: LastMove :one
-- The latest entry with which credits came to a user or left them otherwise
-- than by texting.
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS id
FROM credit_entries WHERE user_id = @user_id AND kind IN ('transfer', 'top_up');

-- name: SetCreditReminder :exec
UPDATE users SET credit_reminder = @credit_reminder WHERE id = @id;

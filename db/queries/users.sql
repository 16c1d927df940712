-- name: User :one
SELECT * FROM users WHERE id = @id;

-- name: UserByName :one
SELECT * FROM users WHERE username_key = @username_key;

-- name: UserList :many
SELECT * FROM users ORDER BY username_key;

-- name: CountAdmins :one
SELECT count(*) FROM users WHERE level = 'admin' AND suspended_at = 0;

-- name: AnyUser :one
SELECT CAST(EXISTS (SELECT 1 FROM users) AS BIGINT);

-- name: InsertUser :one
INSERT INTO users (parent_id, username, username_key, level, first_name, last_name, email, telephone,
  password_hash, sender, unlimited, credit_reminder, alert_days, created_at)
VALUES (@parent_id, @username, @username_key, @level, @first_name, @last_name, @email, @telephone,
  @password_hash, @sender, @unlimited, @credit_reminder, @alert_days, @created_at)
RETURNING id;

-- name: SetPassword :exec
UPDATE users SET password_hash = @password_hash WHERE id = @id;

-- name: SetSuspended :exec
UPDATE users SET suspended_at = @suspended_at WHERE id = @id;

-- name: TouchUser :exec
UPDATE users SET seen_at = @seen_at WHERE id = @id;

-- name: UserTree :many
-- The user and everyone below.
WITH RECURSIVE tree (id) AS (
  SELECT u.id FROM users u WHERE u.id = @id
  UNION
  SELECT c.id FROM users c JOIN tree t ON c.parent_id = t.id
)
SELECT id FROM tree;

-- name: AddCredits :exec
UPDATE users SET balance = balance + @amount, reserved = reserved + @reserved WHERE id = @id;

-- name: InsertCreditEntry :exec
INSERT INTO credit_entries (user_id, at, kind, amount, reserved, batch_id, other_user_id, note)
VALUES (@user_id, @at, @kind, @amount, @reserved, @batch_id, @other_user_id, @note);

-- name: CreditSums :one
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount, CAST(COALESCE(SUM(reserved), 0) AS BIGINT) AS reserved
FROM credit_entries WHERE user_id = @user_id;

-- name: CountUsers :one
SELECT count(*) FROM users;

-- name: FirstAdmin :one
SELECT * FROM users WHERE level = 'admin' ORDER BY id LIMIT 1;

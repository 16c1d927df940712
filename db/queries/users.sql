-- name: User :one
SELECT * FROM users WHERE id = @id;

-- name: UserByName :one
SELECT * FROM users WHERE username_key = @username_key;

-- name: UserList :many
SELECT * FROM users ORDER BY username_key;

-- name: CountAdmins :one
-- Those who can sign in: somebody who has not used their link yet cannot.
SELECT count(*) FROM users WHERE level = 'admin' AND suspended_at = 0 AND archived_at = 0 AND password_hash <> '';

-- name: CountAdminsLetIn :one
-- Those who are not kept out, whether or not they have a password yet.
SELECT count(*) FROM users WHERE level = 'admin' AND suspended_at = 0 AND archived_at = 0;

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

-- name: ChangeUser :exec
UPDATE users SET level = @level, first_name = @first_name, last_name = @last_name, email = @email, telephone = @telephone, sender = @sender,
  credit_reminder = @credit_reminder, alert_days = @alert_days WHERE id = @id;

-- name: SetPermissions :exec
UPDATE users SET may_bulk = @may_bulk, templates_only = @templates_only, may_import = @may_import, sees_others = @sees_others,
  senders = @senders, approve_above = @approve_above, daily_cap = @daily_cap WHERE id = @id;

-- name: SetParent :exec
UPDATE users SET parent_id = @parent_id WHERE id = @id;

-- name: SetArchived :exec
UPDATE users SET archived_at = @archived_at WHERE id = @id;

-- name: CountChildren :one
-- Those right below somebody who are not archived.
SELECT count(*) FROM users WHERE parent_id = @parent_id AND archived_at = 0;

-- name: OpenBatches :many
-- The sends of somebody of which something has not left.
SELECT * FROM batches WHERE user_id = @user_id AND n_scheduled + n_queued > 0 ORDER BY id;

-- name: OpenRecurring :many
SELECT * FROM recurring WHERE user_id = @user_id AND ended_at = 0 ORDER BY id;

-- name: InsertUserLink :exec
INSERT INTO user_links (hash, user_id, kind, made_by, created_at, expires_at) VALUES (@hash, @user_id, @kind, @made_by, @created_at, @expires_at)
ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, kind = excluded.kind, made_by = excluded.made_by, created_at = excluded.created_at, expires_at = excluded.expires_at;

-- name: UserLink :one
SELECT * FROM user_links WHERE hash = @hash AND expires_at > @now_at;

-- name: UserLinkOf :one
SELECT * FROM user_links WHERE user_id = @user_id;

-- name: DeleteUserLink :exec
DELETE FROM user_links WHERE user_id = @user_id;

-- name: SetSecondFactor :exec
UPDATE users SET second_secret = @second_secret, second_at = @second_at, second_step = @second_step WHERE id = @id;

-- name: UseSecondStep :execrows
UPDATE users SET second_step = @second_step WHERE id = @id AND second_step < @second_step;

-- name: InsertRecoveryCode :exec
INSERT INTO recovery_codes (user_id, hash) VALUES (@user_id, @hash);

-- name: UseRecoveryCode :execrows
UPDATE recovery_codes SET used_at = @used_at WHERE user_id = @user_id AND hash = @hash AND used_at = 0;

-- name: CountRecoveryCodes :one
SELECT count(*) FROM recovery_codes WHERE user_id = @user_id AND used_at = 0;

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_codes WHERE user_id = @user_id;

-- name: AlertsTold :many
SELECT * FROM alerts_told;

-- name: TellAlert :exec
INSERT INTO alerts_told (user_id, kind, told_at) VALUES (@user_id, @kind, @told_at)
ON CONFLICT (user_id, kind) DO UPDATE SET told_at = excluded.told_at;

-- name: ForgetAlert :exec
DELETE FROM alerts_told WHERE user_id = @user_id AND kind = @kind;

-- name: SetUnlimited :exec
UPDATE users SET unlimited = @unlimited WHERE id = @id;

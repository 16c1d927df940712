-- name: Settings :many
SELECT key, value FROM settings;

-- name: SetSetting :exec
INSERT INTO settings (key, value) VALUES (@key, @value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: DeleteSetting :exec
DELETE FROM settings WHERE key = @key;

-- name: TakeNumbers :one
-- Gives out n numbers and returns the last of them.
UPDATE counters SET value = value + @n WHERE name = @name RETURNING value;

-- name: InsertAudit :exec
INSERT INTO audit (at, user_id, acting_id, address, action, subject, detail)
VALUES (@at, @user_id, @acting_id, @address, @action, @subject, @detail);

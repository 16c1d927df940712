-- name: InsertAPIKey :one
INSERT INTO api_keys (user_id, name, hash, hint, gateway, created_at)
VALUES (@user_id, @name, @hash, @hint, @gateway, @created_at) RETURNING id;

-- name: APIKeyByHash :one
SELECT * FROM api_keys WHERE hash = @hash AND revoked_at = 0;

-- name: APIKeys :many
SELECT * FROM api_keys WHERE user_id = @user_id AND revoked_at = 0 ORDER BY id;

-- name: RevokeAPIKey :execrows
UPDATE api_keys SET revoked_at = @revoked_at WHERE id = @id AND user_id = @user_id AND revoked_at = 0;

-- name: DisableAPIKey :execrows
-- disabled_at 0 enables it again.
UPDATE api_keys SET disabled_at = @disabled_at WHERE id = @id AND revoked_at = 0;

-- name: TouchAPIKey :exec
UPDATE api_keys SET last_used_at = @last_used_at WHERE id = @id;

-- name: InsertSession :exec
INSERT INTO sessions (hash, user_id, created_at, seen_at, expires_at, address, agent, pending)
VALUES (@hash, @user_id, @created_at, @seen_at, @expires_at, @address, @agent, @pending);

-- name: Session :one
SELECT * FROM sessions WHERE hash = @hash AND expires_at > @now_at AND pending = 0;

-- name: Sessions :many
SELECT * FROM sessions WHERE user_id = @user_id AND expires_at > @now_at AND pending = 0 ORDER BY seen_at DESC;

-- name: TouchSession :exec
UPDATE sessions SET seen_at = @seen_at, expires_at = @expires_at WHERE hash = @hash;

-- name: DeleteSession :exec
DELETE FROM sessions WHERE hash = @hash;

-- name: DeleteSessionsOfUser :exec
DELETE FROM sessions WHERE user_id = @user_id AND hash <> @except_hash;

-- name: DeleteExpiredSessions :exec
DELETE FROM sessions WHERE expires_at <= @now_at;

-- name: SignInFailures :one
SELECT * FROM sign_in_failures WHERE key = @key;

-- name: RecordSignInFailure :exec
INSERT INTO sign_in_failures (key, failures, blocked_at, failed_at)
VALUES (@key, @failures, @blocked_at, @failed_at)
ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, blocked_at = excluded.blocked_at, failed_at = excluded.failed_at;

-- name: ClearSignInFailures :exec
DELETE FROM sign_in_failures WHERE key = @key;

-- name: DeleteOldSignInFailures :exec
DELETE FROM sign_in_failures WHERE failed_at < @before_at;

-- name: PendingSession :one
-- One whose second factor is still to come.
SELECT * FROM sessions WHERE hash = @hash AND expires_at > @now_at AND pending = 1;

-- name: ActAs :exec
UPDATE sessions SET acting_as = @acting_as WHERE hash = @hash;

-- name: RevokeAPIKeysOfUser :execrows
UPDATE api_keys SET revoked_at = @revoked_at WHERE user_id = @user_id AND revoked_at = 0;

-- name: Providers :many
SELECT * FROM providers WHERE removed_at = 0 ORDER BY id;

-- name: Provider :one
SELECT * FROM providers WHERE id = @id;

-- name: ProviderByName :one
SELECT * FROM providers WHERE name = @name AND removed_at = 0;

-- name: DefaultProvider :one
SELECT * FROM providers WHERE is_default = 1 AND removed_at = 0;

-- name: InsertProvider :one
INSERT INTO providers (name, kind, settings, callback_secret, rate, concurrency, group_size, is_default, created_at, changed_at)
VALUES (@name, @kind, @settings, @callback_secret, @rate, @concurrency, @group_size, 0, @created_at, @changed_at)
RETURNING id;

-- name: SetProviderSecrets :exec
UPDATE providers SET settings = @settings, callback_secret = @callback_secret, changed_at = @changed_at WHERE id = @id;

-- name: ClearDefaultProvider :exec
UPDATE providers SET is_default = 0 WHERE is_default = 1;

-- name: SetDefaultProvider :exec
UPDATE providers SET is_default = 1 WHERE id = @id;

-- name: RemoveProvider :exec
-- The name becomes free again; the row stays for the messages that went through it.
UPDATE providers SET removed_at = @removed_at, changed_at = @removed_at, is_default = 0, settings = '', callback_secret = '', name = @name WHERE id = @id;

-- name: ProviderBusy :one
-- Whether messages still depend on the provider.
SELECT CAST(EXISTS (SELECT 1 FROM messages WHERE provider_id = @provider_id AND status IN (0, 1, 2)) AS BIGINT);

-- name: SetProviderOK :exec
UPDATE providers SET ok_at = @ok_at WHERE id = @id;

-- name: SetProviderError :exec
UPDATE providers SET error_at = @error_at, error_text = @error_text WHERE id = @id;

-- name: SetProviderBalance :exec
UPDATE providers SET balance = @balance, balance_at = @balance_at, ok_at = @balance_at WHERE id = @id;

-- name: ChangeProvider :exec
UPDATE providers SET settings = @settings, rate = @rate, concurrency = @concurrency, group_size = @group_size, changed_at = @changed_at WHERE id = @id;

-- name: ProviderPaused :one
-- Whether somebody has paused the provider.
SELECT CAST(EXISTS (SELECT 1 FROM providers WHERE id = @id AND paused_at > 0) AS BIGINT);

-- name: PauseProvider :exec
UPDATE providers SET paused_at = @paused_at, paused_by = @paused_by WHERE id = @id AND paused_at = 0;

-- name: ResumeProvider :exec
UPDATE providers SET paused_at = 0, paused_by = NULL WHERE id = @id;

-- name: InFlight :one
-- How many messages are being handed to the provider.
SELECT count(*) FROM messages WHERE provider_id = @provider_id AND status = 2;

-- name: SetCallbackSecret :exec
UPDATE providers SET callback_secret = @callback_secret WHERE id = @id;

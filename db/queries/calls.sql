-- name: InsertAPICall :exec
INSERT INTO api_calls (api_key_id, at, method, action, parameters, answer, code, refusal, took, address)
VALUES (@api_key_id, @at, @method, @action, @parameters, @answer, @code, @refusal, @took, @address);

-- name: DropAPICalls :exec
-- Keeps a token's last calls.
DELETE FROM api_calls WHERE api_calls.api_key_id = @api_key_id AND api_calls.id <= COALESCE((
  SELECT c.id FROM api_calls c WHERE c.api_key_id = @api_key_id ORDER BY c.id DESC LIMIT 1 OFFSET @keep), 0);

-- name: APICalls :many
SELECT * FROM api_calls WHERE api_key_id = @api_key_id ORDER BY id DESC LIMIT @page_size;

-- name: APIKey :one
SELECT * FROM api_keys WHERE id = @id AND revoked_at = 0;

-- name: SetAPIKeyRate :exec
UPDATE api_keys SET rate = @rate, burst = @burst WHERE id = @id;

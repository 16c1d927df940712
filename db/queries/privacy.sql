-- name: InsertConsent :one
INSERT INTO consents (user_id, number, source, wording, given_at, noted_by, noted_at)
VALUES (@user_id, @number, @source, @wording, @given_at, @noted_by, @noted_at) RETURNING id;

-- name: ConsentsOf :many
-- What a number has said, newest first.
SELECT * FROM consents WHERE user_id = @user_id AND number = @number ORDER BY given_at DESC, id DESC;

-- name: WithdrawConsent :execrows
UPDATE consents SET withdrawn_at = @withdrawn_at, withdrawn_by = @withdrawn_by, withdrawn_why = @withdrawn_why
WHERE id = @id AND withdrawn_at = 0;

-- name: WithdrawConsents :execrows
-- All that a number has said yes to here.
UPDATE consents SET withdrawn_at = @withdrawn_at, withdrawn_by = @withdrawn_by, withdrawn_why = @withdrawn_why
WHERE user_id IN (SELECT u.id FROM users u) AND number = @number AND withdrawn_at = 0;

-- name: InsertErasure :one
INSERT INTO erasures (number, sealed, asked_by, asked_at) VALUES (@number, @sealed, @asked_by, @asked_at) RETURNING id;

-- name: OpenErasures :many
SELECT * FROM erasures WHERE done_at = 0 ORDER BY id;

-- name: ErasuresOf :many
SELECT * FROM erasures WHERE number = @number ORDER BY id DESC;

-- name: RecentErasures :many
SELECT * FROM erasures ORDER BY id DESC LIMIT @page_size;

-- name: StepErasure :exec
UPDATE erasures SET step = @step, place = @place WHERE id = @id;

-- name: EndErasure :exec
UPDATE erasures SET sealed = '', done_at = @done_at WHERE id = @id;

-- name: Retentions :many
SELECT * FROM retention ORDER BY kind;

-- name: SaveRetention :exec
INSERT INTO retention (kind, days) VALUES (@kind, @days) ON CONFLICT (kind) DO UPDATE SET days = excluded.days;

-- name: StepRetention :exec
UPDATE retention SET last_id = @last_id, cleared = cleared + @cleared, run_at = @run_at WHERE kind = @kind;

-- name: InsertRetentionLeft :exec
INSERT INTO retention_left (kind, id) VALUES (@kind, @id) ON CONFLICT DO NOTHING;

-- name: DeleteRetentionLeft :exec
DELETE FROM retention_left WHERE kind = @kind AND id = @id;

-- name: RetentionLeft :many
SELECT id FROM retention_left WHERE kind = @kind AND id > @after_id ORDER BY id LIMIT @page_size;

-- name: SetRecurringRecipients :exec
UPDATE recurring SET recipients = @recipients WHERE id = @id;

-- name: ClearDraft :exec
-- What was typed, and what it came to, of a draft that nobody sends any more.
UPDATE drafts SET form = '', wanted = '{}', columns = '{}', totals = '{}' WHERE id = @id AND state = 'used';

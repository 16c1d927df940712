-- name: InsertDraft :one
INSERT INTO drafts (user_id, submit_key, state, form, wanted, expected, created_at)
VALUES (@user_id, @submit_key, 'preparing', @form, @wanted, @expected, @created_at) RETURNING id;

-- name: Draft :one
SELECT * FROM drafts WHERE id = @id;

-- name: DraftsOfKey :many
-- The drafts of one form as it was typed, newest first.
SELECT * FROM drafts WHERE user_id = @user_id AND submit_key = @submit_key ORDER BY id DESC;

-- name: PreparingDrafts :many
SELECT id FROM drafts WHERE state = 'preparing' ORDER BY id;

-- name: StepDraft :execrows
-- How far the reading of a draft has come; no row when nobody wants it any more.
UPDATE drafts SET done = @done WHERE id = @id AND state = 'preparing';

-- name: FinishDraft :execrows
UPDATE drafts SET state = 'ready', done = @done, columns = @columns, totals = @totals WHERE id = @id AND state = 'preparing';

-- name: UseDraft :execrows
UPDATE drafts SET state = 'used', batch_id = @batch_id WHERE id = @id AND state = 'ready';

-- name: ReadyDraftsBefore :many
-- Drafts that nobody sent and nobody reads any more.
SELECT id FROM drafts d WHERE d.created_at < @before_at AND NOT EXISTS (SELECT 1 FROM acceptances a WHERE a.draft_id = d.id) ORDER BY d.created_at LIMIT @page_size;

-- name: UsedDrafts :many
-- Drafts whose send is wholly accepted and that still have rows.
SELECT d.id FROM drafts d WHERE d.state = 'used' AND NOT EXISTS (SELECT 1 FROM acceptances a WHERE a.draft_id = d.id)
  AND (EXISTS (SELECT 1 FROM draft_chunks c WHERE c.draft_id = d.id) OR EXISTS (SELECT 1 FROM draft_recipients r WHERE r.draft_id = d.id)
    OR EXISTS (SELECT 1 FROM draft_skips s WHERE s.draft_id = d.id)) ORDER BY d.id;

-- name: DropDraft :execrows
-- Gives a draft up: it is neither sent nor read any more, and swept later.
UPDATE drafts SET state = 'used', form = '', wanted = '{}' WHERE id = @id AND state <> 'used';

-- name: DeleteDraft :exec
DELETE FROM drafts WHERE id = @id;

-- name: DraftRecipient :one
SELECT * FROM draft_recipients WHERE draft_id = @draft_id AND place = @place;

-- name: DraftRecipients :many
SELECT * FROM draft_recipients WHERE draft_id = @draft_id AND place > @after_place ORDER BY place LIMIT @page_size;

-- name: DraftSkips :many
SELECT * FROM draft_skips WHERE draft_id = @draft_id AND place > @after_place ORDER BY place LIMIT @page_size;

-- name: DraftChunkOf :one
SELECT * FROM draft_chunks WHERE draft_id = @draft_id AND chunk = @chunk;

-- name: InsertAcceptance :exec
INSERT INTO acceptances (batch_id, draft_id, provider_id, next_id, scheduled, due_at, expires_at)
VALUES (@batch_id, @draft_id, @provider_id, @next_id, @scheduled, @due_at, @expires_at);

-- name: Acceptance :one
SELECT * FROM acceptances WHERE batch_id = @batch_id;

-- name: Acceptances :many
SELECT * FROM acceptances ORDER BY batch_id;

-- name: StepAcceptance :exec
UPDATE acceptances SET chunk = @chunk, next_id = @next_id, skipped = @skipped WHERE batch_id = @batch_id;

-- name: EndAcceptance :exec
DELETE FROM acceptances WHERE batch_id = @batch_id;

-- name: Unstage :exec
-- Messages of a batch that were staged have been written.
UPDATE batches SET n_staged = n_staged - @people, staged_credits = staged_credits - @credits WHERE id = @id;

-- name: StoppingBatches :many
SELECT * FROM batches WHERE stopping = 1 ORDER BY id;

-- name: EndStopping :exec
UPDATE batches SET stopping = 0 WHERE id = @id;

-- name: SetBatchColumns :exec
UPDATE batches SET columns = @columns WHERE id = @id;

-- name: DraftColumns :one
SELECT columns FROM drafts WHERE id = @id;

-- name: SetTakenBackTo :exec
-- How far the taking back of a stopped batch has come.
UPDATE batches SET resumed_to = @resumed_to WHERE id = @id;

-- name: MoveAcceptance :exec
-- What is still to be written of a send gets another time.
UPDATE acceptances SET due_at = @due_at, expires_at = @expires_at WHERE batch_id = @batch_id;

-- name: DeleteDraftChunks :exec
DELETE FROM draft_chunks WHERE draft_id = @draft_id;

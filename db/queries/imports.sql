-- name: InsertImport :one
INSERT INTO imports (user_id, door, name, file, reading, plan, state, rows_total, created_at, started_at)
VALUES (@user_id, @door, @name, @file, @reading, @plan, @state, @rows_total, @created_at, @started_at)
RETURNING id;

-- name: ImportByID :one
SELECT * FROM imports WHERE id = @id;

-- name: ImportsOf :many
-- Somebody's imports, newest first; drafts are none yet.
SELECT * FROM imports WHERE user_id = @user_id AND id < @before_id AND state <> 'draft' ORDER BY id DESC LIMIT @page_size;

-- name: ImportsToDo :many
-- What waits for the worker, the smallest first.
SELECT * FROM imports WHERE state IN ('checking', 'running', 'undoing') ORDER BY rows_total, id;

-- name: SaveImportReading :execrows
-- How the file is read, while nothing has been checked.
UPDATE imports SET reading = @reading, plan = @plan, titles = @titles, rows_total = @rows_total, state = 'draft', findings = '{}'
WHERE id = @id AND state IN ('draft', 'checked');

-- name: SaveImportPlan :execrows
UPDATE imports SET plan = @plan, state = 'checking', findings = '{}', rows_done = 0 WHERE id = @id AND state IN ('draft', 'checked');

-- name: SaveImportFindings :execrows
UPDATE imports SET findings = @findings, rows_total = @rows_total, rows_done = @rows_total, state = 'checked' WHERE id = @id AND state = 'checking';

-- name: StartImport :execrows
UPDATE imports SET plan = @plan, state = 'running', rows_done = 0, started_at = @started_at, change_id = @change_id WHERE id = @id AND state = 'checked';

-- name: StepImport :exec
UPDATE imports SET rows_done = rows_done + @rows_done, n_new = n_new + @n_new, n_updated = n_updated + @n_updated,
  n_success = n_success + @n_success, n_duplicate_name = n_duplicate_name + @n_duplicate_name,
  n_duplicate_number = n_duplicate_number + @n_duplicate_number, n_partial = n_partial + @n_partial,
  n_failed = n_failed + @n_failed, n_repaired = n_repaired + @n_repaired
WHERE id = @id;

-- name: SetImportProgress :exec
-- How far a dry run has come.
UPDATE imports SET rows_done = @rows_done WHERE id = @id AND state = 'checking';

-- name: EndImport :execrows
UPDATE imports SET state = @new_state, reason = @reason, file = '', finished_at = @finished_at,
  rows_total = CASE WHEN CAST(@new_state AS TEXT) = 'finished' THEN rows_done ELSE rows_total END
WHERE id = @id AND state IN ('draft', 'checking', 'checked', 'running');

-- name: UndoImport :execrows
UPDATE imports SET state = 'undoing', rows_done = 0 WHERE id = @id AND state IN ('finished', 'cancelled', 'failed') AND tidied_at = 0;

-- name: StepUndo :exec
UPDATE imports SET n_undone = n_undone + @n_undone, n_kept = n_kept + @n_kept, rows_done = rows_done + @rows_done WHERE id = @id;

-- name: EndUndo :exec
UPDATE imports SET state = 'undone', undone_at = @undone_at WHERE id = @id AND state = 'undoing';

-- name: StaleImports :many
-- Begun and never run.
SELECT * FROM imports WHERE state IN ('draft', 'checked') AND created_at < @before_at ORDER BY id;

-- name: ImportsToTidy :many
SELECT * FROM imports WHERE tidied_at = 0 AND finished_at > 0 AND finished_at < @before_at AND state IN ('finished', 'cancelled', 'failed', 'undone') ORDER BY id;

-- name: MarkImportTidied :exec
UPDATE imports SET tidied_at = @tidied_at, findings = '{}', reading = '{}' WHERE id = @id;

-- name: ImportFiles :many
SELECT file FROM imports WHERE file <> '';

-- name: LastMade :one
SELECT * FROM import_made WHERE import_id = @import_id ORDER BY first_id DESC LIMIT 1;

-- name: ShortenMade :exec
UPDATE import_made SET last_id = @last_id WHERE import_id = @import_id AND first_id = @first_id;

-- name: DeleteMade :exec
DELETE FROM import_made WHERE import_id = @import_id AND first_id = @first_id;

-- name: ChangedByImport :many
SELECT * FROM import_changed WHERE import_id = @import_id ORDER BY contact_id LIMIT @page_size;

-- name: JoinedByImport :many
SELECT * FROM import_joined WHERE import_id = @import_id ORDER BY contact_id, group_id LIMIT @page_size;

-- name: GroupsOfImport :many
SELECT * FROM import_groups WHERE import_id = @import_id ORDER BY group_id;

-- name: PutImportGroup :exec
INSERT INTO import_groups (import_id, group_id, made) VALUES (@import_id, @group_id, @made) ON CONFLICT (import_id, group_id) DO NOTHING;

-- name: DeleteImportGroups :exec
DELETE FROM import_groups WHERE import_id = @import_id;

-- name: HasContacts :one
SELECT CAST(EXISTS (SELECT 1 FROM contacts WHERE user_id = @user_id) AS BIGINT);

-- name: DropImport :execrows
-- One that never ran.
DELETE FROM imports WHERE id = @id AND state IN ('draft', 'checking', 'checked');

-- name: RunImportNow :exec
-- One that nobody has to look at first.
UPDATE imports SET state = 'running', change_id = @change_id WHERE id = @id AND state = 'draft';

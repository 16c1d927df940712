-- name: Contact :one
SELECT * FROM contacts WHERE id = @id;

-- name: ContactByNumber :one
SELECT * FROM contacts WHERE user_id = @user_id AND number = @number ORDER BY id LIMIT 1;

-- name: InsertContact :one
INSERT INTO contacts (user_id, name, name_key, number, email, created_at, changed_at)
VALUES (@user_id, @name, @name_key, @number, @email, @created_at, @created_at)
RETURNING id;

-- name: ChangeContact :exec
UPDATE contacts SET name = @name, name_key = @name_key, number = @number, email = @email, changed_at = @changed_at WHERE id = @id;

-- name: GroupsOfContact :many
SELECT g.* FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.contact_id = @contact_id ORDER BY g.name_key;

-- name: Group :one
SELECT * FROM groups WHERE id = @id;

-- name: GroupByName :one
SELECT * FROM groups WHERE user_id = @user_id AND name_key = @name_key;

-- name: InsertGroup :one
INSERT INTO groups (user_id, name, name_key, created_at, changed_at) VALUES (@user_id, @name, @name_key, @created_at, @created_at) RETURNING id;

-- name: RenameGroup :exec
UPDATE groups SET name = @name, name_key = @name_key, changed_at = @changed_at WHERE id = @id;

-- name: CountMembers :one
SELECT count(*) FROM group_members WHERE group_id = @group_id;

-- name: EmptyGroup :execrows
DELETE FROM group_members WHERE group_id = @group_id;

-- name: DeleteGroup :exec
DELETE FROM groups WHERE id = @id;

-- name: List :one
SELECT * FROM lists WHERE id = @id;

-- name: ListByName :one
SELECT * FROM lists WHERE user_id = @user_id AND name_key = @name_key;

-- name: InsertList :one
INSERT INTO lists (user_id, name, name_key, created_at, changed_at) VALUES (@user_id, @name, @name_key, @created_at, @created_at) RETURNING id;

-- name: RenameList :exec
UPDATE lists SET name = @name, name_key = @name_key, changed_at = @changed_at WHERE id = @id;

-- name: CountEntries :one
SELECT count(*) FROM list_entries WHERE list_id = @list_id;

-- name: EmptyList :exec
DELETE FROM list_entries WHERE list_id = @list_id;

-- name: DeleteList :exec
DELETE FROM lists WHERE id = @id;

-- name: Entry :one
SELECT * FROM list_entries WHERE list_id = @list_id AND id = @id;

-- name: EntryByNumber :one
SELECT * FROM list_entries WHERE list_id = @list_id AND number = @number;

-- name: ChangeEntry :exec
UPDATE list_entries SET number = @number, name = @name, name_key = @name_key, email = @email,
  mm1 = @mm1, mm2 = @mm2, mm3 = @mm3, mm4 = @mm4, mm5 = @mm5
WHERE list_id = @list_id AND id = @id;

-- name: RemoveEntry :execrows
DELETE FROM list_entries WHERE list_id = @list_id AND id = @id;

-- name: Suppression :one
SELECT * FROM suppressions WHERE number = @number;

-- name: InsertSuppression :execrows
-- Who was there first, and why, stays.
INSERT INTO suppressions (number, reason, added_by, added_at) VALUES (@number, @reason, @added_by, @added_at) ON CONFLICT (number) DO NOTHING;

-- name: DeleteSuppression :execrows
DELETE FROM suppressions WHERE number = @number;

-- name: CountSuppressions :one
SELECT count(*) FROM suppressions;

-- name: CountSkips :one
SELECT count(*) FROM batch_skips WHERE batch_id = @batch_id;

-- name: Skips :many
SELECT * FROM batch_skips WHERE batch_id = @batch_id AND place > @after_place ORDER BY place LIMIT @page_size;

-- name: Contact :one
SELECT * FROM contacts WHERE id = @id;

-- name: ContactByNumber :one
SELECT * FROM contacts WHERE user_id = @user_id AND number = @number ORDER BY id LIMIT 1;

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

-- name: DeleteList :exec
DELETE FROM lists WHERE id = @id;

-- name: Entry :one
SELECT * FROM list_entries WHERE list_id = @list_id AND id = @id;

-- name: EntryByNumber :one
SELECT * FROM list_entries WHERE list_id = @list_id AND number = @number;

-- name: ChangeEntry :exec
UPDATE list_entries SET number = @number, name = @name, name_key = @name_key, email = @email,
  mm1 = @mm1, mm2 = @mm2, mm3 = @mm3, mm4 = @mm4, mm5 = @mm5, fields = @fields
WHERE list_id = @list_id AND id = @id;

-- name: RemoveEntry :execrows
DELETE FROM list_entries WHERE list_id = @list_id AND id = @id;

-- name: Suppression :one
SELECT * FROM suppressions WHERE number = @number;

-- name: insertSuppression :execrows
-- Who was there first, and why, stays.
INSERT INTO suppressions (number, reason, added_by, added_at) VALUES (@number, @reason, @added_by, @added_at) ON CONFLICT (number) DO NOTHING;

-- name: deleteSuppression :execrows
DELETE FROM suppressions WHERE number = @number;

-- name: CountSuppressions :one
SELECT count(*) FROM suppressions;

-- name: CountSkips :one
SELECT count(*) FROM batch_skips WHERE batch_id = @batch_id;

-- name: Skips :many
SELECT * FROM batch_skips WHERE batch_id = @batch_id AND place > @after_place ORDER BY place LIMIT @page_size;

-- name: AddressBook :one
SELECT * FROM address_books WHERE user_id = @user_id;

-- name: BooksInUse :many
-- Whose address books have anybody in them.
SELECT user_id FROM address_books WHERE contacts > 0 ORDER BY user_id;

-- name: MoveAddressBook :exec
-- Counts contacts that came (or, below zero, went).
INSERT INTO address_books (user_id, contacts, ungrouped) VALUES (@user_id, @contacts, @ungrouped)
ON CONFLICT (user_id) DO UPDATE SET contacts = address_books.contacts + excluded.contacts, ungrouped = address_books.ungrouped + excluded.ungrouped;

-- name: MoveMembers :exec
UPDATE groups SET members = members + @members WHERE id = @id;

-- name: MoveEntries :exec
UPDATE lists SET entries = entries + @entries WHERE id = @id;

-- name: InsertContactChange :one
INSERT INTO contact_changes (user_id, contact_id, at, by_id, kind, detail, people)
VALUES (@user_id, @contact_id, @at, @by_id, @kind, @detail, @people) RETURNING id;

-- name: ChangesOfContact :many
SELECT * FROM contact_changes WHERE contact_id = @contact_id AND contact_id > 0 AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: ContactChange :one
SELECT * FROM contact_changes WHERE id = @id;

-- name: MoveContactChanges :exec
-- The history of a contact that was merged goes on with the other's.
UPDATE contact_changes SET contact_id = @to_id WHERE contact_id = @from_id;

-- name: CountContactChange :exec
UPDATE contact_changes SET people = @people WHERE id = @id;

-- name: InsertBookJob :one
INSERT INTO book_jobs (user_id, by_id, kind, filter, target, target_name, change_id, total, state, created_at)
VALUES (@user_id, @by_id, @kind, @filter, @target, @target_name, @change_id, @total, 'running', @created_at) RETURNING id;

-- name: BookJob :one
SELECT * FROM book_jobs WHERE id = @id;

-- name: RunningBookJobs :many
SELECT * FROM book_jobs WHERE state = 'running' ORDER BY id;

-- name: StepBookJob :execrows
UPDATE book_jobs SET last_id = @last_id, done = done + @done WHERE id = @id AND state = 'running';

-- name: EndBookJob :execrows
UPDATE book_jobs SET state = @new_state, reason = @reason, finished_at = @finished_at WHERE id = @id AND state = 'running';

-- name: JobsOfBook :many
-- Those that run in somebody's address book.
SELECT * FROM book_jobs WHERE user_id = @user_id AND state = 'running' ORDER BY id;

-- name: ListsWithNumber :many
-- Somebody's distribution lists on which a number stands.
SELECT l.id, l.name, e.id AS entry_id FROM lists l JOIN list_entries e ON e.list_id = l.id AND e.number = @number
WHERE l.user_id = @user_id ORDER BY l.name_key LIMIT 200;

-- name: SetListColumns :exec
UPDATE lists SET columns = @columns, changed_at = @changed_at WHERE id = @id;

-- name: SetEntryFields :exec
UPDATE list_entries SET fields = @fields WHERE list_id = @list_id AND id = @id;

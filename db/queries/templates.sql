-- name: InsertTemplate :one
INSERT INTO templates (user_id, folder, name, name_key, body, sender, shared, created_at, changed_at)
VALUES (@user_id, @folder, @name, @name_key, @body, @sender, @shared, @created_at, @changed_at)
RETURNING id;

-- name: UpdateTemplate :exec
UPDATE templates SET folder = @folder, name = @name, name_key = @name_key, body = @body, sender = @sender,
  shared = @shared, changed_at = @changed_at
WHERE id = @id;

-- name: DeleteTemplate :exec
DELETE FROM templates WHERE id = @id;

-- name: TemplateByName :one
SELECT * FROM templates WHERE user_id = @user_id AND name_key = @name_key;

-- name: CountTemplates :one
SELECT count(*) FROM templates WHERE user_id = @user_id;

-- name: TemplatesOf :many
-- A user's own templates, and those that somebody above shares.
WITH RECURSIVE above (id, parent_id) AS (
  SELECT u.id, u.parent_id FROM users u WHERE u.id = @user_id
  UNION
  SELECT p.id, p.parent_id FROM users p JOIN above a ON p.id = a.parent_id
)
SELECT t.* FROM templates t JOIN above a ON a.id = t.user_id
WHERE t.user_id = @user_id OR t.shared = 1
ORDER BY lower(t.folder), t.name_key, t.id;

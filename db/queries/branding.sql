-- name: Logo :one
SELECT * FROM logos WHERE hash = @hash;

-- name: InsertLogo :exec
INSERT INTO logos (hash, image, width, height, stored_at) VALUES (@hash, @image, @width, @height, @stored_at)
ON CONFLICT (hash) DO NOTHING;

-- name: DeleteOtherLogos :exec
DELETE FROM logos WHERE hash <> @hash;

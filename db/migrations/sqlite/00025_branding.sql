-- +goose Up
-- The organisation's logo: one row, or none. The settings name it by its hash.
CREATE TABLE logos (
  hash      TEXT PRIMARY KEY,                   -- of the image, 20 hex digits; part of its address
  image     BLOB NOT NULL,                      -- PNG, as we encoded it anew
  width     INTEGER NOT NULL CHECK (width BETWEEN 1 AND 640),
  height    INTEGER NOT NULL CHECK (height BETWEEN 1 AND 160),
  stored_at INTEGER NOT NULL
) STRICT;

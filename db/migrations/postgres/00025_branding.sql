-- +goose Up
-- The organisation's logo: one row, or none. The settings name it by its hash.
CREATE TABLE logos (
  hash      TEXT PRIMARY KEY,                   -- of the image, 20 hex digits; part of its address
  image     BYTEA NOT NULL,                      -- PNG, as we encoded it anew
  width     BIGINT NOT NULL CHECK (width BETWEEN 1 AND 640),
  height    BIGINT NOT NULL CHECK (height BETWEEN 1 AND 160),
  stored_at BIGINT NOT NULL
);

-- +goose Up
-- What an office knows of people beyond name, number and e-mail: columns by name.

ALTER TABLE contacts ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';     -- JSON object of texts, '{"Class":"4B","Bus":"12"}'
ALTER TABLE lists ADD COLUMN columns TEXT NOT NULL DEFAULT '[]';       -- JSON array: names of its further columns, in their order
ALTER TABLE list_entries ADD COLUMN fields TEXT NOT NULL DEFAULT '{}'; -- JSON object: what stands in them

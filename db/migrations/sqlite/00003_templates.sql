-- +goose Up
-- Texts that are kept for the next time, and what the page of the ledger reads.

CREATE TABLE templates (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- whose it is
  folder     TEXT NOT NULL DEFAULT '',       -- 'Clubs'; '' is none
  name       TEXT NOT NULL,                  -- 'Club cancelled', as typed
  name_key   TEXT NOT NULL,                  -- 'club cancelled', lower case
  body       TEXT NOT NULL,                  -- 'Dear ((Name)), …'
  sender     TEXT NOT NULL DEFAULT '',       -- as typed; '' is whatever the form has
  shared     INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)), -- 1: with everyone below its owner
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (user_id, name_key)
) STRICT;

-- The ledger by kind, and what somebody has spent since.
CREATE INDEX credit_entries_kind ON credit_entries (user_id, kind, id);
CREATE INDEX credit_entries_spent ON credit_entries (user_id, at, reserved) WHERE kind = 'settle';

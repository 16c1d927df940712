-- +goose Up
-- People who come into the address book from files.

CREATE TABLE imports (
  id                 INTEGER PRIMARY KEY,
  user_id            INTEGER NOT NULL REFERENCES users (id), -- into whose address book
  door               TEXT NOT NULL,               -- 'page', 'fastsms'
  name               TEXT NOT NULL,               -- 'parents.xlsx', as they call the file
  file               TEXT NOT NULL DEFAULT '',    -- its name in the directory of imports; '' once it is gone
  reading            TEXT NOT NULL DEFAULT '{}',  -- JSON: how it is read, '{"encoding":"Windows-1252"}'
  plan               TEXT NOT NULL DEFAULT '{}',  -- JSON: what becomes of each column and of duplicates
  findings           TEXT NOT NULL DEFAULT '{}',  -- JSON: what the dry run found
  titles             TEXT NOT NULL DEFAULT '[]',  -- JSON array: the columns' titles
  state              TEXT NOT NULL CHECK (state IN ('draft', 'checking', 'checked', 'running', 'finished', 'cancelled', 'failed', 'undoing', 'undone')),
  reason             TEXT NOT NULL DEFAULT '',    -- why it failed
  change_id          INTEGER NOT NULL DEFAULT 0,  -- its contact_changes
  rows_total         INTEGER NOT NULL DEFAULT 0,  -- 0 while nobody has counted
  rows_done          INTEGER NOT NULL DEFAULT 0,  -- how far it has come, in rows of the file; in undoing, in contacts
  n_new              INTEGER NOT NULL DEFAULT 0,  -- contacts that it made
  n_updated          INTEGER NOT NULL DEFAULT 0,  -- and that it wrote over
  n_success          INTEGER NOT NULL DEFAULT 0,  -- rows by result; they add up to rows_done
  n_duplicate_name   INTEGER NOT NULL DEFAULT 0,
  n_duplicate_number INTEGER NOT NULL DEFAULT 0,
  n_partial          INTEGER NOT NULL DEFAULT 0,
  n_failed           INTEGER NOT NULL DEFAULT 0,
  n_repaired         INTEGER NOT NULL DEFAULT 0,  -- numbers whose leading 0 was put back
  n_undone           INTEGER NOT NULL DEFAULT 0,  -- contacts taken out or put back again
  n_kept             INTEGER NOT NULL DEFAULT 0,  -- contacts that undoing left, because they had changed
  created_at         INTEGER NOT NULL,
  started_at         INTEGER NOT NULL DEFAULT 0,  -- also when every contact of it was made or changed
  finished_at        INTEGER NOT NULL DEFAULT 0,
  undone_at          INTEGER NOT NULL DEFAULT 0,
  tidied_at          INTEGER NOT NULL DEFAULT 0   -- its rows and what undoing needs are gone
) STRICT;
CREATE INDEX imports_user ON imports (user_id, id);
CREATE INDEX imports_state ON imports (state, id);

-- The rows that were no plain success.
CREATE TABLE import_rows (
  import_id INTEGER NOT NULL REFERENCES imports (id),
  line      INTEGER NOT NULL,                     -- the user's own number of the row
  result    TEXT NOT NULL,                        -- 'failed', 'partial', 'duplicate_name', 'duplicate_number'
  problem   TEXT NOT NULL,                        -- in words
  cells     TEXT NOT NULL DEFAULT '',             -- JSON array: the row as it stood, where somebody may put it right
  PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;

-- What undoing needs. Contacts and groups may be gone by then, so nothing here
-- refers to them.
CREATE TABLE import_made (
  import_id INTEGER NOT NULL REFERENCES imports (id),
  first_id  INTEGER NOT NULL,                     -- contacts from here
  last_id   INTEGER NOT NULL,                     -- to here
  PRIMARY KEY (import_id, first_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_changed (
  import_id  INTEGER NOT NULL REFERENCES imports (id),
  contact_id INTEGER NOT NULL,
  was        TEXT NOT NULL,                       -- JSON: the contact as it was before
  PRIMARY KEY (import_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_joined (
  import_id  INTEGER NOT NULL REFERENCES imports (id),
  contact_id INTEGER NOT NULL,                    -- a contact from before
  group_id   INTEGER NOT NULL,                    -- a group that it was not in
  PRIMARY KEY (import_id, contact_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_groups (
  import_id INTEGER NOT NULL REFERENCES imports (id),
  group_id  INTEGER NOT NULL,
  made      INTEGER NOT NULL,                     -- 1: the import made it
  PRIMARY KEY (import_id, group_id)
) STRICT, WITHOUT ROWID;

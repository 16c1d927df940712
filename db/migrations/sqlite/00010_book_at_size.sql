-- +goose Up
-- The address book with a million people in it: counters, search, who changed
-- what, and work on many people at once.

ALTER TABLE contacts ADD COLUMN n_groups INTEGER NOT NULL DEFAULT 0;   -- in how many groups
ALTER TABLE contacts ADD COLUMN made_by INTEGER NOT NULL DEFAULT 0;    -- the contact_changes that made it with many others; 0: none did
ALTER TABLE contacts ADD COLUMN touched_by INTEGER NOT NULL DEFAULT 0; -- the latest contact_changes of many that changed it
ALTER TABLE groups ADD COLUMN members INTEGER NOT NULL DEFAULT 0;      -- how many are in it
ALTER TABLE lists ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;       -- how many stand on it
CREATE INDEX contacts_changed ON contacts (user_id, changed_at, id);
CREATE INDEX contacts_ungrouped ON contacts (user_id, name_key, id) WHERE n_groups = 0;

-- How many contacts somebody has.
CREATE TABLE address_books (
  user_id   INTEGER NOT NULL REFERENCES users (id),
  contacts  INTEGER NOT NULL DEFAULT 0,
  ungrouped INTEGER NOT NULL DEFAULT 0,       -- of them, those in no group
  PRIMARY KEY (user_id)
) STRICT, WITHOUT ROWID;

-- What became of contacts, and by whom. That of one contact goes when it does.
CREATE TABLE contact_changes (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- whose address book
  contact_id INTEGER NOT NULL DEFAULT 0,      -- 0: of many at once
  at         INTEGER NOT NULL,
  by_id      INTEGER REFERENCES users (id),   -- NULL: the command line
  kind       TEXT NOT NULL,                   -- 'add', 'change', 'join', 'leave', 'merge', 'import'
  detail     TEXT NOT NULL DEFAULT '[]',      -- JSON array of what changed: [{"field":"Name","from":"Jo","to":"Joanna"}]
  people     INTEGER NOT NULL DEFAULT 1       -- how many contacts
) STRICT;
CREATE INDEX contact_changes_contact ON contact_changes (contact_id, id);
CREATE INDEX contact_changes_user ON contact_changes (user_id, id);
CREATE INDEX contact_changes_by ON contact_changes (by_id);

-- Work on more people than a page can wait for.
CREATE TABLE book_jobs (
  id          INTEGER PRIMARY KEY,
  user_id     INTEGER NOT NULL REFERENCES users (id), -- whose address book
  by_id       INTEGER REFERENCES users (id),  -- who asked for it
  kind        TEXT NOT NULL CHECK (kind IN ('join', 'leave', 'delete', 'empty', 'delete_group', 'delete_list', 'delete_all', 'delete_groups')),
  filter      TEXT NOT NULL DEFAULT '{}',     -- JSON: which people, as the page's address said
  target      INTEGER NOT NULL DEFAULT 0,     -- the group or list, 0 for none
  target_name TEXT NOT NULL DEFAULT '',       -- 'Year 4'
  change_id   INTEGER NOT NULL DEFAULT 0,     -- its contact_changes
  last_id     INTEGER NOT NULL DEFAULT 0,     -- the contact it has come to
  done        INTEGER NOT NULL DEFAULT 0,     -- people
  total       INTEGER NOT NULL,               -- people, when it began
  state       TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed', 'cancelled')),
  reason      TEXT NOT NULL DEFAULT '',       -- why it failed
  created_at  INTEGER NOT NULL,
  finished_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX book_jobs_user ON book_jobs (user_id, id);
CREATE INDEX book_jobs_by ON book_jobs (by_id);
CREATE INDEX book_jobs_running ON book_jobs (id) WHERE state = 'running';

-- Three letters in a row of each contact's name, number, e-mail and fields. What
-- a contact was before stays in it, and so does one that is gone: whatever it
-- finds is compared with the contact itself. Contacts with a higher id than upto
-- are not in it yet, and are looked through.
CREATE VIRTUAL TABLE contact_words USING fts5 (words, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
CREATE TABLE contact_index (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  upto  INTEGER NOT NULL DEFAULT 0,
  stale INTEGER NOT NULL DEFAULT 0            -- how often something in it has changed or gone
) STRICT;
INSERT INTO contact_index (id, upto, stale) VALUES (1, 0, 0);

UPDATE contacts SET n_groups = (SELECT count(*) FROM group_members m WHERE m.contact_id = contacts.id);
UPDATE groups SET members = (SELECT count(*) FROM group_members m WHERE m.group_id = groups.id);
UPDATE lists SET entries = (SELECT count(*) FROM list_entries e WHERE e.list_id = lists.id);
INSERT INTO address_books (user_id, contacts, ungrouped)
SELECT user_id, count(*), SUM(CASE WHEN n_groups = 0 THEN 1 ELSE 0 END) FROM contacts GROUP BY user_id;

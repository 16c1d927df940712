-- +goose Up
-- The address book, and whom nobody may text.

CREATE TABLE contacts (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- whose address book
  name       TEXT NOT NULL,                   -- 'Jo Smith', as typed
  name_key   TEXT NOT NULL,                   -- 'jo smith', to sort and compare by
  number     TEXT NOT NULL,                   -- '+447700900123'; not unique: families share one
  email      TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contacts_number ON contacts (user_id, number, id);
CREATE INDEX contacts_name ON contacts (user_id, name_key, id);

CREATE TABLE groups (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  name       TEXT NOT NULL,                   -- 'Year 4'
  name_key   TEXT NOT NULL,                   -- 'year 4'
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (user_id, name_key)
) STRICT;

CREATE TABLE group_members (
  group_id   INTEGER NOT NULL REFERENCES groups (id),
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  PRIMARY KEY (group_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_contact ON group_members (contact_id);

-- Distribution lists stand beside the contacts: their entries are their own.
CREATE TABLE lists (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  name       TEXT NOT NULL,                   -- 'Spring trip'
  name_key   TEXT NOT NULL,                   -- 'spring trip'
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (user_id, name_key)
) STRICT;

CREATE TABLE list_entries (
  id       INTEGER PRIMARY KEY,
  list_id  INTEGER NOT NULL REFERENCES lists (id),
  number   TEXT NOT NULL,                     -- '+447700900123'
  name     TEXT NOT NULL DEFAULT '',
  name_key TEXT NOT NULL DEFAULT '',
  email    TEXT NOT NULL DEFAULT '',
  mm1      TEXT NOT NULL DEFAULT '',          -- merge fields: '14:30', 'Coach B'
  mm2      TEXT NOT NULL DEFAULT '',
  mm3      TEXT NOT NULL DEFAULT '',
  mm4      TEXT NOT NULL DEFAULT '',
  mm5      TEXT NOT NULL DEFAULT '',
  UNIQUE (list_id, number)
) STRICT;
CREATE INDEX list_entries_order ON list_entries (list_id, id);

CREATE TABLE suppressions (
  number   TEXT NOT NULL PRIMARY KEY,         -- '+447700900123', which nobody here may text
  reason   TEXT NOT NULL,                     -- 'Asked at the front desk'
  added_by INTEGER REFERENCES users (id),     -- NULL: the desk itself
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX suppressions_added_by ON suppressions (added_by);

-- Whom a send left out when it was accepted; they have no message.
CREATE TABLE batch_skips (
  batch_id INTEGER NOT NULL REFERENCES batches (id),
  place    INTEGER NOT NULL,                  -- in the order that was sent, from 0
  typed    TEXT NOT NULL,                     -- '0770 900 12', 'Jo Smith +447700900123'
  code     TEXT NOT NULL,                     -- the refusal: 'bad_number', 'suppressed'
  reason   TEXT NOT NULL,                     -- the same in words
  PRIMARY KEY (batch_id, place)
) STRICT, WITHOUT ROWID;

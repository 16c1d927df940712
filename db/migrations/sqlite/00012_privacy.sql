-- +goose Up
-- Who has said yes, who is to be forgotten, and how long things are kept.
-- Where a person was erased, a number is a keyed hash: '#1f0c…'. The key is not
-- in the database.

CREATE TABLE consents (
  id            INTEGER PRIMARY KEY,
  user_id       INTEGER NOT NULL REFERENCES users (id), -- in whose address book the person is
  number        TEXT NOT NULL,                -- '+447700900123'
  source        TEXT NOT NULL CHECK (source IN ('paper', 'web', 'spoken', 'reply', 'import', 'other')),
  wording       TEXT NOT NULL DEFAULT '',     -- what they said yes to: 'I agree to texts about school trips.'
  given_at      INTEGER NOT NULL,
  noted_by      INTEGER REFERENCES users (id), -- NULL: the desk itself
  noted_at      INTEGER NOT NULL,
  withdrawn_at  INTEGER NOT NULL DEFAULT 0,
  withdrawn_by  INTEGER REFERENCES users (id), -- who noted that; NULL: the desk itself, or nobody yet
  withdrawn_why TEXT NOT NULL DEFAULT ''      -- 'Rang the office'
) STRICT;
CREATE INDEX consents_number ON consents (user_id, number, id);
CREATE INDEX consents_noted_by ON consents (noted_by);
CREATE INDEX consents_withdrawn_by ON consents (withdrawn_by);

-- People who are being erased, and the traces of those who were.
CREATE TABLE erasures (
  id       INTEGER PRIMARY KEY,
  number   TEXT NOT NULL,                     -- the hash
  sealed   TEXT NOT NULL,                     -- number and names, sealed with the secret key; '' once it is done
  asked_by INTEGER REFERENCES users (id),     -- NULL: the command line
  asked_at INTEGER NOT NULL,
  step     INTEGER NOT NULL DEFAULT 0,        -- how far it has come: the place that is being cleared
  place    INTEGER NOT NULL DEFAULT 0,        -- and the last row of it that was looked at
  done_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX erasures_asked_by ON erasures (asked_by);
CREATE INDEX erasures_number ON erasures (number);
CREATE INDEX erasures_open ON erasures (id) WHERE done_at = 0;

-- How long each kind of thing is kept, and how far the clearing has come.
CREATE TABLE retention (
  kind    TEXT NOT NULL PRIMARY KEY,          -- 'texts', 'numbers', 'inbound'
  days    INTEGER NOT NULL DEFAULT 0 CHECK (days >= 0), -- 0: for ever
  last_id INTEGER NOT NULL DEFAULT 0,         -- everything up to here is cleared, or stands in retention_left
  cleared INTEGER NOT NULL DEFAULT 0,         -- how many rows, ever
  run_at  INTEGER NOT NULL DEFAULT 0          -- the last time that there was nothing left to clear
) STRICT;

-- Old rows that could not be cleared when their turn came, such as messages in doubt.
CREATE TABLE retention_left (
  kind TEXT NOT NULL,
  id   INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

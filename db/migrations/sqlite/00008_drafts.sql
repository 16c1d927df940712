-- +goose Up
-- Sends of any size: whom an order goes to is read into a draft first, some
-- thousand rows at a time, looked at, and turned into messages the same way.

CREATE TABLE drafts (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- whose order it is
  submit_key TEXT NOT NULL,                  -- one form's one-time key with what was typed into it
  state      TEXT NOT NULL CHECK (state IN ('preparing', 'ready', 'used')),
  form       TEXT NOT NULL,                  -- JSON: the form as typed, to go back to
  wanted     TEXT NOT NULL,                  -- JSON: the order
  columns    TEXT NOT NULL DEFAULT '{}',     -- JSON: the names of what draft_recipients.fields holds
  totals     TEXT NOT NULL DEFAULT '{}',     -- JSON: what it comes to
  expected   INTEGER NOT NULL,               -- rows to read, as counted when it was begun
  done       INTEGER NOT NULL DEFAULT 0,     -- rows read
  batch_id   INTEGER REFERENCES batches (id), -- what became of it
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX drafts_user ON drafts (user_id, submit_key);
CREATE INDEX drafts_batch ON drafts (batch_id);
CREATE INDEX drafts_created ON drafts (created_at);
CREATE INDEX drafts_preparing ON drafts (id) WHERE state = 'preparing';

-- Who gets a text, in the order of the order.
CREATE TABLE draft_recipients (
  draft_id INTEGER NOT NULL REFERENCES drafts (id),
  place    INTEGER NOT NULL,                 -- 1, 2, … without a gap
  number   TEXT NOT NULL,                    -- '+447700900123', once in a draft
  name     TEXT NOT NULL,                    -- 'Jo Smith', '' for a typed number
  fields   TEXT NOT NULL,                    -- JSON array of texts, '["Jo","14:30"]': a file's cells, or what the text asks for; '' for none
  body     TEXT NOT NULL,                    -- a text of their own, '' for the order's
  parts    INTEGER NOT NULL CHECK (parts >= 1),
  PRIMARY KEY (draft_id, place)
) STRICT, WITHOUT ROWID;

-- The same people in the order of their numbers, which is how messages are
-- written fastest, in pieces of what one transaction writes.
CREATE TABLE draft_chunks (
  draft_id INTEGER NOT NULL REFERENCES drafts (id),
  chunk    INTEGER NOT NULL,                 -- 0, 1, …
  people   INTEGER NOT NULL,
  credits  INTEGER NOT NULL,
  places   TEXT NOT NULL,                    -- JSON array, '[4,1,7]'
  PRIMARY KEY (draft_id, chunk)
) STRICT, WITHOUT ROWID;

-- Who gets nothing, and why.
CREATE TABLE draft_skips (
  draft_id INTEGER NOT NULL REFERENCES drafts (id),
  place    INTEGER NOT NULL,                 -- in the order as it was read, from 0
  typed    TEXT NOT NULL,                    -- as in batch_skips
  code     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (draft_id, place)
) STRICT, WITHOUT ROWID;

-- A send that is accepted and whose messages are not all written yet. Those
-- that are not count as waiting, and stand in batches.n_staged.
CREATE TABLE acceptances (
  batch_id    INTEGER NOT NULL PRIMARY KEY REFERENCES batches (id),
  draft_id    INTEGER NOT NULL REFERENCES drafts (id),
  provider_id INTEGER NOT NULL REFERENCES providers (id),
  chunk       INTEGER NOT NULL DEFAULT 0,    -- the next one to write
  next_id     INTEGER NOT NULL,              -- of its first message
  skipped     INTEGER NOT NULL DEFAULT -1,   -- the last place of draft_skips that batch_skips has
  scheduled   INTEGER NOT NULL CHECK (scheduled IN (0, 1)), -- its messages begin as scheduled
  due_at      INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX acceptances_draft ON acceptances (draft_id);
CREATE INDEX acceptances_provider ON acceptances (provider_id);

ALTER TABLE batches ADD COLUMN n_staged INTEGER NOT NULL DEFAULT 0;       -- of n_scheduled and n_queued, those whose message is not written yet
ALTER TABLE batches ADD COLUMN staged_credits INTEGER NOT NULL DEFAULT 0; -- what is reserved for these
ALTER TABLE batches ADD COLUMN columns TEXT NOT NULL DEFAULT '[]';        -- JSON array: the columns of the file it was sent from
ALTER TABLE batches ADD COLUMN stopping INTEGER NOT NULL DEFAULT 0 CHECK (stopping IN (0, 1)); -- stopped, and what waits is being taken back; nothing leaves
ALTER TABLE batches ADD COLUMN stopped_by INTEGER REFERENCES users (id);  -- NULL: the command line
CREATE INDEX batches_stopping ON batches (id) WHERE stopping = 1;
CREATE INDEX batches_stopped_by ON batches (stopped_by);

-- What stood in the file beside a message's number. It goes when the text goes.
CREATE TABLE message_fields (
  message_id INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id),
  fields     TEXT NOT NULL                   -- JSON array of texts, as batches.columns names them
) STRICT, WITHOUT ROWID;

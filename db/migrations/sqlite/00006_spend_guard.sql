-- +goose Up
-- What keeps a slip or a stolen password from becoming a bill. The counters are
-- of one day each, so that nothing has to be added up, and are deleted soon after.

ALTER TABLE users ADD COLUMN daily_cap INTEGER NOT NULL DEFAULT 0 CHECK (daily_cap >= 0); -- credits a day; 0 is without limit

CREATE TABLE user_days (
  user_id INTEGER NOT NULL REFERENCES users (id),
  day     INTEGER NOT NULL,                  -- 20260603, on the organisation's clock, when it was accepted
  credits INTEGER NOT NULL,
  PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE number_days (
  day    INTEGER NOT NULL,                   -- 20260603, on which the texts are to leave
  number TEXT NOT NULL,                      -- '+447700900123'
  texts  INTEGER NOT NULL,                   -- of everybody here together
  PRIMARY KEY (day, number)
) STRICT, WITHOUT ROWID;

-- What was said lately, to notice that it is said again.
CREATE TABLE said (
  batch_id INTEGER NOT NULL PRIMARY KEY REFERENCES batches (id),
  user_id  INTEGER NOT NULL REFERENCES users (id),
  hash     TEXT NOT NULL,                    -- hex SHA-256 of the text
  day      INTEGER NOT NULL                  -- 20260603, when it was accepted
) STRICT, WITHOUT ROWID;
CREATE INDEX said_user ON said (user_id, hash, day);
CREATE INDEX said_day ON said (day);

-- A batch that had to be approved. While it waits, batches.held_why is 'approval'.
CREATE TABLE approvals (
  batch_id   INTEGER NOT NULL PRIMARY KEY REFERENCES batches (id),
  decision   TEXT NOT NULL DEFAULT '' CHECK (decision IN ('', 'approved', 'returned')), -- '': nobody has decided
  decided_by INTEGER REFERENCES users (id),
  decided_at INTEGER NOT NULL DEFAULT 0,
  note       TEXT NOT NULL DEFAULT ''        -- to the sender, 'Not in the holidays, please.'
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_decided_by ON approvals (decided_by);

-- +goose Up
-- Numbers that the organisation receives texts on (VMN), and the relaying of what
-- comes in on them to a web page of its own.

CREATE TABLE numbers (
  id             INTEGER PRIMARY KEY,
  address        TEXT NOT NULL,                   -- '447860033456', or a short code, '60777', as messages.sender has it
  ton            INTEGER NOT NULL,                -- what address is, as messages.ton
  provider_id    INTEGER NOT NULL REFERENCES providers (id), -- whose texts come in on it
  user_id        INTEGER REFERENCES users (id),   -- to whom texts belong that answer nothing; NULL: to nobody
  forward_method TEXT NOT NULL DEFAULT '' CHECK (forward_method IN ('', 'get', 'post')), -- '': texts are not forwarded
  forward_url    TEXT NOT NULL DEFAULT '',        -- 'https://intranet.example/texts'
  forward_auth   TEXT NOT NULL DEFAULT '',        -- sealed; '': none
  list_id        INTEGER REFERENCES lists (id) ON DELETE SET NULL, -- supplemental data comes from it
  created_at     INTEGER NOT NULL,
  changed_at     INTEGER NOT NULL,
  removed_at     INTEGER NOT NULL DEFAULT 0       -- the row stays for what came in on it
) STRICT;
CREATE UNIQUE INDEX numbers_address ON numbers (address) WHERE removed_at = 0;
CREATE INDEX numbers_provider ON numbers (provider_id);
CREATE INDEX numbers_user ON numbers (user_id);
CREATE INDEX numbers_list ON numbers (list_id);

-- Received texts that are to be forwarded, one row for each, written with the text.
CREATE TABLE forwards (
  id         INTEGER PRIMARY KEY,
  number_id  INTEGER NOT NULL REFERENCES numbers (id),
  inbound_id INTEGER NOT NULL REFERENCES inbound (id),
  hops       INTEGER NOT NULL,                    -- desks that the text has come through, this one included
  state      INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3), -- 0 waits, 1 taken, 2 given up, 3 not to be forwarded
  reason     TEXT NOT NULL DEFAULT '',            -- of state 3: 'Forwarding was switched off.'
  tries      INTEGER NOT NULL DEFAULT 0,          -- of this round; somebody who sends it again begins another
  answered   INTEGER NOT NULL DEFAULT 0,          -- HTTP status of the last try, 0 without an answer
  created_at INTEGER NOT NULL,
  began_at   INTEGER NOT NULL DEFAULT 0,          -- first try of this round
  tried_at   INTEGER NOT NULL DEFAULT 0,          -- last try
  next_at    INTEGER NOT NULL,                    -- when it is tried next, while state is 0
  UNIQUE (inbound_id)
) STRICT;
CREATE INDEX forwards_number ON forwards (number_id, id);
CREATE INDEX forwards_due ON forwards (number_id, next_at) WHERE state = 0;
CREATE INDEX forwards_given_up ON forwards (number_id, id) WHERE state = 2;

-- Every call that was made for one, in order.
CREATE TABLE forward_attempts (
  id         INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  at         INTEGER NOT NULL,
  took       INTEGER NOT NULL,                    -- milliseconds
  method     TEXT NOT NULL,                       -- 'POST'
  host       TEXT NOT NULL,                       -- 'intranet.example:8080'; the rest of an address may have secrets
  answered   INTEGER NOT NULL,                    -- HTTP status, 0 without an answer
  problem    TEXT NOT NULL DEFAULT '',            -- '' when it was taken
  refused_host TEXT NOT NULL DEFAULT '',          -- 'intranet.example': the guard let nothing out to it
  answer     TEXT NOT NULL DEFAULT ''             -- the first bytes, without the auth text
) STRICT;
CREATE INDEX forward_attempts_forward ON forward_attempts (forward_id, id);

INSERT INTO retention (kind, days) VALUES ('forwards', 90);

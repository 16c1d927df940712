-- +goose Up
-- Instants are milliseconds since 1970 UTC in columns called *_at; 0 is "never".
-- Numbers are E.164 with a plus sign. Every foreign key has an index.

CREATE TABLE settings (
  key   TEXT NOT NULL PRIMARY KEY,           -- 'organisation'
  value TEXT NOT NULL
) STRICT;

CREATE TABLE counters (
  name  TEXT NOT NULL PRIMARY KEY,           -- 'message': the last message id given out
  value INTEGER NOT NULL
) STRICT;
-- Eight digits from the start, as the ids of FastSMS have; they are never used again.
INSERT INTO counters (name, value) VALUES ('message', 10000000), ('batch', 1000);

CREATE TABLE users (
  id              INTEGER PRIMARY KEY,
  parent_id       INTEGER REFERENCES users (id),
  username        TEXT NOT NULL,              -- 'Sam', as typed
  username_key    TEXT NOT NULL UNIQUE,       -- 'sam', lower case
  level           TEXT NOT NULL CHECK (level IN ('admin', 'normal')),
  first_name      TEXT NOT NULL DEFAULT '',
  last_name       TEXT NOT NULL DEFAULT '',
  email           TEXT NOT NULL DEFAULT '',
  telephone       TEXT NOT NULL DEFAULT '',
  password_hash   TEXT NOT NULL DEFAULT '',   -- argon2id in PHC form; '' cannot sign in
  sender          TEXT NOT NULL DEFAULT '',   -- default sender; '' is the organisation's
  unlimited       INTEGER NOT NULL DEFAULT 0 CHECK (unlimited IN (0, 1)),
  balance         INTEGER NOT NULL DEFAULT 0, -- cache: the sum of credit_entries.amount
  reserved        INTEGER NOT NULL DEFAULT 0, -- cache: the sum of credit_entries.reserved
  credit_reminder INTEGER NOT NULL DEFAULT 0, -- warn at this many credits; 0 never
  alert_days      INTEGER NOT NULL DEFAULT 0, -- warn after this many idle days; 0 never
  suspended_at    INTEGER NOT NULL DEFAULT 0,
  created_at      INTEGER NOT NULL,
  seen_at         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX users_parent ON users (parent_id);

CREATE TABLE credit_entries (
  id            INTEGER PRIMARY KEY,
  user_id       INTEGER NOT NULL REFERENCES users (id),
  at            INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('reserve', 'settle', 'release', 'top_up', 'transfer')),
  amount        INTEGER NOT NULL,             -- what it adds to the balance
  reserved      INTEGER NOT NULL,             -- what it adds to the reserved credits
  batch_id      INTEGER REFERENCES batches (id),
  other_user_id INTEGER REFERENCES users (id), -- the other side of a transfer
  note          TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX credit_entries_user ON credit_entries (user_id, id);
CREATE INDEX credit_entries_batch ON credit_entries (batch_id);
CREATE INDEX credit_entries_other ON credit_entries (other_user_id);

CREATE TABLE api_keys (
  id           INTEGER PRIMARY KEY,
  user_id      INTEGER NOT NULL REFERENCES users (id),
  name         TEXT NOT NULL,                 -- 'Payroll script'
  hash         TEXT NOT NULL UNIQUE,          -- hex SHA-256 of the token
  hint         TEXT NOT NULL,                 -- its first four characters, to tell tokens apart
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL DEFAULT 0,
  revoked_at   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX api_keys_user ON api_keys (user_id, id);

CREATE TABLE sessions (
  hash       TEXT NOT NULL PRIMARY KEY,       -- hex SHA-256 of the cookie's id
  user_id    INTEGER NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  address    TEXT NOT NULL,                   -- '192.0.2.7'
  agent      TEXT NOT NULL                    -- 'Firefox on Windows'
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_failures (
  key        TEXT NOT NULL PRIMARY KEY,       -- 'user sam' or 'address 192.0.2.7'
  failures   INTEGER NOT NULL,
  blocked_at INTEGER NOT NULL,                -- until when no attempt is looked at
  failed_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  user_id  INTEGER REFERENCES users (id),     -- NULL: the command line or the desk itself
  address  TEXT NOT NULL,                     -- '192.0.2.7', 'command line'
  action   TEXT NOT NULL,                     -- 'user.suspend'
  subject  TEXT NOT NULL,                     -- 'sam'
  detail   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_user ON audit (user_id, id);

CREATE TABLE providers (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,       -- 'up'
  kind            TEXT NOT NULL,              -- 'fastsms'
  settings        TEXT NOT NULL,              -- JSON, sealed with the secret key
  callback_secret TEXT NOT NULL,              -- sealed; part of the callback path
  rate            REAL NOT NULL,              -- messages a second; 0 is without limit
  concurrency     INTEGER NOT NULL CHECK (concurrency BETWEEN 1 AND 1024),
  group_size      INTEGER NOT NULL DEFAULT 1, -- recipients in one call with the same text
  is_default      INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  created_at      INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  removed_at      INTEGER NOT NULL DEFAULT 0,
  ok_at           INTEGER NOT NULL DEFAULT 0, -- last call that went well
  error_at        INTEGER NOT NULL DEFAULT 0, -- last trouble with the provider itself
  error_text      TEXT NOT NULL DEFAULT '',
  balance         TEXT NOT NULL DEFAULT '',   -- '1204.50 credits'
  balance_at      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE batches (
  id           INTEGER PRIMARY KEY,           -- BGSendID
  user_id      INTEGER NOT NULL REFERENCES users (id),
  door         TEXT NOT NULL,                 -- 'page', 'fastsms'
  submit_key   TEXT,                          -- one form's one-time key; a second submit finds the first
  sender       TEXT NOT NULL,
  ton          INTEGER NOT NULL,
  body         TEXT NOT NULL,
  send_at      INTEGER NOT NULL,
  zone         TEXT NOT NULL,                 -- 'Europe/London', in which send_at was chosen
  validity     INTEGER NOT NULL,              -- seconds
  held_at      INTEGER NOT NULL DEFAULT 0,    -- waits for a person since
  held_why     TEXT NOT NULL DEFAULT '',      -- 'late'
  stopped_at   INTEGER NOT NULL DEFAULT 0,
  recipients   INTEGER NOT NULL,              -- = the sum of n_*
  parts        INTEGER NOT NULL,
  credits      INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  n_scheduled  INTEGER NOT NULL DEFAULT 0,
  n_queued     INTEGER NOT NULL DEFAULT 0,
  n_submitting INTEGER NOT NULL DEFAULT 0,
  n_submitted  INTEGER NOT NULL DEFAULT 0,
  n_sent       INTEGER NOT NULL DEFAULT 0,
  n_delivered  INTEGER NOT NULL DEFAULT 0,
  n_failed     INTEGER NOT NULL DEFAULT 0,
  n_expired    INTEGER NOT NULL DEFAULT 0,
  n_cancelled  INTEGER NOT NULL DEFAULT 0,
  n_suppressed INTEGER NOT NULL DEFAULT 0,
  n_in_doubt   INTEGER NOT NULL DEFAULT 0,
  n_unknown    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, submit_key)
) STRICT;
CREATE INDEX batches_held ON batches (held_at) WHERE held_at > 0;

-- Words of a batch, to find its messages by their text.
CREATE VIRTUAL TABLE batch_words USING fts5 (body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

CREATE TABLE messages (
  id           INTEGER PRIMARY KEY,           -- of the first part; the others follow without a gap
  batch_id     INTEGER NOT NULL REFERENCES batches (id),
  user_id      INTEGER NOT NULL REFERENCES users (id),
  provider_id  INTEGER NOT NULL REFERENCES providers (id),
  number       TEXT NOT NULL,                 -- '+447700900123'
  sender       TEXT NOT NULL,                 -- 'SCHOOL', '447700900999'
  ton          INTEGER NOT NULL,              -- 1 international, 2 national, 5 alphanumeric
  body         TEXT NOT NULL,
  alphabet     INTEGER NOT NULL,              -- 0 GSM-7, 1 UCS-2
  parts        INTEGER NOT NULL CHECK (parts >= 1),
  credits      INTEGER NOT NULL CHECK (credits >= 0),
  -- 0 scheduled, 1 queued, 2 submitting, 3 submitted, 4 sent, 5 delivered, 6 failed,
  -- 7 expired, 8 cancelled, 9 suppressed, 10 in doubt, 11 unknown
  status       INTEGER NOT NULL CHECK (status BETWEEN 0 AND 11),
  paid         INTEGER NOT NULL DEFAULT 0 CHECK (paid IN (0, 1, 2)), -- credits: 0 reserved, 1 settled, 2 released
  priority     INTEGER NOT NULL CHECK (priority IN (0, 1)), -- 0 single, 1 bulk
  due_at       INTEGER NOT NULL,              -- must not leave before; also the next attempt
  expires_at   INTEGER NOT NULL,              -- must not leave after
  leased_until INTEGER NOT NULL DEFAULT 0,    -- claimed by dispatch, not yet marked
  attempts     INTEGER NOT NULL DEFAULT 0,    -- calls to the provider
  created_at   INTEGER NOT NULL,
  submitted_at INTEGER NOT NULL DEFAULT 0,    -- when the provider took it; while submitting or in doubt, when it was marked
  final_at     INTEGER NOT NULL DEFAULT 0,
  poll_at      INTEGER NOT NULL DEFAULT 0,    -- next time to ask for its state; 0 never
  code         TEXT NOT NULL DEFAULT '',      -- the provider's code for the state, '-412'
  reason       TEXT NOT NULL DEFAULT '',      -- the state in our words
  UNIQUE (batch_id, number)
) STRICT;
CREATE INDEX messages_user ON messages (user_id, id);
CREATE INDEX messages_number ON messages (number, id);
CREATE INDEX messages_batch ON messages (batch_id, id);
-- What is due: single messages in the order of their time; bulk by batch, because batches take turns.
CREATE INDEX messages_due ON messages (provider_id, due_at, id) WHERE status = 1 AND priority = 0;
CREATE INDEX messages_due_bulk ON messages (provider_id, batch_id, due_at, id) WHERE status = 1 AND priority = 1;
CREATE INDEX messages_scheduled ON messages (status, due_at) WHERE status = 0;
CREATE INDEX messages_submitting ON messages (provider_id) WHERE status = 2;
CREATE INDEX messages_poll ON messages (provider_id, poll_at) WHERE status IN (3, 4);
CREATE INDEX messages_status ON messages (status, id);

CREATE TABLE parts (
  message_id  INTEGER NOT NULL REFERENCES messages (id),
  part        INTEGER NOT NULL,               -- 0, 1, …
  provider_id INTEGER NOT NULL REFERENCES providers (id),
  reference   TEXT NOT NULL,                  -- the provider's id
  status      INTEGER NOT NULL CHECK (status BETWEEN 0 AND 11),
  code        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (message_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_reference ON parts (provider_id, reference);

CREATE TABLE events (
  id          INTEGER PRIMARY KEY,
  message_id  INTEGER NOT NULL REFERENCES messages (id),
  at          INTEGER NOT NULL,
  status      INTEGER NOT NULL CHECK (status BETWEEN 0 AND 11),
  user_id     INTEGER REFERENCES users (id),  -- who decided, NULL: the desk
  code        TEXT NOT NULL DEFAULT '',
  reference   TEXT NOT NULL DEFAULT '',
  detail      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX events_message ON events (message_id, id);
CREATE INDEX events_user ON events (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE callbacks (
  id          INTEGER PRIMARY KEY,
  provider_id INTEGER NOT NULL REFERENCES providers (id),
  received_at INTEGER NOT NULL,
  method      TEXT NOT NULL,
  path        TEXT NOT NULL,                  -- below /callbacks/{provider}/{secret}/
  query       TEXT NOT NULL,
  header      TEXT NOT NULL,                  -- JSON
  body        BLOB NOT NULL,
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)), -- 0 waits, 1 understood, 2 not understood
  problem     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX callbacks_provider ON callbacks (provider_id, id);
CREATE INDEX callbacks_waiting ON callbacks (id) WHERE state = 0;

CREATE TABLE inbound (
  id           INTEGER PRIMARY KEY,
  provider_id  INTEGER NOT NULL REFERENCES providers (id),
  provider_ref TEXT NOT NULL,                 -- the provider's id; repeats are dropped by it
  callback_id  INTEGER REFERENCES callbacks (id),
  number       TEXT NOT NULL,                 -- who wrote
  destination  TEXT NOT NULL,                 -- the number they wrote to
  body         TEXT NOT NULL,
  message_id   INTEGER REFERENCES messages (id), -- the message it answers
  user_id      INTEGER REFERENCES users (id),    -- whose message that was
  sent_at      INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  UNIQUE (provider_id, provider_ref)
) STRICT;
CREATE INDEX inbound_number ON inbound (number, id);
CREATE INDEX inbound_user ON inbound (user_id, id);
CREATE INDEX inbound_message ON inbound (message_id);
CREATE INDEX inbound_callback ON inbound (callback_id);

-- +goose Up
-- Reports that somebody has e-mailed to themselves, again and again.

CREATE TABLE report_mails (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- who gets it, and whose sight it has
  submit_key TEXT NOT NULL,                  -- one form's one-time key; a second submit finds the first
  report     TEXT NOT NULL CHECK (report IN ('Outbox', 'Messages', 'Usage', 'InboundMessages', 'FailedMessages')),
  period     TEXT NOT NULL CHECK (period IN ('', 'today', 'yesterday', '7-days', 'month', 'last-month')), -- moves with the day of sending; '' of the Outbox, which is of the moment
  about_id   INTEGER NOT NULL DEFAULT 0,     -- the user whose messages are in it; 0 is everybody's
  batch_id   INTEGER NOT NULL DEFAULT 0,     -- the one send; 0 is any
  group_id   INTEGER NOT NULL DEFAULT 0,     -- the group; 0 is anybody. It may be deleted meanwhile
  states     TEXT NOT NULL DEFAULT '',       -- 'failed,expired'; '' is any
  sender     TEXT NOT NULL DEFAULT '',       -- as typed; '' is any
  search     TEXT NOT NULL DEFAULT '',       -- a number or its beginning, as typed; '' is any
  every      TEXT NOT NULL CHECK (every IN ('day', 'business_day', 'week', 'month_day')),
  weekdays   INTEGER NOT NULL DEFAULT 0 CHECK (weekdays BETWEEN 0 AND 127), -- bit 0 is Sunday: of week
  day        INTEGER NOT NULL DEFAULT 0 CHECK (day BETWEEN 0 AND 31),       -- of month_day
  minute     INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),            -- of the day, on the zone's clock: 420 is 07:00
  zone       TEXT NOT NULL,                  -- 'Europe/London', by which next_at was worked out
  next_at    INTEGER NOT NULL DEFAULT 0,     -- 0 while it is paused
  paused_at  INTEGER NOT NULL DEFAULT 0,
  due_at     INTEGER NOT NULL DEFAULT 0,     -- the time that is being sent; 0 is none
  tries      INTEGER NOT NULL DEFAULT 0,     -- of due_at
  try_at     INTEGER NOT NULL DEFAULT 0,     -- when due_at is tried next; while it is being tried, until when nobody else does
  outcome    TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'attached', 'linked', 'failed', 'refused')), -- of the last time that came to an end
  ended_at   INTEGER NOT NULL DEFAULT 0,     -- when it did
  problem    TEXT NOT NULL DEFAULT '',       -- of the last try that did not go well: 'mail.example does not answer'
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, submit_key)
) STRICT;
CREATE INDEX report_mails_next ON report_mails (next_at) WHERE next_at > 0;
CREATE INDEX report_mails_try ON report_mails (try_at) WHERE due_at > 0;

-- +goose Up
-- Sends that repeat, and what became of each of their times.

CREATE TABLE recurring (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id), -- as whom it is sent, and who pays
  submit_key TEXT NOT NULL,                  -- one form's one-time key; a second submit finds the first
  name       TEXT NOT NULL,                  -- 'Monday register'
  sender     TEXT NOT NULL,                  -- as typed
  body       TEXT NOT NULL,
  recipients TEXT NOT NULL,                  -- '{"to":["07700 900123"],"groups":[4],"lists":[]}', in their order
  every      TEXT NOT NULL CHECK (every IN ('hour', 'day', 'business_day', 'week', 'fortnight', 'month_day', 'month_weekday', 'year')),
  weekdays   INTEGER NOT NULL DEFAULT 0 CHECK (weekdays BETWEEN 0 AND 127), -- bit 0 is Sunday: of week, fortnight and month_weekday
  week       INTEGER NOT NULL DEFAULT 0 CHECK (week BETWEEN 0 AND 5),   -- of month_weekday: 1 the first, 5 the last
  day        INTEGER NOT NULL DEFAULT 0 CHECK (day BETWEEN 0 AND 31),   -- of month_day and year
  month      INTEGER NOT NULL DEFAULT 0 CHECK (month BETWEEN 0 AND 12), -- of year
  minute     INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),        -- of the day, on the zone's clock: 540 is 09:00
  zone       TEXT NOT NULL,                  -- 'Europe/London'
  starts_on  TEXT NOT NULL,                  -- '2026-06-03', the first day on which it may come
  ends_after INTEGER NOT NULL DEFAULT 0 CHECK (ends_after >= 0), -- times; 0 is no such end
  ends_on    TEXT NOT NULL DEFAULT '',       -- '2026-07-17', the last day; '' is no such end
  passed     INTEGER NOT NULL DEFAULT 0,     -- how many of its times have come, or were skipped
  next_at    INTEGER NOT NULL DEFAULT 0,     -- 0 while it is paused and when it has ended
  paused_at  INTEGER NOT NULL DEFAULT 0,
  ended_at   INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (user_id, submit_key)
) STRICT;
CREATE INDEX recurring_next ON recurring (next_at) WHERE next_at > 0;

-- A time of a repeating send stands here in the transaction that makes its
-- batch, so that it makes one only.
CREATE TABLE recurring_runs (
  id            INTEGER PRIMARY KEY,
  recurring_id  INTEGER NOT NULL REFERENCES recurring (id),
  occurrence_at INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('sent', 'refused', 'missed', 'skipped')), -- missed waits for a person
  reason        TEXT NOT NULL DEFAULT '',    -- 'Nobody is in the group Year 4.'
  batch_id      INTEGER REFERENCES batches (id), -- of sent
  decided_by    INTEGER REFERENCES users (id),   -- who skipped it, or sent it after it was missed; NULL: nobody
  settled_at    INTEGER NOT NULL,            -- when this was written
  UNIQUE (recurring_id, occurrence_at)
) STRICT;
CREATE INDEX recurring_runs_batch ON recurring_runs (batch_id);
CREATE INDEX recurring_runs_decided_by ON recurring_runs (decided_by);
CREATE INDEX recurring_runs_missed ON recurring_runs (recurring_id) WHERE state = 'missed';

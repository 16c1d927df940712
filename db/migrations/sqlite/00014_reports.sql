-- +goose Up
-- What reports and the first page count, so that nothing has to be added up
-- while somebody waits; and what scripts have called.

-- The day on which a send counts: when it was accepted, on the organisation's clock.
ALTER TABLE batches ADD COLUMN day INTEGER NOT NULL DEFAULT 0; -- 20260603
UPDATE batches SET day = CAST(strftime('%Y%m%d', created_at / 1000, 'unixepoch') AS INTEGER);
CREATE INDEX batches_day ON batches (day);
-- The day on which a received text counts.
ALTER TABLE inbound ADD COLUMN day INTEGER NOT NULL DEFAULT 0; -- 20260603
UPDATE inbound SET day = CAST(strftime('%Y%m%d', received_at / 1000, 'unixepoch') AS INTEGER);
CREATE INDEX inbound_day ON inbound (day);

-- The sums of somebody's sends of a day, and of the texts that answered them that day.
CREATE TABLE day_counts (
  user_id      INTEGER NOT NULL,              -- 0: of nobody, for received texts that answer nothing
  day          INTEGER NOT NULL,              -- 20260603
  messages     INTEGER NOT NULL DEFAULT 0,    -- = the sum of n_*
  parts        INTEGER NOT NULL DEFAULT 0,    -- of all messages, whatever became of them
  credits      INTEGER NOT NULL DEFAULT 0,    -- what they cost, without what was given back
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
  replies      INTEGER NOT NULL DEFAULT 0,    -- texts received
  PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_counts_day ON day_counts (day);

INSERT INTO day_counts (user_id, day, messages, parts, n_scheduled, n_queued, n_submitting, n_submitted, n_sent, n_delivered,
  n_failed, n_expired, n_cancelled, n_suppressed, n_in_doubt, n_unknown)
SELECT user_id, day, SUM(recipients), SUM(parts), SUM(n_scheduled), SUM(n_queued), SUM(n_submitting), SUM(n_submitted), SUM(n_sent), SUM(n_delivered),
  SUM(n_failed), SUM(n_expired), SUM(n_cancelled), SUM(n_suppressed), SUM(n_in_doubt), SUM(n_unknown)
FROM batches GROUP BY user_id, day;
INSERT INTO day_counts (user_id, day, credits)
SELECT b.user_id, b.day, -SUM(e.amount) FROM credit_entries e JOIN batches b ON b.id = e.batch_id GROUP BY b.user_id, b.day
ON CONFLICT (user_id, day) DO UPDATE SET credits = excluded.credits;
INSERT INTO day_counts (user_id, day, replies)
SELECT COALESCE(user_id, 0), day, count(*) FROM inbound GROUP BY COALESCE(user_id, 0), day
ON CONFLICT (user_id, day) DO UPDATE SET replies = excluded.replies;
-- What was there before counts on the days of UTC, so the counters are exact from tomorrow on.
INSERT INTO settings (key, value) SELECT 'days_from', strftime('%Y%m%d', 'now', '+1 day') WHERE EXISTS (SELECT 1 FROM batches);

-- How often a token may be used: requests a second, 0 without limit, and how many at once.
ALTER TABLE api_keys ADD COLUMN rate INTEGER NOT NULL DEFAULT 500 CHECK (rate >= 0);
ALTER TABLE api_keys ADD COLUMN burst INTEGER NOT NULL DEFAULT 1000 CHECK (burst >= 1);

-- The last calls of each token, for whoever writes the script. No token, text or whole number stands here.
CREATE TABLE api_calls (
  id         INTEGER PRIMARY KEY,
  api_key_id INTEGER NOT NULL REFERENCES api_keys (id),
  at         INTEGER NOT NULL,
  method     TEXT NOT NULL,                   -- 'POST'
  action     TEXT NOT NULL,                   -- 'Send'; '' for none or an unknown one
  parameters TEXT NOT NULL,                   -- JSON, [["DestinationAddress","447700•••150"],["Body","142 characters"]]
  answer     TEXT NOT NULL,                   -- its beginning, '10000001', '-401'; a report: '12,345 lines'
  code       INTEGER NOT NULL,                -- the first of its error codes, -401; 0 for none
  took       INTEGER NOT NULL,                -- microseconds
  address    TEXT NOT NULL                    -- '192.0.2.7'
) STRICT;
CREATE INDEX api_calls_key ON api_calls (api_key_id, id);

-- +goose Up
-- Opting out by a text, and texts that the desk answers by itself.

-- Who may bring a number back: what a text of theirs has done, a text of theirs undoes.
ALTER TABLE suppressions ADD COLUMN how TEXT NOT NULL DEFAULT 'staff' CHECK (how IN ('staff', 'word', 'asked')); -- an administrator; an opt-out word; somebody who read a text that asked for it
ALTER TABLE suppressions ADD COLUMN word TEXT NOT NULL DEFAULT '';  -- the opt-out word that they sent, 'STOP'; also where an administrator was first
ALTER TABLE suppressions ADD COLUMN inbound_id INTEGER REFERENCES inbound (id); -- the text that asked for it
ALTER TABLE suppressions ADD COLUMN said_at INTEGER NOT NULL DEFAULT 0; -- when that was sent; an older opt-in does not undo it
CREATE INDEX suppressions_inbound ON suppressions (inbound_id);

-- Whether a text looks as if it asked for no more texts: 0 no, 1 a person has to
-- look, 2 it did, 3 it did not.
ALTER TABLE inbound ADD COLUMN asks INTEGER NOT NULL DEFAULT 0 CHECK (asks BETWEEN 0 AND 3);
CREATE INDEX inbound_asks ON inbound (number, id) WHERE asks = 1;
CREATE INDEX inbound_undecided ON inbound (id) WHERE asks = 1;

-- What texts with a keyword get.
CREATE TABLE keyword_replies (
  id          INTEGER PRIMARY KEY,
  words       TEXT NOT NULL,                  -- as typed: 'HOURS, OPENING TIMES'
  begins      INTEGER NOT NULL CHECK (begins IN (0, 1)), -- 1: the text begins with a word; 0: it is one
  destination TEXT NOT NULL DEFAULT '',       -- only texts to this number or name of ours, '+447700900999'; '' all
  provider_id INTEGER REFERENCES providers (id), -- only texts that came by this provider; NULL all
  body        TEXT NOT NULL DEFAULT '',       -- the answer; '' none
  deed        TEXT NOT NULL DEFAULT '' CHECK (deed IN ('', 'join', 'leave')), -- what becomes of whoever sent it
  group_id    INTEGER NOT NULL DEFAULT 0,     -- the group that they join or leave; it may be gone
  is_on       INTEGER NOT NULL DEFAULT 1 CHECK (is_on IN (0, 1)),
  changed_by  INTEGER REFERENCES users (id),  -- NULL: the command line
  changed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX keyword_replies_provider ON keyword_replies (provider_id);
CREATE INDEX keyword_replies_changed_by ON keyword_replies (changed_by);

-- The words of each, to find it by.
CREATE TABLE keyword_words (
  word       TEXT NOT NULL,                   -- its letters and digits, 'openingtimes'
  keyword_id INTEGER NOT NULL REFERENCES keyword_replies (id),
  PRIMARY KEY (word, keyword_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX keyword_words_keyword ON keyword_words (keyword_id);

-- Answers that the desk has decided to give. They are written in the transaction
-- that stores the text, and sent from here.
CREATE TABLE auto_replies (
  id          INTEGER PRIMARY KEY,
  inbound_id  INTEGER NOT NULL UNIQUE REFERENCES inbound (id), -- what it answers: a text gets one answer at most
  number      TEXT NOT NULL,                  -- to whom; '' once it is not kept any more
  kind        TEXT NOT NULL CHECK (kind IN ('opt_out', 'opt_in', 'keyword', 'hours')),
  keyword_id  INTEGER REFERENCES keyword_replies (id),
  user_id     INTEGER NOT NULL REFERENCES users (id), -- who pays
  provider_id INTEGER NOT NULL REFERENCES providers (id), -- by which the text came, and the answer goes
  sender      TEXT NOT NULL,                  -- the number or name that was written to
  body        TEXT NOT NULL,
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)), -- 0 waits, 1 sent, 2 refused
  reason      TEXT NOT NULL DEFAULT '',       -- why it was refused
  message_id  INTEGER REFERENCES messages (id),
  held_back   INTEGER NOT NULL DEFAULT 0,     -- texts of this number that came after it and got no answer, so that it never becomes a loop
  made_at     INTEGER NOT NULL,
  settled_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX auto_replies_number ON auto_replies (number, id);
CREATE INDEX auto_replies_made ON auto_replies (made_at);
CREATE INDEX auto_replies_keyword ON auto_replies (keyword_id);
CREATE INDEX auto_replies_user ON auto_replies (user_id);
CREATE INDEX auto_replies_provider ON auto_replies (provider_id);
CREATE INDEX auto_replies_message ON auto_replies (message_id);
CREATE INDEX auto_replies_known ON auto_replies (made_at) WHERE number <> '';
CREATE INDEX auto_replies_waiting ON auto_replies (id) WHERE state = 0;

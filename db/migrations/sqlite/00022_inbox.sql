-- +goose Up
-- The inbox: received texts by conversation, with whose turn it is.

CREATE TABLE conversations (
  id              INTEGER PRIMARY KEY,
  number          TEXT NOT NULL,             -- who writes: '+447700900123'; a hash once they are erased
  own             TEXT NOT NULL,             -- to whom of ours, as messages have senders: '447700900999', 'SCHOOL'
  user_id         INTEGER REFERENCES users (id), -- whose messages or number it answers; NULL: nobody's
  provider_id     INTEGER NOT NULL REFERENCES providers (id), -- by which the last text came
  sender          TEXT NOT NULL,             -- from whom the message was that was answered last; mostly own
  assignee_id     INTEGER REFERENCES users (id), -- who has taken it; stays while it is done
  state           INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)), -- 0 waits for somebody, 1 somebody has it, 2 done
  suppressed      INTEGER NOT NULL DEFAULT 0 CHECK (suppressed IN (0, 1)), -- the number stands in suppressions
  received        INTEGER NOT NULL DEFAULT 0, -- how many texts came
  last_inbound_id INTEGER NOT NULL DEFAULT 0, -- the newest of them
  last_batch_id   INTEGER NOT NULL DEFAULT 0, -- the newest reply of ours; 0 before there is one
  last_at         INTEGER NOT NULL,          -- when the newest of both came or was written
  revision        INTEGER NOT NULL DEFAULT 0, -- rises with everything that happens to it
  CHECK (state <> 0 OR assignee_id IS NULL),
  CHECK (state <> 1 OR assignee_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX conversations_key ON conversations (number, own, COALESCE(user_id, 0)) WHERE number >= '+';
CREATE INDEX conversations_number ON conversations (number, id);
CREATE INDEX conversations_state ON conversations (state, last_at, id);
CREATE INDEX conversations_user ON conversations (user_id, state, last_at, id);
CREATE INDEX conversations_assignee ON conversations (assignee_id, state, last_at, id);
CREATE INDEX conversations_suppressed ON conversations (last_at, id) WHERE suppressed = 1;
CREATE INDEX conversations_provider ON conversations (provider_id);

ALTER TABLE inbound ADD COLUMN conversation_id INTEGER REFERENCES conversations (id); -- NULL: not filed yet
CREATE INDEX inbound_conversation ON inbound (conversation_id, id);
CREATE INDEX inbound_unfiled ON inbound (id) WHERE conversation_id IS NULL;

-- Words of received texts, to find conversations by them.
CREATE VIRTUAL TABLE inbound_words USING fts5 (body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

-- The sends that are replies from the inbox.
CREATE TABLE conversation_replies (
  batch_id        INTEGER NOT NULL PRIMARY KEY REFERENCES batches (id),
  conversation_id INTEGER NOT NULL REFERENCES conversations (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_replies_of ON conversation_replies (conversation_id, batch_id);

-- What staff did to a conversation, and the notes that they left each other.
CREATE TABLE conversation_lines (
  id              INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  user_id         INTEGER REFERENCES users (id), -- who; NULL: the desk itself
  at              INTEGER NOT NULL,
  kind            TEXT NOT NULL,             -- 'note', 'claimed', 'released', 'assigned', 'done', 'reopened', 'opted_out', 'wrong_number'
  other_id        INTEGER REFERENCES users (id), -- to whom it was assigned
  body            TEXT NOT NULL DEFAULT ''   -- the note: 'Rang back, she comes on Tuesday'
) STRICT;
CREATE INDEX conversation_lines_of ON conversation_lines (conversation_id, id);
CREATE INDEX conversation_lines_user ON conversation_lines (user_id);
CREATE INDEX conversation_lines_other ON conversation_lines (other_id);

-- For whom a conversation has something that they have not seen.
CREATE TABLE conversation_unread (
  user_id         INTEGER NOT NULL REFERENCES users (id),
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  PRIMARY KEY (user_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_unread_of ON conversation_unread (conversation_id);

-- +goose Up
-- What staff have typed in a conversation and not sent yet: one reply and one
-- note for each of them, which nobody else reads.

CREATE TABLE reply_drafts (
  user_id         INTEGER NOT NULL REFERENCES users (id),
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  kind            TEXT NOT NULL CHECK (kind IN ('reply', 'template', 'note')),
  body            TEXT NOT NULL,             -- as typed; of a template '{"template":"3","fills":{"name":"Ann"}}'; '' once it was sent or emptied
  form            TEXT NOT NULL,             -- the form that it was typed into, one for each page that was opened
  turn            INTEGER NOT NULL,          -- how often it had changed there, so that what arrives late changes nothing
  seen_inbound    INTEGER NOT NULL,          -- the newest text that the writer had before their eyes
  seen_batch      INTEGER NOT NULL,          -- the newest reply
  saved_at        INTEGER NOT NULL,
  PRIMARY KEY (user_id, conversation_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_drafts_of ON reply_drafts (conversation_id);
CREATE INDEX reply_drafts_saved ON reply_drafts (saved_at);

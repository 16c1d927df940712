-- +goose Up
-- What refines a user's role, how they get in, and who did what in whose name.

ALTER TABLE users ADD COLUMN archived_at INTEGER NOT NULL DEFAULT 0;  -- out for good; their history stays
ALTER TABLE users ADD COLUMN may_bulk INTEGER NOT NULL DEFAULT 1 CHECK (may_bulk IN (0, 1));             -- may text more than one person at a time
ALTER TABLE users ADD COLUMN templates_only INTEGER NOT NULL DEFAULT 0 CHECK (templates_only IN (0, 1)); -- sends texts of templates, no other
ALTER TABLE users ADD COLUMN may_import INTEGER NOT NULL DEFAULT 1 CHECK (may_import IN (0, 1));         -- may bring in many people at once
ALTER TABLE users ADD COLUMN sees_others INTEGER NOT NULL DEFAULT 1 CHECK (sees_others IN (0, 1));       -- an administrator sees the texts of those below
ALTER TABLE users ADD COLUMN senders TEXT NOT NULL DEFAULT '';        -- one a line, 'Oakfield'; '' is any
ALTER TABLE users ADD COLUMN approve_above INTEGER NOT NULL DEFAULT -1 CHECK (approve_above >= -1); -- people; 0 is every send, -1 the organisation's rule
ALTER TABLE users ADD COLUMN second_secret TEXT NOT NULL DEFAULT '';  -- of the second factor, sealed; '' has none
ALTER TABLE users ADD COLUMN second_at INTEGER NOT NULL DEFAULT 0;    -- since when it is asked for; 0 while it is being set up
ALTER TABLE users ADD COLUMN second_step INTEGER NOT NULL DEFAULT 0;  -- the last step of 30 s whose code was used; none is used twice

-- A link that lets somebody choose a password, once. A user has one at most.
CREATE TABLE user_links (
  hash       TEXT NOT NULL PRIMARY KEY,      -- hex SHA-256 of the link's token
  user_id    INTEGER NOT NULL UNIQUE REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
  made_by    INTEGER REFERENCES users (id),  -- NULL: the command line
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX user_links_made_by ON user_links (made_by);

-- For who has lost the phone with the second factor; each opens once.
CREATE TABLE recovery_codes (
  user_id INTEGER NOT NULL REFERENCES users (id),
  hash    TEXT NOT NULL,                     -- hex HMAC of the code
  used_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

ALTER TABLE sessions ADD COLUMN pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1)); -- 1: the second factor is still to come
ALTER TABLE sessions ADD COLUMN acting_as INTEGER REFERENCES users (id); -- as whom an administrator acts in it
CREATE INDEX sessions_acting_as ON sessions (acting_as);

-- What somebody was told of, so that they are told once.
CREATE TABLE alerts_told (
  user_id INTEGER NOT NULL REFERENCES users (id), -- whom it is about
  kind    TEXT NOT NULL CHECK (kind IN ('low_credits', 'inactive')),
  told_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT, WITHOUT ROWID;

-- The audit log is only ever added to.
ALTER TABLE audit ADD COLUMN acting_id INTEGER REFERENCES users (id); -- the administrator who acted in the name of user_id; NULL: nobody
CREATE INDEX audit_acting ON audit (acting_id, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_at ON audit (at, id);
-- +goose StatementBegin
CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd

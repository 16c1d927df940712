-- +goose Up
-- The audit log is only ever added to, with two exceptions: what it says of a
-- person goes when they are erased, and lines that are older than an
-- administrator has decided to keep them are deleted. Either stands as a line of
-- its own. While a transaction does so it has a row here; nobody else sees one.

CREATE TABLE audit_clearing (
  id INTEGER PRIMARY KEY CHECK (id = 1)
) STRICT;

DROP TRIGGER audit_not_changed;
DROP TRIGGER audit_not_deleted;
-- +goose StatementBegin
CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_clearing)
  OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.user_id IS NOT OLD.user_id OR NEW.action <> OLD.action
BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_clearing)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd

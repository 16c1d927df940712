-- +goose Up
-- The audit log is only ever added to, with two exceptions: what it says of a
-- person goes when they are erased, and lines that are older than an
-- administrator has decided to keep them are deleted. Either stands as a line of
-- its own. While a transaction does so it has a row here; nobody else sees one.

CREATE TABLE audit_clearing (
  id BIGINT PRIMARY KEY CHECK (id = 1)
);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_clearing) THEN
    RAISE EXCEPTION 'the audit log is only ever added to';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.action <> OLD.action THEN
    RAISE EXCEPTION 'the audit log is only ever added to';
  END IF;
  RETURN NEW;
END
$$;
-- +goose StatementEnd

-- +goose Up
-- A provider that somebody has paused, sends as a list, and another time for a
-- send that is planned.

ALTER TABLE providers ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;   -- an administrator paused it then; nothing leaves through it
ALTER TABLE providers ADD COLUMN paused_by BIGINT REFERENCES users (id); -- who that was, NULL: the command line
CREATE INDEX providers_paused_by ON providers (paused_by);

CREATE INDEX batches_user ON batches (user_id, id);
CREATE INDEX batches_planned ON batches (send_at, id) WHERE n_scheduled > 0;
CREATE INDEX batches_in_doubt ON batches (id) WHERE n_in_doubt > 0;
CREATE INDEX batches_sender ON batches (lower(sender), id);

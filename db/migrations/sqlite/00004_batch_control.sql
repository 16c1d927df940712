-- +goose Up
-- Control over a send while it runs, and sending again to those it did not reach.

ALTER TABLE batches ADD COLUMN paused_at INTEGER NOT NULL DEFAULT 0;   -- a person paused it then; nothing leaves
ALTER TABLE batches ADD COLUMN paused_by INTEGER REFERENCES users (id); -- who that was, NULL: the command line
-- While it is being resumed, its messages get the paused time back, some thousand at a time.
ALTER TABLE batches ADD COLUMN resuming INTEGER NOT NULL DEFAULT 0 CHECK (resuming IN (0, 1)); -- somebody has said go on
ALTER TABLE batches ADD COLUMN resuming_at INTEGER NOT NULL DEFAULT 0; -- until when time is given back; paused_at once all have it
ALTER TABLE batches ADD COLUMN resumed_to INTEGER NOT NULL DEFAULT 0;  -- the last message that has it
ALTER TABLE batches ADD COLUMN again_of INTEGER REFERENCES batches (id); -- the send whose failed recipients this one is to
CREATE INDEX batches_paused ON batches (paused_at) WHERE paused_at > 0;
CREATE INDEX batches_paused_by ON batches (paused_by);
CREATE INDEX batches_again_of ON batches (again_of);

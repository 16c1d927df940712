-- +goose Up
-- Sends with texts that have not left, for the page of the system.
CREATE INDEX batches_unsent ON batches (id) WHERE n_queued > 0 OR n_scheduled > 0;

-- +goose Up
-- The keys of the feedzon door stand beside the tokens of the FastSMS one: they
-- are limited, and their calls kept, in the same way.

ALTER TABLE api_keys ADD COLUMN gateway TEXT NOT NULL DEFAULT '' CHECK (gateway IN ('', 'bulksms', 'clickatell')); -- '': a token; else a service key, and whose status values and references it speaks
ALTER TABLE api_keys ADD COLUMN disabled_at INTEGER NOT NULL DEFAULT 0;                                             -- a disabled key is refused until it is enabled again

ALTER TABLE api_calls ADD COLUMN refusal TEXT NOT NULL DEFAULT ''; -- the desk's own name for why, 'no_credits', where a door's codes say little

-- +goose Up
-- Who looks after a number is told by e-mail when a web page does not take its
-- texts, once in a day at the most.

ALTER TABLE numbers ADD COLUMN tells INTEGER NOT NULL DEFAULT 1 CHECK (tells IN (0, 1)); -- 0: nobody is told of this number
ALTER TABLE numbers ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;  -- when somebody was told last; 0 never

-- What waits although it was tried, by its first try, and what was given up, by
-- when. Few texts are in either, and those that are taken at once never are.
CREATE INDEX forwards_failing ON forwards (number_id, began_at) WHERE state = 0 AND tries > 0;
CREATE INDEX forwards_given_up_at ON forwards (number_id, tried_at) WHERE state = 2;

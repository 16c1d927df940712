-- +goose Up
-- What providers post, what could not be read of it, and receipts that come
-- before the reference that they are about.

ALTER TABLE callbacks ADD COLUMN origin TEXT NOT NULL DEFAULT ''; -- 'https://intranet.example/sms': some providers sign the address that they called
CREATE INDEX callbacks_unread ON callbacks (id) WHERE state = 2;
CREATE INDEX callbacks_unread_of ON callbacks (provider_id, id) WHERE state = 2;

CREATE TABLE early_receipts (
  provider_id BIGINT NOT NULL REFERENCES providers (id),
  reference   TEXT NOT NULL,                 -- the provider's, which no part has yet
  status      BIGINT NOT NULL CHECK (status BETWEEN 0 AND 11),
  code        TEXT NOT NULL DEFAULT '',
  detail      TEXT NOT NULL DEFAULT '',      -- the provider's words
  came_at     BIGINT NOT NULL,
  PRIMARY KEY (provider_id, reference, status)
);
CREATE INDEX early_receipts_came ON early_receipts (came_at);

-- How far a provider that does not push has been asked for received texts.
CREATE TABLE inbound_cursors (
  provider_id BIGINT NOT NULL PRIMARY KEY REFERENCES providers (id),
  cursor      TEXT NOT NULL,                 -- in the provider's own form, '8657245'
  moved_at    BIGINT NOT NULL               -- when it was written
);

-- +goose Up
-- Contacts that must not be texted because their number was an erased person's,
-- of which the list keeps a hash alone. Whoever looks for those who must not be
-- texted finds them here; they go with the contact.

CREATE TABLE suppressed_contacts (
  contact_id INTEGER NOT NULL PRIMARY KEY REFERENCES contacts (id),
  number     TEXT NOT NULL                   -- the hash, as in suppressions: '#1f0c…'
) STRICT, WITHOUT ROWID;
CREATE INDEX suppressed_contacts_number ON suppressed_contacts (number);

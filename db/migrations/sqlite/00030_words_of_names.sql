-- +goose Up
-- In the index of contacts every word now stands behind the end of a line or a
-- space, the first of a name too, so that a search of a common name and two
-- letters asks for just those people. The index is made anew while the desk runs;
-- contacts that are not in it yet are looked through.

INSERT INTO contact_words (contact_words) VALUES ('delete-all');
UPDATE contact_index SET upto = 0, stale = 0 WHERE id = 1;

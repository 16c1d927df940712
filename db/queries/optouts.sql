-- name: insertOptOut :execrows
-- Keeps a number from being texted because of a text of theirs. Who was there
-- first, and why, stays.
INSERT INTO suppressions (number, reason, added_by, added_at, how, word, inbound_id, said_at)
VALUES (@number, @reason, @added_by, @added_at, @how, @word, @inbound_id, @said_at) ON CONFLICT (number) DO NOTHING;

-- name: NoteOptOut :exec
-- Adds what they have said themselves to a row that was there before.
UPDATE suppressions SET word = @word, inbound_id = @inbound_id, said_at = @said_at WHERE number = @number;

-- name: TakeOverSuppression :execrows
-- An administrator's reason counts more than a text: it is not undone by one.
UPDATE suppressions SET how = 'staff', reason = @reason, added_by = @added_by, added_at = @added_at WHERE number = @number AND how <> 'staff';

-- name: Inbound :one
SELECT * FROM inbound WHERE id = @id;

-- name: SetAsks :execrows
UPDATE inbound SET asks = @asks WHERE id = @id;

-- name: DecideAsks :execrows
-- Decides about all texts of a number that nobody has looked at yet.
UPDATE inbound SET asks = @asks WHERE number = @number AND asks = 1;

-- name: LatestAsking :one
-- The latest text of a number that looks as if it asked for no more texts.
SELECT * FROM inbound WHERE number = @number AND asks = 1 ORDER BY id DESC LIMIT 1;

-- name: KeywordReplies :many
SELECT * FROM keyword_replies ORDER BY id;

-- name: KeywordReply :one
SELECT * FROM keyword_replies WHERE id = @id;

-- name: KeywordsMatching :many
-- What answers a text: the words are all of it, or how it begins.
SELECT DISTINCT r.* FROM keyword_replies r JOIN keyword_words w ON w.keyword_id = r.id
WHERE r.is_on = 1 AND (w.word = @whole OR r.begins = 1 AND (w.word = @first OR w.word = @second OR w.word = @third)) ORDER BY r.id;

-- name: InsertKeywordReply :one
INSERT INTO keyword_replies (words, begins, destination, provider_id, body, deed, group_id, is_on, changed_by, changed_at)
VALUES (@words, @begins, @destination, @provider_id, @body, @deed, @group_id, @is_on, @changed_by, @changed_at) RETURNING id;

-- name: ChangeKeywordReply :execrows
UPDATE keyword_replies SET words = @words, begins = @begins, destination = @destination, provider_id = @provider_id, body = @body,
  deed = @deed, group_id = @group_id, is_on = @is_on, changed_by = @changed_by, changed_at = @changed_at WHERE id = @id;

-- name: DeleteKeywordReply :execrows
DELETE FROM keyword_replies WHERE id = @id;

-- name: ForgetKeywordReply :exec
UPDATE auto_replies SET keyword_id = NULL WHERE keyword_id = @keyword_id;

-- name: DeleteKeywordWords :exec
DELETE FROM keyword_words WHERE keyword_id = @keyword_id;

-- name: InsertKeywordWord :exec
INSERT INTO keyword_words (word, keyword_id) VALUES (@word, @keyword_id) ON CONFLICT (word, keyword_id) DO NOTHING;

-- name: KeywordsWithWord :many
SELECT r.* FROM keyword_replies r JOIN keyword_words w ON w.keyword_id = r.id WHERE w.word = @word ORDER BY r.id;

-- name: InsertAutoReply :exec
INSERT INTO auto_replies (inbound_id, number, kind, keyword_id, user_id, provider_id, sender, body, made_at)
VALUES (@inbound_id, @number, @kind, @keyword_id, @user_id, @provider_id, @sender, @body, @made_at) ON CONFLICT (inbound_id) DO NOTHING;

-- name: AutoReply :one
SELECT * FROM auto_replies WHERE id = @id;

-- name: WaitingReplies :many
SELECT id FROM auto_replies WHERE state = 0 ORDER BY id LIMIT @page_size;

-- name: SettleReply :execrows
UPDATE auto_replies SET state = @state, reason = @reason, message_id = @message_id, settled_at = @settled_at WHERE id = @id AND state = 0;

-- name: RepliesLately :many
-- What a number was answered lately, newest first.
SELECT r.id, r.kind, r.body, r.made_at, i.body AS asked FROM auto_replies r JOIN inbound i ON i.id = r.inbound_id
WHERE r.number = @number AND r.made_at > @since_at ORDER BY r.id DESC LIMIT 40;

-- name: CountRepliesSince :one
SELECT count(*) FROM (SELECT 1 FROM auto_replies WHERE made_at > @since_at LIMIT @most) AS lately;

-- name: HoldBack :exec
-- Counts a text that got no answer.
UPDATE auto_replies SET held_back = held_back + 1 WHERE id = @id;

-- name: IsConfirmation :one
-- Whether a message says to its number that it gets no more, and so may still leave.
SELECT CAST(EXISTS (SELECT 1 FROM auto_replies WHERE message_id = @message_id AND kind = 'opt_out') AS BIGINT);

-- name: ReplyOfMessage :one
SELECT * FROM auto_replies WHERE message_id = @message_id;

-- name: AutoRepliesOlder :many
SELECT * FROM auto_replies WHERE id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: ForgetReplies :exec
-- Drops to whom the desk has answered, once no limit counts it any more.
UPDATE auto_replies SET number = '', body = '' WHERE state <> 0 AND id IN (
  SELECT r.id FROM auto_replies r WHERE r.number <> '' AND r.made_at < @before_at ORDER BY r.made_at LIMIT 1000);

-- name: SendersInUse :many
-- What users send as: their default, and what they are limited to.
SELECT sender, senders FROM users WHERE sender <> '' OR senders <> '';

-- name: FirstAdministrator :one
SELECT id FROM users WHERE level = 'admin' AND suspended_at = 0 AND archived_at = 0 ORDER BY id LIMIT 1;

-- name: RefusedReplies :many
-- Why answers could not be sent lately, the commonest reason first.
SELECT reason, count(*) AS n FROM auto_replies WHERE made_at > @since_at AND state = 2 GROUP BY reason ORDER BY n DESC, reason LIMIT 5;

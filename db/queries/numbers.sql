-- name: Numbers :many
SELECT * FROM numbers WHERE removed_at = 0 ORDER BY address;

-- name: Number :one
SELECT * FROM numbers WHERE id = @id AND removed_at = 0;

-- name: NumberByAddress :one
SELECT * FROM numbers WHERE address = @address AND removed_at = 0;

-- name: InsertNumber :one
INSERT INTO numbers (address, ton, provider_id, user_id, forward_method, forward_url, list_id, tells, created_at, changed_at)
VALUES (@address, @ton, @provider_id, @user_id, @forward_method, @forward_url, @list_id, @tells, @created_at, @created_at) RETURNING id;

-- name: ChangeNumber :exec
UPDATE numbers SET provider_id = @provider_id, user_id = @user_id, forward_method = @forward_method, forward_url = @forward_url, list_id = @list_id,
  tells = @tells, changed_at = @changed_at WHERE id = @id;

-- name: SetNumberAuth :exec
UPDATE numbers SET forward_auth = @forward_auth WHERE id = @id;

-- name: RemoveNumber :exec
UPDATE numbers SET removed_at = @removed_at, changed_at = @removed_at, forward_method = '', forward_url = '', forward_auth = '', list_id = NULL WHERE id = @id;

-- name: NumbersOfProvider :one
-- How many numbers a provider's texts come in on.
SELECT count(*) FROM numbers WHERE provider_id = @provider_id AND removed_at = 0;

-- name: NumbersWithList :many
-- The numbers whose texts take supplemental data from a list.
SELECT address, ton FROM numbers WHERE list_id = CAST(@list_id AS BIGINT) AND removed_at = 0 ORDER BY address LIMIT 20;

-- name: InsertForward :exec
INSERT INTO forwards (number_id, inbound_id, hops, state, reason, created_at, next_at)
VALUES (@number_id, @inbound_id, @hops, @state, @reason, @created_at, @created_at);

-- name: NumbersDue :many
-- The numbers with something to forward now, the one that has waited longest first.
SELECT n.* FROM numbers n WHERE EXISTS (SELECT 1 FROM forwards f WHERE f.number_id = n.id AND f.state = 0 AND f.next_at <= @now_at)
ORDER BY (SELECT MIN(f.next_at) FROM forwards f WHERE f.number_id = n.id AND f.state = 0), n.id;

-- name: ForwardsDue :many
SELECT * FROM forwards WHERE number_id = @number_id AND state = 0 AND next_at <= @now_at ORDER BY next_at, id LIMIT @page_size;

-- name: Forward :one
SELECT * FROM forwards WHERE id = @id AND number_id = @number_id;

-- name: InsertAttempt :exec
INSERT INTO forward_attempts (forward_id, at, took, method, host, answered, problem, refused_host, answer)
VALUES (@forward_id, @at, @took, @method, @host, @answered, @problem, @refused_host, @answer);

-- name: Attempts :many
SELECT * FROM forward_attempts WHERE forward_id = @forward_id ORDER BY id DESC LIMIT @page_size;

-- name: LastAttempt :one
SELECT * FROM forward_attempts WHERE forward_id = @forward_id ORDER BY id DESC LIMIT 1;

-- name: MoveForward :exec
-- What came of a try. Only what waits moves: somebody may have decided meanwhile.
UPDATE forwards SET state = @state, tries = @tries, answered = @answered, began_at = @began_at, tried_at = @tried_at, next_at = @next_at
WHERE id = @id AND state = 0;

-- name: EndForward :exec
UPDATE forwards SET state = 3, reason = @reason, next_at = 0 WHERE id = @id AND state = 0;

-- name: EndForwardsOf :execrows
-- Some of what waits at a number is not to be forwarded after all.
UPDATE forwards SET state = 3, reason = @reason, next_at = 0
WHERE id IN (SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 0 ORDER BY f.next_at LIMIT @page_size);

-- name: BringForward :execrows
-- Has some go now that wait for their next try and were not tried a moment ago.
UPDATE forwards SET next_at = @now_at
WHERE id IN (SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 0 AND f.next_at > @now_at AND f.tried_at < @tried_before_at ORDER BY f.next_at LIMIT @page_size);

-- name: ForwardAgain :execrows
UPDATE forwards SET state = 0, reason = '', tries = 0, began_at = 0, next_at = @now_at WHERE id = @id AND number_id = @number_id;

-- name: ForwardGivenUpAgain :execrows
UPDATE forwards SET state = 0, reason = '', tries = 0, began_at = 0, next_at = @now_at
WHERE id IN (SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 2 ORDER BY f.id LIMIT @page_size);

-- name: LeaveGivenUp :execrows
UPDATE forwards SET state = 3, reason = @reason
WHERE id IN (SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 2 ORDER BY f.id LIMIT @page_size);

-- name: ForwardsOlder :many
-- A page of what a number has forwarded, newest first.
SELECT * FROM forwards WHERE number_id = @number_id AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: ForwardsWaitingOlder :many
SELECT * FROM forwards WHERE number_id = @number_id AND state = 0 AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: ForwardsGivenUpOlder :many
SELECT * FROM forwards WHERE number_id = @number_id AND state = 2 AND id < @before_id ORDER BY id DESC LIMIT @page_size;

-- name: CountForwardsWaiting :one
SELECT count(*) FROM (SELECT 1 FROM forwards WHERE number_id = @number_id AND state = 0 LIMIT @most) AS waiting;

-- name: CountForwardsGivenUp :one
SELECT count(*) FROM (SELECT 1 FROM forwards WHERE number_id = @number_id AND state = 2 LIMIT @most) AS given_up;

-- name: GivenUpSince :one
-- How much a number has given up since it was told of last, and since when that
-- was tried.
SELECT count(*) AS texts, CAST(COALESCE(MIN(waiting.began_at), 0) AS BIGINT) AS began_at
FROM (SELECT f.began_at FROM forwards f WHERE f.number_id = @number_id AND f.state = 2 AND f.tried_at > @told_at ORDER BY f.tried_at LIMIT @most) AS waiting;

-- name: Failing :one
-- How much waits at a number although it was tried, and since when.
SELECT count(*) AS texts, CAST(COALESCE(MIN(waiting.began_at), 0) AS BIGINT) AS began_at
FROM (SELECT f.began_at FROM forwards f WHERE f.number_id = @number_id AND f.state = 0 AND f.tries > 0 ORDER BY f.began_at LIMIT @most) AS waiting;

-- name: LastFailing :one
SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 0 AND f.tries > 0 ORDER BY f.began_at DESC LIMIT 1;

-- name: LastGivenUp :one
SELECT f.id FROM forwards f WHERE f.number_id = @number_id AND f.state = 2 ORDER BY f.tried_at DESC LIMIT 1;

-- name: NumberTold :exec
UPDATE numbers SET told_at = @told_at WHERE id = @id;

-- name: LastForward :one
SELECT * FROM forwards WHERE number_id = @number_id ORDER BY id DESC LIMIT 1;

-- name: FirstNumbersOf :many
-- The first two numbers of a provider: one that has but one means that.
SELECT * FROM numbers WHERE provider_id = @provider_id AND removed_at = 0 ORDER BY id LIMIT 2;

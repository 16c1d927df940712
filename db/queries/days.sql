-- name: addToDay :exec
INSERT INTO day_counts (user_id, day, messages, parts, credits, n_scheduled, n_queued, n_submitting, n_submitted, n_sent, n_delivered,
  n_failed, n_expired, n_cancelled, n_suppressed, n_in_doubt, n_unknown, replies)
VALUES (@user_id, @day, @messages, @parts, @credits, @n_scheduled, @n_queued, @n_submitting, @n_submitted, @n_sent, @n_delivered,
  @n_failed, @n_expired, @n_cancelled, @n_suppressed, @n_in_doubt, @n_unknown, @replies)
ON CONFLICT (user_id, day) DO UPDATE SET
  messages = day_counts.messages + excluded.messages, parts = day_counts.parts + excluded.parts, credits = day_counts.credits + excluded.credits,
  n_scheduled = day_counts.n_scheduled + excluded.n_scheduled, n_queued = day_counts.n_queued + excluded.n_queued,
  n_submitting = day_counts.n_submitting + excluded.n_submitting, n_submitted = day_counts.n_submitted + excluded.n_submitted,
  n_sent = day_counts.n_sent + excluded.n_sent, n_delivered = day_counts.n_delivered + excluded.n_delivered,
  n_failed = day_counts.n_failed + excluded.n_failed, n_expired = day_counts.n_expired + excluded.n_expired,
  n_cancelled = day_counts.n_cancelled + excluded.n_cancelled, n_suppressed = day_counts.n_suppressed + excluded.n_suppressed,
  n_in_doubt = day_counts.n_in_doubt + excluded.n_in_doubt, n_unknown = day_counts.n_unknown + excluded.n_unknown,
  replies = day_counts.replies + excluded.replies;

-- name: AnyDay :one
-- Whether anything was counted yet.
SELECT EXISTS (SELECT 1 FROM day_counts);

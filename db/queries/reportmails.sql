-- name: InsertReportMail :one
INSERT INTO report_mails (user_id, submit_key, report, period, about_id, batch_id, group_id, states, sender, search, every, weekdays, day, minute, zone, next_at, created_at)
VALUES (@user_id, @submit_key, @report, @period, @about_id, @batch_id, @group_id, @states, @sender, @search, @every, @weekdays, @day, @minute, @zone, @next_at, @created_at)
RETURNING id;

-- name: ReportMail :one
SELECT * FROM report_mails WHERE id = @id;

-- name: ReportMailBySubmitKey :one
SELECT id FROM report_mails WHERE user_id = @user_id AND submit_key = @submit_key;

-- name: ReportMailsOf :many
SELECT * FROM report_mails WHERE user_id = @user_id ORDER BY id;

-- name: CountReportMails :one
SELECT count(*) FROM report_mails WHERE user_id = @user_id;

-- name: DeleteReportMail :exec
DELETE FROM report_mails WHERE id = @id;

-- name: StepReportMail :exec
-- Where it stands in time.
UPDATE report_mails SET next_at = @next_at, paused_at = @paused_at, zone = @zone WHERE id = @id;

-- name: DueReportMail :exec
-- Has a time of it be sent, or takes that back with zeros.
UPDATE report_mails SET due_at = @due_at, tries = 0, try_at = @try_at, problem = '' WHERE id = @id;

-- name: LeaseReportMail :execrows
-- Keeps everybody else from sending a time, for as long as it may take.
UPDATE report_mails SET tries = tries + 1, try_at = @until_at WHERE id = @id AND due_at = @due_at AND try_at <= @now_at;

-- name: RetryReportMail :exec
UPDATE report_mails SET try_at = @try_at, problem = @problem WHERE id = @id AND due_at = @due_at;

-- name: EndReportMail :execrows
UPDATE report_mails SET due_at = 0, tries = 0, try_at = 0, outcome = @outcome, ended_at = @ended_at, problem = @problem WHERE id = @id AND due_at = @due_at;

-- name: ComingReportMails :many
-- Whose next time has come, or was worked out by another zone's clock.
SELECT * FROM report_mails WHERE next_at > 0 AND (next_at <= @now_at OR zone <> @zone) ORDER BY next_at, id;

-- name: OpenReportMails :many
-- What is to be sent, or sent again, now.
SELECT * FROM report_mails WHERE due_at > 0 AND try_at <= @now_at ORDER BY try_at, id;

-- name: NextReportMail :one
-- When there is something to do next, 0 for never.
SELECT CAST(COALESCE(MIN(CASE WHEN due_at > 0 AND (next_at = 0 OR try_at < next_at) THEN try_at ELSE next_at END), 0) AS BIGINT) FROM report_mails WHERE next_at > 0 OR due_at > 0;

-- name: claim
-- What is due on a channel, with all that its connector needs to send it.
SELECT o.message_id, o.attempts, o.request, m.text, m.subject, m.html, m.address, m.author_kind, a.name AS author, t.code, t.subject AS topic_subject,
       r.external_id AS answers,
       ARRAY(SELECT p.external_id FROM message p WHERE p.topic_id = m.topic_id AND p.channel_id = m.channel_id AND p.number < m.number
             AND p.external_id IS NOT NULL AND p.direction IN ('in', 'out') ORDER BY p.number DESC LIMIT 20) AS before,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('name', f.name, 'content_type', f.content_type, 'blob', encode(f.blob, 'hex'),
                                                     'content_id', f.content_id) ORDER BY f.position)
                 FROM attachment f WHERE f.message_id = m.id), '[]') AS attachments
FROM claim_outbox($1, $2, $3) o JOIN message m ON m.id = o.message_id JOIN topic t ON t.id = m.topic_id
LEFT JOIN agent a ON a.id = m.author_id LEFT JOIN message r ON r.id = m.reply_to ORDER BY o.number

-- name: settle
-- The provider answered.
SELECT settle_message($1, $2, $3, $4, $5)

-- name: defer
-- Later again.
SELECT defer_message($1, $2, $3, $4)

-- name: mark_unknown
-- It may have left; it stays in the outbox to be sent again under the same id.
SELECT raise_message($1, 'unknown', $2)

-- name: recover
-- What somebody else had begun.
SELECT recover_outbox($1, $2, $3)

-- name: next_due
-- In how many seconds something is due; null when nothing waits.
SELECT extract(epoch FROM min(next_at) - now())::float FROM outbox WHERE channel_id = $1 AND state = 'queued'

-- name: touch_out
-- Something left on this channel.
UPDATE channel_state SET last_out_at = now() WHERE channel_id = $1

-- name: claim
-- Takes what is due on a channel. It is loaded by a statement of its own: one that takes and joins would join as things stood before.
SELECT message_id FROM claim_outbox($1, $2, $3)

-- name: load
-- Messages that were taken, with all that a connector needs to send them.
SELECT o.message_id, o.attempts, o.request, m.text, m.subject, m.html, m.address, m.context, m.author_kind, a.name AS author, t.code,
       t.subject AS topic_subject, r.external_id AS answers,
       LEAST(w.at, w.provider_at) AS last_in_at, COALESCE(w.address->>'to', '') AS last_to, COALESCE(w.address->>'native', '') AS last_native,
       EXISTS (SELECT 1 FROM consent k WHERE k.identity_id = m.identity_id AND k.channel_id = m.channel_id AND NOT k.given
               AND (k.reason <> 'taken_back' OR w.at IS NULL)
               AND (k.reason <> 'unsubscribed' OR COALESCE(w.at <= k.at, true))) AS unwanted,
       ARRAY(SELECT p.external_id FROM message p WHERE p.topic_id = m.topic_id AND p.channel_id = m.channel_id AND p.number < m.number
             AND p.external_id IS NOT NULL AND p.direction IN ('in', 'out') AND NOT p.context ? 'forward' ORDER BY p.number DESC LIMIT 20) AS before,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size,
                                                     'blob', encode(f.blob, 'hex'), 'content_id', f.content_id) ORDER BY f.position, f.id)
                 FROM attachment f WHERE f.message_id = m.id), '[]') AS attachments,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('part', p.part, 'content', p.content, 'state', p.state) ORDER BY p.part)
                 FROM message_part p WHERE p.message_id = m.id), '[]') AS parts
FROM outbox o JOIN message m ON m.id = o.message_id JOIN topic t ON t.id = m.topic_id
LEFT JOIN agent a ON a.id = m.author_id LEFT JOIN message r ON r.id = m.reply_to AND r.channel_id = m.channel_id
LEFT JOIN LATERAL (SELECT v.at, v.provider_at, v.address FROM message v WHERE v.identity_id = m.identity_id AND v.channel_id = m.channel_id
                   AND v.direction = 'in' ORDER BY v.number DESC LIMIT 1) w ON true
WHERE o.message_id = ANY ($1::uuid[]) ORDER BY o.number

-- name: plan_parts
-- Into which parts a message was cut.
SELECT plan_parts($1, $2, $3)

-- name: begin_part
-- A part is about to leave.
SELECT begin_part($1, $2, $3)

-- name: settle
-- The provider answered.
SELECT settle_message($1, $2, $3, $4, $5, $6)

-- name: settle_several
-- The provider did not take it for all.
SELECT settle_several($1, $2, $3, $4, $5, $6)

-- name: name_also
-- The provider has more names for it (the pictures of an album); what came under one of them before is applied.
SELECT count(name_message(m.id, $2, one)), count(take_parked(m.channel_id, one)) FROM message m, unnest($3::text[]) AS one WHERE m.id = $1

-- name: defer
-- Later again.
SELECT defer_message($1, $2, $3, $4)

-- name: hold
-- The whole channel waits.
SELECT hold_channel($1, $2, $3, $4, $5, $6)

-- name: forgive
-- The channel was opened anew: what held it for one of these reasons holds it no longer.
UPDATE channel_state SET wait_until = NULL, wait_reason = '' WHERE channel_id = $1 AND wait_reason = ANY ($2)

-- name: mark_unknown
-- It may have left; it stays in the outbox to be sent again under the same id.
SELECT raise_message($1, 'unknown', $2)

-- name: recover
-- What somebody else had begun.
SELECT recover_outbox($1, $2, $3, $4)

-- name: next_due
-- In how many seconds something is due that nothing before it holds up, a message or an action; null when nothing waits.
SELECT extract(epoch FROM GREATEST(min(due.at), (SELECT s.wait_until FROM channel_state s WHERE s.channel_id = $1)) - now())::float
FROM (
    (SELECT o.next_at AS at FROM outbox o WHERE o.channel_id = $1 AND o.state = 'queued'
       AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.line = o.line AND e.number < o.number
                       AND (e.state = 'sending' OR e.next_at <= now() + interval '1 minute'))
     ORDER BY o.next_at LIMIT 1)
    UNION ALL
    (SELECT a.next_at FROM message_action a JOIN message m ON m.id = a.message_id
     WHERE a.channel_id = $1 AND a.state = 'queued' AND (m.external_id IS NOT NULL OR m.state IN ('failed', 'canceled'))
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = a.message_id)
       AND NOT EXISTS (SELECT 1 FROM message_action e WHERE e.message_id = a.message_id AND e.id < a.id AND e.state IN ('queued', 'sending'))
     ORDER BY a.next_at LIMIT 1)
) due HAVING count(*) > 0

-- name: touch_out
-- Something left on this channel; answers why it had to wait before.
WITH before AS (SELECT wait_reason FROM channel_state WHERE channel_id = $1),
     touched AS (UPDATE channel_state SET last_out_at = now(), wait_reason = '' WHERE channel_id = $1)
SELECT wait_reason FROM before

-- name: public_file
-- A file that left, or is to leave, with a message to a customer: never one of a note, nor one that nobody has sent.
SELECT f.name, f.content_type, f.blob FROM attachment f JOIN message m ON m.id = f.message_id
WHERE f.id = $1 AND m.direction = 'out' AND m.deleted_at IS NULL AND f.blob IS NOT NULL

-- name: claim_actions
-- Takes what is to be done to messages on a channel.
SELECT id FROM claim_actions($1, $2, $3, $4)

-- name: load_actions
-- Actions that were taken, with what the provider calls their messages.
SELECT a.id, a.message_id, a.kind, a.emoji, a.text, a.attempts, m.address,
       COALESCE(w.address->>'to', '') AS last_to, COALESCE(w.address->>'native', '') AS last_native,
       array_remove(ARRAY[m.external_id], NULL) || ARRAY(SELECT l.external_id FROM message_alias l WHERE l.message_id = m.id ORDER BY l.part, l.external_id) AS targets
FROM message_action a JOIN message m ON m.id = a.message_id
LEFT JOIN LATERAL (SELECT v.address FROM message v WHERE v.identity_id = m.identity_id AND v.channel_id = m.channel_id
                   AND v.direction = 'in' ORDER BY v.number DESC LIMIT 1) w ON true
WHERE a.id = ANY ($1::uuid[]) ORDER BY a.id

-- name: settle_action
-- How an action ended, or that it is to be tried again.
SELECT settle_action($1, $2, $3, $4, $5)

-- name: hold_only
-- The whole channel waits.
INSERT INTO channel_state AS s (channel_id, wait_until, wait_reason) VALUES ($1, now() + make_interval(secs => $2::float), $3)
ON CONFLICT (channel_id) DO UPDATE SET wait_until = GREATEST(s.wait_until, EXCLUDED.wait_until), wait_reason = EXCLUDED.wait_reason

-- name: last_heard
-- The last message of each address of a family on each open channel, up to a number, the newest first.
SELECT h.number, h.external_id, h.address, h.identity_id, h.channel_id
FROM customer c JOIN identity i ON i.customer_id = c.id CROSS JOIN channel ch CROSS JOIN LATERAL (
    SELECT m.number, m.external_id, m.address, m.identity_id, m.channel_id FROM message m
    WHERE m.identity_id = i.id AND m.channel_id = ch.id AND m.direction = 'in' AND m.external_id IS NOT NULL
      AND m.number <= COALESCE($2::bigint, 9223372036854775807)
    ORDER BY m.number DESC LIMIT 1) h
WHERE c.root_id = (SELECT r.root_id FROM customer r WHERE r.id = $1) AND ch.enabled ORDER BY h.number DESC

-- name: unasked
-- A message that nobody had asked for, and who got it.
SELECT m.id, m.address->>'value' AS address, b.name AS brand, b.locale FROM message m JOIN channel c ON c.id = m.channel_id JOIN brand b ON b.id = c.brand_id
WHERE m.id = $1 AND m.direction = 'out' AND m.context ? 'unasked'

-- name: unsubscribe
-- Whoever got it wants no more of this.
SELECT take_consent(jsonb_build_object('kind', m.address->>'kind', 'value', m.address->>'value', 'channel', m.channel_id, 'given', false,
                                       'reason', 'unsubscribed', 'text', ''), clock_timestamp()) FROM message m WHERE m.id = $1

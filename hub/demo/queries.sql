-- name: anybody
-- Whether there is a company already.
SELECT count(*) > 0 FROM agent

-- name: add_brand
-- The company's name and colour.
INSERT INTO brand (name, color, locale) VALUES ($1, $2, $3) RETURNING id

-- name: add_queue
-- A queue.
INSERT INTO queue (name, priority, answer_s, wrap_s) VALUES ($1, $2, $3, $4) RETURNING id

-- name: add_agent
-- A colleague.
INSERT INTO agent (email, name, role, password_hash, locale) VALUES ($1, $2, $3, $4, $5) RETURNING id

-- name: add_member
-- Who serves which queue.
INSERT INTO queue_member (queue_id, agent_id) VALUES ($1, $2)

-- name: add_rule
-- Words that lead to a queue.
INSERT INTO queue_rule (position, words, queue_id) VALUES ($1, $2, $3)

-- name: add_field
-- A field of the customers' record.
INSERT INTO customer_field (id, position, kind, label_es, label_en) VALUES ($1, $2, $3, $4, $5)

-- name: set_password
-- The same password for everybody in the demo.
UPDATE agent SET password_hash = $2 WHERE email = ANY($1::text[])

-- name: take
-- A message of a customer.
SELECT message, number, customer, topic, work FROM take_message($1)

-- name: write
-- A message of a colleague.
SELECT message, topic FROM write_message($1)

-- name: sent_long_ago
-- It left, arrived and was read before the demo began, and this is what the provider calls it.
WITH gone AS (DELETE FROM outbox WHERE message_id = $1)
UPDATE message SET state = CASE WHEN direction = 'out' THEN 'delivered' ELSE state END, external_id = CASE WHEN direction = 'note' THEN NULL ELSE $3 END, at = now() - make_interval(mins => $2), state_at = now() WHERE id = $1

-- name: keep_blob
-- A file that is about to be named.
INSERT INTO blob (sha256, size) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: backdate_events
-- Events as old as their messages.
UPDATE event e SET at = COALESCE(m.at, x.first) FROM event o LEFT JOIN message m ON m.id = o.message
LEFT JOIN LATERAL (SELECT min(v.at) AS first FROM message v WHERE v.customer_id = o.customer) x ON true
WHERE o.id = e.id AND e.at = now() AND COALESCE(m.at, x.first) < e.at

-- name: backdate_topic
-- A topic as old as its messages.
UPDATE topic t SET opened_at = x.first, last_at = x.last, turn_since = x.last
FROM (SELECT min(at) AS first, max(at) AS last FROM message WHERE topic_id = $1) x WHERE t.id = $1

-- name: wait_since
-- Work that has waited since its first message.
UPDATE work w SET first_queued_at = t.opened_at, queued_at = t.opened_at FROM topic t WHERE t.id = w.topic_id AND w.topic_id = $1

-- name: complete
-- Work that was done by somebody, and its topic closed.
WITH done AS (
    UPDATE work w SET state = 'completed', agent_id = $2, code = $3, assigned_at = t.opened_at + interval '2 minutes', ended_at = t.last_at
    FROM topic t WHERE t.id = w.topic_id AND w.topic_id = $1 RETURNING w.id, w.customer_id, w.queue_id, w.assigned_at, w.ended_at),
stretch AS (
    INSERT INTO assignment (work_id, agent_id, started_at, wrapping_at, ended_at, ended_by)
    SELECT id, $2, assigned_at, ended_at, ended_at, 'completed' FROM done),
told AS (
    INSERT INTO event (at, type, actor_kind, actor, customer, topic, work, agent, queue, data)
    SELECT ended_at, 'work.completed', 'human', $2, customer_id, $1, id, $2, queue_id, jsonb_build_object('code', $3::text) FROM done)
UPDATE topic SET state = 'closed', closed_at = last_at, agent_id = $2 WHERE id = $1

-- name: tag
-- A tag.
INSERT INTO customer_tag (customer_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: describe
-- What is known of a customer.
UPDATE customer SET fields = $2, locale = $3, name = $4 WHERE id = $1

-- name: promise
-- Something that was promised.
INSERT INTO commitment (customer_id, agent_id, text, due_at) VALUES ($1, $2, $3, now() + interval '1 day')

-- name: channel_settings
-- The ports of this start.
UPDATE channel SET settings = settings || $2 WHERE connector = $1

-- name: heard_last
-- When something last came in and went out on each channel, as the stories tell it.
INSERT INTO channel_state AS s (channel_id, last_in_at, last_out_at)
SELECT channel_id, max(at) FILTER (WHERE direction = 'in'), max(at) FILTER (WHERE direction = 'out') FROM message WHERE channel_id IS NOT NULL GROUP BY channel_id
ON CONFLICT (channel_id) DO UPDATE SET last_in_at = EXCLUDED.last_in_at, last_out_at = EXCLUDED.last_out_at

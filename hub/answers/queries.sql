-- name: span
-- Up to where the ledger was looked through, and where it ends.
SELECT a.position AS after, h.position AS head FROM answering a, ledger_head h

-- name: move_on
-- The ledger was looked through up to here; it never goes back.
UPDATE answering SET position = $1 WHERE position < $1

-- name: asked
-- What customers wrote in a span of the ledger, in order, with all that decides on an answer. `many`: it is the eleventh of the hour, or a later one.
SELECT e.position, m.id, m.subject, left(m.text, 2000) AS text, m.context, m.address->>'kind' AS address_kind, m.address->>'value' AS address,
       m.identity_id, EXTRACT(epoch FROM now() - LEAST(m.at, COALESCE(m.provider_at, m.at)))::float AS age_s,
       NOT EXISTS (SELECT 1 FROM message p WHERE p.topic_id = m.topic_id AND p.number < m.number AND p.direction <> 'note') AS first,
       w.id IS NOT NULL AS waits, t.id AS topic, t.code, c.kind, b.locale AS fallback, COALESCE(NULLIF(r.locale, ''), o.locale) AS locale,
       COALESCE(NULLIF(r.name, ''), o.name) AS name, q.id AS queue, q.name AS queue_name, q.hours, s.acknowledges, s.tells_closed, s.kinds, s.texts,
       m.address->>'kind' = 'email' AND EXISTS (SELECT 1 FROM channel v WHERE v.kind = 'mail' AND lower(v.settings->>'address') = m.address->>'value') AS own,
       EXISTS (SELECT 1 FROM alarm l WHERE l.identity_id = m.identity_id AND l.settled_at IS NULL) AS alarmed,
       c.kind <> 'chat' AND COALESCE((SELECT n.at FROM message n WHERE n.identity_id = m.identity_id AND n.channel_id = m.channel_id AND n.direction = 'in'
                                      ORDER BY n.number DESC OFFSET $4 LIMIT 1) > now() - interval '1 hour', false) AS many
FROM event e JOIN message m ON m.id = e.message JOIN topic t ON t.id = m.topic_id JOIN channel c ON c.id = m.channel_id JOIN brand b ON b.id = c.brand_id
JOIN customer o ON o.id = m.customer_id JOIN customer r ON r.id = o.root_id
LEFT JOIN work w ON w.topic_id = t.id AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused')
LEFT JOIN queue q ON q.id = COALESCE(w.queue_id, c.queue_id) LEFT JOIN queue_answers s ON s.queue_id = q.id
WHERE e.position > $1 AND e.position <= $2 AND e.type = 'message.created' AND e.actor_kind = 'customer' AND NOT e.data ? 'held' ORDER BY e.position LIMIT $3

-- name: said_last
-- What senders wrote on the channel of a message within the hour before it, the newest first.
SELECT a.id, ARRAY(SELECT left(n.subject || ' ' || n.text, 2000) FROM message n
                   WHERE n.identity_id = a.identity_id AND n.channel_id = a.channel_id AND n.direction = 'in' AND n.number <= a.number
                     AND n.at > now() - interval '1 hour' ORDER BY n.number DESC LIMIT 50) AS texts
FROM message a WHERE a.id = ANY ($1::uuid[])

-- name: answer
-- Writes an automatic answer, or says why not.
SELECT answer_automatically($1)

-- name: raise_alarm
-- The same sender says the same again and again.
SELECT raise_loop_alarm($1, $2)

-- name: pause
-- What waits in a topic is offered to nobody as long as the alarm stands.
SELECT pause_waiting_work($1)

-- name: forget_senders
-- Who had an answer long enough ago may have one again anyway.
DELETE FROM answered_sender WHERE at < now() - interval '2 days'

-- name: all
-- Every queue, and what it answers by itself.
SELECT q.id, q.name, q.hours, COALESCE(s.acknowledges, false) AS acknowledges, COALESCE(s.tells_closed, false) AS tells_closed,
       COALESCE(s.kinds, '{mail}') AS kinds, COALESCE(s.texts, '{}') AS texts,
       COALESCE((SELECT b.locale FROM channel c JOIN brand b ON b.id = c.brand_id WHERE c.queue_id = q.id ORDER BY c.created_at LIMIT 1),
                (SELECT b.locale FROM brand b ORDER BY b.name LIMIT 1), 'es') AS fallback
FROM queue q LEFT JOIN queue_answers s ON s.queue_id = q.id WHERE $1::uuid IS NULL OR q.id = $1 ORDER BY lower(q.name), q.id

-- name: keep
-- What a queue answers by itself from now on.
INSERT INTO queue_answers (queue_id, acknowledges, tells_closed, kinds, texts) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (queue_id) DO UPDATE SET acknowledges = EXCLUDED.acknowledges, tells_closed = EXCLUDED.tells_closed, kinds = EXCLUDED.kinds, texts = EXCLUDED.texts

-- name: keep_hours
-- When a queue is open from now on.
UPDATE queue SET hours = $2 WHERE id = $1

-- name: tell
-- What a queue answers, or when it is open, was changed.
INSERT INTO event (type, actor_kind, actor, queue, data) VALUES ('queue.changed', 'human', $2, $1, '{"fields": ["answers", "hours"]}')

-- name: address_of
-- Where a colleague is reached, and whether that is an address of ours.
SELECT a.email, a.name, EXISTS (SELECT 1 FROM channel v WHERE v.kind = 'mail' AND lower(v.settings->>'address') = lower(a.email)) AS own
FROM agent a WHERE a.id = $1

-- name: alarms
-- Alarms: some, or all that stand, the newest first.
SELECT l.id, l.kind, l.count, l.raised_at, l.settled_at, COALESCE(g.name, '') AS settled_by, i.value AS address, t.id AS topic, t.code,
       r.id AS customer, COALESCE(NULLIF(r.name, ''), NULLIF(i.name, ''), i.value) AS customer_name, c.id AS channel, c.connector, c.name AS channel_name
FROM alarm l JOIN identity i ON i.id = l.identity_id JOIN customer o ON o.id = i.customer_id JOIN customer r ON r.id = o.root_id
JOIN topic t ON t.id = l.topic_id JOIN channel c ON c.id = l.channel_id LEFT JOIN agent g ON g.id = l.settled_by
WHERE l.id = ANY ($1::uuid[]) OR ($1::uuid[] IS NULL AND l.settled_at IS NULL) ORDER BY l.raised_at DESC, l.id LIMIT 200

-- name: settle_alarm
-- It may go on, or is stopped again.
SELECT settle_alarm($1, $2, $3)

-- name: count_alarms
-- How many alarms stand.
SELECT count(*)::int FROM alarm WHERE settled_at IS NULL

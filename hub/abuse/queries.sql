-- name: owner_of_topic
-- Whose a topic is.
SELECT customer_id FROM topic WHERE id = $1

-- name: sender_of_topic
-- Who wrote in a topic.
SELECT s.kind, s.value FROM topic t, sender_of(t) s WHERE t.id = $1

-- name: own_domains
-- The domains of our own mailboxes and colleagues.
SELECT DISTINCT split_part(lower(address), '@', -1) AS domain FROM (
    SELECT settings->>'address' AS address FROM channel WHERE kind = 'mail' UNION ALL SELECT email FROM agent WHERE enabled) own WHERE address <> ''

-- name: bar_sender
-- The sender of a topic is kept out.
SELECT bar_sender($1)

-- name: bar
-- An address or a domain is kept out.
SELECT bar($1)

-- name: sweep_domain
-- What waits of a barred domain goes aside.
SELECT sweep_domain($1, $2)

-- name: unbar
-- Whoever was kept out is let in again.
SELECT unbar($1, $2)

-- name: restore_blocked
-- What a block had set aside comes back.
SELECT restore_blocked($1, $2, $3)

-- name: put_back
-- A topic is no spam after all.
SELECT put_back($1, $2)

-- name: block
-- One block.
SELECT b.id, b.kind, b.value, b.verdict, b.reason, b.at, b.until, b.ended_at, b.agent_id, a.name AS agent_name
FROM block b JOIN agent a ON a.id = b.agent_id WHERE b.id = $1

-- name: blocks
-- Whoever is kept out, the newest first.
SELECT b.id, b.kind, b.value, b.verdict, b.reason, b.at, b.until, b.ended_at, b.agent_id, a.name AS agent_name
FROM block b JOIN agent a ON a.id = b.agent_id
WHERE b.ended_at IS NULL AND (b.until IS NULL OR b.until > now()) AND ($1 = '' OR b.value ILIKE '%' || $1 || '%')
      AND ($2::uuid IS NULL OR (b.at, b.id) < (SELECT x.at, x.id FROM block x WHERE x.id = $2))
ORDER BY b.at DESC, b.id DESC LIMIT $3

-- name: spam
-- What lies among the spam, the newest first.
SELECT t.id, t.last_number, t.last_at, t.spam, t.subject AS topic_subject, r.id AS customer,
       COALESCE(NULLIF(r.name, ''), NULLIF(i.name, ''), i.value, '') AS customer_name,
       t.channel_id, c.connector, c.name AS channel_name, COALESCE(i.value, '') AS address, COALESCE(i.kind LIKE 'claimed\_%', false) AS claimed,
       COALESCE(NULLIF(m.subject, ''), t.subject) AS subject, left(m.text, 200) AS text, m.context->'judged' AS judged,
       (SELECT count(*) FROM (SELECT 1 FROM message x WHERE x.topic_id = t.id LIMIT 1000) x) AS count,
       b.id AS block, b.kind, b.value, b.verdict, b.reason, b.at, b.until, b.agent_id, a.name AS agent_name
FROM topic t JOIN channel c ON c.id = t.channel_id JOIN customer o ON o.id = t.customer_id JOIN customer r ON r.id = o.root_id
LEFT JOIN identity i ON i.id = t.identity_id LEFT JOIN block b ON b.id = t.spam_block LEFT JOIN agent a ON a.id = b.agent_id
LEFT JOIN LATERAL (SELECT m.subject, m.text, m.context FROM message m WHERE m.topic_id = t.id ORDER BY m.number DESC LIMIT 1) m ON true
WHERE t.spam <> '' AND t.last_number < $1
      AND ($2 = '' OR t.subject ILIKE '%' || $2 || '%' OR m.text ILIKE '%' || $2 || '%' OR m.subject ILIKE '%' || $2 || '%' OR i.value ILIKE '%' || $2 || '%'
           OR i.name ILIKE '%' || $2 || '%' OR r.name ILIKE '%' || $2 || '%')
ORDER BY t.last_number DESC LIMIT $3

-- name: spam_total
-- How much lies among the spam, up to a thousand.
SELECT count(*) FROM (SELECT 1 FROM topic WHERE spam <> '' LIMIT 1000) t

-- name: quotas
-- How much one sender may write in a while.
SELECT kind, most, minutes FROM sender_quota ORDER BY kind

-- name: put_quotas
-- Other limits.
UPDATE sender_quota q SET most = n.most, minutes = n.minutes FROM jsonb_to_recordset($1) AS n (kind text, most int, minutes int) WHERE q.kind = n.kind

-- name: tell_quotas
-- The limits were changed.
INSERT INTO event (type, actor_kind, actor, data) VALUES ('quotas.changed', 'human', $1, $2)

-- name: floods
-- Who wrote too much in the last day, the newest first.
SELECT t.id, t.flooded_at, r.id AS customer, COALESCE(NULLIF(r.name, ''), NULLIF(i.name, ''), i.value, '') AS customer_name,
       t.channel_id, c.connector, c.name AS channel_name,
       (SELECT count(*) FROM message m WHERE m.topic_id = t.id AND m.context ? 'held' AND m.at >= t.flooded_at - interval '1 second') AS held
FROM topic t JOIN channel c ON c.id = t.channel_id JOIN customer o ON o.id = t.customer_id JOIN customer r ON r.id = o.root_id
LEFT JOIN identity i ON i.id = t.identity_id
WHERE t.flooded_at > now() - interval '1 day' AND t.spam = '' ORDER BY t.flooded_at DESC LIMIT 50

-- name: flooded
-- Whose topics these are.
SELECT t.id, r.id AS customer, COALESCE(NULLIF(r.name, ''), NULLIF(i.name, ''), i.value, '') AS customer_name
FROM topic t JOIN customer o ON o.id = t.customer_id JOIN customer r ON r.id = o.root_id LEFT JOIN identity i ON i.id = t.identity_id
WHERE t.id = ANY ($1::uuid[])

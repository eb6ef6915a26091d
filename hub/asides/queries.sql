-- name: views
-- Side conversations with all that is shown of them, oldest first.
SELECT s.id, s.topic_id, c.root_id AS root, s.state, s.at, s.state_at, s.agent_id, a.name AS agent_name, t.subject,
       CASE WHEN s.colleagues = '{}' THEN f.address END AS address, CASE WHEN s.colleagues = '{}' THEN p.root_id END AS other,
       CASE WHEN s.colleagues = '{}' THEN t.channel_id END AS channel_id, h.connector, h.name AS channel_name,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) ORDER BY g.name, g.id) FROM agent g WHERE g.id = ANY (s.colleagues)), '[]') AS colleagues,
       l.id AS last_id, l.text, l.direction, l.who, l.at AS last_at, l.state AS last_state, l.error,
       n.messages, n.heard
FROM aside s JOIN topic t ON t.id = s.id JOIN topic o ON o.id = s.topic_id JOIN customer c ON c.id = o.customer_id JOIN customer p ON p.id = t.customer_id
JOIN agent a ON a.id = s.agent_id LEFT JOIN channel h ON h.id = t.channel_id
CROSS JOIN LATERAL (SELECT m.address FROM message m WHERE m.topic_id = s.id ORDER BY m.number LIMIT 1) f
CROSS JOIN LATERAL (SELECT m.id, left(m.text, 200) AS text, m.direction, COALESCE(w.name, NULLIF(i.name, ''), i.value, '') AS who, m.at, m.state, m.error
                    FROM message m LEFT JOIN agent w ON w.id = m.author_id LEFT JOIN identity i ON i.id = m.identity_id
                    WHERE m.topic_id = s.id ORDER BY m.number DESC LIMIT 1) l
CROSS JOIN LATERAL (SELECT count(*)::int AS messages,
                           COALESCE(max(m.number) FILTER (WHERE m.direction = 'in' OR (m.direction = 'note' AND m.author_id <> s.agent_id)), 0) AS heard
                    FROM message m WHERE m.topic_id = s.id AND m.state <> 'canceled') n
WHERE s.id = ANY ($1::uuid[]) ORDER BY s.at, s.id

-- name: of_family
-- Those about a family's matters, and how far a colleague has read each.
SELECT s.id, COALESCE(r.number, 0) AS read FROM topic t JOIN aside s ON s.topic_id = t.id
LEFT JOIN aside_reading r ON r.aside_id = s.id AND r.agent_id = $2 WHERE t.customer_id = ANY ($1::uuid[]) AND s.state <> 'canceled'

-- name: place
-- Where one is held, and whose matter it is about.
SELECT s.id, s.state, s.colleagues, s.agent_id, t.customer_id AS held_by, t.channel_id, t.subject, o.customer_id AS about,
       (SELECT m.address FROM message m WHERE m.topic_id = s.id AND m.direction = 'out' ORDER BY m.number LIMIT 1) AS address,
       (SELECT m.id FROM message m WHERE m.topic_id = s.id AND m.direction = 'in' ORDER BY m.number DESC LIMIT 1) AS heard
FROM aside s JOIN topic t ON t.id = s.id JOIN topic o ON o.id = s.topic_id WHERE s.id = $1

-- name: customer_of_topic
-- Whose a topic is.
SELECT customer_id FROM topic WHERE id = $1

-- name: of_message
-- The side conversation that a message began.
SELECT s.id FROM message m JOIN aside s ON s.id = m.topic_id WHERE m.id = $1

-- name: words
-- What was said in one, in order.
SELECT id FROM message WHERE topic_id = $1 ORDER BY number LIMIT 1000

-- name: touched
-- Which of these topics are side conversations.
SELECT id FROM aside WHERE id = ANY ($1::uuid[])

-- name: at_work
-- Who has the matter that one is about in hand.
SELECT s.id, w.agent_id FROM aside s JOIN work w ON w.topic_id = s.topic_id AND w.state IN ('assigned', 'wrapping', 'paused')
WHERE s.id = ANY ($1::uuid[]) AND w.agent_id IS NOT NULL

-- name: pass_on
-- Files of a family's matter, or of one of its side conversations, once more, for the colleague to send: the same bytes under the given ids. Answers
-- how many there are now.
WITH made AS (
    INSERT INTO attachment (id, name, content_type, size, blob, kind, uploader)
    SELECT x.made, f.name, f.content_type, f.size, f.blob, f.kind, $4 FROM unnest($1::uuid[], $2::uuid[]) AS x (given, made)
    JOIN attachment f ON f.id = x.given AND f.state = 'here' JOIN message m ON m.id = f.message_id AND m.deleted_at IS NULL
    WHERE m.customer_id = ANY ($3::uuid[])
       OR EXISTS (SELECT 1 FROM aside s JOIN topic o ON o.id = s.topic_id WHERE s.id = m.topic_id AND o.customer_id = ANY ($3::uuid[]))
    ON CONFLICT (id) DO NOTHING RETURNING id)
SELECT (SELECT count(*) FROM made) + (SELECT count(*) FROM attachment a WHERE a.id = ANY ($2::uuid[]) AND a.uploader = $4)

-- name: colleagues
-- Which of these are colleagues who may sign in.
SELECT id FROM agent WHERE id = ANY ($1::uuid[]) AND enabled

-- name: settle
-- Ends one, or takes it up again.
SELECT settle_aside($1, $2, $3)

-- name: cancel
-- Takes one back.
SELECT cancel_aside($1, $2)

-- name: read
-- How far a colleague has read one.
SELECT read_aside($1, $2, $3)

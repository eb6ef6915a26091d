-- name: page
-- The newest messages of a family before a number: one short index scan for each member.
SELECT m.id, m.number, m.at FROM unnest($1::uuid[]) AS member (id)
CROSS JOIN LATERAL (
    SELECT v.id, v.number, v.at FROM message v WHERE v.customer_id = member.id AND v.number < $2 ORDER BY v.number DESC LIMIT $3
) m ORDER BY m.number DESC LIMIT $3

-- name: topic_page
-- The newest messages of one topic before a number, as far as they are the family's.
SELECT m.id, m.number, m.at FROM message m
WHERE m.topic_id = $4 AND m.number < $2 AND m.customer_id = ANY ($1::uuid[]) ORDER BY m.number DESC LIMIT $3

-- name: time_of
-- When a message of a family was written.
SELECT at FROM message WHERE customer_id = ANY ($1::uuid[]) AND number = $2

-- name: views
-- Messages with all that is shown of them.
SELECT m.id, m.number, m.at, m.direction, m.topic_id, m.channel_id, ch.connector, ch.name AS channel_name, m.text, m.state, m.state_at,
       m.customer_id, c.root_id, COALESCE(NULLIF(r.name, ''), family_name(r.id), NULLIF(i.name, ''), i.value, '') AS customer_name,
       m.author_kind, m.author_id, COALESCE(a.name, '') AS agent_name, COALESCE(NULLIF(i.name, ''), NULLIF(c.name, ''), i.value, '') AS writer_name,
       t.aside, m.subject, m.html IS NOT NULL AS has_html, m.address, m.error, m.reply_to, m.send_at, m.context, m.content, m.edited_at, m.deleted_at,
       (SELECT CASE WHEN o.root_id = c.root_id THEN jsonb_build_object('id', q.id, 'text', left(q.text, 200), 'direction', q.direction) END
        FROM message q JOIN customer o ON o.id = q.customer_id WHERE q.id = m.reply_to) AS quoted,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size, 'inline', f.inline,
                                                     'kind', f.kind, 'state', f.state, 'problem', f.problem) ORDER BY f.position, f.id)
                 FROM attachment f WHERE f.message_id = m.id AND m.deleted_at IS NULL), '[]') AS attachments,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('emoji', e.emoji, 'by', jsonb_build_object('kind', e.author_kind,
                     'id', CASE WHEN e.author_kind = 'customer' THEN w.customer_id ELSE e.author END,
                     'name', COALESCE(NULLIF(w.name, ''), NULLIF(d.name, ''), w.value, g.name, ''))) ORDER BY e.at, e.author)
                 FROM reaction e LEFT JOIN identity w ON w.id = e.author AND e.author_kind = 'customer' LEFT JOIN customer d ON d.id = w.customer_id
                 LEFT JOIN agent g ON g.id = e.author WHERE e.message_id = m.id AND e.emoji <> ''), '[]') AS reactions,
       ARRAY(SELECT w.agent_id FROM work w WHERE w.topic_id = m.topic_id AND w.state IN ('assigned', 'wrapping', 'paused')
             AND w.agent_id IS NOT NULL) AS at_work,
       ARRAY(SELECT w.queue_id FROM work w WHERE w.topic_id = m.topic_id
             AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused')) AS queues
FROM message m JOIN topic t ON t.id = m.topic_id JOIN customer c ON c.id = m.customer_id JOIN customer r ON r.id = c.root_id
LEFT JOIN channel ch ON ch.id = m.channel_id LEFT JOIN agent a ON a.id = m.author_id LEFT JOIN identity i ON i.id = m.identity_id
WHERE m.id = ANY ($1::uuid[]) ORDER BY m.number

-- name: own
-- How far a colleague has read a family's thread, what he or she has begun to write, and what of the thread waits for its time.
SELECT COALESCE((SELECT max(v.number) FROM reading v WHERE v.agent_id = $1 AND v.customer_id = ANY ($2::uuid[])), 0) AS read,
       d.kind, d.text, d.channel_id, d.topic_id, d.subject, d.html,
       ARRAY(SELECT m.id FROM message m WHERE m.customer_id = ANY ($2::uuid[]) AND m.send_at IS NOT NULL AND m.state = 'queued' ORDER BY m.send_at) AS scheduled
FROM (SELECT 1) one LEFT JOIN LATERAL (
    SELECT * FROM draft WHERE agent_id = $1 AND customer_id = ANY ($2::uuid[]) ORDER BY updated_at DESC LIMIT 1) d ON true

-- name: mark_read
-- A colleague has read up to here; never backwards, and told only when it went on.
WITH further AS (
    INSERT INTO reading AS r (agent_id, customer_id, number) VALUES ($1, $2, $3)
    ON CONFLICT (agent_id, customer_id) DO UPDATE SET number = EXCLUDED.number WHERE r.number < EXCLUDED.number
    RETURNING r.agent_id, r.customer_id)
INSERT INTO event (type, actor_kind, actor, customer, data)
SELECT 'conversation.read', 'human', agent_id, customer_id, jsonb_build_object('number', $3::bigint) FROM further

-- name: root_of_address
-- The customer behind an address.
SELECT c.root_id, COALESCE(NULLIF(c.name, ''), NULLIF(i.name, ''), i.value) AS name FROM identity i JOIN customer c ON c.id = i.customer_id
WHERE i.kind = $1 AND i.value = $2

-- name: keep_draft
-- Keeps what a colleague has begun to write.
INSERT INTO draft (agent_id, customer_id, kind, text, channel_id, topic_id, subject, html) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (agent_id, customer_id) DO UPDATE SET kind = EXCLUDED.kind, text = EXCLUDED.text, channel_id = EXCLUDED.channel_id,
    topic_id = EXCLUDED.topic_id, subject = EXCLUDED.subject, html = EXCLUDED.html, updated_at = now()

-- name: drop_drafts
-- Removes the drafts of a colleague in a family, but for one member.
DELETE FROM draft WHERE agent_id = $1 AND customer_id = ANY ($2::uuid[]) AND customer_id IS DISTINCT FROM $3

-- name: known
-- The message with this id, if it was written before, and the hash of what it was asked as.
SELECT id, body_hash FROM message WHERE id = $1

-- name: owner
-- Whose message this is, and its HTML.
SELECT customer_id, html FROM message WHERE id = $1

-- name: channel
-- One channel.
SELECT id, connector, name, enabled FROM channel WHERE id = $1

-- name: open_channels
-- The names of the channels that are open.
SELECT name FROM channel WHERE enabled ORDER BY created_at, id

-- name: topic_of
-- The topic of a message, when the message is of this family.
SELECT topic_id FROM message WHERE id = $1 AND customer_id = ANY ($2::uuid[])

-- name: colleagues
-- Which of these are colleagues.
SELECT id FROM agent WHERE id = ANY ($1::uuid[])

-- name: mentions
-- Where a colleague was mentioned, the newest first, and whether he or she has read it.
SELECT m.id, m.number, m.at, left(m.text, 200) AS text, r.id AS customer, COALESCE(NULLIF(r.name, ''), family_name(r.id), i.name, '') AS customer_name,
       a.id AS author, a.name AS author_name,
       m.number > COALESCE((SELECT max(d.number) FROM reading d WHERE d.agent_id = $1 AND d.customer_id IN (c.id, r.id)), 0) AS unread
FROM mention x JOIN message m ON m.id = x.message_id AND m.deleted_at IS NULL
JOIN customer c ON c.id = m.customer_id JOIN customer r ON r.id = c.root_id LEFT JOIN agent a ON a.id = m.author_id
LEFT JOIN LATERAL (SELECT COALESCE(NULLIF(i.name, ''), i.value) AS name FROM identity i WHERE i.customer_id = c.id ORDER BY i.created_at LIMIT 1) i ON true
WHERE x.agent_id = $1 ORDER BY x.number DESC LIMIT 100

-- name: sizes
-- Names, sizes and types of files that this colleague uploaded and has not sent.
SELECT id, name, size, content_type FROM attachment WHERE id = ANY ($1::uuid[]) AND message_id IS NULL AND uploader = $2

-- name: name_blob
-- Names a stored file.
SELECT name_blob($1, $2)

-- name: write
-- Writes a reply or a note.
SELECT message, fresh FROM write_message($1)

-- name: retry
-- Sends again what failed, or may not have left.
SELECT retry_message($1, $2)

-- name: reschedule
-- Another time for a message that waits for its time.
SELECT reschedule_message($1, $2, $3)

-- name: cancel
-- Takes a message back before it leaves.
SELECT cancel_message($1, $2)

-- name: add_attachment
-- A file that was uploaded, not of any message yet.
INSERT INTO attachment (name, content_type, size, blob, uploader) VALUES ($1, $2, $3, $4, $5) RETURNING id

-- name: attachment
-- One file, and whose message it belongs to; none of a message that was taken back.
SELECT f.name, f.content_type, f.size, f.blob, f.state, f.problem, f.examined_at, f.uploader, f.message_id, m.customer_id, m.direction
FROM attachment f LEFT JOIN message m ON m.id = f.message_id WHERE f.id = $1 AND m.deleted_at IS NULL

-- name: note_examined
-- A scanner has said whether a file does harm.
SELECT note_examined($1, $2)

-- name: fetch_again
-- A file that failed is asked for once more.
SELECT fetch_again($1, $2)

-- name: versions
-- What a message said before it was edited.
SELECT v.at, v.text FROM message_version v JOIN message m ON m.id = v.message_id
WHERE v.message_id = $1 AND m.deleted_at IS NULL ORDER BY v.at

-- name: inline_pictures
-- The pictures that a message's HTML shows.
SELECT content_id, content_type, size, blob FROM attachment
WHERE message_id = $1 AND content_id <> '' AND state = 'here' AND problem = '' ORDER BY position

-- name: acted_on
-- What must be known of a message before something is done to it.
SELECT m.direction, m.state, m.deleted_at, m.context ? 'template' AS is_template, c.connector, COALESCE(c.enabled, false) AS enabled,
       EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = m.id) AS in_parts
FROM message m LEFT JOIN channel c ON c.id = m.channel_id WHERE m.id = $1

-- name: act
-- Writes down what is to be done to a message.
SELECT act_on_message($1, $2, $3, $4, $5)

-- name: root_behind
-- The root of the customer who has an address.
SELECT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.kind = $1 AND i.value = $2

-- name: proved
-- Those addresses of a family that were proved to be its own, and those of colleagues.
SELECT i.value FROM identity i WHERE i.customer_id = ANY ($1::uuid[]) AND i.kind = 'email' AND i.proved
UNION SELECT email FROM agent WHERE enabled

-- name: letter
-- A message with all that is told of it when it is quoted or passed on.
SELECT m.id, m.direction, COALESCE(m.provider_at, m.at) AS at, m.subject, m.text, m.html, m.context, m.address,
       COALESCE(a.name, NULLIF(i.name, ''), NULLIF(c.name, ''), '') AS writer, COALESCE(h.settings->>'address', '') AS ours,
       NULLIF(r.locale, '') AS locale, b.locale AS brand_locale
FROM message m JOIN customer c ON c.id = m.customer_id JOIN customer r ON r.id = c.root_id LEFT JOIN agent a ON a.id = m.author_id
LEFT JOIN identity i ON i.id = m.identity_id LEFT JOIN channel h ON h.id = m.channel_id LEFT JOIN brand b ON b.id = h.brand_id
WHERE m.id = $1 AND m.direction IN ('in', 'out') AND m.deleted_at IS NULL

-- name: passed_on
-- The sizes and types of a message's files.
SELECT name, size, content_type FROM attachment WHERE message_id = $1 AND state = 'here' AND problem = ''

-- name: ever_wrote
-- Whether anything ever came from an address.
SELECT EXISTS (SELECT 1 FROM identity i JOIN message m ON m.identity_id = i.id AND m.direction = 'in' WHERE i.kind = $1 AND i.value = $2)

-- name: move
-- Moves messages to another topic, or to one of their own.
SELECT move, topic, customer FROM move_messages($1)

-- name: undo_move
-- Puts back what was moved.
SELECT topic, customer FROM undo_move($1, $2)

-- name: places_of_move
-- The customers between whom messages were moved.
SELECT f.customer_id AS left, t.customer_id AS reached FROM message_move v
JOIN topic f ON f.id = v.from_topic_id JOIN topic t ON t.id = v.to_topic_id WHERE v.id = $1

-- name: owner_of_topic
-- Whose a topic is.
SELECT customer_id FROM topic WHERE id = $1

-- name: topic
-- A topic as a notice names it.
SELECT id, code, subject FROM topic WHERE id = $1

-- name: moved
-- The messages of moves.
SELECT move_id, message_id FROM moved_message WHERE move_id = ANY ($1::uuid[])

-- name: roots
-- The roots of customers.
SELECT id, root_id FROM customer WHERE id = ANY ($1::uuid[])

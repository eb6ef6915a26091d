-- name: identity
-- The identity of a visitor, once he or she has written.
SELECT i.id, i.customer_id, c.root_id, c.name FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.kind = 'visitor' AND i.value = $1

-- name: signed_otherwise
-- Whether a visitor's family holds another address of a kind that the shop signs: somebody else used this browser.
SELECT EXISTS (
    SELECT 1 FROM identity v JOIN customer c ON c.id = v.customer_id JOIN customer f ON f.root_id = c.root_id
    JOIN identity i ON i.customer_id = f.id AND i.evidence = 'signed' JOIN unnest($2::text[], $3::text[]) AS said (kind, value) ON said.kind = i.kind
    WHERE v.kind = 'visitor' AND v.value = $1 AND i.value <> said.value)

-- name: history
-- What a visitor has said and was answered here: never a note, never another channel's.
SELECT CASE WHEN m.direction = 'in' THEN split_part(m.external_id, ':', 2) ELSE m.id::text END AS id, m.number, m.at, m.direction, m.author_kind,
       m.text, m.state, a.name AS author,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size) ORDER BY f.position)
                 FROM attachment f WHERE f.message_id = m.id), '[]') AS attachments
FROM message m LEFT JOIN agent a ON a.id = m.author_id
WHERE m.identity_id = $1 AND m.direction IN ('in', 'out') AND m.state <> 'canceled' AND m.number > $2 ORDER BY m.number DESC LIMIT 200

-- name: by_ids
-- The same for messages that have just been written or changed, with the visitor they concern.
SELECT CASE WHEN m.direction = 'in' THEN split_part(m.external_id, ':', 2) ELSE m.id::text END AS id, m.number, m.at, m.direction, m.author_kind,
       m.text, m.state, a.name AS author, i.value AS visitor,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size) ORDER BY f.position)
                 FROM attachment f WHERE f.message_id = m.id), '[]') AS attachments
FROM message m JOIN identity i ON i.id = m.identity_id AND i.kind = 'visitor' LEFT JOIN agent a ON a.id = m.author_id
WHERE m.id = ANY($1::uuid[]) AND m.direction IN ('in', 'out') ORDER BY m.number

-- name: written_at
-- When a message came in: whoever says it again hears the same.
SELECT at FROM message WHERE id = $1

-- name: states
-- How it stands for visitors: waiting (in which place), talking (to whom), or over; and how far a colleague has read.
SELECT i.value AS visitor, w.id AS work, w.state, t.state AS topic_state, a.name AS agent,
       COALESCE((SELECT max(r.number) FROM reading r WHERE r.customer_id = c.root_id), 0) AS read_to
FROM identity i JOIN customer c ON c.id = i.customer_id
LEFT JOIN LATERAL (SELECT t.id, t.state FROM topic t WHERE t.customer_id = i.customer_id AND t.identity_id = i.id ORDER BY t.last_number DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT w.* FROM work w WHERE w.topic_id = t.id ORDER BY w.id DESC LIMIT 1) w ON true
LEFT JOIN agent a ON a.id = w.agent_id
WHERE i.kind = 'visitor' AND i.value = ANY($1::text[])

-- name: visitors_of
-- The visitors whom events concern, by their customers' whole families.
SELECT DISTINCT i.value FROM customer c JOIN customer f ON f.root_id = c.root_id JOIN identity i ON i.customer_id = f.id AND i.kind = 'visitor'
WHERE c.id = ANY($1::uuid[])

-- name: reached
-- The visitor's screen has these, or the visitor read them.
SELECT visitor_reached($1, $2, $3)

-- name: add_claim
-- What a visitor says of himself.
INSERT INTO claim (customer_id, kind, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: name_customer
-- A name for somebody who has none.
UPDATE customer SET name = $2 WHERE id = $1 AND name = ''

-- name: tell_claimed
-- The customer's record has something new.
INSERT INTO event (type, actor_kind, customer, data) VALUES ('customer.changed', 'customer', $1, '{"fields": ["claims"]}')

-- name: add_upload
-- A file that a visitor has sent up and not used yet.
INSERT INTO attachment (name, content_type, size, blob, uploader) VALUES ($1, $2, $3, $4, $5) RETURNING id

-- name: upload_blob
-- Its bytes.
INSERT INTO blob (sha256, size) VALUES ($1, $2) ON CONFLICT (sha256) DO UPDATE SET created_at = now()

-- name: unused
-- Bytes of files that no message names: one visitor's, and all visitors'; a small file counts as more than it is.
SELECT COALESCE(sum(greatest(size, $2)) FILTER (WHERE uploader = $1), 0)::bigint AS mine, COALESCE(sum(greatest(size, $2)), 0)::bigint AS everybodys
FROM attachment WHERE message_id IS NULL AND uploader LIKE 'visitor:%'

-- name: uploads
-- Files of a visitor that no message names yet.
SELECT id, name, content_type, size FROM attachment WHERE id = ANY($1::uuid[]) AND uploader = $2 AND message_id IS NULL

-- name: file
-- A file of a visitor's own conversation.
SELECT f.name, f.content_type, f.size, f.blob FROM attachment f JOIN message m ON m.id = f.message_id
WHERE f.id = $1 AND m.direction IN ('in', 'out') AND m.identity_id = $2

-- name: brand
-- Name and colour of a channel's brand.
SELECT b.name, b.color, b.locale FROM channel c JOIN brand b ON b.id = c.brand_id WHERE c.id = $1

-- name: last_talk
-- The last piece of work of a visitor's last topic.
SELECT w.id AS work, w.topic_id AS topic, w.customer_id AS customer, c.root_id AS root
FROM identity i JOIN customer c ON c.id = i.customer_id
JOIN LATERAL (SELECT t.id FROM topic t WHERE t.customer_id = i.customer_id AND t.identity_id = i.id ORDER BY t.last_number DESC LIMIT 1) t ON true
JOIN LATERAL (SELECT w.* FROM work w WHERE w.topic_id = t.id ORDER BY w.id DESC LIMIT 1) w ON true
WHERE i.kind = 'visitor' AND i.value = $1

-- name: rated
-- Whether it was rated before; whoever asks holds the lock of the conversation from now on.
SELECT EXISTS (SELECT 1 FROM message m WHERE m.id = $2) FROM lock_root($1)

-- name: write_rating
-- The rating as a note in the thread.
SELECT message FROM write_message($1)

-- name: tell_rating
-- The rating as a number, for whoever counts.
INSERT INTO event (type, actor_kind, customer, topic, work, agent, queue, channel, data)
SELECT 'work.rated', 'customer', w.customer_id, w.topic_id, w.id, w.agent_id, w.queue_id, w.channel_id, $2 FROM work w WHERE w.id = $1

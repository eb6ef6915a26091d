-- name: root
-- The root of a customer.
SELECT r.id, r.name FROM customer c JOIN customer r ON r.id = c.root_id WHERE c.id = $1

-- name: family
-- All who were joined under a root, the root first.
SELECT c.id FROM customer c WHERE c.root_id = $1 ORDER BY c.id <> $1, c.id

-- name: newest
-- Roots by their newest message, newest first: walks the topics from the newest and keeps the newest one of each family; not what lies
-- among the spam.
SELECT r.id, r.name, t.last_number AS key
FROM topic t JOIN customer c ON c.id = t.customer_id JOIN customer r ON r.id = c.root_id
WHERE t.last_number < $1 AND t.last_number > 0 AND t.spam = '' AND NOT EXISTS (
    SELECT 1 FROM customer member JOIN topic newer ON newer.customer_id = member.id
    WHERE member.root_id = c.root_id AND newer.spam = '' AND newer.last_number > t.last_number)
ORDER BY t.last_number DESC LIMIT $2

-- name: silent
-- Roots that never had a message, the newest first.
SELECT r.id, r.name FROM customer r
WHERE r.parent_id IS NULL AND r.id < $1 AND NOT EXISTS (
    SELECT 1 FROM customer member JOIN topic t ON t.customer_id = member.id WHERE member.root_id = r.id AND t.last_number > 0)
ORDER BY r.id DESC LIMIT $2

-- name: beginning
-- Roots whose name begins so, by name: a walk along the index, however many there are.
SELECT r.id, r.name, r.name_key, 0 AS rank FROM customer r
WHERE r.parent_id IS NULL AND r.name_key >= search_key($1) AND r.name_key < search_key($1) || chr(1114111)
  AND (r.name_key, r.id) > ($2, $3::uuid)
ORDER BY r.name_key, r.id LIMIT $4

-- name: containing
-- Roots that a word of a name, an address or a tracking code leads to, by name, but for those whose name begins so. Of what is in very many
-- records the first thousands found are looked at: more letters lead further than more pages.
WITH found AS (
    (SELECT c.root_id AS id FROM customer c WHERE c.name_key LIKE $1 AND c.name_key LIKE ALL ($2::text[]) LIMIT 2000)
    UNION (SELECT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id
           WHERE i.value COLLATE "C" >= $9 AND i.value COLLATE "C" < $9 || chr(1114111) LIMIT 2000)
    UNION (SELECT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.value LIKE ANY ($3::text[]) LIMIT 2000)
    UNION SELECT c.root_id FROM topic t JOIN customer c ON c.id = t.customer_id WHERE t.code = $4
)
SELECT r.id, r.name, r.name_key, 1 AS rank FROM found JOIN customer r ON r.id = found.id
WHERE (r.name_key, r.id) > ($6, $7::uuid) AND ($5::text IS NULL OR NOT starts_with(r.name_key, search_key($5)))
ORDER BY r.name_key, r.id LIMIT $8

-- name: resembling
-- Roots whose name is nearly the one that was typed.
SELECT r.id, r.name, r.name_key, 2 AS rank FROM resembling_names(search_key($1), $2) AS near JOIN customer r ON r.id = near.customer
ORDER BY near.likeness DESC, r.id

-- name: words_of
-- What was typed, as names are searched.
SELECT search_key($1)

-- name: identities_of
-- The addresses of several roots.
SELECT c.root_id, i.kind, i.value, i.name FROM customer c JOIN identity i ON i.customer_id = c.id
WHERE c.root_id = ANY ($1::uuid[]) ORDER BY i.created_at, i.id

-- name: record
-- The root's own row; what it does not say, its family does.
SELECT r.id, r.created_at, COALESCE(family_name(r.id), '') AS name,
       COALESCE(NULLIF(r.locale, ''), (
           SELECT c.locale FROM customer c WHERE c.root_id = r.id AND c.locale <> '' ORDER BY c.created_at, c.id LIMIT 1), '') AS locale,
       COALESCE((SELECT jsonb_object_agg(v.key, v.value ORDER BY c.id = r.id, c.id DESC) FROM customer c, jsonb_each(c.fields) v
                 WHERE c.root_id = r.id), '{}') AS fields
FROM customer r WHERE r.id = $1

-- name: fields
-- The fields that this company keeps.
SELECT id, kind, label_es, label_en, choices FROM customer_field ORDER BY position, id

-- name: tags
-- The tags of a family.
SELECT DISTINCT t.tag FROM customer_tag t WHERE t.customer_id = ANY ($1::uuid[]) ORDER BY t.tag

-- name: identities
-- The addresses of a family.
SELECT i.id, i.customer_id, i.kind, i.value, i.name, i.proved, i.evidence, i.created_at, i.unreachable_at, i.unreachable_why
FROM identity i WHERE i.customer_id = ANY ($1::uuid[]) ORDER BY i.created_at, i.id

-- name: claims
-- What a family says of itself.
SELECT kind, value, min(at) AS at FROM claim WHERE customer_id = ANY ($1::uuid[]) GROUP BY kind, value ORDER BY min(at), kind, value

-- name: message_count
-- How many messages a family's thread has.
SELECT count(*) FROM message WHERE customer_id = ANY ($1::uuid[])

-- name: topics
-- The matters of a family, the newest first; not what is said beside one, nor those that were emptied and closed when their messages were moved.
SELECT t.id, t.code, t.subject, t.state, t.spam, t.opened_at, t.closed_at, t.last_at, t.identity_id, t.channel_id, c.connector, c.name AS channel_name,
       t.queue_id, q.name AS queue_name, t.agent_id, a.name AS agent_name,
       EXISTS (SELECT 1 FROM message m WHERE m.topic_id = t.id AND m.direction = 'in') AS heard
FROM topic t JOIN channel c ON c.id = t.channel_id LEFT JOIN queue q ON q.id = t.queue_id LEFT JOIN agent a ON a.id = t.agent_id
WHERE t.customer_id = ANY ($1::uuid[]) AND NOT t.aside AND (t.state = 'open' OR t.last_number > 0)
ORDER BY t.last_number DESC, t.opened_at DESC

-- name: topics_by_id
-- Single matters, with the root of whose they are.
SELECT t.id, t.code, t.subject, t.state, t.spam, t.opened_at, t.closed_at, t.last_at, t.identity_id, t.channel_id, c.connector, c.name AS channel_name,
       t.queue_id, q.name AS queue_name, t.agent_id, a.name AS agent_name, o.root_id
FROM topic t JOIN channel c ON c.id = t.channel_id JOIN customer o ON o.id = t.customer_id
LEFT JOIN queue q ON q.id = t.queue_id LEFT JOIN agent a ON a.id = t.agent_id
WHERE t.id = ANY ($1::uuid[]) AND NOT t.aside

-- name: roots
-- The roots of customers.
SELECT id, root_id FROM customer WHERE id = ANY ($1::uuid[])

-- name: joins
-- The standing joins that made a family.
SELECT j.id, j.child_id, c.name, j.at, j.actor_kind, j.actor, COALESCE(a.name, '') AS actor_name, j.evidence
FROM customer_join j JOIN customer c ON c.id = j.child_id LEFT JOIN agent a ON a.id = j.actor
WHERE j.undone_at IS NULL AND j.parent_id = ANY ($1::uuid[]) ORDER BY j.at, j.id

-- name: commitments
-- What was promised to a family.
SELECT p.id, p.text, p.due_at, p.agent_id, a.name AS agent_name, p.done_at, p.topic_id, r.id AS customer, r.name
FROM commitment p JOIN agent a ON a.id = p.agent_id JOIN customer c ON c.id = p.customer_id JOIN customer r ON r.id = c.root_id
WHERE p.customer_id = ANY ($1::uuid[]) ORDER BY p.done_at IS NOT NULL, p.due_at, p.id

-- name: open_commitments
-- What is still to be done, of one colleague or of all.
SELECT p.id, p.text, p.due_at, p.agent_id, a.name AS agent_name, p.done_at, p.topic_id, r.id AS customer, r.name
FROM commitment p JOIN agent a ON a.id = p.agent_id JOIN customer c ON c.id = p.customer_id JOIN customer r ON r.id = c.root_id
WHERE p.done_at IS NULL AND ($1::uuid IS NULL OR p.agent_id = $1) ORDER BY p.due_at, p.id LIMIT 200

-- name: commitment
-- One promise.
SELECT p.id, p.text, p.due_at, p.agent_id, a.name AS agent_name, p.done_at, p.topic_id, r.id AS customer, r.name
FROM commitment p JOIN agent a ON a.id = p.agent_id JOIN customer c ON c.id = p.customer_id JOIN customer r ON r.id = c.root_id
WHERE p.id = $1

-- name: keep_commitment
-- Marks a promise as kept, or not, and tells when that is news.
WITH changed AS (
    UPDATE commitment SET done_at = CASE WHEN $2 THEN now() END WHERE id = $1 AND (done_at IS NOT NULL) <> $2 RETURNING id, customer_id, topic_id
)
INSERT INTO event (type, actor_kind, actor, customer, topic, data)
SELECT CASE WHEN $2 THEN 'commitment.done' ELSE 'commitment.reopened' END, 'human', $3, customer_id, topic_id, jsonb_build_object('commitment', id)
FROM changed

-- name: channels
-- The channels that are open, with their state.
SELECT c.id, c.connector, c.name, c.settings, COALESCE(s.state, 'down') AS state FROM channel c LEFT JOIN channel_state s ON s.channel_id = c.id
WHERE c.enabled ORDER BY c.created_at, c.id

-- name: last_used
-- The channel and address that a family's thread used last: one short index scan for each member.
SELECT m.channel_id, m.address FROM unnest($1::uuid[]) AS member (id)
CROSS JOIN LATERAL (
    SELECT v.number, v.channel_id, v.address FROM message v
    WHERE v.customer_id = member.id AND v.direction <> 'note' AND v.state <> 'canceled' AND NOT v.context ? 'forward' ORDER BY v.number DESC LIMIT 1
) m ORDER BY m.number DESC LIMIT 1

-- name: last_written
-- When each address last wrote on each open channel that reaches such, and to which of ours: a short index scan for each pair. The
-- window runs from the provider's time where that is the earlier one.
SELECT i.id AS identity_id, c.id AS channel_id, LEAST(m.at, m.provider_at) AS at, m.at AS arrived, COALESCE(m.address->>'to', '') AS to,
       COALESCE(m.address->>'native', '') AS native
FROM unnest($1::uuid[]) AS i (id) CROSS JOIN channel c CROSS JOIN LATERAL (
    SELECT v.at, v.provider_at, v.address FROM message v
    WHERE v.identity_id = i.id AND v.channel_id = c.id AND v.direction = 'in' ORDER BY v.number DESC LIMIT 1) m
WHERE c.enabled

-- name: consents
-- What each address last said about hearing from a channel, or a colleague wrote down; what was taken back again says nothing.
SELECT s.identity_id, s.channel_id, s.given, s.reason, s.at, s.agent_id, a.name AS agent_name
FROM consent s LEFT JOIN agent a ON a.id = s.agent_id WHERE s.identity_id = ANY ($1::uuid[]) AND s.reason <> 'taken_back'

-- name: change
-- Changes a root's own row. A null field is kept as such: it hides what the rest of the family says, and an undo gives that back.
UPDATE customer SET name = COALESCE($2, name), locale = COALESCE($3, locale), fields = fields || $4 WHERE id = $1

-- name: tell
-- Writes what a colleague did to a record.
INSERT INTO event (type, actor_kind, actor, customer, data) VALUES ($1, 'human', $2, $3, $4)

-- name: tell_of_channel
-- The same, of something on a channel.
INSERT INTO event (type, actor_kind, actor, customer, channel, data) VALUES ($1, 'human', $2, $3, $4, $5)

-- name: add_tag
-- Puts a tag on a root, unless its family has it.
INSERT INTO customer_tag (customer_id, tag)
SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM customer_tag t JOIN customer c ON c.id = t.customer_id WHERE c.root_id = $1 AND t.tag = $2)
ON CONFLICT DO NOTHING RETURNING tag

-- name: remove_tag
-- Takes a tag from all of a family.
DELETE FROM customer_tag t USING customer c WHERE c.id = t.customer_id AND c.root_id = $1 AND t.tag = $2 RETURNING t.tag

-- name: tags_like
-- The tags in use that begin so, the most used first.
SELECT tag FROM customer_tag WHERE tag LIKE $1 GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 50

-- name: tell_identity
-- Adds an address that an agent was told; no row when it is known already.
INSERT INTO identity (customer_id, kind, value, evidence) VALUES ($1, $2, $3, 'told') ON CONFLICT (kind, value) DO NOTHING RETURNING id

-- name: owner_of
-- Whose address this is.
SELECT r.id, r.name FROM identity i JOIN customer c ON c.id = i.customer_id JOIN customer r ON r.id = c.root_id WHERE i.kind = $1 AND i.value = $2

-- name: record_consent
-- Writes down that a customer agreed to be written to on a channel.
SELECT record_consent($1, $2, $3, $4)

-- name: take_consent_back
-- Takes back what was written down of it.
SELECT take_consent_back($1, $2, $3)

-- name: make_invitation
-- An invitation of a customer to a channel.
INSERT INTO invitation (id, customer_id, channel_id, agent_id, expires_at) VALUES ($1, $2, $3, $4, $5)

-- name: identity
-- One address of a family.
SELECT i.id, i.customer_id, i.proved, i.kind, i.value FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.id = $2 AND c.root_id = $1

-- name: remove_identity
-- Removes an address that was only told and never used.
DELETE FROM identity i WHERE i.id = $1 AND NOT i.proved
    AND NOT EXISTS (SELECT 1 FROM message m WHERE m.customer_id = i.customer_id AND m.identity_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM topic t WHERE t.customer_id = i.customer_id AND t.identity_id = i.id)
RETURNING i.id

-- name: join
-- Puts one family under another.
SELECT join_customers($1, $2, 'agent', 'human', $3)

-- name: parent_of_join
-- The customer under whom a join put another.
SELECT parent_id FROM customer_join WHERE id = $1

-- name: owner_of_commitment
-- The customer to whom something was promised.
SELECT customer_id FROM commitment WHERE id = $1

-- name: part
-- Undoes a join.
SELECT child, parent FROM part_customers($1, $2)

-- name: names
-- What customers are called: by their name, that of their family, or their first address.
SELECT c.id, COALESCE(NULLIF(c.name, ''), family_name(c.id), (
           SELECT COALESCE(NULLIF(i.name, ''), i.value) FROM identity i WHERE i.customer_id = c.id ORDER BY i.created_at, i.id LIMIT 1), '') AS name
FROM customer c WHERE c.id = ANY ($1::uuid[])

-- name: set_distinct
-- Says that two are not the same person.
INSERT INTO customer_distinct (one_id, other_id, agent_id) VALUES (least($1::uuid, $2), greatest($1::uuid, $2), $3) ON CONFLICT DO NOTHING
RETURNING one_id

-- name: same_addresses
-- Others whose identity or claim is one of these addresses. `known`: it is an identity there.
SELECT c.root_id, wanted.kind, wanted.mine, true AS known
FROM unnest($2::text[], $3::text[], $4::bool[]) AS wanted (kind, value, mine)
JOIN identity i ON i.kind = wanted.kind AND i.value = wanted.value JOIN customer c ON c.id = i.customer_id
WHERE c.root_id <> $1
UNION SELECT c.root_id, wanted.kind, wanted.mine, false
FROM unnest($2::text[], $3::text[], $4::bool[]) AS wanted (kind, value, mine)
JOIN claim l ON l.kind = wanted.kind AND l.value = wanted.value JOIN customer c ON c.id = l.customer_id
WHERE c.root_id <> $1 LIMIT 200

-- name: similar_names
-- Others whose name is the same or nearly so.
SELECT customer, likeness FROM similar_names($1, search_key($2), 10)

-- name: told_apart
-- Which of these roots a colleague said to be somebody else.
SELECT CASE WHEN a.root_id = $1 THEN b.root_id ELSE a.root_id END AS id
FROM (SELECT d.one_id, d.other_id FROM customer_distinct d WHERE d.one_id = ANY ($2::uuid[])
      UNION SELECT d.one_id, d.other_id FROM customer_distinct d WHERE d.other_id = ANY ($2::uuid[])) d
JOIN customer a ON a.id = d.one_id JOIN customer b ON b.id = d.other_id

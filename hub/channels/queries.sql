-- name: channels
-- Every channel, also those that are switched off or archived, with what is secret still sealed.
SELECT id, connector, kind, name, hook, queue_id, brand_id, enabled, settings, secrets, old_hook, old_hook_until
FROM channel ORDER BY created_at, id

-- name: channel
-- One channel, archived or not.
SELECT id, connector, kind, name, hook, queue_id, brand_id, enabled, settings, secrets, old_hook, old_hook_until, archived_at
FROM channel WHERE id = $1

-- name: lock_channel
-- The same, for somebody who changes it.
SELECT id, connector, kind, name, hook, queue_id, brand_id, enabled, settings, secrets, old_hook, old_hook_until, archived_at
FROM channel WHERE id = $1 FOR UPDATE

-- name: around
-- What belongs to a channel beside its row: the names of its queue and brand, and since when it is there.
SELECT q.id AS queue, q.name AS queue_name, b.id AS brand, b.name AS brand_name, c.created_at
FROM channel c JOIN queue q ON q.id = c.queue_id JOIN brand b ON b.id = c.brand_id WHERE c.id = $1

-- name: add_channel
-- A new channel.
INSERT INTO channel (id, brand_id, queue_id, connector, kind, name, hook, settings, secrets, enabled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: change_channel
-- Its name, queue and settings.
UPDATE channel SET name = $2, queue_id = $3, settings = $4, secrets = $5 WHERE id = $1

-- name: change_hook
-- A new webhook address; the old one is answered for a day.
UPDATE channel SET old_hook = hook, old_hook_until = now() + interval '24 hours', hook = $2 WHERE id = $1

-- name: archive
-- Off and off the lists, or back on the lists (and off).
UPDATE channel SET enabled = false, archived_at = CASE WHEN $2 THEN now() END WHERE id = $1 AND (archived_at IS NULL) = $2

-- name: tell_channel_changed
-- What every node must hear about a channel.
INSERT INTO event (type, actor_kind, actor, channel, data) VALUES ($1, $2, $3, $4, $5)

-- name: set_state
-- How a channel is; told only when it changed.
WITH before AS (SELECT state, detail FROM channel_state WHERE channel_id = $1),
     written AS (
        INSERT INTO channel_state AS s (channel_id, state, detail) VALUES ($1, $2, $3)
        ON CONFLICT (channel_id) DO UPDATE SET
            since = CASE WHEN s.state = EXCLUDED.state THEN s.since ELSE now() END, state = EXCLUDED.state, detail = EXCLUDED.detail
        RETURNING s.state)
INSERT INTO event (type, channel, data) SELECT 'channel.state', $1, jsonb_build_object('state', $2::text)
WHERE NOT EXISTS (SELECT 1 FROM before WHERE state = $2 AND detail = $3)

-- name: report
-- What a provider says of a channel; told when its state or the end of its token changed.
WITH before AS (SELECT state, expires_at FROM channel_state WHERE channel_id = $1),
     written AS (
        INSERT INTO channel_state AS s (channel_id, state, detail, quota, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (channel_id) DO UPDATE SET
            since = CASE WHEN s.state = EXCLUDED.state THEN s.since ELSE now() END, state = EXCLUDED.state, detail = EXCLUDED.detail,
            quota = EXCLUDED.quota, expires_at = EXCLUDED.expires_at
        RETURNING s.state)
INSERT INTO event (type, channel, data) SELECT 'channel.state', $1, jsonb_build_object('state', $2::text)
WHERE NOT EXISTS (SELECT 1 FROM before b WHERE b.state = $2::text AND b.expires_at IS NOT DISTINCT FROM $5::timestamptz)

-- name: tiles
-- Channels for people: of the settings only which are filled, with their state. Some of them, or all; without the archived ones, or with them.
SELECT c.id, c.connector, c.name, c.kind, c.enabled, c.hook, c.archived_at IS NOT NULL AS archived,
       CASE WHEN c.enabled THEN COALESCE(s.state, 'down') ELSE 'down' END AS state, s.since, COALESCE(s.detail, '') AS detail,
       s.last_in_at, s.last_out_at, (SELECT count(*) FROM outbox o WHERE o.channel_id = c.id) AS queued,
       (SELECT count(*) FROM delivery d WHERE d.channel_id = c.id AND d.state = 'quarantined') AS quarantined,
       ARRAY(SELECT key FROM jsonb_each_text(c.settings) WHERE value <> '') AS filled,
       s.expires_at, COALESCE(s.quota, '') AS quota, CASE WHEN s.wait_until > now() THEN s.wait_until END AS waiting_until
FROM channel c LEFT JOIN channel_state s ON s.channel_id = c.id
WHERE ($1::uuid[] IS NULL OR c.id = ANY ($1)) AND ($2 OR c.archived_at IS NULL) ORDER BY c.created_at, c.id

-- name: enable
-- Switch a channel on or off. One that is off is in no state.
WITH switched AS (UPDATE channel SET enabled = $2 WHERE id = $1 AND enabled <> $2 RETURNING id)
UPDATE channel_state SET state = 'down', since = now(), detail = '' WHERE channel_id = (SELECT id FROM switched)

-- name: first_brand
-- The brand that a new channel belongs to when none is named.
SELECT id FROM brand ORDER BY id LIMIT 1

-- name: first_queue
-- The queue that a new channel leads to when none is named.
SELECT id FROM queue ORDER BY created_at, id LIMIT 1

-- name: has_queue
-- Whether there is such a queue.
SELECT EXISTS (SELECT 1 FROM queue WHERE id = $1)

-- name: has_brand
-- Whether there is such a brand.
SELECT EXISTS (SELECT 1 FROM brand WHERE id = $1)

-- name: rules
-- The queue rules, in the order in which they are asked.
SELECT id, queue_id, channel_id, address, language, words FROM queue_rule ORDER BY position, id

-- name: lock_rules
-- One at a time puts the rules in order.
LOCK TABLE queue_rule IN SHARE ROW EXCLUSIVE MODE

-- name: forget_rules
-- All of them, to write them anew.
DELETE FROM queue_rule

-- name: add_rules
-- The rules in their order.
INSERT INTO queue_rule (id, position, queue_id, channel_id, address, language, words)
SELECT r.id, r.position, r.queue, r.channel, r.address, r.language, ARRAY(SELECT jsonb_array_elements_text(r.words))
FROM jsonb_to_recordset($1::jsonb)
     AS r (id uuid, position int, queue uuid, channel uuid, address text, language text, words jsonb)

-- name: tell_rules_changed
-- What every node must hear of the rules.
INSERT INTO event (type, actor_kind, actor, data) VALUES ('rules.changed', $1, $2, $3)

-- name: queues_of
-- Which of these queues there are, with their names.
SELECT id, name FROM queue WHERE id = ANY ($1::uuid[])

-- name: channels_of
-- Which of these channels there are.
SELECT id FROM channel WHERE id = ANY ($1::uuid[])

-- name: passages
-- What came in and went out on a channel, newest first: messages, and deliveries that made none (set aside, or not read yet).
SELECT p.at, p.direction, p.kind, p.who, p.state, p.problem, p.delivery, p.message, p.id, r.id AS customer, r.name AS customer_name
FROM (
    (SELECT m.at, m.direction, 'message' AS kind, m.address->>'value' AS who, m.state, COALESCE(m.error->>'code', '') AS problem,
            NULL::uuid AS delivery, m.id AS message, m.id, m.customer_id
     FROM message m
     WHERE m.channel_id = $1 AND m.number > 0 AND m.direction IN ('in', 'out') AND ($2::timestamptz IS NULL OR (m.at, m.id) < ($2, $3::uuid))
     ORDER BY m.at DESC, m.id DESC LIMIT $4)
    UNION ALL
    (SELECT d.received_at, 'in', d.kind, NULL, d.state, d.problem, d.id, NULL, d.id, NULL
     FROM delivery d
     WHERE d.channel_id = $1 AND d.state = 'quarantined' AND ($2::timestamptz IS NULL OR (d.received_at, d.id) < ($2, $3::uuid))
     ORDER BY d.received_at DESC, d.id DESC LIMIT $4)
    UNION ALL
    (SELECT d.received_at, 'in', d.kind, NULL, d.state, d.problem, d.id, NULL, d.id, NULL
     FROM delivery d
     WHERE d.channel_id = $1 AND d.state = 'new' AND ($2::timestamptz IS NULL OR (d.received_at, d.id) < ($2, $3::uuid))
     ORDER BY d.received_at DESC, d.id DESC LIMIT $4)
) p LEFT JOIN customer c ON c.id = p.customer_id LEFT JOIN customer r ON r.id = c.root_id
ORDER BY p.at DESC, p.id DESC LIMIT $4

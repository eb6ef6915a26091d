-- name: channels
-- Every channel, with what is secret still sealed.
SELECT id, connector, kind, name, hook, queue_id, brand_id, enabled, settings, secrets FROM channel ORDER BY created_at, id

-- name: rules
-- The queue rules, in the order in which they are asked.
SELECT queue_id, channel_id, language, words FROM queue_rule ORDER BY position, id

-- name: add_channel
-- A new channel, switched off until somebody enables it.
INSERT INTO channel (id, brand_id, queue_id, connector, kind, name, hook, settings, secrets, enabled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: tell_channel_changed
-- What every node must hear about a channel.
INSERT INTO event (type, actor_kind, actor, channel, data) VALUES ($1, $2, $3, $4, $5)

-- name: set_state
-- How a channel is; told only when it changed.
WITH before AS (SELECT state FROM channel_state WHERE channel_id = $1),
     written AS (
        INSERT INTO channel_state AS s (channel_id, state, detail) VALUES ($1, $2, $3)
        ON CONFLICT (channel_id) DO UPDATE SET
            since = CASE WHEN s.state = EXCLUDED.state THEN s.since ELSE now() END, state = EXCLUDED.state, detail = EXCLUDED.detail
        RETURNING s.state)
INSERT INTO event (type, channel, data) SELECT 'channel.state', $1, jsonb_build_object('state', $2::text)
WHERE (SELECT state FROM before) IS DISTINCT FROM $2::text

-- name: cursor
-- Where listening goes on.
SELECT cursor FROM channel_state WHERE channel_id = $1

-- name: list_channels
-- Channels for people: without settings, with their state.
SELECT c.id, c.connector, c.name, c.kind, c.enabled, c.hook, COALESCE(s.state, 'down') AS state, s.since, COALESCE(s.detail, '') AS detail,
       s.last_in_at, s.last_out_at, (SELECT count(*) FROM outbox o WHERE o.channel_id = c.id) AS queued,
       (SELECT count(*) FROM delivery d WHERE d.channel_id = c.id AND d.state = 'quarantined') AS quarantined
FROM channel c LEFT JOIN channel_state s ON s.channel_id = c.id ORDER BY c.created_at, c.id

-- name: enable
-- Switch a channel on or off.
UPDATE channel SET enabled = $2 WHERE id = $1 AND enabled <> $2

-- name: first_brand
-- The brand that a new channel belongs to when none is named.
SELECT id FROM brand ORDER BY id LIMIT 1

-- name: first_queue
-- The queue that a new channel leads to when none is named.
SELECT id FROM queue ORDER BY created_at, id LIMIT 1

-- name: take_group
-- A whole group in one call: files, raw deliveries, messages, receipts, other events, and the end of what had been stored.
SELECT * FROM take_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)

-- name: move_cursor
-- Where listening goes on, only under the lease.
UPDATE channel_state SET cursor = $2, last_in_at = now() WHERE channel_id = $1

-- name: unread_deliveries
-- Deliveries that are stored and not read yet, in the order in which they came (their ids know nothing of it).
SELECT id, kind, external_id, headers, body, blob, attempts FROM delivery WHERE channel_id = $1 AND state = 'new' ORDER BY received_at, id LIMIT $2

-- name: quarantine
-- What was set aside, newest first.
SELECT d.id, d.channel_id, d.kind, d.external_id, d.received_at, d.problem, d.attempts, c.name AS channel_name
FROM delivery d JOIN channel c ON c.id = d.channel_id
WHERE d.state = 'quarantined' AND ($1::uuid IS NULL OR (d.received_at, d.id) < (SELECT b.received_at, b.id FROM delivery b WHERE b.id = $1))
ORDER BY d.received_at DESC, d.id DESC LIMIT $2

-- name: one_delivery
-- One delivery with everything, for replay.
SELECT id, channel_id, kind, external_id, headers, body, blob, state FROM delivery WHERE id = $1

-- name: drop_delivery
-- Somebody decided that it is nothing.
UPDATE delivery SET state = 'dropped' WHERE id = $1 AND state = 'quarantined'

-- name: arrived
-- Something came in on these channels.
INSERT INTO channel_state AS s (channel_id, last_in_at) SELECT unnest($1::uuid[]), now()
ON CONFLICT (channel_id) DO UPDATE SET last_in_at = now()

-- name: store_deliveries
-- Raw deliveries as they came; one that is known already is left alone and not returned.
INSERT INTO delivery (id, channel_id, kind, external_id, headers, body, blob, state, problem)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::bytea[], $8::text[], $9::text[])
ON CONFLICT (channel_id, kind, external_id) DO NOTHING RETURNING id

-- name: store_blobs
-- Files that the rows after this will name. The new time keeps the collector away; in one order, so that two transactions do not lock crosswise.
INSERT INTO blob (sha256, size) SELECT * FROM unnest($1::bytea[], $2::bigint[]) ORDER BY 1
ON CONFLICT (sha256) DO UPDATE SET created_at = now()

-- name: take_messages
-- Take in messages one after the other, each exactly once.
SELECT t.message, t.number, t.customer, t.root, t.topic, t.work, t.fresh
FROM unnest($1::jsonb[]) WITH ORDINALITY AS given (p, n), LATERAL take_message(given.p) t ORDER BY given.n

-- name: take_receipts
-- Let messages of ours climb, or park the receipt while its id is not known.
SELECT take_receipt(c, m, e, s, r) FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) AS given (c, m, e, s, r)

-- name: finish_delivery
-- A stored delivery has been read: done, or set aside with what is wrong.
UPDATE delivery SET state = $2, problem = $3, attempts = attempts + 1 WHERE id = $1

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

-- name: tell_quarantined
-- A delivery was set aside.
INSERT INTO event (type, channel, data) VALUES ('delivery.quarantined', $1, jsonb_build_object('delivery', $2::text))

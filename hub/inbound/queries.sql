-- name: take_group
-- A whole group in one call: files, raw deliveries, messages, receipts, other events, and the end of what had been stored.
SELECT * FROM take_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)

-- name: cursor
-- Where listening goes on.
SELECT cursor FROM channel_state WHERE channel_id = $1

-- name: require_lease
-- Raises unless the token is the current one; the lease stays as it is until the end of the transaction.
SELECT require_lease($1, $2)

-- name: move_cursor
-- Listening goes on from here; asked only under the lease.
UPDATE channel_state SET cursor = $2 WHERE channel_id = $1

-- name: unread_deliveries
-- Deliveries that are stored and not read yet, in the order in which they came (their ids know nothing of it).
SELECT d.id, d.kind, d.external_id, d.headers, d.body, d.blob, coalesce(b.size, 0) AS size
FROM delivery d LEFT JOIN blob b ON b.sha256 = d.blob WHERE d.channel_id = $1 AND d.state = 'new' ORDER BY d.received_at, d.id LIMIT $2

-- name: quarantine
-- What was set aside, newest first: on one channel, or on all.
SELECT d.id, d.channel_id, d.kind, d.external_id, d.received_at, d.problem, d.attempts, c.name AS channel_name
FROM delivery d JOIN channel c ON c.id = d.channel_id
WHERE d.state = 'quarantined' AND ($1::uuid IS NULL OR (d.received_at, d.id) < (SELECT b.received_at, b.id FROM delivery b WHERE b.id = $1))
      AND ($3::uuid IS NULL OR d.channel_id = $3)
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

-- name: next_file
-- The file of a channel that is due first and in nobody's hands, and in how many seconds it is.
SELECT id, source, kind, content_type, attempts, EXTRACT(epoch FROM next_at - now())::float AS due_in FROM attachment
WHERE state = 'waiting' AND source->>'channel' = $1 AND NOT id = ANY ($2::uuid[]) ORDER BY next_at LIMIT 1

-- name: defer_file
-- A file is tried again after some seconds; the last number says whether that counts as an attempt.
UPDATE attachment SET next_at = now() + make_interval(secs => $2), attempts = attempts + $3 WHERE id = $1 AND state = 'waiting'

-- name: settle_file
-- A file came, or never will.
SELECT settle_attachment($1, $2, $3, $4, $5, $6)

-- name: sweep_from
-- From when on a provider's history is looked through: a little before the last time, at first since the channel was set up; never further
-- back than a month.
SELECT now() AS began, COALESCE(s.swept_at, c.created_at) AS last, GREATEST(COALESCE(s.swept_at, c.created_at) - interval '10 minutes', now() - interval '30 days') AS since
FROM channel c LEFT JOIN channel_state s ON s.channel_id = c.id WHERE c.id = $1

-- name: untold
-- What was sent on a channel and nothing was heard of since: ten minutes after it left, and each time it is twice as old, for a day. $2: when
-- that was asked last.
SELECT n.name FROM message m CROSS JOIN LATERAL (
    SELECT m.external_id AS name WHERE m.external_id IS NOT NULL
    UNION ALL SELECT a.external_id FROM message_alias a WHERE a.message_id = m.id) n
WHERE m.channel_id = $1 AND m.number > 0 AND m.at > now() - interval '2 days' AND m.direction = 'out' AND m.state = 'sent'
  AND EXISTS (SELECT 1 FROM generate_series(0, 7) AS age (doubled)
              WHERE m.state_at + interval '10 minutes' * 2 ^ age.doubled > $2 AND m.state_at + interval '10 minutes' * 2 ^ age.doubled <= now())
ORDER BY m.number DESC LIMIT 200

-- name: swept
-- A provider's history was looked through up to this moment.
INSERT INTO channel_state AS s (channel_id, swept_at) VALUES ($1, $2)
ON CONFLICT (channel_id) DO UPDATE SET swept_at = GREATEST(s.swept_at, EXCLUDED.swept_at)

-- name: meet_receipts
-- Receipts that missed their message by a moment are applied.
SELECT meet_receipts()

-- name: sweep_parked
-- What waits for messages that are not known: applied, written or let go.
SELECT sweep_parked($1)

-- name: mark
-- Up to which moment something has been let go.
SELECT up_to FROM retention WHERE what = $1

-- name: set_mark
-- Everything before this moment has been let go.
INSERT INTO retention (what, up_to) VALUES ($1, $2) ON CONFLICT (what) DO UPDATE SET up_to = EXCLUDED.up_to

-- name: end
-- Before which moment things are old enough.
SELECT now() - $1::interval

-- name: oldest_delivery
-- When the first delivery came.
SELECT min(received_at) FROM delivery

-- name: forget_raw
-- Deliveries keep their id, so that a second copy is still known, and lose what was in them; what is set aside stays whole.
UPDATE delivery SET body = NULL, blob = NULL, headers = '{}' WHERE id IN (
    SELECT id FROM delivery
    WHERE received_at >= $1 AND received_at < $2 AND state IN ('done', 'dropped') AND (body IS NOT NULL OR blob IS NOT NULL) LIMIT $3
)

-- name: oldest_event
-- When the first event was written.
SELECT min(at) FROM event

-- name: forget_presence
-- Signs of presence are let go.
DELETE FROM event WHERE at >= $1 AND at < $2 AND type = 'status.changed'

-- name: old_months
-- The ledger's months that ended longer ago than they are kept.
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'event'::regclass AND c.relname ~ '^event_\d{4}_\d{2}$'
  AND to_date(c.relname, '"event_"YYYY_MM') + interval '1 month' <= (now() AT TIME ZONE 'UTC') - make_interval(months => $1)
ORDER BY c.relname

-- name: publish
-- Gives the next positions to what has been committed, and returns it.
SELECT position, id, at, type, actor_kind, actor, customer, topic, message, work, agent, queue, channel, data
FROM publish_events($1, $2) ORDER BY position

-- name: ring
-- Wakes the node that publishes.
SELECT pg_notify('event_waiting', '')

-- name: head
-- The last position given out.
SELECT position FROM ledger_head

-- name: events_after
-- The published events after a position, in order.
SELECT position, id, at, type, actor_kind, actor, customer, topic, message, work, agent, queue, channel, data
FROM event WHERE position > $1 ORDER BY position LIMIT $2

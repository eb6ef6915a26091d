-- name: queues
-- Every queue with its members, as routing wants them.
SELECT q.id::text, q.name, q.priority, q.strategy, q.ordering, q.offer_timeout, q.sticky_s, q.wrap_s,
       ARRAY(SELECT m.agent_id::text FROM queue_member m WHERE m.queue_id = q.id) AS members
FROM queue q

-- name: agents
-- Colleagues as routing wants them: those of the list, or all.
SELECT p.agent_id::text AS id, p.activity, a.routable AND p.after_work IS NULL AND g.enabled AS routable, p.connected, p.not_responding,
       EXTRACT(epoch FROM p.idle_since)::float AS idle_since, p.units_max, p.channels_off
FROM presence p JOIN activity a ON a.id = p.activity JOIN agent g ON g.id = p.agent_id
WHERE $1::uuid[] IS NULL OR p.agent_id = ANY ($1)

-- name: capacity
-- What one item of each kind weighs, how many an agent may have, how long its offers stay open.
SELECT kind, units, most, offer_s FROM capacity

-- name: work_facts
-- Items as routing wants them, whatever state they are in.
SELECT w.id::text, w.queue_id::text AS queue, w.kind, w.customer_id::text AS customer, w.state, w.agent_id::text AS agent, w.units, w.priority,
       w.known_agent_id::text AS known_agent, w.kept_s, EXTRACT(epoch FROM w.first_queued_at)::float AS first_queued_at,
       EXTRACT(epoch FROM w.queued_at)::float AS queued_at, EXTRACT(epoch FROM w.first_queued_at)::float + q.answer_s AS due_at
FROM work w JOIN queue q ON q.id = w.queue_id WHERE w.id = ANY ($1::uuid[])

-- name: open_work_facts
-- All items that wait or are in somebody's hands, as routing wants them.
SELECT w.id::text, w.queue_id::text AS queue, w.kind, w.customer_id::text AS customer, w.state, w.agent_id::text AS agent, w.units, w.priority,
       w.known_agent_id::text AS known_agent, w.kept_s, EXTRACT(epoch FROM w.first_queued_at)::float AS first_queued_at,
       EXTRACT(epoch FROM w.queued_at)::float AS queued_at, EXTRACT(epoch FROM w.first_queued_at)::float + q.answer_s AS due_at
FROM work w JOIN queue q ON q.id = w.queue_id WHERE w.state IN ('queued', 'offered', 'assigned', 'wrapping')

-- name: open_offers
-- All offers that are open.
SELECT o.id::text, o.work_id::text AS work, o.agent_id::text AS agent, w.kind, o.units, EXTRACT(epoch FROM o.expires_at)::float AS expires_at
FROM offer o JOIN work w ON w.id = o.work_id WHERE o.state = 'pending'

-- name: refusals
-- Who declined or missed what still waits, a short while ago.
SELECT o.work_id::text AS work, o.agent_id::text AS agent, EXTRACT(epoch FROM o.ended_at)::float AS at
FROM offer o JOIN work w ON w.id = o.work_id
WHERE o.state IN ('rejected', 'timed_out') AND o.ended_at > now() - interval '5 minutes' AND w.state IN ('queued', 'offered') ORDER BY o.ended_at

-- name: database_time
-- The time of the database, in seconds.
SELECT EXTRACT(epoch FROM clock_timestamp())::float

-- name: make_offers
-- Writes the offers that routing has decided, or says why not.
SELECT attempt, offer::text, EXTRACT(epoch FROM expires_at)::float AS expires_at, refused FROM make_offers($1, $2)

-- name: rescind_offer
-- Takes an offer back.
SELECT rescind_offer($1, $2, $3)

-- name: expire_offer
-- Settles an offer whose deadline is here.
SELECT expire_offer($1, $2)

-- name: overdue
-- What is due now, by kind: open offers, wrap-ups, work of colleagues who were disabled or have been away for too long.
(SELECT 'offer' AS what, o.id FROM offer o WHERE o.state = 'pending' AND o.expires_at <= now() ORDER BY o.expires_at LIMIT 500)
UNION ALL
(SELECT 'wrapping', w.id FROM work w WHERE w.state = 'wrapping' AND w.wrap_until <= now() ORDER BY w.wrap_until LIMIT 500)
UNION ALL
(SELECT 'lost', l.id FROM lost_work l WHERE l.due_at <= now() LIMIT 500)

-- name: next_due
-- When the next wrap-up ends or the next work of an absent colleague goes back; seconds, None when nothing is under way.
SELECT EXTRACT(epoch FROM LEAST(
    (SELECT min(w.wrap_until) FROM work w WHERE w.state = 'wrapping'),
    (SELECT min(l.due_at) FROM lost_work l)))::float

-- name: end_wrapping
-- Completes work whose time to wrap up is over.
SELECT end_wrapping($1, $2)

-- name: release_lost_work
-- Gives back the work of a colleague who was disabled or has been away for too long.
SELECT release_lost_work($1, $2)

-- name: write_reasons
-- Writes down why items wait; only under the router's lease.
WITH fence AS MATERIALIZED (SELECT require_lease('router', $1))
UPDATE work w SET reasons = n.reasons FROM fence, jsonb_to_recordset($2) AS n(id uuid, reasons jsonb) WHERE w.id = n.id AND w.state IN ('queued', 'offered')

-- name: accept_offer
-- The agent takes what was offered.
SELECT accept_offer($1, $2)::text

-- name: decline_offer
-- The agent does not take it.
SELECT decline_offer($1, $2, $3)

-- name: finish_work
-- The talk is over, the wrap-up begins.
SELECT finish_work($1, $2, $3)

-- name: resume_work
-- The talk goes on.
SELECT resume_work($1, $2, $3)

-- name: extend_wrapping
-- One minute more to wrap up.
SELECT extend_wrapping($1, $2, $3)

-- name: wrap_up_work
-- Completes the work.
SELECT wrap_up_work($1, $2, $3, $4, $5, $6)

-- name: release_work
-- Back to the queue.
SELECT release_work($1, $2, $3)

-- name: assign_work
-- Into somebody's hands.
SELECT assign_work($1, $2, $3, $4)

-- name: transfer_work
-- To another queue or colleague.
SELECT transfer_work($1, $2, $3, $4, $5, $6, $7)

-- name: place_of_note
-- Where a note on an item is written.
SELECT w.customer_id::text AS customer, w.topic_id::text AS topic FROM work w WHERE w.id = $1

-- name: write_note
-- Writes a note into the thread.
SELECT message FROM write_message($1)

-- name: abandon_topic
-- The customer has left.
SELECT abandon_topic($1)::text

-- name: set_status
-- What an agent sets.
SELECT set_status($1, $2)

-- name: connect_agent
-- The first socket on a node.
SELECT connect_agent($1, $2)

-- name: disconnect_agent
-- The last socket on a node went.
SELECT disconnect_agent($1, $2)

-- name: beat
-- This node is alive; a node is forgotten when nobody is connected to it and it has been silent for a day.
WITH gone AS (DELETE FROM node n WHERE n.seen_at < now() - interval '1 day' AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.node_id = n.id))
INSERT INTO node (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET seen_at = now()

-- name: connections_here
-- Who is connected to a node, as far as the database knows.
SELECT agent_id::text AS agent FROM connection WHERE node_id = $1

-- name: silent_connections
-- Connections that nodes hold which have been silent for too long.
SELECT c.agent_id, c.node_id FROM connection c JOIN node n ON n.id = c.node_id WHERE n.seen_at < now() - $1::interval

-- name: activities
-- What an agent can be doing.
SELECT id, label_es, label_en, routable FROM activity ORDER BY position

-- name: wrap_up_codes
-- What can have come of work.
SELECT id, label_es, label_en FROM wrap_up_code ORDER BY position

-- name: statuses
-- Where agents stand, with every kind of channel that the company has.
SELECT s.agent_id::text AS agent, s.activity, s.since, s.routing_status, s.units_used, s.units_max, s.after_work,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('kind', c.kind, 'on', c.kind <> ALL (s.channels_off), 'max', c.most, 'items',
                        (SELECT count(*) FROM work w WHERE w.agent_id = s.agent_id AND w.state IN ('assigned', 'wrapping') AND w.kind = c.kind)) ORDER BY c.kind)
                 FROM capacity c WHERE EXISTS (SELECT 1 FROM channel h WHERE h.kind = c.kind)), '[]') AS channels
FROM agent_status s WHERE s.agent_id = ANY ($1::uuid[])

-- name: queue_loads
-- Every queue with what waits in it and who serves it.
SELECT q.id::text, q.name, w.waiting, w.longest_wait_s, COALESCE(h.in_hand, 0) AS in_hand, m.members, m.available
FROM queue q
CROSS JOIN LATERAL (SELECT count(*)::int AS waiting, EXTRACT(epoch FROM now() - min(w.first_queued_at))::float AS longest_wait_s
                    FROM work w WHERE w.queue_id = q.id AND w.state IN ('queued', 'offered')) w
CROSS JOIN LATERAL (SELECT count(*)::int AS members, (count(*) FILTER (WHERE s.available))::int AS available
                    FROM queue_member m JOIN agent_status s ON s.agent_id = m.agent_id WHERE m.queue_id = q.id) m
LEFT JOIN (SELECT w.queue_id, count(*)::int AS in_hand FROM work w WHERE w.state IN ('assigned', 'wrapping', 'paused') GROUP BY w.queue_id) h
    ON h.queue_id = q.id
ORDER BY q.name

-- name: works
-- Items with all that a list shows. Unread, also beside the matter, is counted for $2, or else for the agent who has the item.
SELECT w.id::text, w.state, w.queue_id::text, q.name AS queue_name, w.channel_id::text, h.connector, h.name AS channel_name,
       r.id::text AS customer_id, COALESCE(NULLIF(r.name, ''), family_name(r.id), i.name, '') AS customer_name,
       t.id::text AS topic_id, t.code AS topic_code, t.subject, w.agent_id::text, a.name AS agent_name,
       EXTRACT(epoch FROM COALESCE(w.assigned_at, w.ended_at, now()) - w.first_queued_at)::float AS waited_s, w.first_queued_at, w.reasons, w.why,
       m.direction, m.text, m.at, m.author_id, m.author_name, t.turn, t.turn_since, u.unread, w.wrap_until,
       (SELECT count(*)::int FROM aside s WHERE s.topic_id = t.id AND s.state = 'answered' AND EXISTS (
           SELECT 1 FROM message m WHERE m.topic_id = s.id AND (m.direction = 'in' OR (m.direction = 'note' AND m.author_id <> s.agent_id))
           AND m.number > COALESCE((SELECT d.number FROM aside_reading d WHERE d.aside_id = s.id AND d.agent_id = COALESCE($2::uuid, w.agent_id)), 0))
       ) AS asides,
       CASE WHEN t.turn = 'agent' AND w.ended_at IS NULL THEN t.turn_since + make_interval(secs => q.answer_s) END AS due_at,
       w.priority, w.code, w.note
FROM work w
JOIN queue q ON q.id = w.queue_id JOIN channel h ON h.id = w.channel_id JOIN topic t ON t.id = w.topic_id
JOIN customer c ON c.id = w.customer_id JOIN customer r ON r.id = c.root_id LEFT JOIN agent a ON a.id = w.agent_id
LEFT JOIN LATERAL (SELECT COALESCE(NULLIF(i.name, ''), i.value) AS name FROM identity i WHERE i.customer_id = c.id ORDER BY i.created_at LIMIT 1) i ON true
LEFT JOIN LATERAL (SELECT m.direction, left(m.text, 200) AS text, m.at, m.author_id::text, b.name AS author_name
                   FROM message m LEFT JOIN agent b ON b.id = m.author_id
                   WHERE m.topic_id = t.id AND m.direction <> 'note' AND NOT (m.direction = 'out' AND m.author_kind = 'system')
                   ORDER BY m.number DESC LIMIT 1) m ON true
CROSS JOIN LATERAL (SELECT count(*)::int AS unread FROM (
    SELECT 1 FROM message m WHERE m.topic_id = t.id AND m.direction = 'in' AND m.number > COALESCE(
        (SELECT max(d.number) FROM reading d WHERE d.agent_id = COALESCE($2::uuid, w.agent_id) AND d.customer_id IN (r.id, c.id)), 0) LIMIT 100) x) u
WHERE w.id = ANY ($1::uuid[])

-- name: offers
-- Offers with all that the agent who is asked must know.
SELECT o.id::text, o.work_id::text, o.agent_id::text, w.queue_id::text, q.name AS queue_name, w.channel_id::text, h.connector, h.name AS channel_name,
       r.id::text AS customer_id, COALESCE(NULLIF(r.name, ''), family_name(r.id), i.name, '') AS customer_name, o.created_at, o.expires_at,
       EXTRACT(epoch FROM now() - w.first_queued_at)::float AS waited_s, w.first_queued_at, o.why, m.direction, m.text, m.at, m.author_id, m.author_name,
       t.subject, t.turn_since + make_interval(secs => q.answer_s) AS due_at, b.id::text AS handed_by, b.name AS handed_by_name, n.text AS handed_note
FROM offer o
JOIN work w ON w.id = o.work_id JOIN queue q ON q.id = w.queue_id JOIN channel h ON h.id = w.channel_id JOIN topic t ON t.id = w.topic_id
JOIN customer c ON c.id = w.customer_id JOIN customer r ON r.id = c.root_id
LEFT JOIN LATERAL (SELECT COALESCE(NULLIF(i.name, ''), i.value) AS name FROM identity i WHERE i.customer_id = c.id ORDER BY i.created_at LIMIT 1) i ON true
LEFT JOIN LATERAL (SELECT m.direction, left(m.text, 200) AS text, m.at, NULL AS author_id, NULL AS author_name FROM message m
                   WHERE m.topic_id = t.id AND m.direction = 'in' ORDER BY m.number DESC LIMIT 1) m ON true
LEFT JOIN agent b ON b.id = w.handed_by LEFT JOIN message n ON n.id = w.handed_note
WHERE o.id = ANY ($1::uuid[])

-- name: offers_of
-- The open offers of an agent.
SELECT o.id::text FROM offer o WHERE o.agent_id = $1 AND o.state = 'pending' ORDER BY o.expires_at

-- name: names
-- The names of colleagues.
SELECT id::text, name FROM agent WHERE id = ANY ($1::uuid[])

-- name: open_work
-- A page of work that is under way, the oldest first.
SELECT w.id::text FROM work w
WHERE w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') AND w.state = ANY ($1) AND ($2::uuid IS NULL OR w.queue_id = $2)
  AND ($3::uuid IS NULL OR w.agent_id = $3) AND ($4::uuid IS NULL OR w.id > $4)
ORDER BY w.id LIMIT $5

-- name: ended_work
-- A page of work in any state, the newest first.
SELECT w.id::text FROM work w
WHERE w.state = ANY ($1) AND ($2::uuid IS NULL OR w.queue_id = $2) AND ($3::uuid IS NULL OR w.agent_id = $3) AND ($4::uuid IS NULL OR w.id < $4)
ORDER BY w.id DESC LIMIT $5

-- name: places
-- Where items that wait stand in their queues, 1 for the first, also while it is offered; each queue is put in order once. The order is the
-- router's.
WITH asked AS (
    SELECT w.id, w.queue_id, w.kind FROM work w WHERE w.id = ANY ($1::uuid[]) AND w.state IN ('queued', 'offered')
), line AS (
    SELECT w.id, row_number() OVER (PARTITION BY w.queue_id ORDER BY
        CASE q.ordering WHEN 'priority' THEN -w.priority ELSE 0 END,
        CASE q.ordering WHEN 'lifo' THEN -EXTRACT(epoch FROM w.queued_at)::float ELSE EXTRACT(epoch FROM w.first_queued_at)::float END
            - CASE q.ordering WHEN 'score' THEN w.priority * 60 ELSE 0 END,
        w.id)::int AS place
    FROM work w JOIN queue q ON q.id = w.queue_id WHERE w.state IN ('queued', 'offered') AND w.queue_id IN (SELECT a.queue_id FROM asked a)
)
SELECT a.id::text, a.queue_id::text AS queue, a.kind, l.place AS position FROM asked a JOIN line l ON l.id = a.id

-- name: open_work_in
-- The items that are open in topics, those that agents have in hand with the families of customers,
-- and all those of families whose name or members changed.
SELECT w.id::text, w.topic_id::text AS place FROM work w
WHERE w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') AND w.topic_id = ANY ($1::uuid[])
UNION ALL
SELECT w.id::text, c.id::text FROM customer c JOIN customer f ON f.root_id = c.root_id
JOIN work w ON w.customer_id = f.id AND w.state IN ('assigned', 'wrapping', 'paused') WHERE c.id = ANY ($2::uuid[])
UNION ALL
SELECT w.id::text, c.id::text FROM customer c JOIN customer f ON f.root_id = c.root_id
JOIN work w ON w.customer_id = f.id AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') WHERE c.id = ANY ($3::uuid[])

-- name: paces
-- How queues have done in the last half hour, and how many items of each kind their available members could have at once.
SELECT q.id::text AS queue, c.kind, s.answered, s.speed_s, h.handle_s, b.abandoned, f.slots
FROM queue q CROSS JOIN capacity c
CROSS JOIN LATERAL (SELECT count(*)::int AS answered, avg(EXTRACT(epoch FROM a.started_at - w.first_queued_at))::float AS speed_s
                    FROM assignment a JOIN work w ON w.id = a.work_id WHERE a.started_at > now() - interval '30 minutes' AND w.queue_id = q.id) s
CROSS JOIN LATERAL (SELECT avg(EXTRACT(epoch FROM a.ended_at - a.started_at))::float AS handle_s
                    FROM assignment a JOIN work w ON w.id = a.work_id WHERE a.ended_at > now() - interval '30 minutes' AND w.queue_id = q.id) h
CROSS JOIN LATERAL (SELECT count(*)::int AS abandoned FROM work w
                    WHERE w.ended_at > now() - interval '30 minutes' AND w.state = 'abandoned' AND w.queue_id = q.id) b
CROSS JOIN LATERAL (SELECT COALESCE(sum(LEAST(c.most, t.units_max / GREATEST(c.units, 1))), 0)::int AS slots
                    FROM queue_member m JOIN agent_status t ON t.agent_id = m.agent_id
                    WHERE m.queue_id = q.id AND t.available AND c.kind <> ALL (t.channels_off)) f
WHERE q.id = ANY ($1::uuid[]) AND c.kind = ANY ($2)

-- name: add_brand
-- The company as customers see it, when there is none yet.
INSERT INTO brand (name) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM brand)

-- name: add_queue
-- A queue; nothing when there is one of that name.
WITH made AS (INSERT INTO queue (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id)
INSERT INTO event (type, actor_kind, queue) SELECT 'queue.created', 'system', id FROM made RETURNING queue::text

-- name: add_member
-- A colleague serves a queue; nothing when that is so already.
WITH made AS (INSERT INTO queue_member (queue_id, agent_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING queue_id)
INSERT INTO event (type, actor_kind, queue) SELECT 'queue.changed', 'system', queue_id FROM made RETURNING queue::text

-- name: queue_named
-- A queue by its name.
SELECT id FROM queue WHERE name = $1

-- name: queues_with_members
-- Every queue with the addresses of those who serve it.
SELECT q.name, ARRAY(SELECT a.email FROM queue_member m JOIN agent a ON a.id = m.agent_id WHERE m.queue_id = q.id ORDER BY a.email) AS members
FROM queue q ORDER BY q.created_at, q.id

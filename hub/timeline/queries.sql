-- name: newest
-- Positions of the newest events of a family before a position: one short index scan for each member.
SELECT e.position FROM unnest($1::uuid[]) AS member (id)
CROSS JOIN LATERAL (
    SELECT v.position FROM event v WHERE v.customer = member.id AND v.position < $2 ORDER BY v.position DESC LIMIT $3
) e ORDER BY e.position DESC LIMIT $3

-- name: between
-- Positions of what a thread shows between its messages, in a span of time.
SELECT e.position FROM event e
WHERE e.customer = ANY ($1::uuid[]) AND e.at >= $2 AND e.at < $3 AND e.position IS NOT NULL
  AND e.type IN ('work.assigned', 'work.transferred', 'work.released', 'work.completed',
    'customer.joined', 'customer.parted', 'topic.opened', 'topic.reopened', 'topic.closed', 'topic.moved', 'topic.split',
    'message.moved', 'topic.set_aside', 'topic.put_back')
ORDER BY e.position LIMIT 1000

-- name: described
-- Events with the names of what they point to.
SELECT e.position, e.at, e.type, e.actor_kind, e.actor, COALESCE(actor.name, writer.name, '') AS actor_name, e.data, e.customer, e.work, c.root_id,
       e.agent, agent.name AS agent_name, target.id AS target, target.name AS target_name, e.queue, queue.name AS queue_name, e.channel, channel.connector, channel.name AS channel_name,
       e.topic, topic.code AS topic_code, topic.subject AS topic_subject,
       e.message, m.direction, left(m.text, 200) AS text,
       other.id AS other, other.name AS other_name, COALESCE(j.undone_at, v.undone_at) IS NOT NULL AS undone,
       work.code, work.note
FROM event e
LEFT JOIN customer c ON c.id = e.customer
LEFT JOIN agent actor ON actor.id = e.actor
LEFT JOIN customer writer ON e.actor_kind = 'customer' AND writer.id = e.customer
LEFT JOIN agent ON agent.id = e.agent
LEFT JOIN agent target ON e.type = 'work.transferred' AND target.id = (e.data->>'agent')::uuid
LEFT JOIN queue ON queue.id = e.queue
LEFT JOIN channel ON channel.id = e.channel
LEFT JOIN topic ON topic.id = e.topic
LEFT JOIN (message m JOIN customer mine ON mine.id = m.customer_id) ON m.id = e.message AND mine.root_id = c.root_id  -- not what was moved to another
LEFT JOIN customer other ON other.id = (e.data->>'other')::uuid
LEFT JOIN customer_join j ON j.id = (e.data->>'join')::uuid
LEFT JOIN message_move v ON v.id = (e.data->>'move')::uuid
LEFT JOIN work ON work.id = e.work AND e.type = 'work.completed'
WHERE e.position = ANY ($1::bigint[]) ORDER BY e.position

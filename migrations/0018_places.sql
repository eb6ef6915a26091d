-- Messages are put where they belong: a part of a matter becomes one of its own, or goes to another matter, of the same customer or of another.
-- Each move is remembered, with what stood where, and can be undone.

-- Whose a message is by the address that it came from or went to, where a colleague has moved it to somebody else; null for nearly all.
ALTER TABLE message ADD COLUMN home_id uuid REFERENCES customer;

CREATE TABLE message_move (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    from_topic_id uuid NOT NULL REFERENCES topic,
    to_topic_id   uuid NOT NULL REFERENCES topic,
    emptied       boolean NOT NULL DEFAULT false,   -- nothing was left behind, and the matter was closed for that
    queued_work   uuid REFERENCES work,             -- that was queued because the move took up a closed matter again
    agent_id      uuid NOT NULL REFERENCES agent,
    at            timestamptz NOT NULL DEFAULT now(),
    undone_at     timestamptz,
    undone_by     uuid REFERENCES agent
);
CREATE TABLE moved_message (
    move_id     uuid NOT NULL REFERENCES message_move,
    message_id  uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    customer_id uuid NOT NULL REFERENCES customer,  -- whose it was before
    home_id     uuid REFERENCES customer,
    PRIMARY KEY (move_id, message_id)
);
CREATE INDEX moved_message_message ON moved_message (message_id);

-- Locks the families of several customers, in the order of their roots.
CREATE FUNCTION lock_families(p_customers uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    roots uuid[];
BEGIN
    LOOP
        roots := ARRAY(SELECT DISTINCT c.root_id FROM customer c WHERE c.id = ANY (p_customers) ORDER BY 1);
        PERFORM 1 FROM customer c WHERE c.id = ANY (roots) ORDER BY c.id FOR NO KEY UPDATE;
        EXIT WHEN roots = ARRAY(SELECT DISTINCT c.root_id FROM customer c WHERE c.id = ANY (p_customers) ORDER BY 1);
    END LOOP;
END
$$;

CREATE FUNCTION root_of(p_customer uuid) RETURNS uuid STABLE LANGUAGE sql AS $$
    SELECT c.root_id FROM customer c WHERE c.id = p_customer
$$;

-- What a topic says of its last message is true again; whose turn it is as well, while it is open.
CREATE FUNCTION refresh_topic(p_topic uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE topic t SET last_number = COALESCE(l.number, 0), last_at = COALESCE(l.at, t.opened_at),
        turn = CASE WHEN t.state = 'open' THEN COALESCE(l.turn, t.turn) ELSE t.turn END,
        turn_since = CASE WHEN t.state = 'open' AND l.turn <> t.turn THEN l.at ELSE t.turn_since END
    FROM (SELECT p_topic AS id) x LEFT JOIN LATERAL (
        SELECT m.number, m.at, CASE m.direction WHEN 'in' THEN 'agent' WHEN 'out' THEN 'customer' END AS turn FROM message m
        WHERE m.topic_id = x.id AND m.state <> 'canceled' AND NOT (m.direction = 'out' AND m.author_kind = 'system')
        ORDER BY m.direction = 'note', m.number DESC LIMIT 1) l ON true
    WHERE t.id = x.id
$$;

-- Ends a locked item for which there is nothing left to do.
CREATE FUNCTION cancel_work(p_work work, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_offer(p_work, 'canceled', 'moved', 'human', p_actor);
    UPDATE work w SET state = 'canceled', ended_at = now(), wrap_until = NULL, units = 0, lost_agent_id = NULL WHERE w.id = p_work.id;
    PERFORM end_assignment(p_work, 'canceled');
    PERFORM tell_work('work.canceled', p_work, 'human', p_actor, p_work.agent_id, '{"reason": "moved"}');
END
$$;

-- Locks the open item of a topic; null when it has none.
CREATE FUNCTION lock_open_work(p_topic uuid) RETURNS work LANGUAGE sql AS $$
    SELECT w.* FROM work w WHERE w.topic_id = p_topic AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') FOR NO KEY UPDATE
$$;

-- Closes a topic in which nothing is left; its item goes along to the other one, or ends where that has one of its own.
CREATE FUNCTION leave_topic(p_from uuid, p_to uuid, p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work := lock_open_work(p_from);
    other work := lock_open_work(p_to);
BEGIN
    IF item.id IS NOT NULL AND other.id IS NOT NULL THEN
        PERFORM cancel_work(item, p_agent);
    ELSIF item.id IS NOT NULL THEN
        UPDATE work w SET topic_id = t.id, customer_id = t.customer_id FROM topic t WHERE w.id = item.id AND t.id = p_to RETURNING w.* INTO item;
        UPDATE topic t SET agent_id = CASE WHEN item.state IN ('assigned', 'wrapping') THEN item.agent_id ELSE t.agent_id END, queue_id = item.queue_id
            WHERE t.id = p_to;
        PERFORM tell_work('work.moved', item, 'human', p_agent, item.agent_id, '{}');
    END IF;
    UPDATE topic t SET state = 'closed', closed_at = now(), turn = 'customer', turn_since = now() WHERE t.id = p_from;
    INSERT INTO event (type, actor_kind, actor, customer, topic, channel)
        SELECT 'topic.closed', 'human', p_agent, t.customer_id, t.id, t.channel_id FROM topic t WHERE t.id = p_from;
END
$$;

-- Sees to two topics between which messages have just been moved. `p_wake`: the other one is to be looked after, also when it was closed.
-- Returns whether nothing was left behind in an open one, and the item that was queued for the other.
CREATE FUNCTION settle_move(p_from uuid, p_to uuid, p_wake boolean, p_agent uuid, OUT emptied boolean, OUT queued uuid) LANGUAGE plpgsql AS $$
DECLARE
    target topic;
BEGIN
    IF p_wake THEN
        UPDATE topic t SET state = 'open', closed_at = NULL WHERE t.id = p_to AND t.state = 'closed' RETURNING t.* INTO target;
        IF target.id IS NOT NULL THEN
            INSERT INTO event (type, actor_kind, actor, customer, topic, channel)
                VALUES ('topic.reopened', 'human', p_agent, target.customer_id, target.id, target.channel_id);
        END IF;
    END IF;
    emptied := NOT EXISTS (SELECT 1 FROM message m WHERE m.topic_id = p_from) AND EXISTS (SELECT 1 FROM topic t WHERE t.id = p_from AND t.state = 'open');
    IF emptied THEN
        PERFORM leave_topic(p_from, p_to, p_agent);
    END IF;
    PERFORM refresh_topic(p_from), refresh_topic(p_to);
    SELECT t.* INTO target FROM topic t WHERE t.id = p_to;
    IF p_wake AND (lock_open_work(p_to)).id IS NULL THEN
        queued := queue_topic(p_to, root_of(target.customer_id), target.channel_id, (SELECT c.queue_id FROM channel c WHERE c.id = target.channel_id), 0,
                              'human', p_agent);
    END IF;
END
$$;

-- The messages that a move is about, in order: one, or it and all that follow it in its topic, as far as they are the family's.
CREATE FUNCTION messages_to_move(p_first message, p_onward boolean) RETURNS uuid[] STABLE LANGUAGE sql AS $$
    SELECT ARRAY(SELECT m.id FROM message m WHERE m.topic_id = p_first.topic_id AND root_of(m.customer_id) = root_of(p_first.customer_id)
                 AND (m.id = p_first.id OR (p_onward AND m.number > p_first.number)) ORDER BY m.number LIMIT 501)
$$;

-- A topic for messages that are a matter of their own: with the same person on the same channel, or of another customer.
CREATE FUNCTION topic_of_its_own(p_first message, p_customer uuid, p_subject text, p_queue uuid, p_agent uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made topic;
    same boolean := root_of(p_customer) = root_of(p_first.customer_id);
BEGIN
    INSERT INTO topic AS t (turn, customer_id, identity_id, channel_id, queue_id, subject)
        SELECT 'customer', CASE WHEN same THEN p_first.customer_id ELSE root_of(p_customer) END, CASE WHEN same THEN COALESCE(p_first.identity_id, s.identity_id) END,
               COALESCE(p_first.channel_id, s.channel_id), COALESCE(p_queue, s.queue_id, c.queue_id),
               COALESCE(NULLIF(p_subject, ''), NULLIF(p_first.subject, ''), s.subject)
        FROM topic s JOIN channel c ON c.id = COALESCE(p_first.channel_id, s.channel_id) WHERE s.id = p_first.topic_id
        RETURNING t.* INTO made;
    INSERT INTO event (type, actor_kind, actor, customer, topic, channel)
        VALUES ('topic.opened', 'human', p_agent, made.customer_id, made.id, made.channel_id);
    RETURN made.id;
END
$$;

-- Tells what was moved, where it is now and where it was. `p_more`: words for the data.
CREATE FUNCTION tell_moved(p_type text, p_move uuid, p_first uuid, p_count int, p_from uuid, p_to uuid, p_was uuid, p_is uuid, p_agent uuid, p_more jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
    SELECT p_type, 'human', p_agent, p_is, p_to, p_first, t.channel_id, p_more || jsonb_strip_nulls(jsonb_build_object(
               'move', p_move, 'count', p_count, 'from', p_from, 'other', CASE WHEN root_of(p_was) <> root_of(p_is) THEN p_was END))
    FROM topic t WHERE t.id = p_to
    UNION ALL
    SELECT 'message.moved', 'human', p_agent, p_was, p_from, NULL, t.channel_id,
           p_more || jsonb_build_object('move', p_move, 'count', p_count, 'to', p_to, 'other', p_is, 'away', true)
    FROM topic t WHERE t.id = p_from AND root_of(p_was) <> root_of(p_is)
$$;

-- Moves a message, and with `onward` all that follow it in its topic: {message, onward, agent} and either `topic`, or `customer` and perhaps
-- `subject` and `queue` for a new one. Raises HL404, HL409 (all_of_it, too_many), HL422 (same_place, no_queue).
CREATE FUNCTION move_messages(p jsonb) RETURNS TABLE (move uuid, topic uuid, customer uuid) LANGUAGE plpgsql AS $$
DECLARE
    agent uuid := (p->>'agent')::uuid;
    first message;
    was topic;
    owner uuid;
    moved uuid[];
    fate record;
BEGIN
    SELECT m.* INTO first FROM message m WHERE m.id = (p->>'message')::uuid;
    topic := (p->>'topic')::uuid;
    owner := COALESCE((SELECT t.customer_id FROM topic t WHERE t.id = move_messages.topic), (p->>'customer')::uuid);
    IF first.id IS NULL OR owner IS NULL THEN
        PERFORM refuse('HL404', 'not_found', 'there is no such message, or no such place for it');
    END IF;
    PERFORM lock_families(ARRAY[first.customer_id, owner]);
    PERFORM 1 FROM topic t WHERE t.id IN (first.topic_id, move_messages.topic) ORDER BY t.id FOR NO KEY UPDATE;
    IF first.topic_id <> (SELECT m.topic_id FROM message m WHERE m.id = first.id) THEN  -- a colleague was quicker
        RAISE EXCEPTION 'try again' USING ERRCODE = '40001';
    END IF;
    SELECT t.* INTO was FROM topic t WHERE t.id = first.topic_id;
    moved := messages_to_move(first, (p->>'onward')::boolean);
    IF topic = was.id THEN
        PERFORM refuse('HL422', 'same_place', 'the message is in this topic already');
    ELSIF cardinality(moved) > 500 THEN
        PERFORM refuse('HL409', 'too_many', 'at most 500 messages are moved at once');
    ELSIF topic IS NULL AND root_of(owner) = root_of(first.customer_id)
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.topic_id = was.id AND NOT m.id = ANY (moved)) THEN
        PERFORM refuse('HL409', 'all_of_it', 'nothing would be left of the topic: it is a matter of its own already');
    ELSIF p->>'queue' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.id = (p->>'queue')::uuid) THEN
        PERFORM refuse('HL422', 'no_queue', format('queue: there is no queue %s', p->>'queue'));
    END IF;
    move := uuidv7();
    topic := COALESCE(topic, topic_of_its_own(first, owner, p->>'subject', (p->>'queue')::uuid, agent));
    INSERT INTO message_move (id, from_topic_id, to_topic_id, agent_id) VALUES (move, was.id, topic, agent);
    INSERT INTO moved_message (move_id, message_id, customer_id, home_id)
        SELECT move_messages.move, m.id, m.customer_id, m.home_id FROM message m WHERE m.id = ANY (moved);
    customer := (SELECT t.customer_id FROM topic t WHERE t.id = move_messages.topic);
    IF root_of(customer) = root_of(first.customer_id) THEN
        UPDATE message m SET topic_id = move_messages.topic WHERE m.id = ANY (moved);
    ELSE
        UPDATE message m SET topic_id = move_messages.topic, customer_id = move_messages.customer,
               home_id = NULLIF(COALESCE(m.home_id, m.customer_id), move_messages.customer)
            WHERE m.id = ANY (moved);
    END IF;
    SELECT * INTO fate FROM settle_move(was.id, topic, p->>'topic' IS NULL OR was.state = 'open', agent);
    UPDATE message_move v SET emptied = fate.emptied, queued_work = fate.queued WHERE v.id = move;
    PERFORM tell_moved(CASE WHEN p->>'topic' IS NULL AND root_of(customer) = root_of(first.customer_id) THEN 'topic.split' ELSE 'message.moved' END,
                       move, first.id, cardinality(moved), was.id, topic, first.customer_id, customer, agent, '{}');
    customer := root_of(customer);
    RETURN NEXT;
END
$$;

-- Puts everything that a move moved back to where it was. Raises HL404; HL409 (undone, moved_since).
CREATE FUNCTION undo_move(p_move uuid, p_agent uuid) RETURNS TABLE (topic uuid, customer uuid) LANGUAGE plpgsql AS $$
DECLARE
    done message_move;
    first record;
    count int;
    fate record;
    item work;
BEGIN
    SELECT v.* INTO done FROM message_move v WHERE v.id = p_move;
    IF done.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no move %s', p_move));
    END IF;
    PERFORM lock_families(ARRAY(SELECT t.customer_id FROM topic t WHERE t.id IN (done.from_topic_id, done.to_topic_id)
        UNION SELECT unnest(ARRAY[x.customer_id, m.customer_id]) FROM moved_message x JOIN message m ON m.id = x.message_id WHERE x.move_id = p_move));
    PERFORM 1 FROM topic t WHERE t.id IN (done.from_topic_id, done.to_topic_id) ORDER BY t.id FOR NO KEY UPDATE;
    UPDATE message_move v SET undone_at = now(), undone_by = p_agent WHERE v.id = p_move AND v.undone_at IS NULL;
    IF NOT FOUND THEN
        PERFORM refuse('HL409', 'undone', 'this was undone already');
    ELSIF EXISTS (SELECT 1 FROM moved_message x JOIN message m ON m.id = x.message_id WHERE x.move_id = p_move AND m.topic_id <> done.to_topic_id) THEN
        PERFORM refuse('HL409', 'moved_since', 'some of these messages have been moved again since; undo that first');
    END IF;
    SELECT m.id, m.customer_id AS was, x.customer_id AS now_is INTO first
        FROM moved_message x JOIN message m ON m.id = x.message_id WHERE x.move_id = p_move ORDER BY m.number LIMIT 1;
    UPDATE message m SET topic_id = done.from_topic_id, customer_id = x.customer_id, home_id = x.home_id
        FROM moved_message x WHERE x.move_id = p_move AND m.id = x.message_id;
    GET DIAGNOSTICS count = ROW_COUNT;
    SELECT * INTO fate FROM settle_move(done.to_topic_id, done.from_topic_id, done.emptied, p_agent);
    item := lock_open_work(done.to_topic_id);
    IF item.id = done.queued_work AND item.state IN ('queued', 'offered')  -- it was taken up for these alone
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.topic_id = done.to_topic_id AND m.at > done.at) THEN
        PERFORM cancel_work(item, p_agent), close_topic(item, 'human', p_agent);
    END IF;
    PERFORM tell_moved('message.moved', p_move, first.id, count, done.to_topic_id, done.from_topic_id, first.was, first.now_is, p_agent, '{"back": true}');
    topic := done.from_topic_id;
    customer := root_of(first.now_is);
    RETURN NEXT;
END
$$;

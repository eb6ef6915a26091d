-- Side conversations: about a matter, but not with its customer. Each is held in a topic of its own, which belongs to whoever is asked: what is
-- said there is another customer's, and so never on the first one's way. One among colleagues is a topic of notes.

ALTER TABLE topic ADD COLUMN aside boolean NOT NULL DEFAULT false;  -- it is held beside another; nothing but an answer joins it

CREATE TABLE aside (
    id         uuid PRIMARY KEY REFERENCES topic,    -- where it is held
    topic_id   uuid NOT NULL REFERENCES topic,       -- what it is about
    agent_id   uuid NOT NULL REFERENCES agent,       -- who began it
    colleagues uuid[] NOT NULL DEFAULT '{}',         -- whom it is held with, when with nobody outside
    state      text NOT NULL DEFAULT 'waiting' CONSTRAINT aside_state CHECK (state IN ('waiting', 'answered', 'done', 'canceled')),
    at         timestamptz NOT NULL DEFAULT now(),
    state_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT aside_elsewhere CHECK (id <> topic_id)
);
CREATE INDEX aside_topic ON aside (topic_id);

-- How far each colleague has read each.
CREATE TABLE aside_reading (
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    aside_id uuid NOT NULL REFERENCES aside ON DELETE CASCADE,
    number   bigint NOT NULL,
    PRIMARY KEY (agent_id, aside_id)
);

-- What happened beside a matter; told as the matter's.
CREATE FUNCTION tell_aside(p_type text, p_aside aside, p_message uuid, p_actor uuid, p_work work DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, work, agent, channel, data)
    SELECT p_type, CASE WHEN p_actor IS NULL THEN 'system' ELSE 'human' END, p_actor, t.customer_id, t.id, p_message, p_work.id, p_work.agent_id,
           s.channel_id, jsonb_build_object('aside', s.id)
    FROM topic t, topic s WHERE t.id = p_aside.topic_id AND s.id = p_aside.id
$$;

-- The topic of a new one, for the first message that is written in it: `aside` names the matter, `colleagues` whom it is held with, when with
-- nobody outside. Raises HL404; HL422 (aside_of_aside; address: the customer's own).
CREATE FUNCTION open_aside(p jsonb, p_customer uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    about topic;
    inside CONSTANT boolean := p ? 'colleagues';
    made aside;
BEGIN
    SELECT t.* INTO about FROM topic t WHERE t.id = (p->>'aside')::uuid;
    IF about.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no topic %s', p->>'aside'));
    ELSIF about.aside THEN
        PERFORM refuse('HL422', 'topic', 'this is a side conversation itself: begin one in the matter that it is about');
    ELSIF NOT inside AND root_of(p_customer) = root_of(about.customer_id) THEN
        PERFORM refuse('HL422', 'address', 'this is an address of the customer''s own: answer in the conversation itself');
    END IF;
    made.id := CASE WHEN inside THEN open_topic(about.customer_id, about.channel_id, NULL, p->>'subject')
                    ELSE open_topic(p_customer, (p->>'channel')::uuid, p->'address', p->>'subject') END;
    UPDATE topic t SET aside = true, identity_id = NULL WHERE t.id = made.id;
    INSERT INTO aside (id, topic_id, agent_id, colleagues)
        VALUES (made.id, about.id, (p->>'author')::uuid, ARRAY(SELECT c::uuid FROM jsonb_array_elements_text(COALESCE(p->'colleagues', '[]')) c))
        RETURNING * INTO made;
    PERFORM tell_aside('aside.opened', made, (p->>'id')::uuid, made.agent_id);
    RETURN made.id;
END
$$;

-- A colleague has written in a topic. In a side conversation it is the others' turn then; among colleagues, one who did not begin it has answered.
CREATE FUNCTION go_on_aside(p_topic uuid, p_message uuid, p_author uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one aside;
BEGIN
    UPDATE aside a SET state = CASE WHEN a.colleagues = '{}' OR a.agent_id = p_author THEN 'waiting' ELSE 'answered' END, state_at = now()
        WHERE a.id = p_topic RETURNING a.* INTO one;
    IF one.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE topic t SET state = 'open', closed_at = NULL, last_at = now() WHERE t.id = p_topic;
    IF one.state = 'answered' THEN
        PERFORM wake_matter(one, p_message, p_author);
    END IF;
END
$$;

-- Somebody outside has answered. A machine's answer is shown, and wakes nobody. False when the topic is none of a side conversation.
CREATE FUNCTION answer_aside(p_topic uuid, p_message uuid, p_automatic boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one aside;
BEGIN
    IF NOT (SELECT t.aside FROM topic t WHERE t.id = p_topic) THEN
        RETURN false;
    END IF;
    SELECT a.* INTO one FROM aside a WHERE a.id = p_topic FOR NO KEY UPDATE;
    IF NOT p_automatic THEN
        UPDATE aside a SET state = 'answered', state_at = now() WHERE a.id = p_topic;
        PERFORM wake_matter(one, p_message, NULL);
    END IF;
    RETURN true;
END
$$;

-- The matter is the agent's turn again: a closed one opens, what is being wrapped up is talked about again, what nobody has is queued.
CREATE FUNCTION wake_matter(p_aside aside, p_message uuid, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    about topic;
    root uuid;
    item work;
BEGIN
    SELECT t.* INTO about FROM topic t WHERE t.id = p_aside.topic_id;
    root := lock_root(about.customer_id);
    UPDATE topic t SET state = 'open', closed_at = NULL WHERE t.id = about.id AND t.state = 'closed';
    IF FOUND THEN
        INSERT INTO event (type, customer, topic, channel) VALUES ('topic.reopened', about.customer_id, about.id, about.channel_id);
    END IF;
    UPDATE topic t SET turn = 'agent', turn_since = now() WHERE t.id = about.id AND t.turn = 'customer';
    item := lock_open_work(about.id);
    IF item.id IS NULL THEN
        item.id := queue_topic(about.id, root, about.channel_id, (SELECT c.queue_id FROM channel c WHERE c.id = about.channel_id), 0, 'system');
    ELSIF item.state = 'wrapping' THEN
        UPDATE work w SET state = 'assigned', wrap_until = NULL WHERE w.id = item.id;
        UPDATE assignment a SET wrapping_at = NULL WHERE a.work_id = item.id AND a.ended_at IS NULL;
        PERFORM tell_work('work.resumed', item, 'system', NULL, item.agent_id, '{}');
    END IF;
    PERFORM tell_aside('aside.answered', p_aside, p_message, p_actor, item);
END
$$;

-- Ends one, or takes it up again. False when it stands so already. Raises HL404; HL409 (canceled).
CREATE FUNCTION settle_aside(p_aside uuid, p_agent uuid, p_done boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one aside;
BEGIN
    SELECT a.* INTO one FROM aside a WHERE a.id = p_aside FOR NO KEY UPDATE;
    IF one.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no side conversation %s', p_aside));
    ELSIF one.state = 'canceled' THEN
        PERFORM refuse('HL409', 'canceled', 'this was taken back before it left');
    ELSIF p_done = (one.state = 'done') THEN
        RETURN false;
    END IF;
    UPDATE aside a SET state_at = now(), state = CASE WHEN p_done THEN 'done' WHEN (
               SELECT m.direction = 'in' OR (m.direction = 'note' AND m.author_id <> a.agent_id) FROM message m
               WHERE m.topic_id = a.id AND m.state <> 'canceled' ORDER BY m.number DESC LIMIT 1) THEN 'answered' ELSE 'waiting' END
        WHERE a.id = p_aside;
    UPDATE topic t SET state = CASE WHEN p_done THEN 'closed' ELSE 'open' END, closed_at = CASE WHEN p_done THEN now() END WHERE t.id = p_aside;
    PERFORM tell_aside(CASE WHEN p_done THEN 'aside.closed' ELSE 'aside.reopened' END, one, NULL, p_agent, lock_open_work(one.topic_id));
    RETURN true;
END
$$;

-- Takes one back whose first words have not left, or that no colleague has answered: nothing of it is shown in the matter any more. Raises HL404; HL409 (already_sent).
CREATE FUNCTION cancel_aside(p_aside uuid, p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one aside;
    firsts uuid[];
BEGIN
    SELECT a.* INTO one FROM aside a WHERE a.id = p_aside FOR NO KEY UPDATE;
    IF one.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no side conversation %s', p_aside));
    ELSIF one.state = 'canceled' THEN
        RETURN;
    END IF;
    firsts := ARRAY(SELECT m.id FROM message m WHERE m.topic_id = p_aside AND m.state <> 'canceled' ORDER BY m.number LIMIT 2);
    DELETE FROM mention x WHERE one.colleagues <> '{}' AND cardinality(firsts) = 1 AND x.message_id = firsts[1];
    IF cardinality(firsts) <> 1 OR (one.colleagues = '{}' AND NOT cancel_message(firsts[1], p_agent)) THEN
        PERFORM refuse('HL409', 'already_sent', 'it has left already; end it instead');
    END IF;
    UPDATE aside a SET state = 'canceled', state_at = now() WHERE a.id = p_aside;
    UPDATE topic t SET state = 'closed', closed_at = now() WHERE t.id = p_aside;
    PERFORM tell_aside('aside.canceled', one, firsts[1], p_agent);
END
$$;

-- A colleague has read one up to here; never backwards, and told only when it went on.
CREATE FUNCTION read_aside(p_aside uuid, p_agent uuid, p_number bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one aside;
BEGIN
    SELECT a.* INTO one FROM aside a WHERE a.id = p_aside;
    INSERT INTO aside_reading AS r (agent_id, aside_id, number) SELECT p_agent, one.id, p_number WHERE one.id IS NOT NULL
        ON CONFLICT (agent_id, aside_id) DO UPDATE SET number = EXCLUDED.number WHERE r.number < EXCLUDED.number;
    IF FOUND THEN
        PERFORM tell_aside('aside.read', one, NULL, p_agent, (SELECT w FROM work w WHERE w.topic_id = one.topic_id
            AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused')));
    END IF;
    RETURN FOUND;
END
$$;

-- As before; and whoever is asked about a customer's matter is not that customer: no evidence joins the two by itself.
CREATE OR REPLACE FUNCTION told_apart(p_one uuid, p_other uuid) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM customer a JOIN customer_distinct d ON d.one_id = a.id JOIN customer b ON b.id = d.other_id
                   WHERE a.root_id = p_one AND b.root_id = p_other)
        OR EXISTS (SELECT 1 FROM customer a JOIN customer_distinct d ON d.one_id = a.id JOIN customer b ON b.id = d.other_id
                   WHERE a.root_id = p_other AND b.root_id = p_one)
        OR EXISTS (SELECT 1 FROM customer_join j JOIN customer a ON a.id = j.child_id JOIN customer b ON b.id = j.parent_id
                   WHERE j.undone_by IS NOT NULL
                     AND ((a.root_id = p_one AND b.root_id = p_other) OR (a.root_id = p_other AND b.root_id = p_one)))
        OR EXISTS (SELECT 1 FROM customer f JOIN topic s ON s.customer_id = f.id AND s.aside JOIN aside a ON a.id = s.id
                   JOIN topic t ON t.id = a.topic_id JOIN customer c ON c.id = t.customer_id
                   WHERE (f.root_id = p_one AND c.root_id = p_other) OR (f.root_id = p_other AND c.root_id = p_one))
$$;

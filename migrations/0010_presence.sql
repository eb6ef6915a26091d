-- Presence: what colleagues set, who is connected, how everybody stands.

-- Locks what is offered to a colleague before his or her presence is touched: the order of locks.
CREATE FUNCTION lock_offered(p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customer r WHERE r.id IN (SELECT c.root_id FROM offer o JOIN work w ON w.id = o.work_id JOIN customer c ON c.id = w.customer_id
                                             WHERE o.agent_id = p_agent AND o.state = 'pending')
        ORDER BY r.id FOR NO KEY UPDATE;
    PERFORM 1 FROM topic t WHERE t.id IN (SELECT w.topic_id FROM offer o JOIN work w ON w.id = o.work_id WHERE o.agent_id = p_agent AND o.state = 'pending')
        ORDER BY t.id FOR NO KEY UPDATE;
    PERFORM 1 FROM work w WHERE w.id IN (SELECT o.work_id FROM offer o WHERE o.agent_id = p_agent AND o.state = 'pending')
        ORDER BY w.id FOR NO KEY UPDATE;
    PERFORM lock_presences(ARRAY[p_agent]);
END
$$;

-- Gives back everything that is offered to a colleague; nothing of it is held against him or her.
CREATE FUNCTION withdraw_offers(p_agent uuid, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    asked uuid;
BEGIN
    FOR asked IN SELECT o.id FROM offer o WHERE o.agent_id = p_agent AND o.state = 'pending' ORDER BY o.id LOOP
        PERFORM give_up_offer(asked, 'rescinded', p_reason, 'system', NULL);
    END LOOP;
END
$$;

-- What a colleague sets: {activity?, after_work?, channels?: {kind: on}}. Setting a routable activity answers "not responding".
CREATE FUNCTION set_status(p_agent uuid, p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was presence;
    next_activity text;
    next_rest text;
    takes boolean;
    took boolean;
BEGIN
    PERFORM lock_offered(p_agent);
    SELECT * INTO was FROM presence WHERE agent_id = p_agent;
    next_activity := COALESCE(p->>'activity', was.activity);
    next_rest := CASE WHEN p ? 'after_work' THEN p->>'after_work' WHEN p ? 'activity' THEN NULL ELSE was.after_work END;
    IF next_rest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM work w WHERE w.agent_id = p_agent AND w.state IN ('assigned', 'wrapping')) THEN
        next_activity := next_rest;
        next_rest := NULL;
    END IF;
    SELECT a.routable INTO takes FROM activity a WHERE a.id = next_activity;
    SELECT a.routable INTO took FROM activity a WHERE a.id = was.activity;
    UPDATE presence SET activity = next_activity, after_work = next_rest,
           since = CASE WHEN next_activity = was.activity AND NOT (was.not_responding AND p ? 'activity') THEN was.since ELSE now() END,
           not_responding = was.not_responding AND NOT (p ? 'activity' AND takes),
           idle_since = CASE WHEN takes AND (was.not_responding OR NOT took) THEN now() ELSE was.idle_since END,
           channels_off = ARRAY(
               SELECT c.kind FROM capacity c WHERE NOT COALESCE((p->'channels'->>c.kind)::boolean, c.kind <> ALL (was.channels_off)) ORDER BY c.kind)
        WHERE agent_id = p_agent;
    PERFORM tell_status(p_agent, 'human', jsonb_build_object('activity', next_activity));
    IF NOT takes OR next_rest IS NOT NULL THEN
        PERFORM withdraw_offers(p_agent, 'activity');
    END IF;
END
$$;

-- The first socket of a colleague on a node. What was lost with the last one and still waits comes back, to one who takes work.
CREATE FUNCTION connect_agent(p_agent uuid, p_node uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO node (id) VALUES (p_node) ON CONFLICT (id) DO UPDATE SET seen_at = now();
    IF EXISTS (SELECT 1 FROM presence p JOIN activity a ON a.id = p.activity AND a.routable WHERE p.agent_id = p_agent) THEN
        PERFORM return_lost_work(p_agent);
    END IF;
    PERFORM lock_presences(ARRAY[p_agent]);
    INSERT INTO connection (agent_id, node_id) VALUES (p_agent, p_node) ON CONFLICT DO NOTHING;
    UPDATE presence SET connected = true, left_at = NULL WHERE agent_id = p_agent AND NOT connected;
    IF FOUND THEN
        PERFORM tell_status(p_agent, 'human', '{"connected": true}');
    END IF;
END
$$;

-- The last socket of a colleague on a node has gone. When it was the last of all, what is offered goes back at once.
CREATE FUNCTION disconnect_agent(p_agent uuid, p_node uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_offered(p_agent);
    DELETE FROM connection WHERE agent_id = p_agent AND node_id = p_node;
    UPDATE presence SET connected = false, left_at = now()
        WHERE agent_id = p_agent AND connected AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.agent_id = p_agent);
    IF FOUND THEN
        PERFORM tell_status(p_agent, 'system', '{"connected": false}');
        PERFORM withdraw_offers(p_agent, 'left');
    END IF;
END
$$;

-- How every colleague stands. The routing status is derived, never set: not_responding > offered > busy > wrapping > idle > off.
CREATE VIEW agent_status AS
SELECT p.agent_id, p.activity, p.since, p.after_work, p.channels_off, p.connected, p.units_used, p.units_max, p.units_extra,
       a.routable AND p.connected AND p.after_work IS NULL AND NOT p.not_responding AS available,
       CASE
           WHEN p.not_responding AND a.routable AND p.connected THEN 'not_responding'
           WHEN EXISTS (SELECT 1 FROM offer o WHERE o.agent_id = p.agent_id AND o.state = 'pending') THEN 'offered'
           WHEN EXISTS (SELECT 1 FROM work w WHERE w.agent_id = p.agent_id AND w.state = 'assigned') THEN 'busy'
           WHEN EXISTS (SELECT 1 FROM work w WHERE w.agent_id = p.agent_id AND w.state = 'wrapping') THEN 'wrapping'
           WHEN a.routable AND p.connected THEN 'idle'
           ELSE 'off'
       END AS routing_status
FROM presence p JOIN activity a ON a.id = p.activity;

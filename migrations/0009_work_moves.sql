-- The moves of work that somebody has in hand, or that waits: finished, wrapped up, released, transferred, assigned, abandoned.

-- The talk is over; the colleague has a while to write down what came of it.
CREATE FUNCTION finish_work(p_work uuid, p_actor uuid, p_any boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['assigned']);
    PERFORM begin_wrapping(item, 'human', p_actor);
END
$$;

CREATE FUNCTION begin_wrapping(p_work work, p_actor_kind text, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work w SET state = 'wrapping', wrap_until = now() + make_interval(secs => q.wrap_s) FROM queue q WHERE w.id = p_work.id AND q.id = w.queue_id;
    UPDATE assignment a SET wrapping_at = now() WHERE a.work_id = p_work.id AND a.ended_at IS NULL;
    PERFORM tell_work('work.wrapping', p_work, p_actor_kind, p_actor, p_work.agent_id, '{}');
END
$$;

-- The talk goes on after all.
CREATE FUNCTION resume_work(p_work uuid, p_actor uuid, p_any boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['wrapping']);
    UPDATE work w SET state = 'assigned', wrap_until = NULL WHERE w.id = p_work;
    UPDATE assignment a SET wrapping_at = NULL WHERE a.work_id = p_work AND a.ended_at IS NULL;
    PERFORM tell_work('work.resumed', item, 'human', p_actor, item.agent_id, '{}');
END
$$;

-- One minute more to wrap up.
CREATE FUNCTION extend_wrapping(p_work uuid, p_actor uuid, p_any boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['wrapping']);
    UPDATE work w SET wrap_until = GREATEST(w.wrap_until, now()) + interval '1 minute' WHERE w.id = p_work;
    PERFORM tell_work('work.extended', item, 'human', p_actor, item.agent_id, '{}');
END
$$;

-- The channel of what the customer has written since the item was taken, when whoever ends the item has read only what was before; else NULL.
-- A program that keeps no read marks decides for itself.
CREATE FUNCTION unseen_channel(p_work work, p_actor uuid) RETURNS uuid STABLE LANGUAGE sql AS $$
    SELECT m.channel_id FROM topic t JOIN customer c ON c.id = t.customer_id
    JOIN message m ON m.topic_id = t.id AND m.number = t.last_number AND m.direction = 'in' AND m.at > p_work.assigned_at
    WHERE t.id = p_work.topic_id AND t.state = 'open'
      AND m.number > (SELECT max(d.number) FROM reading d WHERE d.agent_id IN (p_actor, p_work.agent_id) AND d.customer_id IN (c.id, c.root_id))
$$;

-- Ends a locked item for good, and its topic with it. A message that crossed with the end counts as if it had come after it: the topic
-- stays open, with new work.
CREATE FUNCTION complete_work(p_work work, p_code text, p_note text, p_actor_kind text, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    news uuid := unseen_channel(p_work, p_actor);
BEGIN
    UPDATE work w SET state = 'completed', ended_at = now(), wrap_until = NULL, units = 0, code = p_code, note = p_note WHERE w.id = p_work.id;
    PERFORM end_assignment(p_work, 'completed');
    PERFORM tell_work('work.completed', p_work, p_actor_kind, p_actor, p_work.agent_id, jsonb_strip_nulls(jsonb_build_object('code', p_code)));
    IF news IS NULL THEN
        PERFORM close_topic(p_work, p_actor_kind, p_actor);
    ELSE
        PERFORM queue_topic(p_work.topic_id, (SELECT c.root_id FROM customer c WHERE c.id = p_work.customer_id), news, p_work.queue_id, 0);
    END IF;
END
$$;

CREATE FUNCTION close_topic(p_work work, p_actor_kind text, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE topic t SET state = 'closed', closed_at = now(), turn = 'customer', turn_since = now() WHERE t.id = p_work.topic_id AND t.state = 'open';
    IF FOUND THEN
        PERFORM tell_work('topic.closed', p_work, p_actor_kind, p_actor, p_work.agent_id, '{}');
    END IF;
END
$$;

-- The wrap-up: completes the work with a code, a note and perhaps a promise {text, due_at}. The same again changes nothing. Where
-- the time ran out first, the code and the note are still taken.
CREATE FUNCTION wrap_up_work(p_work uuid, p_actor uuid, p_any boolean, p_code text, p_note text, p_promise jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['assigned', 'wrapping', 'completed']);
    IF item.state = 'completed' AND item.code IS NOT NULL THEN
        IF item.code <> p_code OR item.note <> p_note THEN
            PERFORM refuse('HL409', 'wrapped_up', 'this work was wrapped up already, in other words');
        END IF;
        RETURN;
    ELSIF item.state = 'completed' THEN
        UPDATE work w SET code = p_code, note = p_note WHERE w.id = p_work;
        PERFORM tell_work('work.coded', item, 'human', p_actor, item.agent_id, jsonb_build_object('code', p_code));
    ELSE
        PERFORM complete_work(item, p_code, p_note, 'human', p_actor);
    END IF;
    IF p_promise IS NOT NULL THEN
        INSERT INTO commitment (customer_id, topic_id, agent_id, text, due_at)
            VALUES (item.customer_id, item.topic_id, p_actor, p_promise->>'text', (p_promise->>'due_at')::timestamptz);
        PERFORM tell_work('commitment.made', item, 'human', p_actor, item.agent_id, '{}');
    END IF;
END
$$;

-- The time to wrap up is over: the work is complete without a code.
CREATE FUNCTION end_wrapping(p_token bigint, p_work uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    PERFORM require_lease('router', p_token);
    item := lock_work(p_work);
    IF item.state = 'wrapping' AND item.wrap_until <= clock_timestamp() THEN
        PERFORM complete_work(item, NULL, '', 'system', NULL);
    END IF;
END
$$;

-- Puts a locked item back into a queue with all the time that it has waited; nobody looks after its matter then.
CREATE FUNCTION queue_again(p_work work, p_queue uuid, p_known uuid, p_kept_s int, p_by text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work w SET state = 'queued', queue_id = p_queue, known_agent_id = p_known, kept_s = p_kept_s, agent_id = NULL, units = 0, queued_at = now(),
           assigned_at = NULL, wrap_until = NULL, why = NULL, reasons = '[]', lost_agent_id = NULL, handed_by = NULL, handed_note = NULL,
           priority = w.priority + (SELECT b.priority FROM queue b WHERE b.id = p_queue) - (SELECT a.priority FROM queue a WHERE a.id = p_work.queue_id)
        WHERE w.id = p_work.id;
    UPDATE topic t SET agent_id = NULL WHERE t.id = p_work.topic_id;
    PERFORM end_assignment(p_work, p_by);
END
$$;

-- Back to the queue it came from.
CREATE FUNCTION release_work(p_work uuid, p_actor uuid, p_any boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['assigned', 'wrapping']);
    PERFORM queue_again(item, item.queue_id, NULL, NULL, 'released');
    PERFORM tell_work('work.released', item, 'human', p_actor, item.agent_id, '{"reason": "released"}');
END
$$;

-- What goes back to its queue because whoever has it is not there, and when: at once of a colleague who was disabled, after a while of one
-- whose last connection is gone. What is not live and has been answered is nobody's turn, and stays.
CREATE VIEW lost_work AS
SELECT w.id, w.agent_id, now() AS due_at, 'disabled' AS reason
FROM agent a JOIN work w ON w.agent_id = a.id AND w.state = 'assigned' WHERE NOT a.enabled
UNION ALL
SELECT w.id, w.agent_id, p.left_at + make_interval(secs => COALESCE(c.lost_s, q.away_s)), 'left'
FROM presence p JOIN agent a ON a.id = p.agent_id AND a.enabled JOIN work w ON w.agent_id = p.agent_id AND w.state = 'assigned'
JOIN capacity c ON c.kind = w.kind JOIN queue q ON q.id = w.queue_id JOIN topic t ON t.id = w.topic_id
WHERE NOT p.connected AND p.left_at IS NOT NULL AND (c.lost_s IS NOT NULL OR t.turn = 'agent');

-- Gives back what is lost and due. Who lost the connection is asked first, and has it again when back before anybody took it.
CREATE FUNCTION release_lost_work(p_token bigint, p_work uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
    cause text;
BEGIN
    PERFORM require_lease('router', p_token);
    item := lock_work(p_work);
    SELECT l.reason INTO cause FROM lost_work l WHERE l.id = p_work AND l.due_at <= clock_timestamp();
    IF cause IS NULL THEN
        RETURN;
    END IF;
    PERFORM queue_again(item, item.queue_id, CASE WHEN cause = 'left' THEN item.agent_id END, NULL, cause);
    UPDATE work w SET lost_agent_id = item.agent_id WHERE w.id = p_work AND cause = 'left';
    PERFORM tell_work('work.released', item, 'system', NULL, item.agent_id, jsonb_build_object('reason', cause));
END
$$;

-- Puts a locked item that waits into the hands of a colleague who has a claim to it, also beyond the limit.
CREATE FUNCTION claim_work(p_work work, p_agent uuid, p_code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_offer(p_work, 'canceled', p_code, 'human', p_agent);
    UPDATE work w SET state = 'queued' WHERE w.id = p_work.id;
    PERFORM hand_over(p_work, p_agent, (SELECT c.units FROM capacity c WHERE c.kind = p_work.kind), jsonb_build_object('code', p_code), true, p_agent);
END
$$;

-- What a colleague lost with the connection and still waits is his or hers again.
CREATE FUNCTION return_lost_work(p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lost uuid;
    item work;
BEGIN
    FOR lost IN SELECT w.id FROM work w JOIN customer c ON c.id = w.customer_id WHERE w.lost_agent_id = p_agent ORDER BY c.root_id, w.id LOOP
        item := lock_work(lost);
        IF item.lost_agent_id = p_agent AND item.state IN ('queued', 'offered') THEN
            PERFORM claim_work(item, p_agent, 'returned');
        END IF;
    END LOOP;
END
$$;

-- Whoever writes to a customer looks after what comes of it: a closed matter opens again, and what nobody has in hand is the writer's, as
-- is what he or she had lost. The conversation is locked. A program that writes without being present takes nothing.
CREATE FUNCTION take_charge(p_topic uuid, p_channel uuid, p_author uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    IF (SELECT t.aside FROM topic t WHERE t.id = p_topic) THEN
        RETURN;  -- nobody has work in what is said beside a matter
    END IF;
    UPDATE topic t SET state = 'open', closed_at = NULL WHERE t.id = p_topic AND t.state = 'closed';
    IF FOUND THEN
        INSERT INTO event (type, actor_kind, actor, customer, topic, channel)
            SELECT 'topic.reopened', 'human', p_author, t.customer_id, t.id, t.channel_id FROM topic t WHERE t.id = p_topic;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM presence p WHERE p.agent_id = p_author AND p.connected) THEN
        RETURN;
    END IF;
    SELECT w.* INTO item FROM work w WHERE w.topic_id = p_topic AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') FOR NO KEY UPDATE;
    IF item.id IS NULL THEN
        INSERT INTO work AS w (topic_id, customer_id, queue_id, channel_id, kind, priority)
            SELECT t.id, t.customer_id, q.id, c.id, c.kind, q.priority
            FROM topic t JOIN channel c ON c.id = p_channel JOIN queue q ON q.id = COALESCE(t.queue_id, c.queue_id) WHERE t.id = p_topic
            RETURNING w.* INTO item;
        PERFORM claim_work(item, p_author, 'wrote');
    ELSIF item.state IN ('queued', 'offered') AND item.lost_agent_id = p_author THEN
        PERFORM claim_work(item, p_author, 'returned');
    END IF;
END
$$;

-- Hands an item to another queue, or to a colleague of its queue, who is then the only one asked for `p_kept_s` seconds. It keeps its age.
CREATE FUNCTION transfer_work(p_work uuid, p_actor uuid, p_any boolean, p_queue uuid, p_agent uuid, p_kept_s int, p_note uuid)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
    target uuid;
BEGIN
    item := lock_held(p_work, p_actor, p_any, ARRAY['queued', 'offered', 'assigned', 'wrapping']);
    target := COALESCE(p_queue, item.queue_id);
    IF NOT EXISTS (SELECT 1 FROM queue q WHERE q.id = target) THEN
        PERFORM refuse('HL422', 'invalid', format('queue: there is no queue %s', target));
    ELSIF p_agent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = target AND m.agent_id = p_agent) THEN
        PERFORM refuse('HL409', 'not_a_member', 'this colleague does not serve the queue of this work; transfer it to a queue that he or she serves');
    ELSIF p_agent = item.agent_id THEN
        PERFORM refuse('HL409', 'has_it', 'this colleague has the work already');
    END IF;
    PERFORM end_offer(item, 'canceled', 'transferred', 'human', p_actor);
    PERFORM queue_again(item, target, p_agent, CASE WHEN p_agent IS NULL THEN NULL ELSE p_kept_s END, 'transferred');
    UPDATE work w SET handed_by = p_actor, handed_note = p_note WHERE w.id = p_work;
    UPDATE topic t SET queue_id = target WHERE t.id = item.topic_id;
    PERFORM tell_work('work.transferred', item, 'human', p_actor, item.agent_id,
                      jsonb_strip_nulls(jsonb_build_object('from_queue', item.queue_id, 'queue', target, 'agent', p_agent)));
END
$$;

-- Puts an item into a colleague's hands without asking: oneself within one's room what waits; anybody, even beyond, for one who may.
CREATE FUNCTION assign_work(p_work uuid, p_agent uuid, p_actor uuid, p_any boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
    who presence;
BEGIN
    item := lock_work(p_work);
    PERFORM lock_presences(ARRAY[p_agent, item.agent_id]);
    SELECT * INTO who FROM presence p WHERE p.agent_id = p_agent;
    IF who.agent_id IS NULL THEN
        PERFORM refuse('HL422', 'invalid', format('agent: there is no colleague %s', p_agent));
    ELSIF item.state IN ('assigned', 'wrapping') AND item.agent_id = p_agent THEN
        RETURN;
    ELSIF item.state NOT IN ('queued', 'offered') AND NOT (p_any AND item.state IN ('assigned', 'wrapping', 'paused')) THEN
        PERFORM refuse('HL409', 'not_waiting', format('this work is %s and does not wait for anybody', item.state));
    ELSIF NOT who.connected OR NOT (SELECT a.enabled FROM agent a WHERE a.id = p_agent) THEN
        PERFORM refuse('HL409', 'agent_away', 'this colleague is not connected');
    ELSIF NOT p_any AND NOT EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = item.queue_id AND m.agent_id = p_agent) THEN
        PERFORM refuse('HL409', 'not_a_member', 'you do not serve the queue of this work');
    END IF;
    PERFORM end_offer(item, 'canceled', 'assigned', 'human', p_actor);
    UPDATE work w SET state = 'queued', agent_id = NULL, units = 0 WHERE w.id = p_work;
    PERFORM end_assignment(item, 'transferred');
    PERFORM hand_over(item, p_agent, (SELECT c.units FROM capacity c WHERE c.kind = item.kind),
                      jsonb_build_object('code', CASE WHEN p_agent = p_actor THEN 'taken' ELSE 'assigned_by' END, 'agent', p_actor), p_any, p_actor);
END
$$;

-- The customer has left the live session of a topic. What nobody had taken is abandoned; what is in hand is wrapped up.
-- The matter is closed for the customer; another message opens it again.
CREATE FUNCTION abandon_topic(p_topic uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    SELECT w.id INTO item.id FROM work w WHERE w.topic_id = p_topic AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused');
    IF item.id IS NULL THEN
        RETURN NULL;
    END IF;
    item := lock_work(item.id);
    IF item.state IN ('queued', 'offered') THEN
        PERFORM end_offer(item, 'canceled', 'abandoned', 'customer', NULL);
        UPDATE work w SET state = 'abandoned', ended_at = now() WHERE w.id = item.id;
        PERFORM tell_work('work.abandoned', item, 'customer', NULL, NULL,
                          jsonb_build_object('waited_s', round(EXTRACT(epoch FROM now() - item.first_queued_at), 3)));
    ELSIF item.state = 'assigned' THEN
        PERFORM begin_wrapping(item, 'customer', NULL);
    END IF;
    PERFORM close_topic(item, 'customer', NULL);
    RETURN item.id;
END
$$;

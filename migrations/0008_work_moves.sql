-- The moves of work: each is one call inside one short transaction. Locks are taken in one order everywhere: topic, work, presence.
-- A refusal carries a stable word for the caller in its hint.

CREATE FUNCTION refuse(p_errcode text, p_code text, p_message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = p_errcode, MESSAGE = p_message, HINT = p_code;
END
$$;

-- Locks an item and its topic.
CREATE FUNCTION lock_work(p_work uuid) RETURNS work LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    PERFORM 1 FROM topic t WHERE t.id = (SELECT w.topic_id FROM work w WHERE w.id = p_work) FOR NO KEY UPDATE;
    SELECT * INTO item FROM work w WHERE w.id = p_work FOR NO KEY UPDATE;
    IF item.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no work %s', p_work));
    END IF;
    RETURN item;
END
$$;

-- Locks an item that somebody has in hand. Only that colleague may move it, or one who may move anybody's.
CREATE FUNCTION lock_held(p_work uuid, p_actor uuid, p_any boolean, p_states text[]) RETURNS work LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    item := lock_work(p_work);
    IF item.agent_id IS DISTINCT FROM p_actor AND NOT p_any THEN
        PERFORM refuse('HL409', 'not_yours', 'this work is not in your hands');
    ELSIF item.state <> ALL (p_states) THEN
        PERFORM refuse('HL409', 'wrong_state', format('this work is %s; that can be done while it is %s', item.state, array_to_string(p_states, ' or ')));
    END IF;
    RETURN item;
END
$$;

-- Locks the presence of several colleagues, always in the same order.
CREATE FUNCTION lock_presences(p_agents uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT 1 FROM presence WHERE agent_id = ANY (p_agents) ORDER BY agent_id FOR NO KEY UPDATE
$$;

CREATE FUNCTION tell_work(p_type text, p_work work, p_actor_kind text, p_actor uuid, p_agent uuid, p_data jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (type, actor_kind, actor, customer, topic, work, agent, queue, channel, data)
    VALUES (p_type, p_actor_kind, p_actor, p_work.customer_id, p_work.topic_id, p_work.id, p_agent, p_work.queue_id, p_work.channel_id, p_data)
$$;

CREATE FUNCTION tell_status(p_agent uuid, p_actor_kind text, p_data jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (type, actor_kind, actor, agent, data)
    VALUES ('status.changed', p_actor_kind, CASE WHEN p_actor_kind = 'human' THEN p_agent END, p_agent, p_data)
$$;

-- ── Units ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The units held out to a colleague in offers that are open.
CREATE FUNCTION units_offered(p_agent uuid) RETURNS int STABLE LANGUAGE sql AS $$
    SELECT COALESCE(sum(o.units), 0)::int FROM offer o WHERE o.agent_id = p_agent AND o.state = 'pending'
$$;

-- Gives units back. A colleague who has nothing left in hand is idle from now, or goes where he or she wanted to go after the work.
CREATE FUNCTION free_units(p_agent uuid, p_units int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rest text;
BEGIN
    PERFORM lock_presences(ARRAY[p_agent]);
    UPDATE presence p SET units_used = p.units_used - p_units,
           units_extra = LEAST(p.units_extra, GREATEST(0, p.units_used - p_units + units_offered(p_agent) - p.units_max))
        WHERE p.agent_id = p_agent RETURNING p.after_work INTO rest;
    IF EXISTS (SELECT 1 FROM work w WHERE w.agent_id = p_agent AND w.state IN ('assigned', 'wrapping')) THEN
        RETURN;
    END IF;
    UPDATE presence p SET idle_since = now(), activity = COALESCE(rest, p.activity), after_work = NULL,
           since = CASE WHEN rest IS NULL THEN p.since ELSE now() END
        WHERE p.agent_id = p_agent;
    IF rest IS NOT NULL THEN
        PERFORM tell_status(p_agent, 'system', jsonb_build_object('activity', rest));
    END IF;
END
$$;

-- Ends the stretch of the colleague who has an item, and gives the units back. The item must have left his or her hands already.
CREATE FUNCTION end_assignment(p_work work, p_by text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assignment a SET ended_at = now(), ended_by = p_by WHERE a.work_id = p_work.id AND a.ended_at IS NULL;
    IF FOUND THEN
        PERFORM free_units(p_work.agent_id, p_work.units);
    END IF;
END
$$;

-- ── Offers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Ends the open offer of a locked item, if there is one. The state of the item is the caller's business.
CREATE FUNCTION end_offer(p_work work, p_state text, p_reason text, p_actor_kind text, p_actor uuid) RETURNS offer LANGUAGE plpgsql AS $$
DECLARE
    ended offer;
BEGIN
    UPDATE offer o SET state = p_state, ended_at = now(), reason = p_reason WHERE o.work_id = p_work.id AND o.state = 'pending' RETURNING * INTO ended;
    IF FOUND THEN
        PERFORM tell_work('offer.' || p_state, p_work, p_actor_kind, p_actor, ended.agent_id, jsonb_build_object('offer', ended.id, 'reason', p_reason));
    END IF;
    RETURN ended;
END
$$;

-- Why an item cannot be offered to a colleague as things are now, or NULL. Both rows are locked.
CREATE FUNCTION offer_refusal(p_work work, p_agent uuid, p_units int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    who presence;
    present boolean;
BEGIN
    SELECT * INTO who FROM presence p WHERE p.agent_id = p_agent;
    SELECT a.routable AND g.enabled INTO present FROM activity a, agent g WHERE a.id = who.activity AND g.id = p_agent;
    IF p_work.state <> 'queued' THEN
        RETURN 'not_waiting';
    ELSIF present IS NOT TRUE OR NOT who.connected OR who.not_responding OR who.after_work IS NOT NULL OR p_work.kind = ANY (who.channels_off) THEN
        RETURN 'not_present';
    ELSIF NOT EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = p_work.queue_id AND m.agent_id = p_agent) THEN
        RETURN 'not_a_member';
    ELSIF who.units_used + units_offered(p_agent) + p_units > who.units_max THEN
        RETURN 'at_capacity';
    ELSIF (SELECT count(*) FROM work w WHERE w.agent_id = p_agent AND w.state IN ('assigned', 'wrapping') AND w.kind = p_work.kind)
        + (SELECT count(*) FROM offer o JOIN work w ON w.id = o.work_id WHERE o.agent_id = p_agent AND o.state = 'pending' AND w.kind = p_work.kind)
        >= (SELECT c.most FROM capacity c WHERE c.kind = p_work.kind) THEN
        RETURN 'channel_full';
    END IF;
    RETURN NULL;
END
$$;

-- Writes the offers that the router has decided: [{attempt, work, agent, units, seconds, why}]. Each is checked again under locks;
-- one that must not be is refused with a word, and the others stand.
CREATE FUNCTION make_offers(p_token bigint, p_offers jsonb)
RETURNS TABLE (attempt bigint, offer uuid, expires_at timestamptz, refused text) LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
    item work;
BEGIN
    PERFORM require_lease('router', p_token);
    PERFORM 1 FROM work w WHERE w.id IN (SELECT (o->>'work')::uuid FROM jsonb_array_elements(p_offers) o) ORDER BY w.id FOR NO KEY UPDATE;
    PERFORM lock_presences(ARRAY(SELECT (o->>'agent')::uuid FROM jsonb_array_elements(p_offers) o));
    FOR wanted IN SELECT * FROM jsonb_to_recordset(p_offers) AS o(attempt bigint, work uuid, agent uuid, units int, seconds float, why jsonb) LOOP
        SELECT * INTO item FROM work w WHERE w.id = wanted.work;
        attempt := wanted.attempt;
        refused := offer_refusal(item, wanted.agent, wanted.units);
        offer := NULL;
        expires_at := NULL;
        IF refused IS NULL THEN
            UPDATE work w SET state = 'offered' WHERE w.id = wanted.work;
            INSERT INTO offer AS made (work_id, agent_id, units, expires_at, why)
                VALUES (wanted.work, wanted.agent, wanted.units, now() + make_interval(secs => wanted.seconds), wanted.why)
                RETURNING made.id, made.expires_at INTO offer, expires_at;
            PERFORM tell_work('offer.created', item, 'system', NULL, wanted.agent, jsonb_build_object('offer', offer));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Puts a locked item into a colleague's hands. Beyond the limit only where that is wanted; open offers count as taken.
CREATE FUNCTION hand_over(p_work work, p_agent uuid, p_units int, p_why jsonb, p_beyond boolean, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    waited numeric := round(EXTRACT(epoch FROM now() - p_work.first_queued_at), 3);
BEGIN
    PERFORM lock_presences(ARRAY[p_agent]);
    UPDATE presence p SET units_used = p.units_used + p_units,
           units_extra = CASE WHEN p_beyond THEN GREATEST(p.units_extra, p.units_used + p_units + units_offered(p_agent) - p.units_max) ELSE p.units_extra END
        WHERE p.agent_id = p_agent;
    UPDATE work w SET state = 'assigned', agent_id = p_agent, units = p_units, assigned_at = now(), wrap_until = NULL, why = p_why, reasons = '[]', kept_s = NULL
        WHERE w.id = p_work.id;
    UPDATE topic t SET agent_id = p_agent, queue_id = p_work.queue_id WHERE t.id = p_work.topic_id;
    INSERT INTO assignment (work_id, agent_id, why) VALUES (p_work.id, p_agent, p_why);
    PERFORM tell_work('work.assigned', p_work, 'human', p_actor, p_agent, jsonb_build_object('waited_s', waited, 'why', p_why));
EXCEPTION WHEN check_violation THEN
    PERFORM refuse('HL409', 'at_capacity', 'there is no room for this work now');
END
$$;

-- The colleague takes what was offered; the first who says so has it, and what is over is refused. Returns the work.
CREATE FUNCTION accept_offer(p_offer uuid, p_agent uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    asked offer;
    item work;
BEGIN
    SELECT * INTO asked FROM offer o WHERE o.id = p_offer AND o.agent_id = p_agent;
    IF asked.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('you have no offer %s', p_offer));
    END IF;
    item := lock_work(asked.work_id);
    UPDATE offer o SET state = 'accepted', ended_at = now() WHERE o.id = p_offer AND o.state = 'pending' RETURNING * INTO asked;
    IF NOT FOUND THEN
        PERFORM refuse('HL409', 'offer_ended', 'this offer is over');
    END IF;
    PERFORM tell_work('offer.accepted', item, 'human', p_agent, p_agent, jsonb_build_object('offer', p_offer));
    PERFORM hand_over(item, p_agent, asked.units, asked.why, false, p_agent);
    RETURN item.id;
END
$$;

-- Ends one open offer in any way but acceptance, and puts the item back in its place. Returns the state in which the offer then is.
CREATE FUNCTION give_up_offer(p_offer uuid, p_state text, p_reason text, p_actor_kind text, p_actor uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    item work;
    found_state text;
BEGIN
    SELECT * INTO item FROM lock_work((SELECT o.work_id FROM offer o WHERE o.id = p_offer));
    SELECT o.state INTO found_state FROM offer o WHERE o.id = p_offer;
    IF found_state <> 'pending' THEN
        RETURN found_state;
    END IF;
    PERFORM end_offer(item, p_state, p_reason, p_actor_kind, p_actor);
    UPDATE work w SET state = 'queued' WHERE w.id = item.id AND w.state = 'offered';
    RETURN p_state;
END
$$;

-- The colleague does not take it, and says why.
CREATE FUNCTION decline_offer(p_offer uuid, p_agent uuid, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM offer o WHERE o.id = p_offer AND o.agent_id = p_agent) THEN
        PERFORM refuse('HL404', 'not_found', format('you have no offer %s', p_offer));
    ELSIF give_up_offer(p_offer, 'rejected', p_reason, 'human', p_agent) <> 'rejected' THEN
        PERFORM refuse('HL409', 'offer_ended', 'this offer is over');
    END IF;
END
$$;

-- The deadline of an offer is here: nobody answered, and the colleague is not asked again until he or she is back. Returns the state
-- in which the offer then is; 'pending' when it has still time. The router's clock may be a little ahead of the database's.
CREATE FUNCTION expire_offer(p_token bigint, p_offer uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    asked offer;
    ended text;
BEGIN
    PERFORM require_lease('router', p_token);
    SELECT * INTO asked FROM offer o WHERE o.id = p_offer;
    IF asked.state <> 'pending' OR asked.expires_at > clock_timestamp() + interval '50 milliseconds' THEN
        RETURN asked.state;
    END IF;
    ended := give_up_offer(p_offer, 'timed_out', '', 'system', NULL);
    IF ended = 'timed_out' THEN
        UPDATE presence p SET not_responding = true WHERE p.agent_id = asked.agent_id;
        PERFORM tell_status(asked.agent_id, 'system', '{"not_responding": true}');
    END IF;
    RETURN ended;
END
$$;

-- The router takes an offer back.
CREATE FUNCTION rescind_offer(p_token bigint, p_offer uuid, p_reason text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_lease('router', p_token);
    RETURN give_up_offer(p_offer, 'rescinded', p_reason, 'system', NULL);
END
$$;

-- ── Work in hand ────────────────────────────────────────────────────────────────────────────────────────────────────

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

-- Ends a locked item for good, and its topic with it.
CREATE FUNCTION complete_work(p_work work, p_code text, p_note text, p_actor_kind text, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work w SET state = 'completed', ended_at = now(), wrap_until = NULL, units = 0, code = p_code, note = p_note WHERE w.id = p_work.id;
    PERFORM end_assignment(p_work, 'completed');
    PERFORM tell_work('work.completed', p_work, p_actor_kind, p_actor, p_work.agent_id, jsonb_strip_nulls(jsonb_build_object('code', p_code)));
    PERFORM close_topic(p_work, p_actor_kind, p_actor);
END
$$;

CREATE FUNCTION close_topic(p_work work, p_actor_kind text, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE topic t SET state = 'closed', closed_at = now() WHERE t.id = p_work.topic_id AND t.state = 'open';
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

-- Puts a locked item back into a queue with all the time that it has waited.
CREATE FUNCTION queue_again(p_work work, p_queue uuid, p_known uuid, p_kept_s int, p_by text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work w SET state = 'queued', queue_id = p_queue, known_agent_id = p_known, kept_s = p_kept_s, agent_id = NULL, units = 0, queued_at = now(),
           assigned_at = NULL, wrap_until = NULL, why = NULL, reasons = '[]',
           priority = w.priority + (SELECT b.priority FROM queue b WHERE b.id = p_queue) - (SELECT a.priority FROM queue a WHERE a.id = p_work.queue_id)
        WHERE w.id = p_work.id;
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

-- The colleague's last connection has been away for too long: the work goes back, and he or she is asked first when back in time.
CREATE FUNCTION release_lost_work(p_token bigint, p_work uuid, p_after interval) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    PERFORM require_lease('router', p_token);
    item := lock_work(p_work);
    IF item.state = 'assigned' AND EXISTS (
        SELECT 1 FROM presence p WHERE p.agent_id = item.agent_id AND NOT p.connected AND p.left_at <= clock_timestamp() - p_after) THEN
        PERFORM queue_again(item, item.queue_id, item.agent_id, NULL, 'left');
        PERFORM tell_work('work.released', item, 'system', NULL, item.agent_id, '{"reason": "left"}');
    END IF;
END
$$;

-- Hands an item to another queue, or to a colleague of its queue, who is then the only one asked for `p_kept_s` seconds. It keeps its age.
CREATE FUNCTION transfer_work(p_work uuid, p_actor uuid, p_any boolean, p_queue uuid, p_agent uuid, p_kept_s int) RETURNS void LANGUAGE plpgsql AS $$
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
    ELSIF NOT who.connected THEN
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
        PERFORM close_topic(item, 'customer', NULL);
    ELSIF item.state = 'assigned' THEN
        PERFORM begin_wrapping(item, 'customer', NULL);
    END IF;
    RETURN item.id;
END
$$;

-- ── Presence ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Locks what is offered to a colleague before his or her presence is touched: the order of locks.
CREATE FUNCTION lock_offered(p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
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
           since = CASE WHEN next_activity = was.activity THEN was.since ELSE now() END,
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

-- The first socket of a colleague on a node.
CREATE FUNCTION connect_agent(p_agent uuid, p_node uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO node (id) VALUES (p_node) ON CONFLICT (id) DO UPDATE SET seen_at = now();
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

-- The place of an item in the order of its queue: the smaller comes first. The same table as the router's.
CREATE FUNCTION queue_order(p_ordering text, p_work work) RETURNS float[] STABLE LANGUAGE sql AS $$
    SELECT CASE p_ordering
        WHEN 'fifo' THEN ARRAY[EXTRACT(epoch FROM p_work.first_queued_at), 0]
        WHEN 'due' THEN ARRAY[EXTRACT(epoch FROM p_work.first_queued_at), 0]
        WHEN 'lifo' THEN ARRAY[-EXTRACT(epoch FROM p_work.queued_at), 0]
        WHEN 'score' THEN ARRAY[EXTRACT(epoch FROM p_work.first_queued_at) - p_work.priority * 60, 0]
        ELSE ARRAY[-p_work.priority, EXTRACT(epoch FROM p_work.first_queued_at)]
    END::float[]
$$;

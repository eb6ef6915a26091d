-- Offers: written, accepted, ended. Each move is one call inside one short transaction; locks are taken in one order everywhere: the customer's root,
-- topic, work, presence.
-- A refusal carries a stable word for the caller in its hint.

CREATE FUNCTION refuse(p_errcode text, p_code text, p_message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = p_errcode, MESSAGE = p_message, HINT = p_code;
END
$$;

-- Locks an item with its conversation, as a message of the customer does: of the two, one comes first and the other sees what it did.
CREATE FUNCTION lock_work(p_work uuid) RETURNS work LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    SELECT * INTO item FROM work w WHERE w.id = p_work;
    IF item.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no work %s', p_work));
    END IF;
    PERFORM lock_root(item.customer_id);
    PERFORM 1 FROM topic t WHERE t.id = (SELECT w.topic_id FROM work w WHERE w.id = p_work) FOR NO KEY UPDATE;
    SELECT * INTO item FROM work w WHERE w.id = p_work FOR NO KEY UPDATE;
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
    UPDATE work w SET state = 'assigned', agent_id = p_agent, units = p_units, assigned_at = now(), wrap_until = NULL, why = p_why, reasons = '[]', kept_s = NULL,
           lost_agent_id = NULL
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
    IF asked.state IS DISTINCT FROM 'pending' OR asked.expires_at > clock_timestamp() + interval '50 milliseconds' THEN
        RETURN asked.state;
    END IF;
    ended := give_up_offer(p_offer, 'timed_out', '', 'system', NULL);
    IF ended = 'timed_out' THEN
        UPDATE presence p SET not_responding = true, since = CASE WHEN p.not_responding THEN p.since ELSE now() END WHERE p.agent_id = asked.agent_id;
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

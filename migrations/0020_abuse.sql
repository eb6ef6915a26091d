-- Unwanted senders and floods: what is set aside, by whom and why, and how it comes back. Nothing of it is deleted, joined or answered.

-- Where a matter is that no list shows: '' (where it belongs), spam (a colleague said so), blocked (its sender or domain is), judged (a program said so).
ALTER TABLE topic
    ADD COLUMN spam        text NOT NULL DEFAULT '' CHECK (spam IN ('', 'spam', 'blocked', 'judged')),
    ADD COLUMN spam_at    timestamptz,
    ADD COLUMN spam_open  boolean NOT NULL DEFAULT false,  -- it was open before, or was never anywhere else: it is open again when it comes back
    ADD COLUMN spam_work  uuid REFERENCES work,            -- the item that ended with it
    ADD COLUMN spam_block uuid,
    ADD COLUMN pace_since  timestamptz,                     -- since when its messages are counted, and how many came: see sender_quota
    ADD COLUMN pace_count  int NOT NULL DEFAULT 0,
    ADD COLUMN flooded_at  timestamptz,
    ADD CONSTRAINT topic_spam_closed CHECK (spam = '' OR state = 'closed');
CREATE INDEX topic_spam ON topic (last_number) WHERE spam <> '';
CREATE INDEX topic_spam_customer ON topic (customer_id, channel_id) WHERE spam <> '';
CREATE INDEX topic_spam_block ON topic (spam_block) WHERE spam <> '';
CREATE INDEX topic_flooded ON topic (flooded_at) WHERE flooded_at IS NOT NULL;

-- Whose messages do not get through. `kind` is that of the address, or `domain` for all mail from one, or `claimed_domain` for mail that only
-- claims to be from it: a forged sender harms nobody but the forger.
CREATE TABLE block (
    id       uuid PRIMARY KEY DEFAULT uuidv7(),
    kind     text NOT NULL,
    value    text NOT NULL CHECK (value <> ''),
    verdict  text NOT NULL CHECK (verdict IN ('spam', 'blocked')),
    reason   text NOT NULL DEFAULT '',
    agent_id uuid NOT NULL REFERENCES agent,
    at       timestamptz NOT NULL DEFAULT now(),
    until    timestamptz,                       -- null: for ever
    ended_at timestamptz,
    ended_by uuid REFERENCES agent
);
CREATE UNIQUE INDEX block_standing ON block (kind, value, verdict) WHERE ended_at IS NULL;
ALTER TABLE topic ADD CONSTRAINT topic_spam_block_known FOREIGN KEY (spam_block) REFERENCES block;

-- More than `most` messages of one sender in so many minutes are kept, and call nobody. 0: as many as there are.
CREATE TABLE sender_quota (
    kind    text PRIMARY KEY REFERENCES capacity (kind),
    most    int NOT NULL CHECK (most BETWEEN 0 AND 10000),
    minutes int NOT NULL CHECK (minutes BETWEEN 1 AND 1440)
);
INSERT INTO sender_quota (kind, most, minutes) VALUES ('chat', 300, 5), ('message', 300, 5), ('mail', 60, 10);

-- a@mail.x.es -> {mail.x.es, x.es, es}.
CREATE FUNCTION mail_domains(p_value text) RETURNS text[] IMMUTABLE LANGUAGE sql AS $$
    SELECT ARRAY(SELECT array_to_string(parts[n:], '.') FROM string_to_array(lower(split_part(p_value, '@', -1)), '.') AS x (parts),
                 generate_series(1, LEAST(cardinality(parts), 40)) n)
$$;

-- What keeps an address's messages out now; a block before a mark. All null when they are welcome.
CREATE FUNCTION barred_by(p_kind text, p_value text) RETURNS block STABLE LANGUAGE plpgsql AS $$
DECLARE
    found block;
    kinds text[] := CASE p_kind WHEN 'email' THEN ARRAY['domain'] WHEN 'claimed_email' THEN ARRAY['domain', 'claimed_domain'] END;
BEGIN
    SELECT b.* INTO found FROM (
        SELECT p_kind AS kind, p_value AS value UNION ALL SELECT k, d FROM unnest(kinds) k, unnest(mail_domains(p_value)) d) asked
        JOIN block b ON b.kind = asked.kind AND b.value = asked.value
        WHERE b.ended_at IS NULL AND (b.until IS NULL OR b.until > now()) ORDER BY b.verdict, b.id LIMIT 1;
    RETURN found;
END
$$;

-- ── Messages of whoever is kept out, and of whoever writes too much ─────────────────────────────────────────────────

-- The matter that takes a message of a barred sender: the one that already lies aside, or one made there.
CREATE FUNCTION take_spam(p jsonb, p_identity uuid, p_customer uuid, p_block uuid, p_verdict text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    place uuid;
BEGIN
    SELECT t.id INTO place FROM topic t WHERE t.customer_id = p_customer AND t.channel_id = (p->>'channel')::uuid AND t.identity_id = p_identity
        AND t.spam IN ('spam', 'blocked') ORDER BY t.last_number DESC LIMIT 1;
    IF place IS NULL THEN
        INSERT INTO topic (customer_id, identity_id, channel_id, queue_id, subject, state, closed_at, turn, spam, spam_at, spam_open, spam_block)
            VALUES (p_customer, p_identity, (p->>'channel')::uuid, (p->>'queue')::uuid, p->>'subject', 'closed', now(), 'customer', p_verdict, now(), true, p_block) RETURNING id INTO place;
        INSERT INTO event (type, customer, topic, channel, data)
            VALUES ('topic.set_aside', p_customer, place, (p->>'channel')::uuid, jsonb_build_object('why', p_verdict, 'block', p_block));
    END IF;
    RETURN place;
END
$$;

-- Counts a message of a matter; true when it is beyond what one sender may write in a while. The first one beyond raises the alarm.
CREATE FUNCTION count_pace(p_topic uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    quota sender_quota;
    counted topic;
BEGIN
    SELECT q.* INTO quota FROM topic t JOIN channel c ON c.id = t.channel_id JOIN sender_quota q ON q.kind = c.kind AND q.most > 0 WHERE t.id = p_topic;
    IF quota.kind IS NULL THEN
        RETURN false;
    END IF;
    UPDATE topic t SET pace_count = 1 + CASE WHEN t.pace_since > now() - make_interval(mins => quota.minutes) THEN t.pace_count ELSE 0 END,
                       pace_since = CASE WHEN t.pace_since > now() - make_interval(mins => quota.minutes) THEN t.pace_since ELSE now() END
        WHERE t.id = p_topic RETURNING t.* INTO counted;
    IF counted.pace_count = quota.most + 1 THEN
        UPDATE topic t SET flooded_at = now() WHERE t.id = p_topic;
        INSERT INTO event (type, customer, topic, channel, data) VALUES ('sender.flooded', counted.customer_id, p_topic, counted.channel_id,
            jsonb_build_object('most', quota.most, 'minutes', quota.minutes));
    END IF;
    RETURN counted.pace_count > quota.most;
END
$$;

-- ── Set aside, and back ─────────────────────────────────────────────────────────────────────────────────────────────

-- Sets a locked matter aside; its item ends without a wrap-up. `p_actor` null: a program.
CREATE FUNCTION set_aside(p_topic uuid, p_why text, p_block uuid, p_actor uuid, p_data jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work := lock_open_work(p_topic);
    whoever text := CASE WHEN p_actor IS NULL THEN 'system' ELSE 'human' END;
    was topic;
BEGIN
    IF item.id IS NOT NULL THEN
        PERFORM end_offer(item, 'canceled', p_why, whoever, p_actor);
        UPDATE work w SET state = 'canceled', ended_at = now(), wrap_until = NULL, units = 0, lost_agent_id = NULL WHERE w.id = item.id;
        PERFORM end_assignment(item, 'canceled');
        PERFORM tell_work('work.canceled', item, whoever, p_actor, item.agent_id, jsonb_build_object('reason', p_why));
    END IF;
    SELECT t.* INTO was FROM topic t WHERE t.id = p_topic;
    UPDATE topic t SET spam = p_why, spam_at = clock_timestamp(), spam_open = was.state = 'open', spam_work = item.id, spam_block = p_block, state = 'closed',
           closed_at = COALESCE(t.closed_at, now()), turn = 'customer', turn_since = now() WHERE t.id = p_topic;
    INSERT INTO event (type, actor_kind, actor, customer, topic, channel, data) VALUES ('topic.set_aside', whoever, p_actor, was.customer_id, p_topic,
        was.channel_id, p_data || jsonb_strip_nulls(jsonb_build_object('why', p_why, 'block', p_block)));
END
$$;

-- A locked matter comes back as it was: open, its item in the queue with all the time that it has waited.
CREATE FUNCTION restore_topic(p_topic uuid, p_actor uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was topic;
    item work;
    since timestamptz;
    made uuid;
BEGIN
    SELECT t.* INTO was FROM topic t WHERE t.id = p_topic;
    SELECT w.* INTO item FROM work w WHERE w.id = was.spam_work;
    SELECT min(m.at) INTO since FROM message m WHERE m.topic_id = p_topic AND m.direction = 'in' AND m.at >= was.spam_at;
    UPDATE topic t SET spam = '', spam_at = NULL, spam_open = false, spam_work = NULL, spam_block = NULL,
           state = CASE WHEN was.spam_open OR since IS NOT NULL THEN 'open' ELSE 'closed' END,
           closed_at = CASE WHEN was.spam_open OR since IS NOT NULL THEN NULL ELSE t.closed_at END WHERE t.id = p_topic;
    PERFORM refresh_topic(p_topic);
    IF item.id IS NOT NULL OR since IS NOT NULL THEN
        made := queue_topic(p_topic, root_of(was.customer_id), was.channel_id, COALESCE(item.queue_id, (SELECT c.queue_id FROM channel c WHERE c.id = was.channel_id)),
                            0, 'human', p_actor);
        UPDATE work w SET first_queued_at = COALESCE(item.first_queued_at, since), priority = COALESCE(item.priority, w.priority),
               known_agent_id = COALESCE(item.agent_id, w.known_agent_id) WHERE w.id = made;
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, topic, channel, data)
        VALUES ('topic.put_back', 'human', p_actor, was.customer_id, p_topic, was.channel_id, jsonb_build_object('why', was.spam));
END
$$;

-- Locks a matter with its conversation.
CREATE FUNCTION lock_topic(p_topic uuid) RETURNS topic LANGUAGE plpgsql AS $$
DECLARE
    found topic;
BEGIN
    SELECT t.* INTO found FROM topic t WHERE t.id = p_topic;
    IF found.id IS NULL THEN
        PERFORM refuse('HL404', 'not_found', format('there is no topic %s', p_topic));
    END IF;
    PERFORM lock_root(found.customer_id);
    SELECT t.* INTO found FROM topic t WHERE t.id = p_topic FOR NO KEY UPDATE;
    RETURN found;
END
$$;

-- Who wrote in a matter: the sender whose matter it is, else the last one of whom something came.
CREATE FUNCTION sender_of(p_topic topic) RETURNS identity LANGUAGE plpgsql STABLE AS $$
DECLARE
    found identity;
BEGIN
    SELECT i.* INTO found FROM message m JOIN identity i ON i.id = m.identity_id
        WHERE m.topic_id = p_topic.id AND m.direction = 'in' ORDER BY i.id = p_topic.identity_id DESC NULLS LAST, m.number DESC LIMIT 1;
    IF found.id IS NULL THEN
        PERFORM refuse('HL422', 'no_sender', 'nobody has written to us in this topic');
    END IF;
    RETURN found;
END
$$;

-- Writes down whose messages are kept out: {kind, value, verdict, reason, days, agent}. The same again is renewed.
CREATE FUNCTION bar(p jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    UPDATE block b SET ended_at = b.until WHERE b.kind = p->>'kind' AND b.value = p->>'value' AND b.ended_at IS NULL AND b.until <= now();
    INSERT INTO block AS b (kind, value, verdict, reason, agent_id, until) VALUES (p->>'kind', p->>'value', p->>'verdict', COALESCE(p->>'reason', ''),
            (p->>'agent')::uuid, now() + make_interval(days => (p->>'days')::int))
        ON CONFLICT (kind, value, verdict) WHERE ended_at IS NULL
        DO UPDATE SET reason = EXCLUDED.reason, agent_id = EXCLUDED.agent_id, at = now(), until = EXCLUDED.until RETURNING b.id INTO made;
    INSERT INTO event (type, actor_kind, actor, data) VALUES ('sender.barred', 'human', (p->>'agent')::uuid,
        jsonb_build_object('block', made, 'verdict', p->>'verdict', 'kind', p->>'kind'));
    RETURN made;
END
$$;

-- A colleague keeps the sender of a matter out: {topic, agent, any, verdict, what (sender, domain), reason, days}. All of the sender's open
-- matters go aside, as far as no other colleague has them in hand. Raises HL404, HL409 (set_aside, not_yours), HL422 (no_sender, no_domain).
CREATE FUNCTION bar_sender(p jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    owner topic := lock_topic((p->>'topic')::uuid);
    sender identity;
    item work;
    made uuid;
    other uuid;
    actor uuid := (p->>'agent')::uuid;
BEGIN
    IF owner.spam IN ('spam', 'blocked') AND p->>'verdict' = 'spam' THEN
        PERFORM refuse('HL409', 'set_aside', 'this topic is among the spam already');
    END IF;
    sender := sender_of(owner);
    item := lock_open_work(owner.id);
    IF item.agent_id IS DISTINCT FROM actor AND item.state IN ('assigned', 'wrapping', 'paused') AND NOT (p->>'any')::boolean THEN
        PERFORM refuse('HL409', 'not_yours', 'a colleague has this topic in hand');
    ELSIF p->>'what' = 'domain' AND sender.kind NOT IN ('email', 'claimed_email') THEN
        PERFORM refuse('HL422', 'no_domain', 'what: only mail comes from a domain; block the sender');
    END IF;
    made := bar(p || CASE p->>'what'
        WHEN 'domain' THEN jsonb_build_object('kind', replace(sender.kind, 'email', 'domain'), 'value', (mail_domains(sender.value))[1])
        ELSE jsonb_build_object('kind', sender.kind, 'value', sender.value) END);
    FOR other IN SELECT t.id FROM topic t WHERE t.customer_id = owner.customer_id AND t.spam = '' AND NOT t.aside AND (t.id = owner.id
        OR (t.state = 'open' AND t.identity_id = sender.id AND NOT EXISTS (
            SELECT 1 FROM work w WHERE w.topic_id = t.id AND w.state IN ('assigned', 'wrapping', 'paused') AND w.agent_id <> actor)))
        ORDER BY t.id FOR NO KEY UPDATE
    LOOP
        PERFORM set_aside(other, p->>'verdict', made, actor);
    END LOOP;
    RETURN made;
END
$$;

-- Up to so many matters of a barred domain, that wait and that nobody has in hand, go aside; returns how many.
CREATE FUNCTION sweep_domain(p_block uuid, p_at_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    one block;
    found record;
    swept int := 0;
BEGIN
    SELECT b.* INTO one FROM block b WHERE b.id = p_block AND b.ended_at IS NULL;
    FOR found IN
        SELECT t.id FROM identity i JOIN topic t ON t.customer_id = i.customer_id AND t.identity_id = i.id AND t.state = 'open' AND NOT t.aside
        JOIN work w ON w.topic_id = t.id AND w.state IN ('queued', 'offered')
        WHERE i.kind = ANY (CASE one.kind WHEN 'domain' THEN ARRAY['email', 'claimed_email'] WHEN 'claimed_domain' THEN ARRAY['claimed_email'] END)
          AND (i.value LIKE '%@' || one.value OR i.value LIKE '%.' || one.value) ORDER BY i.customer_id, t.id LIMIT p_at_most
    LOOP
        PERFORM lock_topic(found.id);
        IF EXISTS (SELECT 1 FROM work w WHERE w.topic_id = found.id AND w.state IN ('queued', 'offered')) THEN
            PERFORM set_aside(found.id, one.verdict, p_block, one.agent_id);
        END IF;
        swept := swept + 1;
    END LOOP;
    RETURN swept;
END
$$;

-- A matter is no spam after all: it comes back, and with it all that the same mark set aside; the mark on its sender ends, a block stands. Returns the
-- customer. Raises HL404, HL409 (not_spam).
CREATE FUNCTION put_back(p_topic uuid, p_actor uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    owner topic := lock_topic(p_topic);
    other uuid;
BEGIN
    IF owner.spam = '' THEN
        PERFORM refuse('HL409', 'not_spam', 'this topic is not among the spam');
    END IF;
    IF owner.spam = 'spam' THEN
        PERFORM unbar(owner.spam_block, p_actor);
    END IF;
    FOR other IN SELECT t.id FROM topic t WHERE t.customer_id = owner.customer_id AND t.spam <> ''
        AND (t.id = p_topic OR (owner.spam = 'spam' AND t.spam_block = owner.spam_block)) ORDER BY t.id FOR NO KEY UPDATE
    LOOP
        PERFORM restore_topic(other, p_actor);
    END LOOP;
    RETURN owner.customer_id;
END
$$;

-- Whoever was kept out is let in again. False when that was so already.
CREATE FUNCTION unbar(p_block uuid, p_actor uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE block b SET ended_at = now(), ended_by = p_actor WHERE b.id = p_block AND b.ended_at IS NULL;
    IF FOUND THEN
        INSERT INTO event (type, actor_kind, actor, data) VALUES ('sender.let_in', 'human', p_actor, jsonb_build_object('block', p_block));
    END IF;
    RETURN FOUND;
END
$$;

-- Up to so many matters that a block had set aside come back: what waited when it was made. Returns how many.
CREATE FUNCTION restore_blocked(p_block uuid, p_actor uuid, p_at_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    found record;
    restored int := 0;
BEGIN
    FOR found IN SELECT t.id FROM topic t WHERE t.spam_block = p_block AND t.spam <> '' ORDER BY t.customer_id, t.id LIMIT p_at_most LOOP
        IF (lock_topic(found.id)).spam <> '' THEN
            PERFORM restore_topic(found.id, p_actor);
        END IF;
        restored := restored + 1;
    END LOOP;
    RETURN restored;
END
$$;

-- A matter that is taken up again in any other way (a colleague writes in it, messages are moved to it) lies aside no more.
CREATE FUNCTION leave_spam() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.spam := '';
    NEW.spam_at := NULL;
    NEW.spam_open := false;
    NEW.spam_work := NULL;
    NEW.spam_block := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER topic_leaves_spam BEFORE UPDATE OF state ON topic FOR EACH ROW
    WHEN (NEW.state = 'open' AND OLD.spam <> '' AND NEW.spam <> '') EXECUTE FUNCTION leave_spam();

-- ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE attachment ADD COLUMN examined_at timestamptz;      -- when a virus scanner said what is in it; `problem` is infected then, or empty

-- A scanner has said what is in a file. What does harm is kept and never given out.
CREATE FUNCTION note_examined(p_attachment uuid, p_harmful boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
BEGIN
    UPDATE attachment a SET examined_at = now(), problem = CASE WHEN p_harmful THEN 'infected' ELSE '' END
        WHERE a.id = p_attachment AND a.examined_at IS NULL RETURNING a.message_id INTO owner;
    IF owner IS NOT NULL AND p_harmful THEN
        PERFORM tell_changed(owner, 'file');
    END IF;
END
$$;

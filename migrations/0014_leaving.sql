-- What leaves: messages, in one call of the provider's or in several, and what becomes of them.

-- The parts of a message that its provider takes only in several calls; one that goes in one call has none. They are written down before
-- the first one leaves: new limits must not cut anew what has left in part.
CREATE TABLE message_part (
    message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    part       int NOT NULL,
    content    jsonb NOT NULL,                      -- {text, files: [place among the message's], choices: whether the buttons go with it}
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read')),
    error      jsonb,
    PRIMARY KEY (message_id, part)
);

CREATE INDEX outbox_order ON outbox (channel_id, number) WHERE state = 'queued';  -- a claim looks no further than it takes

CREATE INDEX outbox_sending ON outbox (channel_id) WHERE state = 'sending';

ALTER TABLE channel_state ADD COLUMN wait_reason text NOT NULL DEFAULT '';  -- of wait_until: rate_limited, auth

-- Puts a message on the outbox, at its old place in the line.
CREATE FUNCTION enqueue_message(p_message uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO outbox (message_id, channel_id, line, number, request)
    SELECT m.id, m.channel_id, m.topic_id || ' ' || (m.address->>'value'), m.number,
           jsonb_build_object('cc', COALESCE(m.context->'cc', '[]'), 'bcc', COALESCE(m.context->'bcc', '[]'))
    FROM message m WHERE m.id = p_message
    ON CONFLICT (message_id) DO UPDATE SET next_at = now() WHERE outbox.state = 'queued'
$$;

-- A message in parts is what its parts are: failed or unknown when one of them is, on its way while one has not left, else the lowest of
-- them. What a receipt made known goes on with the parts that wait for it.
CREATE FUNCTION follow_parts(p_message uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    now_is text;
    because jsonb;
    owner record;
BEGIN
    SELECT CASE WHEN bool_or(p.state = 'failed') THEN 'failed' WHEN bool_or(p.state = 'unknown') THEN 'unknown'
                WHEN bool_or(p.state IN ('queued', 'sending')) THEN 'sending'
                ELSE (array_agg(p.state ORDER BY message_rank(p.state)))[1] END,
           (array_agg(p.error ORDER BY p.part) FILTER (WHERE p.error IS NOT NULL))[1]
        INTO now_is, because FROM message_part p WHERE p.message_id = p_message;
    IF now_is = 'sending' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = p_message) THEN
        PERFORM enqueue_message(p_message);
    END IF;
    UPDATE message m SET state = now_is, state_at = now(), error = because
        WHERE m.id = p_message AND m.state <> 'canceled' AND (m.state, m.error) IS DISTINCT FROM (now_is, because)
        RETURNING m.customer_id, m.topic_id, m.channel_id INTO owner;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO event (type, customer, topic, message, channel, data)
        VALUES ('message.changed', owner.customer_id, owner.topic_id, p_message, owner.channel_id, jsonb_build_object('state', now_is));
    RETURN true;
END
$$;

-- Lets one part climb; of a message in one piece, the message.
CREATE FUNCTION raise_part(p_message uuid, p_part int, p_state text, p_error jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE message_part p SET state = p_state, error = p_error
        WHERE p.message_id = p_message AND p.part = p_part AND message_rank(p.state) < message_rank(p_state);
    IF FOUND THEN
        RETURN follow_parts(p_message);
    ELSIF EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = p_message) THEN
        RETURN false;
    END IF;
    RETURN raise_message(p_message, p_state, p_error);
END
$$;

-- What the provider calls a message, or a part of it: the first name is the message's own, later ones (parts, a second try) stand beside it.
CREATE FUNCTION name_message(p_message uuid, p_part int, p_external_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE message m SET external_id = p_external_id WHERE m.id = p_message AND m.external_id IS NULL AND p_part = 0;
    IF NOT FOUND THEN
        INSERT INTO message_alias (channel_id, external_id, message_id, part)
            SELECT m.channel_id, p_external_id, m.id, p_part FROM message m
            WHERE m.id = p_message AND m.external_id IS DISTINCT FROM p_external_id ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- The provider's answer to a send: names the message or part, applies what came before it, and takes it off the outbox when nothing of it
-- is left to send. A part that a colleague put back while later ones left waits there for its turn: whoever sends goes forward only. False
-- when the token is not the one that took it (another node has the channel now).
CREATE FUNCTION settle_message(p_message uuid, p_token bigint, p_state text, p_external_id text, p_error jsonb, p_part int DEFAULT 0)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    place uuid;
    parked record;
BEGIN
    SELECT o.channel_id INTO place FROM outbox o WHERE o.message_id = p_message AND o.state = 'sending' AND o.token = p_token FOR UPDATE;
    IF place IS NULL THEN
        RETURN false;
    END IF;
    IF p_external_id IS NOT NULL THEN
        PERFORM name_message(p_message, p_part, p_external_id);
    END IF;
    PERFORM raise_part(p_message, p_part, p_state, p_error);
    IF p_state IN ('failed', 'unknown') OR NOT EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = p_message AND p.state = 'queued') THEN
        DELETE FROM outbox o WHERE o.message_id = p_message;
    ELSIF NOT EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = p_message AND p.state = 'queued' AND p.part > p_part) THEN
        UPDATE outbox o SET state = 'queued', token = NULL, next_at = now() WHERE o.message_id = p_message;
    END IF;
    FOR parked IN
        DELETE FROM parked_receipt r WHERE r.channel_id = place AND r.external_id = p_external_id RETURNING r.state, r.reason
    LOOP
        PERFORM raise_part(p_message, p_part, parked.state, CASE WHEN parked.state = 'failed' THEN failure_of(parked.reason) END);
    END LOOP;
    IF p_external_id IS NOT NULL THEN
        PERFORM take_parked(place, p_external_id);
    END IF;
    RETURN true;
END
$$;

-- Why a message failed after it was sent: a connector that knows says `word: the provider's own words`, and the word is told in the agent's
-- language.
CREATE FUNCTION failure_of(p_reason text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_reason ~ '^[a-z][a-z_]{1,40}(: |$)'
        THEN jsonb_build_object('code', split_part(p_reason, ':', 1), 'detail', ltrim(substr(p_reason, length(split_part(p_reason, ':', 1)) + 2)))
        ELSE jsonb_build_object('code', 'provider', 'detail', p_reason) END
$$;

-- A receipt: by our own id and part, or by the provider's; parked while nobody knows the id. One that brings both teaches us the name. Of what
-- went to several it may be about one of them.
CREATE FUNCTION take_receipt(p_channel uuid, p_message uuid, p_external_id text, p_state text, p_reason text, p_part int DEFAULT 0, p_recipient text DEFAULT '')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target uuid;
    place int := p_part;
BEGIN
    SELECT m.id INTO target FROM message m WHERE m.id = p_message AND m.channel_id = p_channel AND m.direction = 'out';
    IF target IS NOT NULL AND p_external_id <> '' AND find_message(p_channel, p_external_id) IS NULL THEN
        PERFORM name_message(target, p_part, p_external_id);
    ELSIF target IS NULL THEN
        SELECT m.id INTO target FROM message m WHERE m.id = find_message(p_channel, p_external_id) AND m.direction = 'out';
        SELECT a.part INTO place FROM message_alias a WHERE a.channel_id = p_channel AND a.external_id = p_external_id;
    END IF;
    IF target IS NOT NULL AND (p_recipient <> '' OR p_reason LIKE 'delayed:%') THEN
        PERFORM take_fate(target, p_recipient, p_state, p_reason);
    ELSIF target IS NOT NULL THEN
        PERFORM raise_part(target, COALESCE(place, 0), p_state, CASE WHEN p_state = 'failed' THEN failure_of(p_reason) END);
    ELSIF p_external_id <> '' THEN
        INSERT INTO parked_receipt (channel_id, external_id, state, reason) VALUES (p_channel, p_external_id, p_state, p_reason) ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- All that was sent to an address up to a moment was delivered, or read; not what left after it, though the provider's clock and ours may
-- differ by some seconds. For what is on its way just now it is heard again in a minute.
CREATE FUNCTION take_watermark(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place uuid := (p->>'channel')::uuid;
    until timestamptz := to_timestamp((p->>'until')::float);
    peer uuid := (SELECT i.id FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value');
BEGIN
    PERFORM raise_message(m.id, p->>'state', NULL) FROM message m
        WHERE m.identity_id = peer AND m.channel_id = place AND m.direction = 'out' AND m.state IN ('sent', 'delivered')
          AND message_rank(m.state) < message_rank(p->>'state')
          AND m.at <= until AND (m.state <> 'sent' OR m.state_at <= until + interval '10 seconds');
    IF NOT p ? 'late' AND EXISTS (SELECT 1 FROM outbox o JOIN message m ON m.id = o.message_id
                                  WHERE o.channel_id = place AND o.state = 'sending' AND m.identity_id = peer AND m.at <= until) THEN
        INSERT INTO parked_event (channel_id, external_id, what, event) VALUES (place, '', 'watermark', p);
    END IF;
END
$$;

-- Every few seconds: a receipt that came in the very moment in which its message got its name saw none, and was not seen itself. Only the
-- youngest can be such; says how many there were.
CREATE FUNCTION meet_receipts() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    met int;
BEGIN
    WITH known AS (
        DELETE FROM parked_receipt r WHERE r.at > now() - interval '2 minutes' AND find_message(r.channel_id, r.external_id) IS NOT NULL RETURNING r.*)
    SELECT count(take_receipt(k.channel_id, NULL, k.external_id, k.state, k.reason)) INTO met FROM known k;
    RETURN met;
END
$$;

-- Takes what is due from a channel's outbox, first in first out within a line: nothing overtakes what is being sent or waits less than
-- a minute; what was deferred for longer steps aside. Nothing while the channel has to wait. Under the channel's lease.
CREATE FUNCTION claim_outbox(p_channel uuid, p_token bigint, p_limit int) RETURNS SETOF outbox LANGUAGE plpgsql AS $$
DECLARE
    taken outbox;
BEGIN
    PERFORM require_lease('channel:' || p_channel, p_token);
    IF EXISTS (SELECT 1 FROM channel_state s WHERE s.channel_id = p_channel AND s.wait_until > now()) THEN
        RETURN;
    END IF;
    -- A receipt named it after an agent had asked to send it again: it had gone, and is not sent twice. Without a name it was a visitor's
    -- screen that was quicker than the outbox: that is settled as always.
    DELETE FROM outbox o USING message m
        WHERE o.channel_id = p_channel AND o.state = 'queued' AND m.id = o.message_id AND m.state IN ('sent', 'delivered', 'read')
          AND m.external_id IS NOT NULL AND NOT o.request ? 'only';
    FOR taken IN
        WITH ready AS (
            SELECT o.message_id FROM outbox o
            WHERE o.channel_id = p_channel AND o.state = 'queued' AND o.next_at <= now()
              AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.line = o.line AND e.number < o.number
                              AND (e.state = 'sending' OR e.next_at <= now() + interval '1 minute'))
            ORDER BY o.number LIMIT p_limit FOR UPDATE OF o SKIP LOCKED
        )
        UPDATE outbox o SET state = 'sending', attempts = o.attempts + 1, token = p_token FROM ready r WHERE o.message_id = r.message_id RETURNING o.*
    LOOP
        PERFORM raise_message(taken.message_id, 'sending', NULL);
        RETURN NEXT taken;
    END LOOP;
END
$$;

-- Writes down into which parts a message is cut, before the first one leaves.
CREATE FUNCTION plan_parts(p_message uuid, p_token bigint, p_contents jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_part (message_id, part, content)
        SELECT p_message, n - 1, c FROM jsonb_array_elements(p_contents) WITH ORDINALITY AS given (c, n)
        WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = p_message AND o.state = 'sending' AND o.token = p_token)
        ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- A part is about to leave; asked again when the first answer was lost. False when it has left already, or another node has the channel.
CREATE FUNCTION begin_part(p_message uuid, p_token bigint, p_part int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE message_part p SET state = 'sending' FROM outbox o
        WHERE p.message_id = p_message AND p.part = p_part AND p.state IN ('queued', 'sending')
          AND o.message_id = p_message AND o.state = 'sending' AND o.token = p_token;
    RETURN FOUND;
END
$$;

-- Puts a message back for later: the provider was away, or asks for patience (then the try does not count).
CREATE FUNCTION defer_message(p_message uuid, p_token bigint, p_seconds float, p_error jsonb, p_counts boolean DEFAULT true)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    UPDATE outbox o SET state = 'queued', token = NULL, next_at = now() + make_interval(secs => p_seconds),
           attempts = o.attempts - CASE WHEN p_counts THEN 0 ELSE 1 END
        WHERE o.message_id = p_message AND o.state = 'sending' AND o.token = p_token;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE message_part p SET state = 'queued' WHERE p.message_id = p_message AND p.state = 'sending';
    UPDATE message m SET state = CASE WHEN m.state = 'sending' THEN 'queued' ELSE m.state END, state_at = now(),
           error = CASE WHEN m.state IN ('sent', 'delivered', 'read') THEN m.error ELSE p_error END  -- the others have it
        WHERE m.id = p_message RETURNING m.customer_id, m.topic_id, m.channel_id, m.state INTO owner;
    INSERT INTO event (type, customer, topic, message, channel, data)
        VALUES ('message.changed', owner.customer_id, owner.topic_id, p_message, owner.channel_id, jsonb_build_object('state', owner.state));
    RETURN true;
END
$$;

-- A channel sends nothing for a while, also after a restart; the message keeps its place in the line.
CREATE FUNCTION hold_channel(p_channel uuid, p_message uuid, p_token bigint, p_seconds float, p_reason text, p_error jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO channel_state AS s (channel_id, wait_until, wait_reason) VALUES (p_channel, now() + make_interval(secs => p_seconds), p_reason)
        ON CONFLICT (channel_id) DO UPDATE SET wait_until = GREATEST(s.wait_until, EXCLUDED.wait_until), wait_reason = EXCLUDED.wait_reason;
    RETURN defer_message(p_message, p_token, 0, p_error, false);
END
$$;

-- What was begun to be sent and is in nobody's hands (asked before anything is claimed, and again every few seconds): again, where the
-- same id cannot make a second message, or where nothing had left; else nobody knows. One in parts of which nothing is left to send was
-- sent. `p_in_hand`: what this node is sending.
CREATE FUNCTION recover_outbox(p_channel uuid, p_token bigint, p_again boolean, p_in_hand uuid[] DEFAULT '{}') RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    left_over outbox;
    count int := 0;
    in_parts boolean;
    interrupted boolean;
BEGIN
    PERFORM require_lease('channel:' || p_channel, p_token);
    FOR left_over IN SELECT * FROM outbox o
        WHERE o.channel_id = p_channel AND o.state = 'sending' AND NOT o.message_id = ANY (p_in_hand) FOR UPDATE
    LOOP
        count := count + 1;
        in_parts := EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = left_over.message_id);
        UPDATE message_part p SET state = CASE WHEN p_again THEN 'queued' ELSE 'unknown' END, error = CASE WHEN NOT p_again THEN '{"code": "interrupted"}'::jsonb END
            WHERE p.message_id = left_over.message_id AND p.state = 'sending';
        interrupted := FOUND OR NOT in_parts;
        IF (p_again OR NOT interrupted) AND (NOT in_parts OR EXISTS (
            SELECT 1 FROM message_part p WHERE p.message_id = left_over.message_id AND p.state = 'queued'))
        THEN
            UPDATE outbox o SET state = 'queued', token = NULL, next_at = now() WHERE o.message_id = left_over.message_id;
        ELSE
            DELETE FROM outbox o WHERE o.message_id = left_over.message_id;
            PERFORM raise_part(left_over.message_id, -1, 'unknown', '{"code": "interrupted"}');
            PERFORM follow_parts(left_over.message_id) WHERE in_parts;
        END IF;
    END LOOP;
    RETURN count;
END
$$;

-- Takes a message back before it left; its files are the colleague's again, who may send them with another one. False when it has left, or is on its
-- way, be it in part.
CREATE FUNCTION cancel_message(p_message uuid, p_agent uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    canceled boolean;
BEGIN
    DELETE FROM outbox o USING message m
        WHERE o.message_id = p_message AND o.state = 'queued' AND m.id = o.message_id AND m.state = 'queued'
          AND NOT EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = p_message AND p.state <> 'queued');
    canceled := FOUND AND raise_message(p_message, 'canceled', NULL);
    UPDATE attachment a SET message_id = NULL, created_at = now() WHERE canceled AND a.message_id = p_message AND a.uploader = 'agent:' || p_agent;
    RETURN canceled;
END
$$;

-- Puts a message that failed, or whose fate nobody knows, on the outbox once more: of one in parts, those that did not go. False when it
-- stands otherwise.
CREATE FUNCTION retry_message(p_message uuid, p_agent uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    again message;
BEGIN
    UPDATE message m SET state = 'queued', state_at = now(), error = NULL
        WHERE m.id = p_message AND m.direction = 'out' AND m.state IN ('failed', 'unknown') RETURNING m.* INTO again;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE message_part p SET state = 'queued', error = NULL WHERE p.message_id = p_message AND p.state IN ('failed', 'unknown');
    PERFORM enqueue_message(p_message);
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
        VALUES ('message.changed', 'human', p_agent, again.customer_id, again.topic_id, again.id, again.channel_id, '{"state": "queued"}');
    RETURN true;
END
$$;

-- Messages that a channel's provider has approved, for when free text is not allowed.
CREATE TABLE template (
    channel_id uuid NOT NULL REFERENCES channel ON DELETE CASCADE,
    name       text NOT NULL,
    language   text NOT NULL,
    text       text NOT NULL,
    variables  text[] NOT NULL DEFAULT '{}',
    category   text NOT NULL DEFAULT '',
    state      text NOT NULL CHECK (state IN ('approved', 'pending', 'rejected', 'paused')),
    examples   jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (channel_id, name, language)
);

ALTER TABLE channel_state
    ADD COLUMN templates_at      timestamptz,
    ADD COLUMN templates_problem text NOT NULL DEFAULT '';

-- Puts the templates that a provider has now in the place of those it had; answers how many are new, changed or gone.
CREATE FUNCTION take_templates(p_channel uuid, p_found jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    gone int;
    changed int;
BEGIN
    INSERT INTO channel_state AS s (channel_id, templates_at) VALUES (p_channel, now())
        ON CONFLICT (channel_id) DO UPDATE SET templates_at = now(), templates_problem = '';
    DELETE FROM template t WHERE t.channel_id = p_channel AND NOT EXISTS (
        SELECT 1 FROM jsonb_array_elements(p_found) f WHERE f->>'name' = t.name AND f->>'language' = t.language);
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO template AS t (channel_id, name, language, text, variables, category, state, examples)
        SELECT DISTINCT ON (f->>'name', f->>'language') p_channel, f->>'name', f->>'language', f->>'text',
               ARRAY(SELECT jsonb_array_elements_text(f->'variables')), f->>'category', f->>'state', f->'examples'
        FROM jsonb_array_elements(p_found) f
        ON CONFLICT (channel_id, name, language) DO UPDATE
            SET text = EXCLUDED.text, variables = EXCLUDED.variables, category = EXCLUDED.category, state = EXCLUDED.state, examples = EXCLUDED.examples
            WHERE (t.text, t.variables, t.category, t.state, t.examples)
                IS DISTINCT FROM (EXCLUDED.text, EXCLUDED.variables, EXCLUDED.category, EXCLUDED.state, EXCLUDED.examples);
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF gone + changed > 0 THEN
        INSERT INTO event (type, channel, data) VALUES ('channel.templates', p_channel, jsonb_build_object('changed', gone + changed));
    END IF;
    RETURN gone + changed;
END
$$;

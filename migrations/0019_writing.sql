-- What colleagues write beyond an answer: under a signature, to somebody new, at a set time; and addresses that mail cannot reach.

ALTER TABLE agent ADD COLUMN title text NOT NULL DEFAULT '';    -- what the colleague is, as customers read it: "Atención al cliente"

ALTER TABLE draft ADD COLUMN html text NOT NULL DEFAULT '';     -- the same words with their form, where the channel has one

-- The address took no mail since; a mail from it that is newer says that it does again.
ALTER TABLE identity
    ADD COLUMN unreachable_at  timestamptz,
    ADD COLUMN unreachable_why text NOT NULL DEFAULT '';        -- unknown_recipient, unknown_domain, closed_mailbox

-- What stands below a mail, with {{agent.name}}, {{agent.role}} and {{brand.name}} in it.
CREATE TABLE signature (
    brand_id uuid NOT NULL REFERENCES brand ON DELETE CASCADE,
    agent_id uuid REFERENCES agent ON DELETE CASCADE,           -- null: the brand's, for all who have none of their own
    html     text NOT NULL CHECK (html <> ''),
    CONSTRAINT signature_owner UNIQUE NULLS NOT DISTINCT (brand_id, agent_id)
);

CREATE INDEX message_scheduled ON message (customer_id, send_at) WHERE send_at IS NOT NULL AND state = 'queued';

-- The customer behind an address that a colleague writes to first; made when there is none.
CREATE FUNCTION take_addressee(p_address jsonb, p_agent uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    made uuid := uuidv7();
BEGIN
    SELECT i.customer_id INTO owner FROM identity i WHERE i.kind = p_address->>'kind' AND i.value = p_address->>'value';
    IF owner IS NOT NULL THEN
        RETURN owner;
    END IF;
    INSERT INTO customer (id, root_id, name) VALUES (made, made, p_address->>'name');
    INSERT INTO identity (customer_id, kind, value, name, proved, evidence)
        VALUES (made, p_address->>'kind', p_address->>'value', p_address->>'name', false, 'told') ON CONFLICT (kind, value) DO NOTHING;
    IF NOT FOUND THEN  -- somebody else made it in this very moment
        RAISE EXCEPTION 'try again' USING ERRCODE = '40001';
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, data) VALUES ('customer.created', 'human', p_agent, made, '{"evidence": "told"}');
    RETURN made;
END
$$;

-- A matter of its own, which a colleague opens.
CREATE FUNCTION open_topic(p_customer uuid, p_channel uuid, p_address jsonb, p_subject text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    INSERT INTO topic (customer_id, identity_id, channel_id, subject, turn)
        SELECT p_customer, (SELECT i.id FROM identity i WHERE i.kind = p_address->>'kind' AND i.value = p_address->>'value'),
               COALESCE(p_channel, (SELECT id FROM channel ORDER BY enabled DESC, created_at LIMIT 1)), p_subject, 'customer'
        RETURNING id INTO made;
    INSERT INTO event (type, actor_kind, customer, topic, channel) VALUES ('topic.opened', 'human', p_customer, made, p_channel);
    RETURN made;
END
$$;

-- The files of a message once more, for another one to pass on: the same bytes under rows of their own.
CREATE FUNCTION pass_files_on(p_from uuid, p_to uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO attachment (message_id, position, name, content_type, size, blob, content_id, inline, kind)
    SELECT p_to, 1000 + a.position, a.name, a.content_type, a.size, a.blob, a.content_id, a.inline, a.kind
    FROM attachment a WHERE a.message_id = p_from AND a.state = 'here' AND a.problem = '' ORDER BY a.position
$$;

-- Another time for a message that waits for its time; none sends it now. False when it has left, or never had one.
CREATE FUNCTION reschedule_message(p_message uuid, p_agent uuid, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    moved message;
BEGIN
    UPDATE outbox o SET next_at = COALESCE(p_at, now()) FROM message m
        WHERE o.message_id = p_message AND o.state = 'queued' AND m.id = o.message_id AND m.state = 'queued' AND m.send_at IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE message m SET send_at = COALESCE(p_at, now()) WHERE m.id = p_message RETURNING m.* INTO moved;
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
        VALUES ('message.changed', 'human', p_agent, moved.customer_id, moved.topic_id, moved.id, moved.channel_id, '{"what": "send_at"}');
    RETURN true;
END
$$;

-- ── What becomes of a mail that went to several ─────────────────────────────────────────────────────────────────────

-- Says in a message's error whom it did not reach, for good (`refused`) and so far (`later`), address -> why; no error when it reached all. The
-- state stays: whoever it was written to has it.
CREATE FUNCTION tell_unreached(p_message uuid, p_refused jsonb, p_later jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    UPDATE message m SET error = CASE WHEN p_refused || p_later <> '{}' THEN jsonb_build_object(
               'code', CASE WHEN p_refused <> '{}' THEN 'partly_refused' ELSE 'partly_waiting' END, 'refused', p_refused, 'later', p_later,
               'detail', (SELECT string_agg(key || ': ' || value, ', ' ORDER BY key) FROM jsonb_each_text(p_refused || p_later))) END
        WHERE m.id = p_message RETURNING m.customer_id, m.topic_id, m.channel_id, m.state INTO owner;
    INSERT INTO event (type, customer, topic, message, channel, data)
        VALUES ('message.changed', owner.customer_id, owner.topic_id, p_message, owner.channel_id, jsonb_build_object('state', owner.state));
END
$$;

-- The provider's answer where it did not take it for all: whoever may take it another time is tried again in `p_seconds`, alone; null: no more.
-- False when the token is not the one that took it.
CREATE FUNCTION settle_several(p_message uuid, p_token bigint, p_external_id text, p_refused jsonb, p_later jsonb, p_seconds float)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    taken outbox;
    before jsonb := (SELECT COALESCE(m.error->'refused', '{}') FROM message m WHERE m.id = p_message);
BEGIN
    SELECT o.* INTO taken FROM outbox o WHERE o.message_id = p_message AND o.state = 'sending' AND o.token = p_token FOR UPDATE;
    IF taken.message_id IS NULL THEN
        RETURN false;
    END IF;
    IF taken.request ? 'only' THEN
        DELETE FROM outbox o WHERE o.message_id = p_message;
    ELSE
        PERFORM settle_message(p_message, p_token, 'sent', p_external_id, NULL);
    END IF;
    IF p_seconds IS NULL THEN
        p_refused := p_refused || p_later;
        p_later := '{}';
    ELSIF p_later <> '{}' THEN
        INSERT INTO outbox (message_id, channel_id, line, number, request, attempts, next_at)
            VALUES (p_message, taken.channel_id, taken.line || ' rest', taken.number,
                    taken.request || jsonb_build_object('only', (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_each(p_later))),
                    taken.attempts, now() + make_interval(secs => p_seconds));
    END IF;
    PERFORM tell_unreached(p_message, before || p_refused, p_later);
    RETURN true;
END
$$;

-- What a report says of one recipient, or of a delay. It is the message's fate when it is about whoever it was written to; of a copy only a
-- failure is told, beside that.
CREATE FUNCTION take_fate(p_message uuid, p_recipient text, p_state text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    about message;
    copies jsonb;
    owner record;
BEGIN
    SELECT m.* INTO about FROM message m WHERE m.id = p_message FOR NO KEY UPDATE;
    copies := COALESCE(about.context->'cc', '[]') || COALESCE(about.context->'bcc', '[]');
    IF p_recipient <> '' AND p_recipient <> lower(about.address->>'value') AND copies <> '[]' THEN
        IF p_state = 'failed' AND about.state <> 'failed' THEN
            PERFORM tell_unreached(p_message, COALESCE(about.error->'refused', '{}') || jsonb_build_object(p_recipient, failure_of(p_reason)->>'detail'),
                                   COALESCE(about.error->'later', '{}'));
            PERFORM mark_unreachable((SELECT i.id FROM identity i WHERE i.kind = 'email' AND i.value = p_recipient), split_part(p_reason, ':', 1));
        END IF;
    ELSIF p_state = 'sent' AND p_reason LIKE 'delayed:%' THEN
        UPDATE message m SET error = failure_of(p_reason) || jsonb_build_object('since', COALESCE(m.error->>'since', to_json(now())#>>'{}'))
            WHERE m.id = p_message AND m.state IN ('sending', 'unknown', 'sent') AND COALESCE(m.error->>'code', 'delayed') = 'delayed'
            RETURNING m.customer_id, m.topic_id, m.channel_id, m.state INTO owner;
        IF FOUND THEN
            INSERT INTO event (type, customer, topic, message, channel, data)
                VALUES ('message.changed', owner.customer_id, owner.topic_id, p_message, owner.channel_id, jsonb_build_object('state', owner.state));
        END IF;
    ELSE
        PERFORM raise_message(p_message, p_state, CASE WHEN p_state = 'failed' THEN failure_of(p_reason) END);
    END IF;
END
$$;

-- Mail does not reach an address, for a reason that is the address's own.
CREATE FUNCTION mark_unreachable(p_identity uuid, p_why text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
BEGIN
    UPDATE identity i SET unreachable_at = now(), unreachable_why = p_why
        WHERE i.id = p_identity AND p_why IN ('no_mailbox', 'no_domain', 'closed_mailbox') RETURNING i.customer_id INTO owner;
    IF FOUND THEN
        INSERT INTO event (type, customer, data) VALUES ('customer.changed', owner, '{"fields": ["identities"]}');
    END IF;
END
$$;

CREATE FUNCTION note_unreachable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_unreachable(NEW.identity_id, NEW.error->>'code');
    RETURN NULL;
END
$$;

CREATE TRIGGER message_unreachable AFTER UPDATE OF error ON message FOR EACH ROW
    WHEN (NEW.state = 'failed' AND NEW.identity_id IS NOT NULL AND NEW.error->>'code' IN ('no_mailbox', 'no_domain', 'closed_mailbox'))
    EXECUTE FUNCTION note_unreachable();

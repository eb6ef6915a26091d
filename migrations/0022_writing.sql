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
    FROM attachment a WHERE a.message_id = p_from AND a.state = 'here' ORDER BY a.position
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

-- Answers that nobody writes: an acknowledgement with the tracking code, and a word outside opening hours. And alarms: what a supervisor has to
-- look at, a mail loop first of all.

-- {zone, week: {"0": [["09:00", "14:00"], …], …}, dates: {"2026-12-25": {name, stretches}}}; 0 is Monday. Null: always open.
ALTER TABLE queue ADD COLUMN hours jsonb;

-- What a queue answers by itself. A queue without a row answers nothing.
CREATE TABLE queue_answers (
    queue_id     uuid PRIMARY KEY REFERENCES queue ON DELETE CASCADE,
    acknowledges boolean NOT NULL DEFAULT false,
    tells_closed boolean NOT NULL DEFAULT false,
    kinds        text[] NOT NULL DEFAULT '{mail}',      -- on channels of these capacity kinds
    texts        jsonb NOT NULL DEFAULT '{}'            -- language -> {acknowledged, closed}; what is not there has the usual words
);

-- Up to where the ledger was looked through for what wants an answer.
CREATE TABLE answering (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL
);
INSERT INTO answering (position) SELECT h.position FROM ledger_head h;

-- When a sender last had an automatic answer, under a hash: one a day is the most, whatever the conversation. `domain` is hashed, too; null where
-- anybody can have an address.
CREATE TABLE answered_sender (
    sender bytea PRIMARY KEY,
    domain bytea,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX answered_sender_domain ON answered_sender (domain, at) WHERE domain IS NOT NULL;
CREATE INDEX answered_sender_at ON answered_sender (at);

-- Something that a supervisor has to look at. While one about a sender stands, nothing of that sender's is answered by itself or offered.
CREATE TABLE alarm (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    kind        text NOT NULL CHECK (kind = 'loop'),
    identity_id uuid NOT NULL REFERENCES identity ON DELETE CASCADE,
    topic_id    uuid NOT NULL REFERENCES topic ON DELETE CASCADE,
    channel_id  uuid NOT NULL REFERENCES channel,
    count       int NOT NULL,                           -- messages that said the same, when it was raised
    raised_at   timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz,
    settled_by  uuid REFERENCES agent
);
CREATE UNIQUE INDEX alarm_standing ON alarm (identity_id) WHERE settled_at IS NULL;
CREATE INDEX alarm_identity ON alarm (identity_id, settled_at);

-- Whether a sender may have an automatic answer now; if so, this is the one of the day. Two who ask in the same moment get one yes.
CREATE FUNCTION take_daily_answer(p_sender text, p_domain text, p_most_per_domain int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    of_domain CONSTANT bytea := sha256(convert_to(NULLIF(p_domain, ''), 'UTF8'));
BEGIN
    IF (SELECT count(*) FROM answered_sender s WHERE s.domain = of_domain AND s.at > now() - interval '1 hour') >= p_most_per_domain THEN
        RETURN false;
    END IF;
    INSERT INTO answered_sender AS s (sender, domain) VALUES (sha256(convert_to(p_sender, 'UTF8')), of_domain)
        ON CONFLICT (sender) DO UPDATE SET at = now() WHERE s.at <= now() - interval '1 day';
    RETURN FOUND;
END
$$;

-- Writes an automatic answer to a message, and says `written`, or why not: `known` (it has one), `nobody` (no work: nobody will look at it),
-- `answered` (a colleague was quicker), `unwanted`, `topic` (five in a day), `sender` (one in a day). It takes no turn: the customer goes on waiting.
CREATE FUNCTION answer_automatically(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    asked message;
    number bigint;
BEGIN
    SELECT m.* INTO asked FROM message m WHERE m.id = (p->>'answers')::uuid;
    PERFORM lock_root(asked.customer_id);
    SELECT m.* INTO asked FROM message m WHERE m.id = asked.id;
    IF EXISTS (SELECT 1 FROM message m WHERE m.id = (p->>'id')::uuid) THEN
        RETURN 'known';
    ELSIF NOT EXISTS (SELECT 1 FROM work w WHERE w.topic_id = asked.topic_id AND w.state IN ('queued', 'offered', 'assigned', 'wrapping')) THEN
        RETURN 'nobody';
    ELSIF EXISTS (SELECT 1 FROM message m WHERE m.topic_id = asked.topic_id AND m.number > asked.number AND m.direction = 'out' AND m.author_kind = 'human') THEN
        RETURN 'answered';
    ELSIF EXISTS (SELECT 1 FROM consent c WHERE c.identity_id = asked.identity_id AND c.channel_id = asked.channel_id AND NOT c.given AND c.reason <> 'taken_back') THEN
        RETURN 'unwanted';
    ELSIF (SELECT count(*) FROM message m WHERE m.topic_id = asked.topic_id AND m.at > now() - interval '1 day'
           AND m.direction = 'out' AND m.author_kind = 'system') >= 5 THEN
        RETURN 'topic';
    ELSIF NOT take_daily_answer(p->>'sender', p->>'domain', (p->>'most_per_domain')::int) THEN
        RETURN 'sender';
    END IF;
    number := nextval('message_number');
    INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, at, address, text, state, reply_to, context)
        VALUES ((p->>'id')::uuid, number, asked.customer_id, asked.topic_id, asked.channel_id, asked.identity_id, 'out', 'system', clock_timestamp(),
                asked.address - 'to' - 'native', p->>'text', 'queued', asked.id, jsonb_build_object('automatic', p->>'what', 'language', p->>'language'));
    INSERT INTO outbox (message_id, channel_id, line, number, request)
        VALUES ((p->>'id')::uuid, asked.channel_id, asked.topic_id || ' ' || (asked.address->>'value'), number, '{}');
    INSERT INTO event (type, actor_kind, customer, topic, message, channel, data)
        VALUES ('message.created', 'system', asked.customer_id, asked.topic_id, (p->>'id')::uuid, asked.channel_id, jsonb_build_object('automatic', p->>'what'));
    RETURN 'written';
END
$$;

-- What waits in a topic is offered to nobody any more; who has it in hand keeps it.
CREATE FUNCTION pause_waiting_work(p_topic uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item work;
BEGIN
    SELECT w.id INTO item.id FROM work w WHERE w.topic_id = p_topic AND w.state IN ('queued', 'offered');
    IF item.id IS NULL THEN
        RETURN;
    END IF;
    item := lock_work(item.id);
    IF item.state IN ('queued', 'offered') THEN
        PERFORM end_offer(item, 'canceled', 'paused', 'system', NULL);
        UPDATE work w SET state = 'paused', reasons = '[]' WHERE w.id = item.id;
        PERFORM tell_work('work.paused', item, 'system', NULL, NULL, '{"reason": "alarm"}');
    END IF;
END
$$;

-- The same sender says the same again and again: told to supervisors once, and again a day after they said that it may go on. Null when it stands,
-- or may go on.
CREATE FUNCTION raise_loop_alarm(p_message uuid, p_count int) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    last message;
    raised uuid;
BEGIN
    SELECT m.* INTO last FROM message m WHERE m.id = p_message;
    PERFORM lock_root(last.customer_id);
    IF EXISTS (SELECT 1 FROM alarm a WHERE a.identity_id = last.identity_id AND a.settled_at > now() - interval '1 day') THEN
        RETURN NULL;
    END IF;
    INSERT INTO alarm (kind, identity_id, topic_id, channel_id, count) VALUES ('loop', last.identity_id, last.topic_id, last.channel_id, p_count)
        ON CONFLICT (identity_id) WHERE settled_at IS NULL DO NOTHING RETURNING id INTO raised;
    IF raised IS NOT NULL THEN
        INSERT INTO event (type, customer, topic, channel, data)
            VALUES ('alarm.raised', last.customer_id, last.topic_id, last.channel_id, jsonb_build_object('alarm', raised, 'kind', 'loop', 'count', p_count));
        PERFORM pause_waiting_work(last.topic_id);
    END IF;
    RETURN raised;
END
$$;

-- A supervisor says that what an alarm stopped may go on, or stops it again. False when there is no such alarm.
CREATE FUNCTION settle_alarm(p_alarm uuid, p_agent uuid, p_settled boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    about alarm;
    owner uuid;
    item work;
BEGIN
    SELECT a.* INTO about FROM alarm a WHERE a.id = p_alarm;
    IF about.id IS NULL THEN
        RETURN false;
    END IF;
    owner := (SELECT i.customer_id FROM identity i WHERE i.id = about.identity_id);
    PERFORM lock_root(owner);
    UPDATE alarm a SET settled_at = CASE WHEN p_settled THEN now() END, settled_by = CASE WHEN p_settled THEN p_agent END
        WHERE a.id = p_alarm AND (a.settled_at IS NOT NULL) <> p_settled
          AND (p_settled OR NOT EXISTS (SELECT 1 FROM alarm o WHERE o.identity_id = a.identity_id AND o.settled_at IS NULL));
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, topic, channel, data)
        VALUES (CASE WHEN p_settled THEN 'alarm.settled' ELSE 'alarm.raised' END, 'human', p_agent, owner, about.topic_id, about.channel_id,
                jsonb_build_object('alarm', p_alarm, 'kind', about.kind));
    FOR item IN SELECT w.* FROM topic t JOIN work w ON w.topic_id = t.id WHERE t.identity_id = about.identity_id OR t.id = about.topic_id LOOP
        IF NOT p_settled THEN
            PERFORM pause_waiting_work(item.topic_id);
        ELSIF item.state = 'paused' AND item.agent_id IS NULL THEN
            item := lock_work(item.id);
            UPDATE work w SET state = 'queued', queued_at = now() WHERE w.id = item.id AND w.state = 'paused';
            PERFORM tell_work('work.continued', item, 'human', p_agent, NULL, '{}');
        END IF;
    END LOOP;
    RETURN true;
END
$$;

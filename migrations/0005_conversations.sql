-- One conversation per customer, for life; in it topics, and in those messages. Numbers grow in the order of the thread.

CREATE SEQUENCE message_number;
CREATE SEQUENCE topic_code_number;

-- A tracking code that can be read out on the phone: no vowels, no letters that look alike, never the same twice.
CREATE FUNCTION next_topic_code() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    letters CONSTANT text := '23456789BCDFGHJKMNPQRSTVWXYZ';
    rest bigint := (nextval('topic_code_number') * 1103515247 + 12345) % 481890304;  -- 28^6; the factor shares no divisor with it
    code text := '';
BEGIN
    FOR i IN 1..6 LOOP
        code := substr(letters, (rest % 28)::int + 1, 1) || code;
        rest := rest / 28;
    END LOOP;
    RETURN substr(code, 1, 3) || '-' || substr(code, 4);
END
$$;

CREATE TABLE topic (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    customer_id uuid NOT NULL REFERENCES customer,
    identity_id uuid REFERENCES identity,
    channel_id  uuid NOT NULL REFERENCES channel,
    queue_id    uuid REFERENCES queue,
    agent_id    uuid REFERENCES agent,              -- who looks after it, or last did
    code        text NOT NULL DEFAULT next_topic_code() CONSTRAINT topic_code_taken UNIQUE,
    subject     text NOT NULL DEFAULT '',
    session     text NOT NULL DEFAULT '',           -- the live session it is held in (web chat)
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    turn        text NOT NULL DEFAULT 'agent' CHECK (turn IN ('agent', 'customer')),
    turn_since  timestamptz NOT NULL DEFAULT now(),
    opened_at   timestamptz NOT NULL DEFAULT now(),
    closed_at   timestamptz,
    last_at     timestamptz NOT NULL DEFAULT now(),
    last_number bigint NOT NULL DEFAULT 0
);
CREATE INDEX topic_customer ON topic (customer_id, last_number);
CREATE INDEX topic_newest ON topic (last_number);

-- What is shown between the messages of a thread.
CREATE INDEX event_thread ON event (customer, at) WHERE type IN ('work.assigned', 'work.transferred', 'work.released', 'work.completed',
    'customer.joined', 'customer.parted', 'topic.opened', 'topic.reopened', 'topic.closed', 'topic.moved', 'topic.split',
    'message.moved', 'topic.set_aside', 'topic.put_back');

CREATE TABLE message (
    id          uuid PRIMARY KEY,
    number      bigint NOT NULL,
    customer_id uuid NOT NULL REFERENCES customer,  -- the identity's own customer, unless a colleague moved it to another's matter
    topic_id    uuid NOT NULL REFERENCES topic,
    channel_id  uuid,
    identity_id uuid REFERENCES identity,
    delivery_id uuid,                               -- the raw delivery, as long as that is kept
    direction   text NOT NULL CHECK (direction IN ('in', 'out', 'note')),
    author_kind text NOT NULL CHECK (author_kind IN ('human', 'bot', 'system', 'customer')),
    author_id   uuid,
    at          timestamptz NOT NULL DEFAULT now(),
    provider_at timestamptz,
    external_id text,
    address     jsonb,                              -- {kind, value, name}: whom it came from or went to
    subject     text NOT NULL DEFAULT '',
    text        text NOT NULL DEFAULT '',
    html        bytea REFERENCES blob,
    state       text NOT NULL,
    state_at    timestamptz NOT NULL DEFAULT now(),
    error       jsonb,
    reply_to    uuid,
    send_at     timestamptz,
    context     jsonb NOT NULL DEFAULT '{}',
    body_hash   bytea,                              -- of the request that wrote it: the same id with another body is refused
    CONSTRAINT message_state CHECK (
        (direction = 'in' AND state = 'received') OR (direction = 'note' AND state = 'saved') OR
        (direction = 'out' AND state IN ('queued', 'sending', 'sent', 'delivered', 'read', 'unknown', 'failed', 'canceled')))
);
CREATE UNIQUE INDEX message_thread ON message (customer_id, number);
CREATE INDEX message_identity ON message (identity_id, number) WHERE identity_id IS NOT NULL;
CREATE INDEX message_topic ON message (topic_id, number);
CREATE INDEX message_html ON message (html) WHERE html IS NOT NULL;
CREATE UNIQUE INDEX message_external ON message (channel_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE attachment (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    message_id   uuid REFERENCES message ON DELETE CASCADE,
    position     int NOT NULL DEFAULT 0,
    name         text NOT NULL,
    content_type text NOT NULL,
    size         bigint NOT NULL,
    blob         bytea NOT NULL REFERENCES blob,
    content_id   text NOT NULL DEFAULT '',
    inline       boolean NOT NULL DEFAULT false,
    uploader     text NOT NULL DEFAULT '',          -- agent:<id> or visitor:<value>, while no message names it: nobody else may use it
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachment_message ON attachment (message_id, position) WHERE message_id IS NOT NULL;
CREATE INDEX attachment_blob ON attachment (blob);
CREATE INDEX delivery_blob ON delivery (blob) WHERE blob IS NOT NULL;
CREATE INDEX attachment_orphan ON attachment (created_at) WHERE message_id IS NULL;

CREATE TABLE draft (
    agent_id    uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    customer_id uuid NOT NULL REFERENCES customer,
    kind        text NOT NULL,
    text        text NOT NULL,
    channel_id  uuid,
    topic_id    uuid,
    subject     text NOT NULL DEFAULT '',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agent_id, customer_id)
);

-- How far each colleague has read each conversation.
CREATE TABLE reading (
    agent_id    uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    customer_id uuid NOT NULL REFERENCES customer,
    number      bigint NOT NULL,
    PRIMARY KEY (agent_id, customer_id)
);

-- Who was mentioned in a note, and where.
CREATE TABLE mention (
    agent_id   uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    number     bigint NOT NULL,
    message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    PRIMARY KEY (agent_id, number)
);
CREATE INDEX mention_message ON mention (message_id);

-- What is to be sent. A row lives until the provider took the message, refused it, or nobody knows.
CREATE TABLE outbox (
    message_id uuid PRIMARY KEY REFERENCES message,
    channel_id uuid NOT NULL REFERENCES channel,
    line       text NOT NULL,                       -- topic and address: first in, first out within a line
    number     bigint NOT NULL,
    request    jsonb NOT NULL DEFAULT '{}',         -- cc, bcc, html and the like
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending')),
    attempts   int NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL DEFAULT now(),
    token      bigint                               -- of the channel's lease, while sending
);
CREATE INDEX outbox_queued ON outbox (channel_id, next_at) WHERE state = 'queued';
CREATE INDEX outbox_line ON outbox (line, number);

-- Receipts for ids that are not known yet: they may come before the answer to the send.
CREATE TABLE parked_receipt (
    channel_id  uuid NOT NULL REFERENCES channel ON DELETE CASCADE,
    external_id text NOT NULL,
    state       text NOT NULL,
    reason      text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, external_id, state)
);

-- Names a stored file in the transaction that will refer to it. The new time keeps the collector away until then.
CREATE FUNCTION name_blob(p_sha256 bytea, p_size bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO blob (sha256, size) VALUES (p_sha256, p_size) ON CONFLICT (sha256) DO UPDATE SET created_at = now()
$$;

-- Of the given files, forgets those that nothing refers to any more; returns all that no row names: their bytes may go.
CREATE FUNCTION forget_blobs(p_names bytea[], p_grace interval) RETURNS bytea[] LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM attachment a WHERE a.blob = ANY (p_names) AND a.message_id IS NULL AND a.created_at <= now() - p_grace;
    DELETE FROM blob b WHERE b.sha256 = ANY (p_names) AND b.created_at <= now() - p_grace
        AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.blob = b.sha256)
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.html = b.sha256)
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.blob = b.sha256);
    RETURN ARRAY(SELECT n FROM unnest(p_names) n WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = n));
END
$$;

-- Brands, queues and channels; what arrived on a channel, raw, before anybody understood it.

CREATE TABLE brand (
    id     uuid PRIMARY KEY DEFAULT uuidv7(),
    name   text NOT NULL,
    color  text NOT NULL DEFAULT '#2f5142',
    locale text NOT NULL DEFAULT 'es'
);

CREATE TABLE queue (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    name          text NOT NULL CONSTRAINT queue_name_taken UNIQUE,
    priority      int NOT NULL DEFAULT 0,
    strategy      text NOT NULL DEFAULT 'longest_idle' CHECK (strategy IN
                      ('longest_idle', 'least_active', 'round_robin', 'most_free_units', 'most_free_share', 'best_skill')),
    ordering      text NOT NULL DEFAULT 'priority' CHECK (ordering IN ('priority', 'fifo', 'lifo', 'score', 'due')),
    offer_timeout jsonb NOT NULL DEFAULT '{}',  -- capacity kind -> seconds; a kind that is not here takes its usual ones
    sticky_s      int NOT NULL DEFAULT 30,
    wrap_s        int NOT NULL DEFAULT 60,
    answer_s      int NOT NULL DEFAULT 300,     -- how soon the customer should have an answer: what the list shows as due
    away_s        int NOT NULL DEFAULT 600 CHECK (away_s >= 0),  -- how long what is not live stays with a colleague whose connection is gone
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE queue_member (
    queue_id uuid NOT NULL REFERENCES queue ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    PRIMARY KEY (queue_id, agent_id)
);
CREATE INDEX queue_member_agent ON queue_member (agent_id);

CREATE TABLE channel (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    brand_id   uuid NOT NULL REFERENCES brand,
    queue_id   uuid NOT NULL REFERENCES queue,
    connector  text NOT NULL,
    kind       text NOT NULL,                   -- the manifest's capacity kind: chat, mail, message, voice, task
    name       text NOT NULL CHECK (name <> ''),
    hook       text NOT NULL CONSTRAINT channel_hook_taken UNIQUE,  -- the unguessable end of its webhook address; the public key of a chat bubble
    settings   jsonb NOT NULL DEFAULT '{}',
    secrets    bytea,                           -- AES-256-GCM, bound to this row
    enabled    boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE channel_state (
    channel_id  uuid PRIMARY KEY REFERENCES channel ON DELETE CASCADE,
    cursor      jsonb,
    state       text NOT NULL DEFAULT 'down' CHECK (state IN ('up', 'degraded', 'down')),
    since       timestamptz NOT NULL DEFAULT now(),
    detail      text NOT NULL DEFAULT '',
    last_in_at  timestamptz,
    last_out_at timestamptz,
    wait_until  timestamptz
);

-- Which queue takes what: the first rule that fits wins, else the channel's own queue.
CREATE TABLE queue_rule (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    position   int NOT NULL,
    channel_id uuid REFERENCES channel ON DELETE CASCADE,
    language   text,
    words      text[],
    queue_id   uuid NOT NULL REFERENCES queue ON DELETE CASCADE
);

-- What arrived, exactly as it came. The same delivery again has the same external id and changes nothing. A channel is switched off, never
-- deleted, so nothing refers to it by a foreign key on the hot path: that check would lock its one row for every delivery.
CREATE TABLE delivery (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    channel_id  uuid NOT NULL,
    kind        text NOT NULL,
    external_id text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    headers     jsonb NOT NULL DEFAULT '{}',
    body        bytea CHECK (length(body) <= 16384),
    blob        bytea REFERENCES blob,          -- instead of body when it is larger
    state       text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'quarantined', 'dropped')),
    problem     text NOT NULL DEFAULT '',
    attempts    int NOT NULL DEFAULT 0,
    CONSTRAINT delivery_seen UNIQUE (channel_id, kind, external_id)
);
CREATE INDEX delivery_new ON delivery (channel_id, received_at, id) WHERE state = 'new';
CREATE INDEX delivery_quarantined ON delivery (received_at, id) WHERE state = 'quarantined';

-- Work, offers, assignments, presence. The database refuses what must not be, whoever asks.

CREATE TABLE activity (
    id       text PRIMARY KEY,
    label_es text NOT NULL,
    label_en text NOT NULL,
    routable boolean NOT NULL,
    position int NOT NULL
);
INSERT INTO activity (id, label_es, label_en, routable, position) VALUES
    ('available', 'Disponible', 'Available', true, 1), ('break', 'Descanso', 'Break', false, 2), ('training', 'Formación', 'Training', false, 3),
    ('meeting', 'Reunión', 'Meeting', false, 4), ('offline', 'Desconectado', 'Offline', false, 5);

CREATE TABLE wrap_up_code (
    id       text PRIMARY KEY,
    label_es text NOT NULL,
    label_en text NOT NULL,
    position int NOT NULL
);
INSERT INTO wrap_up_code (id, label_es, label_en, position) VALUES
    ('resolved', 'Resuelto', 'Resolved', 1), ('information', 'Información', 'Information', 2), ('return', 'Devolución', 'Return', 3),
    ('complaint', 'Queja', 'Complaint', 4), ('sale', 'Venta', 'Sale', 5), ('no_answer', 'Dejó de contestar', 'Stopped answering', 6), ('spam', 'Spam', 'Spam', 7);

-- Where a colleague stands. `units_used` is the sum over the work that he or she has; the check keeps it within the limit.
CREATE TABLE presence (
    agent_id       uuid PRIMARY KEY REFERENCES agent ON DELETE CASCADE,
    activity       text NOT NULL DEFAULT 'offline' REFERENCES activity,
    since          timestamptz NOT NULL DEFAULT now(),
    idle_since     timestamptz NOT NULL DEFAULT now(),
    after_work     text REFERENCES activity,
    channels_off   text[] NOT NULL DEFAULT '{}',    -- capacity kinds that the agent has switched off
    not_responding boolean NOT NULL DEFAULT false,
    connected      boolean NOT NULL DEFAULT false,
    left_at        timestamptz,                     -- when the last socket went away
    units_max      int NOT NULL DEFAULT 100 CHECK (units_max BETWEEN 0 AND 1000),
    units_used     int NOT NULL DEFAULT 0 CHECK (units_used >= 0),
    units_extra    int NOT NULL DEFAULT 0 CHECK (units_extra >= 0),   -- what a supervisor assigned beyond the limit
    CONSTRAINT presence_full CHECK (units_used <= units_max + units_extra)
);

CREATE INDEX presence_left ON presence (left_at) WHERE NOT connected AND left_at IS NOT NULL;

-- Whoever is a colleague has a presence.
CREATE FUNCTION begin_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO presence (agent_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER agent_presence AFTER INSERT ON agent FOR EACH ROW EXECUTE FUNCTION begin_presence();

-- The processes that hold sockets, and which colleagues are connected to which. A process that died is silent, and its
-- connections are ended by the others.
CREATE TABLE node (
    id      uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE connection (
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    node_id  uuid NOT NULL REFERENCES node ON DELETE CASCADE,
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agent_id, node_id)
);
CREATE INDEX connection_node ON connection (node_id);

-- What one item of a kind weighs, how many of a kind one agent may have, how long an offer of the kind stays open.
CREATE TABLE capacity (
    kind    text PRIMARY KEY,
    units   int NOT NULL CHECK (units BETWEEN 0 AND 100),
    most    int NOT NULL CHECK (most > 0),
    offer_s int NOT NULL CHECK (offer_s > 0),
    lost_s  int CHECK (lost_s >= 0)             -- how long what is live stays with a colleague whose connection is gone; NULL: as the queue says
);
INSERT INTO capacity (kind, units, most, offer_s, lost_s) VALUES
    ('voice', 100, 1, 20, 20), ('chat', 33, 3, 30, 30), ('message', 20, 5, 60, NULL), ('mail', 15, 6, 600, NULL), ('task', 10, 10, 600, NULL);

CREATE TABLE work (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    topic_id        uuid NOT NULL REFERENCES topic,
    customer_id     uuid NOT NULL REFERENCES customer,
    queue_id        uuid NOT NULL REFERENCES queue,
    channel_id      uuid NOT NULL REFERENCES channel,
    kind            text NOT NULL REFERENCES capacity (kind),
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN
                        ('queued', 'offered', 'assigned', 'wrapping', 'paused', 'completed', 'abandoned', 'flow_out', 'expired', 'canceled')),
    agent_id        uuid REFERENCES agent,
    known_agent_id  uuid REFERENCES agent,          -- who knows this customer, or to whom it was handed: asked first
    kept_s          int CHECK (kept_s >= 0),        -- for how long only that colleague is asked; NULL: as long as the queue says
    lost_agent_id   uuid REFERENCES agent,          -- who lost it with the connection, and has it again when back before anybody took it
    handed_by       uuid REFERENCES agent,          -- who transferred it last
    handed_note     uuid,                           -- and the note for whoever takes it
    units           int NOT NULL DEFAULT 0,         -- held from the agent's capacity while assigned or wrapping
    priority        int NOT NULL DEFAULT 0,
    first_queued_at timestamptz NOT NULL DEFAULT now(),   -- kept through every decline, time-out and transfer
    queued_at       timestamptz NOT NULL DEFAULT now(),
    assigned_at     timestamptz,
    ended_at        timestamptz,
    wrap_until      timestamptz,
    code            text REFERENCES wrap_up_code,
    note            text NOT NULL DEFAULT '',
    why             jsonb,                          -- why this agent
    reasons         jsonb NOT NULL DEFAULT '[]',    -- why it waits: the router's last account, so that every node can show it
    CHECK ((state IN ('assigned', 'wrapping')) <= (agent_id IS NOT NULL))
);
CREATE UNIQUE INDEX work_open ON work (topic_id) WHERE state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused');
CREATE INDEX work_agent ON work (agent_id) WHERE state IN ('assigned', 'wrapping', 'paused');
CREATE INDEX work_lost ON work (lost_agent_id) WHERE lost_agent_id IS NOT NULL;
CREATE INDEX work_topic ON work (topic_id, id);
CREATE INDEX work_of_agent ON work (agent_id, id) WHERE agent_id IS NOT NULL;
CREATE INDEX work_waiting ON work (queue_id, first_queued_at) WHERE state IN ('queued', 'offered');
CREATE INDEX work_customer ON work (customer_id, id);
CREATE INDEX work_ended ON work (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX work_wrap ON work (wrap_until) WHERE state = 'wrapping';

CREATE TABLE offer (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    work_id    uuid NOT NULL REFERENCES work,
    agent_id   uuid NOT NULL REFERENCES agent,
    state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'rejected', 'timed_out', 'rescinded', 'canceled')),
    units      int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    reason     text NOT NULL DEFAULT '',
    why        jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX offer_pending ON offer (work_id) WHERE state = 'pending';
CREATE INDEX offer_agent ON offer (agent_id) WHERE state = 'pending';
CREATE INDEX offer_deadline ON offer (expires_at) WHERE state = 'pending';
CREATE INDEX offer_work ON offer (work_id, id);
CREATE INDEX offer_refused ON offer (ended_at) WHERE state IN ('rejected', 'timed_out');

-- One stretch of one agent on one item.
CREATE TABLE assignment (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    work_id     uuid NOT NULL REFERENCES work,
    agent_id    uuid NOT NULL REFERENCES agent,
    started_at  timestamptz NOT NULL DEFAULT now(),
    wrapping_at timestamptz,
    ended_at    timestamptz,
    ended_by    text NOT NULL DEFAULT '',           -- completed, transferred, released, left
    why         jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX assignment_open ON assignment (work_id) WHERE ended_at IS NULL;
CREATE INDEX assignment_started ON assignment (started_at);
CREATE INDEX assignment_ended ON assignment (ended_at) WHERE ended_at IS NOT NULL;

-- Leases with fencing tokens, and the ledger: one append-only memory of what happened, partitioned by month.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- Who may do what exists once (publish, route, listen on a channel). The token grows with every change of holder: a writer
-- that shows an old one is refused, however late it wakes up.
CREATE TABLE lease (
    name   text PRIMARY KEY,
    holder uuid NOT NULL,
    token  bigint NOT NULL,
    until  timestamptz NOT NULL
);

-- Takes or renews a lease; no row when somebody else holds it.
CREATE FUNCTION take_lease(p_name text, p_holder uuid, p_ttl interval) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO lease AS l (name, holder, token, until) VALUES (p_name, p_holder, 1, now() + p_ttl)
    ON CONFLICT (name) DO UPDATE SET
        holder = p_holder,
        token = l.token + CASE WHEN l.holder = p_holder AND l.until > now() THEN 0 ELSE 1 END,
        until = now() + p_ttl
    WHERE l.holder = p_holder OR l.until <= now()
    RETURNING token
$$;

-- Raises unless the token is the current one and the lease has not run out.
CREATE FUNCTION require_lease(p_name text, p_token bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM lease WHERE name = p_name AND token = p_token AND until > now() FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease % is not held with token %', p_name, p_token USING ERRCODE = 'HL001';
    END IF;
END
$$;

-- Facts and their events are written in one transaction. Events carry ids, numbers and words of ours, never names, addresses or
-- text: erasing a customer needs no rewriting of history.
CREATE TABLE event (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL DEFAULT now(),
    position   bigint,
    type       text NOT NULL,
    actor_kind text NOT NULL DEFAULT 'system' CHECK (actor_kind IN ('human', 'bot', 'system', 'customer')),
    actor      uuid,
    customer   uuid,
    topic      uuid,
    message    uuid,
    work       uuid,
    agent      uuid,
    queue      uuid,
    channel    uuid,
    data       jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (at);

CREATE INDEX event_waiting ON event (id) WHERE position IS NULL;
CREATE INDEX event_position ON event (position) WHERE position IS NOT NULL;
CREATE INDEX event_customer ON event (customer, position) WHERE customer IS NOT NULL;
CREATE TABLE event_elsewhen PARTITION OF event DEFAULT;

-- Makes the partitions of this month and the next ones; called by every migration and once a day.
CREATE FUNCTION ensure_event_partitions(p_months int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date;
BEGIN
    FOR i IN 0..p_months LOOP
        first := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => i);
        IF to_regclass('event_' || to_char(first, 'YYYY_MM')) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)', 'event_' || to_char(first, 'YYYY_MM'),
                           first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END
$$;
SELECT ensure_event_partitions(2);

-- The last position given out. Its row lock is what makes publishing one at a time.
CREATE TABLE ledger_head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL
);
INSERT INTO ledger_head (position) VALUES (0);

-- Gives the next positions to committed events, in order of their ids, and returns them. An event of a slower transaction is simply
-- next time's. Serial numbers are not commit order, and transaction ids begin again in a restored cluster: this is neither.
CREATE FUNCTION publish_events(p_token bigint, p_limit int) RETURNS SETOF event LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    head bigint;
    published int;
BEGIN
    PERFORM require_lease('publisher', p_token);
    SELECT h.position INTO head FROM ledger_head h FOR UPDATE;
    RETURN QUERY WITH waiting AS (
        SELECT w.id, row_number() OVER (ORDER BY w.id) AS step
        FROM (SELECT e.id FROM event e WHERE e.position IS NULL ORDER BY e.id LIMIT p_limit) w
    )
    UPDATE event e SET position = head + w.step FROM waiting w WHERE e.id = w.id AND e.position IS NULL RETURNING e.*;
    GET DIAGNOSTICS published = ROW_COUNT;
    IF published > 0 THEN
        UPDATE ledger_head h SET position = head + published;
        PERFORM pg_notify('ledger', (head + published)::text);  -- this transaction alone notifies: the hot ones never do
    END IF;
END
$$;

-- Files, named by what is in them; the bytes lie in the blob store and are synced before the commit that names them.
CREATE TABLE blob (
    sha256     bytea PRIMARY KEY CHECK (length(sha256) = 32),
    size       bigint NOT NULL CHECK (size >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Many deliveries in one statement: what is simple is taken in as a set, what is not goes one by one, and each sender's order is kept.

-- Messages of known senders whose matter is open and at work need no decisions: they are written together. All others, and whatever
-- follows one of them from the same sender, go through take_message. Results carry the place in the array.
CREATE FUNCTION take_messages(p jsonb[])
RETURNS TABLE (place int, message uuid, number bigint, customer uuid, root uuid, topic uuid, work uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    roots uuid[];
    done int[];
BEGIN
    roots := ARRAY(SELECT DISTINCT c.root_id FROM unnest(p) AS given (j)
                   JOIN identity i ON i.kind = j->>'kind' AND i.value = j->>'value' JOIN customer c ON c.id = i.customer_id);
    PERFORM 1 FROM customer c WHERE c.id = ANY (roots) ORDER BY c.id FOR NO KEY UPDATE;
    RETURN QUERY WITH given AS (
        SELECT u.n::int AS n, g.*,
               bool_and(g.answers = '[]' AND g.proves = '[]' AND g.claims = '{}' AND g.attachments = '[]' AND g.album IS NULL AND g.reply_to IS NULL)
                   OVER (PARTITION BY g.kind, g.value ORDER BY u.n) AS simple,
               row_number() OVER (PARTITION BY g.channel, g.external_id ORDER BY u.n) AS copy
        FROM unnest(p) WITH ORDINALITY AS u (j, n), jsonb_to_record(u.j) AS g (
            id uuid, channel uuid, delivery uuid, external_id text, kind text, value text, name text, subject text, text text, html text,
            provider_at float8, context jsonb, answers jsonb, proves jsonb, claims jsonb, attachments jsonb, album text, reply_to jsonb, content jsonb,
            native text)
    ), known AS MATERIALIZED (
        SELECT g.*, i.id AS identity, i.customer_id, c.root_id, t.id AS topic_id, w.id AS work_id
        FROM given g
        JOIN identity i ON i.kind = g.kind AND i.value = g.value
        JOIN customer c ON c.id = i.customer_id AND c.root_id = ANY (roots)
        JOIN LATERAL (SELECT t.id FROM topic t WHERE t.customer_id = i.customer_id AND t.channel_id = g.channel AND t.identity_id = i.id
                      AND t.state = 'open' ORDER BY t.last_number DESC LIMIT 1) t ON true
        JOIN work w ON w.topic_id = t.id AND w.state IN ('queued', 'offered', 'assigned', 'paused')
        WHERE g.simple AND g.copy = 1
          AND NOT EXISTS (SELECT 1 FROM message m WHERE m.channel_id = g.channel AND m.external_id = g.external_id)
    ), numbered AS MATERIALIZED (
        SELECT k.*, nextval('message_number') AS new_number FROM (SELECT * FROM known ORDER BY n) k
    ), written AS (
        INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, delivery_id, direction, author_kind, at, provider_at,
                             external_id, address, subject, text, html, state, context, content)
        SELECT k.id, k.new_number, k.customer_id, k.topic_id, k.channel, k.identity, k.delivery, 'in', 'customer', clock_timestamp(),
               to_timestamp(k.provider_at), k.external_id, CASE WHEN k.native IS NULL THEN jsonb_build_object('kind', k.kind, 'value', k.value, 'name', k.name)
                    ELSE jsonb_build_object('kind', k.kind, 'value', k.value, 'name', k.name, 'native', k.native) END,
               k.subject, k.text, decode(k.html, 'hex'), 'received', k.context, COALESCE(k.content, '{}')
        FROM numbered k
    ), moved AS (
        UPDATE topic t SET last_at = now(), last_number = x.last, turn = 'agent', turn_since = CASE WHEN t.turn = 'agent' THEN t.turn_since ELSE now() END
        FROM (SELECT k.topic_id, max(k.new_number) AS last FROM numbered k GROUP BY k.topic_id) x WHERE t.id = x.topic_id
    ), told AS (
        INSERT INTO event (type, actor_kind, customer, topic, message, work, channel)
        SELECT 'message.created', 'customer', k.customer_id, k.topic_id, k.id, k.work_id, k.channel FROM numbered k ORDER BY k.new_number
    )
    SELECT k.n, k.id, k.new_number, k.customer_id, k.root_id, k.topic_id, k.work_id, true FROM numbered k;
    done := ARRAY(SELECT m.ord FROM unnest(p) WITH ORDINALITY AS m (j, ord) WHERE EXISTS (SELECT 1 FROM message x WHERE x.id = (m.j->>'id')::uuid));
    RETURN QUERY SELECT u.n::int, t.* FROM unnest(p) WITH ORDINALITY AS u (j, n), LATERAL take_message(u.j) t
        WHERE NOT u.n = ANY (done) ORDER BY u.n;
END
$$;

-- Everything of a group of deliveries: the files they name, their raw rows, messages, receipts, all other events (as `take_event` reads
-- them), and the end of those that had been stored before. One call is one transaction.
CREATE FUNCTION take_group(
    p_blobs bytea[], p_sizes bigint[],
    p_ids uuid[], p_channels uuid[], p_kinds text[], p_externals text[], p_headers jsonb[], p_bodies bytea[], p_raw bytea[], p_states text[],
    p_problems text[],
    p_messages jsonb[],
    p_receipt_channels uuid[], p_receipt_messages uuid[], p_receipt_externals text[], p_receipt_states text[], p_receipt_reasons text[],
    p_receipt_parts int[],
    p_events jsonb[],
    p_finished uuid[], p_finished_states text[], p_finished_problems text[]
) RETURNS TABLE (place int, message uuid, number bigint, customer uuid, root uuid, topic uuid, work uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    known uuid[];
BEGIN
    IF cardinality(p_blobs) > 0 THEN
        INSERT INTO blob (sha256, size) SELECT * FROM unnest(p_blobs, p_sizes) ON CONFLICT (sha256) DO UPDATE SET created_at = now();
    END IF;
    IF cardinality(p_ids) > 0 THEN
        WITH stored AS (
            INSERT INTO delivery (id, channel_id, kind, external_id, headers, body, blob, state, problem)
            SELECT * FROM unnest(p_ids, p_channels, p_kinds, p_externals, p_headers, p_bodies, p_raw, p_states, p_problems)
            ON CONFLICT (channel_id, kind, external_id) DO NOTHING RETURNING id)
        SELECT array_agg(given.id) INTO known FROM unnest(p_ids) AS given (id) WHERE given.id NOT IN (SELECT stored.id FROM stored);
        INSERT INTO event (type, channel, data)
            SELECT 'delivery.quarantined', g.channel, jsonb_build_object('delivery', g.id) FROM unnest(p_ids, p_channels, p_states) AS g (id, channel, state)
            WHERE g.state = 'quarantined' AND NOT g.id = ANY (COALESCE(known, '{}'));
    END IF;
    IF cardinality(p_messages) > 0 THEN
        IF known IS NOT NULL THEN  -- a copy's messages hang on the first delivery, not on one that was never stored
            p_messages := ARRAY(SELECT CASE WHEN (j->>'delivery')::uuid = ANY (known) THEN j || '{"delivery": null}' ELSE j END
                                FROM unnest(p_messages) WITH ORDINALITY AS given (j, n) ORDER BY n);
        END IF;
        RETURN QUERY SELECT * FROM take_messages(p_messages);
        IF EXISTS (SELECT 1 FROM parked_event) THEN
            PERFORM take_parked((j->>'channel')::uuid, j->>'external_id') FROM unnest(p_messages) AS given (j);
        END IF;
    END IF;
    IF cardinality(p_receipt_states) > 0 THEN
        PERFORM take_receipt(c, m, e, s, r, n)
            FROM unnest(p_receipt_channels, p_receipt_messages, p_receipt_externals, p_receipt_states, p_receipt_reasons, p_receipt_parts)
                AS given (c, m, e, s, r, n);
    END IF;
    IF cardinality(p_events) > 0 THEN  -- of a delivery that was taken in before, nothing happens twice
        PERFORM take_event(j) FROM unnest(p_events) WITH ORDINALITY AS given (j, n)
            WHERE NOT COALESCE((j->>'delivery')::uuid = ANY (known), false) ORDER BY n;
    END IF;
    IF cardinality(p_finished) > 0 THEN
        UPDATE delivery d SET state = f.state, problem = f.problem, attempts = d.attempts + 1
            FROM unnest(p_finished, p_finished_states, p_finished_problems) AS f (id, state, problem) WHERE d.id = f.id;
        INSERT INTO event (type, channel, data)
            SELECT 'delivery.quarantined', d.channel_id, jsonb_build_object('delivery', d.id) FROM delivery d
            JOIN unnest(p_finished, p_finished_states) AS f (id, state) ON f.id = d.id WHERE f.state = 'quarantined';
    END IF;
END
$$;

-- Messages are taken in: one at a time, or many deliveries in one statement, where what is simple is taken in as a set, what is not goes one
-- by one, and each sender's order is kept.

-- Whom a message came from, as it is kept with it; `native` is how the provider writes the address, where that differs; `to`:
-- which address of ours it was sent to, where a channel has several.
CREATE FUNCTION message_address(p jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('kind', p->'kind', 'value', p->'value', 'name', p->'name', 'native', p->'native', 'to', p->'to'))
$$;

-- The message of the family that the sender says this one answers: for showing only.
CREATE FUNCTION quoted_message(p_channel uuid, p_reply_to jsonb, p_root uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT m.id FROM jsonb_array_elements_text(p_reply_to) r JOIN message m ON m.id = find_message(p_channel, r)
            JOIN customer c ON c.id = m.customer_id WHERE c.root_id = p_root ORDER BY m.number DESC LIMIT 1);
END
$$;

-- The place of a picture in its album: that of its number at the provider's, in whatever order they come. Null when it has no number, or
-- belongs to none.
CREATE FUNCTION place_in_album(p jsonb) RETURNS int IMMUTABLE LANGUAGE sql AS $$
    SELECT 10 * substring(p->>'external_id' FROM '([0-9]{1,8})$')::int WHERE p->>'album' <> ''
$$;

-- A further picture of an album: its files join the message that holds the first ones. Null when this is the first.
CREATE FUNCTION take_album(p jsonb, p_identity uuid, p_root uuid)
RETURNS TABLE (message uuid, number bigint, customer uuid, root uuid, topic uuid, work uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    first message;
BEGIN
    SELECT m.* INTO first FROM message m WHERE m.channel_id = (p->>'channel')::uuid AND m.album = p->>'album' AND m.album <> ''
        AND m.identity_id = p_identity
        AND m.at > clock_timestamp() - interval '1 minute' AND m.deleted_at IS NULL ORDER BY m.number LIMIT 1;
    IF first.id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO message_alias (channel_id, external_id, message_id) VALUES (first.channel_id, p->>'external_id', first.id);
    PERFORM add_attachments(first.id, p->'attachments', 'visitor:' || (p->>'value'), place_in_album(p));
    UPDATE message m SET text = concat_ws(E'\n', NULLIF(m.text, ''), p->>'text') WHERE m.id = first.id AND p->>'text' <> '';
    PERFORM tell_changed(first.id, 'album');
    RETURN QUERY SELECT first.id, first.number, first.customer_id, p_root, first.topic_id, NULL::uuid, false;
END
$$;

-- The message of the same mail and sender that came to another mailbox of ours; null when there is none. Only mails have ids that are the
-- same everywhere, and that nobody can make another mail have.
CREATE FUNCTION mail_twin(p_channel uuid, p_external_id text, p_identity uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM channel c WHERE c.id = p_channel AND c.kind = 'mail') THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT m.id FROM channel o JOIN message m ON m.channel_id = o.id AND m.external_id = p_external_id
            WHERE o.kind = 'mail' AND o.id <> p_channel AND m.identity_id = p_identity LIMIT 1);
END
$$;

-- Takes in one message of a customer, exactly once: (channel, external id) that is known changes nothing and says so. A mail that came to
-- another mailbox of ours before is known too: its id here becomes one more name of that message.
CREATE FUNCTION take_message(p jsonb)
RETURNS TABLE (message uuid, number bigint, customer uuid, root uuid, topic uuid, work uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    sender record;
    place record;
    task record;
    quoted uuid;
    bar record;  -- what keeps the sender out
    held boolean := false;
BEGIN
    SELECT m.id, m.number, m.customer_id, c.root_id, m.topic_id, false INTO message, number, customer, root, topic, fresh
        FROM message m JOIN customer c ON c.id = m.customer_id WHERE m.id = find_message((p->>'channel')::uuid, p->>'external_id');
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT * INTO sender FROM take_sender(p);
    customer := sender.customer;
    IF jsonb_array_length(p->'proves') > 0 OR p->'claims' <> '{}' THEN
        PERFORM take_evidence(p->>'kind', customer, p->'proves', p->'claims');
        PERFORM accept_invitations((p->>'channel')::uuid, sender.identity, p->'proves');
    END IF;
    root := lock_root(customer);
    IF p ? 'former' THEN
        PERFORM leave_addresses(root, p->'former');
    END IF;
    message := mail_twin((p->>'channel')::uuid, p->>'external_id', sender.identity);
    IF message IS NOT NULL THEN
        INSERT INTO message_alias (channel_id, external_id, message_id) VALUES ((p->>'channel')::uuid, p->>'external_id', message);
        SELECT m.number, m.customer_id, m.topic_id, false INTO number, customer, topic, fresh FROM message m WHERE m.id = message;
        RETURN NEXT;
        RETURN;
    END IF;
    IF p->>'album' <> '' THEN
        RETURN QUERY SELECT * FROM take_album(p, sender.identity, root);
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    SELECT b.id, b.verdict INTO bar FROM barred_by(p->>'kind', p->>'value') b;
    IF bar.id IS NULL THEN
        SELECT * INTO place FROM take_topic(p, sender.identity, customer, (sender.answered).topic_id);
        topic := place.topic;
        held := count_pace(topic);
    ELSE
        topic := take_spam(p, sender.identity, customer, bar.id, bar.verdict);
        SELECT false AS opened, '{}'::jsonb AS link INTO place;
    END IF;
    message := (p->>'id')::uuid;
    number := nextval('message_number');
    fresh := true;
    quoted := (sender.answered).id;
    IF quoted IS NULL AND p ? 'reply_to' THEN
        quoted := quoted_message((p->>'channel')::uuid, p->'reply_to', root);
    END IF;
    INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, delivery_id, direction, author_kind, at, provider_at,
                         external_id, address, subject, text, html, state, reply_to, context, content, album)
        VALUES (message, number, customer, topic, (p->>'channel')::uuid, sender.identity, (p->>'delivery')::uuid, 'in', 'customer', clock_timestamp(),
                to_timestamp((p->>'provider_at')::float), p->>'external_id', message_address(p), p->>'subject', p->>'text',
                decode(p->>'html', 'hex'), 'received', quoted,
                (p->'context') || CASE WHEN place.opened THEN place.link ELSE '{}' END || CASE WHEN held THEN '{"held": "quota"}'::jsonb ELSE '{}' END, COALESCE(p->'content', '{}'), COALESCE(p->>'album', ''));
    UPDATE topic t SET last_at = now(), last_number = take_message.number, turn = CASE WHEN bar.id IS NULL THEN 'agent' ELSE t.turn END,
           turn_since = CASE WHEN t.turn = 'agent' OR bar.id IS NOT NULL THEN t.turn_since ELSE now() END WHERE t.id = take_message.topic;
    IF bar.id IS NULL AND NOT held THEN
        SELECT * INTO task FROM take_work(p, topic, customer, root);
        work := task.work;
    END IF;
    IF jsonb_array_length(p->'attachments') > 0 THEN
        PERFORM add_attachments(message, p->'attachments', 'visitor:' || (p->>'value'), place_in_album(p));
    END IF;
    INSERT INTO event (type, actor_kind, customer, topic, message, work, channel, data)
        VALUES ('message.created', 'customer', customer, topic, message, work, (p->>'channel')::uuid,
                CASE WHEN held THEN '{"held": "quota"}'::jsonb WHEN bar.id IS NULL THEN '{}' ELSE jsonb_build_object('held', bar.verdict) END);
    RETURN NEXT;
END
$$;

-- Whether all these addresses are the family's already: then a proof of them says nothing new.
CREATE FUNCTION all_proved(p_root uuid, p_proves jsonb) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT EXISTS (SELECT 1 FROM jsonb_array_elements(p_proves) q
        WHERE NOT EXISTS (SELECT 1 FROM identity i JOIN customer c ON c.id = i.customer_id
                          WHERE i.kind = q->>'kind' AND i.value = q->>'value' AND c.root_id = p_root));
END
$$;

-- Whether all this was said before.
CREATE FUNCTION all_claimed(p_customer uuid, p_claims jsonb) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT EXISTS (SELECT 1 FROM jsonb_each_text(p_claims) q WHERE q.value <> '' AND NOT EXISTS (
        SELECT 1 FROM claim s WHERE s.customer_id = p_customer AND s.kind = q.key AND s.value = left(q.value, 300)));
END
$$;

-- Messages of known senders whose matter is open and at work need no decisions: they are written together. All others (also of whoever is kept
-- out, or writes too much), and whatever follows one of them from the same sender, go through take_message. Results carry the place in the array.
CREATE FUNCTION take_messages(p jsonb[])
RETURNS TABLE (place int, message uuid, number bigint, customer uuid, root uuid, topic uuid, work uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    roots uuid[];
    done int[];
    bars boolean := EXISTS (SELECT 1 FROM block b WHERE b.ended_at IS NULL);
BEGIN
    roots := ARRAY(SELECT DISTINCT c.root_id FROM unnest(p) AS given (j)
                   JOIN identity i ON i.kind = j->>'kind' AND i.value = j->>'value' JOIN customer c ON c.id = i.customer_id);
    PERFORM 1 FROM customer c WHERE c.id = ANY (roots) ORDER BY c.id FOR NO KEY UPDATE;
    RETURN QUERY WITH given AS (
        SELECT u.n::int AS n, g.*,
               bool_and(g.answers = '[]' AND g.attachments = '[]' AND g.album IS NULL AND g.reply_to IS NULL AND g.former IS NULL)
                   OVER sender AS simple,
               row_number() OVER sender AS nth,
               row_number() OVER (PARTITION BY g.channel, g.external_id ORDER BY u.n) AS copy
        FROM unnest(p) WITH ORDINALITY AS u (j, n), jsonb_to_record(u.j) AS g (
            id uuid, channel uuid, delivery uuid, external_id text, kind text, value text, name text, subject text, text text, html text,
            provider_at float8, context jsonb, answers jsonb, proves jsonb, claims jsonb, attachments jsonb, album text, reply_to jsonb, content jsonb,
            former jsonb, native text, "to" text)
        WINDOW sender AS (PARTITION BY g.kind, g.value ORDER BY u.n)
    ), known AS MATERIALIZED (
        SELECT g.*, row_number() OVER (PARTITION BY g.kind, g.value ORDER BY g.n) AS taken, i.id AS identity, i.customer_id, c.root_id, t.id AS topic_id, w.id AS work_id, q.minutes
        FROM given g
        JOIN identity i ON i.kind = g.kind AND i.value = g.value
        JOIN customer c ON c.id = i.customer_id AND c.root_id = ANY (roots)
        JOIN LATERAL (SELECT t.id, t.pace_since, t.pace_count FROM topic t WHERE t.customer_id = i.customer_id AND t.channel_id = g.channel AND t.identity_id = i.id
                      AND t.state = 'open' ORDER BY t.last_number DESC LIMIT 1) t ON true
        JOIN work w ON w.topic_id = t.id AND w.state IN ('queued', 'offered', 'assigned', 'paused')
        JOIN channel ch ON ch.id = g.channel
        LEFT JOIN sender_quota q ON q.kind = ch.kind AND q.most > 0
        WHERE g.simple AND g.copy = 1 AND (NOT bars OR (barred_by(g.kind, g.value)).id IS NULL)
          AND (q.most IS NULL OR g.nth <= q.most - CASE WHEN t.pace_since > now() - make_interval(mins => q.minutes) THEN t.pace_count ELSE 0 END)
          AND NOT EXISTS (SELECT 1 FROM message m WHERE m.channel_id = g.channel AND m.external_id = g.external_id)
          AND (ch.kind <> 'mail' OR mail_twin(g.channel, g.external_id, i.id) IS NULL)
          AND (g.proves = '[]' OR all_proved(c.root_id, g.proves)) AND (g.claims = '{}' OR all_claimed(c.id, g.claims))
    ), numbered AS MATERIALIZED (
        SELECT k.*, nextval('message_number') AS new_number FROM (SELECT * FROM known WHERE nth = taken ORDER BY n) k  -- none overtakes its sender's earlier ones
    ), written AS (
        INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, delivery_id, direction, author_kind, at, provider_at,
                             external_id, address, subject, text, html, state, context, content)
        SELECT k.id, k.new_number, k.customer_id, k.topic_id, k.channel, k.identity, k.delivery, 'in', 'customer', clock_timestamp(),
               to_timestamp(k.provider_at), k.external_id, jsonb_strip_nulls(jsonb_build_object('kind', k.kind, 'value', k.value, 'name', k.name, 'native', k.native, 'to', k."to")),
               k.subject, k.text, decode(k.html, 'hex'), 'received', k.context, COALESCE(k.content, '{}')
        FROM numbered k
    ), moved AS (
        UPDATE topic t SET last_at = now(), last_number = x.last, turn = 'agent', turn_since = CASE WHEN t.turn = 'agent' THEN t.turn_since ELSE now() END,
            pace_count = x.count + CASE WHEN t.pace_since > now() - make_interval(mins => x.minutes) THEN t.pace_count ELSE 0 END,
            pace_since = CASE WHEN t.pace_since > now() - make_interval(mins => x.minutes) THEN t.pace_since ELSE now() END
        FROM (SELECT k.topic_id, k.minutes, max(k.new_number) AS last, count(*)::int FROM numbered k GROUP BY k.topic_id, k.minutes) x WHERE t.id = x.topic_id
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
    p_receipt_parts int[], p_receipt_recipients text[],
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
        PERFORM take_receipt(c, m, e, s, r, n, w)
            FROM unnest(p_receipt_channels, p_receipt_messages, p_receipt_externals, p_receipt_states, p_receipt_reasons, p_receipt_parts,
                        p_receipt_recipients) AS given (c, m, e, s, r, n, w);
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

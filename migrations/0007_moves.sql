-- The moves of a message: taken in, written by a colleague, sent, its fate learnt. Each is one call inside one short transaction.

-- States of what we sent only climb, in whatever order receipts come in.
CREATE FUNCTION message_rank(p_state text) RETURNS int IMMUTABLE LANGUAGE sql AS $$
    SELECT array_position(ARRAY['queued', 'sending', 'unknown', 'sent', 'failed', 'canceled', 'delivered', 'read'], p_state)
$$;

-- Whether the answer to a letter of ours shows that its sender is the person in the letter's topic. Not where a mail there was forged: whom it claims
-- to be from may well answer what we asked about it. What is one family already needs no showing.
CREATE FUNCTION is_evidence(p_letter message, p_customer uuid) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM customer a JOIN customer b ON b.root_id = a.root_id WHERE a.id = p_customer AND b.id = p_letter.customer_id)
        OR NOT EXISTS (SELECT 1 FROM message f WHERE f.topic_id = p_letter.topic_id AND f.context ? 'failed_authentication')
$$;

-- Finds the customer behind an address, or makes one. Evidence (an answer to a message that we sent to exactly this address) binds
-- a new address to the customer we wrote to, and joins the two families when the address was known as somebody else's. An address for which
-- only somebody else's word stands is proved by nothing.
CREATE FUNCTION take_sender(p jsonb, OUT identity uuid, OUT customer uuid, OUT answered message) LANGUAGE plpgsql AS $$
DECLARE
    made boolean := false;
BEGIN
    SELECT i.id, i.customer_id INTO identity, customer FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value';
    IF jsonb_array_length(p->'answers') > 0 THEN
        SELECT m.* INTO answered FROM message m
        WHERE m.id IN (SELECT a::uuid FROM jsonb_array_elements_text(p->'answers') a) AND m.direction = 'out' AND NOT m.context ? 'forward'
          AND m.address->>'kind' = p->>'kind' AND m.address->>'value' = p->>'value'
        ORDER BY m.number DESC LIMIT 1;
        IF NOT is_evidence(answered, customer) THEN
            answered := NULL;
        END IF;
    END IF;
    IF identity IS NULL THEN
        customer := COALESCE(answered.home_id, answered.customer_id);  -- that a colleague moved it proves nothing about the one who answers
        IF customer IS NULL THEN
            customer := uuidv7();
            INSERT INTO customer (id, root_id, name, locale) VALUES (customer, customer, p->>'name', COALESCE(p->>'language', ''));
            made := true;
        END IF;
        INSERT INTO identity (customer_id, kind, value, name, proved, evidence)
            VALUES (customer, p->>'kind', p->>'value', p->>'name', p->>'kind' NOT LIKE 'claimed\_%',
                    CASE WHEN p->>'kind' LIKE 'claimed\_%' THEN 'claimed' WHEN made THEN 'wrote' ELSE 'reply' END)
            ON CONFLICT (kind, value) DO NOTHING RETURNING id INTO identity;
        IF identity IS NULL THEN  -- somebody else made it in this very moment
            RAISE EXCEPTION 'try again' USING ERRCODE = '40001';
        END IF;
        INSERT INTO event (type, actor_kind, customer, data) VALUES
            (CASE WHEN made THEN 'customer.created' ELSE 'customer.identified' END, 'customer', customer, jsonb_build_object('identity', identity));
    ELSIF answered.id IS NOT NULL THEN
        PERFORM join_customers(customer, COALESCE(answered.home_id, answered.customer_id), 'reply', 'system', NULL);
        UPDATE identity i SET proved = true WHERE i.id = identity AND NOT i.proved;
    END IF;
END
$$;

-- Why a proof does not join two by itself, one word; null when it does. Two accounts of the shop are two people, whatever browser they share. And
-- where one number has one account, a number that stands with another account has probably gone to its next owner.
CREATE FUNCTION doubt(p_kind text, p_proof jsonb, p_customer uuid, p_owner uuid) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CASE
        WHEN p_proof->>'kind' = 'phone' THEN (
            SELECT 'recycled' FROM customer o JOIN customer f ON f.root_id = o.root_id JOIN identity i ON i.customer_id = f.id AND i.kind = p_kind
            WHERE o.id = p_owner AND p_kind IN ('whatsapp', 'telegram') AND o.root_id <> (SELECT c.root_id FROM customer c WHERE c.id = p_customer) LIMIT 1)
        WHEN p_proof->>'kind' <> 'whatsapp' THEN (
            SELECT 'other' FROM customer c JOIN customer f ON f.root_id = c.root_id JOIN identity i ON i.customer_id = f.id
            WHERE c.id = p_customer AND i.kind = p_proof->>'kind' AND i.evidence = 'signed' AND i.value <> p_proof->>'value' LIMIT 1)
        END
$$;

-- Addresses that a signed token, or the provider, proves to be the same person's, and what the sender merely says of himself. An address whose
-- owner never wrote and has no name goes to whoever proves it. A doubtful number is kept as a hint: it is suggested.
CREATE FUNCTION take_evidence(p_kind text, p_customer uuid, p_proves jsonb, p_claims jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    proof jsonb;
    owner uuid;
    why text;
BEGIN
    FOR proof IN SELECT * FROM jsonb_array_elements(p_proves) LOOP
        CONTINUE WHEN proof->>'kind' = 'invitation';  -- no address: see accept_invitations
        SELECT i.customer_id INTO owner FROM identity i WHERE i.kind = proof->>'kind' AND i.value = proof->>'value';
        why := doubt(p_kind, proof, p_customer, owner);
        IF why = 'recycled' THEN
            INSERT INTO claim (customer_id, kind, value) VALUES (p_customer, 'phone', proof->>'value') ON CONFLICT DO NOTHING;
        END IF;
        IF why IS NOT NULL THEN
            CONTINUE;
        ELSIF owner IS NULL THEN
            INSERT INTO identity (customer_id, kind, value, name, proved, evidence)
                VALUES (p_customer, proof->>'kind', proof->>'value', COALESCE(proof->>'name', ''), true, 'signed') ON CONFLICT (kind, value) DO NOTHING;
            INSERT INTO event (type, actor_kind, customer, data) VALUES ('customer.identified', 'customer', p_customer, '{"evidence": "signed"}');
        ELSIF EXISTS (SELECT 1 FROM customer c WHERE c.id = owner AND c.name = '') AND NOT EXISTS (SELECT 1 FROM message m WHERE m.customer_id = owner) THEN
            PERFORM join_customers(owner, p_customer, 'signed', 'system', NULL);
        ELSE
            PERFORM join_customers(p_customer, owner, 'signed', 'system', NULL);
        END IF;
        UPDATE customer c SET name = proof->>'name' WHERE c.id = p_customer AND c.name = '' AND proof->>'name' <> '';
    END LOOP;
    INSERT INTO claim (customer_id, kind, value)
        SELECT p_customer, key, left(value, 300) FROM jsonb_each_text(p_claims) WHERE value <> '' ON CONFLICT DO NOTHING;
    IF p_claims ? 'name' THEN
        UPDATE customer c SET name = left(p_claims->>'name', 200) WHERE c.id = p_customer AND c.name = '';
    END IF;
END
$$;

-- Addresses that are a family's no more: whoever writes from one of them from now on is somebody else. What was said there stays where it is.
CREATE FUNCTION leave_addresses(p_root uuid, p_former jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone identity;
    next_owner uuid;
BEGIN
    FOR gone IN SELECT i.* FROM jsonb_array_elements(p_former) f JOIN identity i ON i.kind = f->>'kind' AND i.value = f->>'value'
        JOIN customer c ON c.id = i.customer_id WHERE c.root_id = p_root
    LOOP
        next_owner := uuidv7();
        INSERT INTO customer (id, root_id) VALUES (next_owner, next_owner);
        UPDATE identity i SET customer_id = next_owner, name = '', proved = false, evidence = '' WHERE i.id = gone.id;
        DELETE FROM consent k WHERE k.identity_id = gone.id AND k.given;
        INSERT INTO event (type, customer, data) VALUES ('customer.created', next_owner, jsonb_build_object('identity', gone.id)),
            ('customer.changed', gone.customer_id, '{"fields": ["identities"]}');
    END LOOP;
END
$$;

-- A subject without what programs put before it: "Re:", "[list]".
CREATE FUNCTION bare_subject(p_subject text) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS $$
    SELECT btrim(regexp_replace(lower(regexp_replace(p_subject,
        '^(\s*(\[[^]]{1,40}\]|(re|fwd?|fw|rv|aw|wg|tr|sv|vs|antw|res|ref|rif|enc|odp|ynt)\s?(\[\d+\])?\s?:))+', '', 'i')), '\s+', ' ', 'g'))
$$;

-- Whether an answer to a matter that was closed before `p_recent` is about something else: an old mail was only used to write a new one.
CREATE FUNCTION is_new_matter(p jsonb, p_topic uuid, p_recent timestamptz) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT t.state = 'closed' AND t.closed_at <= p_recent AND bare_subject(p->>'subject') NOT IN ('', bare_subject(t.subject))
        AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(p->'answers') a JOIN message m ON m.id = a::uuid
                        WHERE m.topic_id = t.id AND bare_subject(m.subject) = bare_subject(p->>'subject'))
    FROM topic t WHERE t.id = p_topic
$$;

-- The family's matter that an answer without any id seems to go on with, by its subject: a suggestion for the agent.
CREATE FUNCTION resembling_topic(p_subject text, p_customer uuid) RETURNS uuid STABLE LANGUAGE sql AS $$
    SELECT t.id FROM customer c JOIN customer f ON f.root_id = c.root_id JOIN topic t ON t.customer_id = f.id
    WHERE c.id = p_customer AND lower(p_subject) ~ '^\s*(re|aw|sv|antw|res|rif|odp|ynt)\s?(\[\d+\])?\s?:' AND t.last_at > now() - interval '30 days'
      AND bare_subject(p_subject) IN (NULLIF(bare_subject(t.subject), ''), (
          SELECT bare_subject(m.subject) FROM message m WHERE m.topic_id = t.id AND m.subject <> '' ORDER BY m.number DESC LIMIT 1))
    ORDER BY t.last_number DESC LIMIT 1
$$;

-- The topic a message belongs to: the one it answers, if that is still the family's own, and was not closed long ago under another subject;
-- else the one of its address that is open, or was closed a short while ago (it reopens); else the one where its address wrote last; else that
-- of another address of the same person on this channel that the provider vouches for; else a new one. `link` says of a new one which matter it follows (it answers that one), or resembles (by subject alone).
CREATE FUNCTION take_topic(p jsonb, p_identity uuid, p_customer uuid, p_answered uuid, OUT topic uuid, OUT opened boolean, OUT link jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
    recent timestamptz := now() - make_interval(secs => (p->>'reopen_s')::float);
BEGIN
    opened := false;
    link := '{}';
    SELECT t.id, t.state INTO topic, found_state FROM topic t JOIN customer o ON o.id = t.customer_id
        JOIN customer c ON c.root_id = o.root_id WHERE t.id = p_answered AND c.id = p_customer;
    IF topic IS NOT NULL AND is_new_matter(p, topic, recent) THEN
        link := jsonb_build_object('follows', topic);
        topic := NULL;
    END IF;
    IF topic IS NULL THEN
        SELECT t.id, t.state INTO topic, found_state FROM topic t
        WHERE t.customer_id = p_customer AND t.channel_id = (p->>'channel')::uuid AND t.identity_id = p_identity
          AND (t.state = 'open' OR t.closed_at > recent) AND t.spam = ''
        ORDER BY t.state DESC, t.last_number DESC LIMIT 1;
    END IF;
    IF topic IS NULL THEN
        SELECT t.id, t.state INTO topic, found_state
        FROM (SELECT m.topic_id, m.channel_id FROM message m WHERE m.identity_id = p_identity ORDER BY m.number DESC LIMIT 1) last
            JOIN topic t ON t.id = last.topic_id AND (t.state = 'open' OR t.closed_at > recent) AND NOT t.aside AND t.spam = ''
            JOIN customer o ON o.id = t.customer_id JOIN customer c ON c.root_id = o.root_id AND c.id = p_customer
        WHERE last.channel_id = (p->>'channel')::uuid;
    END IF;
    IF topic IS NULL THEN
        SELECT t.id, t.state INTO topic, found_state FROM customer c JOIN customer f ON f.root_id = c.root_id
            JOIN topic t ON t.customer_id = f.id JOIN identity other ON other.id = t.identity_id JOIN identity own ON own.id = p_identity
        WHERE c.id = p_customer AND t.channel_id = (p->>'channel')::uuid AND (t.state = 'open' OR t.closed_at > recent) AND t.spam = ''
          AND ((f.id = p_customer AND 'signed' IN (own.evidence, other.evidence))
               OR p->'proves' @> jsonb_build_array(jsonb_build_object('kind', other.kind, 'value', other.value)))
        ORDER BY t.state DESC, t.last_number DESC LIMIT 1;
    END IF;
    IF topic IS NULL THEN
        IF link = '{}' AND p_answered IS NULL THEN
            link := jsonb_strip_nulls(jsonb_build_object('resembles', resembling_topic(p->>'subject', p_customer)));
        END IF;
        INSERT INTO topic (customer_id, identity_id, channel_id, queue_id, subject, session)
            VALUES (p_customer, p_identity, (p->>'channel')::uuid, (p->>'queue')::uuid, p->>'subject', p->>'session') RETURNING id INTO topic;
        opened := true;
        INSERT INTO event (type, actor_kind, customer, topic, channel) VALUES ('topic.opened', 'customer', p_customer, topic, (p->>'channel')::uuid);
    ELSIF found_state = 'closed' THEN
        UPDATE topic t SET state = 'open', closed_at = NULL WHERE t.id = topic;
        INSERT INTO event (type, actor_kind, customer, topic, channel) VALUES ('topic.reopened', 'customer', p_customer, topic, (p->>'channel')::uuid);
    END IF;
END
$$;

-- New work for a topic: it waits for whoever knows the customer first.
CREATE FUNCTION queue_topic(p_topic uuid, p_root uuid, p_channel uuid, p_queue uuid, p_lower int, p_actor_kind text DEFAULT 'customer', p_actor uuid DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made work;
BEGIN
    INSERT INTO work AS w (topic_id, customer_id, queue_id, channel_id, kind, priority, known_agent_id)
        SELECT t.id, t.customer_id, q.id, c.id, c.kind, q.priority - p_lower,
               COALESCE(t.agent_id, (SELECT b.agent_id FROM work b JOIN customer f ON f.id = b.customer_id
                                     WHERE f.root_id = p_root AND b.agent_id IS NOT NULL ORDER BY b.id DESC LIMIT 1))
        FROM topic t, channel c, queue q WHERE t.id = p_topic AND c.id = p_channel AND q.id = COALESCE(t.queue_id, p_queue)
        RETURNING w.* INTO made;
    INSERT INTO event (type, actor_kind, actor, customer, topic, work, queue, channel)
        VALUES ('work.queued', p_actor_kind, p_actor, made.customer_id, p_topic, made.id, made.queue_id, made.channel_id);
    RETURN made.id;
END
$$;

-- The work of a topic: the one that is open (a wrap-up goes back to talking), else a new one in the queue.
CREATE FUNCTION take_work(p jsonb, p_topic uuid, p_customer uuid, p_root uuid, OUT work uuid, OUT queued boolean) LANGUAGE plpgsql AS $$
DECLARE
    found work;
BEGIN
    queued := false;
    IF answer_aside(p_topic, (p->>'id')::uuid, (p->>'automatic')::boolean) THEN
        RETURN;
    END IF;
    SELECT w.* INTO found FROM work w WHERE w.topic_id = p_topic AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused') FOR NO KEY UPDATE;
    work := found.id;
    IF found.state = 'wrapping' THEN
        UPDATE work w SET state = 'assigned', wrap_until = NULL WHERE w.id = work;
        UPDATE assignment a SET wrapping_at = NULL WHERE a.work_id = work AND a.ended_at IS NULL;
        INSERT INTO event (type, actor_kind, customer, topic, work, agent, queue)
            VALUES ('work.resumed', 'customer', p_customer, p_topic, work, found.agent_id, found.queue_id);
    ELSIF work IS NULL AND NOT ((p->>'automatic')::boolean AND jsonb_array_length(p->'answers') > 0) THEN
        work := queue_topic(p_topic, p_root, (p->>'channel')::uuid, (p->>'queue')::uuid, (p->>'automatic')::boolean::int);
        queued := true;
    END IF;
END
$$;

-- The newest open topic of a family to write in: on this channel first, else on any; else the one that was closed on this channel a short
-- while ago; a new one when there is none.
CREATE FUNCTION topic_to_write(p_root uuid, p_customer uuid, p_channel uuid, p_address jsonb, p_subject text, p_reopen_s float DEFAULT 0, OUT topic uuid) LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.id INTO topic FROM topic t JOIN customer c ON c.id = t.customer_id
        WHERE c.root_id = p_root AND t.state = 'open' AND NOT t.aside ORDER BY (t.channel_id IS NOT DISTINCT FROM p_channel) DESC, t.last_number DESC LIMIT 1;
    IF topic IS NULL AND p_channel IS NOT NULL THEN
        SELECT t.id INTO topic FROM topic t JOIN customer c ON c.id = t.customer_id
            WHERE c.root_id = p_root AND t.channel_id = p_channel AND t.closed_at > now() - make_interval(secs => p_reopen_s) AND NOT t.aside AND t.spam = ''
            ORDER BY t.last_number DESC LIMIT 1;
    END IF;
    IF topic IS NULL AND p_channel IS NULL THEN  -- a note on a customer with nothing open goes to the last matter
        SELECT t.id INTO topic FROM topic t JOIN customer c ON c.id = t.customer_id WHERE c.root_id = p_root AND NOT t.aside ORDER BY t.last_number DESC LIMIT 1;
    END IF;
    IF topic IS NULL THEN
        topic := open_topic(p_customer, p_channel, p_address, p_subject);
    END IF;
END
$$;

-- Writes a colleague's reply or note. Without a customer it goes to whoever has the address; `opens`: a matter of its own; `aside`: the first words
-- of a side conversation about that topic; in the context `forward`:
-- to somebody else, with a message of this customer's below. The same id and body again changes nothing; the same id with another body raises HL409.
CREATE FUNCTION write_message(p jsonb) RETURNS TABLE (message uuid, number bigint, customer uuid, root uuid, topic uuid, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE
    known message;
    owner uuid;
    claimed int;
    forward CONSTANT uuid := p->'context'->'forward'->>'message';
BEGIN
    root := lock_root(COALESCE((p->>'customer')::uuid, take_addressee(p->'address', (p->>'author')::uuid)));
    SELECT m.* INTO known FROM message m WHERE m.id = (p->>'id')::uuid;
    IF known.id IS NOT NULL THEN
        IF known.body_hash IS DISTINCT FROM decode(p->>'body_hash', 'hex') THEN
            RAISE EXCEPTION 'message % was written with another body', known.id USING ERRCODE = 'HL409';
        END IF;
        RETURN QUERY SELECT known.id, known.number, known.customer_id, write_message.root, known.topic_id, false;
        RETURN;
    END IF;
    SELECT i.customer_id INTO owner FROM identity i JOIN customer c ON c.id = i.customer_id
        WHERE i.kind = p->'address'->>'kind' AND i.value = p->'address'->>'value' AND c.root_id = write_message.root;
    IF p ? 'aside' THEN
        topic := open_aside(p, COALESCE(owner, root));
    ELSIF p ? 'opens' THEN
        topic := open_topic(COALESCE(owner, root), (p->>'channel')::uuid, p->'address', p->>'subject');
    ELSIF p->>'topic' IS NULL THEN
        topic := topic_to_write(root, COALESCE(owner, root), (p->>'channel')::uuid, p->'address', p->>'subject',
                                COALESCE((p->>'reopen_s')::float, 0));
    ELSE
        SELECT t.id INTO topic FROM topic t JOIN customer c ON c.id = t.customer_id WHERE t.id = (p->>'topic')::uuid AND c.root_id = write_message.root;
        IF topic IS NULL THEN
            RAISE EXCEPTION 'no topic % with this customer', p->>'topic' USING ERRCODE = 'HL404';
        END IF;
    END IF;
    message := (p->>'id')::uuid;
    number := nextval('message_number');
    customer := COALESCE(owner, (SELECT t.customer_id FROM topic t WHERE t.id = write_message.topic));
    fresh := true;
    INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, author_id, at, address, subject, text, html,
                         state, reply_to, send_at, context, body_hash)
        VALUES (message, number, customer, topic, (p->>'channel')::uuid,
                (SELECT i.id FROM identity i WHERE i.kind = p->'address'->>'kind' AND i.value = p->'address'->>'value' AND forward IS NULL),
                p->>'direction', p->>'author_kind', (p->>'author')::uuid, clock_timestamp(), NULLIF(p->'address', 'null'), p->>'subject', p->>'text',
                decode(p->>'html', 'hex'), CASE WHEN p->>'direction' = 'out' THEN 'queued' ELSE 'saved' END, (p->>'reply_to')::uuid,
                (p->>'send_at')::timestamptz, p->'context', decode(p->>'body_hash', 'hex'));
    INSERT INTO mention (agent_id, number, message_id)
        SELECT a::uuid, write_message.number, write_message.message FROM jsonb_array_elements_text(COALESCE(p->'context'->'mentions', '[]')) a
        WHERE a IS DISTINCT FROM p->>'author' ON CONFLICT DO NOTHING;
    UPDATE attachment a SET message_id = write_message.message, position = x.n, inline = COALESCE(p->'inline' ? x.id, false),
                            content_id = CASE WHEN p->'inline' ? x.id THEN x.id ELSE '' END
        FROM jsonb_array_elements_text(p->'attachments') WITH ORDINALITY AS x(id, n)
        WHERE a.id = x.id::uuid AND a.message_id IS NULL AND a.uploader = p->>'uploader';
    GET DIAGNOSTICS claimed = ROW_COUNT;
    IF claimed <> jsonb_array_length(p->'attachments') THEN
        RAISE EXCEPTION 'an attachment does not exist, is not yours, or is used already' USING ERRCODE = 'HL422';
    END IF;
    IF (p->'context'->'forward'->>'files')::boolean THEN
        PERFORM pass_files_on(forward, message);
    END IF;
    IF p->>'direction' = 'out' THEN
        INSERT INTO outbox (message_id, channel_id, line, number, request, next_at)
            VALUES (message, (p->>'channel')::uuid, topic || ' ' || (p->'address'->>'value'), number, p->'request',
                    COALESCE((p->>'send_at')::timestamptz, now() + make_interval(secs => (p->>'undo_s')::float)));
    END IF;
    IF p->>'direction' = 'out' AND forward IS NULL THEN
        UPDATE topic t SET last_at = now(), last_number = write_message.number, turn = 'customer', turn_since = now() WHERE t.id = write_message.topic;
        PERFORM take_charge(topic, (p->>'channel')::uuid, (p->>'author')::uuid);
    END IF;
    PERFORM go_on_aside(topic, message, (p->>'author')::uuid);
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel)
        VALUES ('message.created', p->>'author_kind', (p->>'author')::uuid, customer, topic, message, (p->>'channel')::uuid);
    RETURN NEXT;
END
$$;

-- Lets a message's state climb, and tells; nothing happens when it stands as high already. Of a message in parts, those climb that left.
CREATE FUNCTION raise_message(p_message uuid, p_state text, p_error jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    IF p_state IN ('sent', 'delivered', 'read') THEN
        UPDATE message_part p SET state = p_state, error = NULL
            WHERE p.message_id = p_message AND p.state NOT IN ('queued', 'sending') AND message_rank(p.state) < message_rank(p_state);
        IF FOUND THEN
            RETURN follow_parts(p_message);
        END IF;
    END IF;
    UPDATE message m SET state = p_state, state_at = now(),
           error = COALESCE(p_error, CASE WHEN m.error->>'code' IN ('partly_refused', 'partly_waiting') THEN m.error END)  -- whom it did not reach stays so
        WHERE m.id = p_message AND m.direction = 'out' AND message_rank(m.state) < message_rank(p_state)
        RETURNING m.customer_id, m.topic_id, m.channel_id INTO owner;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO event (type, customer, topic, message, channel, data)
        VALUES ('message.changed', owner.customer_id, owner.topic_id, p_message, owner.channel_id, jsonb_build_object('state', p_state));
    RETURN true;
END
$$;

-- The visitor's screen has these messages, or the visitor has read them.
CREATE FUNCTION visitor_reached(p_identity uuid, p_number bigint, p_state text) RETURNS void LANGUAGE sql AS $$
    SELECT raise_message(m.id, p_state, NULL) FROM message m
    WHERE m.identity_id = p_identity AND m.direction = 'out' AND m.number <= p_number
      AND m.number > p_number - 10000 AND message_rank(m.state) < message_rank(p_state)
$$;

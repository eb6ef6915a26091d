-- What arrives beside plain messages: reactions, edits, deletions, echoes, consent, files that are still with the provider.

ALTER TABLE message
    ADD COLUMN content    jsonb NOT NULL DEFAULT '{}',  -- what is not text: location, contacts, choice (the button that was pressed)
    ADD COLUMN album      text NOT NULL DEFAULT '',     -- the provider's id of the album that it holds
    ADD COLUMN edited_at  timestamptz,
    ADD COLUMN deleted_at timestamptz;
-- What an address wrote last on a channel, and what of ours has not been read there yet: both are asked often, and an address may have many
-- thousands of either.
CREATE INDEX message_heard ON message (identity_id, channel_id, number) WHERE direction = 'in';
CREATE INDEX message_unread ON message (identity_id, channel_id) WHERE direction = 'out' AND state IN ('sent', 'delivered');
CREATE INDEX message_album ON message (channel_id, album) WHERE album <> '';

-- Other ids of the provider's for a message: the pictures of an album, the parts in which one of ours left.
CREATE TABLE message_alias (
    channel_id  uuid NOT NULL,
    external_id text NOT NULL,
    message_id  uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    part        int NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, external_id)
);
CREATE INDEX message_alias_message ON message_alias (message_id, part);

-- The sign that somebody put on a message: the last one holds, an empty one was taken away (and stays, against older ones that come late).
CREATE TABLE reaction (
    message_id  uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    author_kind text NOT NULL CHECK (author_kind IN ('human', 'bot', 'system', 'customer')),
    author      uuid NOT NULL,                          -- an agent, or the customer's identity
    emoji       text NOT NULL CHECK (length(emoji) <= 64),
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, author_kind, author)
);

-- What a message said before it was edited or taken back, and since when.
CREATE TABLE message_version (
    message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    text       text NOT NULL,
    html       bytea REFERENCES blob,
    PRIMARY KEY (message_id, at)
);
CREATE INDEX message_version_html ON message_version (html) WHERE html IS NOT NULL;

-- Whether somebody wants to hear from a channel. No row: nobody said anything.
CREATE TABLE consent (
    identity_id uuid NOT NULL REFERENCES identity ON DELETE CASCADE,
    channel_id  uuid NOT NULL,
    given       boolean NOT NULL,
    reason      text NOT NULL,                          -- stop_word, start_word, blocked, unblocked, provider; what a colleague wrote down: in_person,
                                                        -- by_phone, in_writing, online, and taken_back
    text        text NOT NULL DEFAULT '',               -- the word that was written
    at          timestamptz NOT NULL DEFAULT now(),
    agent_id    uuid REFERENCES agent,                  -- who wrote it down; NULL: the customer, or the provider, said it to us
    PRIMARY KEY (identity_id, channel_id)
);

-- What happened to messages that are not known yet: applied when they come, let go when they never do.
CREATE TABLE parked_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id  uuid NOT NULL,
    external_id text NOT NULL,                          -- of the message
    what        text NOT NULL CHECK (what IN ('reaction', 'edit', 'delete', 'echo', 'watermark')),
    event       jsonb NOT NULL,                         -- as take_event reads it
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parked_event_message ON parked_event (channel_id, external_id);
CREATE INDEX parked_event_at ON parked_event (at);
CREATE INDEX parked_receipt_at ON parked_receipt (at);

-- A file may still be with the provider, or be lost there.
ALTER TABLE attachment
    ALTER COLUMN blob DROP NOT NULL,
    ADD COLUMN kind     text NOT NULL DEFAULT 'file' CHECK (kind IN ('file', 'image', 'audio', 'voice', 'video', 'sticker')),
    ADD COLUMN state    text NOT NULL DEFAULT 'here' CHECK (state IN ('here', 'waiting', 'failed')),
    ADD COLUMN source   jsonb,                          -- {channel, name, content_type, url, reference, size}: what it takes to fetch it
    ADD COLUMN attempts int NOT NULL DEFAULT 0,
    ADD COLUMN next_at  timestamptz,                    -- when it is tried again
    ADD COLUMN problem  text NOT NULL DEFAULT '',       -- why it failed, one word
    ADD CONSTRAINT attachment_here CHECK ((state = 'here') = (blob IS NOT NULL)),
    ADD CONSTRAINT attachment_source CHECK (state = 'here' OR source IS NOT NULL);
CREATE INDEX attachment_waiting ON attachment ((source->>'channel'), next_at) WHERE state = 'waiting';

ALTER TABLE channel_state ADD COLUMN swept_at timestamptz;  -- up to when the provider's history was looked through

-- The message that the provider calls so, on this channel.
CREATE FUNCTION find_message(p_channel uuid, p_external_id text) RETURNS uuid STABLE LANGUAGE sql AS $$
    SELECT m.id FROM message m WHERE m.channel_id = p_channel AND m.external_id = p_external_id
    UNION ALL SELECT a.message_id FROM message_alias a WHERE a.channel_id = p_channel AND a.external_id = p_external_id LIMIT 1
$$;

-- Says that a message is not what it was; `p_what` is a word: reaction, edit, delete, album, file.
CREATE FUNCTION tell_changed(p_message uuid, p_what text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (type, actor_kind, customer, topic, message, channel, data)
    SELECT 'message.changed', CASE WHEN p_what = 'file' OR (m.direction = 'out' AND p_what <> 'reaction') THEN 'system' ELSE 'customer' END,
           m.customer_id, m.topic_id, m.id, m.channel_id, jsonb_build_object('what', p_what)
    FROM message m WHERE m.id = p_message
$$;

-- A customer's sign on a message, theirs or ours: the newest holds. The same once more is told to nobody, and still newer than what comes late.
CREATE FUNCTION take_reaction(p jsonb, p_message uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    was text;
BEGIN
    SELECT COALESCE((SELECT i.id FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value'), m.identity_id) INTO owner
        FROM message m WHERE m.id = p_message;
    IF owner IS NULL THEN
        RETURN;
    END IF;
    SELECT r.emoji INTO was FROM reaction r WHERE r.message_id = p_message AND r.author_kind = 'customer' AND r.author = owner FOR UPDATE;
    INSERT INTO reaction AS r (message_id, author_kind, author, emoji, at) VALUES (p_message, 'customer', owner, p->>'emoji', p_at)
        ON CONFLICT (message_id, author_kind, author) DO UPDATE SET emoji = EXCLUDED.emoji, at = EXCLUDED.at
        WHERE r.at <= EXCLUDED.at;
    IF FOUND AND was IS DISTINCT FROM p->>'emoji' THEN
        PERFORM tell_changed(p_message, 'reaction');
    END IF;
END
$$;

-- A message was changed or taken back where it was written: by the customer, or one of ours in the provider's own app. What it said is kept
-- as a version; the newest holds, of several in one second the one that came last, and nothing comes after a deletion. Only in the sender's own family, whatever the delivery says; what a
-- colleague wrote here is changed here.
CREATE FUNCTION take_edit(p jsonb, p_message uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was message;
    as_one CONSTANT interval := '1 millisecond';  -- no provider tells moments apart that are closer
BEGIN
    SELECT m.* INTO was FROM message m JOIN customer o ON o.id = COALESCE(m.home_id, m.customer_id)
        JOIN customer c ON c.root_id = o.root_id JOIN identity i ON i.customer_id = c.id
        WHERE m.id = p_message AND i.kind = p->>'kind' AND i.value = p->>'value'
          AND (m.direction = 'in' OR m.context ? 'echo' OR p->>'what' = 'delete') FOR NO KEY UPDATE OF m;
    IF was.id IS NULL THEN
        RETURN;
    ELSIF p->>'what' = 'delete' AND was.deleted_at IS NULL THEN
        INSERT INTO message_version (message_id, at, text, html)
            VALUES (was.id, COALESCE(was.edited_at, was.provider_at, was.at), was.text, was.html) ON CONFLICT DO NOTHING;
        UPDATE message m SET text = '', html = NULL, content = '{}', deleted_at = p_at WHERE m.id = was.id;
        PERFORM tell_changed(was.id, 'delete');
    ELSIF p->>'what' = 'edit' AND was.deleted_at IS NULL AND (was.edited_at IS NULL OR was.edited_at < p_at + as_one) THEN
        IF was.text = p->>'text' AND abs(EXTRACT(epoch FROM was.edited_at - p_at)) < EXTRACT(epoch FROM as_one) THEN
            RETURN;  -- this one, once more
        END IF;
        INSERT INTO message_version (message_id, at, text, html)
            VALUES (was.id, COALESCE(was.edited_at, was.provider_at, was.at), was.text, was.html) ON CONFLICT DO NOTHING;
        UPDATE message m SET text = p->>'text', html = NULL, edited_at = GREATEST(p_at, was.edited_at + interval '1 microsecond') WHERE m.id = was.id;
        PERFORM tell_changed(was.id, 'edit');
    ELSIF p->>'what' = 'edit' AND was.edited_at IS DISTINCT FROM p_at THEN
        INSERT INTO message_version (message_id, at, text) VALUES (was.id, p_at, p->>'text') ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- Whether the customer wants to hear from this channel; the newest word holds, and the same word once more is told to nobody. What a colleague
-- wrote down gives way to a no, however long that was on its way. Whoever never wrote cannot be written to either.
CREATE FUNCTION take_consent(p jsonb, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was consent;
    said consent;
BEGIN
    SELECT c.* INTO was FROM consent c JOIN identity i ON i.id = c.identity_id
        WHERE i.kind = p->>'kind' AND i.value = p->>'value' AND c.channel_id = (p->>'channel')::uuid FOR UPDATE OF c;
    INSERT INTO consent AS c (identity_id, channel_id, given, reason, text, at)
        SELECT i.id, (p->>'channel')::uuid, (p->>'given')::boolean, p->>'reason', p->>'text', p_at
        FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value'
        ON CONFLICT (identity_id, channel_id) DO UPDATE
            SET given = EXCLUDED.given, reason = EXCLUDED.reason, text = EXCLUDED.text, at = EXCLUDED.at, agent_id = NULL
            WHERE c.at <= EXCLUDED.at OR (c.agent_id IS NOT NULL AND NOT EXCLUDED.given)
        RETURNING * INTO said;
    IF said.identity_id IS NOT NULL AND (was.given, was.reason) IS DISTINCT FROM (said.given, said.reason) THEN
        INSERT INTO event (type, actor_kind, customer, channel, data)
            SELECT CASE WHEN said.given THEN 'consent.given' ELSE 'consent.withdrawn' END, 'customer', i.customer_id, said.channel_id,
                   jsonb_build_object('identity', said.identity_id, 'reason', said.reason)
            FROM identity i WHERE i.id = said.identity_id;
    END IF;
END
$$;

-- What a provider says of somebody who is known: a name where none is kept, a language, hints. Makes no customer.
CREATE FUNCTION take_profile(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known identity;
    changed boolean;
BEGIN
    SELECT i.* INTO known FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value';
    IF known.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE identity i SET name = p->>'name' WHERE i.id = known.id AND p->>'name' <> '' AND i.name <> p->>'name';
    changed := FOUND;
    UPDATE customer c SET name = CASE WHEN c.name IN ('', known.name) AND p->>'name' <> '' THEN p->>'name' ELSE c.name END,
                          locale = CASE WHEN c.locale = '' THEN p->>'language' ELSE c.locale END
        WHERE c.id = known.customer_id AND ((c.name IN ('', known.name) AND p->>'name' NOT IN ('', c.name)) OR (c.locale = '' AND p->>'language' <> ''));
    changed := changed OR FOUND;
    INSERT INTO claim (customer_id, kind, value)
        SELECT known.customer_id, key, left(value, 300) FROM jsonb_each_text(p->'claims') WHERE value <> '' ON CONFLICT DO NOTHING;
    IF changed OR FOUND THEN
        INSERT INTO event (type, actor_kind, customer, channel, data)
            VALUES ('customer.changed', 'customer', known.customer_id, (p->>'channel')::uuid, '{"fields": ["name"]}');
    END IF;
END
$$;

-- A message of ours that was written in the provider's own app. One that we know by our id or the provider's is no new message: it, or the
-- part of it that came back, was sent, and is called so. While
-- something is being sent to the same address, the echo may be of that: it waits until the provider's answer says so, or not.
CREATE FUNCTION take_echo(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    channel uuid := (p->>'channel')::uuid;
    known uuid := find_message(channel, p->>'external_id');
    lost uuid;
    place int := COALESCE((p->>'part')::int, 0);
BEGIN
    IF known IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT m.id INTO lost FROM message m WHERE m.id = (p->>'message')::uuid AND m.channel_id = channel AND m.direction = 'out';
    IF lost IS NULL THEN  -- nobody knows whether it was sent: the same words to the same address show that it was
        SELECT m.id, COALESCE(q.part, 0) INTO lost, place FROM message m JOIN identity i ON i.id = m.identity_id
            LEFT JOIN message_part q ON q.message_id = m.id AND q.state = 'unknown'
            WHERE i.kind = p->>'kind' AND i.value = p->>'value' AND m.channel_id = channel AND m.direction = 'out' AND m.state = 'unknown'
              AND COALESCE(q.content->>'text', m.text) = p->>'text' AND m.at > now() - interval '1 day' ORDER BY m.number LIMIT 1;
    END IF;
    IF lost IS NOT NULL THEN
        PERFORM take_receipt(channel, lost, p->>'external_id', 'sent', '', place);
        PERFORM take_parked(channel, p->>'external_id');
    ELSIF NOT (p ? 'late') AND EXISTS (SELECT 1 FROM outbox o JOIN message m ON m.id = o.message_id
            WHERE o.channel_id = channel AND o.state = 'sending' AND m.address->>'kind' = p->>'kind' AND m.address->>'value' = p->>'value') THEN
        INSERT INTO parked_event (channel_id, external_id, what, event) VALUES (channel, p->>'external_id', 'echo', p);
    ELSE
        PERFORM write_echo(p);
    END IF;
END
$$;

-- Writes an echo into the thread of the address it went to; the turn is the customer's, and work that waits goes on waiting.
CREATE FUNCTION write_echo(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    channel uuid := (p->>'channel')::uuid;
    owner uuid;
    identity uuid;
    topic uuid;
    number bigint;
    address jsonb := jsonb_build_object('kind', p->>'kind', 'value', p->>'value', 'name', p->>'name');
BEGIN
    SELECT i.id, i.customer_id INTO identity, owner FROM identity i WHERE i.kind = p->>'kind' AND i.value = p->>'value';
    IF identity IS NULL THEN
        owner := uuidv7();
        INSERT INTO customer (id, root_id, name) VALUES (owner, owner, p->>'name');
        INSERT INTO identity (customer_id, kind, value, name, proved, evidence) VALUES (owner, p->>'kind', p->>'value', p->>'name', true, 'echo')
            RETURNING id INTO identity;
        INSERT INTO event (type, customer, data) VALUES ('customer.created', owner, jsonb_build_object('identity', identity));
    END IF;
    topic := topic_to_write(lock_root(owner), owner, channel, address, '');
    number := nextval('message_number');
    INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, delivery_id, direction, author_kind, at, provider_at,
                         external_id, address, text, state, context)
        VALUES ((p->>'id')::uuid, number, owner, topic, channel, identity, (p->>'delivery')::uuid, 'out', 'human', clock_timestamp(),
                to_timestamp((p->>'at')::float), p->>'external_id', address, p->>'text', 'sent', jsonb_build_object('echo', true, 'author', p->>'author'));
    PERFORM add_attachments((p->>'id')::uuid, p->'attachments', '');
    UPDATE topic t SET last_at = now(), last_number = number, turn = 'customer', turn_since = now() WHERE t.id = topic;
    INSERT INTO event (type, actor_kind, customer, topic, message, channel)
        VALUES ('message.created', 'human', owner, topic, (p->>'id')::uuid, channel);
    WITH early AS (DELETE FROM parked_receipt r WHERE r.channel_id = channel AND r.external_id = p->>'external_id' RETURNING r.*)
    SELECT count(take_receipt(e.channel_id, NULL, e.external_id, e.state, e.reason)) INTO number FROM early e;
    PERFORM take_parked(channel, p->>'external_id');
END
$$;

-- The files of a message, behind those that it has: bytes that are here, files that are still with the provider, and what the sender
-- uploaded before (`p_uploader`; nobody else's). `p_behind`: the place behind which they stand instead.
CREATE FUNCTION add_attachments(p_message uuid, p_attachments jsonb, p_uploader text, p_behind int DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last int := COALESCE(p_behind, (SELECT max(a.position) FROM attachment a WHERE a.message_id = p_message), 0);
BEGIN
    INSERT INTO attachment (id, message_id, position, name, content_type, size, blob, content_id, inline, kind, state, source, next_at)
        SELECT (a->>'id')::uuid, p_message, last + n, a->>'name', a->>'content_type', (a->>'size')::bigint, decode(a->>'blob', 'hex'),
               a->>'content_id', a->>'content_id' <> '', COALESCE(a->>'kind', 'file'), CASE WHEN a ? 'source' THEN 'waiting' ELSE 'here' END,
               a->'source', CASE WHEN a ? 'source' THEN now() END
        FROM jsonb_array_elements(p_attachments) WITH ORDINALITY AS x (a, n) WHERE a->>'upload' IS NULL;
    UPDATE attachment u SET message_id = p_message, position = last + n
        FROM jsonb_array_elements(p_attachments) WITH ORDINALITY AS x (a, n)
        WHERE u.id = (a->>'upload')::uuid AND u.message_id IS NULL AND u.uploader = p_uploader;
END
$$;

-- Everything that arrives and is neither a message nor the receipt of one: applied, or parked until its message is known.
CREATE FUNCTION take_event(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target uuid;
    moment timestamptz := COALESCE(to_timestamp((p->>'at')::float), clock_timestamp());
BEGIN
    CASE p->>'what'
        WHEN 'consent' THEN PERFORM take_consent(p, moment);
        WHEN 'profile' THEN PERFORM take_profile(p);
        WHEN 'watermark' THEN PERFORM take_watermark(p);
        WHEN 'echo' THEN PERFORM take_echo(p);
        ELSE
            target := find_message((p->>'channel')::uuid, p->>'target');
            IF target IS NULL THEN
                INSERT INTO parked_event (channel_id, external_id, what, event)
                    VALUES ((p->>'channel')::uuid, p->>'target', p->>'what', p || jsonb_build_object('at', EXTRACT(epoch FROM moment)));
            ELSIF p->>'what' = 'reaction' THEN
                PERFORM take_reaction(p, target, moment);
            ELSE
                PERFORM take_edit(p, target, moment);
            END IF;
    END CASE;
END
$$;

-- A message got its place, or its name at the provider's: what was parked for it is applied in the order in which it came. An echo of it
-- was ours.
CREATE FUNCTION take_parked(p_channel uuid, p_external_id text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parked parked_event;
BEGIN
    FOR parked IN
        WITH gone AS (DELETE FROM parked_event e WHERE e.channel_id = p_channel AND e.external_id = p_external_id RETURNING e.*)
        SELECT * FROM gone ORDER BY id
    LOOP
        PERFORM take_event(parked.event);
    END LOOP;
END
$$;

-- Once in a while: an echo that is nobody's after a minute is a message of its own, a watermark is heard again; what met its message in the
-- same moment is applied; what never found one is let go after a week, or when there is too much of it.
CREATE FUNCTION sweep_parked(p_at_most int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    late parked_event;
BEGIN
    FOR late IN
        DELETE FROM parked_event e WHERE e.what IN ('echo', 'watermark') AND e.at < now() - interval '1 minute' RETURNING e.*
    LOOP
        PERFORM take_event(late.event || '{"late": true}');
    END LOOP;
    PERFORM take_parked(e.channel_id, e.external_id)
        FROM (SELECT DISTINCT channel_id, external_id FROM parked_event WHERE what NOT IN ('echo', 'watermark')) e
        WHERE find_message(e.channel_id, e.external_id) IS NOT NULL;
    DELETE FROM parked_event e WHERE e.at < now() - interval '7 days'
        OR e.id IN (SELECT p.id FROM (SELECT id, row_number() OVER (PARTITION BY channel_id ORDER BY id DESC) AS n FROM parked_event) p
                    WHERE p.n > p_at_most);
    DELETE FROM parked_receipt r WHERE r.at < now() - interval '7 days'
        OR (r.channel_id, r.external_id, r.state) IN (
            SELECT p.channel_id, p.external_id, p.state
            FROM (SELECT q.*, row_number() OVER (PARTITION BY q.channel_id ORDER BY q.at DESC, q.external_id) AS n FROM parked_receipt q) p
            WHERE p.n > p_at_most);
END
$$;

-- A file came from the provider, or never will; says whether it was still waited for. Under the channel's lease.
CREATE FUNCTION settle_attachment(p_attachment uuid, p_token bigint, p_blob bytea, p_size bigint, p_type text, p_problem text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    owner attachment;
BEGIN
    PERFORM require_lease('channel:' || (SELECT a.source->>'channel' FROM attachment a WHERE a.id = p_attachment), p_token);
    IF p_blob IS NOT NULL THEN
        PERFORM name_blob(p_blob, p_size);
    END IF;
    UPDATE attachment a SET state = CASE WHEN p_blob IS NULL THEN 'failed' ELSE 'here' END, blob = p_blob, size = COALESCE(p_size, a.size),
           content_type = COALESCE(p_type, a.content_type), problem = p_problem, next_at = NULL
        WHERE a.id = p_attachment AND a.state = 'waiting' RETURNING a.* INTO owner;
    IF owner.id IS NOT NULL THEN
        PERFORM tell_changed(owner.message_id, 'file');
    END IF;
    RETURN owner.id IS NOT NULL;
END
$$;

-- A colleague asks for a file that failed once more. False when it stands otherwise.
CREATE FUNCTION fetch_again(p_attachment uuid, p_agent uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    again attachment;
BEGIN
    UPDATE attachment a SET state = 'waiting', attempts = 0, problem = '', next_at = now()
        WHERE a.id = p_attachment AND a.state = 'failed' RETURNING a.* INTO again;
    IF again.id IS NOT NULL THEN
        INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
            SELECT 'message.changed', 'human', p_agent, m.customer_id, m.topic_id, m.id, m.channel_id, '{"what": "file"}'
            FROM message m WHERE m.id = again.message_id;
    END IF;
    RETURN again.id IS NOT NULL;
END
$$;

-- Of the given files, forgets those that nothing refers to any more; returns all that no row names: their bytes may go.
CREATE OR REPLACE FUNCTION forget_blobs(p_names bytea[], p_grace interval) RETURNS bytea[] LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM attachment a WHERE a.blob = ANY (p_names) AND a.message_id IS NULL AND a.created_at <= now() - p_grace;
    DELETE FROM blob b WHERE b.sha256 = ANY (p_names) AND b.created_at <= now() - p_grace
        AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.blob = b.sha256)
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.html = b.sha256)
        AND NOT EXISTS (SELECT 1 FROM message_version v WHERE v.html = b.sha256)
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.blob = b.sha256);
    RETURN ARRAY(SELECT n FROM unnest(p_names) n WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = n));
END
$$;

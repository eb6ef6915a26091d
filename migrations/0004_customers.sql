-- The record of a customer. Customers are never merged: a join links one under another, and undoing it removes the link.

-- A name as it is searched: without accents and case, its words after single spaces. The schema is named because a restore computes it
-- with an empty search path.
CREATE FUNCTION search_key(p_text text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT ' ' || btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, p_text)), '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE TABLE customer (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    parent_id   uuid REFERENCES customer,
    root_id     uuid NOT NULL REFERENCES customer,   -- itself, or the end of the chain of parents
    name        text NOT NULL DEFAULT '',
    locale      text NOT NULL DEFAULT '',
    fields      jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    name_key    text COLLATE "C" NOT NULL GENERATED ALWAYS AS (search_key(name)) STORED,
    CHECK (parent_id IS NULL OR parent_id <> id),
    CHECK ((parent_id IS NULL) = (root_id = id))
);
CREATE INDEX customer_root ON customer (root_id);
CREATE INDEX customer_parent ON customer (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX customer_name ON customer (name_key, id);
CREATE INDEX customer_name_words ON customer USING gin (name_key gin_trgm_ops);

-- Bound to what the provider says cannot change. One identity is one customer's, for ever.
CREATE TABLE identity (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    customer_id uuid NOT NULL REFERENCES customer,
    kind        text NOT NULL,
    value       text NOT NULL CHECK (value <> ''),
    name        text NOT NULL DEFAULT '',
    proved      boolean NOT NULL DEFAULT false,
    evidence    text NOT NULL DEFAULT '',       -- wrote (a message came from it), reply (answered our token), signed (the shop's token), told (an agent was told)
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identity_taken UNIQUE (kind, value)
);
CREATE INDEX identity_customer ON identity (customer_id);
CREATE INDEX identity_beginning ON identity (value COLLATE "C");
CREATE INDEX identity_value ON identity USING gin (value gin_trgm_ops);

-- What somebody says of himself: shown and suggested, never a reason to join.
CREATE TABLE claim (
    customer_id uuid NOT NULL REFERENCES customer,
    kind        text NOT NULL,
    value       text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, kind, value)
);
CREATE INDEX claim_value ON claim (kind, value);

CREATE TABLE customer_join (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    child_id   uuid NOT NULL REFERENCES customer,   -- the root that went under
    parent_id  uuid NOT NULL REFERENCES customer,   -- the root it went under
    evidence   text NOT NULL,
    actor_kind text NOT NULL,
    actor      uuid,
    at         timestamptz NOT NULL DEFAULT now(),
    undone_at  timestamptz,
    undone_by  uuid
);
CREATE UNIQUE INDEX customer_join_standing ON customer_join (child_id) WHERE undone_at IS NULL;
CREATE INDEX customer_join_undone ON customer_join (child_id) WHERE undone_by IS NOT NULL;
CREATE INDEX customer_join_parent ON customer_join (parent_id) WHERE undone_at IS NULL;

-- "Not the same person": said once, never suggested again.
CREATE TABLE customer_distinct (
    one_id   uuid NOT NULL REFERENCES customer,
    other_id uuid NOT NULL REFERENCES customer,
    agent_id uuid,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (one_id, other_id),
    CHECK (one_id < other_id)
);
CREATE INDEX customer_distinct_other ON customer_distinct (other_id);

CREATE TABLE customer_tag (
    customer_id uuid NOT NULL REFERENCES customer,
    tag         text NOT NULL CHECK (tag <> '' AND length(tag) <= 60),
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, tag)
);
CREATE INDEX customer_tag_tag ON customer_tag (tag);

-- The fields that this company keeps of its customers.
CREATE TABLE customer_field (
    id       text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{0,40}$'),
    position int NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('text', 'number', 'date', 'yes_no', 'choice', 'link')),
    label_es text NOT NULL,
    label_en text NOT NULL,
    choices  text[] NOT NULL DEFAULT '{}'
);

-- What was promised to a customer, by whom, until when.
CREATE TABLE commitment (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    customer_id uuid NOT NULL REFERENCES customer,
    topic_id    uuid,
    agent_id    uuid NOT NULL REFERENCES agent,
    text        text NOT NULL CHECK (text <> ''),
    due_at      timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz
);
CREATE INDEX commitment_customer ON commitment (customer_id);
CREATE INDEX commitment_open ON commitment (agent_id, due_at) WHERE done_at IS NULL;

-- Locks the root of a customer and returns it: everything that draws a number or changes the family goes through here first.
CREATE FUNCTION lock_root(p_customer uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    root uuid;
    again uuid;
BEGIN
    LOOP
        SELECT c.root_id INTO root FROM customer c WHERE c.id = p_customer;
        IF root IS NULL THEN
            RAISE EXCEPTION 'no customer %', p_customer USING ERRCODE = 'HL404';
        END IF;
        PERFORM 1 FROM customer c WHERE c.id = root FOR NO KEY UPDATE;
        SELECT c.root_id INTO again FROM customer c WHERE c.id = p_customer;
        EXIT WHEN again = root;
    END LOOP;
    RETURN root;
END
$$;

-- Whether a colleague said that two families are not the same person, or undid a join of them: then no evidence joins them by itself.
CREATE FUNCTION told_apart(p_one uuid, p_other uuid) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM customer a JOIN customer_distinct d ON d.one_id = a.id JOIN customer b ON b.id = d.other_id
                   WHERE a.root_id = p_one AND b.root_id = p_other)
        OR EXISTS (SELECT 1 FROM customer a JOIN customer_distinct d ON d.one_id = a.id JOIN customer b ON b.id = d.other_id
                   WHERE a.root_id = p_other AND b.root_id = p_one)
        OR EXISTS (SELECT 1 FROM customer_join j JOIN customer a ON a.id = j.child_id JOIN customer b ON b.id = j.parent_id
                   WHERE j.undone_by IS NOT NULL
                     AND ((a.root_id = p_one AND b.root_id = p_other) OR (a.root_id = p_other AND b.root_id = p_one)))
$$;

-- Links the family of one customer under the other's root. Both roots are locked in order of their ids. Null when they
-- are one family already, or when the system would join what a colleague told apart.
CREATE FUNCTION join_customers(p_child uuid, p_parent uuid, p_evidence text, p_actor_kind text, p_actor uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    child uuid;
    parent uuid;
    made uuid;
BEGIN
    LOOP
        SELECT root_id INTO child FROM customer WHERE id = p_child;
        SELECT root_id INTO parent FROM customer WHERE id = p_parent;
        IF child IS NULL OR parent IS NULL THEN
            RAISE EXCEPTION 'no such customer' USING ERRCODE = 'HL404';
        END IF;
        PERFORM 1 FROM customer WHERE id IN (child, parent) ORDER BY id FOR NO KEY UPDATE;
        EXIT WHEN child = (SELECT root_id FROM customer WHERE id = p_child) AND parent = (SELECT root_id FROM customer WHERE id = p_parent);
    END LOOP;
    IF child = parent OR (p_actor_kind = 'system' AND told_apart(child, parent)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO customer_join (child_id, parent_id, evidence, actor_kind, actor)
        VALUES (child, parent, p_evidence, p_actor_kind, p_actor) RETURNING id INTO made;
    UPDATE customer SET parent_id = parent, root_id = parent WHERE id = child;
    UPDATE customer SET root_id = parent WHERE root_id = child;
    INSERT INTO event (type, actor_kind, actor, customer, data)
        VALUES ('customer.joined', p_actor_kind, p_actor, parent, jsonb_build_object('join', made, 'other', child, 'evidence', p_evidence));
    RETURN made;
END
$$;

-- Removes a link: the family that went under stands alone again, with all its messages. No row when it was undone before.
CREATE FUNCTION part_customers(p_join uuid, p_agent uuid) RETURNS TABLE (child uuid, parent uuid) LANGUAGE plpgsql AS $$
DECLARE
    link customer_join;
BEGIN
    SELECT * INTO link FROM customer_join WHERE id = p_join;
    IF link.id IS NULL THEN
        RAISE EXCEPTION 'no join %', p_join USING ERRCODE = 'HL404';
    END IF;
    PERFORM lock_root(link.parent_id);
    UPDATE customer_join SET undone_at = now(), undone_by = p_agent WHERE id = p_join AND undone_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    WITH RECURSIVE family AS (
        SELECT c.id FROM customer c WHERE c.id = link.child_id
        UNION ALL SELECT c.id FROM customer c JOIN family f ON c.parent_id = f.id
    )
    UPDATE customer c SET root_id = link.child_id, parent_id = CASE WHEN c.id = link.child_id THEN NULL ELSE c.parent_id END
        FROM family f WHERE c.id = f.id;
    INSERT INTO event (type, actor_kind, actor, customer, data)
        VALUES ('customer.parted', 'human', p_agent, link.parent_id, jsonb_build_object('join', p_join, 'other', link.child_id));
    child := link.child_id;
    parent := (SELECT c.root_id FROM customer c WHERE c.id = link.parent_id);
    RETURN NEXT;
END
$$;

-- Loads the library of pg_trgm, so that a role that is no superuser may name its settings below.
SELECT similarity('', '');

-- Roots whose name has words nearly like those that were typed: for a slip of the keyboard.
CREATE FUNCTION resembling_names(p_key text, p_limit int) RETURNS TABLE (customer uuid, likeness real)
STABLE LANGUAGE sql SET pg_trgm.word_similarity_threshold = 0.55 AS $$
    SELECT c.root_id, max(word_similarity(p_key, c.name_key)) FROM (
        SELECT root_id, name_key FROM customer WHERE name_key %> p_key LIMIT 2000) c
    GROUP BY c.root_id ORDER BY 2 DESC, 1 LIMIT p_limit
$$;

-- How a family is called: as its root, or as the first of its members who has a name. NULL when nobody has one.
CREATE FUNCTION family_name(p_root uuid) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT c.name FROM customer c WHERE c.root_id = p_root AND c.name <> '' ORDER BY c.id <> p_root, c.created_at, c.id LIMIT 1
$$;

-- Other people who may be this one, by name alone: the same words, or nearly. A single word is no evidence.
CREATE FUNCTION similar_names(p_root uuid, p_key text, p_limit int) RETURNS TABLE (customer uuid, likeness real)
STABLE LANGUAGE sql SET pg_trgm.similarity_threshold = 0.6 AS $$
    SELECT c.root_id, max(similarity(c.name_key, p_key)) FROM customer c
    WHERE c.name_key % p_key AND c.root_id <> p_root AND c.name_key LIKE ' % %' AND p_key LIKE ' % %'
    GROUP BY c.root_id ORDER BY 2 DESC, 1 LIMIT p_limit
$$;

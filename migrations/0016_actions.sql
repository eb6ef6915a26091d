-- What colleagues do to messages that are there: reactions, edits, deletions.

-- A row waits until its message was sent; what it does is shown when the provider took it.
CREATE TABLE message_action (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
    channel_id uuid NOT NULL,
    agent_id   uuid NOT NULL REFERENCES agent,
    kind       text NOT NULL CHECK (kind IN ('react', 'edit', 'delete')),
    emoji      text NOT NULL DEFAULT '',
    text       text NOT NULL DEFAULT '',
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'done', 'failed')),
    attempts   int NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL DEFAULT now(),
    token      bigint,
    error      jsonb,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_action_open ON message_action (channel_id, next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX message_action_message ON message_action (message_id, id);

-- Writes down what a colleague wants done; what waits of the same kind is overtaken, and what is so already changes nothing (false).
CREATE FUNCTION act_on_message(p_message uuid, p_agent uuid, p_kind text, p_emoji text, p_text text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    target message;
    last message_action;
BEGIN
    SELECT m.* INTO target FROM message m WHERE m.id = p_message FOR NO KEY UPDATE;
    DELETE FROM message_action a WHERE a.message_id = p_message AND a.state = 'queued' AND a.attempts = 0
        AND (a.kind = p_kind OR (p_kind = 'delete' AND a.kind = 'edit'));
    SELECT a.* INTO last FROM message_action a WHERE a.message_id = p_message AND a.kind = p_kind AND a.state <> 'failed' ORDER BY a.id DESC LIMIT 1;
    IF (CASE p_kind
        WHEN 'react' THEN p_emoji = COALESCE(last.emoji, '')
        WHEN 'edit' THEN p_text = COALESCE(last.text, target.text)
        ELSE last.id IS NOT NULL END)
    THEN
        RETURN false;
    END IF;
    INSERT INTO message_action (message_id, channel_id, agent_id, kind, emoji, text)
        VALUES (p_message, target.channel_id, p_agent, p_kind, p_emoji, p_text);
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
        VALUES ('message.acted', 'human', p_agent, target.customer_id, target.topic_id, p_message, target.channel_id, jsonb_build_object('what', p_kind));
    RETURN true;
END
$$;

-- Takes what is due of the actions on a channel: one at a time for each message, and none before the fate of its message is known. `p_in_hand`: what
-- this node is doing; whatever else was begun is begun anew, since doing it twice does no more than once.
CREATE FUNCTION claim_actions(p_channel uuid, p_token bigint, p_limit int, p_in_hand uuid[]) RETURNS SETOF message_action LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_lease('channel:' || p_channel, p_token);
    IF EXISTS (SELECT 1 FROM channel_state s WHERE s.channel_id = p_channel AND s.wait_until > now()) THEN
        RETURN;
    END IF;
    UPDATE message_action a SET state = 'queued', token = NULL WHERE a.channel_id = p_channel AND a.state = 'sending' AND NOT a.id = ANY (p_in_hand);
    RETURN QUERY WITH ready AS (
        SELECT a.id FROM message_action a JOIN message m ON m.id = a.message_id
        WHERE a.channel_id = p_channel AND a.state = 'queued' AND a.next_at <= now()
          AND (m.external_id IS NOT NULL OR m.state IN ('failed', 'canceled'))
          AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = a.message_id)
          AND NOT EXISTS (SELECT 1 FROM message_action e WHERE e.message_id = a.message_id AND e.id < a.id AND e.state IN ('queued', 'sending'))
        ORDER BY a.id LIMIT p_limit FOR UPDATE OF a SKIP LOCKED
    )
    UPDATE message_action a SET state = 'sending', attempts = a.attempts + 1, token = p_token FROM ready r WHERE a.id = r.id RETURNING a.*;
END
$$;

-- An action came to its end: what it did is shown, or why it could not be done.
CREATE FUNCTION end_action(p_action uuid, p_state text, p_error jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    deed message_action;
BEGIN
    UPDATE message_action a SET state = p_state, error = p_error, token = NULL WHERE a.id = p_action RETURNING a.* INTO deed;
    IF p_state = 'failed' THEN
        UPDATE message m SET error = p_error || jsonb_build_object('action', deed.kind) WHERE m.id = deed.message_id;
    ELSIF deed.kind = 'react' THEN
        DELETE FROM reaction r WHERE r.message_id = deed.message_id AND r.author_kind = 'human';  -- to the customer we are one
        INSERT INTO reaction (message_id, author_kind, author, emoji) SELECT deed.message_id, 'human', deed.agent_id, deed.emoji WHERE deed.emoji <> '';
    ELSE
        INSERT INTO message_version (message_id, at, text, html)
            SELECT m.id, COALESCE(m.edited_at, m.at), m.text, m.html FROM message m WHERE m.id = deed.message_id ON CONFLICT DO NOTHING;
        UPDATE message m SET text = deed.text, html = NULL, edited_at = CASE WHEN deed.kind = 'edit' THEN now() ELSE m.edited_at END,
               deleted_at = CASE WHEN deed.kind = 'delete' THEN now() END, content = CASE WHEN deed.kind = 'delete' THEN '{}' ELSE m.content END,
               error = CASE WHEN m.error ? 'action' THEN NULL ELSE m.error END
            WHERE m.id = deed.message_id;
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, topic, message, channel, data)
        SELECT 'message.changed', 'human', deed.agent_id, m.customer_id, m.topic_id, m.id, m.channel_id, jsonb_build_object('what', deed.kind, 'state', m.state)
        FROM message m WHERE m.id = deed.message_id;
END
$$;

-- The provider's answer to an action. False when the token is not the one that took it.
CREATE FUNCTION settle_action(p_action uuid, p_token bigint, p_state text, p_error jsonb, p_seconds float) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM message_action a WHERE a.id = p_action AND a.state = 'sending' AND a.token = p_token FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    ELSIF p_state = 'queued' THEN
        UPDATE message_action a SET state = 'queued', token = NULL, next_at = now() + make_interval(secs => p_seconds), error = p_error WHERE a.id = p_action;
    ELSE
        PERFORM end_action(p_action, p_state, p_error);
    END IF;
    RETURN true;
END
$$;

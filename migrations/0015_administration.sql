-- Administration of channels: their former addresses, what providers say of them, rules by address, and the list of what went through one.

ALTER TABLE channel
    ADD COLUMN old_hook       text,         -- the webhook address before the last change: it is answered until
    ADD COLUMN old_hook_until timestamptz,
    ADD COLUMN archived_at    timestamptz;  -- a channel is never deleted: its messages name it

ALTER TABLE channel_state
    ADD COLUMN quota      text NOT NULL DEFAULT '',  -- what the provider still allows, in its own words
    ADD COLUMN expires_at timestamptz;               -- when a token runs out

ALTER TABLE queue_rule ADD COLUMN address text;

-- The condition always holds, and only the statement that lists a channel's passages says it: while nothing is known of the table yet, a
-- search for one message by channel and external id would take this index as gladly as its own, and read the whole channel.
CREATE INDEX message_channel ON message (channel_id, at, id) WHERE number > 0;

-- The first thing that ever came in on a channel is told once: somebody is waiting for it.
CREATE FUNCTION tell_first_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (type, channel) VALUES ('channel.first_arrival', NEW.channel_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER first_arrival_made AFTER INSERT ON channel_state FOR EACH ROW
    WHEN (NEW.last_in_at IS NOT NULL) EXECUTE FUNCTION tell_first_arrival();
CREATE TRIGGER first_arrival AFTER UPDATE OF last_in_at ON channel_state FOR EACH ROW
    WHEN (OLD.last_in_at IS NULL AND NEW.last_in_at IS NOT NULL) EXECUTE FUNCTION tell_first_arrival();

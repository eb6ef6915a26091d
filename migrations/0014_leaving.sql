-- What leaves, beyond a message in one piece.

CREATE TABLE IF NOT EXISTS consent (
    identity_id uuid NOT NULL REFERENCES identity,
    channel_id  uuid NOT NULL,
    given       boolean NOT NULL,
    reason      text NOT NULL DEFAULT '',
    text        text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (identity_id, channel_id, at)
);

CREATE TABLE IF NOT EXISTS message_alias (
    channel_id  uuid NOT NULL,
    external_id text NOT NULL,
    message_id  uuid NOT NULL REFERENCES message,
    part        int NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, external_id)
);
CREATE INDEX IF NOT EXISTS message_alias_message ON message_alias (message_id);

CREATE TABLE IF NOT EXISTS reaction (
    message_id  uuid NOT NULL REFERENCES message,
    author_kind text NOT NULL,
    author      uuid NOT NULL,
    emoji       text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, author_kind, author)
);

-- Colleagues, how they sign in, and what programs may do in their name.

CREATE TABLE agent (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    kind          text NOT NULL DEFAULT 'human' CHECK (kind IN ('human', 'bot', 'system')),
    email         text NOT NULL CHECK (email = lower(email)),
    name          text NOT NULL CHECK (name <> ''),
    role          text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
    password_hash text,
    locale        text NOT NULL DEFAULT 'es' CHECK (locale IN ('es', 'en')),
    preferences   jsonb NOT NULL DEFAULT '{}',
    enabled       boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agent_email_taken UNIQUE (email)
);

-- A signed-in browser. The token itself is only in the cookie.
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    csrf       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    address    text NOT NULL DEFAULT '',
    browser    text NOT NULL DEFAULT ''
);
CREATE INDEX session_agent ON session (agent_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE api_token (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    agent_id   uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    name       text NOT NULL CHECK (name <> ''),
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz,
    revoked_at timestamptz
);

-- Wrong passwords per account and per address: a level that every guess raises by one and that sinks with time.
CREATE TABLE guess (
    key   text PRIMARY KEY,
    level double precision NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX guess_age ON guess (since);

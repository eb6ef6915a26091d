-- name: count_guess
-- Counts one guess unless the key is locked; no row when it is. The level sinks by $2 per $3.
INSERT INTO guess AS g (key, level) VALUES ($1, 1)
ON CONFLICT (key) DO UPDATE SET
    level = greatest(0, g.level - $2::float8 * extract(epoch FROM now() - g.since) / extract(epoch FROM $3::interval)) + 1, since = now()
WHERE greatest(0, g.level - $2::float8 * extract(epoch FROM now() - g.since) / extract(epoch FROM $3::interval)) + 1 <= $2::float8
RETURNING level

-- name: guess_wait
-- Seconds until a locked key takes one more guess.
SELECT greatest(1, (level + 1 - $2::float8) * extract(epoch FROM $3::interval) / $2::float8 - extract(epoch FROM now() - since))::float8
FROM guess WHERE key = $1

-- name: forget_guesses
-- The right password: the account begins anew.
DELETE FROM guess WHERE key = $1

-- name: return_guess
-- The right password: the address gets its last guess back.
UPDATE guess SET level = greatest(0, level - 1) WHERE key = $1

-- name: sweep_guesses
-- Removes what has sunk to nothing.
DELETE FROM guess WHERE since < now() - $1::interval

-- name: account
-- Whom an address belongs to, if he or she may sign in.
SELECT id, password_hash FROM agent WHERE email = $1 AND enabled AND kind = 'human' AND password_hash IS NOT NULL

-- name: refuse_sign_in
-- Remembers a refused sign-in, with the account if there is one.
INSERT INTO event (type, agent) VALUES ('sign_in.refused', $1)

-- name: replace_hash
-- The same password under newer parameters, unless it was changed meanwhile.
UPDATE agent SET password_hash = $3 WHERE id = $1 AND password_hash = $2

-- name: open_session
-- Begins a session, unless the account was disabled or its password changed since it was checked.
WITH opened AS (
    INSERT INTO session (token_hash, agent_id, csrf, expires_at, address, browser)
    SELECT $1, id, $4, now() + $5::interval, $6, $7 FROM agent WHERE id = $2 AND enabled AND password_hash = $3
    RETURNING agent_id
), told AS (
    INSERT INTO event (type, actor_kind, actor, agent, data)
    SELECT 'agent.signed_in', 'human', agent_id, agent_id, jsonb_build_object('session', $8::text) FROM opened
)
SELECT a.id, a.email, a.name, a.role, a.locale FROM opened o JOIN agent a ON a.id = o.agent_id

-- name: find_session
-- The living session of a token, with its colleague.
SELECT s.csrf, s.seen_at < now() - interval '1 minute' AS stale, s.expires_at, a.id, a.name, a.role, a.locale
FROM session s JOIN agent a ON a.id = s.agent_id
WHERE s.token_hash = $1 AND s.expires_at > now() AND s.seen_at > now() - $2::interval AND a.enabled

-- name: touch_session
-- The session showed a sign of life.
UPDATE session SET seen_at = now() WHERE token_hash = $1 AND seen_at < now() - interval '1 minute'

-- name: end_session
-- Ends one session.
WITH ended AS (DELETE FROM session WHERE token_hash = $1 RETURNING agent_id)
INSERT INTO event (type, actor_kind, actor, agent, data)
SELECT 'agent.signed_out', 'human', agent_id, agent_id, jsonb_build_object('session', $2::text, 'reason', $3::text) FROM ended RETURNING agent

-- name: end_sessions
-- Ends all sessions of a colleague but one (none is kept when $2 is null).
WITH ended AS (
    DELETE FROM session WHERE agent_id = $1 AND left(encode(token_hash, 'hex'), 16) IS DISTINCT FROM $2::text RETURNING agent_id, token_hash
)
INSERT INTO event (type, actor_kind, actor, agent, data)
SELECT 'agent.signed_out', CASE WHEN $4::uuid IS NULL THEN 'system' ELSE 'human' END, $4::uuid, agent_id,
       jsonb_build_object('session', left(encode(token_hash, 'hex'), 16), 'reason', $3::text)
FROM ended RETURNING data->>'session'

-- name: sweep_sessions
-- Ends sessions that have run out.
WITH ended AS (
    DELETE FROM session WHERE expires_at <= now() OR seen_at <= now() - $1::interval RETURNING agent_id, token_hash
)
INSERT INTO event (type, agent, data)
SELECT 'agent.signed_out', agent_id, jsonb_build_object('session', left(encode(token_hash, 'hex'), 16), 'reason', 'expired')
FROM ended RETURNING agent, data->>'session' AS session

-- name: issue_token
-- Makes an API token.
WITH made AS (INSERT INTO api_token (agent_id, name, token_hash) VALUES ($1, $2, $3) RETURNING id, agent_id, name), told AS (
    INSERT INTO event (type, actor_kind, actor, agent, data)
    SELECT 'token.created', 'human', agent_id, agent_id, jsonb_build_object('token', id) FROM made
)
SELECT id, name FROM made

-- name: tokens
-- The living API tokens of a colleague.
SELECT id, name, created_at, seen_at FROM api_token WHERE agent_id = $1 AND revoked_at IS NULL ORDER BY id

-- name: find_token
-- The living API token of a secret, with its colleague.
SELECT t.id AS token, t.seen_at IS NULL OR t.seen_at < now() - interval '1 minute' AS stale, a.id, a.name, a.role, a.locale
FROM api_token t JOIN agent a ON a.id = t.agent_id
WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND a.enabled

-- name: touch_token
-- The token was used.
UPDATE api_token SET seen_at = now() WHERE token_hash = $1

-- name: revoke_token
-- Ends one API token of a colleague.
WITH ended AS (UPDATE api_token SET revoked_at = now() WHERE id = $1 AND agent_id = $2 AND revoked_at IS NULL RETURNING id, agent_id)
INSERT INTO event (type, actor_kind, actor, agent, data)
SELECT 'token.revoked', 'human', agent_id, agent_id, jsonb_build_object('token', id) FROM ended RETURNING agent

-- name: revoke_tokens
-- Ends all API tokens of a colleague.
WITH ended AS (UPDATE api_token SET revoked_at = now() WHERE agent_id = $1 AND revoked_at IS NULL RETURNING id, agent_id)
INSERT INTO event (type, actor_kind, actor, agent, data)
SELECT 'token.revoked', CASE WHEN $2::uuid IS NULL THEN 'system' ELSE 'human' END, $2::uuid, agent_id, jsonb_build_object('token', id)
FROM ended

-- name: create_agent
-- Makes a colleague; no row when the address is taken.
WITH made AS (
    INSERT INTO agent (email, name, role, locale, password_hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING RETURNING id, role
), told AS (
    INSERT INTO event (type, actor_kind, actor, agent, data)
    SELECT 'agent.created', CASE WHEN $6::uuid IS NULL THEN 'system' ELSE 'human' END, $6::uuid, id, jsonb_build_object('role', role) FROM made
)
SELECT id FROM made

-- name: lock_admins
-- One at a time may change who administers; returns the enabled admins.
SELECT id FROM agent WHERE role = 'admin' AND enabled ORDER BY id FOR UPDATE

-- name: lock_agent
-- A colleague, held until the end of the transaction.
SELECT id, email, name, role, locale, enabled FROM agent WHERE id = $1 FOR UPDATE

-- name: change_agent
-- Sets what may be changed about a colleague; a null password stays as it is.
UPDATE agent SET email = $2, name = $3, role = $4, locale = $5, enabled = $6, password_hash = coalesce($7, password_hash) WHERE id = $1

-- name: tell_agent
-- Remembers what happened to a colleague, and by whom.
INSERT INTO event (type, actor_kind, actor, agent, data)
VALUES ($1, CASE WHEN $2::uuid IS NULL THEN 'system' ELSE 'human' END, $2::uuid, $3, $4)

-- name: agent
-- One colleague, as he or she sees himself or herself.
SELECT id, email, name, role, locale FROM agent WHERE id = $1

-- name: secret
-- The address and password of a colleague who wants to change it.
SELECT email, name, password_hash FROM agent WHERE id = $1 AND enabled

-- name: set_password
-- A new password, unless it was changed meanwhile.
UPDATE agent SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id

-- name: preferences
-- How a colleague wants the console.
SELECT preferences FROM agent WHERE id = $1

-- name: set_preferences
-- Keeps how a colleague wants the console; its language is the colleague's.
UPDATE agent SET preferences = $2, locale = coalesce($3, locale) WHERE id = $1

-- name: colleagues
-- A page of colleagues by name, each with where he or she stands.
WITH page AS (
    SELECT a.* FROM agent a
    WHERE (a.enabled OR $1) AND ($3::uuid IS NULL OR a.id = $3)
      AND ($2::uuid IS NULL OR (lower(a.name), a.id) > (SELECT lower(b.name), b.id FROM agent b WHERE b.id = $2))
    ORDER BY lower(a.name), a.id LIMIT $4
)
SELECT p.id, p.kind, p.email, p.name, p.role, p.locale, p.enabled, s.activity, coalesce(s.routing_status, 'off') AS routing_status,
       greatest(0, coalesce(s.units_max - s.units_used, 0)) AS free_units
FROM page p
LEFT JOIN agent_status s ON s.agent_id = p.id
ORDER BY lower(p.name), p.id

-- name: ledger_end
-- The last position given out.
SELECT position FROM ledger_head

-- name: audit
-- Published events between two positions, newest first.
SELECT e.position, e.at, e.type, e.actor_kind, e.actor, a.name AS actor_name, e.agent, e.customer, e.topic, e.message, e.work, e.queue, e.channel, e.data
FROM event e LEFT JOIN agent a ON a.id = e.actor
WHERE e.position < $1 AND e.position >= $2 AND ($3::text IS NULL OR e.type = $3) AND ($4::uuid IS NULL OR e.actor = $4 OR e.agent = $4)
ORDER BY e.position DESC LIMIT $5

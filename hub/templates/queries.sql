-- name: of_channel
-- The templates of a channel, those that can be used first.
SELECT name, language, text, variables, category, state, examples FROM template WHERE channel_id = $1
ORDER BY state <> 'approved', name, language

-- name: one
-- One template.
SELECT name, language, text, variables, category, state, examples FROM template WHERE channel_id = $1 AND name = $2 AND language = $3

-- name: fetched
-- Puts what the provider has now in the place of what it had; answers how many are new, changed or gone.
SELECT take_templates($1, $2)

-- name: how_fetched
-- When a channel's templates were fetched, and what went wrong the last time.
SELECT templates_at AS at, templates_problem AS problem FROM channel_state WHERE channel_id = $1

-- name: not_fetched
-- Why the templates could not be fetched.
INSERT INTO channel_state AS s (channel_id, templates_problem) VALUES ($1, $2)
ON CONFLICT (channel_id) DO UPDATE SET templates_problem = EXCLUDED.templates_problem

-- name: is_channel
-- Whether there is such a channel.
SELECT EXISTS (SELECT 1 FROM channel WHERE id = $1)

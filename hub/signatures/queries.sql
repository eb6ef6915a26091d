-- name: all
-- Of every brand: its signature, the colleague's own, and its channels.
SELECT b.id, b.name, COALESCE(s.html, '') AS html, COALESCE(o.html, '') AS own, a.name AS agent_name, a.title,
       ARRAY(SELECT c.id FROM channel c WHERE c.brand_id = b.id ORDER BY c.created_at, c.id) AS channels
FROM brand b JOIN agent a ON a.id = $1 LEFT JOIN signature s ON s.brand_id = b.id AND s.agent_id IS NULL
LEFT JOIN signature o ON o.brand_id = b.id AND o.agent_id = a.id ORDER BY lower(b.name), b.id

-- name: addresses
-- Our own mail addresses.
SELECT DISTINCT lower(settings->>'address') AS address FROM channel WHERE kind = 'mail' AND settings->>'address' <> '' ORDER BY 1

-- name: of_channel
-- The signature below a colleague's mails on a channel, and what fills it in.
SELECT COALESCE(o.html, s.html) AS html, a.name AS agent_name, a.title, b.name
FROM channel c JOIN brand b ON b.id = c.brand_id JOIN agent a ON a.id = $1 LEFT JOIN signature s ON s.brand_id = b.id AND s.agent_id IS NULL
LEFT JOIN signature o ON o.brand_id = b.id AND o.agent_id = a.id WHERE c.id = $2

-- name: brand
-- Whether there is such a brand.
SELECT id FROM brand WHERE id = $1

-- name: put
-- Keeps a signature: the brand's, or a colleague's own.
INSERT INTO signature (brand_id, agent_id, html) VALUES ($1, $2, $3) ON CONFLICT (brand_id, agent_id) DO UPDATE SET html = EXCLUDED.html

-- name: remove
-- Takes a signature away.
DELETE FROM signature WHERE brand_id = $1 AND agent_id IS NOT DISTINCT FROM $2::uuid

-- name: set_title
-- What a colleague is, as customers read it.
UPDATE agent SET title = $2 WHERE id = $1 AND title <> $2 RETURNING id

-- name: tell_brand
-- A brand's signature was changed.
INSERT INTO event (type, actor_kind, actor, data) VALUES ('brand.changed', 'human', $1, jsonb_build_object('brand', $2::uuid, 'fields', '["signature"]'::jsonb))

-- name: tell_agent
-- Something of a colleague's was changed by the colleague.
INSERT INTO event (type, actor_kind, actor, agent, data) VALUES ('agent.changed', 'human', $1, $1, jsonb_build_object('fields', jsonb_build_array($2::text)))

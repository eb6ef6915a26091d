-- name: know_person
-- The address under which the counter knows a customer; nothing happens when it is there.
INSERT INTO identity (customer_id, kind, value, evidence) VALUES ($1::uuid, 'person', $1::text, 'told') ON CONFLICT (kind, value) DO NOTHING;

-- name: claim_files
-- Files that a colleague has sent up and no message has yet become those of a visit; sent again, they are found again.
UPDATE attachment a SET uploader = $3 WHERE a.id = ANY ($1::uuid[]) AND a.message_id IS NULL AND a.uploader IN ($2, $3)
RETURNING a.id::text, a.name, a.content_type, a.size;

-- name: files_of
-- The files of a message that is there already.
SELECT a.id::text, a.name, a.content_type, a.size FROM attachment a JOIN message m ON m.id = a.message_id
WHERE m.channel_id = $1 AND m.external_id = $2;

-- name: work_of
-- What is open on a topic.
SELECT w.id::text FROM work w WHERE w.topic_id = $1 AND w.state IN ('queued', 'offered', 'assigned', 'wrapping', 'paused');

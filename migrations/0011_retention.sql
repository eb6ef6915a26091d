-- What is kept for a time and then let go, walked along by time: block ranges cost next to nothing when rows are written.

CREATE INDEX delivery_age ON delivery USING brin (received_at);
CREATE INDEX event_age ON event USING brin (at);

-- Up to which moment something has been let go.
CREATE TABLE retention (
    what  text PRIMARY KEY,
    up_to timestamptz NOT NULL
);

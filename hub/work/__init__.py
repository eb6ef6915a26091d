"""Work: items, queues, offers, assignments and presence; the bridge between the database and routing."""

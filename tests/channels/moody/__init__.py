"""A connector of somebody else, whose provider has moods."""

"""The named statements of this room, read once."""

from hub.kernel.database import queries

QUERIES = queries(__package__)

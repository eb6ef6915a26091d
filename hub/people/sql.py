"""The named statements of this folder."""

from hub.kernel.database import queries

QUERIES = queries(__package__)

"""What is done again and again for the whole company, on one node."""

from hub.answers.answering import QUERIES as ANSWERS
from hub.inbound.group import QUERIES as INBOUND
from hub.kernel.blob_collection import collect_blobs
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.kernel.jobs import Job
from hub.people.people import People
from hub.retention.retention import Retention
from hub.settings import Retention as Times

PARKED_AT_MOST = 10_000
"""Reactions, edits, receipts and the like for messages that nobody knows, per channel."""


def upkeep(database: Database, people: People, blobs: Blobs, times: Times) -> list[Job]:
    """The jobs, each with its pause."""
    return [
        Job("partitions", 3600, lambda: database.run("SELECT ensure_event_partitions(2)")),
        Job("sessions", 60, people.sweep),
        Job("receipts that missed their message", 3, lambda: database.value(INBOUND.meet_receipts)),
        Job("what waits for its message", 30, lambda: database.run(INBOUND.sweep_parked, PARKED_AT_MOST)),
        Job("what is old enough to go", 3600, Retention(database, times).let_go),
        Job("who had an automatic answer", 3600, lambda: database.run(ANSWERS.forget_senders)),
        Job("files that nothing names", 3600, lambda: collect_blobs(database, blobs)),
    ]

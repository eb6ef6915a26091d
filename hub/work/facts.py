"""Rows of the database as facts and events of routing: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from hub.kernel.database import Record
from routing.events import RoomFreed, WorkEnded, WorkQueued, WorkTaken
from routing.model import Agent, Offer, Queue, Reason, Step, Work

Row: TypeAlias = Record | Mapping[str, Any]
WorkEvent = WorkQueued | WorkTaken | WorkEnded | RoomFreed


class Capacities:
    """The company's table of what one item of each kind weighs."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        self.weight = {row["kind"]: row["units"] for row in rows}
        self.most = {row["kind"]: row["most"] for row in rows}
        self.offer_s = {row["kind"]: float(row["offer_s"]) for row in rows}


def queue_of(row: Row, capacities: Capacities) -> Queue:
    """A queue with its members."""
    return Queue(
        row["id"],
        row["name"],
        members=frozenset(row["members"]),
        strategy=row["strategy"],
        order=row["ordering"],
        offer_timeout=capacities.offer_s | {kind: float(seconds) for kind, seconds in row["offer_timeout"].items()},
        priority=row["priority"],
        sticky_s=float(row["sticky_s"]),
        wrap_s=float(row["wrap_s"]),
    )


def agent_of(row: Row, capacities: Capacities) -> Agent:
    """A colleague as he or she is now."""
    return Agent(
        row["id"],
        row["activity"],
        routable=row["routable"],
        online=row["connected"],
        idle_since=row["idle_since"],
        not_responding=row["not_responding"],
        units_max=row["units_max"],
        channel_weight=capacities.weight,
        channel_max=capacities.most,
        channels=frozenset(capacities.weight) - frozenset(row["channels_off"]),
    )


def work_of(row: Row) -> Work:
    """An item that waits. One that was handed to a colleague is kept for as long as it was said."""
    kept = row["known_agent"] is not None and row["kept_s"]
    return Work(
        row["id"],
        row["queue"],
        row["kind"],
        row["customer"],
        first_queued_at=row["first_queued_at"],
        queued_at=row["queued_at"],
        priority=row["priority"],
        known_agent=row["known_agent"],
        steps=(Step(timeout_s=float(row["kept_s"]), known_only=True), Step()) if kept else (),
        due_at=row["due_at"],
    )


def offer_of(row: Row) -> Offer:
    """An open offer."""
    return Offer(row["id"], row["work"], row["agent"], row["kind"], row["units"], row["expires_at"])


def taken_of(row: Row) -> WorkTaken:
    """An item in a colleague's hands."""
    return WorkTaken(row["id"], row["agent"], row["kind"], row["units"])


def event_of(row: Row) -> WorkEvent:
    """What the present state of an item means to routing."""
    match row["state"]:
        case "queued" | "offered":
            return WorkQueued(work_of(row))
        case "assigned" | "wrapping":
            return taken_of(row)
        case "paused" if row["agent"] is None:
            return WorkEnded(row["id"], "paused")  # it is offered to nobody until it goes on
        case "paused":
            return RoomFreed(row["id"])
        case ended:
            return WorkEnded(row["id"], ended)


def why_chosen(reason: Reason) -> dict[str, Any]:
    """Why an agent was chosen, as it is kept; times are rounded to a tenth of a second."""
    return _kept(reason, "for_s", reason.seconds)


def why_waiting(reason: Reason, now: float) -> dict[str, Any]:
    """Why an item waits, as it is kept: what is left becomes the time at which it ends, so that it stays true."""
    return _kept(reason, "until", None if reason.seconds is None else now + reason.seconds)


def _kept(reason: Reason, name: str, seconds: float | None) -> dict[str, Any]:
    kept = asdict(reason) | {"seconds": None, "code": reason.code.value, name: None if seconds is None else round(seconds, 1)}
    return {key: value for key, value in kept.items() if value is not None}

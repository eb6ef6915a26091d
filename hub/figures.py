"""The figures of this node for whoever measures: sockets, and what waits for the database."""

from typing import Protocol

from hub.kernel.health import figure


class Sockets(Protocol):
    """Holds sockets."""

    @property
    def sockets(self) -> int: ...


class Waiting(Protocol):
    """Holds what waits, in bytes, and files that cannot be read."""

    @property
    def size(self) -> int: ...

    @property
    def damaged(self) -> int: ...


def show_figures(colleagues: Sockets, visitors: Sockets, spool: Waiting) -> None:
    """Put them among the figures that are read when somebody asks."""
    figure("hilo_agent_sockets", "Sockets of colleagues", lambda: colleagues.sockets)
    figure("hilo_visitor_sockets", "Sockets of visitors", lambda: visitors.sockets)
    figure("hilo_spool_bytes", "Bytes that wait for the database", lambda: spool.size)
    figure("hilo_spool_damaged_files", "Spool files kept because records in them cannot be read", lambda: spool.damaged)

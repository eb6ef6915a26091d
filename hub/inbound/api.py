"""HTTP: the quarantine."""

from datetime import datetime
from uuid import UUID

from aiohttp import web

from hub.inbound.quarantine import Quarantine
from hub.kernel.web import Call, Page, Route, View, delete, get, post


class Quarantined(View):
    """One delivery that was set aside, and why."""

    id: str
    channel: str
    channel_name: str
    kind: str
    external_id: str
    received_at: datetime
    problem: str
    attempts: int


class QuarantineQuery(Page):
    """A page; `after` is the id that `next` said. `channel`: only what was set aside on this one."""

    channel: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for id_ in (self.after, self.channel):
            if id_ is not None:
                UUID(id_)


class QuarantinePage(View):
    """Newest first."""

    items: list[Quarantined]
    next: str | None


class Replayed(View):
    """Whether it could be read now; `problem` says what is still wrong."""

    ok: bool
    problem: str


class QuarantineApi:
    """Routes of the quarantine."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def routes(self) -> list[Route]:
        """All routes of this room."""
        needs = "channel.manage"
        return [
            get("/quarantine", self.page, needs=needs, query=QuarantineQuery, answers={200: QuarantinePage}),
            get("/quarantine/{id}/raw", self.raw, needs=needs),
            post("/quarantine/{id}/replay", self.replay, needs=needs, answers={200: Replayed}),
            delete("/quarantine/{id}", self.drop, needs=needs),
        ]

    async def page(self, call: Call) -> QuarantinePage:
        """What could not be read, newest first."""
        rows = await self._quarantine.page(call.query.after, call.query.limit + 1, call.query.channel)
        items = [
            Quarantined(
                id=str(row["id"]),
                channel=str(row["channel_id"]),
                channel_name=row["channel_name"],
                kind=row["kind"],
                external_id=row["external_id"],
                received_at=row["received_at"],
                problem=row["problem"],
                attempts=row["attempts"],
            )
            for row in rows[: call.query.limit]
        ]
        return QuarantinePage(items=items, next=items[-1].id if len(rows) > call.query.limit else None)

    async def raw(self, call: Call) -> web.Response:
        """Its bytes as they came, as a download."""
        headers = {"Content-Disposition": "attachment; filename=delivery.bin", "Content-Security-Policy": "sandbox"}
        return web.Response(body=await self._quarantine.raw(call.id()), content_type="application/octet-stream", headers=headers)

    async def replay(self, call: Call) -> Replayed:
        """Read it again, after a mend."""
        problem = await self._quarantine.replay(call.id())
        return Replayed(ok=not problem, problem=problem)

    async def drop(self, call: Call) -> None:
        """Decide that it is nothing; its bytes stay as long as other deliveries do."""
        await self._quarantine.drop(call.id())

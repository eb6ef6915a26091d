"""A whole scene: database behind a fault proxy, the world outside, a company, and a hub that serves it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.mail import MailWorld
from tests.rig.colleague import Colleague
from tests.rig.company import MAILBOX, Company, found
from tests.rig.ports import free_port
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.proxy import FaultProxy
from tests.rig.visitor import Visitor
from tests.rig.waiting import eventually
from tests.rig.webhooks import OtherSystem, Webhooks
from tests.rig.world import Sender, World, kept_messages, missing, problems

MAILS_IN_ORDER = 25.0
"""How long a mail may take from the hub's 250 to the thread: a worker reads it."""


@dataclass(slots=True)
class Scene:
    """What a rig plays with."""

    postgres: RigPostgres
    database: str
    proxy: FaultProxy
    world: World
    post: MailWorld
    company: Company
    hub: HubProcess
    hooks: Webhooks
    outside: OtherSystem

    @property
    def database_url(self) -> str:
        """The database without the proxy: for the checker."""
        return self.postgres.url(self.database)

    def visitor(self, name: str) -> Visitor:
        """Somebody with the chat bubble."""
        return Visitor(self.hub.address, self.company.bubble, self.world.sender(name))

    def colleague(self, name: str) -> Colleague:
        """Ana or Luis at the console."""
        return Colleague(self.hub.address, self.company.tokens[name])

    async def mail(self, sender: Sender) -> None:
        """One mail of a customer, until the hub's server says 250; the same Message-ID each time."""
        text = sender.next_text()
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"{sender.name}@shop.example", MAILBOX, "Pedido"
        mail["Message-ID"] = f"<{text.replace(' ', '.')}@shop.example>"
        mail.set_content(text)
        await eventually(lambda: self._handed_over(mail), what=f"the hub takes {text!r}", seconds=60)
        sender.acknowledged.add(text)

    async def _handed_over(self, mail: EmailMessage) -> bool:
        try:
            code, _ = await self.post.write(mail, sender=mail["From"], recipients=[MAILBOX])
        except OSError:
            return False
        return code == 250

    async def check(self) -> None:
        """Wait until everything that was promised is in the thread and has gone out; then nothing may be wrong."""
        await eventually(self._all_there, what="everything acknowledged is in the thread", seconds=30)
        # A mail whose relay was cut off in the middle is tried again after a minute: that is its ladder, not a fault.
        await eventually(self._all_out, what="every answer has left", seconds=100)
        found = problems(self.world, await kept_messages(self.database_url))
        assert not found, "\n".join(found)

    async def _all_there(self) -> bool:
        return not missing(self.world, await kept_messages(self.database_url))

    async def _all_out(self) -> bool:
        kept = {one.id: one.state for one in await kept_messages(self.database_url)}
        return all(kept[id_] in ("sent", "delivered", "read") for id_ in self.world.answers)


@asynccontextmanager
async def opened(
    postgres: RigPostgres, folder: Path, *, mail: bool = False, start: bool = True, mailbox: Mapping[str, Any] | None = None
) -> AsyncIterator[Scene]:
    """Open a scene in a fresh database; everything is closed at the end, and the hub killed. `mailbox`: more settings of the mail one."""
    name = await postgres.make()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(postgres.drop, name)
        world, mail_port = World(), free_port()
        proxy = await stack.enter_async_context(FaultProxy(postgres.socket))
        outside = await stack.enter_async_context(OtherSystem(world))
        post = await stack.enter_async_context(MailWorld(hub_port=mail_port))
        relay_port = post.port if mail else 0
        data = folder / "data"
        company = await found(
            postgres.url(name), data, outside=outside.address, relay_port=relay_port, mail_port=mail_port, **(mailbox or {})
        )
        named = {"HILO_EGRESS_PRIVATE": urlsplit(outside.address).netloc}
        hub = HubProcess(folder, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}", environment=named)
        hooks = await stack.enter_async_context(Webhooks(hub.address, company.hook))
        stack.push_async_exit(hub.__aexit__)
        if start:
            await hub.start()
        yield Scene(postgres, name, proxy, world, post, company, hub, hooks, outside)

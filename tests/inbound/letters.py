"""Mails that customers hand over by SMTP to a whole hub, and what becomes of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.attacks.house import House, lived_in
from tests.connectors.email.zone import careful, signed, zone
from tests.rig.company import MAILBOX
from tests.rig.waiting import eventually

SHOP = "shop.example"
"""The customers' domain; it signs all its mails."""


@asynccontextmanager
async def mail_house(postgres: EmbeddedPostgres, name: str, folder: Path) -> AsyncIterator[House]:
    """A hub in a database of its own, whose mail channel asks a name server of ours."""
    postgres.create_database(name)
    await migrate(postgres.url(name))
    async with zone(careful(SHOP)) as server:
        mailbox = {"name_server": server.address, "form_senders": "forms@provider.example"}
        async with lived_in(postgres.url(name), folder, mailbox) as opened:
            yield opened


def someone(name: str) -> str:
    """Nobody's address yet."""
    return f"{name}{uuid4().hex[:8]}@{SHOP}"


async def arrived(
    house: House,
    sender: str,
    *,
    signed_by: str = "",
    envelope: str = "",
    subject: str = "Pedido",
    text: str = "",
    look_for: str = "",
    **headers: str,
) -> Any:
    """The message that a mail became, with the root of its customer and whether its address is proved."""
    mark = look_for or uuid4().hex
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, MAILBOX, subject, f"<{uuid4().hex}@outside.example>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text or mark)
    raw = mail.as_bytes().replace(b"\n", b"\r\n")
    code, said = await house.send_bytes(
        signed(raw, signed_by) if signed_by else raw, envelope or mail["From"].addresses[0].addr_spec, MAILBOX
    )
    assert code == 250, said
    sql = """SELECT m.*, c.root_id::text AS root, i.proved FROM message m JOIN customer c ON c.id = m.customer_id
             JOIN identity i ON i.id = m.identity_id WHERE m.text LIKE '%' || $1 || '%'"""
    row: Any = await eventually(lambda: house.hub.storage.database.row(sql, mark), what=f"{mark!r} is kept", seconds=30)
    return {**row, "id": str(row["id"])}

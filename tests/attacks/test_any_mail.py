"""A mail built with any text, names, files and charsets, sent by SMTP: in the thread stands what was written."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.email.names import file_name
from tests.attacks.house import House
from tests.rig.company import MAILBOX
from tests.rig.counts import rounds
from tests.rig.waiting import eventually

EXAMPLES = rounds(30, 1_000)
CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "koi8-r", "cp932", "gb18030", "euc-jp", "iso-2022-jp")
SHOWN = "SELECT id, text, subject, context FROM message WHERE external_id LIKE $1 || '#%'"
NAME = "SELECT name FROM identity WHERE kind = 'email' AND value = $1"
FILES = """SELECT a.name, a.size, encode(a.blob, 'hex') AS blob FROM attachment a JOIN message m ON m.id = a.message_id
           WHERE m.id = $1 ORDER BY a.position"""

characters = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"))
lines = st.text(characters, max_size=200)
texts = st.lists(lines, max_size=12).map("\n".join)


@dataclass(frozen=True)
class Written:
    """What somebody writes."""

    text: str
    subject: str
    name: str
    charset: str
    encoding: str
    files: tuple[tuple[str, bytes], ...]
    html: bool

    def mail(self, id_: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(self.name, "rosa", f"{id_}.example")
        mail["To"], mail["Subject"], mail["Message-ID"] = MAILBOX, self.subject, f"<{id_}@shop.example>"
        mail.set_content(self.text, charset=self.charset, cte=self.encoding)
        if self.html:
            mail.add_alternative(f"<p>{uuid4().hex}</p>", subtype="html")
        for name, data in self.files:
            mail.add_attachment(data, "application", "octet-stream", filename=name)
        return mail


@st.composite
def mails(draw: st.DrawFn) -> Written:
    charset = draw(st.sampled_from(CHARSETS))
    text = draw(texts).encode(charset, "ignore").decode(charset)
    named = st.tuples(st.text(characters, min_size=1, max_size=60), st.binary(max_size=3000))
    return Written(
        text=f"Hola\n{text}",
        subject=draw(st.text(characters, max_size=120)),
        name=draw(st.text(characters, max_size=60)),
        charset=charset,
        encoding=draw(st.sampled_from(("quoted-printable", "base64"))),
        files=tuple(draw(st.lists(named, max_size=3))),
        html=draw(st.booleans()),
    )


@pytest.mark.timeout(1800)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(written=mails())
async def test_what_was_written_stands_in_the_thread(house: House, written: Written) -> None:
    id_ = uuid4().hex
    code, said = await house.send_bytes(bytes(written.mail(id_)), "rosa@shop.example", MAILBOX)
    assert code == 250, said
    database = house.hub.storage.database
    row: Any = await eventually(lambda: database.row(SHOWN, f"<{id_}@shop.example>"), what="the mail is in the thread", seconds=20)
    assert whole(row).rstrip() == written.text.rstrip()
    assert words(row["subject"]) == words(written.subject)
    if "misleading_name" not in row["context"]:
        assert words(await database.value(NAME, f"rosa@{id_}.example")) == words(written.name)
    files = await database.rows(FILES, row["id"])
    assert [(one["name"], one["size"]) for one in files] == [
        (file_name(name, "application/octet-stream"), len(data)) for name, data in written.files
    ]


def whole(row: Any) -> str:
    """The text with all that it quotes."""
    return str(row["context"]["full_text"])


def words(text: str) -> list[str]:
    """A header's value: how much white space lies between its words is not kept."""
    return text.split()

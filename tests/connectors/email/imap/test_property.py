"""A mail of any text, names, files and charsets, handed to Dovecot by LMTP and collected, reads as it was written."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from unicodedata import normalize

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connectors.contract import Message
from connectors.email.payloads import events_of, external_id
from tests.connectors.email.imap.keeper import Keeper, collecting, new_user
from tests.connectors.email.world import KEY
from tests.rig.dovecot import Dovecot, dovecot

CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "koi8-r", "shift_jis")
PLAIN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"))
WORD = st.text(PLAIN, min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
NAME = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20).filter(
    lambda one: normalize("NFKC", one) == one
)
"""Names in the form in which names of files are kept."""


@dataclass(frozen=True)
class Written:
    """What somebody wrote."""

    name: str
    subject: str
    text: str
    charset: str
    files: tuple[tuple[str, bytes], ...]

    def as_mail(self) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(self.name, "ana", "shop.example")
        mail["To"], mail["Subject"] = "support@demo.example", self.subject
        mail["Message-ID"] = "<any@shop.example>"
        try:
            mail.set_content(self.text, charset=self.charset, cte="base64")
        except UnicodeEncodeError:
            mail.set_content(self.text, charset="utf-8", cte="base64")
        for name, data in self.files:
            mail.add_attachment(data, "application", "octet-stream", filename=name)
        return mail.as_bytes()


WRITTEN = st.builds(
    Written,
    NAME,
    LINE,
    st.lists(LINE, min_size=1, max_size=6).map("\n".join),
    st.sampled_from(CHARSETS),
    st.lists(st.tuples(NAME.map(lambda one: f"{one}.bin"), st.binary(max_size=3000)), max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def mailboxes() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


async def _collected(server: Dovecot, mails: list[bytes]) -> list[Message]:
    """What the channel reads in these, in order."""
    user = new_user()
    await asyncio.to_thread(server.deliver, user, mails)
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.until(lambda: len(keeper.kept) == len({external_id(one) for one in mails}))
    events = [events_of(one, key=KEY, ours="support@demo.example")[0] for one in keeper.kept]
    return [one for one in events if isinstance(one, Message)]


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(written=st.lists(WRITTEN, min_size=12, max_size=12, unique_by=lambda one: one.subject))
def test_what_was_written_is_what_is_read(mailboxes: Dovecot, written: list[Written]) -> None:
    read = asyncio.run(_collected(mailboxes, [one.as_mail() for one in written]))
    assert len(read) == len(written)
    for wrote, message in zip(written, read, strict=True):
        assert (message.sender.name, message.sender.value) == (wrote.name, "ana@shop.example")
        assert "".join(message.subject.split()) == "".join(wrote.subject.split())  # the writing library drops spaces where it folds
        assert str(message.context.get("full_text", message.text)).split() == wrote.text.split()
        assert [one.data for one in message.attachments] == [data for _, data in wrote.files]
        assert [one.name for one in message.attachments] == [name for name, _ in wrote.files]

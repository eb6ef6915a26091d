"""Files of customers are examined before anybody gets them; a pretend clamd speaks the true protocol."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from hub.abuse.clamav import Clamd, ClamError, verdict
from hub.conversations.files import Files
from hub.customers.records import Records
from hub.errors import Conflict, Unavailable
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from tests.scenes import Company, manifest, principal_of

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class PretendClamd:
    """Knows one signature, and keeps what it was sent."""

    def __init__(self) -> None:
        self.examined: list[bytes] = []
        self.address = ""
        self.says = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One INSTREAM session."""
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        data = bytearray()
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            data += await reader.readexactly(size)
        self.examined.append(bytes(data))
        found = "stream: Eicar-Signature FOUND" if EICAR in data else "stream: OK"
        writer.write((self.says or found).encode() + b"\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def clamd() -> AsyncIterator[PretendClamd]:
    pretend = PretendClamd()
    server = await asyncio.start_server(pretend.answer, "127.0.0.1", 0)
    pretend.address = "127.0.0.1:" + str(server.sockets[0].getsockname()[1])
    async with server:
        yield pretend


@pytest.fixture
async def scanner() -> AsyncIterator[PretendClamd]:
    async with clamd() as pretend:
        yield pretend


async def file_of_a_customer(company: Company, blobs: Blobs, data: bytes) -> str:
    """A mail with one file; its id."""
    mail, id_ = await company.writes("email", "rosa@x.es"), uuid4()
    stored = await blobs.put(data)
    await company.database.run("SELECT name_blob($1, $2)", stored.sha256, stored.size)
    sql = "INSERT INTO attachment (id, message_id, name, content_type, size, blob) VALUES ($1, $2, 'a.exe', 'application/x-x', $3, $4)"
    await company.database.run(sql, id_, mail.message, stored.size, stored.sha256)
    return str(id_)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def files(database: Database, blobs: Blobs, address: str, away: str = "hold") -> Files:
    return Files(database, blobs, Records(database, manifest), Clamd(address, "allow" if away == "allow" else "hold").examine)


async def test_a_harmless_file_is_examined_once_and_given_out(
    company: Company, database: Database, blobs: Blobs, scanner: PretendClamd
) -> None:
    data = b"hello" * 40_000
    id_, room = await file_of_a_customer(company, blobs, data), files(database, blobs, scanner.address)
    for _ in range(2):
        assert (await room.download(principal_of(company.ana), id_, inline=False)).status == 200
    assert scanner.examined == [data]


async def test_a_harmful_file_is_given_to_nobody_and_shown_as_such(
    company: Company, database: Database, blobs: Blobs, scanner: PretendClamd
) -> None:
    id_, room = await file_of_a_customer(company, blobs, b"MZ" + EICAR), files(database, blobs, scanner.address)
    with pytest.raises(Conflict, match="Eicar-Signature"):
        await room.download(principal_of(company.ana), id_, inline=False)
    unscanned = Files(database, blobs, Records(database, manifest))
    with pytest.raises(Conflict, match="does harm"):
        await unscanned.download(principal_of(company.ana), id_, inline=True)
    assert await database.value("SELECT problem FROM attachment") == "infected"
    assert [event["data"]["what"] for event in await company.events("message.changed")] == ["file"]


@pytest.mark.parametrize("says", ["INSTREAM size limit exceeded. ERROR", "UNKNOWN COMMAND"])
async def test_what_clamd_cannot_examine_is_held_or_allowed_as_is_set(
    company: Company, database: Database, blobs: Blobs, scanner: PretendClamd, says: str
) -> None:
    scanner.says = says
    id_ = await file_of_a_customer(company, blobs, b"x")
    with pytest.raises(Unavailable):
        await files(database, blobs, scanner.address).download(principal_of(company.ana), id_, inline=False)
    allowed = await files(database, blobs, scanner.address, "allow").download(principal_of(company.ana), id_, inline=False)
    assert allowed.status == 200
    assert await database.value("SELECT examined_at FROM attachment") is None  # it is asked again


async def test_files_are_held_while_clamd_is_away(company: Company, database: Database, blobs: Blobs) -> None:
    async with clamd() as pretend:
        address = pretend.address
    id_ = await file_of_a_customer(company, blobs, b"x")
    with pytest.raises(Unavailable, match="held"):
        await files(database, blobs, address).download(principal_of(company.ana), id_, inline=False)


async def test_clamd_may_answer_at_a_socket_of_its_own(tmp_path: Path) -> None:
    pretend, path, file = PretendClamd(), tmp_path / "clamd.sock", tmp_path / "file"
    file.write_bytes(EICAR)
    async with await asyncio.start_unix_server(pretend.answer, path):
        assert await Clamd(str(path), "hold").examine(file) == "Eicar-Signature"


def test_only_a_verdict_is_a_verdict() -> None:
    assert verdict(b"stream: OK\0") == ""
    assert verdict(b"stream: Win.Test FOUND\0") == "Win.Test"
    with pytest.raises(ClamError):
        verdict(b"stream: Can't allocate memory ERROR\0")

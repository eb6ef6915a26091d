"""Whatever a server does to a connection, every mail of it is kept once, and soon."""

import asyncio
import random
import resource
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.email.connector import Email
from connectors.email.imap.collector import Patience
from connectors.email.payloads import events_of
from connectors.errors import MalformedPayload
from tests.connectors.email.imap.keeper import QUICK, Keeper, a_mail, collecting, patient, subjects
from tests.connectors.email.world import KEY
from tests.rig.rogue_imap import FAULTS, ODDITIES, RogueServer

NAMES = [str(number) for number in range(5)]
IMPATIENT = patient(answer=0.5, idle=0.5)


@pytest.fixture
async def rogue() -> AsyncIterator[RogueServer]:
    async with RogueServer() as server:
        await server.arrive(*(a_mail(name) for name in NAMES))
        yield server


def reading(rogue: RogueServer, *, patience: Patience = IMPATIENT, **given: Any) -> Email:
    """A channel that collects from it."""
    return collecting(rogue.port, "ana@demo.example", patience=patience, imap_password="secret", **given)


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_the_fault_every_mail_is_there_once(rogue: RogueServer, fault: str) -> None:
    rogue.script.extend([fault, fault])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with Keeper(reading(rogue)) as keeper:
        await keeper.until(lambda: len(keeper.kept) >= len(NAMES))
        await rogue.arrive(a_mail("new"))
        await keeper.has(*NAMES, "new")
        await keeper.until(lambda: not rogue.script)
    assert set(keeper.fetched.values()) == {1}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 128 * 1024, "kilobytes"


@pytest.mark.parametrize("oddity", ODDITIES)
async def test_what_is_odd_needs_no_other_connection(rogue: RogueServer, oddity: str) -> None:
    rogue.script.append(oddity)
    async with Keeper(reading(rogue, patience=patient(idle=30.0))) as keeper:
        await keeper.has(*NAMES)
        await asyncio.wait_for(keeper.looked(), 5)
        await rogue.arrive(a_mail("new"))
        await keeper.has(*NAMES, "new")
    assert (rogue.connections, set(keeper.fetched.values())) == (1, {1})


@pytest.mark.parametrize("seed", range(4))
async def test_connections_cut_at_random_lose_nothing(rogue: RogueServer, seed: int) -> None:
    chance = random.Random(seed)
    many = [f"more {number}" for number in range(150)]
    await rogue.arrive(*(a_mail(name) for name in many))
    rogue.cuts.extend(chance.randrange(200, 9_000) for _ in range(25))
    async with Keeper(reading(rogue)) as keeper:
        await keeper.has(*NAMES, *many)
    assert set(keeper.fetched.values()) == {1}
    assert rogue.connections > 5


async def test_a_mail_that_is_never_handed_out_is_set_aside_and_the_others_come(rogue: RogueServer) -> None:
    rogue.unfetchable.add(3)
    async with Keeper(reading(rogue)) as keeper:
        await keeper.until(lambda: len(keeper.kept) == len(NAMES))
    stub = keeper.kept[2]
    assert (subjects(keeper.kept[:2]), subjects(keeper.kept[3:])) == (["0", "1"], ["3", "4"])
    assert (stub.body, stub.headers["uid"], stub.headers["folder"]) == (b"", "3", "INBOX")
    with pytest.raises(MalformedPayload, match="mail 3 of the folder 'INBOX'"):
        events_of(stub, key=KEY, ours="ana@demo.example")


async def test_numbers_begin_anew_under_the_eyes_of_whoever_reads(rogue: RogueServer) -> None:
    async with Keeper(reading(rogue)) as keeper:
        await keeper.has(*NAMES)
        rogue.validity = 2
        rogue.mails = {uid + 7: body for uid, body in rogue.mails.items()}
        await rogue.arrive(a_mail("new"))
        await keeper.has(*NAMES, "new")
        await keeper.until(lambda: sum(keeper.fetched.values()) == 2 * len(NAMES) + 1)
    assert len(keeper.kept) == len(NAMES) + 1


async def test_numbers_may_have_gaps_of_any_size(rogue: RogueServer) -> None:
    rogue.mails = {1: a_mail("first"), 70_000: a_mail("second"), 4_294_967_290: a_mail("last")}
    async with Keeper(reading(rogue)) as keeper:
        await keeper.has("first", "second", "last")
    assert rogue.connections == 1


async def test_names_of_folders_that_cannot_be_read_hide_nothing(rogue: RogueServer) -> None:
    rogue.names = (b"&bad", b"&AAA", b"\xff\xfe", b"&2D3c", b"a" * 5000)
    async with Keeper(reading(rogue, imap_junk=True)) as keeper:
        await keeper.until(lambda: sum(keeper.fetched.values()) >= 2 * len(NAMES))
    assert keeper.kept[0].headers["folder"] == "INBOX"


async def test_two_that_fetch_at_once_do_no_harm(rogue: RogueServer) -> None:
    one, other = (reading(rogue, imap_after="read") for _ in range(2))
    async with Keeper(one) as first, Keeper(other) as second:
        await asyncio.gather(first.has(*NAMES), second.has(*NAMES))
        await first.looked()
    assert {delivery.external_id for delivery in first.kept} == {delivery.external_id for delivery in second.kept}
    assert rogue.marked == set(range(1, 6))


async def test_switching_off_ends_a_wait_at_once(rogue: RogueServer) -> None:
    rogue.script.append("half_open_idle")
    keeper = Keeper(reading(rogue, patience=QUICK))
    async with keeper:
        await keeper.has(*NAMES)
        await asyncio.wait_for(rogue.idling.wait(), 5)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1.0

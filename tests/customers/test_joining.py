"""Join and undo: nothing is merged, so nothing is lost, in whatever order and however many at once."""

import asyncio
import itertools
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from hub.customers.changing import Changer
from hub.customers.records import Records
from hub.errors import Conflict, NotFound
from hub.kernel.database import Database
from hub.kernel.refusals import settled
from hub.work.reading import WorkReading
from tests.scenes import Company, Taken

PERMUTATIONS = list(itertools.permutations(range(3)))


async def thread(database: Database, root: str) -> list[int]:
    sql = "SELECT m.number FROM message m JOIN customer c ON c.id = m.customer_id WHERE c.root_id = $1 ORDER BY m.number"
    return [row["number"] for row in await database.rows(sql, root)]


async def roots(database: Database) -> dict[str, str]:
    return {str(row["id"]): str(row["root_id"]) for row in await database.rows("SELECT id, root_id FROM customer")}


async def four(company: Company) -> list[Taken]:
    return [await company.writes("email", f"c{number}@x.es") for number in range(4)]


async def test_join_ten_messages_undo_join_keeps_every_message_in_order(database: Database, company: Company, changer: Changer) -> None:
    one, other = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    first = await changer.join(company.ana, one.customer, other.customer)
    taken = [await company.writes(*(("email", "ana@x.es") if n % 2 else ("visitor", "v1")), text=str(n)) for n in range(10)]
    assert {message.root for message in taken} == {one.root}
    everything = [one.number, other.number, *(message.number for message in taken)]
    assert await thread(database, one.root) == everything
    await changer.part(company.ana, first)
    assert await thread(database, one.customer) == [one.number, *(message.number for message in taken[1::2])]
    assert await thread(database, other.customer) == [other.number, *(message.number for message in taken[0::2])]
    await changer.join(company.ana, other.customer, one.customer)
    assert await thread(database, other.customer) == everything


@pytest.mark.parametrize("order", PERMUTATIONS)
async def test_a_chain_of_joins_is_undone_in_any_order(
    order: tuple[int, ...], database: Database, company: Company, changer: Changer
) -> None:
    a, b, c, d = [message.customer for message in await four(company)]
    joins = [await changer.join(company.ana, parent, child) for child, parent in ((a, b), (b, c), (c, d))]
    assert set((await roots(database)).values()) == {d}
    expected = {a: b, b: c, c: d}
    for number in order:
        await changer.part(company.ana, joins[number])
        del expected[(a, b, c)[number]]
        assert await roots(database) == {one: _end(expected, one) for one in (a, b, c, d)}


def _end(parents: dict[str, str], one: str) -> str:
    while one in parents:
        one = parents[one]
    return one


async def test_joining_members_joins_their_roots(database: Database, company: Company, changer: Changer) -> None:
    a, b, c, d = [message.customer for message in await four(company)]
    await changer.join(company.ana, b, a)
    await changer.join(company.ana, d, c)
    await changer.join(company.ana, c, a)
    assert set((await roots(database)).values()) == {d}


async def test_an_undo_inside_a_larger_family_takes_only_its_own_branch(database: Database, company: Company, changer: Changer) -> None:
    a, b, c, d = [message.customer for message in await four(company)]
    await changer.join(company.ana, b, a)
    middle = await changer.join(company.ana, c, b)
    await changer.join(company.ana, c, d)
    parted = await changer.part(company.ana, middle)
    assert [one.id for one in parted] == [b, c]
    assert await roots(database) == {a: b, b: b, c: c, d: c}


async def test_what_is_joined_cannot_be_joined_again(company: Company, changer: Changer) -> None:
    a, b, *_ = [message.customer for message in await four(company)]
    await changer.join(company.ana, a, b)
    with pytest.raises(Conflict, match="same customer already"):
        await changer.join(company.ana, b, a)
    with pytest.raises(Conflict):
        await changer.join(company.ana, a, a)


async def test_an_undo_happens_once(company: Company, changer: Changer) -> None:
    a, b, *_ = [message.customer for message in await four(company)]
    join = await changer.join(company.ana, a, b)
    results = await asyncio.gather(*(changer.part(company.ana, join) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert len(await company.events("customer.parted")) == 1


async def test_a_join_that_does_not_exist_is_not_found(company: Company, changer: Changer) -> None:
    with pytest.raises(NotFound):
        await changer.part(company.ana, "00000000-0000-0000-0000-000000000000")


async def test_joins_messages_and_undos_at_once_leave_true_families(database: Database, company: Company, changer: Changer) -> None:
    customers = [message.customer for message in await four(company)]

    async def join(child: str, parent: str) -> None:
        try:
            made = await changer.join(company.ana, parent, child)
            await changer.part(company.luis, made)
        except Conflict:
            pass  # another one was faster: that is the point

    async def write(number: int) -> Taken:
        return await company.writes("email", f"c{number % 4}@x.es", text=str(number))

    pairs = list(itertools.permutations(customers, 2))
    done = await asyncio.gather(*(join(*pair) for pair in pairs), *(settled(partial(write, n)) for n in range(24)))
    messages = [one for one in done if isinstance(one, Taken)]
    assert len({one.number for one in messages}) == 24
    standing = {str(r["child_id"]): str(r["parent_id"]) for r in await database.rows("SELECT * FROM customer_join WHERE undone_at IS NULL")}
    assert await roots(database) == {one: _end(standing, one) for one in customers}
    assert await database.value("SELECT count(*) FROM message") == 28


async def test_evidence_never_joins_again_what_a_colleague_parted(database: Database, company: Company, changer: Changer) -> None:
    a, b, *_ = [message.customer for message in await four(company)]
    await changer.part(company.ana, await changer.join(company.ana, a, b))
    automatic = "SELECT join_customers($1, $2, 'reply', 'system', NULL)"
    assert await database.value(automatic, a, b) is None
    assert await database.value(automatic, b, a) is None
    assert await changer.join(company.ana, a, b)


async def test_evidence_never_joins_who_was_said_to_be_distinct(database: Database, company: Company, changer: Changer) -> None:
    a, b, c, d = [message.customer for message in await four(company)]
    await changer.set_distinct(company.ana, b, a)
    await changer.join(company.ana, c, a)
    await changer.join(company.ana, d, b)
    assert await database.value("SELECT join_customers($1, $2, 'reply', 'system', NULL)", c, d) is None


async def test_the_record_shows_the_family_and_the_joins_that_made_it(company: Company, changer: Changer, records: Records) -> None:
    one, other = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    join = await changer.join(company.ana, one.customer, other.customer)
    record = await records.read(company.principal, other.customer)
    assert record.id == one.customer
    assert {(identity.kind, identity.customer) for identity in record.identities} == {("email", one.customer), ("visitor", other.customer)}
    assert [(made.id, made.customer.id, made.by.name, made.evidence) for made in record.joins] == [(join, other.customer, "Ana", "agent")]
    assert record.figures.messages == 2
    assert len(record.topics) == 2


async def test_a_family_is_called_as_whoever_in_it_has_a_name(company: Company, changer: Changer, records: Records) -> None:
    wrote, unknown = await company.writes("email", "lucia@x.es"), await company.writes("email", "nobody@x.es")
    lucia, namesake = await company.customer("Lucía Ferrer Montes"), await company.customer("Lucía Ferrer Montes")
    await changer.join(company.ana, wrote.root, lucia)
    work = await WorkReading(company.database).work_views([wrote.work, unknown.work])
    assert [work[one.work].customer.name for one in (wrote, unknown)] == ["Lucía Ferrer Montes", "nobody@x.es"]
    suggested = (await records.read(company.principal, namesake)).suggestions
    assert [(one.customer.id, one.customer.name) for one in suggested] == [(wrote.root, "Lucía Ferrer Montes")]


async def test_after_an_undo_an_answer_stays_with_the_one_who_wrote_it(database: Database, company: Company, changer: Changer) -> None:
    one, other = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    join = await changer.join(company.ana, other.customer, one.customer)
    sent = "0199aa00-0000-7000-8000-00000000000a"
    reply: dict[str, Any] = {
        "id": sent, "customer": one.customer, "direction": "out", "channel": company.email, "topic": other.topic, "subject": "",
        "text": "Hola", "address": {"kind": "email", "value": "ana@x.es", "name": ""}, "html": None, "attachments": [], "uploader": "",
        "author_kind": "human", "author": company.ana, "reply_to": None, "send_at": None, "context": {}, "body_hash": "00",
        "request": {}, "undo_s": 0,
    }  # fmt: skip
    await database.row("SELECT * FROM write_message($1)", reply)
    await changer.part(company.ana, join)
    answer = await company.writes("email", "ana@x.es", answers=[sent])
    assert (answer.root, answer.topic) == (one.customer, one.topic)
    assert [row["topic_id"] for row in await database.rows("SELECT topic_id FROM message WHERE id = $1", sent)] == [UUID(other.topic)]


async def test_an_answer_from_an_address_that_was_told_apart_joins_nobody(company: Company, changer: Changer, database: Database) -> None:
    one, other = await company.writes("email", "ana@x.es"), await company.writes("email", "eva@x.es")
    await changer.set_distinct(company.ana, one.customer, other.customer)
    sent = "0199aa00-0000-7000-8000-00000000000b"
    await database.run(
        "INSERT INTO message (id, number, customer_id, topic_id, channel_id, direction, author_kind, address, state)"
        " VALUES ($1, nextval('message_number'), $2, $3, $4, 'out', 'human', $5, 'sent')",
        *(sent, other.customer, other.topic, company.email, {"kind": "email", "value": "ana@x.es"}),
    )
    answer = await company.writes("email", "ana@x.es", answers=[sent])
    assert (answer.root, answer.topic) == (one.customer, one.topic)

"""What sockets hear of side conversations: the same shape as a fetch, and only those whom it concerns."""

from collections.abc import Sequence

import msgspec

from hub.kernel.database import Database
from hub.kernel.ledger import EventRow, Ledger
from hub.kernel.push import Push, projected
from tests.asides.conftest import Matter
from tests.scenes import Company


async def heard(matter: Matter, database: Database) -> list[Push]:
    """All that is pushed of all that happened."""
    await matter.company.publish()
    events: Sequence[EventRow] = await Ledger(database).read(0)
    return await projected({type_: [one] for type_, one in matter.room.projections().items()}, events)


async def test_an_answer_is_told_as_it_is_fetched_to_the_customer_s_room_and_to_whoever_asked(
    matter: Matter, database: Database, company: Company
) -> None:
    page = await matter.begin()
    await matter.answers(page)
    pushes = await heard(matter, database)
    page = await matter.page_of(page["aside"]["id"])
    told = msgspec.to_builtins(pushes[-1].data)
    whose = {"root": page["aside"]["other"], "customer_name": "taller@proveedor.es"}
    assert (told["aside"], told["message"]) == (page["aside"], {**page["messages"][-1], **whose})
    assert {room for push in pushes for room in push.rooms} == {f"customer:{matter.rosa.customer}", f"agent:{company.ana}"}
    assert {push.type for push in pushes} == {"aside.changed"}


async def test_whoever_has_the_matter_hears_of_it_too_and_so_do_colleagues_who_are_asked(
    matter: Matter, database: Database, company: Company
) -> None:
    sql = "UPDATE work SET state = 'assigned', agent_id = $2, assigned_at = now(), units = 1 WHERE id = $1"
    await database.run(sql, matter.rosa.work, company.luis)
    await matter.begin(colleagues=[company.luis])
    for push in await heard(matter, database):
        assert push.rooms == {f"customer:{matter.rosa.customer}", f"agent:{company.ana}", f"agent:{company.luis}"}


async def test_other_messages_are_not_told_twice(matter: Matter, database: Database) -> None:
    assert await heard(matter, database) == []

"""The ledger in memory tells what the database tells, also where old events were let go."""

from hub.kernel.database import Database
from hub.kernel.ledger import Ledger
from tests.scenes import found_company


async def test_a_reader_behind_events_that_were_let_go_misses_none_of_the_others(database: Database) -> None:
    company = await found_company(database)
    for number in range(6):
        await company.writes("visitor", f"v{number}")
    await company.publish()
    await database.run("DELETE FROM event WHERE position IN (3, 4)")
    ledger = Ledger(database)
    everything = [event.position for event in await ledger.read(0)]
    for after in everything[:-1]:
        assert [event.position for event in await ledger.read(after)] == [one for one in everything if one > after]

"""Finding customers: by any word, without accents, by addresses and codes, in pages that leave nobody out."""

import json
from typing import Any

import pytest

from hub.customers.changing import Changer
from hub.customers.finding import QUERIES, Finder, address_patterns
from hub.errors import Invalid
from hub.kernel.database import Database
from tests.scenes import Company

FIRST = "00000000-0000-0000-0000-000000000000"


async def names(finder: Finder, wanted: str) -> list[str]:
    return [one.name for one in (await finder.find(wanted, None, 50)).items]


async def walk(finder: Finder, wanted: str, limit: int) -> list[str]:
    """All pages, one after the other."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = await finder.find(wanted, after, limit)
        found += [one.id for one in page.items]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("wanted", ["Begoña", "begona", "BEGO", "muniz", "Muñiz bego", "  bego  muñ ", "be"])
async def test_words_match_without_accents_and_case_by_their_beginning(wanted: str, finder: Finder, company: Company) -> None:
    await company.customer("Begoña Muñiz")
    await company.customer("Ana Ruiz")
    assert await names(finder, wanted) == ["Begoña Muñiz"]


@pytest.mark.parametrize("wanted", ["bego ruiz", "%", "_", "\\", "zz"])
async def test_what_no_name_has_finds_nobody(wanted: str, finder: Finder, company: Company) -> None:
    await company.customer("Begoña Muñiz")
    await company.customer("Ana Ruiz")
    assert await names(finder, wanted) == []


async def test_a_slip_of_the_keyboard_still_finds_somebody(finder: Finder, company: Company) -> None:
    await company.customer("Francisco Gutiérrez")
    for wanted in ("gutierez", "rancisco", "francicso gutierrez"):
        assert await names(finder, wanted) == ["Francisco Gutiérrez"]


async def test_names_that_begin_so_come_first_and_the_rest_by_name(finder: Finder, company: Company) -> None:
    for name in ("Luis Martín", "Marta Zorrilla", "Ana Marín", "Mario Abad"):
        await company.customer(name)
    assert await names(finder, "mar") == ["Mario Abad", "Marta Zorrilla", "Ana Marín", "Luis Martín"]


@pytest.mark.parametrize(
    "wanted", ["ana.ruiz@", "ANA.RUIZ@CASA.ES", "@casa.es", "casa.es", "+34 600 12 34 56", "600123456", "0034600123456", "1234"]
)
async def test_addresses_find_their_customer(wanted: str, finder: Finder, company: Company, changer: Changer) -> None:
    mail = await company.writes("email", "ana.ruiz@casa.es")
    await changer.add_identity(company.ana, mail.customer, "phone", "600 12 34 56")
    await company.writes("email", "eva@otra.es")
    [found] = (await finder.find(wanted, None, 50)).items
    assert found.id == mail.customer
    assert [(one.kind, one.value) for one in found.identities] == [("email", "ana.ruiz@casa.es"), ("phone", "+34600123456")]
    assert found.name == "ana.ruiz@casa.es"


async def test_a_tracking_code_finds_its_customer(finder: Finder, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", name="Ana Ruiz")
    code = await database.value("SELECT code FROM topic")
    assert [one.id for one in (await finder.find(code.lower(), None, 50)).items] == [mail.customer]


async def test_a_joined_customer_leads_to_the_root(finder: Finder, company: Company, changer: Changer) -> None:
    root, child = await company.customer("Ana Ruiz"), await company.customer("Anita Garrido")
    await changer.join(company.ana, root, child)
    assert [one.id for one in (await finder.find("garrido", None, 50)).items] == [root]
    assert [one.id for one in (await finder.find("", None, 50)).items] == [root]


async def test_without_words_the_newest_activity_comes_first(finder: Finder, company: Company, changer: Changer) -> None:
    silent = await company.customer("Nadie")
    one, two, three = [await company.writes("email", f"c{n}@x.es") for n in range(3)]
    await company.writes("email", "c0@x.es")
    await changer.join(company.ana, two.customer, three.customer)
    assert await walk(finder, "", 50) == [one.customer, two.customer, silent]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("wanted", ["", "mar"])
async def test_pages_show_everybody_once(limit: int, wanted: str, finder: Finder, company: Company) -> None:
    expected = {await company.customer(f"{first} {last}") for first in ("Mario", "Ana") for last in ("Mar", "Martín", "Mar")}
    expected |= {(await company.writes("email", f"c{n}@x.es", name=f"Marco {n}")).customer for n in range(3)}
    found = await walk(finder, wanted, limit)
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize("after", ["x", "e30", "WzEsMiwzXQ", "ñ", "WzFd" * 3])
async def test_a_forged_page_is_refused(after: str, finder: Finder) -> None:
    with pytest.raises(Invalid, match="next"):
        await finder.find("mar", after, 10)


async def test_names_are_searchable_after_a_restore_which_has_no_search_path(database: Database, finder: Finder) -> None:
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL search_path = ''")
        await connection.execute(
            "INSERT INTO public.customer (id, root_id, name) SELECT id, id, 'Íñigo Peña' FROM (SELECT uuidv7() AS id) made"
        )
    assert await names(finder, "inigo pena") == ["Íñigo Peña"]


def test_only_what_can_be_an_address_is_looked_for_inside_addresses() -> None:
    assert address_patterns("garcía") == []
    assert address_patterns("ana@x.es") == []
    assert address_patterns("@x_y.es") == ["%@x\\_y.es%"]
    assert address_patterns("+34 (600) 11") == ["%3460011%"]
    assert address_patterns("600") == []


async def test_no_search_reads_a_whole_table(database: Database, company: Company) -> None:
    await database.run(
        "WITH made AS (INSERT INTO customer (id, root_id, name) SELECT id, id, md5(n::text) || ' ' || md5((n + 1)::text)"
        " FROM (SELECT uuidv7() AS id, n FROM generate_series(1, 20000) n) x RETURNING id, name),"
        " known AS (INSERT INTO identity (customer_id, kind, value) SELECT id, 'email', left(name, 12) || '@x.es' FROM made"
        " RETURNING id, customer_id)"
        " INSERT INTO topic (customer_id, identity_id, channel_id, last_number)"
        " SELECT customer_id, id, $1, nextval('message_number') FROM known",
        company.email,
    )
    async with database.pool.acquire() as connection:
        await connection.execute("VACUUM ANALYZE customer")
        await connection.execute("VACUUM ANALYZE identity")
        await connection.execute("VACUUM ANALYZE topic")
    asked: dict[str, tuple[Any, ...]] = {
        QUERIES.newest: (2**62, 51),
        QUERIES.beginning: ("a1", "", FIRST, 51),
        QUERIES.containing: ("% a1b2c%", ["% d%"], ["%@zzzz.es%"], "ABC", "a1b2c", "", FIRST, 51, "a1b2c"),
    }
    for sql, arguments in asked.items():
        plan = await database.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
        plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]
        assert [node for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan" and node["Relation Name"] != "channel"] == []


def nodes(plan: Any) -> list[Any]:
    """All nodes of a plan."""
    return [plan, *(node for below in plan.get("Plans", []) for node in nodes(below))]

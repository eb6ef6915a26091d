"""The record: what the company knows of a person, who may be the same, how to answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.customers.changing import Changer, clean_tag
from hub.customers.model import Changes
from hub.customers.records import Records
from hub.customers.suggestions import Clue, address_evidence, ranked
from hub.errors import Conflict, Invalid, NotFound
from hub.kernel.addresses import InvalidAddress, normalise
from hub.kernel.database import Database
from tests.scenes import Company, principal_of


@pytest.fixture
async def fields(database: Database) -> None:
    """One field of each kind."""
    for position, kind in enumerate(("text", "number", "date", "yes_no", "choice", "link")):
        sql = "INSERT INTO customer_field VALUES ($1, $2, $3, $1, $1, $4)"
        await database.run(sql, f"a_{kind}", position, kind, ["gold", "silver"] if kind == "choice" else [])


GOOD = {"a_text": "Calle Mayor", "a_number": 3.5, "a_date": "2026-02-28", "a_yes_no": False, "a_choice": "gold", "a_link": "https://x.es/a"}
BAD: list[tuple[str, Any, str]] = [
    ("a_text", 3, "text of at most"),
    ("a_text", "x" * 2001, "text of at most 2000"),
    ("a_number", "3", "a number"),
    ("a_number", True, "a number"),
    ("a_date", "28/02/2026", "2026-11-28"),
    ("a_date", "2026-02-30", "2026-11-28"),
    ("a_yes_no", "yes", "true or false"),
    ("a_choice", "bronze", "one of gold, silver"),
    ("a_link", "javascript:alert(1)", "http://"),
    ("a_link", "https://x .es", "http://"),
    ("nothing", "x", "known are a_text, a_number"),
]


async def test_fields_are_kept_and_taken_away(fields: None, company: Company, changer: Changer, records: Records) -> None:
    customer = await company.customer("Ana")
    await changer.change(company.ana, customer, Changes(name="  Ana\u202e  Ruiz ", locale="es-ES", fields=GOOD))
    record = await records.read(company.principal, customer)
    assert (record.name, record.locale) == ("Ana Ruiz", "es-ES")
    assert {field.id: field.value for field in record.fields} == GOOD
    await changer.change(company.ana, customer, Changes(fields={"a_text": None, "a_number": ""}))
    record = await records.read(company.principal, customer)
    assert {field.id: field.value for field in record.fields} == {**GOOD, "a_text": None, "a_number": None}
    [first, second] = await company.events("customer.changed")
    assert first["data"] == {"fields": ["name", "locale", *GOOD]}
    assert second["data"] == {"fields": ["a_text", "a_number"]}


@pytest.mark.parametrize(("field", "value", "allowed"), BAD)
async def test_a_wrong_value_says_what_is_allowed(
    field: str, value: Any, allowed: str, fields: None, company: Company, changer: Changer, records: Records
) -> None:
    customer = await company.customer("Ana")
    with pytest.raises(Invalid) as refused:
        await changer.change(company.ana, customer, Changes(name="Eva", fields={field: value}))
    assert allowed in refused.value.fields[f"fields.{field}"]
    assert (await records.read(company.principal, customer)).name == "Ana"


async def test_an_undo_gives_back_what_a_change_had_hidden(fields: None, company: Company, changer: Changer, records: Records) -> None:
    root, child = await company.customer("Ana"), await company.customer("Anita")
    await changer.change(company.ana, child, Changes(fields={"a_text": "Calle Mayor", "a_choice": "gold"}))
    join = await changer.join(company.ana, root, child)
    assert {field.value for field in (await records.read(company.principal, root)).fields} == {"Calle Mayor", "gold", None}
    await changer.change(company.ana, root, Changes(fields={"a_text": None}))
    assert (await records.read(company.principal, root)).fields[0].value is None
    await changer.part(company.ana, join)
    assert (await records.read(company.principal, child)).fields[0].value == "Calle Mayor"


async def test_tags_are_the_familys_and_told_once(company: Company, changer: Changer, records: Records) -> None:
    root, child = await company.customer("Ana"), await company.customer("Anita")
    await changer.add_tag(company.ana, child, "  VIP   Oro ")
    await changer.join(company.ana, root, child)
    await changer.add_tag(company.ana, root, "vip oro")
    assert (await records.read(company.principal, root)).tags == ["vip oro"]
    assert len(await company.events("customer.tagged")) == 1
    await changer.remove_tag(company.ana, root, "VIP oro")
    assert (await records.read(company.principal, root)).tags == []


@pytest.mark.parametrize("tag", ["", "  ", "\u202e", "x" * 61])
def test_a_tag_has_one_to_sixty_characters(tag: str) -> None:
    with pytest.raises(Invalid, match="1 to 60"):
        clean_tag(tag)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("email", " Ana.Ruiz@CASA.es ", "ana.ruiz@casa.es"),
        ("email", "ana@Muñoz.es", "ana@xn--muoz-hqa.es"),
        ("phone", "600 12 34 56", "+34600123456"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("visitor", "AbC", "AbC"),
    ],
)
def test_addresses_have_one_form(kind: str, value: str, expected: str) -> None:
    assert normalise(kind, value) == expected


@pytest.mark.parametrize(("kind", "value"), [("email", "ana"), ("email", "a@b"), ("email", "a b@c.es"), ("phone", "12"), ("phone", "abc")])
def test_nonsense_is_no_address(kind: str, value: str) -> None:
    with pytest.raises(InvalidAddress):
        normalise(kind, value)


async def test_an_address_that_was_told_is_unproved_until_it_writes(company: Company, changer: Changer, records: Records) -> None:
    customer = await company.customer("Ana")
    await changer.add_identity(company.ana, customer, "phone", "600123456")
    await changer.add_identity(company.ana, customer, "phone", "+34 600 123 456")
    [identity] = (await records.read(company.principal, customer)).identities
    assert (identity.value, identity.proved, identity.evidence) == ("+34600123456", False, "told")
    await changer.remove_identity(company.ana, customer, identity.id)
    assert (await records.read(company.principal, customer)).identities == []


async def test_an_address_of_another_customer_names_that_customer(company: Company, changer: Changer) -> None:
    mail, customer = await company.writes("email", "ana@x.es", name="Ana Ruiz"), await company.customer("Eva")
    with pytest.raises(Conflict) as refused:
        await changer.add_identity(company.ana, customer, "email", "ANA@x.es")
    assert refused.value.code == "identity_taken"
    assert refused.value.fields == {"value": "belongs to another customer", "customer": mail.customer, "customer_name": "Ana Ruiz"}


async def test_only_what_was_told_can_be_told_and_taken_back(company: Company, changer: Changer, records: Records) -> None:
    mail, other = await company.writes("email", "ana@x.es"), await company.customer("Eva")
    with pytest.raises(Invalid, match="email, phone"):
        await changer.add_identity(company.ana, other, "visitor", "v1")
    [identity] = (await records.read(company.principal, mail.customer)).identities
    with pytest.raises(Conflict, match="never used"):
        await changer.remove_identity(company.ana, mail.customer, identity.id)
    with pytest.raises(NotFound):
        await changer.remove_identity(company.ana, other, identity.id)


async def test_a_claimed_address_suggests_and_never_joins(company: Company, changer: Changer, records: Records) -> None:
    mail = await company.writes("email", "ana@x.es", name="Ana Ruiz")
    chat = await company.writes("visitor", "v1", claims={"email": "ANA@x.es", "name": "Ana Ruíz"})
    assert chat.root != mail.root
    for one, other in ((chat, mail), (mail, chat)):
        [suggestion] = (await records.read(company.principal, one.customer)).suggestions
        assert suggestion.customer.id == other.customer
        assert "same_name" in suggestion.evidence
    record = await records.read(company.principal, chat.customer)
    assert (record.suggestions[0].score, record.suggestions[0].evidence) == (99, ["same_email_claimed", "same_name"])
    assert [(claim.kind, claim.value) for claim in record.claims] == [("email", "ANA@x.es"), ("name", "Ana Ruíz")]


async def test_who_was_said_to_be_somebody_else_is_never_suggested_again(company: Company, changer: Changer, records: Records) -> None:
    one, other, third = [await company.customer(name) for name in ("Ana Ruiz Gil", "Ana Ruiz Gil", "Anselmo Paz")]
    await changer.set_distinct(company.ana, one, other)
    assert (await records.read(company.principal, one)).suggestions == []
    assert (await records.read(company.principal, other)).suggestions == []
    await changer.join(company.ana, third, one)
    assert (await records.read(company.principal, other)).suggestions == []
    with pytest.raises(Conflict):
        await changer.set_distinct(company.ana, third, third)


async def test_a_common_name_or_a_first_name_alone_says_nothing(company: Company, records: Records) -> None:
    single = await company.customer("Ana")
    await company.customer("Ana")
    assert (await records.read(company.principal, single)).suggestions == []
    common, *_ = [await company.customer("María García") for _ in range(12)]
    assert (await records.read(company.principal, common)).suggestions == []


def test_two_identities_are_never_the_same_address() -> None:
    assert address_evidence("email", mine=True, known=True) is None
    assert address_evidence("email", mine=False, known=False) == "both_claim_email"
    assert address_evidence("visitor", mine=False, known=True) is None


def test_evidence_adds_up_and_never_to_certainty() -> None:
    clues = [Clue("a", "similar_name"), Clue("b", "same_email_claimed"), Clue("b", "same_phone_claimed"), Clue("c", "same_name")]
    assert ranked(clues, frozenset("c")) == [("b", 99, ["same_email_claimed", "same_phone_claimed"]), ("a", 20, ["similar_name"])]


async def test_reach_names_every_way_to_answer_and_the_last_one_first(company: Company, changer: Changer, records: Records) -> None:
    mail = await company.writes("email", "ana@x.es")
    chat = await company.writes("visitor", "v1", claims={"email": "Otra@X.es"})
    await changer.join(company.ana, mail.customer, chat.customer)
    reach = (await records.read(company.principal, mail.customer)).reach
    assert [(way.channel.connector, way.address.value, way.last, way.claimed) for way in reach] == [
        ("webchat", "v1", True, False),
        ("email", "ana@x.es", False, False),
        ("email", "otra@x.es", False, True),
    ]
    assert (reach[0].limits.text, reach[0].undo_s, reach[1].undo_s, reach[0].state) == (80, 0, 5, "up")


async def test_a_visitor_is_reached_only_on_the_chat_where_he_wrote(database: Database, company: Company, records: Records) -> None:
    chat = await company.writes("visitor", "v1")
    await database.run(
        "INSERT INTO channel (brand_id, queue_id, connector, kind, name, hook, enabled)"
        " SELECT brand_id, queue_id, connector, kind, 'Other shop', 'other', true FROM channel WHERE id = $1",
        company.webchat,
    )
    assert [way.channel.id for way in (await records.read(company.principal, chat.customer)).reach] == [company.webchat]


async def test_commitments_are_kept_and_told_once(database: Database, company: Company, changer: Changer, records: Records) -> None:
    customer = await company.customer("Ana")
    due = datetime.now(UTC) + timedelta(days=1)
    sql = "INSERT INTO commitment (customer_id, agent_id, text, due_at) VALUES ($1, $2, 'Llamar', $3) RETURNING id"
    made = str(await database.value(sql, customer, company.luis, due))
    [promise] = (await records.read(company.principal, customer)).commitments
    assert (promise.id, promise.by.name, promise.done_at, promise.customer.name) == (made, "Luis", None, "Ana")
    for _ in range(2):
        assert (await changer.keep_commitment(company.ana, made, True)).done_at is not None
    assert len(await company.events("commitment.done")) == 1
    assert (await changer.keep_commitment(company.ana, made, False)).done_at is None


async def test_any_member_answers_with_the_roots_record(company: Company, changer: Changer, records: Records) -> None:
    root, child = await company.customer("Ana"), await company.customer("Anita")
    await changer.join(company.ana, root, child)
    assert (await records.read(company.principal, child)).id == root


async def test_a_record_is_nobodys_who_may_not_see_customers(company: Company, records: Records) -> None:
    customer = await company.customer("Ana")
    with pytest.raises(NotFound):
        await records.read(principal_of(company.ana, permissions=frozenset()), customer)

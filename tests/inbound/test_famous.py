"""The failures that other products are known for: one customer twice, one message twice, or one that vanished."""

import asyncio
import itertools

import pytest

from connectors.contract import Address, Echo, Event, Message, Receipt
from connectors.phones import e164
from hub.inbound.intake import Taken
from tests.inbound.scene import Entrance

ALICE = "whatsapp", "ES.1234567890"
PHONE = "phone", "+34600111222"


def from_phone(number: str, name: str) -> Message:
    return Message(name, Address("phone", e164(number), native=number), f"from {number}")


@pytest.mark.parametrize(
    ("country", "old", "now"),
    [
        ("Brazil", "+55 11 9123-4567", "+55 11 99123-4567"),
        ("Mexico", "+52 1 55 1234 5678", "+52 55 1234 5678"),
        ("Argentina", "+54 11 2345-6789", "+54 9 11 2345-6789"),
        ("Spain", "600 111 222", "+34600111222"),
    ],
)
async def test_two_formats_of_one_number_are_one_customer(entrance: Entrance, country: str, old: str, now: str) -> None:
    await entrance.deliver("d1", from_phone(old, "m1"))
    await entrance.deliver("d2", from_phone(now, "m2"))
    assert (await entrance.count("customer"), await entrance.count("topic"), await entrance.count("message")) == (1, 1, 2), country
    written = await entrance.database.rows("SELECT address->>'native' AS native FROM message ORDER BY number")
    assert [row["native"] for row in written] == [old, now]


def a_mail(external_id: str = "<one@mail.example>") -> Message:
    return Message(external_id, Address("email", "rosa@mail.example", "Rosa"), "To both of you", subject="A question")


@pytest.mark.parametrize("known", [False, True])
async def test_the_same_mail_to_two_mailboxes_is_one_message(entrance: Entrance, *, known: bool) -> None:
    """Of a stranger, and of somebody whose matter in the other mailbox is at work; also when it comes again."""
    shop, workshop = [await entrance.new_channel("mail", name) for name in ("shop", "workshop")]
    if known:
        await entrance.deliver("0", a_mail("<zero@mail.example>"), channel=workshop)
    await asyncio.gather(entrance.deliver("1", a_mail(), channel=shop), entrance.deliver("9", a_mail(), channel=workshop))
    await entrance.deliver("1", a_mail(), channel=shop)
    taken = await entrance.deliver("99", a_mail(), channel=workshop)
    counts = [await entrance.count(table) for table in ("customer", "message", "topic", "work")]
    assert counts == [1, 1 + known, 1 + known, 1 + known]
    assert [one.fresh for one in taken.messages] == [False]


async def test_another_mail_to_the_other_mailbox_is_a_matter_of_its_own(entrance: Entrance) -> None:
    shop, workshop = [await entrance.new_channel("mail", name) for name in ("shop", "workshop")]
    await entrance.deliver("1", a_mail(), channel=shop)
    await entrance.deliver("9", a_mail("<two@mail.example>"), channel=workshop)
    assert (await entrance.count("customer"), await entrance.count("topic")) == (1, 2)


async def test_a_forged_message_id_joins_nobody_elses_matter(entrance: Entrance) -> None:
    shop, workshop = [await entrance.new_channel("mail", name) for name in ("shop", "workshop")]
    await entrance.deliver("1", a_mail(), channel=shop)
    mallory = Message("<one@mail.example>", Address("email", "mallory@mail.example"), "let me in")
    await entrance.deliver("9", mallory, channel=workshop)
    assert (await entrance.count("customer"), await entrance.count("topic")) == (2, 2)


async def test_echo_and_webhook_for_one_message_are_one_message_in_any_order(entrance: Entrance) -> None:
    rosa = Address("visitor", "rosa")
    await entrance.deliver("d1", Message("m1", rosa, "hello"))
    for number, (first, second) in enumerate(itertools.permutations(("echo", "receipt"))):
        name = f"p{number}"
        events: dict[str, Event] = {"echo": Echo(name, rosa, f"answer {number}"), "receipt": Receipt("delivered", external_id=name)}
        await entrance.deliver(f"{name} 1", events[first])
        await entrance.deliver(f"{name} 2", events[second])
    rows = await entrance.database.rows("SELECT text, state FROM message WHERE direction = 'out' ORDER BY number")
    assert [(row["text"], row["state"]) for row in rows] == [("answer 0", "delivered"), ("answer 1", "delivered")]


async def says(entrance: Entrance, name: str, sender: tuple[str, str], *proves: tuple[str, str]) -> Taken:
    proved = tuple(Address(*one) for one in proves)
    return await entrance.deliver(name, Message(name, Address(*sender), name, proves=proved))


async def test_a_whatsapp_id_with_its_phone_and_later_alone_is_one_customer_in_one_topic(entrance: Entrance) -> None:
    await says(entrance, "with phone", ALICE, PHONE)
    await says(entrance, "id alone", ALICE)
    assert (await entrance.roots(), await entrance.count("topic"), await entrance.count("work")) == (1, 1, 1)


async def test_a_phone_alone_and_later_the_whatsapp_id_with_it_is_one_customer_in_one_topic(entrance: Entrance) -> None:
    await says(entrance, "phone alone", PHONE)
    await says(entrance, "id with phone", ALICE, PHONE)
    await says(entrance, "id alone", ALICE)
    assert (await entrance.roots(), await entrance.count("topic"), await entrance.count("work")) == (1, 1, 1)


async def test_a_whatsapp_id_with_its_phone_and_later_the_phone_alone_is_one_customer_in_one_topic(entrance: Entrance) -> None:
    await says(entrance, "id with phone", ALICE, PHONE)
    await says(entrance, "phone alone", PHONE)
    assert (await entrance.roots(), await entrance.count("topic"), await entrance.count("work")) == (1, 1, 1)


async def test_two_who_are_known_are_joined_when_the_provider_says_that_they_are_one(entrance: Entrance) -> None:
    await says(entrance, "phone alone", PHONE)
    await says(entrance, "id alone", ALICE)
    assert await entrance.roots() == 2
    for number in range(3):
        await says(entrance, f"id with phone {number}", ALICE, PHONE)
    assert await entrance.roots() == 1
    assert await entrance.database.value("SELECT count(*) FROM event WHERE type = 'customer.joined'") == 1


async def test_what_somebody_says_of_himself_later_is_kept_too(entrance: Entrance) -> None:
    for number, claims in enumerate(({}, {"username": "ali"}, {"username": "ali"}, {"username": "alicia"})):
        await entrance.deliver(f"d{number}", Message(f"m{number}", Address(*ALICE), "hello", claims=claims))
    rows = await entrance.database.rows("SELECT value FROM claim ORDER BY value")
    assert [row["value"] for row in rows] == ["ali", "alicia"]


async def test_a_whatsapp_id_that_never_showed_its_phone_is_somebody_else(entrance: Entrance) -> None:
    await says(entrance, "phone alone", PHONE)
    await says(entrance, "id alone", ALICE)
    assert await entrance.roots() == 2


async def test_the_phone_of_sms_and_whatsapp_is_one_customer_with_a_topic_on_each(entrance: Entrance) -> None:
    sms = await entrance.new_channel("message", "sms")
    await says(entrance, "by whatsapp", ALICE, PHONE)
    await entrance.deliver("by sms", Message("sms", Address(*PHONE), "by sms"), channel=sms)
    assert (await entrance.roots(), await entrance.count("topic")) == (1, 2)


async def test_the_first_words_with_and_without_phone_at_the_same_moment_are_one_customer(entrance: Entrance) -> None:
    await asyncio.gather(
        *(says(entrance, f"w{number}", ALICE, PHONE) for number in range(5)), *(says(entrance, f"p{number}", PHONE) for number in range(5))
    )
    assert (await entrance.roots(), await entrance.count("message")) == (1, 10)


async def test_a_receipt_that_comes_before_the_answer_to_the_sending_counts(entrance: Entrance) -> None:
    taken = await entrance.deliver("d1", Message("m1", Address("visitor", "rosa"), "hello"))
    sql = """
        INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text, state)
        SELECT uuidv7(), nextval('message_number'), customer_id, topic_id, channel_id, identity_id, 'out', 'human', address,
               'answer', 'sending' FROM message WHERE id = $1 RETURNING id"""
    ours = await entrance.database.value(sql, taken.messages[0].id)
    sql = """INSERT INTO outbox (message_id, channel_id, line, number, state, token)
        SELECT id, channel_id, 'x', number, 'sending', 1 FROM message WHERE id = $1"""
    await entrance.database.run(sql, ours)
    await entrance.deliver("r1", Receipt("read", external_id="p1"))
    assert await entrance.database.value("SELECT settle_message($1, 1, 'sent', 'p1', NULL)", ours)
    assert await entrance.database.value("SELECT state FROM message WHERE id = $1", ours) == "read"


BRUNO = "whatsapp", "ES.222"
NEW_PHONE = "phone", "+34600333444"


async def _owners(entrance: Entrance) -> dict[str, str]:
    """To whom each address belongs: the family's first customer."""
    rows = await entrance.database.rows("SELECT i.value, c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id")
    return {row["value"]: str(row["root_id"]) for row in rows}


async def test_the_next_owner_of_a_phone_number_does_not_join_the_one_before(entrance: Entrance) -> None:
    alice = (await says(entrance, "I am Alice", ALICE, PHONE)).messages[0]
    bruno = (await says(entrance, "I am Bruno", BRUNO, PHONE)).messages[0]
    assert bruno.topic != alice.topic
    owners = await _owners(entrance)
    assert (owners[PHONE[1]], owners[BRUNO[1]]) == (str(alice.root), str(bruno.root))
    said = await entrance.database.rows("SELECT customer_id, kind, value FROM claim")
    assert [(row["customer_id"], row["kind"], row["value"]) for row in said] == [(bruno.customer, *PHONE)], "a hint, which is suggested"


async def test_whoever_gets_another_number_leaves_the_old_one_to_its_next_owner(entrance: Entrance) -> None:
    alice = (await says(entrance, "I am Alice", ALICE, PHONE)).messages[0]
    moved = Message("moved", Address(*ALICE), "Alice changed", automatic=True, proves=(Address(*NEW_PHONE),), former=(Address(*PHONE),))
    assert (await entrance.deliver("moved", moved)).messages[0].topic == alice.topic
    bruno = (await says(entrance, "I am Bruno", BRUNO, PHONE)).messages[0]
    owners = await _owners(entrance)
    assert (owners[ALICE[1]], owners[NEW_PHONE[1]]) == (str(alice.root), str(alice.root))
    assert (owners[BRUNO[1]], owners[PHONE[1]]) == (str(bruno.root), str(bruno.root))
    assert bruno.root != alice.root


async def test_a_number_that_was_left_belongs_to_whoever_writes_from_it(entrance: Entrance) -> None:
    alice = (await says(entrance, "I am Alice", PHONE)).messages[0]
    await entrance.deliver("moved", Message("moved", Address(*PHONE), "", proves=(Address(*NEW_PHONE),), former=(Address(*PHONE),)))
    stranger = (await says(entrance, "who are you", PHONE)).messages[0]
    again = (await says(entrance, "it is me again", NEW_PHONE)).messages[0]
    assert (again.root, stranger.root == alice.root) == (alice.root, False)
    assert stranger.topic != alice.topic


async def test_a_second_new_id_is_still_the_same_person(entrance: Entrance) -> None:
    ids = [("whatsapp", f"ES.{number}") for number in range(1, 4)]
    await says(entrance, "first", ids[0], PHONE)
    for before, after in itertools.pairwise(ids):
        await says(entrance, f"{after[1]} now", before, after)
    await says(entrance, "third", ids[2], NEW_PHONE)
    assert await entrance.roots() == 1


async def test_two_accounts_of_the_shop_in_one_browser_stay_two_people(entrance: Entrance) -> None:
    browser = ("visitor", "v1")
    await says(entrance, "first", browser, ("account", "a"))
    await says(entrance, "second", browser, ("account", "b"))
    assert sorted(await _owners(entrance)) == ["a", "v1"]

"""Which matter of its sender's thread a mail goes on with: as a careful person would tell from the mail itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from sandbox.mail import Letter
from tests.attacks.house import House
from tests.inbound.letters import SHOP, arrived, mail_house, someone


@pytest.fixture(scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A hub in which matters are closed long ago as soon as a test says so."""
    async with mail_house(postgres, "mail_topics", tmp_path_factory.mktemp("topics")) as opened:
        yield opened


@pytest.mark.parametrize("how", ["In-Reply-To", "References", "Reply-To"])
async def test_an_answer_goes_on_with_what_it_answers_by_whatever_it_still_bears(house: House, how: str) -> None:
    rosa, first, ours = await answered(house)
    await close_long_ago(house, first["topic_id"])
    await arrived(house, rosa, signed_by=SHOP, subject="Otra cosa")  # newer, and open
    found = await arrived(house, rosa, signed_by=SHOP, subject="Re: Pedido", **bearing(ours, how))
    assert found["topic_id"] == first["topic_id"]
    assert "follows" not in found["context"]


async def test_another_subject_changes_nothing_while_the_matter_is_fresh(house: House) -> None:
    rosa, first, ours = await answered(house)
    found = await arrived(house, rosa, signed_by=SHOP, subject="Y la factura?", **bearing(ours, "In-Reply-To"))
    assert found["topic_id"] == first["topic_id"]


async def test_an_old_mail_used_to_write_a_new_one_opens_a_matter_that_follows_the_old(house: House) -> None:
    rosa, first, ours = await answered(house)
    await close_long_ago(house, first["topic_id"])
    found = await arrived(house, rosa, signed_by=SHOP, subject="Quiero una lámpara", **bearing(ours, "In-Reply-To"))
    assert found["topic_id"] != first["topic_id"]
    assert found["context"]["follows"] == str(first["topic_id"])


async def test_an_answer_without_ids_is_suggested_by_its_subject_and_not_moved(house: House) -> None:
    rosa, first, _ = await answered(house)
    await close_long_ago(house, first["topic_id"])
    found = await arrived(house, rosa, signed_by=SHOP, subject="RE: [Tienda] Re:  pedido")
    assert found["topic_id"] != first["topic_id"]
    assert found["context"]["resembles"] == str(first["topic_id"])


async def test_a_new_mail_under_an_old_subject_resembles_nothing(house: House) -> None:
    rosa, first, _ = await answered(house)
    await close_long_ago(house, first["topic_id"])
    found = await arrived(house, rosa, signed_by=SHOP, subject="Pedido")
    assert found["context"].keys().isdisjoint({"resembles", "follows"})


async def test_the_subject_of_somebody_elses_matter_suggests_nothing(house: House) -> None:
    await answered(house)
    stranger = someone("eve")
    found = await arrived(house, stranger, signed_by=SHOP, subject="Re: Pedido")
    assert "resembles" not in found["context"]


# ── How it is done ───────────────────────────────────────────────────────────────────────────────────────────────────


async def answered(house: House) -> tuple[str, Any, Letter]:
    """Somebody who wrote about an order and was answered: address, the first message, our letter."""
    rosa = someone("rosa")
    first = await arrived(house, rosa, signed_by=SHOP)
    sofia = await house.browser("sofia")
    body = {
        "id": str(uuid4()),
        "kind": "reply",
        "channel": house.company.channels["email"],
        "text": "Va de camino",
        "subject": "Re: Pedido",
    }
    body["send_at"] = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    status, said = await sofia.ask("POST", f"/customers/{first['root']}/messages", body)
    assert status == 201, said
    return rosa, first, await house.post.wait_for(lambda letter: rosa in letter.recipients, timeout=20)


async def close_long_ago(house: House, topic: Any) -> None:
    """As if it had been closed weeks before, but for its last message."""
    database = house.hub.storage.database
    await database.run("UPDATE work SET state = 'completed', ended_at = now(), agent_id = NULL, units = 0 WHERE topic_id = $1", topic)
    await database.run("UPDATE topic SET state = 'closed', closed_at = now() - interval '20 days' WHERE id = $1", topic)


def bearing(ours: Letter, how: str) -> dict[str, str]:
    """What is left in an answer of the letter that it answers."""
    sent = ours.message()
    if how == "Reply-To":
        return {"X-Original-To": sent["Reply-To"].addresses[0].addr_spec}
    return {how: f"<older@shop.example> {sent['Message-ID']}" if how == "References" else str(sent["Message-ID"])}

"""What the inbox holds is read conversation by conversation: one that cannot be read holds no other up."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.contract import Delivery
from connectors.graph.client import Graph
from connectors.graph.history import sweep

PAGE = "1000"


class Inbox(Graph):
    """Answers with one page of conversations."""

    def __init__(self, *conversations: Mapping[str, Any]) -> None:
        self.found = list(conversations)

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        return {"data": self.found}


def conversation(person: str, **changed: Any) -> dict[str, Any]:
    message = {"id": f"m_{person}", "created_time": "2026-11-22T04:10:00+0000", "from": {"id": person}, "message": "Hola"}
    return {
        "updated_time": "2026-11-22T04:10:00+0000",
        "participants": {"data": [{"id": person, "name": person.title()}, {"id": PAGE}]},
        "messages": {"data": [message]},
        **changed,
    }


async def swept(*conversations: Mapping[str, Any]) -> list[Delivery]:
    return [one async for batch in sweep(Inbox(*conversations), "messenger", PAGE, 0.0) for one in batch.deliveries]


@pytest.mark.parametrize(
    "poison",
    [
        {"messages": {"data": [{"id": "m", "created_time": "yesterday", "from": {"id": "eva"}}]}},
        {"messages": {"data": [{"id": "m", "created_time": "0001-01-01T00:00:00", "from": {"id": "eva"}}]}},
        {"messages": {"data": [{"id": "m", "created_time": 7, "from": {"id": "eva"}}]}},
        {"messages": {"data": [{"id": "m", "created_time": "2026-11-22T04:10:00+0000", "from": "eva"}]}},
        {"messages": {"data": ["m"]}},
        {"messages": "none"},
        {"participants": [7]},
        {"updated_time": "yesterday"},
    ],
)
async def test_a_poisoned_conversation_is_set_aside_and_its_neighbours_are_read(poison: dict[str, Any]) -> None:
    found = await swept(conversation("ana"), conversation("eva", **poison), conversation("leo"))
    read = [one.external_id for one in found if one.kind == "message"]
    assert [name for name in read if name != "m_eva"] == ["m_ana", "m_leo"]
    assert [one.kind for one in found].count("profile") >= 2
    assert len([one for one in found if one.kind == "unreadable"]) == (0 if "updated_time" in poison else 1)


async def test_a_poisoned_message_is_set_aside_and_the_others_of_its_conversation_are_read() -> None:
    whole = conversation("ana")
    whole["messages"]["data"].append({"id": "m_first", "created_time": "yesterday", "from": {"id": "ana"}})
    assert [one.kind for one in await swept(whole)] == ["unreadable", "message", "profile"]

"""TXT records, asked of a name server of our own on loopback."""

import pytest

from connectors.email.records import NameServers
from tests.connectors.email.zone import zone

KNOWN = {"known.example": ["v=DMARC1; p=reject", "otra ñ"], "empty.example": [], "broken.example": None}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("known.example", ["v=DMARC1; p=reject", "otra ñ"]),
        ("empty.example", []),
        ("nobody.example", []),
        ("broken.example", None),
        (f"{'a' * 64}.example", None),
        ("a..example", None),
    ],
)
async def test_texts_none_and_no_answer_are_told_apart(name: str, texts: list[str] | None) -> None:
    async with zone(KNOWN) as server:
        found = (await NameServers(("127.0.0.1", server.port)).texts([name]))[name]
        assert (found and sorted(found)) == (texts and sorted(texts))  # a name server tells them in any order


async def test_an_answer_is_remembered() -> None:
    async with zone(KNOWN) as server:
        names = NameServers(("127.0.0.1", server.port))
        assert await names.texts(["known.example", "known.example"]) == await names.texts(["known.example"])
        assert server.asked == ["known.example"]


async def test_a_name_server_that_is_silent_answers_nothing() -> None:
    async with zone(KNOWN) as server:
        server.silent = True
        assert await NameServers(("127.0.0.1", server.port)).texts(["known.example"]) == {"known.example": None}


async def test_of_names_that_nobody_can_have_nobody_is_asked() -> None:
    assert await NameServers().texts(["_dmarc.shop.example", "a.test"]) == {"_dmarc.shop.example": [], "a.test": []}

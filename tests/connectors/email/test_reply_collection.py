"""Eighty replies, invented, in the manner of the programs that customers use: 40 Spanish ones in plain text, 40 in HTML and six languages.

Beside each `replies/NAME.txt` or `.html`, `NAME.want` is what its writer wrote anew.
"""

from pathlib import Path

import pytest

from tests.connectors.email.scoring import visible_text

COLLECTION = Path(__file__).parent / "replies"
REPLIES = sorted(one for one in COLLECTION.iterdir() if one.suffix in (".txt", ".html"))


def test_the_collection_is_whole() -> None:
    assert sum(one.suffix == ".txt" for one in REPLIES) == 40
    assert sum(one.suffix == ".html" for one in REPLIES) == 40


@pytest.mark.parametrize("reply", REPLIES, ids=lambda one: one.name)
def test_only_what_is_new_is_shown(reply: Path) -> None:
    kind = "html" if reply.suffix == ".html" else "text"
    wanted = reply.with_suffix(".want").read_text(encoding="utf-8").strip()
    assert visible_text(reply.read_text(encoding="utf-8"), kind) == wanted

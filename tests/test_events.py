"""The catalogue of events: whatever is written or pushed stands in it, and nothing in it is made up."""

import re
from pathlib import Path

from hub.events import LEDGER_EVENTS, SOCKET_EVENTS

ROOT = Path(__file__).resolve().parent.parent
ROOMS = "agent|aside|channel|commitment|conversation|customer|delivery|message|offer|queue|sign_in|status|token|topic|work"
WRITTEN = re.compile(rf"""['"]((?:{ROOMS})\.[a-z_]+)['"]""")
PUSHED = re.compile(r"""\b[Pp]ush\(\s*"([a-z._]+)\"""")


def sources(*patterns: str) -> list[tuple[Path, str]]:
    """Every source file below hub and migrations that matches."""
    files = [file for pattern in patterns for folder in ("hub", "migrations") for file in (ROOT / folder).rglob(pattern)]
    return [(file, file.read_text(encoding="utf-8")) for file in files if file.name != "events.py"]


def test_every_type_that_sql_writes_to_the_ledger_is_documented() -> None:
    found = {type_ for _, text in sources("*.sql") for type_ in WRITTEN.findall(text)}
    assert "message.created" in found
    assert found - LEDGER_EVENTS.keys() == set()


def test_every_documented_type_of_the_ledger_is_written_somewhere() -> None:
    everything = "".join(text for _, text in sources("*.sql", "*.py"))
    made = {type_ for type_ in LEDGER_EVENTS if re.search(rf"""['"]{re.escape(type_)}['"]""", everything)}
    prefixes = ("offer.", "work.", "topic.", "status.")  # some are put together: 'offer.' || state
    assert {type_ for type_ in LEDGER_EVENTS.keys() - made if not type_.startswith(prefixes)} == set()


def test_every_event_that_is_pushed_to_colleagues_is_documented() -> None:
    found = {type_ for file, text in sources("*.py") if "visitors" not in file.parts for type_ in PUSHED.findall(text)}
    assert "offer.created" in found
    assert found - {one.type for one in SOCKET_EVENTS} == set()

"""The words on the console's buttons, as its own message files have them."""

import json
from collections.abc import Mapping

from tests.source import ROOT

MESSAGES = ROOT / "agent_ui" / "messages"


def words_of(locale: str) -> Mapping[str, str]:
    """Key → sentence, in `es` or `en`."""
    found: Mapping[str, str] = json.loads((MESSAGES / f"{locale}.json").read_text(encoding="utf-8"))
    return found

"""Throws damaged mails and HTML at the parser with atheris, guided by what they reach: `python -m tests.connectors.email.fuzz FOLDER`.

The folder keeps what led further; libFuzzer's own options (`-max_total_time=600`) follow it.
"""

import sys
from pathlib import Path
from time import perf_counter

import atheris

with atheris.instrument_imports(include=["connectors.email"]):
    from connectors.contract import Delivery
    from connectors.email import markup, payloads
    from connectors.email.replies import visible_text
import contextlib

from connectors.errors import MalformedPayload

IN_TIME_S = 5.0
SEEDS = Path(__file__).parent
KEY = bytes(32)


def one_mail(data: bytes) -> None:
    """Raises what a parser must not raise, and AssertionError when it takes too long."""
    began = perf_counter()
    with contextlib.suppress(MalformedPayload):
        payloads.events_of(Delivery("mail", "", data, {"rcpt_to": "support@demo.example"}), key=KEY, ours="support@demo.example")
    text = data.decode("utf-8", "replace")
    visible_text(text)
    try:
        markup.check_size(text)
        markup.sanitise(text)
    except markup.TooComplex:
        pass
    assert perf_counter() - began < IN_TIME_S, "it takes too long"


def main() -> None:
    """Fuzz, beginning with the recorded mails, until libFuzzer's own options say that it is enough."""
    atheris.Setup([*sys.argv, str(SEEDS / "recorded"), str(SEEDS / "replies")], one_mail)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""`hilo channel …` and `hilo rule …` beside a running hub: the same as the console, in words."""

import asyncio
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.attacks.house import House
from tests.channels.conftest import number
from tests.channels.moody.connector import PROVIDER
from tests.source import ROOT


class Terminal:
    """Somebody at the machine of the hub; the connector is installed there too."""

    def __init__(self, house: House) -> None:
        settings, sites = house.hub.settings, [str(ROOT), *(one for one in sys.path if Path(one).name.startswith("site"))]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HILO_")},
            "HILO_DATA": str(settings.data.path),
            "HILO_DATABASE_URL": settings.database.url,
            "HILO_PUBLIC_URL": house.url,
            "PYTHONPATH": os.pathsep.join(sites),
            "MOODY_TOKEN": "good",
        }

    async def types(self, line: str, typed: str = "", expect: int = 0) -> str:
        """One command; what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", *shlex.split(line),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=self._environment,
        )  # fmt: skip
        said, wrong = await asyncio.wait_for(process.communicate(typed.encode()), 60)
        assert process.returncode == expect, f"{line}: {said.decode()}{wrong.decode()}"
        return (said if expect == 0 else said + wrong).decode()


async def test_a_channel_is_set_up_tried_opened_and_put_away_from_a_terminal(house: House) -> None:
    terminal, name = Terminal(house), f"Moody {next(number)}"
    first, secret = (await terminal.types(f'channel add moody "{name}" token=env:MOODY_TOKEN number=3 --off')).splitlines()
    id_, signing = first.split()[0], secret.split()[1]
    assert secret.startswith("signing  ")
    assert (await house.hub.channels.one(UUID(id_))).settings == {"token": "good", "number": 3, "signing": signing}
    assert "ok      Token" in await terminal.types(f'channel check "{name}"')
    assert await terminal.types(f'channel enable "{name}"') == "switched on and open\n"
    assert (await terminal.types(f'channel install "{name}"')).startswith("ok      Webhook")
    shown: dict[str, Any] = json.loads(await terminal.types(f'channel show "{name}" --json'))
    assert (shown["state"], shown["webhook"], shown["settings"]) == ("up", f"{house.url}/hooks/{shown['key']}", {"number": 3})
    assert signing not in str(shown)
    assert await terminal.types(f'channel events "{name}"') == "nothing yet\n"
    assert await terminal.types(f'channel archive "{name}"') == "archived: it is off the lists, its messages stay\n"
    assert id_ not in await terminal.types("channel list")
    assert id_ in await terminal.types("channel list --archived")


async def test_what_goes_wrong_is_one_sentence_and_secrets_are_not_echoed(house: House) -> None:
    terminal, name = Terminal(house), f"Moody {next(number)}"
    await terminal.types(f'channel add moody "{name}" token=- --off', typed="wrong\n")
    failed = await terminal.types(f'channel check "{name}"', expect=1)
    assert "FAILED  Token" in failed
    assert "Copy it again." in failed
    assert "wrong" not in failed
    assert "number: at most 9" in await terminal.types(f'channel set "{name}" number=10', expect=2)
    assert "token is a secret" in await terminal.types(f'channel set "{name}" token=better', expect=2)
    assert await terminal.types(f'channel set "{name}" token=- region=us', typed="good\n") == "changed\n"
    PROVIDER.mood = "away"
    assert "switched on, but it does not open: nobody there" in await terminal.types(f'channel enable "{name}"', expect=2)
    PROVIDER.mood = "well"
    await terminal.types(f'channel archive "{name}"')


async def test_rules_are_put_in_order_from_a_terminal(house: House) -> None:
    terminal = Terminal(house)
    assert await terminal.types('rule add Service --words "devol*" cambio --channel Chat') == "rule 1 of 1\n"
    assert await terminal.types("rule add Service --language en --at 1") == "rule 1 of 2\n"
    listed = (await terminal.types("rule list")).splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2"]
    assert "on Chat; says devol*, cambio" in listed[1]
    assert "(by rule 2)" in await terminal.types('rule try Chat "Una devolución"')
    await terminal.types("rule move 2 1")
    assert "(by rule 1)" in await terminal.types('rule try Chat "Una devolución"')
    await terminal.types("rule remove 1")
    await terminal.types("rule remove 1")
    assert await terminal.types("rule list") == "no rules: everything waits in its channel's own queue\n"

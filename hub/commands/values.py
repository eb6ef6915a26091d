"""KEY=VALUE on the command line as a connector's settings; a secret never stands in the command itself."""

import getpass
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.registry import load
from connectors.settings import secret_names
from hub.errors import SetupError


def values_of(connector: str, given: Sequence[str]) -> dict[str, Any]:
    """KEY=VALUE as the settings' own types; a word that is no JSON is text. Raises SetupError, UnknownConnector."""
    kind = load(connector).settings
    kinds: Mapping[str, Any] = kind.__annotations__
    values: dict[str, Any] = {}
    for one in given:
        key, equals, text = one.partition("=")
        if not equals:
            raise SetupError(f"{one!r} is not KEY=VALUE")
        text = _secret(key, text) if key in secret_names(kind) and text else text
        values[key] = text if kinds.get(key) in (str, "str") else _json(text)
    return values


def _secret(key: str, text: str) -> str:
    if text == "-":
        return getpass.getpass(f"{key}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    name = text.removeprefix("env:")
    if name == text:
        raise SetupError(f"{key} is a secret and would stay in the shell's history: write {key}=- and type it, or {key}=env:VARIABLE")
    if not os.environ.get(name):
        raise SetupError(f"{key}: there is no variable {name} in the environment")
    return os.environ[name]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

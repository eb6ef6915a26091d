"""Logs: the standard library's, written by structlog for people or machines; never a secret, never what a customer wrote."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import Processor

from hub.settings import Log

SECRET_KEYS = frozenset(
    {"password", "token", "secret", "secrets", "authorization", "cookie", "csrf", "key", "text", "body", "html", "subject"}
)
"""Fields that are never written, whatever is in them."""

SECRETS = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+]*://[^\s:/@]*):[^\s@/]+@|\bhilo_[A-Za-z0-9_-]{20,}|\b[Bb]earer\s+[\w.~+/-]+=*")
"""Passwords in addresses, and API tokens, wherever they stand in a line."""

ROW_VALUES = re.compile(r"^(\s*DETAIL:).*$", re.MULTILINE)
"""PostgreSQL quotes the failing row in the detail of its errors: names, addresses, messages."""

QUIET = ("aiohttp.access", "asyncio", "engineio", "socketio", "mail.log")
"""Libraries that say at `info` what only a developer wants to know."""


def about(**ids: str) -> AbstractContextManager[None]:
    """Everything logged inside carries these ids: `with about(request=reference): …`. Follows tasks started inside."""
    return bound_contextvars(**ids)


def set_up(settings: Log) -> None:
    """Send all logging to standard error in the chosen form. May be called again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_before(), processors=_after(_for_people(settings))))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _for_people(settings: Log) -> bool:
    return settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())


def _before() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _after(for_people: bool) -> list[Processor]:
    last: Processor = _console() if for_people else structlog.processors.JSONRenderer()
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, hide, last]


def _console() -> Processor:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def hide(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not be in a log: secret fields, tokens and passwords inside text, row values in database errors."""
    for key, value in event.items():
        if key.lower() in SECRET_KEYS:
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = hidden(value)
    return event


def hidden(text: str) -> str:
    """A line without secrets."""
    return ROW_VALUES.sub(r"\1 …", SECRETS.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return f"{match['scheme']}:…@" if match["scheme"] else "…"

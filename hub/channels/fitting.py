"""Whether settings fit their connector, and what of them must not be seen. No input or output."""

import dataclasses
import secrets as random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from connectors.contract import Connector, Surroundings
from connectors.manifest import InvalidManifest
from connectors.registry import UnknownConnector, load
from connectors.settings import InvalidSettings, generated_names, read_settings, secret_names, withheld
from hub.channels.model import Channel
from hub.errors import Invalid

SECRET_BYTES = 32
HIDDEN = "•••"
SHORTEST_HIDDEN = 4
"""A shorter secret hides nothing: it would blacken half of every sentence."""
UNFIT = (InvalidSettings, UnknownConnector, InvalidManifest, ImportError)
"""What is raised when a channel's connector is not there any more, or has other settings now."""


def built(channel: Channel, surroundings: Surroundings) -> Connector:
    """Its connector, not opened. Raises what UNFIT says."""
    kind = load(channel.connector)
    return kind.build(read_settings(kind.settings, channel.settings), surroundings)


def fit(channel: Channel) -> Connector:
    """The same, only to see that it can be built. Raises InvalidSettings, UnknownConnector; Invalid when the connector itself breaks."""
    try:
        return built(channel, Surroundings(str(channel.id), "", bytes(32)))
    except UNFIT:
        raise
    except Exception as error:
        said = without_secrets(f"{type(error).__name__}: {error}", channel)
        raise Invalid("connector_broke", f"the connector {channel.connector} cannot be built with these settings: {said}") from error


def problems_of(channel: Channel, language: str) -> dict[str, str]:
    """Fields that do not fit (any more), and why; empty when all do."""
    try:
        fit(channel)
    except InvalidSettings as error:
        return error.said_in(language)
    except (*UNFIT, Invalid) as error:
        return {"": without_secrets(str(error), channel)}
    return {}


def with_generated(settings: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the secrets that the hub makes where they were left empty."""
    made = {name: random.token_urlsafe(SECRET_BYTES) for name in generated_names(settings) if given.get(name) in (None, "")}
    return {**{name: value for name, value in given.items() if value is not None}, **made}


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with a change: what is absent stays, null goes back to its default."""
    return {name: value for name, value in {**before, **given}.items() if value is not None}


def amended(before: Channel, given: Mapping[str, Any]) -> dict[str, Any]:
    """A channel's settings with a change. Raises InvalidSettings when it would show the stored secrets to another server: they can be
    written and never read, so they have to be given again; UnknownConnector."""
    problems = withheld(load(before.connector).settings, before.settings, given)
    if problems:
        raise InvalidSettings({name: _again(fields) for name, fields in problems.items()})
    return merged(before.settings, given)


def _again(fields: list[str]) -> dict[str, str]:
    names = ", ".join(fields)
    return {
        "es": f"vuelva a darlo: con otro valor de {names} se mostraría a otro servidor",
        "en": f"give it again: with another {names} it would be shown to another server",
    }


def changed(before: Channel, name: str | None, queue: UUID | None, settings: Mapping[str, Any] | None) -> Channel:
    """A channel with what is given changed. Raises as `amended`."""
    return dataclasses.replace(
        before,
        name=before.name if name is None else name,
        queue=queue or before.queue,
        settings=before.settings if settings is None else amended(before, settings),
    )


def differences(before: Channel, after: Channel) -> list[str]:
    """What differs: `name`, `queue`, and `settings.x`, without the values."""
    names = sorted({*before.settings, *after.settings})
    fields = [name for name in ("name", "queue") if getattr(before, name) != getattr(after, name)]
    return fields + [f"settings.{name}" for name in names if before.settings.get(name) != after.settings.get(name)]


def secrets_of(channel: Channel) -> dict[str, bool]:
    """Its secrets, and whether each is set."""
    try:
        hidden = secret_names(load(channel.connector).settings)
    except UNFIT:
        return {}
    return {name: bool(channel.settings.get(name)) for name in sorted(hidden)}


def public_settings(channel: Channel) -> dict[str, Any]:
    """What is no secret. Nothing at all when nobody knows any more which are."""
    try:
        hidden = secret_names(load(channel.connector).settings)
    except UNFIT:
        return {}
    return {name: value for name, value in channel.settings.items() if name not in hidden}


def without_secrets(text: str, channel: Channel) -> str:
    """A text that a connector or provider said, without the channel's secrets in it: some write them into addresses."""
    for name, set_ in secrets_of(channel).items():
        value = str(channel.settings.get(name, ""))
        if set_ and len(value) >= SHORTEST_HIDDEN:
            text = text.replace(value, HIDDEN)
    return text

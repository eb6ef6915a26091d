"""Rules about what a connector says of itself: manifest, settings, README."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from connectors.conformance.subject import Subject
from connectors.contract import Acts, HasTemplates, Invites, Listens, Receives, Signals
from connectors.settings import InvalidSettings, form, read_settings

LANGUAGES = ("es", "en")
README_AT_LEAST = 300
"""Letters of each language."""


async def manifest_is_honest(subject: Subject) -> Sequence[str]:
    """What the manifest says, the code can, and the samples show."""
    return [*_titles(subject), *_verbs(subject), *_shown(subject)]


def _titles(subject: Subject) -> Iterator[str]:
    manifest = subject.type.manifest
    for name, words in (("title", manifest.title), ("summary", manifest.summary)):
        yield from _both(words, f"manifest.toml: {name!r}")
    if manifest.id != subject.package.rpartition(".")[2] and not _registered(subject):
        yield f"manifest.toml: the id {manifest.id!r} is neither the folder's name nor that of an entry point"
    for one in form(subject.type.settings):
        if one.group and one.group not in (*manifest.groups, "advanced"):
            yield f"manifest.toml: the form's group {one.group!r} has no title in [groups]"
    for name in set(manifest.shares) - {one.name for one in form(subject.type.settings)}:
        yield f"manifest.toml: 'shares' names {name!r}, which is no setting"


def _registered(subject: Subject) -> bool:
    from connectors.registry import packages

    name = subject.type.manifest.id
    return packages().get(name) == subject.package or name not in packages()


def _verbs(subject: Subject) -> Iterator[str]:
    manifest, connector = subject.type.manifest, subject.build()
    acts = manifest.reactions or manifest.edits or manifest.deletions
    needed: Sequence[tuple[bool, str, type, str]] = (
        (manifest.receives == "webhook", 'receives = "webhook"', Receives, "receive"),
        (manifest.receives in ("poll", "socket"), f'receives = "{manifest.receives}"', Listens, "listen"),
        (acts, "reactions, edits or deletions", Acts, "act"),
        (manifest.typing and manifest.receives != "live", "typing", Signals, "signal"),
        (manifest.templates, "templates", HasTemplates, "templates"),
        (manifest.invites, "invites", Invites, "invite"),
    )
    for said, words, verb, name in needed:
        if said and not isinstance(connector, verb):
            yield f"manifest.toml says {words}, and the connector has no {name}()"
    if any(step["allows"] == "template" for step in manifest.window) and not manifest.templates:
        yield "manifest.toml: a step of 'window' allows a template, and 'templates' is not true"
    if isinstance(connector, Invites) and not manifest.invites:
        yield "the connector has invite(), and manifest.toml does not say invites"
    if isinstance(connector, Acts) and not acts:
        yield "the connector has act(), and manifest.toml says neither reactions nor edits nor deletions"


def _shown(subject: Subject) -> Iterator[str]:
    """Receipts that are promised must be in a sample."""
    manifest = subject.type.manifest
    if manifest.receives in ("live", "none"):
        return
    states = {event.get("state") for sample in subject.samples for event in sample.events if event.get("event") == "Receipt"}
    for state in ("delivered", "read"):
        if getattr(manifest, state) and state not in states:
            yield f"manifest.toml says {state} = true, and no sample has a Receipt with state {state!r}"


async def settings_go_round(subject: Subject) -> Sequence[str]:
    """From the form to the settings and back; what is wrong is named."""
    return [*_labels(subject), *_round(subject), *_refused(subject)]


def _labels(subject: Subject) -> Iterator[str]:
    for one in form(subject.type.settings):
        yield from _both(one.label, f"the setting {one.name!r}: its label")
        if one.help.get("es") or one.help.get("en"):
            yield from _both(one.help, f"the setting {one.name!r}: its help")


def _round(subject: Subject) -> Iterator[str]:
    settings = subject.settings()
    if read_settings(subject.type.settings, asdict(settings)) != settings:
        yield "the settings, written down and read again, are not the same"
    try:
        hash(settings)
    except TypeError:
        yield "the settings are no frozen dataclass"


def _refused(subject: Subject) -> Iterator[str]:
    given = subject.given()
    if _accepts(subject, {**given, "kit_unknown": "x"}):
        yield "a setting that does not exist is taken"
    for one in form(subject.type.settings):
        if one.required and _accepts(subject, {name: value for name, value in given.items() if name != one.name}):
            yield f"the setting {one.name!r} is required, and can be left out"


def _accepts(subject: Subject, given: Mapping[str, Any]) -> bool:
    try:
        read_settings(subject.type.settings, given)
    except InvalidSettings:
        return False
    return True


async def secrets_stay_secret(subject: Subject) -> Sequence[str]:
    """A channel that anybody can call has a secret, and none is shown."""
    settings, found = subject.settings(), list[str]()
    values = {name: value for name, value in asdict(settings).items() if name in subject.secrets and value}
    shown = repr(settings) + repr(subject.build())
    found += [f"the secret {name!r} stands in repr()" for name, value in values.items() if str(value) in shown]
    if subject.webhook and not [one for one in form(subject.type.settings) if one.secret and (one.required or one.generated)]:
        found.append("anybody can call a webhook, and no secret setting is required")
    suspicious = re.compile(r"(^|_)(secret|token|password|key)$")
    plain = [one.name for one in form(subject.type.settings) if one.kind == "text" and suspicious.search(one.name) and not one.secret]
    return [*found, *(f"the setting {name!r} is not marked secret" for name in plain)]


async def readme_in_both_languages(subject: Subject) -> Sequence[str]:
    """How an admin gets there."""
    if not subject.readme:
        return ["there is no README.md"]
    parts = re.split(r"(?m)^## +", subject.readme)
    found = {part.partition("\n")[0].strip().lower(): part for part in parts[1:]}
    wanted = ("español", "english")
    missing = [f"README.md has no part '## {name.title()}'" for name in wanted if name not in found]
    short = [name for name in wanted if name in found and len(found[name]) < README_AT_LEAST]
    return [*missing, *(f"README.md: the part '## {name.title()}' has less than {README_AT_LEAST} letters" for name in short)]


def _both(words: Mapping[str, str], where: str) -> Iterator[str]:
    missing = [language for language in LANGUAGES if not str(words.get(language, "")).strip()]
    if missing:
        yield f"{where} is missing in {' and '.join(missing)}"

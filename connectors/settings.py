"""A connector's settings: one frozen dataclass, from which come validation, the form and the documentation."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")
KINDS = {str: "text", int: "number", bool: "switch"}


class InvalidSettings(ValueError):
    """Settings that cannot be used. `problems` maps a field's name to what is wrong and what is allowed."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


def setting(
    es: str,
    en: str,
    *,
    default: Any = MISSING,
    secret: bool = False,
    help_es: str = "",
    help_en: str = "",
    group: str = "",
    choices: tuple[str, ...] = (),
    low: int | None = None,
    high: int | None = None,
    max_length: int = 500,
    shape: str = "",
    generated: bool = False,
    shown_if: tuple[str, str] | None = None,
    example: str = "",
) -> Any:
    """Declare one field: labels and help in both languages, whether it is secret, and what is allowed.

    `shape`: url, email, phone, lines (a list, one a line) for a text that is more than a text. `generated`: a secret that the hub
    makes itself when the form leaves it empty, shown once. `shown_if`: (another field, its value) it depends on. `example`: what stands
    in the empty field.
    """
    about = {
        "label": {"es": es, "en": en},
        "help": {"es": help_es, "en": help_en},
        "secret": secret,
        "group": group,
        "choices": choices,
        "low": low,
        "high": high,
        "max_length": max_length,
        "shape": shape,
        "generated": generated,
        "shown_if": shown_if,
        "example": example,
    }
    return field(metadata=about) if default is MISSING else field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the generated form."""

    name: str
    kind: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    group: str
    secret: bool
    required: bool
    default: Any
    choices: tuple[str, ...]


def form(settings: type[Any]) -> list[FormField]:
    """The form of a settings class, in the order of its fields."""
    kinds = get_type_hints(settings)
    return [_form_field(one, kinds[one.name]) for one in fields(settings)]


def secret_names(settings: type[Any]) -> frozenset[str]:
    """The names of the fields that are write-only and stored encrypted."""
    return frozenset(one.name for one in fields(settings) if one.metadata.get("secret"))


def read_settings(settings: type[Settings], given: Mapping[str, Any]) -> Settings:
    """Check what an admin gave and build the settings. Raises InvalidSettings naming every field that is wrong."""
    kinds = get_type_hints(settings)
    known = {one.name: one for one in fields(settings)}  # type: ignore[arg-type]
    problems = {name: f"unknown; known are {', '.join(known)}" for name in given.keys() - known.keys()}
    for name, one in known.items():
        problem = _problem(one, kinds[name], given.get(name, MISSING))
        if problem:
            problems[name] = problem
    if problems:
        raise InvalidSettings(problems)
    return settings(**given)


def _form_field(one: Field[Any], kind: type) -> FormField:
    about, required = one.metadata, one.default is MISSING
    return FormField(
        name=one.name,
        kind="choice" if about["choices"] else KINDS[kind],
        label=about["label"],
        help=about["help"],
        group=about["group"],
        secret=about["secret"],
        required=required,
        default=None if required else one.default,
        choices=about["choices"],
    )


def _problem(one: Field[Any], kind: type[Any], value: Any) -> str:
    if value is MISSING:
        return "required" if one.default is MISSING else ""
    if type(value) is not kind:
        return f"must be a {KINDS[kind]}, not {type(value).__name__}"
    if one.metadata["choices"] and value not in one.metadata["choices"]:
        return f"must be one of {', '.join(one.metadata['choices'])}"
    if isinstance(value, str):
        return _text_problem(one, value)
    return _range_problem(one, value) if kind is int else ""


def _text_problem(one: Field[Any], value: str) -> str:
    if one.default is MISSING and not value.strip():
        return "required"
    limit = one.metadata["max_length"]
    return f"at most {limit} characters" if len(value) > limit else ""


def _range_problem(one: Field[Any], value: int) -> str:
    low, high = one.metadata["low"], one.metadata["high"]
    if low is not None and value < low:
        return f"at least {low}"
    return f"at most {high}" if high is not None and value > high else ""

"""A connector's settings: one frozen dataclass, from which come validation, the form and the documentation."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")
KINDS = {str: "text", int: "number", bool: "switch"}
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL cannot keep: the character NUL and halves of characters."""


Words = str | Mapping[str, str]
"""A sentence: in English, or in each language (es, en)."""


class InvalidSettings(ValueError):
    """Settings that cannot be used. `problems` maps a field's name to what is wrong and what is allowed, in English."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        self._said = dict(problems)
        self.problems = self.said_in("en")
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in self.problems.items()))

    def said_in(self, language: str) -> dict[str, str]:
        """The problems in a language; in English where nobody has written them in it."""
        return {name: said if isinstance(said, str) else said.get(language, said["en"]) for name, said in self._said.items()}


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
    leads: bool | None = None,
) -> Any:
    """Declare one field: labels and help in both languages, whether it is secret, and what is allowed.

    `shape`: url, email, phone, lines (a list, one a line) for a text that is more than a text. `generated`: a secret that the hub
    makes itself when the form leaves it empty, shown once. `shown_if`: (another field, its value, or several as `a|b`) it depends on.
    `example`: what stands in the empty field. `leads`: it decides to whom, or how openly, the secrets are shown, as every address (`url`)
    does unless it says no: who changes it has to give the secrets again, for they can be written and never read.
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
        "leads": shape == "url" if leads is None else leads,
    }
    shown = not secret  # what is secret stands in no log
    return field(metadata=about, repr=shown) if default is MISSING else field(default=default, metadata=about, repr=shown)


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the generated form."""

    name: str
    kind: str
    """text, number, switch or choice."""
    label: Mapping[str, str]
    help: Mapping[str, str]
    group: str
    secret: bool
    required: bool
    """Whether somebody has to fill it in; a secret that the hub makes need not be."""
    default: Any
    choices: tuple[str, ...]
    shape: str = ""
    generated: bool = False
    shown_if: tuple[str, str] | None = None
    low: int | None = None
    high: int | None = None
    max_length: int | None = None
    """Characters of a text; nothing for what is no text."""
    example: str = ""


def form(settings: type[Any]) -> list[FormField]:
    """The form of a settings class, in the order of its fields."""
    kinds = get_type_hints(settings)
    return [_form_field(one, kinds[one.name]) for one in fields(settings)]


def secret_names(settings: type[Any]) -> frozenset[str]:
    """The names of the fields that are write-only and stored encrypted."""
    return frozenset(one.name for one in fields(settings) if one.metadata.get("secret"))


def generated_names(settings: type[Any]) -> frozenset[str]:
    """The names of the secrets that the hub makes itself."""
    return frozenset(one.name for one in fields(settings) if one.metadata.get("secret") and one.metadata.get("generated"))


def withheld(settings: type[Any], before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, list[str]]:
    """The stored secrets that a change has to give again, each with the fields of the change that would show them to somebody else."""
    usual = {one.name: None if one.default is MISSING else one.default for one in fields(settings)}
    leading = {one.name for one in fields(settings) if one.metadata.get("leads")} & given.keys()
    turned = sorted(name for name in leading if _valued(given, usual, name) != _valued(before, usual, name))
    return {name: turned for name in sorted(secret_names(settings) - given.keys()) if turned and before.get(name)}


def _valued(values: Mapping[str, Any], usual: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    return usual[name] if value is None else value


def read_settings(settings: type[Settings], given: Mapping[str, Any]) -> Settings:
    """Check what an admin gave and build the settings. Raises InvalidSettings naming every field that is wrong."""
    kinds = get_type_hints(settings)
    known = {one.name: one for one in fields(settings)}  # type: ignore[arg-type]
    names = ", ".join(known)
    problems = {name: _said(f"no existe; los campos son {names}", f"unknown; known are {names}") for name in given.keys() - known.keys()}
    for name, one in known.items():
        problem = _problem(one, kinds[name], given.get(name, MISSING))
        if problem:
            problems[name] = problem
    if problems:
        raise InvalidSettings(problems)
    return settings(**given)


def _form_field(one: Field[Any], kind: type) -> FormField:
    about, optional = one.metadata, one.default is not MISSING
    return FormField(
        name=one.name,
        kind="choice" if about["choices"] else KINDS[kind],
        label=about["label"],
        help=about["help"],
        group=about["group"],
        secret=about["secret"],
        required=not optional and not about["generated"],
        default=one.default if optional else None,
        choices=about["choices"],
        shape=about["shape"],
        generated=about["generated"],
        shown_if=about["shown_if"],
        low=about["low"],
        high=about["high"],
        max_length=about["max_length"] if kind is str else None,
        example=about["example"],
    )


def _said(es: str, en: str) -> Mapping[str, str]:
    return {"es": es, "en": en}


REQUIRED = _said("obligatorio", "required")
KIND_NAMES = {str: _said("un texto", "a text"), int: _said("un número entero", "a whole number"), bool: _said("sí o no", "yes or no")}
SHAPES: Mapping[str, tuple[re.Pattern[str], Mapping[str, str]]] = {
    "url": (
        re.compile(r"https?://[^\s/?#]+\S*"),
        _said("debe ser una dirección como https://ejemplo.es", "must be an address like https://example.com"),
    ),
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), _said("debe ser como soporte@empresa.es", "must be like support@company.com")),
}
"""What a text of a shape must look like, where a shape says anything of that."""


def _problem(one: Field[Any], kind: type[Any], value: Any) -> Mapping[str, str] | None:
    if value is MISSING:
        return REQUIRED if one.default is MISSING else None
    if type(value) is not kind:
        wanted = KIND_NAMES[kind]
        return _said(f"debe ser {wanted['es']}", f"must be {wanted['en']}")
    if one.metadata["choices"] and value not in one.metadata["choices"]:
        choices = ", ".join(one.metadata["choices"])
        return _said(f"debe ser uno de estos: {choices}", f"must be one of {choices}")
    if isinstance(value, str):
        return _text_problem(one, value)
    return _range_problem(one, value) if kind is int else None


def _text_problem(one: Field[Any], value: str) -> Mapping[str, str] | None:
    if not value.strip():
        return REQUIRED if one.default is MISSING else None
    limit = one.metadata["max_length"]
    if len(value) > limit:
        return _said(f"como mucho {limit} caracteres", f"at most {limit} characters")
    if UNKEEPABLE.search(value):
        return _said("contiene caracteres que no se pueden guardar", "has characters that cannot be kept")
    pattern, wanted = SHAPES.get(one.metadata["shape"], (None, None))
    return wanted if pattern is not None and not pattern.fullmatch(value.strip()) else None


def _range_problem(one: Field[Any], value: int) -> Mapping[str, str] | None:
    low, high = one.metadata["low"], one.metadata["high"]
    if low is not None and value < low:
        return _said(f"como mínimo {low}", f"at least {low}")
    return _said(f"como máximo {high}", f"at most {high}") if high is not None and value > high else None

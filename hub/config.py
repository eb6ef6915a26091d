"""The settings: packaged defaults, then a file of the company's own, then the environment; each value is checked where it was written."""

import os
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from hub.errors import SetupError
from hub.settings import Networks, Servers, Settings

SHORT_NAMES = {
    "HILO_PORT": ("server", "port"),
    "HILO_PUBLIC_URL": ("server", "public_url"),
    "HILO_DATA": ("data", "folder"),
    "HILO_LOG": ("log", "level"),
}
"""Variables that may be used beside HILO_<SECTION>_<KEY>."""


def _check_networks(networks: list[str]) -> None:
    for one in networks:
        ip_network(one, strict=False)


OTHERS = ("HILO_CONFIG", "HILO_KEY", "HILO_SHOP_SECRET", "HILO_CRASH_AT", "HILO_RIG", "HILO_DOMAIN")
"""Variables that are read elsewhere: where the settings are, the key, and what containers and tests are told."""

CHECKS: dict[tuple[str, str], Callable[[Any], None]] = {("server", "trusted_proxies"): _check_networks}
"""What a type cannot say; raises ValueError."""

Values = dict[str, dict[str, Any]]


def known() -> dict[str, dict[str, Any]]:
    """Section → key → type of every setting there is."""
    sections = get_type_hints(Settings, include_extras=True)
    return {name: get_type_hints(section, include_extras=True) for name, section in sections.items()}


KNOWN = MappingProxyType(known())


def defaults_file() -> Path:
    """The packaged config.toml: beside this module in an installed Hilo, one folder above it in the sources."""
    here = Path(__file__).resolve().parent
    beside = here / "config.toml"
    return beside if beside.exists() else here.parent / "config.toml"


def load(file: Path | None = None, environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Read all settings. `file` is the one named by --config. Raises SetupError with one sentence: where, which key, what is allowed."""
    values = read_file(defaults_file())
    own = _own_file(file, environment, folder or Path.cwd())
    for layer in (read_file(own) if own else {}, read_environment(environment)):
        for section, keys in layer.items():
            values[section].update(keys)
    return msgspec.convert(values, Settings)


def _own_file(file: Path | None, environment: Mapping[str, str], folder: Path) -> Path | None:
    named = file or (Path(environment["HILO_CONFIG"]) if environment.get("HILO_CONFIG") else None)
    if named is not None:
        return named
    beside = folder / "config.toml"
    return beside if beside.exists() else None


def read_file(path: Path) -> Values:
    """The values that a file gives, checked. Raises SetupError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"the settings file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is not text in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path} is not TOML: {error}") from error
    return {section: _read_section(path, section, keys) for section, keys in found.items()}


def _read_section(path: Path, section: str, keys: Any) -> dict[str, Any]:
    if section not in KNOWN:
        raise SetupError(f"{path}: there is no section or key {section!r}; allowed are the sections {_list(KNOWN)}")
    if not isinstance(keys, dict):
        raise SetupError(f"{path}: {section} is a section: write [{section}] and below it {_list(KNOWN[section])}")
    for key in keys:
        if key not in KNOWN[section]:
            raise SetupError(f"{path}: there is no setting {section}.{key}; [{section}] has {_list(KNOWN[section])}")
    return {key: _checked(str(path), f"{section}.{key}", section, key, value, strict=True) for key, value in keys.items()}


def read_environment(environment: Mapping[str, str]) -> Values:
    """The values that the environment gives, checked. A short name wins over a long one. Raises SetupError."""
    _check_names(environment)
    found: Values = {}
    for variable, (section, key) in variables().items():
        if variable in environment:
            value = _from_text(KNOWN[section][key], environment[variable])
            found.setdefault(section, {})[key] = _checked("the environment", variable, section, key, value, strict=False)
    return found


def _check_names(environment: Mapping[str, str]) -> None:
    """A variable of ours that nobody reads was misspelt. Raises SetupError with the nearest one and all that there are."""
    known = (*variables(), *OTHERS)
    for name in environment:
        if name.startswith("HILO_") and name not in known:
            near = get_close_matches(name, known, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise SetupError(f"the environment: there is no variable {name}.{meant} Known are {_list(sorted(known))}")


def variables() -> dict[str, tuple[str, str]]:
    """Every variable that is read, with the setting that it gives."""
    long = {f"HILO_{section}_{key}".upper(): (section, key) for section, keys in KNOWN.items() for key in keys}
    return long | SHORT_NAMES


def _from_text(kind: Any, text: str) -> Any:
    if kind in (Networks, Servers):
        return [one.strip() for one in text.split(",") if one.strip()]
    return text


def _checked(where: str, name: str, section: str, key: str, value: Any, *, strict: bool) -> Any:
    kind = KNOWN[section][key]
    try:
        converted = msgspec.convert(value, kind, strict=strict)
        CHECKS.get((section, key), _accept)(converted)
    except ValueError as error:  # msgspec.ValidationError is one
        raise SetupError(f"{where}: {name} is {_shown(key, value)}; allowed is {allowed(kind)}") from error
    return converted


def _accept(_value: Any) -> None:
    """Most settings need no more than their type."""


def _shown(key: str, value: Any) -> str:
    """What was written; not where a password may be part of it."""
    return "not right" if key == "password" or "@" in str(value) else repr(value)


def allowed(kind: Any) -> str:
    """What a setting may be, in words."""
    if get_origin(kind) is Literal:
        return "one of " + _list(get_args(kind))
    if get_origin(kind) is not Annotated:
        return {int: "a whole number", str: "text", bool: "true or false"}[kind]
    meta = kind.__metadata__[0]
    return meta.description or f"a whole number from {meta.ge} to {meta.le}"


def _list(names: Any) -> str:
    return ", ".join(names)

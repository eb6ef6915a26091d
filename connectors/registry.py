"""Which connectors there are: the folders beside this file, and packages that register under `hilo.connectors`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any, cast

from connectors.contract import Connector, Surroundings
from connectors.manifest import Manifest, read_manifest

GROUP = "hilo.connectors"
PACKAGE = "connectors"


class UnknownConnector(LookupError):
    """No connector of that name is installed."""


@dataclass(frozen=True, slots=True)
class ConnectorType:
    """One installed kind of connector: its manifest, its settings class, and how to build a channel from both."""

    manifest: Manifest
    settings: type[Any]
    build: Callable[[Any, Surroundings], Connector]


@cache
def packages() -> Mapping[str, str]:
    """Connector id -> importable package, ours first, then those of other people."""
    ours = {
        folder.name: f"{PACKAGE}.{folder.name}"
        for folder in files(PACKAGE).iterdir()
        if folder.is_dir() and folder.joinpath("manifest.toml").is_file()
    }
    theirs = {point.name: point.value for point in entry_points(group=GROUP)}
    return {**theirs, **ours}


@cache
def manifest(name: str) -> Manifest:
    """The manifest of a connector. Raises UnknownConnector, InvalidManifest."""
    if name not in packages():
        raise UnknownConnector(f"no connector {name!r}; installed are {', '.join(sorted(packages()))}")
    return manifest_of(packages()[name], name)


def manifest_of(package: str, name: str) -> Manifest:
    """The manifest of a package. Raises InvalidManifest."""
    return read_manifest(files(package).joinpath("manifest.toml").read_text(encoding="utf-8"), name=name)


@cache
def load(name: str) -> ConnectorType:
    """Import a connector, by its name. Raises UnknownConnector, InvalidManifest."""
    manifest(name)
    return load_package(packages()[name])


def load_package(package: str) -> ConnectorType:
    """Import a connector. Its module `connector` offers a class `Settings` and a callable `build(settings, surroundings)`."""
    described = manifest_of(package, package.rpartition(".")[2])
    module = import_module(f"{package}.connector")
    build = cast("Callable[[Any, Surroundings], Connector]", module.build)
    return ConnectorType(described, module.Settings, build)

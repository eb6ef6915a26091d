"""The connector that is tried: its package, and what it brings for the kit (`samples/` and `conformance.py`)."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol, cast

from connectors.arriving import Address, Delivery, WebhookRequest
from connectors.conformance.samples import Sample, read_samples
from connectors.contract import Connector, Egress, Receives, Surroundings
from connectors.egress import closed_egress
from connectors.registry import ConnectorType, UnknownConnector, load_package, packages
from connectors.settings import read_settings, secret_names

KEY = bytes(range(32))
AT = 1_772_600_000.0
"""When everything happens, in seconds since the epoch."""
PUBLIC = "https://hilo.example"
WEBHOOK = f"{PUBLIC}/hooks/kit"
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
"""Our own id of what the kit sends."""
NOWHERE = "http://127.0.0.1:9"
"""A provider that nobody ever asks."""


class Unfit(Exception):
    """A folder that the kit cannot try; the text says what is missing."""


class Brought(Protocol):
    """What a connector's `conformance.py` offers. Only `settings` is needed by all; the rest is looked for by name.

    signed(request, settings) -> WebhookRequest    webhook channels: the request with the provider's signature
    UNSIGNED_BODY = "why"                          where the provider signs no body, but only shows a secret
    batch(count, poison) -> bytes                  where one request brings many items: that many messages, one of them unreadable
    TO = Address(...)                              whom the kit writes to
    answer(asked) -> Answer                        HTTP: what the provider says when all is well
    fault(kind) -> Answer | None                   HTTP: its own words for limited, broken, unauthorised; None for the kit's
    reaches_customer(asked) -> bool                HTTP: whether a request writes to somebody
    LACKS = ("limited", ...)                       faults that its protocol has no word for
    build(settings, surroundings) -> Connector     where it is impatient only if it is built so
    provider(fault) -> async context manager       not HTTP: a pretend provider, as `connectors.conformance.pretend.Provider`
    """

    def settings(self, url: str) -> dict[str, Any]:
        """What an admin fills in; `url`: where the pretend provider is."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """One connector on trial."""

    package: str
    type: ConnectorType
    brought: Brought
    samples: Sequence[Sample]
    readme: str

    @property
    def webhook(self) -> bool:
        """Whether its provider calls it."""
        return self.type.manifest.receives == "webhook" or self.offers("signed") is not None

    @property
    def to(self) -> Address:
        """Whom it writes to."""
        return cast("Address", getattr(self.brought, "TO", Address(self.type.manifest.address, "somebody")))

    def offers(self, name: str) -> Any:
        """Something of its `conformance.py`, or None."""
        return getattr(self.brought, name, None)

    def given(self, url: str = NOWHERE) -> dict[str, Any]:
        """What an admin fills in."""
        return dict(self.brought.settings(url))

    def settings(self, url: str = NOWHERE) -> Any:
        """Its settings."""
        return read_settings(self.type.settings, self.given(url))

    def foreign_settings(self) -> Any:
        """The settings of somebody else's channel: the same, but for the secrets."""
        changed = {name: f"{value[::-1]}x" for name, value in asdict(self.settings()).items() if name in self.secrets and value}
        return replace(self.settings(), **changed)

    @property
    def secrets(self) -> frozenset[str]:
        """The names of its secret settings."""
        return secret_names(self.type.settings)

    def build(self, url: str = NOWHERE, egress: Egress | None = None, *, webhook: str = WEBHOOK) -> Connector:
        """The connector, not opened yet."""
        around = Surroundings("kit", PUBLIC, KEY, now=lambda: AT, webhook=webhook, egress=egress or closed_egress())
        connector: Connector = (self.offers("build") or self.type.build)(self.settings(url), around)
        return connector

    # ── Samples ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self, sample: Sample, *, at: float = AT) -> WebhookRequest:
        """A sample as its provider sends it, signed."""
        return self.signed(sample.request(WEBHOOK, at))

    def signed(self, request: WebhookRequest) -> WebhookRequest:
        """With the provider's signature."""
        return cast("WebhookRequest", self.offers("signed")(request, self.settings()))

    def deliveries(self, connector: Connector, sample: Sample) -> tuple[Delivery, ...]:
        """What the hub keeps of a sample."""
        if sample.delivery is not None:
            return (sample.delivery,)
        assert isinstance(connector, Receives)
        return connector.receive(self.request(sample)).deliveries


def installed(name: str) -> Subject:
    """A connector that is here, by its name. Raises UnknownConnector, Unfit."""
    if name not in packages():
        raise UnknownConnector(f"no connector {name!r}; installed are {', '.join(sorted(packages()))}")
    return subject(packages()[name])


def in_folder(folder: Path) -> Subject:
    """A connector that is not installed: its folder, a Python package. Raises Unfit."""
    folder = folder.resolve()
    if not (folder / "manifest.toml").is_file():
        raise Unfit(f"{folder} has no manifest.toml: name the folder that holds manifest.toml and connector.py")
    if not folder.name.isidentifier():
        raise Unfit(f"{folder.name} is no name of a Python package: letters, digits and underscores")
    sys.path.insert(0, str(folder.parent))
    there = getattr(import_module(folder.name), "__path__", [])
    if folder not in [Path(one).resolve() for one in there]:
        raise Unfit(f"another package is called {folder.name} already: give the folder a name of its own")
    return subject(folder.name)


def subject(package: str) -> Subject:
    """A package that can be imported. Raises Unfit, InvalidManifest."""
    type_ = load_package(package)
    try:
        brought = cast("Brought", import_module(f"{package}.conformance"))
    except ModuleNotFoundError as error:
        if error.name != f"{package}.conformance":
            raise
        raise Unfit(f"{package} has no conformance.py: it needs settings(url), and for webhooks signed(request, settings)") from error
    home = files(package)
    readme = home.joinpath("README.md")
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return Subject(package, type_, brought, read_samples(home.joinpath("samples")), text)

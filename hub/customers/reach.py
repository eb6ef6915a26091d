"""On which channels and addresses a customer can be answered, and what may be written there now. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.manifest import Manifest
from connectors.window import allowed, must_agree_first
from hub.customers.model import AddressView, ConsentGiven, Reach, Unreachable, Window
from hub.kernel.limits import Limits, limits_of
from hub.kernel.shapes import UNDO_S, ChannelRef


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that is enabled, and how it is."""

    ref: ChannelRef
    state: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Wrote:
    """When the customer last wrote on a channel, to which of our addresses, and how the provider writes his or hers."""

    at: datetime
    to: str = ""
    native: str = ""
    arrived: datetime | None = None
    """By our own clock, where that says more than the provider's."""

    def after(self, moment: datetime) -> bool:
        """Whether it came after that."""
        return (self.arrived or self.at) > moment


@dataclass(frozen=True, slots=True)
class Known:
    """An address of the customer's. `channels`: where it has been met; `claimed`: it is only said to be his. By channel: what the
    customer last wrote there, and last said about hearing from it.
    """

    kind: str
    value: str
    channels: frozenset[str] = frozenset()
    claimed: bool = False
    wrote: Mapping[str, Wrote] = field(default_factory=dict)
    consent: Mapping[str, ConsentGiven] = field(default_factory=dict)
    unreachable: Unreachable | None = None


def open_channels(rows: Iterable[Any], manifest: Callable[[str], Manifest]) -> list[OpenChannel]:
    """Rows of the statement `channels`, with what their connectors can do. A connector that is not installed any more reaches
    nobody, nor does a channel that only receives.
    """
    found = []
    for row in rows:
        try:
            described = manifest(row["connector"])
        except LookupError:
            continue
        if described.receives == "none" or (described.outgoing and not row["settings"].get(described.outgoing)):
            continue  # it only receives
        found.append(OpenChannel(ChannelRef(id=str(row["id"]), connector=row["connector"], name=row["name"]), row["state"], described))
    return found


def reachable(channels: Sequence[OpenChannel], addresses: Sequence[Known], last: tuple[str, str] | None, now: datetime) -> list[Reach]:
    """Every way to answer, the one used last first. `last` is (channel, address value)."""
    ways = [_reach(channel, address, last, now) for channel in channels for address in _fitting(channel, addresses)]
    return sorted(ways, key=lambda way: (not way.last, way.claimed))


def invitable(channels: Sequence[OpenChannel], ways: Sequence[Reach]) -> list[ChannelRef]:
    """The channels to which somebody can be invited: those that make links, and do not reach him yet."""
    reached = {way.channel.id for way in ways}
    return [one.ref for one in channels if one.manifest.invites and one.ref.id not in reached]


def window_of(manifest: Manifest, last_in: datetime | None, now: datetime) -> Window:
    """What may be written on a channel to somebody who last wrote there then."""
    found = allowed(manifest.window, None if last_in is None else last_in.timestamp(), now.timestamp())
    return Window(allows=found.what, until=None if found.until is None else datetime.fromtimestamp(found.until, UTC))


def _fitting(channel: OpenChannel, addresses: Sequence[Known]) -> Iterator[Known]:
    """A channel that cannot write first reaches only those whom it has met."""
    for address in addresses:
        met = channel.ref.id in address.channels
        if address.kind in (channel.manifest.address, *channel.manifest.also) and (met or channel.manifest.starts):
            yield address


def _reach(channel: OpenChannel, address: Known, last: tuple[str, str] | None, now: datetime) -> Reach:
    wrote, consent = address.wrote.get(channel.ref.id), address.consent.get(channel.ref.id)
    if consent and consent.reason == "unsubscribed" and wrote and wrote.after(consent.at):
        consent = None  # whoever writes again is answered
    back = address.unreachable
    return Reach(
        channel=channel.ref,
        address=AddressView(kind=address.kind, value=address.value),
        last=last == (channel.ref.id, address.value),
        claimed=address.claimed,
        limits=limits_of(Limits, channel.manifest),
        state=channel.state,
        undo_s=UNDO_S if channel.manifest.slow else 0,
        window=window_of(channel.manifest, None if wrote is None else wrote.at, now),
        consent=consent,
        needs_consent=must_agree_first(channel.manifest.consent, wrote=wrote is not None, given=None if consent is None else consent.given),
        unreachable=back if back and not any(one.after(back.at) for one in address.wrote.values()) else None,
        native=wrote.native if wrote else "",
        sender=wrote.to if wrote else "",
    )

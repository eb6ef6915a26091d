"""On which channels and addresses a customer can be answered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.manifest import Manifest
from hub.customers.model import AddressView, Limits, Reach
from hub.kernel.shapes import UNDO_S, ChannelRef


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that is enabled, and how it is."""

    ref: ChannelRef
    state: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Known:
    """An address of the customer's. `channels`: where it has been met; `claimed`: it is only said to be his."""

    kind: str
    value: str
    channels: frozenset[str] = frozenset()
    claimed: bool = False


def limits_of(manifest: Manifest) -> Limits:
    """What the console must know before somebody writes."""
    return Limits(
        text=manifest.text_limit,
        html=manifest.html,
        subject=manifest.subject,
        copies=manifest.copies,
        attachments=manifest.attachments,
        attachment_bytes=manifest.attachment_bytes,
    )


def open_channels(rows: Iterable[Any], manifest: Callable[[str], Manifest]) -> list[OpenChannel]:
    """Rows of the statement `channels`, with what their connectors can do. A connector that is not installed any more reaches nobody."""
    found = []
    for row in rows:
        try:
            described = manifest(row["connector"])
        except LookupError:
            continue
        found.append(OpenChannel(ChannelRef(id=str(row["id"]), connector=row["connector"], name=row["name"]), row["state"], described))
    return found


def reachable(channels: Sequence[OpenChannel], addresses: Sequence[Known], last: tuple[str, str] | None) -> list[Reach]:
    """Every way to answer, the one used last first. `last` is (channel, address value)."""
    ways = [_reach(channel, address, last) for channel in channels for address in _fitting(channel, addresses)]
    return sorted(ways, key=lambda way: (not way.last, way.claimed))


def _fitting(channel: OpenChannel, addresses: Sequence[Known]) -> Iterator[Known]:
    """A channel that cannot write first reaches only those whom it has met."""
    for address in addresses:
        met = channel.ref.id in address.channels
        if address.kind in (channel.manifest.address, *channel.manifest.also) and (met or channel.manifest.starts):
            yield address


def _reach(channel: OpenChannel, address: Known, last: tuple[str, str] | None) -> Reach:
    return Reach(
        channel=channel.ref,
        address=AddressView(kind=address.kind, value=address.value),
        last=last == (channel.ref.id, address.value),
        claimed=address.claimed,
        limits=limits_of(channel.manifest),
        state=channel.state,
        undo_s=UNDO_S if channel.manifest.slow else 0,
    )

"""Which channels their provider calls at one address (all pages of one Meta app): what comes to one of them is shown to each; pure."""

from collections.abc import Callable, Iterable

from connectors.contract import Neighbours
from connectors.registry import UnknownConnector, manifest
from hub.channels.model import Channel


def together(one: Channel, other: Channel) -> bool:
    """Whether both are called at one address: they are of one kind, and the settings that the kind names are the same."""
    if one.connector != other.connector:
        return False
    try:
        names = manifest(one.connector).shares
    except (UnknownConnector, ValueError):
        return False  # no connector, no webhook: that is said where it is opened
    return bool(names) and all(one.settings.get(name) and one.settings.get(name) == other.settings.get(name) for name in names)


def hearing(hook: str, known: Iterable[Channel]) -> list[Channel]:
    """Who is shown what comes to the end of a webhook address, its own channel first.

    That one may be switched off or archived: the others are called there all the same.
    """
    everybody = list(known)
    own = next((one for one in everybody if one.answers_to(hook)), None)
    return [] if own is None else [own, *(one for one in everybody if one.id != own.id and together(own, one))]


def neighbours(channel: Channel, known: Iterable[Channel], address: Callable[[str], str]) -> Neighbours:
    """What a connector is told of those it shares with. `address`: of the end of a webhook address, the whole."""
    others = [one for one in known if one.id != channel.id and together(channel, one)]
    hooks = [hook for one in (channel, *others) for hook in (one.hook, one.old_hook) if hook and one.answers_to(hook)]
    return Neighbours(frozenset(map(address, hooks)), tuple(one.name for one in others if one.enabled))

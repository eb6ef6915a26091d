"""Who the people are that another system names: kinds of address that it may speak of, and customer numbers that are its own; pure."""

from dataclasses import dataclass, fields, replace
from typing import Any

from connectors.contract import Address, Event
from connectors.errors import MalformedPayload

ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class People:
    """What one system may say of people. `shelf`: where its customer numbers stand apart from another's; empty where they are the
    company's own."""

    kinds: frozenset[str]
    shelf: str

    def told(self, event: Event) -> Event:
        """The event with everybody in it as the hub knows them. Raises MalformedPayload for a kind that this system may not speak of."""
        return replace(event, **{one.name: self._anybody(getattr(event, one.name)) for one in fields(event)})

    def theirs(self, address: Address) -> Address:
        """Somebody as the other system knows him."""
        if address.kind != ACCOUNT or address.native or not self.shelf:
            return address
        return replace(address, native=address.value.removeprefix(f"{self.shelf}:"))

    def _anybody(self, value: Any) -> Any:
        if isinstance(value, Address):
            return self._known(value)
        if isinstance(value, tuple):
            return tuple(map(self._anybody, value))
        return value

    def _known(self, address: Address) -> Address:
        if address.kind not in self.kinds:
            raise MalformedPayload(
                f"this channel does not take addresses of kind {address.kind}: allowed are {', '.join(sorted(self.kinds))}"
            )
        if address.kind != ACCOUNT or not self.shelf:
            return address
        return replace(address, value=f"{self.shelf}:{address.value}", native=address.native or address.value)

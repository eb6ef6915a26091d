"""Judges mails where they arrive: whether each comes from the domain that it names, as one word for the delivery's headers."""

import asyncio
from dataclasses import dataclass
from email.message import Message

from connectors.email.authentication import Authentication, authenticate, headers_of, stated_in, wanted_names
from connectors.email.records import NameServers


@dataclass(frozen=True, slots=True)
class Glance:
    """What must be known of a mail before anybody is asked: its headers, and the names that are to be asked for."""

    headers: Message
    wanted: tuple[str, ...]


class Judge:
    """Asks a trusted server's headers first, then the signatures. `trusted`: that server's name (authserv-id), or empty; `names`: whom to
    ask for keys and policies, None for nobody.
    """

    def __init__(self, trusted: str = "", names: NameServers | None = None) -> None:
        self._trusted = trusted
        self._names = names

    def glance(self, raw: bytes, headers: Message | None = None) -> Glance:
        """The first look. Reads hostile bytes: not for the event loop."""
        headers = headers or headers_of(raw)
        return Glance(headers, wanted_names(raw, self._trusted, headers) if self._names else ())

    async def word(self, raw: bytes, mail_from: str | None, glance: Glance | None = None) -> str:
        """What is known of a mail, as `Authentication.as_word` writes it; empty when nobody is asked.

        `mail_from` is the envelope's sender; None where a server of one's own took the mail in and only its word counts (fetched mail).
        Takes two seconds at most for the name servers; what they do not say is `temperror`. Never raises on bad input.
        """
        if mail_from is None or self._names is None:
            found = await asyncio.to_thread(stated_in, raw, self._trusted, glance and glance.headers) if self._trusted else None
        else:
            seen = glance or await asyncio.to_thread(self.glance, raw)
            found = await self._verified(raw, mail_from, self._names, seen)
        return found.as_word() if found else ""

    async def _verified(self, raw: bytes, mail_from: str, names: NameServers, seen: Glance) -> Authentication:
        texts = await names.texts(seen.wanted)
        if texts and "dkim-signature" not in seen.headers and not any(one is None or one for one in texts.values()):
            return Authentication()  # nobody signed it, and nobody says that it ought to be signed
        return await asyncio.to_thread(authenticate, raw, self._trusted, mail_from, texts.get, seen.headers)

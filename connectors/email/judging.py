"""Judges mails where they arrive: whether each comes from the domain that it names, as one word for the delivery's headers."""

import asyncio
from dataclasses import dataclass
from email.message import Message

from connectors.email.authentication import Authentication, authenticate, headers_of, stated, wanted_names
from connectors.email.records import NameServers


@dataclass(frozen=True, slots=True)
class Glance:
    """What must be known of a mail before anybody is asked: its headers, and the names that are to be asked for."""

    headers: Message
    trusted: str
    """Whose word in these headers counts; empty: nobody's."""
    wanted: tuple[str, ...]


class Judge:
    """Asks a trusted server's headers first, then the signatures. `trusted`: that server's name (authserv-id), or empty; `names`: whom to
    ask for keys and policies, None for nobody.
    """

    def __init__(self, trusted: str = "", names: NameServers | None = None) -> None:
        self._trusted = trusted
        self._names = names

    def glance(self, raw: bytes, headers: Message | None = None, *, by_own: bool = True) -> Glance:
        """The first look. `by_own`: a server of one's own handed the mail over; what anybody else brings along says nothing, whatever
        name it bears. Reads hostile bytes: not for the event loop.
        """
        headers, trusted = headers or headers_of(raw), self._trusted if by_own else ""
        return Glance(headers, trusted, wanted_names(raw, trusted, headers) if self._names else ())

    async def word(self, raw: bytes, mail_from: str | None, glance: Glance | None = None) -> str:
        """What is known of a mail, as `Authentication.as_word` writes it; empty when nobody is asked.

        `mail_from` is the envelope's sender; None where a server of one's own took the mail in and only its word counts (fetched mail).
        Takes two seconds at most for the name servers; what they do not say is `temperror`. Never raises on bad input.
        """
        seen = await asyncio.to_thread(self.glance, raw) if glance is None else glance
        if mail_from is None or self._names is None:
            found = await asyncio.to_thread(stated, seen.headers, seen.trusted) if seen.trusted else None
        else:
            found = await _verified(raw, mail_from, self._names, seen)
        return found.as_word() if found else ""


async def _verified(raw: bytes, mail_from: str, names: NameServers, seen: Glance) -> Authentication:
    texts = await names.texts(seen.wanted)
    if texts and "dkim-signature" not in seen.headers and not any(one is None or one for one in texts.values()):
        return Authentication()  # nobody signed it, and nobody says that it ought to be signed
    return await asyncio.to_thread(authenticate, raw, seen.trusted, mail_from, texts.get, seen.headers)

"""Judges mails where they arrive: whether each comes from the domain that it names, as one word for the delivery's headers."""

import asyncio

from connectors.email.authentication import Authentication, authenticate, stated_in, wanted_names
from connectors.email.records import NameServers


class Judge:
    """Asks a trusted server's headers first, then the signatures. `trusted`: that server's name (authserv-id), or empty; `names`: whom to
    ask for keys and policies, None for nobody.
    """

    def __init__(self, trusted: str = "", names: NameServers | None = None) -> None:
        self._trusted = trusted
        self._names = names

    async def word(self, raw: bytes, mail_from: str | None, *, by_own: bool = True) -> str:
        """What is known of a mail, as `Authentication.as_word` writes it; empty when nobody is asked.

        `mail_from` is the envelope's sender; None where a server of one's own took the mail in and only its word counts (fetched mail).
        `by_own`: such a server handed it over; what anybody else brings along says nothing, whatever name it bears. Takes two seconds at
        most for the name servers; what they do not say is `temperror`. Never raises on bad input.
        """
        trusted = self._trusted if by_own else ""
        if mail_from is None or self._names is None:
            found = await asyncio.to_thread(stated_in, raw, trusted)
        else:
            found = await _verified(raw, trusted, mail_from, self._names)
        return found.as_word() if found else ""


async def _verified(raw: bytes, trusted: str, mail_from: str, names: NameServers) -> Authentication:
    wanted = await asyncio.to_thread(wanted_names, raw, trusted)
    texts = await names.texts(wanted)
    return await asyncio.to_thread(authenticate, raw, trusted, mail_from, texts.get)

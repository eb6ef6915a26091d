"""The relay that takes our mail: one SMTP conversation a mail, with a time-out on every step and errors that say what to do."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import SMTP

from connectors.contract import Step
from connectors.email.charsets import storable
from connectors.email.compose import Composed
from connectors.email.refusals import word_of
from connectors.email.settings import Settings, relay_user
from connectors.email.steps import milliseconds, step
from connectors.email.tokens import Tokens
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, Rejected, Unavailable
from connectors.leaving import STEP_S

SLOWEST = 50_000
"""Bytes a second: the slowest line on which a big mail is still waited for."""

AUTHENTICATION_CODES = (530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class Handed:
    """Whom the server refused while it took others: for good, and for now."""

    refused: Mapping[str, str]
    later: Mapping[str, str]


class Relay:
    """The outgoing server of one channel. `timeout` and `data_timeout` (after the final dot) are seconds."""

    def __init__(self, settings: Settings, tokens: Tokens | None = None, *, timeout: float = 30.0, data_timeout: float = 60.0) -> None:
        self._settings = settings
        self._tokens = tokens
        self._user = relay_user(settings)
        self._timeout = timeout
        self._data_timeout = data_timeout

    async def deliver(self, mail: Composed) -> Handed:
        """Hand over a mail. Returns whom the server did not take, and why, while it took others. Raises from the tree of errors."""
        async with self._signed_in() as client:
            with _translated():
                await self._begin(client, mail)
                handed = await self._name_recipients(client, mail)
            await self._transfer(client, mail.raw)
        return handed

    async def check(self) -> AsyncIterator[Step]:
        """Resolve, connect, encrypt, sign in and name the sender, then take it back: no mail is sent. Ends at the first failure."""
        client = self._client()
        steps: list[tuple[str, Callable[[], Awaitable[object]]]] = [
            ("resolve", self._resolve),
            ("connect", client.connect),
            ("greet", lambda: _greet(client)),
        ]
        if self._settings.relay_tls == "starttls":
            steps.append(("encrypt", client.starttls))
        if self._tokens:
            steps.append(("token", self._tokens.token))
        if self._user:
            steps.append(("sign_in", lambda: self._identify(client)))
        steps += [("sender", lambda: client.mail(self._settings.address)), ("withdraw", client.rset)]
        try:
            for name, act in steps:
                tried = await _tried(name, act)
                yield tried
                if not tried.ok:
                    return
        finally:
            client.close()

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.relay_host,
            port=settings.relay_port,
            timeout=self._timeout,
            use_tls=settings.relay_tls == "tls",
            start_tls=False,
            local_hostname=settings.address.rpartition("@")[2],
        )

    @contextlib.asynccontextmanager
    async def _signed_in(self) -> AsyncIterator[SMTP]:
        client = self._client()
        try:
            with _translated(five_hundred=Unavailable):
                await client.connect()
                await _greet(client)
                if self._settings.relay_tls == "starttls":
                    await client.starttls()
                    await _greet(client)
            if self._user:
                await self._sign_in(client)
            yield client
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=5)
        finally:
            client.close()

    async def _sign_in(self, client: SMTP) -> None:
        with _translated(five_hundred=AuthFailed):
            try:
                await self._identify(client)
            except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
                raise
            except aiosmtplib.SMTPException as error:
                raise AuthFailed(f"the server offers no way to sign in that we know: {error.message}", code="auth") from error

    async def _identify(self, client: SMTP) -> None:
        """By password, or with a token; one that was withdrawn before its time is replaced once."""
        if self._tokens is None:
            await client.login(self._user, self._settings.relay_password)
            return
        try:
            await client.auth_xoauth2(self._user, await self._tokens.token())
        except aiosmtplib.SMTPAuthenticationError:
            self._tokens.forget()
            await client.auth_xoauth2(self._user, await self._tokens.token())

    async def _begin(self, client: SMTP, mail: Composed) -> None:
        options = [f"SIZE={len(mail.raw)}"] if client.supports_extension("size") else []
        if mail.international and not client.supports_extension("smtputf8"):
            raise Rejected("the outgoing server cannot carry addresses with such letters", code="address")
        if mail.international:
            options.append("SMTPUTF8")
        await client.mail(mail.sender, options=options, encoding="utf-8")

    async def _name_recipients(self, client: SMTP, mail: Composed) -> Handed:
        refused: dict[str, aiosmtplib.SMTPRecipientRefused] = {}
        for recipient in mail.recipients:
            try:
                await client.rcpt(recipient, encoding="utf-8")
            except aiosmtplib.SMTPRecipientRefused as error:
                refused[recipient] = error
        if not mail.rest and (addressee := refused.get(mail.recipients[0])):
            raise addressee  # the others' copies say nothing of the customer, whom it never reached
        if len(refused) == len(mail.recipients):
            raise next((error for error in refused.values() if error.code < 500), next(iter(refused.values())))
        said = {recipient: (error.code, storable(f"{error.code} {error.message}")) for recipient, error in refused.items()}
        return Handed(
            {one: text for one, (code, text) in said.items() if code >= 500},
            {one: text for one, (code, text) in said.items() if code < 500},
        )

    async def _transfer(self, client: SMTP, raw: bytes) -> None:
        """The mail itself. From here on a silence may hide a success."""
        try:
            with _translated():
                await client.data(raw, timeout=self._data_timeout + len(raw) / SLOWEST)
        except Unavailable as error:
            if isinstance(error.__cause__, aiosmtplib.SMTPResponseException) and error.__cause__.code >= 400:
                raise
            raise Ambiguous(f"no answer after the mail was handed over: {error}", code="no_answer") from error.__cause__

    async def _resolve(self) -> None:
        async with asyncio.timeout(self._timeout):
            await asyncio.get_running_loop().getaddrinfo(self._settings.relay_host, self._settings.relay_port, type=socket.SOCK_STREAM)


async def _greet(client: SMTP) -> None:
    """Say hello and learn what the server can; old servers only know the short form."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


@contextlib.contextmanager
def _translated(five_hundred: type[ConnectorError] = Rejected) -> Iterator[None]:
    """Errors of the library as ours. `five_hundred` is what a refusal for good means here: no greeting is no message's fault."""
    try:
        yield
    except ConnectorError:
        raise
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error, five_hundred) from error
    except ssl.SSLError as error:
        raise Unavailable(f"the encryption failed: {error}", code="tls") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise Unavailable(f"the outgoing server cannot be reached: {error}", code="unreachable") from error


def _by_code(error: aiosmtplib.SMTPResponseException, five_hundred: type[ConnectorError]) -> ConnectorError:
    said = f"the outgoing server says {error.code} {error.message}"
    if error.code in AUTHENTICATION_CODES:
        return AuthFailed(said, code="auth")
    if 500 <= error.code < 600:
        return five_hundred(said, code=word_of(error.message, otherwise="refused"))
    return Unavailable(said, code="busy")


async def _tried(name: str, act: Callable[[], Awaitable[object]]) -> Step:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(STEP_S):
            with _translated():
                await act()
    except TimeoutError:
        return step(name, ok=False, ms=milliseconds(began), detail=f"did not answer in {STEP_S:g} s")
    except (ConnectorError, aiosmtplib.SMTPException) as error:
        return step(name, ok=False, ms=milliseconds(began), detail=str(error))
    return step(name, ok=True, ms=milliseconds(began))

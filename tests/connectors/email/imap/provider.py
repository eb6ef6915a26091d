"""A provider as big ones are: a server for tokens over HTTP, a relay and a mailbox that want tokens, and mail to oneself comes back."""

import asyncio
import base64
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from connectors.contract import Surroundings
from connectors.egress import WebEgress
from tests.connectors.email.world import KEY
from tests.rig.dovecot import Dovecot, dovecot

OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
CHECKED = """
introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = email
username_format = %u
active_attribute = active
active_value = true
"""


@dataclass(slots=True)
class Tokens:
    """What a provider hands out and still accepts. `asked`: the forms it was sent; `answers`: what it says instead, to the next ones."""

    user: str
    port: int = 0
    good: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    lasts: int = 3600

    async def token(self, request: web.Request) -> web.Response:
        """One token for whoever has the secrets."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        if form.get("client_secret") != "a secret":
            return web.json_response({"error": "invalid_client", "error_description": "no such client"}, status=401)
        self.good.add(f"token-{len(self.asked)}")
        return web.json_response({"access_token": f"token-{len(self.asked)}", "expires_in": self.lasts, "token_type": "Bearer"})

    async def introspect(self, request: web.Request) -> web.Response:
        """What the mailbox's server asks."""
        active = (await request.post()).get("token") in self.good
        return web.json_response({"active": active, **({"email": self.user} if active else {})})


@asynccontextmanager
async def token_server(user: str) -> AsyncIterator[Tokens]:
    """Tokens for one user, over HTTP."""
    tokens, app = Tokens(user), web.Application()
    app.add_routes([web.post("/token", tokens.token), web.post("/introspect", tokens.introspect)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    tokens.port = int(runner.addresses[0][1])
    try:
        yield tokens
    finally:
        await runner.cleanup()


@asynccontextmanager
async def mailbox_with_tokens(tokens: Tokens) -> AsyncIterator[Dovecot]:
    """A Dovecot that takes these tokens and no passwords."""

    def files(server: Dovecot) -> str:
        (server.folder / "oauth2.conf").write_text(CHECKED.format(port=tokens.port))
        return OAUTH.format(folder=server.folder)

    with await asyncio.to_thread(lambda: dovecot(passdb=files, mechanisms="xoauth2 oauthbearer")) as server:
        yield server


@dataclass(slots=True)
class Relay:
    """Gives mail to the mailbox's server, for whoever has a token, where `tokens` are given."""

    server: Dovecot
    tokens: Tokens | None

    def session(self) -> SMTP:
        """One conversation."""
        return SMTP(self, hostname="relay.example", loop=asyncio.get_running_loop(), auth_require_tls=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1]).decode()
        good = self.tokens.good if self.tokens else set()
        return AuthResult(success=said.split("auth=Bearer ", 1)[1].split("\x01", 1)[0] in good, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.tokens and not session.authenticated:
            return "530 5.7.0 sign in first"
        await asyncio.to_thread(self._give, envelope)
        return "250 taken"

    def _give(self, envelope: Envelope) -> None:
        with smtplib.LMTP("127.0.0.1", self.server.lmtp_port) as lmtp:
            lmtp.sendmail(envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content or b"")


@asynccontextmanager
async def relay(server: Dovecot, tokens: Tokens | None = None) -> AsyncIterator[int]:
    """The port of such a relay."""
    listening = await asyncio.get_running_loop().create_server(Relay(server, tokens).session, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


@asynccontextmanager
async def around(tokens: Tokens) -> AsyncIterator[Surroundings]:
    """What a channel stands on, with a way out to the server for tokens."""
    async with WebEgress(named={f"127.0.0.1:{tokens.port}"}) as egress:
        yield Surroundings(channel="mail-1", public_url="", key=KEY, egress=egress)

"""HTTP: the session, colleagues, one's own things, API tokens, audit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.errors import Forbidden
from hub.kernel.proxies import Proxies
from hub.kernel.web import PUBLIC, SIGNED_IN, Answer, Call, Route, delete, get, patch, post, put
from hub.people.agents import Agents
from hub.people.audit import AuditTrail
from hub.people.door import COOKIE, Cookies
from hub.people.model import (
    AgentChange,
    Audit,
    AuditPage,
    Colleague,
    ColleaguePage,
    Colleagues,
    Credentials,
    IssuedToken,
    NewAgent,
    NewToken,
    PasswordChange,
    SignedIn,
    Tokens,
)
from hub.people.sessions import Sessions
from hub.people.sign_in import SignIn
from hub.people.tokens import ApiTokens

NOT_KEPT: Mapping[str, str] = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class SessionApi:
    """Signing in and out."""

    sign_in: SignIn
    sessions: Sessions
    agents: Agents
    cookies: Cookies
    proxies: Proxies
    same_site: Callable[[web.Request], bool]

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            post("/session", self.open, needs=PUBLIC, body=Credentials, answers={200: SignedIn}),
            get("/session", self.show, needs=SIGNED_IN, answers={200: SignedIn}),
            delete("/session", self.end, needs=SIGNED_IN, answers={204: None}),
        ]

    async def open(self, call: Call) -> Answer:
        """Sign in: sets the session's cookie; an older session of this browser ends.

        401 `wrong_credentials`; 429 `too_many_attempts` with Retry-After, also for the right password.
        """
        if not self.same_site(call.request):  # else another site could sign the browser in as somebody of its own
            raise Forbidden("origin", "the request comes from another site")
        browser = call.request.headers.get("User-Agent", "")
        opened = await self.sign_in.enter(call.body, self.proxies.address(call.request), browser)
        if previous := call.request.cookies.get(COOKIE):
            await self.sessions.end(previous, "signed_in_again")
        return Answer(200, opened.answer, {**NOT_KEPT, "Set-Cookie": self.cookies.give(call.request, opened)})

    async def show(self, call: Call) -> Answer:
        """Who is signed in, and the word that unsafe methods carry."""
        return Answer(200, SignedIn(agent=await self.agents.own(call.who.agent), csrf=call.who.csrf), NOT_KEPT)

    async def end(self, call: Call) -> Answer:
        """Sign out: the session ends here and its sockets are cut."""
        _only_in_person(call)
        await self.sessions.end(call.request.cookies[COOKIE], "signed_out")
        return Answer(204, None, {**NOT_KEPT, "Set-Cookie": self.cookies.take(call.request)})


@dataclass(frozen=True, slots=True)
class PeopleApi:
    """Colleagues and what is one's own."""

    agents: Agents
    tokens: ApiTokens
    sessions: Sessions
    audit: AuditTrail
    proxies: Proxies

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            get("/agents", self.list_agents, needs="agent.read", query=ColleaguePage, answers={200: Colleagues}),
            post("/agents", self.create_agent, needs="agent.manage", body=NewAgent, answers={201: Colleague}),
            get("/agents/{id}", self.show_agent, needs="agent.read", answers={200: Colleague}),
            patch("/agents/{id}", self.change_agent, needs="agent.manage", body=AgentChange, answers={200: Colleague}),
            get("/me/preferences", self.preferences, needs=SIGNED_IN, answers={200: dict[str, Any]}),
            put("/me/preferences", self.set_preferences, needs=SIGNED_IN, body=dict[str, Any], answers={200: dict[str, Any]}),
            put("/me/password", self.set_password, needs=SIGNED_IN, body=PasswordChange, answers={204: None}),
            get("/tokens", self.list_tokens, needs="token.manage", answers={200: Tokens}),
            post("/tokens", self.issue_token, needs="token.manage", body=NewToken, answers={201: IssuedToken}),
            delete("/tokens/{id}", self.revoke_token, needs="token.manage", answers={204: None}),
            get("/audit", self.list_audit, needs="audit.read", query=AuditPage, answers={200: Audit}),
        ]

    async def list_agents(self, call: Call) -> Colleagues:
        """Colleagues by name, with where each stands now; with `all` also those who are disabled."""
        return await self.agents.page(call.query)

    async def create_agent(self, call: Call) -> Answer:
        """Make a colleague, who can sign in at once. 409 `email_taken`."""
        made = await self.agents.create(call.body, by=call.who.agent)
        return Answer(201, await self.agents.one(made))

    async def show_agent(self, call: Call) -> Colleague:
        """One colleague."""
        return await self.agents.one(call.id())

    async def change_agent(self, call: Call) -> Colleague:
        """Change, disable or enable a colleague. Disabling, another role or password end the sessions. 409 `last_admin`, `email_taken`."""
        await self.agents.change(call.id(), call.body, by=call.who.agent)
        return await self.agents.one(call.id())

    async def preferences(self, call: Call) -> dict[str, Any]:
        """How the caller wants the console: an object that only the console reads."""
        return await self.agents.preferences(call.who.agent)

    async def set_preferences(self, call: Call) -> dict[str, Any]:
        """Keep how the caller wants the console, whole, up to 16 KB."""
        await self.agents.set_preferences(call.who, call.body)
        await self.sessions.forget(call.who.agent, None, "preferences")  # the language is one of them
        return await self.agents.preferences(call.who.agent)

    async def set_password(self, call: Call) -> None:
        """Change one's own password; all other sessions end. 422 `wrong_password`, `weak_password`."""
        _only_in_person(call)
        await self.agents.change_password(call.who, call.body, self.proxies.address(call.request))

    async def list_tokens(self, call: Call) -> Tokens:
        """The caller's API tokens."""
        return Tokens(items=await self.tokens.of(call.who.agent))

    async def issue_token(self, call: Call) -> Answer:
        """Make an API token with the caller's rights; its secret is shown this once."""
        _only_in_person(call)
        return Answer(201, await self.tokens.issue(call.who.agent, call.body.name), NOT_KEPT)

    async def revoke_token(self, call: Call) -> None:
        """End one of the caller's API tokens at once."""
        await self.tokens.revoke(call.who.agent, call.id())

    async def list_audit(self, call: Call) -> Audit:
        """What happened, newest first: the ledger with the names of those who did it."""
        return await self.audit.page(call.query)


def _only_in_person(call: Call) -> None:
    """A program may not do what would outlive the revoking of its token. Raises Forbidden."""
    if call.who.csrf is None:
        raise Forbidden("needs_session", "an API token may not do this: sign in with a browser")

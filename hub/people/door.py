"""The door: who stands behind a request or a socket's handshake, and the cookie that is given and taken."""

import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from hub.kernel.proxies import Proxies
from hub.kernel.web import Principal
from hub.people.sessions import Opened, Sessions
from hub.people.tokens import ApiTokens

COOKIE = "hilo_session"
BEARER = "bearer "


class Door:
    """Implements `hub.kernel.web.Authenticator`, and the admission of sockets."""

    def __init__(self, sessions: Sessions, tokens: ApiTokens, same_site: Callable[[web.Request], bool]) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._same_site = same_site

    async def authenticate(self, request: web.Request) -> Principal | None:
        """By API token when one is given (a wrong one is not helped by a cookie), else by session."""
        authorization = request.headers.get("Authorization")
        if authorization is not None:
            wanted = authorization.lower().startswith(BEARER)
            return await self._tokens.find(authorization[len(BEARER) :].strip()) if wanted else None
        cookie = request.cookies.get(COOKIE)
        return await self._sessions.find(cookie) if cookie else None

    async def admit(self, environ: Mapping[str, Any], auth: Any) -> Principal | None:
        """A socket: `{"token": API token}`, or the session's cookie with `{"csrf"}`. A foreign or null Origin is refused in both cases.

        No Origin is let through: browsers send none with same-origin polling, and without the csrf word it opens nothing.
        """
        request: web.Request = environ["aiohttp.request"]
        if not isinstance(auth, dict) or not self._same_site(request):
            return None
        if isinstance(token := auth.get("token"), str):
            return await self._tokens.find(token)
        cookie, csrf = request.cookies.get(COOKIE), auth.get("csrf")
        who = await self._sessions.find(cookie) if cookie and isinstance(csrf, str) else None
        return who if who and who.csrf and secrets.compare_digest(who.csrf.encode(), str(csrf).encode(errors="surrogatepass")) else None


class Cookies:
    """Writes the session's cookie: never readable by scripts, Secure but on plain-http loopback."""

    def __init__(self, proxies: Proxies, public_url: Callable[[], str]) -> None:
        self._proxies = proxies
        self._public_url = public_url

    def give(self, request: web.Request, opened: Opened) -> str:
        """The Set-Cookie header of a new session."""
        return self._write(request, opened.token, opened.max_age_s)

    def take(self, request: web.Request) -> str:
        """The Set-Cookie header that removes it."""
        return self._write(request, "", 0)

    def _write(self, request: web.Request, value: str, max_age_s: int) -> str:
        secure = "" if self._plain_loopback(request) else "; Secure"
        return f"{COOKIE}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"

    def _plain_loopback(self, request: web.Request) -> bool:
        if self._proxies.scheme(request) == "https" or self._public_url().startswith("https:"):
            return False
        return _is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""Access tokens for a mailbox at Google or Microsoft (OAuth 2.0): asked for in time, kept until shortly before they end.

With a refresh token on behalf of the mailbox's owner; without one, at Microsoft, in the application's own name (client credentials).
"""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

from connectors.contract import Answer, Egress
from connectors.email.settings import Settings
from connectors.errors import Ambiguous, AuthFailed, MalformedPayload, Rejected, Unavailable

EARLY_S = 300.0
GOOGLE = "https://oauth2.googleapis.com/token"
MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
MICROSOFT_OWN_SCOPE = "https://outlook.office365.com/.default"


class Tokens:
    """The tokens of one channel. Raises AuthFailed when consent is gone, Unavailable when the provider cannot be asked."""

    def __init__(self, settings: Settings, egress: Egress, now: Callable[[], float]) -> None:
        self._settings = settings
        self._egress = egress
        self._now = now
        self._refresh = settings.oauth_refresh_token
        self._token, self._until = "", 0.0
        self._asking = asyncio.Lock()
        self.expires_at: float | None = None
        """When access ends, once it could not be renewed; None while all is well."""

    async def token(self) -> str:
        """A token that is good for some minutes more."""
        async with self._asking:
            if not self._token or self._now() > self._until - EARLY_S:
                await self._renew()
            return self._token

    def forget(self) -> None:
        """It was refused: the next one is asked for anew."""
        self._token = ""

    async def _renew(self) -> None:
        try:
            given = _said(await self._asked())
        except (AuthFailed, Unavailable):
            self.expires_at = self._until or None
            if self._token and self._now() < self._until:
                return  # it still holds for a while
            raise
        self._token, self._until, self.expires_at = given["access_token"], self._now() + float(given.get("expires_in", 3600)), None
        self._refresh = given.get("refresh_token") or self._refresh

    async def _asked(self) -> Answer:
        try:
            return await self._egress.request("POST", token_url(self._settings), data=form(self._settings, self._refresh))
        except Ambiguous as error:  # asking for a token twice does no harm
            raise Unavailable(f"the token's server does not answer: {error}", code="unreachable") from error
        except Rejected as error:
            raise AuthFailed(f"the token's address cannot be used: {error}", code="auth") from error


def token_url(settings: Settings) -> str:
    """Where tokens are asked for."""
    if settings.oauth_token_url:
        return settings.oauth_token_url
    return GOOGLE if settings.sign_in == "google" else MICROSOFT.format(tenant=quote(settings.oauth_tenant, safe=""))


def form(settings: Settings, refresh: str) -> dict[str, str]:
    """What is asked (RFC 6749 sections 6 and 4.4)."""
    who = {"client_id": settings.oauth_client_id, "client_secret": settings.oauth_client_secret}
    if settings.sign_in == "microsoft":
        if not refresh:
            return {**who, "grant_type": "client_credentials", "scope": MICROSOFT_OWN_SCOPE}
        return {**who, "grant_type": "refresh_token", "refresh_token": refresh, "scope": MICROSOFT_SCOPE}
    return {**who, "grant_type": "refresh_token", "refresh_token": refresh}


def _said(answer: Answer) -> dict[str, str]:
    """The token and how long it holds. Raises AuthFailed, Unavailable."""
    try:
        given = answer.json()
    except MalformedPayload:
        given = {}
    told = given if isinstance(given, dict) else {}
    if answer.status == 200 and isinstance(told.get("access_token"), str):
        return told
    why = " ".join(str(told.get(key, "")) for key in ("error", "error_description")).strip()[:300] or f"status {answer.status}"
    if answer.status in (400, 401, 403):
        raise AuthFailed(f"no access token: {why}", code="auth")
    raise Unavailable(f"no access token: {why}", code="unreachable")

"""Asks Meta's Graph API: one version, one token, every call with its proof; an answer is data, or one of our errors."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import FormData

from connectors.contract import Answer, Egress, Media
from connectors.egress import SAFE
from connectors.errors import Ambiguous, MalformedPayload, Unavailable
from connectors.graph.refusals import error_of

METAS_OWN = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net", ".instagram.com", ".cdninstagram.com")
"""Hosts that may see the token when a file is fetched: no other ever does."""
SEND_S = 20.0
UPLOAD_S = 90.0


class Graph:
    """One token at one version of the API."""

    def __init__(self, egress: Egress, *, url: str, version: str, token: str, app_secret: str) -> None:
        self._egress = egress
        self._root = f"{url.rstrip('/')}/{version.strip('/')}"
        self._host = urlsplit(url).netloc
        self._token = token
        self._secret = app_secret
        self.usage = ""
        """How much of the hour's calls is used, in Meta's words, as of the last answer."""

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read. Raises Unavailable, RateLimited, AuthFailed, Rejected."""
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change something. Raises Ambiguous as well, when nobody knows whether it was done."""
        return await self._ask("POST", path, json=body)

    async def delete(self, path: str, **params: str) -> dict[str, Any]:
        """Take something away; doing it twice does no harm, so a lost answer is Unavailable."""
        try:
            return await self._ask("DELETE", path, params=params)
        except Ambiguous as error:
            raise Unavailable(str(error)) from error

    async def upload(self, path: str, media: Media, *, part: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Hand over a file. Nobody has seen it yet, so a lost answer only means to hand it over again: Unavailable."""
        form = FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field(part, media.data or b"", filename=media.name, content_type=media.content_type)
        try:
            return await self._ask("POST", path, data=form, timeout_s=UPLOAD_S)
        except Ambiguous as error:
            raise Unavailable(str(error)) from error

    def download(self, url: str, *, signed: bool) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A file. `signed`: whoever has the address may have it; else it takes the token, which only Meta's own hosts are shown."""
        host = urlsplit(url).netloc
        ours = host == self._host or (urlsplit(url).scheme == "https" and (urlsplit(url).hostname or "").endswith(METAS_OWN))
        return self._egress.download(url, headers={"Authorization": f"Bearer {self._token}"} if ours and not signed else None)

    async def _ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, timeout_s: float = 0.0, **given: Any
    ) -> dict[str, Any]:
        address = f"{self._root}/{quote(path.lstrip('/'), safe='/:._-')}"
        query = {**(params or {}), **self._proof()}
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._egress.request(method, address, headers=headers, params=query, timeout_s=timeout_s or SEND_S, **given)
        self.usage = _usage(answer) or self.usage
        return _read(method, answer)

    def _proof(self) -> dict[str, str]:
        """Shows that who has the token also has the app's secret: a stolen token alone is of no use where the app demands it."""
        if "|" in self._token:
            return {}
        return {"appsecret_proof": hmac.new(self._secret.encode(), self._token.encode(), hashlib.sha256).hexdigest()}


def _read(method: str, answer: Answer) -> dict[str, Any]:
    """The object in an answer. Raises one of our errors."""
    try:
        said = answer.json()
    except MalformedPayload as error:
        if method in SAFE and answer.status < 400:
            raise Unavailable(f"answered {answer.status}: {answer.body[:200]!r}") from error
        if answer.status >= 400:
            raise error_of(answer, {}, again=method in SAFE) from error
        raise Ambiguous(f"answered {answer.status}, and not in JSON: {answer.body[:200]!r}") from error
    if isinstance(said, dict) and answer.status < 400 and "error" not in said:
        return said
    raise error_of(answer, said, again=method in SAFE)


def _usage(answer: Answer) -> str:
    try:
        used = json.loads(answer.headers.get("x-app-usage", ""))
        return f"call_count {int(used['call_count'])} %"
    except (ValueError, KeyError, TypeError):
        return ""

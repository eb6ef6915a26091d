"""Fetches a file that came in: from Twilio with our credentials, from where it sends us on without them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

from connectors.contract import Egress, Media
from connectors.egress import FILE_LIMIT
from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.twilio_api.transport import basic

HOST = "api.twilio.com"
MOVED = (301, 302, 303, 307, 308)
HOPS = 3


@asynccontextmanager
async def fetch(egress: Egress, media: Media, *, auth: tuple[str, str], base_url: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes, piece by piece. Raises Rejected when it is gone, Unavailable when it may come later, AuthFailed."""
    if not media.url:
        raise Rejected("the file has no address", code="file_gone")
    url, headers = media.url, {"Authorization": basic(*auth)} if is_twilio(media.url, base_url) else {}
    for _ in range(HOPS):
        answer = await egress.request("GET", url, headers=headers, timeout_s=60.0, limit=FILE_LIMIT)
        if answer.status == 200:
            yield _whole(answer.body)
            return
        if answer.status not in MOVED:
            raise _refusal(answer.status)
        url, headers = urljoin(url, answer.headers.get("location", "")), {}
    raise Unavailable("the file leads from address to address")


def is_twilio(url: str, base_url: str) -> bool:
    """Whether our credentials may be shown there."""
    asked, ours = urlsplit(url), urlsplit(base_url or f"https://{HOST}")
    return (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)


def _refusal(status: int) -> Exception:
    if status in (404, 410):
        return Rejected(f"the file is gone: {status}", code="file_gone")
    if status in (401, 403):
        return AuthFailed(f"Twilio does not show the file: {status}", code="credentials")
    return Unavailable(f"the file was answered with {status}")


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body

"""What a page's or an account's inbox still holds: messages that no webhook told, and the names of those who wrote them."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Batch, Delivery
from connectors.errors import MalformedPayload
from connectors.graph.client import Graph
from connectors.graph.reading import part, parts, text
from connectors.graph.webhook import CANONICAL, item, unreadable

FIELDS = "updated_time,participants,messages.limit(20){id,created_time,from,message,attachments}"
"""Meta tells the details of the last twenty messages of a conversation, and no more."""
PAGES = 20


async def sweep(graph: Graph, platform: str, account: str, since: float) -> AsyncIterator[Batch]:
    """A batch for each page of conversations, newest first, until one that was quiet since then. Raises as every call."""
    query = {"platform": platform, "fields": FIELDS, "limit": "50"}
    for _ in range(PAGES):
        page = await graph.get("me/conversations", **query)
        found = parts(page.get("data"))
        yield Batch(tuple(one for conversation in found for one in _readable(conversation, account, since)))
        after = text(part(part(page.get("paging")).get("cursors")).get("after"), 2000)
        if not after or not part(page.get("paging")).get("next") or any(_was_quiet(one, since) for one in found):
            return
        query["after"] = after


def _readable(conversation: Mapping[str, Any], account: str, since: float) -> list[Delivery]:
    """A conversation's deliveries; one that cannot be read is set aside, and holds no other up."""
    try:
        return list(deliveries_of(conversation, account, since))
    except MalformedPayload:
        return [unreadable(CANONICAL.encode(conversation).encode("utf-8", "surrogatepass"))]


def _was_quiet(conversation: Mapping[str, Any], since: float) -> bool:
    """Whether nothing was written in it since then; of one that does not say when, nobody knows."""
    try:
        return _moment(conversation.get("updated_time")) < since
    except MalformedPayload:
        return False


def deliveries_of(conversation: Mapping[str, Any], account: str, since: float) -> Iterator[Delivery]:
    """What customers wrote since then, under the very ids of the webhooks, and after it their names. Ours comes back as echoes alone."""
    newest_first = parts(part(conversation.get("messages")).get("data"))
    writers = set[str]()
    for one in reversed(newest_first):
        try:
            if _is_theirs(one, account, since):
                yield item("message", one.get("id"), _as_webhook(one, account))
                writers.add(str(part(one.get("from")).get("id")))
        except MalformedPayload:
            yield unreadable(CANONICAL.encode(one).encode("utf-8", "surrogatepass"))
    for one in parts(part(conversation.get("participants")).get("data")):
        if str(one.get("id")) in writers:
            said = {key: one[key] for key in ("name", "username") if one.get(key)}
            yield item("profile", None, {**_between(str(one["id"]), account), "profile": said})


def _is_theirs(one: Mapping[str, Any], account: str, since: float) -> bool:
    writer = str(part(one.get("from")).get("id") or "")
    return bool(writer and one.get("id")) and writer != account and _moment(one.get("created_time")) >= since


def _as_webhook(one: Mapping[str, Any], account: str) -> dict[str, Any]:
    attached = [_attachment(file) for file in parts(part(one.get("attachments")).get("data"))]
    message = {"mid": one["id"], "text": one.get("message") or "", **({"attachments": attached} if attached else {})}
    moment = {"timestamp": int(_moment(one.get("created_time")) * 1000)}
    return {**_between(str(part(one.get("from"))["id"]), account), **moment, "message": message}


def _between(person: str, account: str) -> dict[str, Any]:
    return {"sender": {"id": person}, "recipient": {"id": account}}


def _attachment(file: Mapping[str, Any]) -> dict[str, Any]:
    kind = text(file.get("mime_type"), 100).split("/", maxsplit=1)[0]
    where = part(file.get("image_data")) or part(file.get("video_data")) or {"url": file.get("file_url")}
    shown = "image" if file.get("image_data") else "video" if file.get("video_data") else kind
    return {"type": shown if shown in ("image", "video", "audio") else "file", "payload": {"url": where.get("url")}}


def _moment(written: Any) -> float:
    """Seconds since the epoch of `2026-11-22T04:10:00+0000`. Raises MalformedPayload."""
    try:
        return datetime.fromisoformat(text(written, 60)).timestamp()
    except (ValueError, OverflowError) as error:
        raise MalformedPayload(f"not a moment: {str(written)[:60]!r}") from error

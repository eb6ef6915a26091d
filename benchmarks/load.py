"""The load program: signed webhooks in, pushes on a socket out. The same one drives the bare pipeline and the hub.

It keeps its own work small (plain streams, requests made beforehand), because it shares the machine with what it measures.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter, time
from urllib.parse import urlsplit

IN_FLIGHT = 32
TEXT_LENGTH = 150
PATIENCE_S = 30.0

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class LoadError(RuntimeError):
    """What was measured did not do its work; a figure would be a lie."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One signed webhook, ready to be written, and the key by which its push is known again."""

    key: str
    request: bytes


@dataclass(slots=True)
class Arrivals:
    """When each key was pushed, told by whoever holds the socket."""

    expected: int
    times: dict[str, float] = field(default_factory=dict)
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, key: str) -> None:
        """A push came. The same key twice counts once."""
        self.times.setdefault(key, perf_counter())
        if len(self.times) >= self.expected:
            self.complete.set()

    async def wait(self) -> None:
        """Until all have come. Raises LoadError when they do not."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.complete.wait()
        except TimeoutError:
            raise LoadError(f"of {self.expected} messages {len(self.times)} reached the socket within {PATIENCE_S} s") from None


def text(key: str) -> str:
    """A message of 150 characters that begins with its key."""
    return (key + " " + "One thread per customer, whatever way it comes. " * 4)[:TEXT_LENGTH]


def key_of(message: str) -> str:
    """The key at the beginning of a message's text."""
    return message.split(" ", 1)[0]


def delivery(url: str, secret: bytes, key: str, body: bytes) -> Delivery:
    """A POST of the body with the time, and HMAC-SHA256 over time and body."""
    now = str(int(time()))
    signed = {"X-Hilo-Timestamp": now, "X-Hilo-Signature": signature(secret, now, body)}
    return Delivery(key, request(url, {"Content-Type": "application/json", **signed}, body))


def request(url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    parts = urlsplit(url)
    all_headers = {"Host": parts.netloc, "Content-Length": str(len(body)), **headers}
    lines = (f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items()), "", "")
    return "\r\n".join(lines).encode() + body


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """What stands in the header `X-Hilo-Signature`."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


async def flood(url: str, deliveries: Sequence[Delivery], arrivals: Arrivals) -> float:
    """Send all with 32 requests in flight. Returns messages a second, from the first byte sent to the last push seen."""
    async with streams(url, IN_FLIGHT) as open_streams:
        began = perf_counter()
        await _send_through(open_streams, deliveries)
        await arrivals.wait()
    return len(deliveries) / (max(arrivals.times.values()) - began)


async def answered(url: str, deliveries: Sequence[Delivery]) -> float:
    """Send all with 32 requests in flight. Returns webhooks a second, from the first byte sent to the last answer read."""
    async with streams(url, IN_FLIGHT) as open_streams:
        began = perf_counter()
        await _send_through(open_streams, deliveries)
        return len(deliveries) / (perf_counter() - began)


async def _send_through(open_streams: Sequence[Stream], deliveries: Sequence[Delivery]) -> None:
    queue = iter(deliveries)
    async with asyncio.TaskGroup() as senders:
        for stream in open_streams:
            senders.create_task(_send_all(stream, queue))


async def _send_all(stream: Stream, queue: Iterator[Delivery]) -> None:
    for one in queue:  # shared: each sender takes the next one
        await post(stream, one)


async def pace(url: str, deliveries: Sequence[Delivery], arrivals: Arrivals, rate: float) -> list[float]:
    """Send at a steady rate, whatever the answers do. Returns seconds from when each was due to its push."""
    due: dict[str, float] = {}
    free: asyncio.Queue[Stream] = asyncio.Queue()
    async with streams(url, IN_FLIGHT) as open_streams:
        for stream in open_streams:
            free.put_nowait(stream)
        began = perf_counter()
        async with asyncio.TaskGroup() as senders:
            for number, one in enumerate(deliveries):
                due[one.key] = began + number / rate
                await asyncio.sleep(max(0.0, due[one.key] - perf_counter()))
                senders.create_task(_send_one(await free.get(), one, free.put_nowait))
        await arrivals.wait()
    return [arrivals.times[key] - at for key, at in due.items()]


async def _send_one(stream: Stream, one: Delivery, give_back: Callable[[Stream], None]) -> None:
    await post(stream, one)
    give_back(stream)


async def post(stream: Stream, one: Delivery) -> None:
    """Write one request and read its answer to the end. Raises LoadError when it is not a success."""
    reader, writer = stream
    writer.write(one.request)
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)
        body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 20"):
        raise LoadError(f"{head.splitlines()[0].decode()}: {body[:300].decode(errors='replace')}")


@asynccontextmanager
async def streams(url: str, count: int) -> AsyncIterator[list[Stream]]:
    """So many kept-alive connections to the address."""
    parts = urlsplit(url)
    opened = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(count)]
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()

"""The limit of `intake_to_socket`: a pipeline that does nothing but what no hub could leave out.

An aiohttp handler checks an HMAC, inserts one row durably under a unique key (16 connections), and emits it to one Socket.IO client.
"""

import asyncio
import hmac
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import socketio
import uvloop
from aiohttp import web

from benchmarks.figure import Figure, figure
from benchmarks.load import Arrivals, Delivery, delivery, flood, key_of, signature, text
from hub.kernel.embedded import EmbeddedPostgres

CONNECTIONS, MESSAGES, ROUNDS = 16, 6_000, 3
TABLE = """CREATE TABLE delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, channel int NOT NULL, external_id text NOT NULL, text text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), UNIQUE (channel, external_id))"""
INSERT = "INSERT INTO delivery (channel, external_id, text) VALUES (1, $1, $2) ON CONFLICT DO NOTHING RETURNING id"
SECRET = b"a secret that both ends know"


class Incoming(msgspec.Struct):
    """The body of one webhook."""

    id: str
    text: str


class Pipeline:
    """The handler: check, insert, emit, answer."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", sockets: socketio.AsyncServer) -> None:
        self._pool = pool
        self._sockets = sockets
        self._decode = msgspec.json.Decoder(Incoming).decode

    async def take(self, request: web.Request) -> web.Response:
        """One webhook."""
        body = await request.read()
        wanted = signature(SECRET, request.headers.get("X-Hilo-Timestamp", ""), body)
        if not hmac.compare_digest(wanted, request.headers.get("X-Hilo-Signature", "")):
            return web.Response(status=401)
        message = self._decode(body)
        number = await self._pool.fetchval(INSERT, message.id, message.text)
        if number is not None:
            await self._sockets.emit("event", {"id": number, "text": message.text})
        return web.json_response({"id": number})


async def serve(database: str) -> None:
    """Serve the pipeline until standard input ends."""
    async with asyncpg.create_pool(database, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        sockets = socketio.AsyncServer(async_mode="aiohttp")
        application = web.Application()
        sockets.attach(application)
        application.router.add_post("/hook", Pipeline(pool, sockets).take)
        await stay(application)


async def stay(application: web.Application) -> None:
    """Serve on a port that the system chooses, print it, and stay until standard input ends."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


@contextmanager
def durable_postgres() -> Iterator[EmbeddedPostgres]:
    """A fresh embedded PostgreSQL whose commits reach the disk, as in service."""
    with tempfile.TemporaryDirectory(prefix="hilo-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            yield server
        finally:
            server.delete()


@asynccontextmanager
async def bare_server(database: str, module: str = "benchmarks.bare") -> AsyncIterator[str]:
    """The pipeline of a module in a process of its own; gives its address."""
    async with started(database, module) as (port,):
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def started(database: str, module: str) -> AsyncIterator[list[int]]:
    """A module in a process of its own; gives the ports that it prints."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, database, stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(20):
            line = await process.stdout.readline()
        yield [int(port) for port in line.split()]
    finally:
        process.stdin.close()
        await process.wait()


def deliveries(url: str, count: int) -> list[Delivery]:
    """So many signed messages, each with an id of its own."""
    keys = [uuid4().hex for _ in range(count)]
    return [delivery(url, SECRET, key, json.dumps({"id": key, "text": text(key)}).encode()) for key in keys]


@asynccontextmanager
async def listening(address: str, arrivals: Arrivals) -> AsyncIterator[None]:
    """One Socket.IO client that notes every push."""
    client = socketio.AsyncClient()
    client.on("event", lambda data: arrivals.note(key_of(data["text"])))
    await client.connect(address, transports=["websocket"])
    try:
        yield
    finally:
        await client.disconnect()


async def rate(address: str, count: int = MESSAGES) -> float:
    """Messages a second through a running pipeline."""
    arrivals = Arrivals(count)
    async with listening(address, arrivals):
        return await flood(address, deliveries(f"{address}/hook", count), arrivals)


async def prepare(postgres: EmbeddedPostgres) -> None:
    """A database of its own with the one table."""
    await asyncio.to_thread(postgres.create_database, "bare")
    connection = await asyncpg.connect(postgres.url("bare"))
    await connection.execute("DROP TABLE IF EXISTS delivery")
    await connection.execute(TABLE)
    await connection.close()


async def measure(postgres: EmbeddedPostgres) -> float:
    """The best of some rounds."""
    await prepare(postgres)
    async with bare_server(postgres.url("bare")) as address:
        return max([await rate(address) for _ in range(ROUNDS)])


def run() -> Figure:
    """Messages a second of the bare pipeline."""
    with durable_postgres() as postgres:
        return figure("bare_pipeline", uvloop.run(measure(postgres)), "msg/s")


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))

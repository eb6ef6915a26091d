"""The limit of `mail_in`: an aiosmtpd server that inserts each mail durably under a unique key and emits it to one Socket.IO client."""

import asyncio
import sys

import asyncpg
import socketio
import uvloop
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.bare import CONNECTIONS, INSERT


class Door:
    """What aiosmtpd calls: insert, emit, answer."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", sockets: socketio.AsyncServer) -> None:
        self._pool, self._sockets = pool, sockets

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """One mail. Nothing of it is read but the line that identifies it, and where its text begins."""
        head, _, text = (envelope.original_content or b"").decode().partition("\r\n\r\n")
        id_ = next(line for line in head.split("\r\n") if line.startswith("Message-ID: "))
        number = await self._pool.fetchval(INSERT, id_, text)
        if number is not None:
            await self._sockets.emit("event", {"id": number, "text": text})
        return "250 2.0.0 kept"


async def serve(database: str) -> None:
    """Serve until standard input ends; prints the ports of the socket and of the mail server."""
    async with asyncpg.create_pool(database, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        sockets = socketio.AsyncServer(async_mode="aiohttp")
        application = web.Application()
        sockets.attach(application)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door, loop = Door(pool, sockets), asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(door, hostname="bare", loop=loop), "127.0.0.1", 0)
        print(runner.addresses[0][1], server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.close()
        await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))

"""The Socket.IO server: whom it lets speak, how much at once, and how nodes hear each other."""

import socketio

from hub.kernel.packets import Json, TextPacket

SOCKET_BYTES = 256 * 1024
"""A larger packet closes its socket; files go over HTTP."""
PING_S = 20


def socket_server(redis_url: str) -> socketio.AsyncServer:
    """A server without rooms yet. By a Redis typing and the like reach other nodes; what must last goes by the ledger and needs none."""
    return socketio.AsyncServer(
        async_mode="aiohttp",
        serializer=TextPacket,
        json=Json,
        cors_allowed_origins="*",
        cors_credentials=False,  # other sites' pages may reach the chat bubble's namespace, never with a colleague's cookie
        max_http_buffer_size=SOCKET_BYTES,
        ping_interval=PING_S,
        ping_timeout=PING_S,
        client_manager=socketio.AsyncRedisManager(redis_url) if redis_url else socketio.AsyncManager(),
    )

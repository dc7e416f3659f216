"""Running the application: uvicorn on a socket of ours, so that the real port is known before the first request."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import uvicorn
from litestar import Litestar

from central.waiting import Waiting
from hall import os_words
from hall.errors import HallError

GRACE_S = 3
"""How long requests may take to end once the centre stops; those that only wait for a change are answered at once."""


class _Announcing(uvicorn.Server):
    """Says where it listens once it does: a starter waits for that line instead of guessing. And says that it stops
    before it waits for the requests under way: the application's own ``on_shutdown`` comes only after their end."""

    def __init__(
        self, config: uvicorn.Config, said: Callable[[], object], stopping: Callable[[], Awaitable[object]]
    ) -> None:
        super().__init__(config)
        self._said, self._stopping = said, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._said()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._stopping()
        await super().shutdown(sockets)


def run(app: Litestar, host: str, port: int, *, announce: Callable[[str], object], share_port: bool = False) -> None:
    """Serve ``app`` (``central.app.make_app``) until stopped, then answer whoever waits for a change and let other
    requests end; ``port`` 0 takes any free one. ``announce`` gets ``listening http://host:port``.

    ``share_port``: several processes may listen on the same port, and the kernel deals connections out among them.

    Raises:
        HallError: ``cannot_listen``, the address is taken or is not this machine's.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=GRACE_S
    )
    try:
        bound = listening(host, port, share_port=share_port)
    except OSError as error:
        message = f"不能在 {host} 的 {port} 端口上接收连接：{os_words.why(error)}"
        hint = "看看是不是已有一个中心开着；或用 --host、--port 换一个地址或端口"
        raise HallError("cannot_listen", message, field="port", hint=hint) from None
    with bound as listener:
        where = f"http://{host}:{listener.getsockname()[1]}"
        waiting: Waiting = app.state.waiting
        _Announcing(config, lambda: announce(f"listening {where}"), waiting.stop).run(sockets=[listener])


def listening(host: str, port: int, *, share_port: bool = False) -> socket.socket:
    """A bound socket. It says that it speaks TCP: asyncio sends small replies at once (TCP_NODELAY) on such only, on
    others each waits for the client's next packet, 40 ms.

    Raises:
        OSError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    return listener

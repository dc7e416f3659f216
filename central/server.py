"""Running the application: uvicorn on a socket of ours, so that the real port is known before the first request."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from litestar import Litestar

GRACE_S = 3
"""How long requests may take to end once the centre stops: whoever waits for a change is let go."""


class _Announcing(uvicorn.Server):
    """Says where it listens once it does: a starter waits for that line instead of guessing."""

    def __init__(self, config: uvicorn.Config, said: Callable[[], object]) -> None:
        super().__init__(config)
        self._said = said

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._said()


def run(app: Litestar, host: str, port: int, *, announce: Callable[[str], object], share_port: bool = False) -> None:
    """Serve ``app`` until stopped; ``port`` 0 takes any free one. ``announce`` gets ``listening http://host:port``.

    ``share_port``: several processes may listen on the same port, and the kernel deals connections out among them.

    Raises:
        OSError: the address cannot be listened on.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=GRACE_S
    )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        where = f"http://{host}:{listener.getsockname()[1]}"
        _Announcing(config, lambda: announce(f"listening {where}")).run(sockets=[listener])

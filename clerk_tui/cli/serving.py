"""The board in a browser: each browser gets a board of its own, drawn by textual-serve over a page of ours.

The page asks nothing of anybody but this server, which its own policy (Content-Security-Policy) makes the browser
enforce; a page of somebody else's cannot open the connection (``Origin``, ``is_ours``). What is served is the
read-only board: whoever can reach the address sees it, so that is this machine's own unless it is said otherwise.
"""

from __future__ import annotations

import html
import ipaddress
import logging
import shlex
import socket
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from clerk_tui import paths
from clerk_tui.cli.console import Session, note
from clerk_tui.cli.kiosk import hall_of
from clerk_tui.i18n import _
from hall import os_words
from hall.errors import BadInput, HallError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)
MOST: Final = 20
"""Browsers that are served at once: each has a process of its own."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_WEB: Final = paths.PROJECT_ROOT / "clerk_tui" / "web"
_FILES: Final = {"/static/css/xterm.css": "css/xterm.css", "/static/js/textual.js": "js/textual.js"}


def serve_board(session: Session, address: str, demo: bool, data: Path | None) -> None:
    """Serve boards at ``HOST:PORT`` until told to end.

    Raises:
        BadInput: that is no address.
        HallError: nothing can listen there, or this device is no kiosk.
    """
    host, port = read_address(address)
    with hall_of(session, demo, data, "board", "B1") as (config, url):
        url()  # enrols with a sample hall once, before several boards try to
        program = [sys.executable, "-P", "-m", "clerk_tui"]
        if session.config.source is not None:
            program += ["--config", str(session.config.source.resolve())]
        program += ["board", "--in-browser"]
        program += ["--demo"] * demo + (["--data", str(data.resolve())] if data is not None else [])
        note(_("看板在 http://{address} ，按 Ctrl+C 停止").format(address=f"{host}:{port}"))
        # No shell stays in between: what ends this process ends the board.
        run("exec " + shlex.join(program), host, port, config.screen.language, config.kiosk.names)


def read_address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; without a host it is this machine's own.

    Raises:
        BadInput: ``bad_address``.
    """
    host, _colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536) or any(char in host for char in "/@?# "):
        raise BadInput("bad_address", _("地址写成 主机:端口，例如 127.0.0.1:8080"), field="--serve")
    return host or "127.0.0.1", int(port)


def is_ours(asked: str, names: Collection[str]) -> bool:
    """Whether a browser asked for us by an address or a name of ours. A page of somebody else's whose name was made to
    point here (DNS rebinding) asks by that name; addresses cannot be made to point elsewhere."""
    name = (urlsplit(f"//{asked}").hostname or "").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in names
    return True


def page(language: str, host: str, size: int) -> str:
    """The page that draws the board; ``host`` is how the browser called us."""
    texts = {
        "lang": "en" if language == "en" else "zh-CN",
        "title": _("看板"),
        "opening": _("正在打开看板…"),
        "closed": _("连接断了。"),
        "again": _("重新连接"),
        "socket": f"ws://{host}/ws",
        "size": str(size),
    }
    frame = string.Template((_WEB / "board.html").read_text("utf-8"))
    return frame.substitute({name: html.escape(text, quote=True) for name, text in texts.items()})


def run(command: str, host: str, port: int, language: str, names: Sequence[str] = ()) -> None:
    """Serve ``command`` to browsers until told to end; ``names`` are those we are known by, beside the address.

    Raises:
        HallError: ``cannot_serve``.
    """
    from aiohttp import web
    from textual_serve import server

    static = Path(server.__file__).parent / "static"
    known = {each.lower() for each in ("localhost", host, socket.gethostname(), socket.getfqdn(), *names)}

    class Boards(server.Server):
        """textual-serve with our page, nothing to download, and only visitors of our own page."""

        open_boards = 0

        async def _make_app(self) -> web.Application:
            app = web.Application(middlewares=[_guarded])
            app.router.add_get("/", self.index)
            app.router.add_get("/ws", self.handle_websocket)
            app.router.add_get("/again.js", _file(_WEB / "again.js"))
            for path, name in _FILES.items():
                app.router.add_get(path, _file(static / name))
            return app

        async def index(self, request: web.Request) -> web.Response:
            """The page."""
            if not is_ours(request.host, known):
                raise web.HTTPForbidden(text=_("请用这台机器的地址打开"))
            asked = request.query.get("fontsize", "16")
            size = min(60, max(8, int(asked))) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 16
            return web.Response(text=page(language, request.host, size), content_type="text/html", charset="utf-8")

        async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
            """A board for one browser."""
            if urlsplit(request.headers.get("Origin", "")).netloc != request.host or not is_ours(request.host, known):
                raise web.HTTPForbidden(text=_("只有本页面可以连接"))
            if self.open_boards >= MOST:
                raise web.HTTPServiceUnavailable(text=_("同时打开的看板太多"))
            self.open_boards += 1
            try:
                return await super().handle_websocket(request)
            finally:
                self.open_boards -= 1

        def initialize_logging(self) -> None:
            """Ours stays as it is."""

    try:
        Boards(command, host, port, title=_("看板")).serve()
    except OSError as error:
        raise HallError(
            "cannot_serve", _("这个地址上不能提供网页：{why}").format(why=_(os_words.why(error))), field="--serve",
            hint=_("换一个端口"),
        ) from error  # fmt: skip


def _file(path: Path) -> Handler:
    from aiohttp import web

    async def send(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return send


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


_guarded.__middleware_version__ = 1  # type: ignore[attr-defined]

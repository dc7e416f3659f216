"""A real headless Chromium, driven over its own protocol (CDP): a page is opened, looked at and typed into.

Every address that the page asked for is kept, whether or not the browser let it.
"""

from __future__ import annotations

import asyncio
import base64
import io
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
"""The browser; empty where none is installed."""
LIMIT_S = 60.0
"""How long to wait for anything."""
WIDTH, HEIGHT = 1000, 620


class NotNow(Exception):
    """The browser would not do it: the page is just being changed."""


class Tab:
    """One page. ``asked`` are the addresses of everything it asked for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.asked: list[str] = []

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer; what the page asked for meanwhile is noted."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            told: dict[str, Any] = await self._socket.receive_json(timeout=LIMIT_S)
            if told.get("id") == self._number:
                if "error" in told:
                    raise NotNow(told["error"]["message"])
                result: dict[str, Any] = told["result"]
                return result
            about = told.get("params", {})
            if told.get("method") == "Network.requestWillBeSent":
                self.asked.append(about["request"]["url"])
            elif told.get("method") == "Network.webSocketCreated":
                self.asked.append(about["url"])

    async def true(self, expression: str) -> bool:
        """Whether a line of JavaScript is true on the page."""
        told = await self.ask("Runtime.evaluate", expression=expression)
        return bool(told["result"].get("value"))

    async def picture(self) -> Image.Image:
        """The page as it is painted now."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                try:
                    shot = await self.ask("Page.captureScreenshot", format="png")
                    break
                except NotNow:
                    await asyncio.sleep(0.1)
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")

    async def until_painted(self, colour: tuple[int, int, int]) -> None:
        """Until a colour stands on the page."""
        async with asyncio.timeout(LIMIT_S):
            while colour not in {found for _count, found in (await self.picture()).getcolors(1 << 24) or ()}:
                await asyncio.sleep(0.1)

    async def until_other(self, before: Image.Image, lines: tuple[int, int]) -> None:
        """Until the page looks otherwise than it did between two of its lines of pixels."""
        part = (0, lines[0], before.width, lines[1])
        async with asyncio.timeout(LIMIT_S):
            while (await self.picture()).crop(part).tobytes() == before.crop(part).tobytes():
                await asyncio.sleep(0.1)

    async def key(self, name: str, code: int, *, control: bool = False) -> None:
        """Press a key."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.ask(
                "Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code, modifiers=2 if control else 0
            )


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Tab]:
    """A browser with one empty page; it is gone in the end."""
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
        "--remote-debugging-port=0", f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        told = profile / "DevToolsActivePort"
        async with asyncio.timeout(LIMIT_S):
            while not told.is_file() or "\n" not in told.read_text():
                await asyncio.sleep(0.05)
        port = told.read_text().split("\n")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = await answer.json()
            address = next(each["webSocketDebuggerUrl"] for each in pages if each["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Network", "Runtime"):
                    await tab.ask(f"{domain}.enable")
                yield tab
    finally:
        process.terminate()
        process.wait(20)

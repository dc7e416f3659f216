"""The board in a real browser: it is drawn, it asks nobody else for anything, and only its own page may connect."""

from __future__ import annotations

import asyncio
import base64
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clerk_tui.cli.serving import POLICY, page, read_address
from hall.errors import BadInput
from tests.browser import CHROMIUM, LIMIT_S, browser

ROOT = Path(__file__).resolve().parents[3]
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM, reason="the page is looked at in a real browser: install chromium")


def free_port() -> int:
    with socket.socket() as looked:
        looked.bind(("127.0.0.1", 0))
        return int(looked.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The sample hall's board at a port of this machine."""
    folder = tmp_path_factory.mktemp("served")
    config = folder / "config.toml"
    config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n', encoding="utf-8")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "clerk_tui",
        "--config",
        str(config),
        "board",
        "--demo",
        "--data",
        str(folder / "hall"),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)}
    with subprocess.Popen(
        [*command, "--serve", f"127.0.0.1:{port}"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None and f"127.0.0.1:{port}" in process.stderr.readline()
            for _ in range(600):
                if answers(port):
                    break
                threading.Event().wait(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    body = reply.read().decode("utf-8", "replace")
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, body


def test_an_address_is_a_host_and_a_port() -> None:
    assert read_address("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert read_address(":8080") == read_address("8080") == ("127.0.0.1", 8080)
    assert read_address("[::1]:80") == ("::1", 80)
    for wrong in ("", "localhost", "h:0", "h:70000", "h:x", "http://h/:80", "u@h:80", "h:８０"):
        with pytest.raises(BadInput, match="主机:端口"):
            read_address(wrong)


def test_a_hostile_host_is_only_text_in_the_page() -> None:
    text = page("zh", '"><script>alert(1)</script>', 16)
    assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_the_page_names_nothing_outside_and_forbids_it(served: int) -> None:
    status, headers, body = ask(served, "/")
    assert status == 200 and headers["content-security-policy"] == POLICY
    for path in re.findall(r'(?:src|href)="([^"]+)"', body):
        assert path.startswith(("/static/", "/again.js", "data:,")), path
        if path.startswith("/"):
            status, _, text = ask(served, path)
            assert status == 200 and text
    assert re.findall(r"(?:https?|wss?)://[^\"/]+", body) == [f"ws://127.0.0.1:{served}"]


def test_nothing_but_the_page_is_served(served: int) -> None:
    for path in (
        "/static/",
        "/static/images/background.png",
        "/download/x",
        "/../etc/passwd",
        "/static/../../server.py",
    ):
        assert ask(served, path)[0] == 404, path


def test_a_page_of_somebody_elses_cannot_connect(served: int) -> None:
    key = base64.b64encode(b"x" * 16).decode()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    for origin in ({}, {"Origin": "http://elsewhere.invalid"}, {"Origin": "null"}):
        assert ask(served, "/ws", **upgrade, **origin)[0] == 403, origin
    for named in ("evil.example", f"evil.example:{served}"):
        pointed = {"Host": named, "Origin": f"http://{named}"}
        assert ask(served, "/ws", **upgrade, **pointed)[0] == 403, "a name that was made to point here"
        assert ask(served, "/", Host=named)[0] == 403


@NEEDS_CHROMIUM
async def test_in_a_real_browser_no_letter_is_cut_and_none_stands_in_anothers_cell(served: int, tmp_path: Path) -> None:
    """Drawn as the terminal does: on the lower edge of a row that is as high as its font, in cells of whole dots."""
    drawn = """(size => {
      const row = Math.ceil(size * 1.28), measure = new OffscreenCanvas(9, 9).getContext("2d");
      measure.font = `${size}px 'Roboto Mono'`;
      const cell = Math.floor(measure.measureText("W").width);
      const canvas = document.createElement("canvas"); canvas.width = 20 * size; canvas.height = 3 * row;
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.font = `${size}px 'Roboto Mono'`; pen.textBaseline = "ideographic";
      pen.fillText("gjpqyQ看鬱", 0, 2 * row);
      const dark = pen.getImageData(0, 0, canvas.width, canvas.height).data.filter((_, at) => at % 4 == 3);
      const line = y => dark.slice(y * canvas.width, (y + 1) * canvas.width);
      const inked = [...Array(3 * row).keys()].filter(y => line(y).some(alpha => alpha > 40));
      return cell * 2 >= size && inked[0] >= row && inked.at(-1) < 2 * row;
    })"""
    async with browser(tmp_path / "profile") as tab:
        await tab.ask("Page.navigate", url=f"http://127.0.0.1:{served}/")
        await tab.until_painted((0x24, 0x49, 0x5F))
        for size in (12, 14, 16, 18, 20, 24, 32):
            assert await tab.true(f"{drawn}({size})"), size


@NEEDS_CHROMIUM
async def test_a_real_browser_draws_the_board_moves_through_it_and_asks_nobody_else(
    served: int, tmp_path: Path
) -> None:
    async with browser(tmp_path / "profile") as tab:
        await tab.ask("Page.navigate", url=f"http://127.0.0.1:{served}/")
        await tab.until_painted((0x24, 0x49, 0x5F))
        async with asyncio.timeout(LIMIT_S):
            while not await tab.true("document.activeElement.classList.contains('xterm-helper-textarea')"):
                await asyncio.sleep(0.05)
        before = await tab.picture()
        await tab.key("ArrowRight", 39)
        # Where the pages are named: the line above tells the time and changes by itself.
        await tab.until_other(before, lines=(20, 34))
        await tab.key("q", 81, control=True)
        await tab.ask("Runtime.evaluate", expression="1")
        assert not await tab.true("document.body.classList.contains('-closed')"), "Ctrl+Q leaves nothing in a browser"
    assert f"ws://127.0.0.1:{served}/ws" in {url.partition("?")[0] for url in tab.asked}
    strangers = {url for url in tab.asked if urlsplit(url).netloc not in (f"127.0.0.1:{served}", "")}
    assert strangers == set()

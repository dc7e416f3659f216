"""``clerk doctor`` misses no key: without it no paper carries a code for other windows, and nothing can be sealed."""

from __future__ import annotations

import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clerk_tui import i18n
from clerk_tui.clock import SystemClock
from clerk_tui.config import load_config
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.device import key_file
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from clerk_tui.sync.token import token_path, write_token
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in


@pytest.mark.parametrize("junk", [None, b"junk"])
def test_a_key_that_is_gone_or_junk_fails_the_check(clerk: Clerk, home: Path, junk: bytes | None) -> None:
    assert clerk("intake", saved(home, walk_in()), "--json").code == 0
    assert "密钥" not in clerk("doctor").out
    (store,) = home.rglob("clerk.db")
    key_file(store).unlink()
    if junk is not None:
        key_file(store).write_bytes(junk)
    done = clerk("doctor")
    assert done.code != 0 and "本机密钥不在或读不出来" in done.out and str(key_file(store)) in done.out


@pytest.mark.usefixtures("morning")
def test_in_english_its_lines_have_no_chinese_stops_and_begin_with_a_capital(clerk: Clerk, home: Path) -> None:
    config = home / "config.toml"
    catalogue = Path("catalogue").absolute()
    config.write_text(
        f'[screen]\nlanguage = "en"\n[catalogue]\npath = "{catalogue}"\n[print]\nby_kind = {{notice = "dir:x"}}\n'
    )
    try:
        said = clerk("--config", config, "doctor").out
    finally:
        i18n.install("zh")
    told = [line for line in said.splitlines() if line[:1] in "√!×"]
    assert len(told) > 10 and "Papers go into" in said
    assert not any(mark in line for line in told for mark in "；：，"), said
    assert all(not line[2:3].islower() for line in told), said


class Portal(BaseHTTPRequestHandler):
    """What answers everything with its own page, and once as a centre does."""

    page = b"<html>\xe7\x99\xbb\xe5\xbd\x95</html>"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.mark.parametrize(("page", "found"), [(Portal.page, "连不上"), (b'{"epoch": "e", "time_ms": 1}', "有应答")])
def test_a_page_of_the_network_is_not_taken_for_the_centre(
    clerk: Clerk, home: Path, monkeypatch: pytest.MonkeyPatch, page: bytes, found: str
) -> None:
    monkeypatch.setattr(Portal, "page", page)
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = home / "config.toml"
        catalogue = Path("catalogue").absolute()
        config.write_text(
            f'[catalogue]\npath = "{catalogue}"\n[centre]\nurl = "http://127.0.0.1:{server.server_port}"\n'
        )
        said = clerk("--config", config, "doctor").out
        server.shutdown()
    (line,) = (line for line in said.splitlines() if "127.0.0.1" in line)
    assert found in line


def test_a_fork_is_told_also_while_the_centre_is_away(clerk: Clerk, home: Path) -> None:
    file = home / "config.toml"
    catalogue = Path("catalogue").absolute()
    file.write_text(f'[catalogue]\npath = "{catalogue}"\n[centre]\nurl = "http://127.0.0.1:9"\n')
    assert clerk("--config", file, "intake", saved(home, walk_in()), "--json").code == 0
    config = load_config(file)
    write_token(token_path(config.store_file, config.token_file), "token")
    with closing(open_workspace(config, SystemClock(config.timezone))) as ws:
        keep = JournalKeeper(ws.journal.database, ws.clock)
        keep(Trouble(what="fork"))
        keep(Trouble(what="offline"))
    done = clerk("--config", file, "doctor")
    (line,) = (line for line in done.out.splitlines() if "127.0.0.1" in line)
    assert done.code != 0 and "连不上" in line and "clerk restore" in line

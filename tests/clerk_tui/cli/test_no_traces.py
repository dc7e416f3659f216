"""Whatever goes wrong, nobody's data is left lying about: not in a log, not in what a crash says, not in a URL, not in
a temporary file (居民身份证法 art. 19, 个人信息保护法 art. 51)."""

from __future__ import annotations

import base64
import logging
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from litestar.testing import TestClient

from central import ingest
from central.app import make_app
from central.store.sqlite import SqliteStore
from clerk_tui.config import load_config
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.exchange import pin_centre
from clerk_tui.sync.token import token_path, write_token
from tests.central.counter import Counter, encoded
from tests.central.inline import inline
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in

NAME, NUMBER, PHONE = "王小明", "340101189011050030", "13912345678"
STREET, HOST = "示例市无痕路99号", "欧阳无痕"
WORDS = (NAME, NUMBER, NUMBER[:14], PHONE, STREET, HOST)
WHO = {"kind": "citizen", "name": NAME, "id_type": "resident_id", "id_number": NUMBER, "phone": PHONE}
WALK_IN = walk_in(
    applicant=WHO,
    fields={
        "from_address": STREET, "to_address": STREET, "host_name": HOST, "relation": "配偶", "elder_will": True,
    },
)  # fmt: skip


class Liar(BaseHTTPRequestHandler):
    """Answers like a portal and keeps what it was asked: request lines and headers, as a proxy's log would."""

    seen: list[str]

    def answer(self) -> None:
        self.seen.append(f"{self.requestline}\n{self.headers}")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<html>please log in</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of its own."""


@pytest.fixture
def portal() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Portal", (Liar,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def scratch(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's folder for temporary files."""
    folder = home / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def traces(text: str) -> list[str]:
    """Which of the person's data stand in a text, also as they stand in JSON or Base64."""
    forms = {
        form: word
        for word in WORDS
        for form in (word, word.encode("unicode_escape").decode(), base64.b64encode(word.encode()).decode().rstrip("="))
    }
    return [word for form, word in forms.items() if form in text]


def left_in(*folders: Path) -> list[tuple[str, list[str]]]:
    """Which files hold what of the person."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = [(path.name, traces(path.read_bytes().decode("utf-8", "replace"))) for path in files]
    return [each for each in found if each[1]]


def test_a_whole_day_of_trouble_leaves_no_trace(
    clerk: Clerk, home: Path, scratch: Path, portal: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = portal
    settings = home / "config.toml"
    source = Path("config.toml").read_text(encoding="utf-8")
    source = source.replace("http://127.0.0.1:8765", url).replace(
        'path = "catalogue"', f'path = "{Path("catalogue").resolve()}"'
    )
    settings.write_text(source.replace('level = "info"', 'level = "debug"'), encoding="utf-8")
    folder = home / "given"
    folder.mkdir()
    said: list[str] = []

    def run(*words: object, stdin: bytes = b"") -> int:
        done = clerk("--config", settings, *words, stdin=stdin)
        said.append(done.out + done.err)
        return done.code

    assert run("intake", saved(folder, WALK_IN), "--json") == 0
    assert run("find", NAME, "--json") == 0
    assert run("find", "-", "--json", stdin=NUMBER.encode()) == 0

    def crash(*args: object, **more: object) -> None:
        applicant = dict(WHO)
        raise RuntimeError(f"cannot take {applicant} of {STREET}")

    monkeypatch.setattr("clerk_tui.services.intake.submit", crash)
    assert run("intake", saved(folder, WALK_IN), "--json") == 70
    assert run("intake", saved(folder, walk_in(applicant=WHO | {"id_number": NUMBER[:-1] + "9"})), "--json") == 70
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    bad = walk_in(applicant=WHO | {"id_number": NUMBER[:-1] + "9", "name": NAME + "\u202e"})
    assert run("intake", saved(folder, bad), "--json") == 2

    assert run("enrol", url, "-", "--json", stdin=b"not-a-code") == 2
    config = load_config(settings)
    ws = open_workspace(config)
    pin_centre(ws.journal.database, b"k" * 32, "")
    ws.close()
    write_token(token_path(config.store_file, config.token_file), "a-token")
    assert run("sync", "--once", "--json") == 2
    assert any("/v1/sync/push" in each for each in seen), "it did try"

    assert not traces("\n".join(seen)), "URLs and headers"
    assert not traces("\n".join(said)), "what commands say"
    assert left_in(home / "state", scratch) == []
    assert (home / "state").exists(), "there was a log to look at"


def test_a_crash_at_the_centre_says_where_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "central.db")
    counter = Counter(tmp_path, store)

    async def crash(*args: object) -> None:
        person = dict(WHO)
        raise RuntimeError(f"cannot store {person}")

    monkeypatch.setattr(ingest, "push", crash)
    with TestClient(make_app(store), raise_server_exceptions=False) as http, caplog.at_level(logging.DEBUG):
        reply = http.post("/v1/sync/push", content=encoded(counter.request()), headers=counter.headers)
    inline(store.close())
    out, err = capfd.readouterr()
    assert reply.status_code == 500
    assert "test_no_traces.py" in caplog.text
    assert not traces(reply.text + caplog.text + out + err)


def test_the_search_for_traces_finds_them(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"somebody called {NAME}\n{base64.b64encode(PHONE.encode()).decode()}")
    assert left_in(tmp_path) == [("log", [NAME, PHONE])]

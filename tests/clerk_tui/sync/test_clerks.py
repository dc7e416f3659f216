"""Clerks and tokens between a real counter and a real centre over TCP."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import msgspec
import pytest
from click.testing import CliRunner
from msgspec import structs

from central.cli import main as central
from clerk_tui.cli.counter import sync_settings
from clerk_tui.config import CentreSection, Config
from clerk_tui.services import signing_in
from clerk_tui.services.signing_in import SignInRefused
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.sync.clerks import first_list
from clerk_tui.sync.enrol import ask, enrol
from clerk_tui.sync.run import SyncReport, sync_once
from clerk_tui.sync.token import read_token, token_path
from hall.errors import BadInput
from hall.roles import Role
from hall.wire import Problem
from hall.wire_clerks import SignInReply
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.sync.test_process import one_time_code, running_centre

NUMBER, PIN, WRONG = "0815", "204817", "739502"


class Window:
    """A counter that is enrolled at a running centre."""

    def __init__(self, ws: Workspace, centre: Path) -> None:
        self.ws, self.centre = ws, centre
        config = ws.config
        self.token_file = token_path(config.store_file, config.token_file)
        enrol(ws.journal.database, self.token_file, config.centre.url, one_time_code(centre), "SL01")

    def console(self, *words: str) -> str:
        done = CliRunner().invoke(central, [*words, "--data", str(self.centre), "--office", "SL01"])
        assert done.exit_code == 0, done.output
        return done.output.strip()

    def sync(self) -> SyncReport:
        ws = self.ws
        return sync_once(ws.journal.database, ws.clock, sync_settings(ws.config, ws.config.centre.url))

    def refused(self, pin: str = PIN) -> str:
        with pytest.raises(SignInRefused) as error:
            signing_in.sign_in(self.ws, NUMBER, pin)
        return error.value.code

    def with_own_pin(self) -> None:
        """The clerk is added, has signed in for the first time and has a PIN of their own."""
        given = self.console("clerk", "add", NUMBER, "--name", "冯春", "--roles", "clerk")
        self.sync()
        assert signing_in.sign_in(self.ws, NUMBER, given).must_change
        signing_in.change_pin(self.ws, NUMBER, given, PIN)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "centre"
    with running_centre(folder) as url:
        yield folder, url


@pytest.fixture
def window(
    config: Config, clock: FixedClock, centre: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    folder, url = centre
    settings = structs.replace(config, centre=CentreSection(url=url))
    ws = open_workspace(settings, clock, cache_dir=tmp_path_factory.getbasetemp() / "catalogue-cache")
    yield Window(ws, folder)
    ws.close()


def go_offline(window: Window) -> None:
    """The network is away."""
    window.ws.seat.centre_url = "http://127.0.0.1:9"


def test_the_first_day_of_a_clerk(window: Window) -> None:
    ws = window.ws
    assert ws.clerk.id == "0001", "nobody is known yet: the clerk of the settings"
    given = window.console("clerk", "add", NUMBER, "--name", "冯春", "--roles", "clerk")
    window.sync()
    assert not signing_in.may_stay(ws)
    ws.seat.leave()
    first = signing_in.sign_in(ws, NUMBER, given)
    assert first.must_change and ws.seat.actor is None, "a PIN that somebody else has seen opens nothing"
    with pytest.raises(BadInput):
        signing_in.change_pin(ws, NUMBER, given, "123456")
    signing_in.change_pin(ws, NUMBER, given, PIN)
    assert (ws.clerk.id, ws.clerk.name) == (NUMBER, "冯春")
    assert ws.clerk.roles == {Role.CLERK}
    assert ws.seat.session.startswith("s.")


def test_whoever_has_been_here_signs_in_without_a_network(window: Window) -> None:
    window.with_own_pin()
    signing_in.sign_out(window.ws)
    go_offline(window)
    assert window.refused(WRONG) == "wrong_pin"
    assert signing_in.sign_in(window.ws, NUMBER, PIN).offline
    assert window.ws.seat.session == ""


def test_a_wrong_pin_is_counted_on_both_sides(window: Window) -> None:
    window.with_own_pin()
    assert [window.refused(WRONG) for _ in range(5)] == ["wrong_pin"] * 5
    go_offline(window)
    assert window.refused() == "locked_out"


def test_a_pin_that_an_administrator_gave_opens_the_door_at_once(window: Window) -> None:
    window.with_own_pin()
    assert [window.refused(WRONG) for _ in range(6)] == ["wrong_pin"] * 5 + ["locked_out"]
    given = window.console("clerk", "reset-pin", NUMBER)
    assert signing_in.sign_in(window.ws, NUMBER, given).must_change, "before the list has come by itself"


def test_who_is_disabled_at_the_centre_is_out_here_with_the_next_word(window: Window) -> None:
    window.with_own_pin()
    window.console("clerk", "disable", NUMBER)
    assert signing_in.may_stay(window.ws)
    window.sync()
    assert not signing_in.may_stay(window.ws)
    assert window.refused() == "disabled"


def test_a_pin_that_was_reset_needs_the_centre_once(window: Window) -> None:
    window.with_own_pin()
    given = window.console("clerk", "reset-pin", NUMBER)
    window.sync()
    assert signing_in.sign_in(window.ws, NUMBER, given).must_change
    go_offline(window)
    assert window.refused() == "first_time"


def test_a_clerk_added_a_minute_ago_signs_in_before_the_list_has_come(window: Window) -> None:
    window.with_own_pin()
    given = window.console("clerk", "add", "0816", "--name", "陈秋")
    assert signing_in.sign_in(window.ws, "0816", given).must_change


def test_a_liar_in_the_place_of_the_centre_lets_nobody_in(window: Window) -> None:
    window.with_own_pin()
    signing_in.sign_out(window.ws)
    device = window.ws.journal.device().device_id

    def lie(body: bytes) -> bytes:
        asked = msgspec.json.decode(body)
        reply = SignInReply(
            device=device, clerk=NUMBER, pin_version=2, nonce=msgspec.convert(asked["nonce"], bytes, strict=False),
            server_time_ms=0, session="s.x", session_until_ms=0, signature=b"x" * 64,
        )  # fmt: skip
        return msgspec.json.encode(reply)

    with answering(lie) as url:
        window.ws.seat.centre_url = url
        assert window.refused(WRONG) == "wrong_pin"
        assert signing_in.sign_in(window.ws, NUMBER, PIN).offline, "as good as no network"


@pytest.mark.parametrize(
    ("status", "code"), [(401, "wrong_pin"), (403, "Forbidden_by_gateway"), (409, "disabled"), (400, "locked_out")]
)
def test_a_gateway_that_refuses_in_json_keeps_nobody_out(window: Window, status: int, code: str) -> None:
    window.with_own_pin()
    signing_in.sign_out(window.ws)
    with answering(lambda _: msgspec.json.encode(Problem(code=code, message="no")), status) as url:
        window.ws.seat.centre_url = url
        assert signing_in.sign_in(window.ws, NUMBER, PIN).offline, "only the centre's own key refuses a PIN"
        with pytest.raises(SignInRefused) as error:
            signing_in.change_pin(window.ws, NUMBER, PIN, WRONG)
        assert error.value.code == "centre_unreachable"


def test_a_refusal_that_the_centre_signed_for_another_try_keeps_nobody_out(window: Window) -> None:
    window.with_own_pin()
    signing_in.sign_out(window.ws)
    headers = {"Authorization": f"Bearer {read_token(window.token_file)}"}
    asked = {"clerk": NUMBER, "pin": WRONG, "nonce": b64encode(bytes(16)).decode()}
    kept = httpx.post(f"{window.ws.config.centre.url}/v1/clerks/sign-in", json=asked, headers=headers)
    assert (kept.status_code, kept.json()["code"], bool(kept.json()["signature"])) == (401, "wrong_pin", True)
    with answering(lambda _: kept.content, kept.status_code) as url:
        window.ws.seat.centre_url = url
        assert signing_in.sign_in(window.ws, NUMBER, PIN).offline


def test_an_expired_token_is_renewed_and_nothing_waits_for_a_person(window: Window) -> None:
    before = read_token(window.token_file)
    with sqlite3.connect(window.centre / "central.db") as db:
        db.execute("UPDATE device SET token_expires_ms = 1")
    assert window.sync().trouble is None
    after = read_token(window.token_file)
    assert after and after != before
    assert window.token_file.stat().st_mode & 0o777 == 0o600


def test_a_device_that_was_just_made_known_learns_who_may_sign_in(window: Window) -> None:
    window.console("clerk", "add", NUMBER, "--name", "冯春", "--roles", "clerk")
    url = window.ws.config.centre.url
    enrolled = ask(url, one_time_code(window.centre), "device-9", "", bytes(range(32)), "SL01")
    told = first_list(url, enrolled)
    assert told is not None and [one.id for one in told.clerks] == [NUMBER]
    assert first_list(url, structs.replace(enrolled, server_key=bytes(32))) is None, "of the pinned centre only"
    assert first_list("http://127.0.0.1:9", enrolled) is None


def test_a_revoked_device_is_told_so(window: Window) -> None:
    device = window.ws.journal.device().device_id
    window.console("device", "revoke", device)
    trouble = window.sync().trouble
    assert trouble is not None and trouble.what == "revoked"


class answering:
    """A web server that answers every POST with ``status`` and what ``say`` makes of its body."""

    def __init__(self, say: Callable[[bytes], bytes], status: int = 200) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = say(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

"""The sync process beside a real counter, against a real centre process over TCP."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from clerk_tui.store.exchange import Outbox
from clerk_tui.store.journal import Journal
from clerk_tui.sync import supervisor as supervising
from clerk_tui.sync.enrol import enrol
from clerk_tui.sync.messages import Acked, AnyMessage, Contact, Trouble, Well
from clerk_tui.sync.run import sync_once
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.supervisor import Supervisor
from clerk_tui.sync.token import read_token
from hall import wire
from tests.journals import StillClock, add_case, new_journal

CENTRE = [sys.executable, "-c", "from central.cli import main; main()"]
WAIT_S = 30


AHEAD = """
import sys, time, time_machine
time_machine.travel(time.time() + float(sys.argv.pop(1)), tick=True).start()
time.time()  # from its first reading on such a clock goes
from central.cli import main
main()
"""


@contextmanager
def running_centre(folder: Path, ahead_s: float = 0.0) -> Iterator[str]:
    """The address of a centre's process; its clock is ``ahead_s`` seconds ahead of the machine's."""
    with centre_process(folder, ahead_s) as (url, _):
        yield url


@contextmanager
def centre_process(folder: Path, ahead_s: float = 0.0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A centre's address and its process."""
    begin = [sys.executable, "-c", AHEAD, str(ahead_s)] if ahead_s else CENTRE
    command = [*begin, "serve", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.match(r"listening (\S+)", process.stdout.readline())
        assert found is not None
        try:
            yield found.group(1), process
        finally:
            process.terminate()


def one_time_code(folder: Path) -> str:
    command = [*CENTRE, "enrol-code", "--data", str(folder), "--office", "SL01"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def wait_for(messages: queue.Queue[AnyMessage], kind: type[AnyMessage]) -> AnyMessage:
    while True:
        message = messages.get(timeout=WAIT_S)
        if isinstance(message, kind):
            return message


def settings(journal: Journal, url: str, token: Path) -> Settings:
    return Settings(path=journal.path, url=url, token_file=token)


def test_enrol_send_lose_the_centre_and_find_it_again(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    token = tmp_path / "token"
    messages: queue.Queue[AnyMessage] = queue.Queue()
    add_case(journal, 1)
    with running_centre(tmp_path / "centre") as url:
        enrol(journal.database, token, url, one_time_code(tmp_path / "centre"), "SL01")
        assert token.stat().st_mode & 0o777 == 0o600
        supervisor = Supervisor(journal.database, StillClock(), settings(journal, url, token), messages.put)
        supervisor.start()
        try:
            wait_for(messages, Acked)
            assert journal.device().acked_through == 3
            add_case(journal, 2)
            supervisor.wish("new")
            wait_for(messages, Acked)
            assert journal.device().acked_through == 6
        finally:
            supervisor.stop()
    add_case(journal, 3)
    supervisor = Supervisor(journal.database, StillClock(), settings(journal, url, token), messages.put)
    supervisor.start()
    try:
        trouble = wait_for(messages, Trouble)
        assert isinstance(trouble, Trouble)
        assert trouble.what == "offline"
    finally:
        supervisor.stop()
    assert journal.device().acked_through == 6
    with running_centre(tmp_path / "centre") as url:
        report = sync_once(journal.database, StillClock(), settings(journal, url, token))
    assert (report.pushed, report.pending, report.trouble) == (3, 0, None)
    journal.close()


def test_a_trouble_that_another_process_told_is_over_with_the_next_conversation(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    token = tmp_path / "token"
    messages: queue.Queue[AnyMessage] = queue.Queue()
    with running_centre(tmp_path / "centre") as url, closing(Outbox(journal.path)) as outbox:
        enrol(journal.database, token, url, one_time_code(tmp_path / "centre"), "SL01")
        supervisor = Supervisor(journal.database, StillClock(), settings(journal, url, token), messages.put)
        supervisor.start()
        try:
            wait_for(messages, Contact)
            mistyped = sync_once(journal.database, StillClock(), settings(journal, "http://127.0.0.1:9", token))
            assert mistyped.trouble is not None and outbox.trouble() == "offline"
            supervisor.wish("now")
            wait_for(messages, Well)
            assert outbox.trouble() == ""
        finally:
            supervisor.stop()
    journal.close()


def test_a_centre_that_stops_answers_whoever_waits_for_a_change_and_writes_nothing_of_it(tmp_path: Path) -> None:
    journal, token, folder = new_journal(tmp_path), tmp_path / "token", tmp_path / "centre"
    with centre_process(folder) as (url, process):
        enrol(journal.database, token, url, one_time_code(folder), "SL01")
        journal.close()
        held = {"Authorization": f"Bearer {read_token(token)}"}
        with httpx.Client(base_url=url, headers=held, timeout=WAIT_S) as device, ThreadPoolExecutor() as threads:
            cursor = device.get("/v1/sync/changes").json()["next_cursor"]
            sent = threading.Event()

            def trace(what: str, _: dict[str, object]) -> None:
                if what.endswith("send_request_body.complete"):
                    sent.set()

            def wait() -> httpx.Response:
                asked = httpx.Request(
                    "GET",
                    f"{url}/v1/sync/changes?wait_s={wire.MAX_WAIT_S}&cursor={cursor}",
                    headers=held,
                    extensions={"trace": trace},
                )
                with httpx.Client(timeout=WAIT_S) as waiting:
                    return waiting.send(asked)

            told = threads.submit(wait)
            assert sent.wait(WAIT_S)
            assert device.get("/v1/health").status_code == 200, "what came before is being answered"
            assert not told.done()
            process.terminate()
            reply = told.result(WAIT_S)
        assert (reply.status_code, reply.json()["changes"]) == (200, [])
        process.wait(WAIT_S)
    assert (folder / "central.log").read_text(encoding="utf-8") == ""


def test_a_process_that_keeps_dying_is_told_as_what_it_is_and_started_again_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "RESTARTS", 1)
    monkeypatch.setattr(supervising, "PAUSE_S", 0.01)
    journal = new_journal(tmp_path)
    messages: queue.Queue[AnyMessage] = queue.Queue()
    supervisor = Supervisor(journal.database, StillClock(), settings(journal, "", tmp_path / "none"), messages.put)
    supervisor._command = [sys.executable, "-S", "-c", ""]
    supervisor.start()
    try:
        told = [wait_for(messages, Trouble) for _ in range(4)]
    finally:
        supervisor.stop()
    assert [each.what for each in told if isinstance(each, Trouble)] == ["offline", "stopped", "stopped", "stopped"]
    journal.close()


def test_without_enrolment_the_counter_is_told_and_goes_on(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    add_case(journal, 1)
    report = sync_once(journal.database, StillClock(), settings(journal, "http://127.0.0.1:9", tmp_path / "token"))
    assert report.trouble is not None
    assert (report.trouble.what, report.pending) == ("not_enrolled", 3)
    outbox = Outbox(journal.path)
    assert len(outbox.unsent(0, 10, 1 << 20)) == 3
    outbox.close()
    journal.close()

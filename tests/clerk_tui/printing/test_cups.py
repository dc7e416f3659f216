"""A real CUPS with raw queues, started for these tests on a local socket of its own."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from clerk_tui.printing import ipp
from clerk_tui.printing.cups import CupsTarget
from clerk_tui.printing.targets import PrintError
from tests.clerk_tui.printing.tickets import free_port, printer, ticket

CUPSD = shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
LACKING = [name for name, found in (("cupsd", CUPSD), ("lp", shutil.which("lp"))) if not found]
real = pytest.mark.skipif(
    bool(LACKING) or os.geteuid() != 0,
    reason=f"left out: printing to a real CUPS queue; {' and '.join(LACKING) + ' not installed' if LACKING else ''}"
    f"{'; ' if LACKING and os.geteuid() else ''}{'only root may start cupsd' if os.geteuid() else ''}",
)
AddQueue = Callable[..., None]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """``cupsd`` in a folder of its own; the path of its socket."""
    # The path of a local socket must be short.
    folder = Path("/tmp") / f"clerk-cups-{os.getpid()}"
    for name in ("root", "spool", "cache", "run", "tmp"):
        (folder / name).mkdir(parents=True)
    server = folder / "run" / "s"
    (folder / "cupsd.conf").write_text(
        f"Listen {server}\nLogLevel warn\nBrowsing Off\nDefaultAuthType None\nMaxJobTime 0\nPreserveJobHistory Yes\n"
        "<Location />\n Order allow,deny\n Allow all\n</Location>\n"
        "<Location /admin>\n Order allow,deny\n Allow all\n</Location>\n"
        "<Policy default>\n JobPrivateValues none\n <Limit All>\n  Order deny,allow\n </Limit>\n</Policy>\n"
    )
    (folder / "cups-files.conf").write_text(
        f"FileDevice Yes\nServerRoot {folder}/root\nRequestRoot {folder}/spool\nCacheDir {folder}/cache\n"
        f"StateDir {folder}/run\nTempDir {folder}/tmp\nAccessLog {folder}/access\nErrorLog {folder}/error\n"
        f"PageLog {folder}/page\nSystemGroup root\nSandboxing Relaxed\n"
    )
    command = [CUPSD or "", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    try:
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            until = time.monotonic() + 30
            while not _answers(server):
                assert process.poll() is None and time.monotonic() < until, "cupsd did not start"
            yield server
            process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(server: Path) -> bool:
    with suppress(OSError):
        ipp.ask(str(server), ipp.GET_PRINTER, "ipp://localhost/printers/none", ("printer-state",))
    try:
        with closing(socket.socket(socket.AF_UNIX)) as probe:
            probe.connect(str(server))
            return True
    except OSError:
        return False


@pytest.fixture
def add_queue(scheduler: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AddQueue]:
    """Makes a raw queue that sends to a port of this machine."""
    monkeypatch.setenv("CUPS_SERVER", str(scheduler))
    made: list[str] = []

    def add(name: str, port: int, *, enabled: bool = True) -> None:
        command = ["lpadmin", "-p", name, "-v", f"socket://127.0.0.1:{port}", "-m", "raw"]
        subprocess.run([*command, "-E"], check=True, capture_output=True)
        if not enabled:
            subprocess.run(["cupsdisable", name], check=True, capture_output=True)
        made.append(name)

    yield add
    for name in made:
        subprocess.run(["cancel", "-a", name], check=False, capture_output=True)
        subprocess.run(["lpadmin", "-x", name], check=True, capture_output=True)


@real
def test_a_raw_queue_passes_the_paper_on_byte_for_byte_and_says_when_it_is_done(add_queue: AddQueue) -> None:
    pdf = ticket(width_mm=210, height_mm=297)
    with printer() as (port, jobs):
        add_queue("office", port)
        went = CupsTarget("office").put("SL01-A1-00001-T-notice-1.pdf", pdf)
        assert went.startswith("cups:office-") and jobs == [pdf]
    listed = subprocess.run(["lpstat", "-W", "completed", "-o", "office"], check=True, capture_output=True, text=True)
    assert went.removeprefix("cups:") in listed.stdout


@real
def test_the_title_of_a_job_is_plain_and_names_nobody(add_queue: AddQueue, scheduler: Path) -> None:
    with printer() as (port, _jobs):
        add_queue("office", port)
        went = CupsTarget("office").put("SL01-A1-00001-T-告知书-1.pdf", b"%PDF-")
        uri = f"ipp://localhost/jobs/{went.rpartition('-')[2]}"
        assert ipp.ask(str(scheduler), ipp.GET_JOB, uri, ("job-name",))["job-name"] == ["SL01-A1-00001-T--1"]


@real
def test_a_printer_that_is_switched_off_gets_the_job_taken_back(add_queue: AddQueue, scheduler: Path) -> None:
    add_queue("off", free_port())
    with pytest.raises(PrintError) as down:
        CupsTarget("off", start_s=0.3).put("x.pdf", b"%PDF-")
    assert down.value.certain, "nothing of it can come out any more"
    assert "已经取消" in down.value.message and down.value.hint
    waiting = subprocess.run(["lpstat", "-W", "not-completed", "-o", "off"], capture_output=True, check=True)
    assert waiting.stdout == b"", "it will not come out beside a second print when the printer is back"


@real
def test_a_stopped_queue_gets_the_job_taken_back(add_queue: AddQueue) -> None:
    with printer() as (port, jobs):
        add_queue("stopped", port, enabled=False)
        with pytest.raises(PrintError) as told:
            CupsTarget("stopped").look()
        assert "停着" in told.value.message
        with pytest.raises(PrintError) as down:
            CupsTarget("stopped", start_s=0.2).put("x.pdf", b"%PDF-")
        assert down.value.certain and jobs == []


@real
def test_a_job_that_hangs_in_the_printer_is_not_known_to_be_lost(add_queue: AddQueue) -> None:
    enough = threading.Event()

    def stall(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(100)
        enough.wait(30)

    with printer(stall) as (port, _jobs):
        try:
            add_queue("hanging", port)
            with pytest.raises(PrintError) as lost:
                CupsTarget("hanging", wait_s=0.5).put("x.pdf", b"%PDF-" + bytes(32 << 20))
            assert not lost.value.certain and lost.value.code == "print_unknown"
        finally:
            enough.set()


@real
def test_a_paper_that_lies_in_the_printer_when_its_queue_is_stopped_is_not_known_to_be_lost(
    add_queue: AddQueue, scheduler: Path
) -> None:
    """CUPS puts the job back among those that wait; the printer prints what it has once it goes on."""
    taken, goes_on = threading.Event(), threading.Event()

    def jammed(connection: socket.socket, jobs: list[bytes]) -> None:
        jobs.append(connection.recv(65536))
        taken.set()
        goes_on.wait(30)

    def stop() -> None:
        taken.wait(30)
        subprocess.run(["cupsdisable", "jammed"], check=True, capture_output=True)

    with printer(jammed) as (port, jobs):
        add_queue("jammed", port)
        somebody = threading.Thread(target=stop)
        somebody.start()
        try:
            with pytest.raises(PrintError) as lost:
                CupsTarget("jammed", start_s=5).put("x.pdf", b"%PDF-" + bytes(1_000))
        finally:
            goes_on.set()
            somebody.join()
    assert not lost.value.certain and lost.value.code == "print_unknown" and b"%PDF-" in jobs[0]
    waiting = subprocess.run(["lpstat", "-W", "not-completed", "-o", "jammed"], capture_output=True, check=True)
    assert waiting.stdout == b"", "it does not come out once more when the queue goes on"


def cut_off(connection: socket.socket, jobs: list[bytes]) -> None:
    connection.recv(100)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@real
def test_a_paper_that_the_printer_cut_off_in_the_middle_is_not_known_and_is_not_sent_again(
    add_queue: AddQueue, scheduler: Path
) -> None:
    with printer(cut_off) as (port, _jobs):
        add_queue("cutting", port)
        with pytest.raises(PrintError) as lost:
            CupsTarget("cutting").put("x.pdf", b"%PDF-" + bytes(4 << 20))
    assert not lost.value.certain and lost.value.code == "print_unknown"
    waiting = subprocess.run(["lpstat", "-W", "not-completed", "-o", "cutting"], capture_output=True, check=True)
    assert waiting.stdout == b"", "CUPS would begin with the first page again"


@real
def test_what_cups_calls_done_counts_as_printed_though_the_printer_cut_it_off(add_queue: AddQueue) -> None:
    """The limit that docs/operations.md tells of: all was written before the end of the line was seen."""
    with printer(cut_off) as (port, jobs):
        add_queue("short", port)
        assert CupsTarget("short").put("x.pdf", b"%PDF-" + bytes(1_000)).startswith("cups:short-")
        assert jobs == []


@real
def test_closing_the_counter_stops_no_print_that_has_begun(
    add_queue: AddQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    leave = threading.Event()
    pdf = b"%PDF-" + bytes(8 << 20)

    def slow(connection: socket.socket, jobs: list[bytes]) -> None:
        job = bytearray(connection.recv(100))
        leave.set()
        asked.wait(30)
        while chunk := connection.recv(1 << 20):
            job += chunk
        jobs.append(bytes(job))
        out.set()

    asked, out = threading.Event(), threading.Event()
    monkeypatch.setattr("clerk_tui.printing.cups.LAST_WAIT_S", 0.2)
    with printer(slow) as (port, jobs):
        add_queue("closing", port)
        with pytest.raises(PrintError) as lost:
            CupsTarget("closing").put("x.pdf", pdf, leave=leave)
        assert not lost.value.certain
        asked.set()
        assert out.wait(30) and jobs == [pdf]


@real
def test_a_queue_that_is_not_there_is_named(add_queue: AddQueue) -> None:
    target = CupsTarget("nowhere")
    for ask in (target.look, lambda: target.put("x.pdf", b"%PDF-")):
        with pytest.raises(PrintError) as told:
            ask()
        assert told.value.certain and "nowhere" in told.value.message and "没有这个队列" in told.value.message
    assert "lpstat -a" in told.value.hint and "有没有纸" not in told.value.hint


@real
def test_a_queue_in_order_says_so(add_queue: AddQueue) -> None:
    with printer() as (port, jobs):
        add_queue("good", port)
        assert CupsTarget("good").look() == "cups:good 有应答"
        assert jobs == []


@pytest.mark.skipif(shutil.which("lp") is None, reason="left out: lp without its scheduler; lp is not installed")
def test_without_a_scheduler_nothing_has_been_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "none"))
    with pytest.raises(PrintError) as told:
        CupsTarget("office").put("x.pdf", b"%PDF-")
    assert told.value.certain


def test_without_cups_the_clerk_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrintError) as told:
        CupsTarget("office").put("x.pdf", b"%PDF-")
    assert told.value.certain and "cups-client" in told.value.hint


def test_an_answer_that_is_no_ipp_is_an_error_of_the_line(tmp_path: Path) -> None:

    def nonsense(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(65536)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n\x01\x01\x00\x00\x00\x00\x00\x01\x04\x21\x00\xff"
        )

    def web(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    for behave in (nonsense, web):
        with printer(behave) as (port, _jobs), pytest.raises(OSError):
            ipp.ask(f"127.0.0.1:{port}", ipp.GET_JOB, "ipp://localhost/jobs/1", ("job-state",))

"""The print queue: no paper is lost, none is printed twice by itself, and who died in the middle is asked about."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from msgspec import structs

from clerk_tui.cli.main import main
from clerk_tui.config import Config, PrintSection
from clerk_tui.printing.targets import PrintError
from clerk_tui.services import cases, handing, intake, papers, print_places, print_queue
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store import queries
from clerk_tui.store.queries import Job
from hall.errors import BadInput
from hall.facts import Original
from receipts.forms import Form
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.printing.tickets import free_port, printed, printer, ticket
from tests.clerk_tui.walkins import MISSING, restaurant


def printing_to(ws: Workspace, target: str, **others: object) -> Workspace:
    """The same counter, its papers going elsewhere."""
    section = PrintSection(target=target, **others)  # type: ignore[arg-type]
    config = structs.replace(ws.config, print=section)
    return replace(ws, config=config)


def states(ws: Workspace, reference: str) -> list[str]:
    return [paper.state for paper in cases.get(ws, reference).papers]


def interrupted(ws: Workspace) -> str:
    """A case whose paper was being printed when the program died; its reference."""
    result = intake.submit(ws, restaurant(ws))
    with ws.journal.write() as connection:
        (job,) = queries.jobs_in(connection, "queued")
        assert queries.claim_job(connection, job, target=ws.config.print_target(job.kind), at_ms=1)
    return result.reference


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> Iterator[bytes]:
    """Papers made for 80 mm."""
    from clerk_tui.printing.ticket import escpos

    job = escpos(ticket())
    monkeypatch.setattr("clerk_tui.printing.ticket.escpos", lambda pdf: job)
    yield job


def test_each_kind_of_paper_goes_to_its_own_printer(ws: Workspace, tmp_path: Path, tickets: bytes) -> None:
    with printer() as (port, jobs):
        split = printing_to(ws, f"dir:{tmp_path / 'all'}", by_kind={"receipt": f"tcp://127.0.0.1:{port}"})
        result = intake.submit(split, restaurant(split, layout=MISSING))
        done = {each.kind: each for each in papers.deliver_pending(split)}
        assert [each.state for each in done.values()] == ["printed", "printed"]
        assert jobs == [tickets] and len(printed(jobs[0])) == 1
    assert done["receipt"].path == done["receipt"].target == f"tcp://127.0.0.1:{port}"
    assert done["notice"].path == str(tmp_path / "all" / f"{result.reference}-notice-1.pdf")


def test_a_ticket_is_made_again_as_a_ticket_and_as_a_sheet_only_when_asked(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[bytes] = []

    def kept(pdf: bytes) -> bytes:
        sent.append(pdf)
        return b"\x1b@"

    monkeypatch.setattr("clerk_tui.printing.ticket.escpos", kept)
    with printer() as (port, _jobs):
        split = printing_to(ws, f"dir:{tmp_path / 'all'}", by_kind={"receipt": f"tcp://127.0.0.1:{port}"})
        intake.submit(split, restaurant(split, layout=MISSING))
        done = {each.kind: each for each in papers.deliver_pending(split)}
    monkeypatch.setattr("clerk_tui.cli.console.Session.workspace", lambda session: nullcontext(split))
    out = tmp_path / "again.pdf"

    def again(kind: str, *more: str) -> dict[str, Any]:
        out.unlink(missing_ok=True)
        main(["paper", "rebuild", done[kind].number, "--out", str(out), "--json", *more])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    told = again("receipt")
    assert sent == [out.read_bytes()] and (told["width"], told["printed_width"]) == (80, 80)
    assert told["maker"][0].startswith("layout:")
    told = again("receipt", "--width", "210")
    assert out.read_bytes() != sent[0] and (told["width"], told["printed_width"]) == (210, 80)
    main(["paper", "rebuild", done["receipt"].number, "--out", str(out), "--width", "210"])
    assert "这不是打印的那份" in capsys.readouterr().out
    told = again("notice")
    assert out.read_bytes() == Path(done["notice"].path).read_bytes()
    assert (told["width"], told["printed_width"]) == (210, 210)


def test_before_the_first_byte_leaves_the_disk_says_that_it_is_being_printed(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = intake.submit(ws, restaurant(ws))
    seen: list[list[str]] = []
    put = print_places.target_of(ws, "dir:").__class__.put

    def looking(self: object, name: str, pdf: bytes, *, leave: object = None) -> str:
        seen.append(states(ws, result.reference))
        return put(self, name, pdf)  # type: ignore[arg-type]

    monkeypatch.setattr("clerk_tui.printing.folder.FolderTarget.put", looking)
    papers.deliver_pending(ws)
    assert (seen, states(ws, result.reference)) == ([["printing"]], ["printed"])


def test_who_dies_while_printing_leaves_a_question(ws: Workspace, config: Config) -> None:
    reference = interrupted(ws)
    assert states(ws, reference) == ["printing"]
    assert papers.deliver_pending(ws) == [], "never again by itself"
    assert papers.deliver_pending(ws, failed=True) == [], "nor with what failed"
    (job,) = papers.unknown_papers(ws)
    assert (job.state, job.number) == ("unknown", cases.get(ws, reference).papers[0].number)
    assert "不知道打出了没有" in job.error and str(config.print_folder(config.print_target())) in job.error
    assert print_queue.outstanding(ws) == (0, 1)


def test_a_person_who_found_the_paper_says_so_and_it_is_done(ws: Workspace, config: Config) -> None:
    reference = interrupted(ws)
    (job,) = papers.unknown_papers(ws)
    assert papers.settled(ws, job, printed=True).state == "printed"
    assert states(ws, reference) == ["printed"] and papers.unknown_papers(ws) == []
    assert papers.deliver_pending(ws, failed=True) == [] and not config.print_folder(config.print_target()).exists()
    with pytest.raises(BadInput) as twice:
        papers.settle(ws, job, printed=False)
    assert twice.value.code == "not_unknown"


def test_a_person_who_found_nothing_gets_the_first_paper_not_a_second_one(ws: Workspace, config: Config) -> None:
    reference = interrupted(ws)
    (job,) = papers.unknown_papers(ws)
    done = papers.settled(ws, job, printed=False)
    assert (done.state, done.nth) == ("printed", 0)
    assert states(ws, reference) == ["printed"] and len(list(config.print_folder(config.print_target()).iterdir())) == 1
    assert cases.get(ws, reference).papers[0].reprints == 0, "nobody holds a first one"


def test_whoever_is_printing_right_now_is_not_dead(ws: Workspace) -> None:
    begun, enough = threading.Event(), threading.Event()

    def slow(connection: socket.socket, jobs: list[bytes]) -> None:
        while connection.recv(65536):
            begun.set()
        enough.wait(30)
        jobs.append(b"out")

    with printer(slow) as (port, jobs), pytest.MonkeyPatch.context() as patch:
        patch.setattr("clerk_tui.printing.network.escpos", lambda pdf: b"\x1b@")
        patch.setattr(print_queue, "WAIT_S", 0.0)
        busy = printing_to(ws, f"tcp://127.0.0.1:{port}")
        reference = intake.submit(busy, restaurant(busy)).reference
        worker = threading.Thread(target=papers.deliver_pending, args=(busy,))
        worker.start()
        assert begun.wait(30)
        assert papers.unknown_papers(busy) == [] and papers.deliver_pending(busy) == []
        assert states(busy, reference) == ["printing"]
        enough.set()
        worker.join(30)
        assert states(busy, reference) == ["printed"] and jobs == [b"out"]


def test_killed_while_printing_a_paper_is_neither_lost_nor_doubled(tmp_path: Path, clock: FixedClock) -> None:
    begun, enough = threading.Event(), threading.Event()

    def stall(connection: socket.socket, jobs: list[bytes]) -> None:
        jobs.append(connection.recv(10))
        begun.set()
        enough.wait(60)

    cache = tmp_path / "cache"
    with printer(stall) as (port, jobs):
        command = [sys.executable, "-m", "tests.clerk_tui.printing.dying_printer", str(tmp_path), str(cache), str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            reference = process.stdout.readline().strip()
            assert begun.wait(60)
            process.send_signal(signal.SIGKILL)
        enough.set()
        config = Config(
            catalogue=structs.replace(Config().catalogue, path=str(ROOT / "catalogue")),
            store=structs.replace(Config().store, path=str(tmp_path / "clerk.db")),
            print=PrintSection(target=f"tcp://127.0.0.1:{port}"),
        )
        with closing(open_workspace(config, clock, cache_dir=cache)) as ws:
            assert states(ws, reference) == ["printing"]
            assert papers.deliver_pending(ws) == []
            assert [job.number for job in papers.unknown_papers(ws)] == [cases.get(ws, reference).papers[0].number]
            assert len(jobs) == 1, "nothing went to the printer a second time"
            elsewhere = printing_to(ws, f"dir:{tmp_path / 'out'}")
            done = papers.settled(elsewhere, papers.unknown_papers(ws)[0], printed=False)
            assert Path(done.path).read_bytes() == papers.rebuild(ws, done.paper_id).pdf


def test_two_counters_on_one_journal_print_every_paper_once(ws: Workspace, config: Config, tmp_path: Path) -> None:
    for _ in range(6):
        intake.submit(ws, restaurant(ws, layout=MISSING))
    with closing(open_workspace(config, FixedClock(), cache_dir=tmp_path / "cache")) as other:
        done: list[list[papers.Delivered]] = [[], []]

        def work(number: int, workspace: Workspace) -> None:
            done[number] = papers.deliver_pending(workspace)

        threads = [threading.Thread(target=work, args=(n, each)) for n, each in enumerate((ws, other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    taken = [each.number for each in done[0] + done[1]]
    assert len(taken) == len(set(taken)) == 12
    assert all(each.state == "printed" for each in done[0] + done[1])
    assert len(list(config.print_folder(config.print_target()).iterdir())) == 12


def test_a_printer_that_is_down_keeps_nothing_from_going_on(ws: Workspace, tmp_path: Path, tickets: bytes) -> None:
    port = free_port()
    down = printing_to(ws, f"tcp://127.0.0.1:{port}", others=("cups:backup",))
    result = intake.submit(down, restaurant(down, layout=MISSING))
    failed = papers.deliver_pending(down)
    assert [each.state for each in failed] == ["failed", "failed"]
    assert all(str(port) in each.error and "改送别处" in each.error for each in failed), "what is wrong, what to do"
    assert papers.deliver_pending(down) == [] and intake.submit(down, restaurant(down)).reference
    places = print_places.choices(down, "notice")
    assert places == (f"tcp://127.0.0.1:{port}", "cups:backup", "dir:")
    done = papers.print_elsewhere(down, failed[1], f"dir:{tmp_path / 'else'}")
    assert (done.state, Path(done.path).parent) == ("printed", tmp_path / "else")
    assert states(down, result.reference) == ["failed", "printed"]
    assert papers.retry(down, failed[0]).state == "failed"
    with printer() as (again, jobs):
        back = printing_to(ws, f"tcp://127.0.0.1:{again}")
        assert [each.state for each in papers.deliver_pending(back, failed=True)] == ["printed", "printed"]
        assert len(jobs) == 2


def test_a_printer_that_is_down_is_not_waited_for_with_every_paper(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, tickets: bytes
) -> None:
    tried: list[object] = []
    connect = socket.create_connection

    def counted(*args: object, **named: object) -> socket.socket:
        tried.append(args)
        return connect(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("clerk_tui.printing.network.socket.create_connection", counted)
    down = printing_to(ws, f"tcp://127.0.0.1:{free_port()}")
    for _ in range(3):
        intake.submit(down, restaurant(down, layout=MISSING))
    assert [each.state for each in papers.deliver_pending(down)] == ["failed"] * 6
    assert len(tried) == 1


def test_a_printer_that_stands_still_takes_one_paper_and_the_others_wait(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[bytes] = []

    def break_off(connection: socket.socket, jobs: list[bytes]) -> None:
        met.append(connection.recv(10))

    monkeypatch.setattr("clerk_tui.printing.network.escpos", lambda pdf: bytes(32 << 20))
    with printer(break_off) as (port, _jobs):
        still = printing_to(ws, f"tcp://127.0.0.1:{port}", by_kind={"acceptance": f"dir:{tmp_path / 'a4'}"})
        for layout in (MISSING, MISSING):
            intake.submit(still, restaurant(still, layout=layout))
        intake.submit(still, restaurant(still))
        done = papers.deliver_pending(still)
        assert [each.state for each in done] == ["unknown", "queued", "queued", "queued", "printed"]
        assert len(met) == 1, "nothing was sent of those that wait"
        waits = done[1]
        assert str(port) in waits.error and done[0].number in waits.error and "改送别处" in waits.error
        first, second = papers.unprinted(still)[0:2]
        assert (first.state, first.error) == ("queued", waits.error)
        asked = [papers.deliver_pending(still), [papers.retry(still, first)], [papers.reprint(still, done[0].paper_id)]]
        down: dict[str, PrintError] = {}
        asked += [[papers.print_elsewhere(still, job, f"tcp://127.0.0.1:{port}", down)] for job in (first, second)]
        assert {each.state for row in asked for each in row} == {"queued"} and len(met) == 1, "however it is asked for"
        behind = print_queue.waits_behind(still, first)
        assert behind is not None and behind.number == done[0].number
    assert papers.print_elsewhere(still, second, f"dir:{tmp_path / 'else'}").state == "printed"


@pytest.mark.parametrize("answer", ["came out", "print again", "elsewhere"])
def test_once_a_person_has_settled_the_doubt_what_waited_is_printed(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    well = threading.Event()

    def at_first_breaks_off(connection: socket.socket, jobs: list[bytes]) -> None:
        received = connection.recv(10)
        while well.is_set() and (more := connection.recv(65536)):
            received += more
        if well.is_set():
            jobs.append(received)

    monkeypatch.setattr("clerk_tui.printing.network.escpos", lambda pdf: bytes(32 << 20 if not well.is_set() else 32))
    with printer(at_first_breaks_off) as (port, jobs):
        still = printing_to(ws, f"tcp://127.0.0.1:{port}")
        intake.submit(still, restaurant(still, layout=MISSING))
        doubt, waits = papers.deliver_pending(still)
        assert (doubt.state, waits.state) == ("unknown", "queued")
        well.set()
        assert papers.deliver_pending(still)[0].state == "queued", "nobody has looked yet"
        settled = papers.settled(
            still, doubt, answer == "came out", f"dir:{tmp_path / 'else'}" if answer == "elsewhere" else ""
        )
        assert settled.state == "printed"
        assert print_queue.waits_behind(still, waits) is None
        assert [(each.paper_id, each.state) for each in papers.deliver_pending(still)] == [(waits.paper_id, "printed")]
    assert len(jobs) == (2 if answer == "print again" else 1)
    assert (tmp_path / "else").exists() == (answer == "elsewhere")


def test_a_folder_takes_the_next_paper_whatever_became_of_the_last(ws: Workspace) -> None:
    interrupted(ws)
    assert len(papers.unknown_papers(ws)) == 1
    intake.submit(ws, restaurant(ws))
    assert [each.state for each in papers.deliver_pending(ws)] == ["printed"], "only a printer stands still"


def test_a_connection_that_breaks_off_is_asked_about(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(10)

    monkeypatch.setattr("clerk_tui.printing.network.escpos", lambda pdf: bytes(32 << 20))
    with printer(break_off) as (port, _jobs):
        broken = printing_to(ws, f"tcp://127.0.0.1:{port}")
        intake.submit(broken, restaurant(broken))
        (done,) = papers.deliver_pending(broken)
    assert done.state == "unknown" and print_queue.outstanding(ws).unknown == 1
    for again in (
        lambda: papers.retry(ws, done),
        lambda: papers.print_elsewhere(ws, done, "dir:"),
    ):
        with pytest.raises(BadInput) as asked:
            again()
        assert asked.value.code == "not_failed" and "打出" in asked.value.message


def test_what_came_out_is_only_printed_again_as_a_second_print(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    (done,) = papers.deliver_pending(ws)
    with pytest.raises(BadInput) as refused:
        papers.print_elsewhere(ws, done, "dir:/nowhere")
    assert refused.value.hint == "再要一份就补打"
    assert papers.reprint(ws, done.paper_id).nth == 1


@pytest.mark.parametrize("target", ["lp:office", "cups:", "cups:-o x", "tcp://printer", "tcp://printer:0", "../x", "x"])
def test_a_target_that_is_none_is_refused_before_anything_moves(ws: Workspace, target: str) -> None:
    intake.submit(ws, restaurant(ws))
    (job,) = papers.unprinted(ws)
    with pytest.raises(BadInput) as refused:
        papers.print_elsewhere(ws, job, target)
    assert refused.value.code == "bad_print_target"
    assert papers.unprinted(ws) == [job]


def test_a_paper_that_cannot_be_made_stops_no_other(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    intake.submit(ws, restaurant(ws, layout=MISSING))
    make = papers._render

    def faulty(ws: Workspace, paper: Job, nth: int, form: Form) -> object:
        rendered = make(ws, paper, nth, form)
        if not hasattr(faulty, "done"):
            faulty.done = True  # type: ignore[attr-defined]
            raise RuntimeError("a fault")
        return rendered

    monkeypatch.setattr(papers, "_render", faulty)
    assert [each.state for each in papers.deliver_pending(ws)] == ["failed", "printed"]


def test_an_older_database_keeps_what_became_of_its_prints(ws: Workspace, tmp_path: Path) -> None:
    import sqlite3

    from clerk_tui.store import migrations

    connection = sqlite3.connect(":memory:")
    for statement in migrations._FIRST:
        connection.execute(statement)
    rows = [
        ("a", 0, "done", "/x.pdf", 2, "", 5),
        ("b", 1, "failed", "", 0, "缺纸", 6),
        ("c", 0, "queued", "", 0, "", 7),
    ]
    connection.executemany(
        "INSERT INTO print_job (paper_id, nth, state, path, pages, error, updated_ms) VALUES (?,?,?,?,?,?,?)", rows
    )
    for statement in migrations._PRINTING:
        connection.execute(statement)
    kept = connection.execute("SELECT paper_id, nth, state, path, pages, error, updated_ms FROM print_job").fetchall()
    assert kept == [("a", 0, "printed", "/x.pdf", 2, "", 5), *rows[1:]]
    (made,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'print_job'").fetchone()
    assert "'unknown'" in made
    connection.close()


def test_a_ticket_printer_gets_tickets_and_what_wants_a_sheet_waits_for_another_printer(
    ws: Workspace, tmp_path: Path
) -> None:
    with printer() as (port, jobs):
        narrow = printing_to(ws, f"tcp://127.0.0.1:{port}", others=(f"dir:{tmp_path}",))
        reference = intake.submit(narrow, restaurant(narrow)).reference
        handing.hand_over(narrow, reference, items=(Original(name="租赁合同"),), to_place="食品科")
        done = {each.kind: each for each in papers.deliver_pending(narrow)}
        assert {kind: each.state for kind, each in done.items()} == {"acceptance": "printed", "transfer": "failed"}
        assert reference in {code.text for ticket in printed(jobs[0]) for code in zxingcpp.read_barcodes(ticket)}
        assert "A4" in done["transfer"].error and "改送别处" in done["transfer"].error
        elsewhere = papers.print_elsewhere(narrow, done["transfer"], f"dir:{tmp_path}")
    assert elsewhere.state == "printed"

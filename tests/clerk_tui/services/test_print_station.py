"""The print station: papers of the hall's windows come out there, each once, whoever loses the line or dies when."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from clerk_tui import faults
from clerk_tui.cli import lookup
from clerk_tui.config import PrintSection, PrintStationSection
from clerk_tui.printing.folder import FolderTarget
from clerk_tui.printing.targets import PrintError
from clerk_tui.services import cases, following, intake, papers, print_places
from clerk_tui.services.print_sources import FromFolder
from clerk_tui.services.print_station import Station, station_of
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput
from hall.print_wire import Ended
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue
from tests.clerk_tui.walkins import restaurant


class Dead(BaseException):
    """The station's process ends here."""


_serial = itertools.count(1)


class Place:
    """A corner of the hall: a window ``A…`` and a print station ``P…`` that nobody else prints at."""

    def __init__(self, hall: Hall) -> None:
        number = next(_serial)
        self.name = f"at-{number}"
        self.stations: list[Station] = []
        self.seats: list[Seat] = []
        self._hall, self._codes = hall, {"clerk": f"A{number}", "station": f"P{number}"}

    def seat(self, role: str = "clerk") -> Seat:
        self.seats.append(self._hall.open(self._codes[role], role=role))
        return self.seats[-1]

    def close(self) -> None:
        for station in self.stations:
            station.close()
        for seat in self.seats:
            self._hall.seats.remove(seat)
            seat.close()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("print-hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def hall(centre: Hall) -> Iterator[Place]:
    place = Place(centre)
    yield place
    place.close()


def window(place: Place, target: str = "", seat: Seat | None = None) -> Workspace:
    """The place's counter, its papers going to the place's station."""
    seat = seat or place.seat()
    section = PrintSection(target=target or f"station:{place.name}")
    return replace(seat.ws, config=structs.replace(seat.config, print=section))


def machine(place: Place, seat: Seat, out: Path, folder: str = "", *, centre: bool = True) -> Station:
    """The station as it starts: prints into ``out``, takes from the centre and ``folder``."""
    own = PrintStationSection(name=place.name, printer=f"dir:{out}", folder=folder)
    section = structs.replace(seat.config.centre, enabled=centre)
    place.stations.append(station_of(structs.replace(seat.config, print_station=own, centre=section)))
    return place.stations[-1]


def states(ws: Workspace, reference: str) -> list[str]:
    return [paper.state for paper in cases.get(ws, reference).papers]


def out_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.pdf"))


def test_a_windows_paper_comes_out_at_the_station_and_the_window_hears_of_it(hall: Place, tmp_path: Path) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    result = intake.submit(ws, restaurant(ws))
    assert [each.state for each in papers.deliver_pending(ws)] == ["sent"]
    assert following.follow(ws) == [] and states(ws, result.reference) == ["sent"]
    station.work()
    assert [(job.state, job.error) for job in station.jobs()] == [("printed", "")]
    assert out_of(tmp_path / "out") == [f"{result.reference}-acceptance-1.pdf"]
    assert [each.state for each in following.follow(ws)] == ["printed"]
    assert states(ws, result.reference) == ["printed"]
    again = papers.reprint(ws, result.papers[0].paper_id)
    station.work()
    assert again.state == "sent" and len(out_of(tmp_path / "out")) == 2, "a 补打 is a paper of its own"


def test_the_commands_ask_what_became_of_a_paper_at_the_station(hall: Place, tmp_path: Path) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")

    class Here:
        @contextmanager
        def workspace(self) -> Iterator[Workspace]:
            yield ws

    def told(*arguments: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(
            CliRunner().invoke(lookup.papers, [*arguments, "--json"], obj=Here(), catch_exceptions=False).stdout
        )["papers"]
        return rows

    first, second = (intake.submit(ws, restaurant(ws)).reference for _ in range(2))
    assert [row["state"] for row in told()] == ["sent", "sent"]
    station.work()
    station.work()
    went = {f"station:{hall.name}/{reference}-acceptance-1.pdf" for reference in (first, second)}
    assert {row["path"] for row in told()} == went and told() == []
    third = intake.submit(ws, restaurant(ws)).reference
    assert [row["state"] for row in (*told(), *told(third))] == ["sent", "sent"]
    station.work()
    assert [row["state"] for row in told(third)] == ["printed"]


def test_a_shared_folder_that_vanished_is_said_with_its_place_and_gone_on_with_when_it_is_back(
    hall: Place, tmp_path: Path
) -> None:
    """It is not a folder without papers."""
    shared, aside, out = tmp_path / "shared", tmp_path / "aside", tmp_path / "out"
    ws = window(hall, f"dir:{shared}")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    station = machine(hall, hall.seat("station"), out, str(shared), centre=False)
    (job,) = station.jobs()
    shared.rename(aside)
    assert station.jobs() == [] and str(shared) in station.trouble["folder"], "seen by looking alone"
    station.trouble.clear()
    station.work()
    assert "挂载" in station.trouble["folder"] and str(shared) in station.trouble["folder"]
    with pytest.raises(BadInput) as refused:
        station.settle(job, printed=True)
    assert refused.value.code == "folder_unusable" and str(shared) in refused.value.hint
    assert not shared.exists(), "no folder is made where the share should be"
    aside.rename(shared)
    station.work()
    assert out_of(out) == [f"{reference}-acceptance-1.pdf"] and station.trouble == {}, "at once, without a key"


def test_a_paper_that_came_out_while_the_folder_vanished_is_told_when_it_is_back_and_not_printed_twice(
    hall: Place, tmp_path: Path
) -> None:
    shared, aside, out = tmp_path / "shared", tmp_path / "aside", tmp_path / "out"
    ws = window(hall, f"dir:{shared}")
    intake.submit(ws, restaurant(ws))
    papers.deliver_pending(ws)
    station = machine(hall, hall.seat("station"), out, str(shared), centre=False)

    def vanish(passed: faults.Point) -> None:
        if passed == "print.after":
            shared.rename(aside)

    with faults.watched(vanish):
        station.work()
    assert len(out_of(out)) == 1 and "挂载" in station.trouble["folder"]
    aside.rename(shared)
    station.work()
    assert (station.jobs(), station.trouble, len(out_of(out))) == ([], {}, 1)


def test_an_empty_folder_that_an_unmounted_share_leaves_behind_is_not_the_share(
    hall: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mounting needs an administrator: here the system's answer about the folder is given by hand."""
    shared = tmp_path / "shared"
    shared.mkdir()
    mounted = {shared}
    monkeypatch.setattr(Path, "is_mount", lambda path: path in mounted)
    station = machine(hall, hall.seat("station"), tmp_path / "out", str(shared), centre=False)
    station.work()
    assert station.trouble == {}
    mounted.clear()
    station.work()
    assert "挂载" in station.trouble["folder"]
    mounted.add(shared)
    station.work()
    assert station.trouble == {}


@pytest.mark.parametrize(("point", "came_out"), [("print.before", 0), ("print.after", 1)])
def test_a_station_that_dies_while_printing_leaves_a_question_and_prints_nothing_twice(
    hall: Place, tmp_path: Path, point: faults.Point, came_out: int
) -> None:
    ws, seat, out = window(hall), hall.seat("station"), tmp_path / "out"
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)

    def die(passed: faults.Point) -> None:
        if passed == point:
            raise Dead

    with faults.watched(die), pytest.raises(Dead):
        machine(hall, seat, out).work()
    assert len(out_of(out)) == came_out
    anew = machine(hall, seat, out)
    anew.work()
    assert len(out_of(out)) == came_out, "never again by itself"
    (job,) = anew.jobs()
    assert job.state == "unknown"
    assert [each.state for each in following.follow(ws)] == ["unknown"]
    anew.settle(job, printed=bool(came_out))
    anew.work()
    assert len(out_of(out)) == 1
    following.follow(ws)
    assert states(ws, reference) == ["printed"]


@pytest.mark.parametrize("question", ["/print/jobs", "/print/take", "/print/begin", "/print/end"])
def test_no_lost_answer_loses_or_doubles_a_paper(hall: Place, tmp_path: Path, question: str) -> None:
    counter, seat, out = hall.seat(), hall.seat("station"), tmp_path / "out"
    ws, station = window(hall, seat=counter), machine(hall, seat, out)
    reference = intake.submit(ws, restaurant(ws)).reference
    (counter if question == "/print/jobs" else seat).between.lose(what=question)
    papers.deliver_pending(ws)
    following.follow(ws)
    for _ in range(3):
        station.work()
    assert len(out_of(out)) == 1
    following.follow(ws)
    assert states(ws, reference) == ["printed"]


def test_a_printer_that_is_down_takes_nothing_from_the_others(
    hall: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)

    def down(self: object) -> str:
        raise PrintError("打印机缺纸", "请加纸")

    with monkeypatch.context() as patch:
        patch.setattr(FolderTarget, "look", down)
        station.work()
        assert station.trouble == {"printer": "打印机缺纸；请加纸"}
        assert [job.state for job in station.jobs()] == ["queued"]
    station.work()
    assert station.trouble == {} and len(out_of(tmp_path / "out")) == 1
    following.follow(ws)
    assert states(ws, reference) == ["printed"]


def failing(monkeypatch: pytest.MonkeyPatch, *, certain: bool) -> Callable[[], None]:
    """The printer takes a paper and says no."""

    def put(self: object, name: str, pdf: bytes, *, leave: object = None) -> str:
        raise PrintError("卡纸", "请取出", certain=certain)

    monkeypatch.setattr(FolderTarget, "put", put)
    return monkeypatch.undo


def test_what_failed_is_said_at_both_ends_and_printed_again_by_a_person(
    hall: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    mended = failing(monkeypatch, certain=True)
    station.work()
    mended()
    station.work()
    (job,) = station.jobs()
    assert (job.state, job.error) == ("failed", "卡纸；请取出"), "not again by itself"
    (told,) = following.follow(ws)
    assert (told.state, told.error) == ("failed", "卡纸；请取出")
    station.settle(job, printed=False)
    station.work()
    with pytest.raises(BadInput):
        station.settle(job, printed=False)
    assert len(out_of(tmp_path / "out")) == 1
    assert papers.retry(ws, cases.get(ws, reference).papers[0]).state == "sent", "the window knew nothing of that"
    station.work()
    following.follow(ws)
    assert states(ws, reference) == ["printed"] and len(out_of(tmp_path / "out")) == 1


@pytest.mark.parametrize("told", ["settled", "tried"])
def test_a_printer_that_stands_still_leaves_one_question_and_not_one_for_every_paper(
    hall: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    for _ in range(3):
        intake.submit(ws, restaurant(ws))
    papers.deliver_pending(ws)
    mended = failing(monkeypatch, certain=False)
    for _ in range(3):
        station.work()
    assert sorted(job.state for job in station.jobs()) == ["queued", "queued", "unknown"]
    assert "不知道打出没有" in station.trouble["printer"]
    mended()
    station.work()
    assert out_of(tmp_path / "out") == [], "nobody has looked yet"
    if told == "settled":
        station.settle(next(job for job in station.jobs() if job.state == "unknown"), printed=False)
    else:
        station.wake()
    station.work()
    assert station.trouble == {} and len(out_of(tmp_path / "out")) == (3 if told == "settled" else 2)


def test_a_paper_that_waits_for_a_dead_station_goes_elsewhere_and_never_to_both(hall: Place, tmp_path: Path) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    job = cases.get(ws, reference).papers[0]
    assert papers.print_elsewhere(ws, job, f"dir:{tmp_path / 'near'}").state == "printed"
    station.work()
    assert (len(out_of(tmp_path / "near")), out_of(tmp_path / "out")) == (1, [])


def test_a_paper_that_came_out_at_the_station_goes_nowhere_else(hall: Place, tmp_path: Path) -> None:
    ws, station = window(hall), machine(hall, hall.seat("station"), tmp_path / "out")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    station.work()
    with pytest.raises(BadInput) as refused:
        papers.print_elsewhere(ws, cases.get(ws, reference).papers[0], f"dir:{tmp_path / 'near'}")
    assert refused.value.code == "not_waiting" and not (tmp_path / "near").exists()


def test_without_a_network_a_paper_is_not_sent_and_may_go_elsewhere_at_once(hall: Place, tmp_path: Path) -> None:
    seat = hall.seat()
    ws = window(hall, seat=seat)
    reference = intake.submit(ws, restaurant(ws)).reference
    seat.between.down = True
    (done,) = papers.deliver_pending(ws)
    assert done.state == "failed" and "联系不上中心" in done.error
    job = cases.get(ws, reference).papers[0]
    assert papers.print_elsewhere(ws, job, f"dir:{tmp_path / 'near'}").state == "printed"


def test_off_line_a_shared_folder_is_the_way(hall: Place, tmp_path: Path) -> None:
    shared, out = tmp_path / "shared", tmp_path / "out"
    ws = window(hall, f"dir:{shared}")
    station = machine(hall, hall.seat("station"), out, str(shared), centre=False)
    reference = intake.submit(ws, restaurant(ws)).reference
    assert [each.state for each in papers.deliver_pending(ws)] == ["printed"], "handed over whole"
    assert [job.state for job in station.jobs()] == ["queued"]
    station.work()
    assert out_of(out) == [f"{reference}-acceptance-1.pdf"] and out_of(shared) == []
    assert station.jobs() == [], "nothing of it is kept"


def test_a_shared_folder_that_nothing_can_be_moved_in_is_said_and_waited_for(
    hall: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, out = tmp_path / "shared", tmp_path / "out"
    ws = window(hall, f"dir:{shared}")
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    (shared / "printing").write_text("no folder", encoding="utf-8")
    station = machine(hall, hall.seat("station"), out, str(shared), centre=False)
    taken: list[str] = []
    source = station.sources[0]
    take = source.take

    def counted() -> tuple[str, bytes] | None:
        taken.append("once")
        return take()

    monkeypatch.setattr(source, "take", counted)
    station.work()
    assert [job.state for job in station.jobs()] == ["queued"] and taken == ["once"]
    assert "printing" in station.trouble["folder"] and "移走" in station.trouble["folder"], "what to do is said"
    (shared / "printing").unlink()
    station.work()
    assert out_of(out) == [] and station.trouble, "left alone for a while"
    station.wake()
    station.work()
    assert out_of(out) == [f"{reference}-acceptance-1.pdf"] and station.trouble == {}


def test_no_paper_in_a_shared_folder_is_written_over_by_one_of_its_name(tmp_path: Path) -> None:
    """Two windows of one device code give the same names; each paper is asked about, and sent back, by itself."""
    source = FromFolder(tmp_path)

    def one(content: str, ended: Ended) -> str:
        (tmp_path / "A.pdf").write_text(content, encoding="utf-8")
        taken = source.take()
        assert taken is not None and taken[1].decode() == content and source.begin(taken[0])
        source.end(taken[0], ended, f"error of {content}")
        return taken[0]

    assert [one("first", "unknown"), one("second", "unknown"), one("third", "failed")] == [
        "A.pdf", "A~2.pdf", "A~3.pdf",
    ]  # fmt: skip
    assert {job.name: job.error for job in source.jobs()}["A~2.pdf"] == "error of second"
    (tmp_path / "printing" / "A.pdf").write_text("fourth", encoding="utf-8")
    FromFolder(tmp_path).begin_anew()
    (tmp_path / "A.pdf").write_text("fifth", encoding="utf-8")
    source.settle("A.pdf", False)
    where = {path.read_text(encoding="utf-8"): path.parent.name for path in tmp_path.rglob("*.pdf")}
    lie = {"first": tmp_path.name, "second": "unknown", "third": "failed", "fourth": "unknown", "fifth": tmp_path.name}
    assert where == lie


@pytest.mark.parametrize(("point", "came_out"), [("print.before", 0), ("print.after", 1)])
def test_a_station_that_dies_over_a_shared_folder_leaves_a_question_too(
    hall: Place, tmp_path: Path, point: faults.Point, came_out: int
) -> None:
    shared, out, seat = tmp_path / "shared", tmp_path / "out", hall.seat("station")
    ws = window(hall, f"dir:{shared}")
    intake.submit(ws, restaurant(ws))
    papers.deliver_pending(ws)

    def die(passed: faults.Point) -> None:
        if passed == point:
            raise Dead

    with faults.watched(die), pytest.raises(Dead):
        machine(hall, seat, out, str(shared), centre=False).work()
    anew = machine(hall, seat, out, str(shared), centre=False)
    anew.work()
    (job,) = anew.jobs()
    assert (job.state, len(out_of(out))) == ("unknown", came_out)
    anew.settle(job, printed=bool(came_out))
    anew.work()
    assert (anew.jobs(), len(out_of(out))) == ([], 1)


def test_two_station_programs_never_use_one_printer_at_once(hall: Place, tmp_path: Path) -> None:
    ws, seat = window(hall), hall.seat("station")
    intake.submit(ws, restaurant(ws))
    papers.deliver_pending(ws)
    first, second = machine(hall, seat, tmp_path / "out"), machine(hall, seat, tmp_path / "out")
    said: list[str] = []

    def meanwhile(passed: faults.Point) -> None:
        if passed == "print.before":
            second.work()
            said.append(second.trouble["printer"])

    with faults.watched(meanwhile):
        first.work()
    assert said == ["另一个打印台程序正在用这台打印机"] and len(out_of(tmp_path / "out")) == 1


def test_a_station_with_nowhere_to_take_papers_from_says_so(hall: Place, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        machine(hall, hall.seat("station"), tmp_path / "out", centre=False)
    assert refused.value.code == "no_source"


def test_the_places_a_paper_may_go_to_name_the_station(hall: Place) -> None:
    ws = window(hall, "station:east")
    assert print_places.place(ws, print_places.choices(ws, "notice")[0]) == "打印台 east"

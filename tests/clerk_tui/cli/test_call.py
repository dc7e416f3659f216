"""``clerk call``: what the screens do with numbers, as commands, against a real centre process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre
from hall.shifts import AlarmRaised
from hall.ticket_code import line
from hall.ticketing import TicketFinished
from tests.clerk_tui.cli.conftest import Clerk, Done, saved, walk_in
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue

Call = Callable[..., Done]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open("A1")
        yield hall


@pytest.fixture
def seat(hall: Hall) -> Seat:
    return hall.seats[0]


@pytest.fixture
def settings(seat: Seat, tmp_path: Path) -> Path:
    """The same window for commands."""
    config = seat.config
    file = tmp_path / "config.toml"
    file.write_text(
        f'[hall]\nwindow = "{config.hall.window}"\n[catalogue]\npath = "{config.catalogue.path}"\n'
        f'[store]\npath = "{config.store.path}"\nwitness = "{config.store.witness}"\n'
        f'[centre]\nurl = "{config.centre.url}"\n[print]\ntarget = "{config.print.target}"\n',
        encoding="utf-8",
    )
    return file


@pytest.fixture
def call(clerk: Clerk, settings: Path, seat: Seat) -> Iterator[Call]:
    def run(*words: object) -> Done:
        return clerk("--config", settings, "call", *words, "--json")

    yield run
    seat.between.down = False
    while run("status").json["ticket"] or run("next").json["ticket"]:
        run("finish", "--outcome", "清场")


def test_a_visit_from_the_call_to_the_end(
    call: Call, clerk: Clerk, hall: Hall, settings: Path, home: Path, seat: Seat
) -> None:
    ticket = hall.issue(name="张三")
    waiting = call("status").json
    assert [each["number"] for each in waiting["waiting"]] == [ticket.number] and waiting["ticket"] is None
    called = call("next").json
    assert (called["ticket"]["number"], called["ticket"]["state"], called["window"]) == (ticket.number, "called", "1")
    assert called["ticket"]["why"] and "张三" not in str(called)
    assert call("recall").json["ticket"]["calls"] == 2
    assert call("start").json["ticket"]["state"] == "serving"
    file = saved(home, walk_in(ticket=ticket.number))
    reference = clerk("--config", settings, "intake", file, "--json").json["reference"]
    done = call("finish", "--served", reference).json
    assert done["ticket"] is None and done["untold"] == 0
    told = hall.ticket(ticket.ticket_id)
    assert told.state == "finished"
    assert call("next").json["ticket"] is None, "nobody waits, and that is an answer"


def test_each_needs_its_reason_and_its_ticket(call: Call, hall: Hall) -> None:
    assert call("recall").error["code"] == "no_ticket"
    first, second, third = hall.issue(), hall.issue(), hall.issue()
    assert call("next").json["ticket"]["number"] == first.number
    assert call("next").error["code"] == "window_has_ticket"
    assert call("pass").error["code"] == "reason_needed"
    for text in ("a\x1b[31mb", "去\n复印", "去\u0085复印"):
        for words in (("hold", "--reason", text), ("finish", "--outcome", text)):
            assert call(*words).error["field"] in ("reason", "outcome"), "no fact holds what the centre never takes"
    assert call("status").json["ticket"]["number"] == first.number
    assert call("hold", "--reason", "去复印").json["held"][0]["number"] == first.number
    assert call("one", third.number).error["code"] == "reason_needed"
    assert call("one", "Z999", "--reason", "老人").error["code"] == "unknown_ticket"
    assert call("one", third.number.lower(), "--reason", "老人").json["ticket"]["number"] == third.number
    assert call("finish").error["code"] == "outcome_needed"
    assert call("transfer", "--reason", "取错号").error["code"] == "business_needed"
    assert call("transfer", "--to", "nothing", "--reason", "取错号").error["code"] == "unknown_business"
    assert call("transfer", "--to", "company", "--reason", "取错号").json["ticket"] is None
    assert hall.ticket(third.ticket_id).business == "company"
    assert call("resume", first.number).json["ticket"]["state"] == "serving"
    assert call("hold", "--reason", "再等等").json["ticket"] is None
    assert call("release", "C9999").error["code"] == "not_held"
    assert call("release", first.number).json["held"] == []
    scanned = call("scan", line(second.number, second.day)).json
    assert (scanned["ticket"]["number"], scanned["ticket"]["state"]) == (second.number, "serving")
    assert call("scan", "TKT1:XXXX").error["code"].startswith("ticket_")
    assert call("finish", "--outcome", "inquiry").json["ticket"] is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("只咨询", "inquiry"),
        ("inquiry", "inquiry"),
        ("没带齐，先回去", "incomplete"),
        ("其他", "other"),
        ("问路", "问路"),
    ],
)
def test_how_a_visit_ended_is_said_in_either_spelling(call: Call, hall: Hall, seat: Seat, said: str, kept: str) -> None:
    ticket = hall.issue()
    call("next")
    assert call("finish", "--outcome", said).json["ticket"] is None
    last = seat.facts(ticket.ticket_id)[-1]
    assert isinstance(last, TicketFinished) and last.outcomes == (kept,)


def test_no_visit_ends_with_a_case_that_there_is_none_of(call: Call, hall: Hall) -> None:
    hall.issue()
    call("next")
    for said in ("accepted", "已受理"):
        assert call("finish", "--outcome", said).error["code"] == "outcome_of_case"
    assert call("status").json["ticket"] is not None


def test_nobody_is_sent_on_to_the_window_they_stand_at(call: Call, hall: Hall) -> None:
    hall.issue()
    call("next")
    error = call("transfer", "--to", "company", "--window", "1", "--reason", "取错号").error
    assert (error["code"], error["field"]) == ("own_window", "window")
    assert call("status").json["ticket"] is not None


def test_a_lost_answer_is_asked_again_by_the_same_command(call: Call, hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    seat.between.lose(what="/claim")
    assert call("next").error["code"] == "centre_unreachable"
    again = call("next").json["ticket"]
    assert (again["number"], again["calls"]) == (ticket.number, 1)
    seat.between.down = True
    off = call("finish", "--outcome", "inquiry").json
    assert off["ticket"] is None and off["untold"] == 1 and not off["online"]
    assert call("next").error["code"] == "centre_unreachable"
    seat.between.down = False
    assert call("next").json["ticket"] is None
    assert hall.ticket(ticket.ticket_id).state == "finished"


def test_the_readable_answer_names_the_number(clerk: Clerk, call: Call, settings: Path, hall: Hall) -> None:
    ticket = hall.issue()
    assert "等候 1 人" in clerk("--config", settings, "call", "status").out
    assert ticket.number in clerk("--config", settings, "call", "next").out


def test_looking_says_to_nobody_that_the_window_is_there(call: Call, hall: Hall) -> None:
    """The status of a window whose program has gone may be read; it serves nobody for that."""

    def heard_ms() -> int:
        return next(each.seen_ms for each in queue.figures(hall.centre).windows if each.window == "1")

    call("next")
    before = heard_ms()
    ticket = hall.issue()
    told = call("status").json
    assert (told["online"], [each["number"] for each in told["waiting"]]) == (True, [ticket.number])
    assert heard_ms() == before
    assert call("next").json["ticket"]["number"] == ticket.number and heard_ms() > before


def test_a_window_without_a_screen_says_that_somebody_is_there(call: Call, hall: Hall) -> None:
    """Else it is taken for absent while it serves, and whoever it called goes back before they came."""

    def told() -> tuple[int, int]:
        """When the window was heard of, and until when the called ticket is its own (Unix ms)."""
        figures = queue.figures(hall.centre)
        window = next(each for each in figures.windows if each.window == "1")
        return window.seen_ms, figures.now_ms + window.lease_left_ms if window.lease_left_ms else 0

    ticket = hall.issue()
    call("next")
    heard, leased = told()
    assert call("status").json["ticket"]["number"] == ticket.number and told() == (heard, leased)
    assert call("status", "--here").json["ticket"]["state"] == "called"
    assert told()[0] > heard and told()[1] > leased
    assert call("start").json["ticket"]["state"] == "serving"
    heard, _ = told()
    assert call("status", "--here").json["ticket"]["state"] == "serving" and told()[0] > heard


def test_nobody_is_taken_for_there_while_the_centre_does_not_hear_it(call: Call, seat: Seat) -> None:
    seat.between.down = True
    assert call("status", "--here").json["online"] is False


def test_a_pause_gives_the_called_number_back_and_tells_the_hall(
    clerk: Clerk, call: Call, settings: Path, hall: Hall, seat: Seat
) -> None:
    def state() -> tuple[str, str]:
        with Centre(seat.config.centre.url, seat.token) as centre:
            told = queue.window(centre, "1")
            return told.state, told.reason

    ticket = hall.issue()
    assert call("next").json["ticket"]["number"] == ticket.number
    assert clerk("--config", settings, "pause", "-", "--json").error["code"] == "no_reason"
    assert clerk("--config", settings, "pause", "用餐", "--json").json["reason"] == "用餐"
    assert state() == ("paused", "用餐") and hall.ticket(ticket.ticket_id).state == "waiting"
    assert call("next").error["code"] == "window_paused"
    assert clerk("--config", settings, "resume", "--json").json["state"] == "open"
    assert state() == ("open", "") and call("next").json["ticket"]["number"] == ticket.number


def test_the_alarm_is_recorded_without_a_word(clerk: Clerk, settings: Path, hall: Hall, seat: Seat) -> None:
    before = seat.ws.journal.head.seq
    done = clerk("--config", settings, "alarm")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert isinstance(seat.ws.journal.facts_of("")[-1].body, AlarmRaised) and seat.ws.journal.head.seq == before + 1


def test_the_close_of_the_day_closes_the_window_in_the_hall(
    clerk: Clerk, call: Call, settings: Path, hall: Hall, seat: Seat
) -> None:
    hall.issue()
    call("next")
    call("finish", "--outcome", "inquiry")

    def state() -> str:
        with Centre(seat.config.centre.url, seat.token) as centre:
            return str(queue.window(centre, "1").state)

    assert state() == "open"
    left = [one["kind"] for one in clerk("--config", settings, "close", "--look", "--json").json["left"]]
    because = [word for kind in left for word in ("--because", f"{kind}=测试")]
    assert clerk("--config", settings, "close", *because, "--json").json["closed"]
    assert state() == "closed"


def test_a_window_without_a_queue_calls_nobody(clerk: Clerk) -> None:
    assert clerk("call", "status", "--json").error["code"] == "no_queue"

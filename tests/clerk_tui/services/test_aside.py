"""What came back from the centre: each record is dealt with by a fact of its own, and none is ever changed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from clerk_tui.services import aside, cases, intake, outbox
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import exchange
from clerk_tui.sync import oversight
from clerk_tui.sync.token import token_path, write_token
from hall import wire
from hall.errors import BadInput, HallError
from hall.facts import ConflictSettled, RecordSettled
from hall.fold import fold
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.walkins import restaurant


@pytest.fixture
def reference(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws)).reference


def bodies(ws: Workspace) -> list[object]:
    from hall.chain import open_sealed

    return [open_sealed(sealed).body for sealed in ws.journal.sealed_from(1, 1000)]


def test_what_waits_behind_a_record_is_counted_for_its_case_alone(ws: Workspace, reference: str) -> None:
    first = ws.journal.head.seq
    other = intake.submit(ws, restaurant(ws)).reference
    answered(ws, (1, "quarantined", "面积不合"))
    (item,) = aside.worklist(ws)
    assert (item.seq, item.state, item.reference, item.held) == (1, "quarantined", reference, first - 1)
    assert other != reference and outbox.status(ws).quarantined == 1


def test_a_correction_stands_in_the_case_and_the_record_stays_as_it_was(ws: Workspace, reference: str) -> None:
    answered(ws, (1, "quarantined", "面积不合"))
    before = ws.journal.sealed(1)
    aside.correct(ws, 1, " 面积 120 ")
    assert ws.journal.sealed(1) == before
    assert "面积 120" in cases.get(ws, reference).case.timeline[-1].text
    settled = bodies(ws)[-1]
    assert isinstance(settled, RecordSettled)
    assert (settled.seq, settled.how, settled.reason) == (1, "corrected", "面积 120")
    assert (aside.worklist(ws), outbox.status(ws).quarantined) == ([], 0)
    with pytest.raises(BadInput) as error:
        aside.correct(ws, 1, "again")
    assert error.value.code == "not_set_aside"


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_dealing_with_a_record_wants_words(ws: Workspace, reference: str, text: str) -> None:
    answered(ws, (1, "quarantined", "x"))
    head = ws.journal.head
    for do in (aside.correct, aside.hand_over):
        with pytest.raises(HallError):
            do(ws, 1, text)
    assert ws.journal.head == head


def told(ws: Workspace, reference: str, server_seq: int, *flags: str, but: int = 0) -> None:
    """The feed tells the case as it stands, with all of this window's facts but the last ``but``."""
    facts = ws.journal.facts_of(cases.get(ws, reference).case.case_id)
    case = fold(facts[: len(facts) - but])
    assert case is not None
    change = wire.Change(
        server_seq=server_seq, case_id=case.case_id, reference=reference, state=case.state, version=case.version,
        device="another", day=case.received, case=msgspec.json.encode(case), flags=list(flags),
    )  # fmt: skip
    exchange.keep_changes(ws.journal.database, [change], f"e:{server_seq}", 7)


def test_what_a_supervisor_had_read_again_elsewhere_is_off_the_list(ws: Workspace, reference: str) -> None:
    head = ws.journal.head.seq
    answered(ws, *[(seq, "applied", "") for seq in range(1, head)], (head, "quarantined", "x"))
    told(ws, reference, 50, but=1)
    assert [item.seq for item in aside.worklist(ws)] == [head]
    told(ws, reference, 51)
    assert (aside.worklist(ws), outbox.status(ws).quarantined) == ([], 0)


def test_what_another_window_settled_is_off_the_list_and_nothing_else_is(ws: Workspace, reference: str) -> None:
    answered(ws, (2, "conflict", "办件已是“不予受理”"))
    told(ws, reference, 50, "needs_review")
    assert [item.seq for item in aside.worklist(ws)] == [2]
    told(ws, reference, 0)
    assert [item.seq for item in aside.worklist(ws)] == [2], "a page from before the conflict says nothing about it"
    told(ws, reference, 51)
    assert aside.worklist(ws) == []


def test_what_is_handed_over_is_about_no_case_so_that_it_follows_none_aside(ws: Workspace, reference: str) -> None:
    answered(ws, (1, "quarantined", "x"))
    version = cases.get(ws, reference).case.version
    aside.hand_over(ws, 1, "申请人已离开")
    row = ws.journal.read().execute("SELECT subject, type FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    assert tuple(row) == ("", "record.settled")
    assert cases.get(ws, reference).case.version == version
    assert aside.worklist(ws) == []


def test_a_conflict_shows_both_values_and_a_person_says_which_stands(ws: Workspace, reference: str) -> None:
    answered(ws, (2, "conflict", "办件已是“不予受理”"))
    both = aside.sides(ws, 2)
    assert both.first.startswith("已受理") and both.second == "受理"
    with pytest.raises(BadInput) as barred:
        aside.settle(ws, 2, "second", "窗口先到")
    assert barred.value.code == "cannot_be_done" and both.barred == "办件已是“已受理”"
    aside.settle(ws, 2, "first", "已电话说明")
    settled = bodies(ws)[-1]
    assert isinstance(settled, ConflictSettled)
    assert (settled.stands, settled.reason) == ("first", "已电话说明")
    assert aside.worklist(ws) == []
    answered(ws, (1, "quarantined", "x"))
    with pytest.raises(BadInput) as error:
        aside.settle(ws, 1, "first")
    assert error.value.code == "no_conflict"


def test_the_list_is_made_again_from_the_journal(ws: Workspace, reference: str) -> None:
    answered(ws, (1, "quarantined", "x"), (2, "conflict", "y"))
    aside.hand_over(ws, 1, "交")
    aside.settle(ws, 2, "first")
    rows = ws.journal.read().execute("SELECT * FROM settled").fetchall()
    ws.journal.rebuild()
    assert ws.journal.read().execute("SELECT * FROM settled").fetchall() == rows and len(rows) == 2
    assert aside.worklist(ws) == []


def test_a_record_that_the_centre_cannot_read_is_on_the_list_too(ws: Workspace, reference: str) -> None:
    with ws.journal.write() as db:
        db.execute("INSERT INTO dead_letter (seq, reason) VALUES (3, '请求不能读取')")
    answered(ws, (2, "conflict", "y"))
    item, _ = aside.worklist(ws)
    assert (item.seq, item.state, item.reason, item.number) == (3, "dead", "请求不能读取", 0)
    assert outbox.status(ws).quarantined == 2
    answered(ws, (3, "quarantined", "请求不能读取"))
    with ws.journal.write() as db:
        db.execute("UPDATE dead_letter SET reported_ms = 1")
    assert [(each.seq, each.state, each.number) for each in aside.worklist(ws)] == [(3, "dead", 1), (2, "conflict", 1)]


@pytest.fixture
def window(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        monkeypatch.setattr(oversight, "open_http", lambda url: hall.http())
        window = hall.open("W01")
        write_token(token_path(window.config.store_file, None), window.enrolled.token)
        yield window


def refuse(window: Window, seq: int, *, still: bool = True) -> None:
    """The centre answers 400 to this fact, whatever it comes in; its outline it takes."""
    fact = window.ws.journal.sealed(seq)
    assert fact is not None
    inner = Hall.carry

    def carry(request: httpx.Request) -> httpx.Response:
        if still and request.url.path != "/v1/sync/report" and b64encode(fact.header) in request.read():
            return httpx.Response(400, content=b'{"code":"bad_request","message":"x"}')
        return inner(window.hall, request)

    window.hall.carry = carry  # type: ignore[method-assign]


def test_what_the_centre_would_not_take_holds_its_case_only_and_is_sent_again_with_one_key(window: Window) -> None:
    ws = window.ws
    first = intake.submit(ws, restaurant(ws))
    second = intake.submit(ws, restaurant(ws))
    seqs = [row[0] for row in ws.journal.read().execute("SELECT seq FROM event ORDER BY seq")]
    refuse(window, 2)
    assert window.sync() is None
    assert outbox.status(ws).pending == 0, "the queue does not wait"
    own = {row[0] for row in ws.journal.read().execute("SELECT seq FROM event WHERE subject = ?", (first.case_id,))}
    items = aside.worklist(ws)
    assert {item.seq for item in items} == {seq for seq in own if seq >= 2}
    assert [item.state for item in items if item.seq == 2] == ["dead"]
    assert window.hall.case(second.case_id).version == len(seqs) - len(own)
    with pytest.raises(HallError) as error:
        aside.resend(ws, 2)
    assert error.value.code == "bad_request" and len(aside.worklist(ws)) == len(items)
    refuse(window, 2, still=False)
    with pytest.raises(BadInput) as error:
        aside.resend(ws, 2, "再送一次")
    assert error.value.code == "no_reason", "nobody answers for it, and nobody would read it"
    aside.resend(ws, 2)
    assert aside.worklist(ws) == [], "what waited for it goes with it"
    assert window.hall.case(first.case_id).version == len(own)


def test_only_who_is_signed_in_at_the_centre_has_it_read_again(ws: Workspace, reference: str) -> None:
    answered(ws, (1, "quarantined", "x"))
    with pytest.raises(HallError) as error:
        aside.resend(ws, 1)
    assert error.value.code == "needs_session"

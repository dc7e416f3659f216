"""The upload screen: what the centre set aside stands there with its reason, and all of it can be read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from clerk_tui import i18n
from clerk_tui.app import make_app
from clerk_tui.config import CentreSection, Config
from clerk_tui.messages import SyncChanged
from clerk_tui.screens.outbox_asks import doubt_spec, own_spec, sides_spec, vouch_spec
from clerk_tui.screens.outbox_lines import aside_lines, conflict_lines, hall_as_of, hall_aside_lines, head_lines
from clerk_tui.screens.words import FACTS
from clerk_tui.services import aside, cases, intake, outbox
from clerk_tui.services.attaching import attach
from clerk_tui.services.hall_asides import HallAside
from clerk_tui.services.hall_conflicts import HallConflict
from clerk_tui.services.outbox import SyncStatus
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.exchange import keep_changes, keep_uploaded
from clerk_tui.store.sealed_files import folder_of, keep_lost, path_for
from clerk_tui.sync import oversight
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import TROUBLES, Trouble, TroubleKind, Well
from clerk_tui.widgets.cells import width
from hall import facts, wire
from hall.differing import Differing
from hall.facts import ConflictSettled
from hall.roles import Actor, Role
from tests.clerk_tui.hall_rig import URL, Hall, straight
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.windows import until
from tests.clerk_tui.services.test_hall_conflicts import everybody, opened
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.walkins import restaurant


def test_every_kind_of_record_has_a_name() -> None:
    kinds = {body.__struct_config__.tag for body in facts.Body.__subclasses__()}
    assert kinds == set(FACTS)


async def test_what_the_centre_set_aside_is_shown_with_its_reason(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        await clerk.press("f12")
        assert reference not in clerk.text
        answered(ws, (1, "quarantined", "办件属于另一个大厅\x1b[2J"), (2, "conflict", "办件已是“已受理”"))
        clerk.screen._again()
        text = clerk.text
        assert text.count(reference) == 2 and "有记录被中心退回" in text
        newest, reason, oldest = (text.index(word) for word in ("第 2 条", "办件已是“已受理”", "第 1 条"))
        assert newest < reason < oldest < text.index("办件属于另一个大厅")
        assert "\x1b" not in text


async def test_scans_that_are_not_sent_are_counted_and_say_why(
    counter: OpenCounter, ws: Workspace, tmp_path: Path
) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7 one")
    taken = attach(ws, reference, tmp_path / "scan.pdf")
    answered(ws, *((seq, "applied", "") for seq in range(1, ws.journal.head.seq + 1)))
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        assert "1 份未上传" in clerk.text and "全部已上传" not in clerk.text
        keep_uploaded(ws.journal.database, taken.sha256, 0, "附件最大 20 MiB", ws.clock.now_ms())
        clerk.screen._again()
        assert "扫描件没有上传：附件最大 20 MiB" in clerk.text
        keep_uploaded(ws.journal.database, taken.sha256, taken.size, "", ws.clock.now_ms())
        clerk.screen._again()
        assert "扫描件" not in clerk.text


async def test_sealed_files_are_named_until_somebody_takes_them_away(counter: OpenCounter, ws: Workspace) -> None:
    folder = folder_of(ws.journal.path)
    folder.mkdir()
    sealed = path_for(folder, "A1", "0" * 32, 1, 47)
    sealed.touch()
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        shown = "".join(clerk.text.split())
        assert "封存待交" in shown and "47条" in shown and sealed.name in shown and "交负责人在中心导入" in shown
        assert "封存47条F12" in shown and "全部上传" not in shown
        offered = clerk.text.splitlines()[-1]
        assert "返回" in offered and not any(word in offered for word in ("哪边算数", "更正", "重办")), "of no record"
        sealed.unlink()
        clerk.screen._again()
        assert "封存待交" not in clerk.text and sealed.name not in clerk.text


async def test_the_last_of_many_is_reached_by_the_arrows(counter: OpenCounter, ws: Workspace) -> None:
    for _ in range(18):
        intake.submit(ws, restaurant(ws))
    answered(ws, *((seq, "quarantined", "办件属于另一个大厅") for seq in range(1, 54)))
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        assert "第 53 条" in clerk.text and "更早的还有" not in clerk.text
        for _ in range(12):
            await clerk.press("pagedown")
        assert "更早的还有 3 条" in clerk.text
        for _ in range(49):
            await clerk.press("down")
        assert "第 4 条" in clerk.text
        for _ in range(49):
            await clerk.press("up")
        assert "第 53 条" in clerk.text


async def test_a_record_that_came_back_is_corrected_with_one_key(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    answered(ws, (1, "quarantined", "面积不合"))
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        assert "其后的" in clerk.text and "在等它" in clerk.text, "what waits behind it is said"
        await clerk.press("m")
        assert clerk.asks and reference in clerk.text and "面积不合" in clerk.text
        await clerk.press("enter")
        assert clerk.asks and "要写明" in clerk.text
        await clerk.type("面积120")
        await clerk.press("enter")
        assert "面积不合" not in clerk.text
    assert aside.worklist(ws) == []
    assert "面积120" in cases.get(ws, reference).case.timeline[-1].text


async def test_both_values_of_a_conflict_are_shown_and_one_key_decides(counter: OpenCounter, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    answered(ws, (2, "conflict", "办件已是“不予受理”"))
    async with counter() as clerk:
        await clerk.press("f12", "h")
        assert "交给负责人" not in clerk.text, "a conflict is decided, not handed over"
        await clerk.press("enter")
        assert clerk.asks and "中心已有的算数：已受理" in clerk.text
        assert "（受理）不能再办：办件已是“已受理”" in clerk.text and "本窗口的算数" not in clerk.text
        await clerk.press("1")
        assert "办件已是“不予受理”" not in clerk.text
    assert aside.worklist(ws) == []


async def test_handing_over_wants_words_and_takes_it_off_the_list(counter: OpenCounter, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    answered(ws, (1, "quarantined", "办件属于另一个大厅"))
    async with counter() as clerk:
        await clerk.press("f12", "r")
        await clerk.until(lambda: clerk.asks)
        assert "负责人" in clerk.text, "who may not ask the centre is told who may"
        await clerk.press("escape", "h")
        await clerk.type("人走了")
        await clerk.press("enter")
        assert "办件属于另一个大厅" not in clerk.text
    assert aside.worklist(ws) == []


async def test_what_is_open_in_the_hall_stands_below_and_is_opened(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    case = cases.load(ws, reference)
    change = wire.Change(
        server_seq=1, case_id=case.case_id, reference=reference, state=case.state.value, version=case.version,
        device="d", day=dt.date(2026, 11, 2), case=msgspec.json.encode(case),
        flags=[
            "candidate_pair", "clock:accepted:2026-11-02:2026-10-20", "clock:received:2026-11-02:2026-10-20",
            "clock_suspect",
        ],
    )  # fmt: skip
    keep_changes(ws.journal.database, [change], "e:1", 1)
    async with counter() as clerk:
        await clerk.press("f12")
        assert "全厅要看的办件" in clerk.text and reference in clerk.text and "可能登记了两次" in clerk.text
        await clerk.press("enter")
        await clerk.until(lambda: "存疑" in clerk.text)
        assert "2026-10-20" in clerk.text and "按有利于申请人的算" in clerk.text


async def test_of_two_conflicts_of_one_kind_on_one_case_the_chosen_one_stays_chosen(counter: OpenCounter) -> None:
    two = [
        HallConflict(id=f"id-{seq}", kind="conflict", case_id="c", reference="SL01-A1-00001-T", window="C5", seq=seq)
        for seq in (7, 9)
    ]
    async with counter() as clerk:
        await clerk.press("f12")
        clerk.screen._told = list(two)
        clerk.screen._again()
        await clerk.press("down")
        clerk.screen._told = [HallConflict(id="new", kind="conflict", case_id="b", reference="-"), *two]
        clerk.screen._again()
        assert clerk.screen.conflict == two[1]
        assert "C5 第 7 条" in clerk.text and "C5 第 9 条" in clerk.text
        assert "更晚的还有" not in clerk.text
        clerk.screen._more = 7
        clerk.screen._again()
        assert "更晚的还有 7 条" in clerk.text
        await clerk.press("enter")
        assert "C5 第 9 条" in clerk.screen.spec.paragraphs[0][0]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_both_sides_are_told_and_what_is_to_be_done_anew_is_opened(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    case = cases.load(ws, intake.submit(ws, restaurant(ws)).reference)
    fees = HallConflict(
        id="x", kind="needs_review", case_id=case.case_id, reference=case.reference, window="C5", seq=7,
        reason="另一窗口已告知缴费，金额不同", first="已受理：告知缴费，共1项", second="告知缴费，共2项",
    )  # fmt: skip
    async with counter(size) as clerk:
        await clerk.press("f12")
        clerk.screen._told = [msgspec.structs.replace(fees, barred="办件已是“已送达”")]
        clerk.screen._again()
        await clerk.press("enter")
        assert "先到的算数：已受理：告知缴费，共1项" in clerk.text and "后到的算数" not in clerk.text
        assert "（告知缴费，共2项）不能再办：办件已是“已送达”" in clerk.text.replace("\n", "")
        await clerk.press("escape")
        clerk.screen._told = [fees]
        clerk.screen._again()
        await clerk.press("enter")
        assert "后到的算数：告知缴费，共2项" in clerk.text and "两边都算数" not in clerk.text
        await clerk.press("2")
        await clerk.until(lambda: getattr(clerk.screen, "_wanted", "") == case.case_id)
    assert cases.load(ws, case.reference).timeline[-1].text == "冲突处理：以后到的为准，另行补录"


ADDRESS = Differing(
    dispute="x",
    code="to",
    name="拟迁入地址",
    first="示例市甲路1号",
    second="示例市乙路2号",
    kind="address",
    personal=True,
)  # fmt: skip
WORN = Differing(dispute="x", code="id", name="身份证", first="有", second="不合格：看不清")


def test_both_values_of_a_thing_are_shown_wherever_it_is_asked_which_stands() -> None:
    conflict = HallConflict(id="x", kind="same_field", case_id="c", reference="r", values=(ADDRESS, WORN))
    own = aside.Aside(
        seq=7,
        state="conflict",
        type="form.filled",
        reference="r",
        case_id="c",
        reason="另一窗口已登记",
        number=1,
        held=0,
    )
    sides = aside.Sides(first="补正中", second="补填表格", values=(ADDRESS, WORN))
    asked = [sides_spec(conflict).paragraphs, own_spec(own, sides).paragraphs]
    shown = ["".join(text for text, _ink in paragraphs) for paragraphs in asked]
    shown.append("".join(text for spans, _fill in conflict_lines(conflict, 200, chosen=False) for text, _ink in spans))
    for text in shown:
        assert "拟迁入地址：先到的写“示例市****”，后到的写“示例市****”（不同的地方遮住了）" in text
        assert "身份证：先到的写“有”，后到的写“不合格：看不清”" in text and "甲路" not in text


def test_what_is_asked_about_a_conflict_is_asked_in_english_too() -> None:
    barred = HallConflict(
        id="x", kind="conflict", case_id="c", reference="r", window="C5", seq=7, actor="0815",
        first="已决定", second="申请人撤回", barred="办件已是“已决定”",
    )  # fmt: skip
    own = aside.Aside(
        seq=7,
        state="conflict",
        type="case.closed",
        reference="r",
        case_id="c",
        reason="办件已是“已决定”",
        number=1,
        held=0,
    )
    i18n.install("en")
    try:
        asked = [
            sides_spec(barred),
            sides_spec(msgspec.structs.replace(barred, barred="")),
            doubt_spec(msgspec.structs.replace(barred, kind="right_in_doubt")),
            own_spec(own, aside.Sides(first="已决定", second="申请人撤回", barred="办件已是“已决定”")),
            sides_spec(msgspec.structs.replace(barred, values=(ADDRESS, WORN))),
        ]
    finally:
        i18n.install("zh")
    said = [text for spec in asked for text in (spec.title, *(text for text, _ in spec.paragraphs), *spec.options)]
    assert 'the first says "Here", the later one "Faulty: 看不清"' in " ".join(said)
    assert "The second" in " ".join(said) and not any("再办" in text or "算数" in text for text in said)


@pytest.mark.parametrize(
    "reason",
    [
        "写这条记录时工号0815没有“决定”的权限，等负责人核实",
        "文书所依据的记录与中心冲突，但已交给申请人",
        "中心没有这个办件的收件记录",
        "核实要写明原因，等负责人核实",
    ],
)
def test_why_the_centre_sent_a_record_back_is_said_in_english_wherever_it_stands(reason: str) -> None:
    item = aside.Aside(
        seq=7, state="quarantined", type="case.closed", reference="r", case_id="c", reason=reason, number=1, held=2
    )
    of_hall = HallAside(number=3, window="C5", seq=7, type="case.closed", reference="r", reason=reason, since_ms=1)
    i18n.install("en")
    try:
        rows = [*aside_lines(item, 120, chosen=True), *hall_aside_lines(of_hall, dt.UTC, 120, chosen=False)]
        asked = vouch_spec(of_hall, "C5", "")
    finally:
        i18n.install("zh")
    said = "".join(text for spans, _fill in rows for text, _ink in spans) + "".join(t for t, _ in asked.paragraphs)
    assert reason not in said and said.count(_english(reason)[:20]) == 3


def _english(reason: str) -> str:
    i18n.install("en")
    try:
        return i18n._(reason)
    finally:
        i18n.install("zh")


TWICE = HallConflict(
    id="x", kind="served_twice", case_id="t", reference="", window="B1", seq=12,
    reason="A501在1号窗口和2号窗口都办了，请核对", first="1号窗口", second="2号窗口",
)  # fmt: skip


async def test_of_a_number_served_twice_each_answer_names_its_window(counter: OpenCounter, ws: Workspace) -> None:
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        clerk.screen._told = [TWICE]
        clerk.screen._again()
        await clerk.press("enter")
        assert clerk.screen.spec.options == ("1号窗口的算数", "2号窗口的算数", "两个窗口办的都算数")
        await clerk.press("2")
        assert "A501" not in clerk.text and not clerk.asks
    (settled,) = ws.journal.facts_of("t")
    assert isinstance(settled.body, ConflictSettled) and settled.body.stands == "second"


def test_a_centre_that_does_not_name_the_windows_leaves_only_that_it_was_looked_at() -> None:
    assert msgspec.structs.replace(TWICE, first="", second="").choices == ("both",)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_which_record_it_is_stands_in_one_column_all_down_the_list(language: str) -> None:
    item = aside.Aside(
        seq=7, state="quarantined", type="case.closed", reference="r", case_id="c", reason="x", number=1, held=0
    )
    of_hall = HallAside(number=3, window="C5", seq=7, type="case.closed", reference="r", reason="x", since_ms=1)
    kinds = ("conflict", "needs_review", "right_in_doubt", "issued_offline", "served_twice", "same_reference")
    i18n.install(language)
    try:
        rows = [
            aside_lines(item, 78, chosen=False)[0],
            hall_aside_lines(of_hall, dt.UTC, 78, chosen=False)[0],
            *(conflict_lines(msgspec.structs.replace(TWICE, kind=kind), 78, chosen=False)[0] for kind in kinds),
        ]
    finally:
        i18n.install("zh")
    assert len({sum(width(text) for text, _ink in spans[:-1]) for spans, _fill in rows}) == 1
    assert not any(".." in text for spans, _fill in rows for text, _ink in spans), "what it is about is not cut off"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_could_not_be_read_is_seen_to_in_words_by_somebody_in_charge(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    keep_lost(folder_of(ws.journal.path), "Z9", "0" * 32, 5, 7, "x")
    async with counter(size) as clerk:
        await clerk.press("f12")
        assert "设备 Z9 第 5 到 7 条" in clerk.text and "3 条" in clerk.text and "已处理" in clerk.text
        assert not any(word in clerk.text for word in ("m 更正", "r 重办", "h 交负责人")), (
            "none of them is of use for it"
        )
        await clerk.press("enter", "enter")
        assert "要写明" in clerk.text
        await clerk.type("ok")
        await clerk.press("enter")
        assert "Z9" not in clerk.text and "没有读出" not in clerk.text
        keep_lost(folder_of(ws.journal.path), "Z9", "0" * 32, 9, 9, "x")
        ws.seat.take(Actor(id="0815", name="冯春", roles=frozenset({Role.CLERK})))
        clerk.screen._again()
        await clerk.press("enter")
        assert "请负责人来办" in clerk.text and clerk.screen.spec.field == ""


def test_a_second_journal_of_a_window_goes_by_the_name_of_the_window() -> None:
    conflict = msgspec.structs.replace(TWICE, window="A1~e21f884c8962", seq=7)
    text = "\n".join(
        "".join(part for part, _ink in spans) for spans, _fill in conflict_lines(conflict, 78, chosen=False)
    )
    assert "A1 第 7 条" in text and "在 A1 的另一份账本里" in text and "~" not in text
    plain = conflict_lines(msgspec.structs.replace(conflict, window="A1"), 78, chosen=False)
    assert not any("另一份账本" in part for spans, _fill in plain for part, _ink in spans)


def test_the_address_of_the_centre_is_the_one_it_speaks_with(ws: Workspace) -> None:
    ws.seat.centre_url = "http://127.0.0.1:4711"
    status = msgspec.structs.replace(outbox.status(ws), enabled=True)
    lines = head_lines(ws, status, 80, damaged=False)
    assert "http://127.0.0.1:4711" in "".join(part for spans, _fill in lines for part, _ink in spans)


async def test_either_case_of_a_pair_is_opened_from_the_list(counter: OpenCounter, ws: Workspace) -> None:
    references = [intake.submit(ws, restaurant(ws)).reference for _ in range(2)]
    case_ids = [cases.load(ws, reference).case_id for reference in references]
    rows = tuple(cases.find(ws, reference)[0] for reference in references)
    pair = HallConflict(
        id="p", kind="candidate_pair", case_id=case_ids[1], reference=references[1], other_reference=references[0],
        sides=rows,
    )  # fmt: skip
    async with counter() as clerk:
        await clerk.press("f12")
        clerk.screen._told = [pair]
        clerk.screen._again()
        assert all(reference in clerk.text for reference in references), "both stand in the list"
        await clerk.press("enter", "4")
        await clerk.until(lambda: getattr(clerk.screen, "_wanted", "") == case_ids[0])


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_doubt_is_verified_in_words_and_offers_no_sides(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    case = cases.load(ws, intake.submit(ws, restaurant(ws)).reference)
    doubt = HallConflict(
        id="x", kind="right_in_doubt", case_id=case.case_id, reference=case.reference, window="C5", seq=7,
        actor="0815", reason="写这条记录时工号0815可能没有“收件、受理和告知”的权限，等负责人核实",
    )  # fmt: skip
    async with counter(size) as clerk:
        await clerk.press("f12")
        clerk.screen._told = [doubt]
        clerk.screen._again()
        await clerk.press("enter")
        assert "核实过了" in clerk.text and "C5 第 7 条" in clerk.text and "工号0815" in clerk.text
        assert "先到" not in clerk.text and clerk.screen.spec.options == ()
        head = ws.journal.head.seq
        await clerk.press("enter")
        assert ws.journal.head.seq == head, "without a word nothing is verified"
        await clerk.type("ok")
        await clerk.press("enter")
        assert ws.journal.head.seq == head + 1
        last = cases.load(ws, case.reference).timeline[-1]
        assert last.text == "冲突处理：负责人已核实：ok"
        seat = Actor(id="0815", name="冯春", roles=frozenset({Role.CLERK}))
        ws.seat.take(seat)
        clerk.screen._told = [doubt]
        clerk.screen._again()
        await clerk.press("enter")
        assert "请负责人来办" in clerk.text, "who may not is told so before they type"
        assert ws.journal.head.seq == head + 1


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        monkeypatch.setattr(oversight, "open_http", lambda url: hall.http())
        yield hall


def cut(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    raise httpx.ConnectError("no network")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_halls_list_says_of_when_it_is_while_the_centre_is_silent(hall: Hall, size: tuple[int, int]) -> None:
    windows = [opened(hall, code) for code in ("A1", "B1")]
    for window in windows:
        intake.submit(window.ws, restaurant(window.ws))
        everybody(window)
    everybody(*windows)
    config = replace(windows[0].config, centre=CentreSection(url=URL))
    ws = dataclasses.replace(windows[0].ws, config=config)
    app = make_app(config, lambda: ws)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        hall.bend = cut
        await clerk.press("f12")
        await until(clerk, lambda: clerk.screen._silent)
        clerk.screen._again()
        assert "只有截至 09:00 传到本窗口的办件" in clerk.text and "一号两办" in clerk.text
        hall.bend = straight
        clerk.screen._ask_hall()
        await until(clerk, lambda: not clerk.screen._silent)
        clerk.screen._again()
        assert "可能登记了两次" in clerk.text and "中心现在没有应答" not in clerk.text, "it is of now"
        hall.bend = cut
        clerk.screen._ask_hall()
        await until(clerk, lambda: clerk.screen._silent)
        clerk.screen._again()
        assert "这是 09:00 问到的" in clerk.text and "可能登记了两次" in clerk.text


def test_a_centre_that_has_just_answered_is_not_said_to_be_silent_whatever_the_last_upload_met() -> None:
    met = SyncStatus(pending=0, oldest_ms=None, last_contact_ms=1, quarantined=0, online=False, enabled=True)
    assert hall_as_of(met, 60_000, dt.UTC, silent=False) == ""
    assert "现在没有应答" in hall_as_of(met, 60_000, dt.UTC, silent=True)
    assert "现在没有应答" in hall_as_of(met, None, dt.UTC, silent=False), "nobody was asked yet, and sending met nobody"


async def test_an_empty_list_is_not_silent_about_a_centre_that_was_never_reached(config: Config, ws: Workspace) -> None:
    away = replace(config, centre=CentreSection(url=URL))
    app = make_app(away, lambda: dataclasses.replace(ws, config=away))
    async with app.run_test(size=NARROW) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await clerk.press("f12")
        assert "看不到全厅有什么要看的" in clerk.text


async def test_a_window_without_a_centre_says_nothing_of_the_hall(config: Config, ws: Workspace) -> None:
    alone = replace(config, centre=CentreSection(enabled=False))
    app = make_app(alone, lambda: dataclasses.replace(ws, config=alone))
    async with app.run_test(size=NARROW) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await clerk.press("f12")
        assert "不联网工作" in clerk.text and "全厅" not in clerk.text


STOPPED = {
    "fork": ("不要再收件", "账本分叉 F12"),
    "revoked": ("本设备已被中心注销", "设备注销 F12"),
    "forbidden": ("中心不接受本设备", "中心不收 F12"),
    "update_needed": ("程序版本过旧", "要升级 F12"),
    "not_the_centre": ("有应答的不是中心", ""),
    "not_enrolled": ("还没有在中心登记", ""),
}


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("what", STOPPED)
async def test_what_waiting_does_not_end_is_said_on_top_and_here_until_it_is_over(
    config: Config, ws: Workspace, what: TroubleKind, size: tuple[int, int]
) -> None:
    """Not “offline, uploads later”: it never would."""
    head, top = STOPPED[what]
    away = replace(config, centre=CentreSection(url=URL))
    desk = dataclasses.replace(ws, config=away)
    app = make_app(away, lambda: desk)
    keep = JournalKeeper(ws.journal.database, ws.clock)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        keep(Trouble(what=what, detail="status 4xx"))
        app.post_message(SyncChanged(None))
        await clerk.settle()
        if what == "fork":
            await clerk.until(lambda: "别人已经拿到的编号" in clerk.text and "clerk restore" in clerk.text)
            await clerk.press("enter")
        assert top in clerk.text
        await clerk.press("f12")
        assert head in clerk.text and TROUBLES[what][:8] in clerk.text.replace("\n", "")
        assert "联网后自动上传" not in clerk.text
        keep(Well())
        app.post_message(SyncChanged(None))
        await clerk.settle()
        clerk.screen._again()
        assert head not in clerk.text and (not top or top not in clerk.text)


async def test_a_counter_that_opens_with_a_journal_that_is_not_the_centres_says_so(
    config: Config, ws: Workspace
) -> None:
    away = replace(config, centre=CentreSection(url=URL))
    JournalKeeper(ws.journal.database, ws.clock)(Trouble(what="fork"))
    app = make_app(away, lambda: dataclasses.replace(ws, config=away))
    async with app.run_test(size=NARROW) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await clerk.until(lambda: "别人已经拿到的编号" in clerk.text)

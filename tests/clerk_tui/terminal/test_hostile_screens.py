"""Every screen paints ten thousand names that nobody should be called, and what it paints is letters."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from clerk_tui.app import make_app
from clerk_tui.config import ClerkSection, Config, HallSection
from clerk_tui.screens.calling import CallingScreen
from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.counter import CounterApp
from clerk_tui.screens.dialog import Box, Dialog, Spec, problem
from clerk_tui.screens.found import CaseFound, Parked
from clerk_tui.screens.help import HelpScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.lookup import LookupScreen
from clerk_tui.screens.outbox import OutboxScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, intake, supplement
from clerk_tui.services.queue_steps import News
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.painted import Painted
from hall.catalogue.model import Place
from hall.errors import BadInput, BadName, HallError
from hall.names import clean_name
from hall.verdict import Refusal, Tick, TickState
from tests.clerk_tui.screens.windows import number as ticket
from tests.clerk_tui.screens.windows import queue_of, tell, visit_of
from tests.clerk_tui.terminal.walkins import answered, complete, noticed
from tests.hostile import FORBIDDEN, Hostile, infested, names

COUNT = 10_000
NAMES = names(COUNT)
Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((120, 40), (80, 24))


@asynccontextmanager
async def at(config: Config, ws: Workspace, size: Size) -> AsyncIterator[tuple[CounterApp, Pilot[Any]]]:
    """The counter at its first screen."""
    app = make_app(config, lambda: ws)
    async with app.run_test(size=size) as pilot:
        for _ in range(2000):
            if app.workspace is not None:
                break
            await pilot.pause()
        await pilot.pause()
        yield app, pilot


def look(app: CounterApp, about: object) -> None:
    """What stands on the screen in front, strip by strip: letters, no links and no actions."""
    for widget in app.screen.query(Painted):
        for row in range(widget.size.height):
            for segment in widget.render_line(row):
                assert not FORBIDDEN.search(segment.text), f"{widget!r} paints {segment.text!a} for {about!a}"
                style = segment.style
                assert style is None or not (style.link or style.meta), f"{widget!r} links {segment.text!a}"


def batches(size: int) -> Iterator[list[str]]:
    """All names, so many at a time, the last batch filled up."""
    texts = [name.text for name in NAMES]
    for first in range(0, COUNT, size):
        part = texts[first : first + size]
        yield part + texts[: size - len(part)]


def storable(name: Hostile) -> str | None:
    try:
        return clean_name(name.text)
    except BadName:
        return None


def test_what_is_typed_is_stored_as_the_rules_say_or_refused_and_nothing_written(ws: Workspace) -> None:
    kept = refused = 0
    whole = complete(ws)
    # What is clean is tried with all of them beside the rule itself; each case here is a commit.
    some = NAMES[::4]
    for name in some:
        who = {**whole.applicant, "name": name.text}
        draft = dataclasses.replace(whole, case_id=ws.new_id(), event_id=ws.new_id(), applicant=who, seen={})
        before = ws.journal.head.seq
        expected = storable(name)
        try:
            result = intake.submit(ws, draft)
        except BadInput as error:
            refused += 1
            assert expected is None or error.field != "applicant.name", ascii(name)
            assert not FORBIDDEN.search(error.message + error.hint), ascii(name)
            assert ws.journal.head.seq == before, ascii(name)
            continue
        kept += 1
        case = cases.get(ws, result.reference).case
        assert case.applicant is not None and case.applicant.name == expected, ascii(name)
    assert kept == sum(storable(name) is not None for name in some) and kept + refused == len(some)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_search_takes_every_name(config: Config, ws: Workspace, size: Size) -> None:
    async with at(config, ws, size) as (app, _pilot):
        home = app.home
        for number, name in enumerate(NAMES[:: 1 if size == SIZES[0] else 10]):
            home.entry.editor.text, home.entry.editor.caret = name.text[:400], number % (len(name.text[:400]) + 1)
            home.entry._tell()
            look_lines(app, name)
        parked, row = answered(ws), cases.CaseRow
        for part in batches(40):
            drafts = [dataclasses.replace(parked, applicant={"name": text}) for text in part[:20]]
            found = [CaseFound(_row(row, text)) for text in part[20:]]
            home.found.show([*map(Parked, drafts), *found])
            for place in (0, 25):
                home.found.place = place
                home.found.paint()
                home._chosen(None)
                look(app, part)


def look_lines(app: CounterApp, about: object) -> None:
    """The quick look: the spans that the strips are made from."""
    for widget in app.screen.query(Painted):
        text = "".join(text for spans, _ in widget._lines for text, _ in spans)
        assert not FORBIDDEN.search(text), f"{widget!r} paints {text!a} for {about!a}"


def _row(row: type[cases.CaseRow], text: str, case_id: str = "") -> cases.CaseRow:
    from hall.masking import mask_name

    return row(
        case_id=case_id, reference="SL01-A1-00001-X", state="noticed", matter_key="m", matter_name=text,
        department=text,
        received="2026-11-02", accepted=None, promised_due=None, statutory_due=None, applicant=mask_name(text),
        id_number="", phone="", version=1, updated_ms=0,
    )  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_intake_form_shows_every_name(config: Config, ws: Workspace, size: Size) -> None:
    async with at(config, ws, size) as (app, pilot):
        draft = answered(ws)
        screen = IntakeScreen(draft)
        await app.push_screen(screen)
        await pilot.pause()
        rows = [row.code for row in screen.rows]
        fields = [field.code for field in screen.preview.checklist.fields]
        draft.agent = {}
        size_of = 6 + len(rows) + len(fields)
        for number, part in enumerate(batches(size_of)):
            words = iter(part)
            draft.applicant.update(name=next(words), address=next(words))
            draft.agent.update(name=next(words), id_number=next(words))
            draft.refusal = Refusal("other", next(words), Place(next(words), "", "")) if number % 2 else None
            draft.ticks.update({code: Tick(TickState.UNACCEPTABLE, next(words)) for code in rows})
            draft.fields.update({code: next(words) for code in fields})
            screen.form.current = ("applicant.name", "applicant.address", "agent.name")[number % 3]
            screen.materials.current = rows[number % len(rows)]
            screen.known = {"applicant.phone": part[0], "applicant.legal_person": part[1]}
            screen.follow()
            look(app, part)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_dialogs_show_every_name(config: Config, ws: Workspace, size: Size) -> None:
    async with at(config, ws, size) as (app, pilot):
        await app.push_screen(Dialog(Spec("?")))
        await pilot.pause()
        box = app.screen.query_one(Box)
        for part in batches(12):
            told = tuple((text, "plain") for text in part[:6])
            box.spec = Spec(part[6], told, options=tuple(part[7:9]), field=part[9][:20], value=part[10])
            box.editor.text, box.editor.caret, box.error = part[10][:400], 0, part[11]
            box.place = 1
            box.paint()
            look(app, part)
            box.spec = problem(HallError("code", part[0], hint=part[1]), part[2])
            box.paint()
            look_lines(app, part)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_supplement_case_lookup_and_result_show_every_name(config: Config, ws: Workspace, size: Size) -> None:
    result = noticed(ws)
    detail = cases.get(ws, result.reference)
    async with at(config, ws, size) as (app, pilot):
        screens = (
            SupplementScreen(supplement.open_supplement(ws, result.reference)),
            CaseScreen(result.reference),
            LookupScreen(),
            ResultScreen(result, "示例", "张三"),
        )
        for screen in screens:
            await app.push_screen(screen)
            await pilot.pause()
            for part, case in infestations(detail.case):
                show(screen, case, part, detail)
                look_lines(app, part)
            look(app, part)


def infestations(case: Any) -> Iterator[tuple[Sequence[str], Any]]:
    """The case with every name somewhere in it, as many cases as that takes."""
    left = iter(NAMES)
    taken: list[str] = []

    def words() -> Iterator[str]:
        for name in left:
            taken.append(name.text)
            yield name.text
        while True:
            yield "张三"

    stream = words()
    while len(taken) < COUNT:
        before = len(taken)
        bad, _ = infested(case, stream)
        yield taken[before:], bad


def show(screen: Any, case: Any, part: Sequence[str], detail: cases.CaseDetail) -> None:
    """Put the infested case where the screen keeps its own."""
    match screen:
        case SupplementScreen():
            screen.draft.case, screen.draft.rows = case, case.rows
            screen.draft.ticks.update(
                {row.code: Tick(TickState.UNACCEPTABLE, text) for row, text in zip(case.rows, part, strict=False)}
            )
            screen.materials.current = case.rows[len(part) % len(case.rows)].code
            screen.follow()
        case CaseScreen():
            screen._detail = msgspec.structs.replace(detail, case=case)
            screen.shown = {"applicant.name": part[0], "applicant.id_number": part[-1], "fields.x": part[0]}
            screen.query_one("#case", Painted).paint()
        case LookupScreen():
            screen.found.show([_row(cases.CaseRow, text, case.case_id) for text in part], place=len(part) // 2)
        case ResultScreen():
            screen.person, screen.matter = part[0], part[-1]
            screen.result = msgspec.structs.replace(screen.result, gaps=case.gaps, late=tuple(part[:3]))
            screen.query_one("#result", Painted).paint()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_lines_every_screen_has_show_the_settings_safely(config: Config, ws: Workspace, size: Size) -> None:
    for name in (names(21)[2], names(21)[4], names(21)[12], names(21)[16]):
        hall = HallSection(window=name.text[:12])
        bad = msgspec.structs.replace(config, hall=hall, clerk=ClerkSection(name=name.text[:120]))
        async with at(bad, ws, size) as (app, pilot):
            for screen in (OutboxScreen(), HelpScreen(app.home)):
                look(app, name)
                await app.push_screen(screen)
                await pilot.pause()
                look(app, name)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_line_and_the_screen_of_the_queue(config: Config, ws: Workspace, size: Size) -> None:
    """Whatever the centre says of a number, and whoever has it."""
    async with at(config, ws, size) as (app, pilot):
        at_ms = ws.clock.now_ms()
        tell(app, ws, queue_of(at_ms, None))
        await pilot.pause()
        app.push_screen(CallingScreen())
        await pilot.pause()
        for number, part in enumerate(batches(40)):
            says = iter(part)
            state = "serving" if number % 2 else "called"
            texts = {name: next(says)[:400] for name in ("name", "why", "reason", "priority", "reference", "business")}
            visit = visit_of(at_ms, state, **texts)
            waiting = tuple(
                ticket(at_ms, n, business=next(says)[:400], priority=next(says)[:400], reference=next(says)[:400])
                for n in range(1, 10)
            )
            news = News(kind="refused", serial=number, number="C001", text=next(says)[:200])
            app.queue = queue_of(at_ms, None if number % 3 == 2 else visit, waiting=waiting, news=news)
            app.show_standing()
            assert isinstance(app.screen, CallingScreen)
            app.screen.told()
            look(app, part)

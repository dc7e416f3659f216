"""Going down the checklist: the selection goes to what is still to be looked at, and then F9 is due."""

from __future__ import annotations

from clerk_tui.widgets.materials import MaterialsView
from clerk_tui.widgets.verdict import Shown, VerdictStrip, VerdictView
from hall.checklist import Row
from hall.verdict import Outcome, Tick, TickState
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk


def row(code: str, *, held: bool = False) -> Row:
    return Row(code=code, name=code, why="", source="", form="", copies=1, required=True, tolerable=False, held=held)


class Desk:
    """A checklist whose first and third row the hall holds; every tick is kept as the screens keep it."""

    def __init__(self) -> None:
        self.rows = (row("held", held=True), row("form"), row("also-held", held=True), row("photo"), row("lease"))
        self.ticks: dict[str, Tick] = {}
        self.view = MaterialsView(self.tick, lambda: None)
        self.show()

    def show(self) -> None:
        still_open = {row.code for row in self.rows if not row.held and row.code not in self.ticks}
        self.view.show(self.rows, self.ticks, {}, still_open)

    def tick(self, code: str, state: TickState | None) -> None:
        assert state is not None
        self.ticks[code] = Tick(state)
        self.show()

    def press(self, state: TickState) -> str:
        """Tick the selected row; where the selection is then."""
        self.view._tick(state)
        return self.view.current


def test_it_begins_at_the_first_row_that_the_hall_does_not_hold() -> None:
    assert Desk().view.current == "form"


def test_a_row_that_turns_out_to_be_held_is_left_until_the_clerk_has_moved() -> None:
    desk = Desk()
    desk.rows = (*desk.rows[:1], row("form", held=True), *desk.rows[2:])
    desk.show()
    assert desk.view.current == "photo"
    desk.view.current = "held"
    desk.show()
    assert desk.view.current == "held", "a held row can be gone to"


def test_a_tick_goes_on_past_what_is_held_and_stays_at_the_last() -> None:
    desk = Desk()
    assert desk.press(TickState.PRESENT) == "photo"
    assert desk.press(TickState.MISSING) == "lease"
    assert desk.press(TickState.PRESENT) == "lease"
    assert set(desk.ticks) == {"form", "photo", "lease"}


def test_what_was_passed_over_is_come_back_to() -> None:
    desk = Desk()
    desk.view.current = "photo"
    assert desk.press(TickState.PRESENT) == "lease"
    assert desk.press(TickState.PRESENT) == "form"


def test_f9_stands_out_when_everything_has_been_looked_at() -> None:
    def fills(shown: Shown) -> list[str]:
        view = VerdictView()
        view.shown = shown
        return [fill for spans, fill in view.lines_for(40, 30) if any(text == " F9 " for text, _ink in spans)]

    assert fills(Shown(chosen=Outcome.ACCEPTED)) == [""]
    assert fills(Shown(chosen=Outcome.ACCEPTED, ready=True)) == ["big-good"]
    assert fills(Shown(chosen=Outcome.ACCEPTED, ready=True, hinders=("姓名",))) == []
    strip = VerdictStrip()
    strip.shown = Shown(chosen=Outcome.ACCEPTED, ready=True)
    first, _second = strip.lines_for(80, 2)
    assert first[0][0] == (" F9 ", "chip-key")


async def test_the_last_tick_makes_f9_the_next_key(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        verdict = clerk.screen.query_one(VerdictView)
        codes = [row.code for row in clerk.screen.rows]
        for code in codes:
            assert clerk.screen.materials.current == code and not verdict.shown.ready
            await clerk.type("1")
        assert clerk.screen.materials.current == codes[-1] and verdict.shown.ready
        await clerk.press("up")
        await clerk.type("0")
        assert not verdict.shown.ready


async def test_a_narrow_screen_counts_held_rows_as_done(counter: OpenCounter) -> None:
    async with counter(NARROW) as clerk:
        await clerk.type("cyxk")
        await clerk.press("enter")
        await clerk.type("112")
        done = sum(row.held for row in clerk.screen.rows)
        assert done and f"F4 材料 {done}/{len(clerk.screen.rows)}" in clerk.text

"""The checklist on the desk: one material a row, its state as a word and a colour, ticked by single keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from textual import events

from clerk_tui.actions import list_keys
from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import pad, safe, width, wrap
from clerk_tui.widgets.painted import Line, Painted, Span, spans_width, spread
from hall.checklist import Row
from hall.verdict import Tick, TickState

MARKS: dict[TickState, tuple[str, str]] = {
    TickState.PRESENT: (N_("有"), "chip-good"),
    TickState.MISSING: (N_("缺"), "chip-bad"),
    TickState.UNACCEPTABLE: (N_("不合格"), "chip-bad"),
    TickState.HELD: (N_("已有"), "chip-info"),
    TickState.PROMISED: (N_("承诺"), "chip-warn"),
    TickState.NOT_APPLICABLE: (N_("不适用"), "chip-off"),
}
MARK_WIDTH = 8
STATES = {
    "mark_present": TickState.PRESENT,
    "mark_missing": TickState.MISSING,
    "mark_unacceptable": TickState.UNACCEPTABLE,
    "mark_held": TickState.HELD,
    "mark_promised": TickState.PROMISED,
    "mark_not_applicable": TickState.NOT_APPLICABLE,
}
WIDE_ROW = 72


def mark_of(row: Row, tick: Tick | None) -> tuple[str, str]:
    """The word and the ink for a row's state."""
    if tick is None and row.held:
        return MARKS[TickState.HELD]
    if tick is None:
        return (N_("待核"), "chip-off") if row.required else (N_("可选"), "chip-off")
    return MARKS[tick.state]


class MaterialsView(Painted):
    """The rows. ``ticked(code, state)`` is asked for every state key, ``all_present()`` for the one that ticks all.

    The selection begins at the first row that is still to be looked at and goes on to the next such row with every
    tick; when none is left it stays. Arrows reach every row.
    """

    can_focus = True

    def __init__(
        self,
        ticked: Callable[[str, TickState | None], None],
        all_present: Callable[[], None],
        *,
        id: str = "materials",
    ) -> None:
        super().__init__(id=id, classes="pane")
        self.rows: Sequence[Row] = ()
        self.ticks: Mapping[str, Tick] = {}
        self.errors: Mapping[str, str] = {}
        self.open: Collection[str] = ()
        self._current = ""
        self._moved = False
        self._ticked = ticked
        self._all_present = all_present
        self._top = 0

    def show(
        self, rows: Sequence[Row], ticks: Mapping[str, Tick], errors: Mapping[str, str], open_rows: Collection[str]
    ) -> None:
        """Show these rows; ``open_rows`` are the codes still to be looked at.

        The row that the clerk went to stays selected if it is still there; before that it is the first open one.
        """
        self.rows, self.ticks, self.errors, self.open = rows, ticks, errors, open_rows
        if not self._moved or not any(row.code == self._current for row in rows):
            first = next((row for row in rows if row.code in open_rows), rows[0] if rows else None)
            self._current, self._moved = (first.code if first else ""), False
        self.paint()

    @property
    def current(self) -> str:
        """The code of the selected row."""
        return self._current

    @current.setter
    def current(self, code: str) -> None:
        self._current, self._moved = code, True

    @property
    def selected(self) -> Row | None:
        return next((row for row in self.rows if row.code == self.current), None)

    # -- painting --------------------------------------------------------------------------------------------------

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        detail = self._detail(columns)
        lines = self._heading(columns)
        room = max(2, rows - len(detail) - len(lines))
        step = 1 if columns >= WIDE_ROW else 2
        fit = max(1, (room - 1) // step)
        place = self._place()
        self._top = max(0, min(self._top, place, max(0, len(self.rows) - fit)))
        if place >= self._top + fit:
            self._top = place - fit + 1
        for row in self.rows[self._top : self._top + fit]:
            lines += self._row(row, columns, wide=step == 1)
        if not self.rows:
            lines.append((((_("先回答情形问题，再列出材料"), "faint"),), ""))
        lines += [((), "")] * max(0, rows - len(detail) - len(lines))
        return [*lines, *detail]

    def _heading(self, columns: int) -> list[Line]:
        """How much has been looked at, and the tick keys: below it where they do not fit beside it."""
        done = sum(1 for row in self.rows if row.code in self.ticks or row.held)
        title: list[Span] = [(_("材料 {done}/{all}").format(done=done, all=len(self.rows)), "title")]
        keys = _key_hints(self.has_focus)
        if spans_width(title) + 1 + spans_width(keys) <= columns:
            return [(spread(title, keys, columns), "")]
        return [(tuple(title), ""), (tuple(keys), "")]

    def _row(self, row: Row, columns: int, *, wide: bool) -> list[Line]:
        word, ink = mark_of(row, self.ticks.get(row.code))
        on = row.code == self.current
        fill = ("cursor" if self.has_focus else "cursor-off") if on else ""
        chip: Span = (f" {pad(_(word), MARK_WIDTH - 2)}", ink)
        name_ink = "strong" if on else "plain"
        form = _form(row)
        tolerable = _("可容缺") if row.tolerable else ""
        wrong = safe(self.errors.get(row.code, ""))
        if wide:
            room = columns - MARK_WIDTH - 1 - 23 - 7
            spans: tuple[Span, ...] = (
                chip,
                ("  ", "plain"),
                (pad(safe(row.name), room - 1), name_ink),
                (pad(safe(form), 22) + " ", "faint"),
                (pad(tolerable, 7), "warn"),
            )
            return [(spans, fill)]
        room = columns - MARK_WIDTH - 1
        under = safe("  ".join(filter(None, (form, tolerable))))
        if width(under) + width(row.source) + 2 <= room:
            under = f"{under}  {safe(row.source)}"
        second: Span = (pad(wrong, room), "bad") if wrong else (pad(under, room), "faint")
        return [
            ((chip, ("  ", "plain"), (pad(safe(row.name), room - 1), name_ink)), fill),
            (((" " * (MARK_WIDTH + 1), "plain"), second), fill),
        ]

    def _detail(self, columns: int) -> list[Line]:
        row = self.selected
        if row is None:
            return []
        tick = self.ticks.get(row.code)
        parts: list[tuple[str, str, str]] = [("", safe(row.name), "strong"), (_("为什么要"), safe(_(row.why)), "plain")]
        if row.source:
            parts.append((_("来源"), safe(row.source), "plain"))
        if row.held:
            parts.append((_("本厅已有"), safe(_(row.held_from)), "info"))
        if self.errors.get(row.code):
            parts.append((_("要改"), safe(self.errors[row.code]), "bad"))
        elif tick is not None and tick.reason:
            problem = next((p.text for p in row.problems if p.code == tick.reason), tick.reason)
            parts.append((_("原因"), safe(problem), "bad"))
        elif tick is not None and tick.until is not None:
            parts.append((_("承诺补齐"), tick.until.isoformat(), "warn"))
        if row.standard:
            parts.append((_("要求"), safe(row.standard), "faint"))
        lines: list[Line] = [((), "card")]
        for label, text, ink in parts:
            indent = 10 if label else 1
            for n, part in enumerate(wrap(text, columns - indent - 1, 3)):
                first = f" {pad(label, 9)}" if label and n == 0 else " " * indent
                lines.append((((first, "faint"), (part, ink)), "card"))
        return [*lines, ((), "card")]

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        action = list_keys("materials").get(event.character or "") or list_keys("materials").get(event.key)
        if action is None or not self.rows:
            return
        event.stop()
        event.prevent_default()
        if action in STATES:
            self._tick(STATES[action])
        elif action == "mark_clear":
            self._ticked(self.current, None)
        elif action == "mark_all":
            self._all_present()
        else:
            self._move({"row_up": -1, "row_down": 1, "page_up": -8, "page_down": 8}[action])

    def advance(self) -> None:
        """Select the next open row."""
        self.current = self._next_open()
        self.paint()

    def snapshot(self) -> object:
        return (self._current, self._moved)

    def restore(self, token: object) -> None:
        assert isinstance(token, tuple)
        self._current, self._moved = token

    def _tick(self, state: TickState) -> None:
        code = self.current
        if state in (TickState.PRESENT, TickState.MISSING, TickState.HELD):
            # The selection moves first, so that tick and move are painted together.
            self.current = self._next_open()
        self._ticked(code, state)

    def _next_open(self) -> str:
        """The first open row below the selected one, else from the top, else the selected one itself."""
        place = self._place()
        around = (*self.rows[place + 1 :], *self.rows[:place])
        return next((row.code for row in around if row.code in self.open), self.current)

    def _move(self, step: int) -> None:
        place = max(0, min(len(self.rows) - 1, self._place() + step))
        self.current = self.rows[place].code
        self.paint()

    def _place(self) -> int:
        return next((n for n, row in enumerate(self.rows) if row.code == self.current), 0)


def _key_hints(on: bool) -> list[Span]:
    """The tick keys; bright while they work."""
    spans: list[Span] = []
    for key, word in (("1", N_("有")), ("2", N_("缺")), ("3", N_("不合格")), ("5", N_("承诺")), ("a", N_("全有"))):
        spans += [(key, "key" if on else "off"), (_(word) + " ", "faint" if on else "off")]
    return spans


def _form(row: Row) -> str:
    return _("{form} {copies}份").format(form=row.form, copies=row.copies) if row.copies else row.form

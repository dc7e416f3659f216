"""A list that only ever draws the rows on the screen, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from clerk_tui.i18n import _
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span

T = TypeVar("T")


class VirtualList(Painted, Generic[T]):
    """Rows drawn by ``draw(item, columns, chosen)``; the owner moves the selection with ``move``."""

    def __init__(
        self,
        draw: Callable[[T, int, bool], tuple[Span, ...]],
        heading: Callable[[int], tuple[Span, ...]],
        chosen: Callable[[T | None], None],
        *,
        id: str = "list",
    ) -> None:
        super().__init__(id=id, classes="pane")
        self.items: Sequence[T] = ()
        self.place = 0
        self.empty: tuple[str, ...] = ()
        self._draw, self._heading, self._chosen = draw, heading, chosen
        self._top = 0

    def show(self, items: Sequence[T], *, empty: tuple[str, ...] = (), place: int = 0) -> None:
        """Show these items from the top; ``empty`` are the lines for none."""
        self.items, self.empty = items, empty
        self.place, self._top = min(place, max(0, len(items) - 1)), 0
        self.paint()
        self._chosen(self.selected)

    @property
    def selected(self) -> T | None:
        return self.items[self.place] if self.items else None

    def move(self, key: str) -> bool:
        """Do what an arrow or page key does; ``False`` for another key."""
        page = max(1, self.size.height - 2)
        step = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}.get(key)
        if step is None:
            return False
        place = max(0, min(len(self.items) - 1, self.place + step))
        if self.items and place != self.place:
            self.place = place
            self.paint()
            self._chosen(self.selected)
        return True

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        heading = self._heading(columns) if self.items else ()
        room = rows - (1 if heading else 0)
        if self.place >= self._top + room:
            self._top = self.place - room + 1
        self._top = max(0, min(self._top, self.place))
        lines: list[Line] = [(heading, "")] if heading else []
        for number, item in enumerate(self.items[self._top : self._top + room], self._top):
            on = number == self.place
            lines.append((self._draw(item, columns, on), "cursor" if on else ""))
        if not self.items:
            lines += [(((text, "faint"),), "") for text in self.empty]
        return lines


class TextPane(Painted):
    """Lines that the owner has made, with ``top`` to scroll; for previews and details."""

    def __init__(self, make: Callable[[int, int], Sequence[Line]], *, id: str, classes: str = "pane") -> None:
        super().__init__(id=id, classes=classes)
        self._make = make
        self.top = 0
        self._total = 0

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        lines = self._make(columns, rows)
        self._total = len(lines)
        self.top = max(0, min(self.top, len(lines) - rows))
        return lines[self.top : self.top + rows]

    def scroll_lines(self, step: int) -> None:
        """Scroll by ``step`` lines."""
        self.top = max(0, min(self.top + step, self._total - self.size.height))
        self.paint()


class ReadingPane(TextPane):
    """Text longer than the screen, in which one line may be selected (its fill is ``"cursor"``): the last line says how
    much is below. What belongs to the selected line stands under it, up to the next blank one."""

    def __init__(self, make: Callable[[int, int], Sequence[Line]], *, id: str, classes: str = "pane") -> None:
        super().__init__(make, id=id, classes=classes)
        self._text: Sequence[Line] = ()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        self._text = self._make(columns, rows)
        self._total = len(self._text)
        self.top = max(0, min(self.top, self._total - rows))
        shown = [*self._text[self.top : self.top + rows]]
        below = self._total - self.top - rows
        if below > 0:
            shown[-1] = (((_("↓ 下面还有 {count} 行，PgDn").format(count=below + 1), "warn"),), "")
        return shown

    @property
    def lies(self) -> int:
        """Where the selected line is: -1 above what is shown, 1 below it, 0 in view, or none is selected."""
        at = self._selected
        if at is None:
            return 0
        last = self.top + self.size.height - (2 if self._total > self.top + self.size.height else 1)
        return -1 if at < self.top else 1 if at > last else 0

    def reveal(self) -> None:
        """Bring the selected line into view, with the one above it and what belongs to it."""
        at = self._selected
        if at is None:
            return
        end = next((n for n in range(at, self._total) if self._text[n] == BLANK), self._total) - 1
        self.top = min(max(self.top, end - self.size.height + 2), max(0, at - 1))
        self.paint()

    def arrow(self, key: str, place: int, count: int) -> int:
        """What ``up`` or ``down`` does where ``place`` of ``count`` is selected: first to where that is, then to the
        next one, past the last through the text. Returns the new place, which the owner shows and reveals."""
        step = 1 if key == "down" else -1
        if self.lies == step:
            self.reveal()
        elif not self.lies and 0 <= place + step < count:
            return place + step
        else:
            self.scroll_lines(step)
        return place

    @property
    def _selected(self) -> int | None:
        return next((n for n, (_spans, fill) in enumerate(self._text) if fill == "cursor"), None)

"""A list that only ever draws the rows on the screen, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from clerk_tui.widgets.painted import Line, Painted, Span

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

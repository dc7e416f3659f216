"""The base of the counter's widgets: lines of spans, painted by the widget itself, only the changed ones.

A *span* is ``(text, ink)``: ink names a role (``"good"``, ``"faint"`` ...), never a colour; colours are in the style
sheet. A *line* is ``(spans, fill)`` where fill names the background of the whole line (``""``: the widget's own).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from clerk_tui.widgets.cells import safe, width

Span = tuple[str, str]
Line = tuple[tuple[Span, ...], str]


def line(*spans: Span | str, fill: str = "") -> Line:
    """A line from spans; a bare string is plain text."""
    return tuple((span, "plain") if isinstance(span, str) else span for span in spans), fill


BLANK: Line = ((), "")


class Painted(Widget):
    """A widget that shows ``paint``'s lines from ``top`` on.

    What is painted must have passed ``cells.safe``. ``paint`` compares with what is shown and repaints only the lines
    that differ, without a new layout, so the change lands in the frame of the key that caused it.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._lines: Sequence[Line] = ()
        self._styles_of: dict[tuple[str, str], Style] = {}
        self._painted: dict[Line, Strip] = {}
        self._painted_width = -1

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        """The lines to show in an area of this size; widgets override this."""
        return ()

    def paint(self) -> None:
        """Show the present state now."""
        size = self.size
        if not size.width or not size.height:
            return
        new = list(self.lines_for(size.width, size.height))[: size.height]
        new += [BLANK] * (size.height - len(new))
        old, self._lines = self._lines, new
        if len(old) != len(new):
            self.refresh()
            return
        first = 0
        while first < len(new):
            if new[first] == old[first]:
                first += 1
                continue
            last = first
            while last + 1 < len(new) and new[last + 1] != old[last + 1]:
                last += 1
            self.refresh(Region(0, first, size.width, last - first + 1))
            first = last + 1

    def on_resize(self) -> None:
        self.paint()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.paint()

    def notify_style_update(self) -> None:
        self._styles_of.clear()
        self._painted.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        columns = self.size.width
        if y >= len(self._lines):
            return Strip.blank(columns, self._style("plain", ""))
        if columns != self._painted_width or len(self._painted) > 2000:
            self._painted.clear()
            self._painted_width = columns
        wanted = self._lines[y]
        strip = self._painted.get(wanted)
        if strip is None:
            strip = self._painted[wanted] = self._strip(wanted, columns)
        return strip

    def _strip(self, wanted: Line, columns: int) -> Strip:
        spans, fill = wanted
        # ``safe`` again, for what some widget forgot: nothing but letters may pass from here to the terminal.
        segments = [
            Segment(text if text.isprintable() else safe(text), self._style(ink, fill)) for text, ink in spans if text
        ]
        return Strip(segments).adjust_cell_length(columns, self._style("plain", fill))

    def _style(self, ink: str, fill: str) -> Style:
        style = self._styles_of.get((ink, fill))
        if style is None:
            style = self.rich_style
            if fill:
                style += self._look(f"fill--{fill}")
            if ink != "plain":
                style += self._look(f"ink--{ink}")
            self._styles_of[ink, fill] = style
        return style

    def _look(self, name: str) -> Style:
        """What the style sheet says of an ink or a fill in this widget.

        Asked for what is painted only: as ``COMPONENT_CLASSES`` all of them would be worked out for every widget
        at every change of a class or of the focus, half the time that the first screen takes.
        """
        node = DOMNode(classes=name)
        node._attach(self)
        self.app.stylesheet.apply(node, animate=False)
        return node.styles.partial_rich_style


def spans_width(spans: Iterable[Span]) -> int:
    """How many cells the spans take together."""
    return sum(width(text) for text, _ in spans)


def spread(left: Sequence[Span], right: Sequence[Span], columns: int) -> tuple[Span, ...]:
    """``left`` at the left edge and ``right`` at the right one."""
    gap = columns - spans_width(left) - spans_width(right)
    return (*left, (" " * max(1, gap), "plain"), *right)

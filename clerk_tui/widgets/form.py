"""Questions and fields in one column, painted by one widget: the clerk's eyes and keys go straight down.

Digits and left/right choose, up/down and Tab move, Enter goes to the next item that still needs something. What is
typed is handed to ``changed`` at once, which gives back the items to show: the whole screen follows in the same frame.
``left`` is told of a text field that somebody is done with: then the value may stand there as it will be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from textual import events
from textual.geometry import Offset

from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.editor import Editor, typed
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span
from clerk_tui.widgets.phrases import listed

LABEL = 16
Value = str | tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One question or field. ``options`` makes it a choice; ``note`` is shown while it is active.

    ``told`` is what the value says ("居民身份证 44岁"), ``caution`` a warning about it, ``offer`` a known value that
    one key takes. ``wanted``: Enter stops at it while it is empty, though it may stay so.
    """

    key: str
    label: str
    value: Value = ""
    section: str = ""
    options: tuple[tuple[str, str], ...] = ()
    multi: bool = False
    required: bool = True
    note: str = ""
    told: str = ""
    error: str = ""
    offer: str = ""
    caution: str = ""
    wanted: bool = False

    @property
    def empty(self) -> bool:
        return self.value in ("", ())

    @property
    def needs(self) -> bool:
        """Whether Enter stops here."""
        return bool(self.error) or (self.required and self.empty)


@dataclass
class _Shown:
    """Where an item is drawn: its first line, how many, and the caret's cell in the first field line."""

    first: int
    count: int
    caret: tuple[int, int] | None = None
    lines: list[Line] = field(default_factory=list)


class FormView(Painted):
    """The column of questions and fields."""

    can_focus = True

    def __init__(
        self,
        changed: Callable[[str, Value], None],
        finished: Callable[[], None],
        left: Callable[[str], None],
        *,
        id: str = "form",
    ) -> None:
        super().__init__(id=id, classes="pane")
        self.items: Sequence[Item] = ()
        self.current = ""
        self.editor = Editor()
        self.visited: set[str] = set()
        self._changed = changed
        self._finished = finished
        self._left = left
        self._top = 0

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show(self, items: Sequence[Item]) -> None:
        """Show these items; the active one stays active if it is still there."""
        self.items = items
        if not any(item.key == self.current for item in items):
            self._activate(next((item.key for item in items if item.needs), items[0].key if items else ""))
        active = self.active
        if active is not None and not active.options and active.value != self.editor.text:
            self.editor = Editor(str(active.value))
        self.paint()

    def begin(self, items: Sequence[Item]) -> None:
        """Show a new person's items from the top."""
        self.current, self.visited, self._top = "", set(), 0
        self.editor = Editor()
        self.show(items)

    @property
    def active(self) -> Item | None:
        return next((item for item in self.items if item.key == self.current), None)

    def go_to(self, key: str) -> None:
        """Make the item ``key`` active, if it is there."""
        if any(item.key == key for item in self.items):
            self._activate(key)
            self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        lines: list[Line] = []
        section = ""
        where = _Shown(0, 1)
        for item in self.items:
            if item.section != section:
                section = item.section
                if lines:
                    lines.append(BLANK)
                lines.append((((section, "title"),), ""))
            on = item.key == self.current and self.has_focus
            shown = _Shown(len(lines), 0)
            self._draw(item, on, columns, shown)
            if item.key == self.current:
                where = shown
            lines += shown.lines
        self._scroll(where, len(lines), rows)
        if where.caret is not None and self.has_focus:
            column, row = where.caret
            self.app.cursor_position = self.content_region.offset + Offset(column, where.first + row - self._top)
        return lines[self._top : self._top + rows]

    def _scroll(self, where: _Shown, total: int, rows: int) -> None:
        first, last = where.first, where.first + len(where.lines)
        if last - self._top > rows - 1:
            self._top = last - rows + 1
        if first - 1 < self._top:
            self._top = max(0, first - 1)
        self._top = max(0, min(self._top, total - rows))

    def _draw(self, item: Item, on: bool, columns: int, shown: _Shown) -> None:
        label = safe(item.label)
        fill = "cursor-off" if on else ""
        settled = not on or item.key in self.visited
        mark: Span = ("! ", "bad") if item.error and settled else ("* ", "faint") if item.needs else ("  ", "plain")
        ink = "strong" if on else "plain" if item.needs else "faint"
        room = columns - LABEL - 2
        beside = width(label) <= LABEL - 2 and self._cells(item, on) <= room
        if not beside or (item.options and on):
            shown.lines += [
                ((mark if n == 0 else ("  ", "plain"), (part, ink)), fill)
                for n, part in enumerate(wrap(label, columns - 2))
            ]
        lead: tuple[Span, ...] = (mark, (pad(label, LABEL), ink)) if beside else (("    ", "plain"),)
        space = room if beside else columns - 4
        if item.options:
            if on:
                shown.lines += self._options(item, columns, fill)
            elif beside or not item.empty:
                shown.lines += _under(lead, _chosen(item), space, "plain", fill)
        else:
            self._draw_text(item, on, lead, space, fill, shown)
        indent = LABEL + 2 if beside and not item.options else 4
        # While a number is being typed it is not wrong yet: said quietly until the field has been left.
        wrong = "bad" if not on or item.key in self.visited else "faint"
        told = "" if item.error else item.told
        for text, role in ((item.error, wrong), (told, "good"), ("" if item.error else item.caution, "warn")):
            if text:
                shown.lines += [
                    (((" " * indent, "plain"), (part, role)), fill) for part in wrap(safe(text), columns - indent)
                ]
        if on and item.note and not item.error:
            shown.lines += [((("    ", "plain"), (part, "faint")), fill) for part in wrap(safe(item.note), columns - 4)]

    def _cells(self, item: Item, on: bool) -> int:
        """How many cells an item's value takes beside its label: a long one stands on lines of its own."""
        if item.options:
            return 0 if on else width(_chosen(item))
        text = safe(self.editor.text if on else str(item.value)) or _offered(item)
        return width(text) + (1 if on else 0)

    def _draw_text(self, item: Item, on: bool, lead: tuple[Span, ...], space: int, fill: str, shown: _Shown) -> None:
        if on:
            before, under, after, caret = self.editor.view(space)
            blanks = space - width(before) - width(under) - width(after)
            offer = _offered(item)
            inline = width(offer) <= blanks
            tail: Span = (pad(offer, blanks), "field-on-faint") if inline else (" " * blanks, "field-on")
            shown.caret = (sum(width(text) for text, _ in lead) + caret, len(shown.lines))
            shown.lines.append(((*lead, (before, "field-on"), (under, "caret"), (after, "field-on"), tail), fill))
            if not inline:
                shown.lines += _under(_blank(lead), offer, space, "field-on-faint", fill)
        elif item.empty:
            shown.lines += _under(lead, _offered(item), space, "field-faint", fill)
        else:
            shown.lines += _under(lead, safe(str(item.value)), space, "plain", fill)

    def _options(self, item: Item, columns: int, fill: str) -> list[Line]:
        lines: list[Line] = []
        spans: list[Span] = [("  ", "plain")]
        used = 2
        for number, (code, label) in enumerate(item.options, 1):
            chosen = code in item.value if item.multi else code == item.value
            text = f" {number if number < 10 else ' '} {clip(safe(label), columns - 8)} "
            if used + width(text) + 1 > columns and used > 2:
                lines.append((tuple(spans), fill))
                spans, used = [("  ", "plain")], 2
            spans += [(text, "chip-info" if chosen else "chip-off"), (" ", "plain")]
            used += width(text) + 1
        return [*lines, (tuple(spans), fill)]

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        item = self.active
        if item is None:
            return
        match event.key:
            case "up" | "shift+tab":
                handled = self._move(-1)
            case "down" | "tab":
                handled = self._move(1)
            case "enter":
                handled = True
                self.go_on()
            case _:
                handled = self._choose(item, event) if item.options else self._type(item, event)
        if handled:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        item = self.active
        if item is not None and not item.options and self.editor.insert(event.text.rstrip("\r\n")):
            self._changed(item.key, self.editor.text)

    def snapshot(self) -> object:
        """What a scan must not change here: where the caret is."""
        return (self.current, self.editor.text, self.editor.caret, set(self.visited))

    def restore(self, token: object) -> None:
        """Back to ``snapshot``'s place; the text itself comes back with the items."""
        assert isinstance(token, tuple)
        self.current, text, caret, self.visited = token
        self.editor = Editor(text)
        self.editor.caret = caret

    def _type(self, item: Item, event: events.Key) -> bool:
        if text := typed(event.character):
            if not self.editor.insert(text):
                return True
        elif not self.editor.key(event.key):
            return False
        if self.editor.text == item.value:
            self.paint()
        else:
            self._changed(item.key, self.editor.text)
        return True

    def _choose(self, item: Item, event: events.Key) -> bool:
        codes = [code for code, _ in item.options]
        key = event.key
        if event.character is not None and event.character in "123456789":
            place = int(event.character) - 1
            if place < len(codes):
                self._pick(item, codes[place])
            return True
        if key in ("left", "right") and codes and not item.multi:
            place = codes.index(str(item.value)) if item.value in codes else (-1 if key == "right" else 0)
            self._changed(item.key, codes[(place + (1 if key == "right" else -1)) % len(codes)])
            return True
        if key in ("backspace", "delete"):
            self._changed(item.key, () if item.multi else "")
            return True
        return bool(typed(event.character))

    def _pick(self, item: Item, code: str) -> None:
        """Choose by digit; a single choice is settled by it, so the next item is due."""
        if item.multi:
            chosen = set(item.value) ^ {code}
            self._changed(item.key, tuple(each for each, _ in item.options if each in chosen))
        else:
            self._changed(item.key, code)
            self.go_on()

    def _move(self, step: int) -> bool:
        self.settle()
        place = self._place() + step
        if not 0 <= place < len(self.items):
            return False
        self._activate(self.items[place].key)
        self.paint()
        return True

    def go_on(self) -> None:
        """To the next item that needs something, from here on and then from the top; past the last one is finished."""
        self.settle()
        self.visited.add(self.current)
        place = self._place()
        below = next((item for item in self.items[place + 1 :] if item.needs or (item.wanted and item.empty)), None)
        target = below or next((item for item in self.items[:place] if item.needs), None)
        if target is None:
            self.paint()
            self._finished()
            return
        self._activate(target.key)
        self.paint()

    def settle(self) -> None:
        """Somebody is done with the active field, at least for now."""
        item = self.active
        if item is not None and not item.options and not item.empty:
            self.visited.add(item.key)
            self._left(item.key)

    def _place(self) -> int:
        return next((n for n, item in enumerate(self.items) if item.key == self.current), 0)

    def _activate(self, key: str) -> None:
        if self.current:
            self.visited.add(self.current)
        self.current = key
        item = self.active
        self.editor = Editor(str(item.value) if item is not None and not item.options else "")


def _under(lead: tuple[Span, ...], text: str, space: int, ink: str, fill: str) -> list[Line]:
    """``text`` after ``lead``, on as many lines as it takes, each under the first."""
    return [
        ((*(lead if n == 0 else _blank(lead)), (pad(part, space), ink)), fill)
        for n, part in enumerate(wrap(text, space))
    ]


def _blank(lead: tuple[Span, ...]) -> tuple[Span, ...]:
    return ((" " * sum(width(text) for text, _ in lead), "plain"),)


def _offered(item: Item) -> str:
    """The known value and its key, while the field is empty."""
    return f"{safe(item.offer)} F6" if item.offer and item.empty else ""


def _chosen(item: Item) -> str:
    labels = [safe(label) for code, label in item.options if (code in item.value if item.multi else code == item.value)]
    return listed(labels)

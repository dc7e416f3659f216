"""A single line to type into; tells its owner of every change in the same frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import events
from textual.geometry import Offset

from clerk_tui.widgets.cells import clip, pad, width
from clerk_tui.widgets.editor import LIMIT, Editor, typed
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span


class Entry(Painted):
    """Label, field, and a hint while it is empty. Keys it does not edit with bubble up, ``passes`` do so at once.

    ``keys`` is asked first for every key that is no text (arrows, Enter); it says whether it took it.
    """

    can_focus = True

    def __init__(
        self,
        label: str,
        hint: str,
        changed: Callable[[str], None],
        keys: Callable[[str], bool] | None = None,
        *,
        id: str = "entry",
        limit: int = LIMIT,
    ) -> None:
        super().__init__(id=id, classes="pane")
        self.label, self.hint = label, hint
        self.limit = limit
        self.editor = Editor(limit=limit)
        self._changed = changed
        self._keys = keys or (lambda key: False)

    @property
    def value(self) -> str:
        return self.editor.text

    def set(self, text: str) -> None:
        """Put ``text`` in place of what is there."""
        self.editor = Editor(text, self.limit)
        self.paint()
        self._changed(text)

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        label = f"{self.label}  " if self.label else ""
        space = columns - width(label)
        middle = rows // 2
        ink = "field-on" if self.has_focus else "field"
        lines: list[Line] = [BLANK] * rows
        spans: list[Span] = [(label, "title"), (" ", ink)]
        if self.has_focus:
            before, under, after, caret = self.editor.view(space - 2)
            spans += [(before, ink), (under, "caret"), (after, ink)]
            self.app.cursor_position = self.content_region.offset + Offset(width(label) + 1 + caret, middle)
        else:
            spans.append((clip(self.editor.view(space - 2)[0], space - 2), ink))
        if not self.editor.text and self.hint:
            spans.append((clip(" " + self.hint, space - 3), f"{ink}-faint"))
        used = sum(width(text) for text, _ in spans)
        spans.append((pad("", columns - used), ink))
        lines[middle] = (tuple(spans), "")
        return lines

    def on_key(self, event: events.Key) -> None:
        if text := typed(event.character):
            taken = self.editor.insert(text)
            self._tell() if taken else None
        elif self._keys(event.key):
            pass
        else:
            before = self.editor.text
            if not self.editor.key(event.key):
                return
            self.paint() if before == self.editor.text else self._tell()
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.editor.insert(event.text.rstrip("\r\n")):
            self._tell()

    def snapshot(self) -> object:
        return (self.editor.text, self.editor.caret)

    def restore(self, token: object) -> None:
        assert isinstance(token, tuple)
        text, caret = token
        self.editor = Editor(text, self.limit)
        self.editor.caret = caret
        self._tell()

    def _tell(self) -> None:
        self.paint()
        self._changed(self.editor.text)

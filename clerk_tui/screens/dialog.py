"""One dialog for everything that is asked: text, choices, a field, Enter and Esc.

A scanner's Enter never reaches it (``screens.scanning``), so what is confirmed here was confirmed by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import ModalScreen

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.editor import Editor, typed
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span
from hall.errors import BadInput, HallError
from hall.identity import HOLDS_NUMBER, holds_number
from hall.names import clean_text, rewriting, says_something

FRAME = 6
"""Lines around the content: title, keys, and the blank ones."""
MARGIN = 4
"""The narrowest margin beside a dialog that leaves something to read there, in columns."""
Paragraph = tuple[str, str]
"""A text and its ink; an empty text is a blank line, one that begins with ``"\\t"`` is indented, and a ``"\\t"``
further on stands between a label and its value: all values of a dialog begin in one column."""


@dataclass(frozen=True)
class Spec:
    """What a dialog asks. With ``options`` a digit answers at once, and an Enter
    right behind it is part of that answer; ``at`` is the option chosen at first. ``field`` is the label of a line to
    type into, with options it belongs to the last of them. ``check`` says what is wrong with the text (``""``:
    nothing), which is at most ``longest`` characters and has none that may not be kept. ``reason``: the text is kept
    and printed as it stands, so a person's number in it is pointed out while it is typed. An empty ``no``: Esc does
    what Enter does, and is not named."""

    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    options: tuple[str, ...] = ()
    at: int = 0
    field: str = ""
    value: str = ""
    check: Callable[[str], str] | None = None
    longest: int = 500
    reason: bool = False
    yes: str = N_("确认")
    no: str = N_("返回")
    tone: str = "info"


@dataclass(frozen=True)
class Answer:
    """What was chosen (the option's place, 0 without options) and typed."""

    choice: int = 0
    text: str = ""


def worded(missing: str) -> Callable[[str], str]:
    """A ``check`` of a reason: ``missing`` where it says nothing (``hall.names.says_something``)."""
    return lambda text: "" if says_something(text) else missing


def label_width(paragraphs: Iterable[Paragraph], columns: int) -> int:
    """The columns that labels take, with the gap behind them; a longer one stands above its value."""
    found = (text.partition("\t") for text, _ink in paragraphs)
    widths = [width(safe(label)) + 2 for label, mark, _value in found if label and mark]
    return max((wide for wide in widths if wide <= columns // 3), default=2)


def labelled(label: str, value: str, ink: str, beside: int, columns: int) -> list[Line]:
    """A label and its value, which goes on below itself."""
    label = safe(label)
    above = width(label) + 2 > beside
    lines: list[Line] = [(((part, "faint"),), "") for part in wrap(label, columns)] if above else []
    for n, part in enumerate(wrap(safe(value), columns - beside)):
        lines.append((((pad("" if n or above else label, beside), "faint"), (part, ink)), ""))
    return lines


class Dialog(ModalScreen[Answer | None]):
    """Answers ``None`` for Esc."""

    BINDINGS = []

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec
        self._answered = False

    def compose(self) -> ComposeResult:
        yield Box(self.spec, self._answer)

    def on_mount(self) -> None:
        self.query_one(Box).focus()

    def _answer(self, answer: Answer | None) -> None:
        if not self._answered:
            self._answered = True
            self.dismiss(answer)

    def point_at(self, option: int) -> None:
        """Stand on this option, so that Enter takes it."""
        box = self.query_one(Box)
        box.place = option
        box.paint()


class Box(Painted):
    """The dialog's content and keys."""

    can_focus = True

    def __init__(self, spec: Spec, answer: Callable[[Answer | None], None]) -> None:
        super().__init__(id="box")
        self.spec = spec
        self.place = spec.at
        self.editor = Editor(spec.value)
        self.error = self.note = ""
        self._answer = answer
        self._top = 0

    @property
    def typing(self) -> bool:
        """Whether keys go into the field."""
        return bool(self.spec.field) and (not self.spec.options or self.place == len(self.spec.options) - 1)

    def snapshot(self) -> object:
        """What the first keys of a scan may change here."""
        return (self.editor.text, self.editor.caret, self.place, self.error, self.note)

    def restore(self, token: object) -> None:
        """Take back what they changed."""
        assert isinstance(token, tuple)
        self.editor.text, self.editor.caret, self.place, self.error, self.note = token
        self.paint()

    def on_mount(self) -> None:
        self.fit(self.app.size.width, self.app.size.height)

    def fit(self, columns: int, rows: int) -> None:
        """Take the size that the content needs."""
        # In a narrower margin only scraps of the words beneath would stand.
        wide = 76 if columns >= 76 + 2 * MARGIN else columns
        self.styles.width = wide
        self.styles.height = min(rows - 2, len(self._content(wide - 4)) + FRAME)

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        head: list[Line] = [(((clip(safe(self.spec.title), columns), "strong"),), f"big-{self.spec.tone}"), BLANK]
        content = self._content(columns)
        room = max(1, rows - len(head) - 2)
        focus = next((n for n, (_, fill) in enumerate(content) if fill == "cursor"), 0)
        self._top = max(0, min(self._top, len(content) - room))
        if focus and focus >= self._top + room:
            self._top = focus - room + 1
        shown = content[self._top : self._top + room]
        below = len(content) - self._top - len(shown)
        more: Line = (((_("↓ 下面还有 {count} 行，PgDn").format(count=below), "warn"),), "") if below else BLANK
        return [*head, *shown, *[BLANK] * (room - len(shown)), more, self._keys()]

    def _content(self, columns: int) -> list[Line]:
        lines: list[Line] = []
        beside = label_width(self.spec.paragraphs, columns)
        for text, ink in self.spec.paragraphs:
            label, mark, value = text.partition("\t")
            if label and mark:
                lines += labelled(label, value, ink, beside, columns)
                continue
            indent = 3 if text.startswith("\t") else 0
            for part in wrap(safe(text.lstrip("\t")), columns - indent):
                lines.append((((" " * indent + part, ink),), ""))
        for number, option in enumerate(self.spec.options):
            if number == 0 and lines:
                lines.append(BLANK)
            on = number == self.place
            key = self._option_key(number)
            parts = wrap(safe(option), columns - 6, 2)
            for n, part in enumerate(parts):
                lead: Span = key if n == 0 else ("   ", "plain")
                lines.append(((lead, (" ", "plain"), (part, "strong" if on else "plain")), "cursor" if on else ""))
        if self.spec.field:
            lines += [BLANK, self._field(columns)]
        if self.error:
            lines += [(((part, "bad"),), "") for part in wrap(safe(self.error), columns)]
        if self.note:
            lines += [(((part, "info"),), "") for part in wrap(safe(self.note), columns)]
        return lines

    def _option_key(self, number: int) -> Span:
        """What chooses an option: its digit; while digits go into the field, the arrow to the one above."""
        key = str(number + 1) if number < 9 else ""
        if self.typing:
            key = "↑" if number == self.place - 1 else ""
        return (f" {key} ", "chip-key") if key else ("   ", "plain")

    def _field(self, columns: int) -> Line:
        label = f"{self.spec.field}  "
        space = columns - width(label)
        if not self.typing:
            return (((label, "faint"), (pad(safe(self.editor.text), space), "field")), "")
        before, under, after, caret = self.editor.view(space)
        self._caret = caret + width(label)
        rest = " " * (space - width(before) - width(under) - width(after))
        return (((label, "title"), (before, "field-on"), (under, "caret"), (after + rest, "field-on")), "")

    def _keys(self) -> Line:
        yes = ((" Enter ", "chip-key"), (" " + _(self.spec.yes) + "   ", "strong"))
        if not self.spec.no:
            return yes, ""
        return (*yes, (" Esc ", "chip-key"), (" " + _(self.spec.no), "plain")), ""

    def on_resize(self) -> None:
        self.fit(self.app.size.width, self.app.size.height)
        super().on_resize()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        options = len(self.spec.options)
        if event.key == "escape":
            self._answer(None)
        elif event.key == "enter":
            self._confirm()
        elif event.key in ("up", "down") and options:
            self.place = (self.place + (1 if event.key == "down" else -1)) % options
            self.error = ""
            self.paint()
        elif event.key in ("pageup", "pagedown", "up", "down"):
            self._top = max(0, self._top + (1 if event.key.endswith("down") else -1) * 5)
            self.paint()
        elif self.typing:
            self._type(event)
        elif event.character is not None and event.character in "123456789"[:options]:
            self._pick(int(event.character) - 1)

    def _pick(self, place: int) -> None:
        """Choose by digit: settled at once, unless it is the choice that wants words."""
        self.place = place
        if self.typing:
            self.paint()
        else:
            self._confirm()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.typing and self.editor.insert(event.text.rstrip("\r\n")):
            self.paint()

    def _type(self, event: events.Key) -> None:
        if text := typed(event.character):
            self.editor.insert(text)
        else:
            self.editor.key(event.key)
        said = _(HOLDS_NUMBER) if self.spec.reason and holds_number(self.editor.text) else ""
        grows = said not in ("", self.note)
        self.error, self.note = "", said
        if grows:
            self.fit(self.app.size.width, self.app.size.height)
        self.paint()
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Where an input method opens its window."""
        row = next((n for n, (spans, _) in enumerate(self._lines) if any(ink == "caret" for _, ink in spans)), None)
        if row is not None:
            self.app.cursor_position = self.content_region.offset + Offset(self._caret, row)

    def _confirm(self) -> None:
        text = self.editor.text.strip() if self.typing else ""
        if self.typing and (error := self._wrong(text)):
            self.error = error
            self.fit(self.app.size.width, self.app.size.height)
            self.paint()
            return
        stored = clean_text(text, field="text")
        if what := rewriting(text, stored):
            # Nothing is altered silently: it stands here as it is stored, and the next Enter answers.
            self.editor = Editor(stored)
            self.note = _("已按标准写法改为上面的样子：{what}。再按 Enter 就照这样记下").format(what=_(what))
            self.fit(self.app.size.width, self.app.size.height)
            self.paint()
            return
        self._answer(Answer(self.place, text))

    def _wrong(self, text: str) -> str:
        """What is wrong with what was typed, as the question says or because it may not be kept; ``""``: nothing."""
        if self.spec.check is not None and (error := self.spec.check(text)):
            return error
        try:
            clean_text(text, field="text", max_length=self.spec.longest)
        except BadInput as refused:
            return _(refused.message)
        return ""


def problem(error: HallError, effect: str = "") -> Spec:
    """A problem told in full: what happened, what it means for the person at the counter, what to do."""
    paragraphs: list[Paragraph] = [(_(error.message), "strong")]
    if effect:
        paragraphs += [("", "plain"), (effect, "plain")]
    if error.hint:
        paragraphs += [("", "plain"), (_("怎么办：") + _(error.hint), "info")]
    paragraphs += [("", "plain"), (_("代号 {code}").format(code=error.code), "faint")]
    return Spec(title=_("没有办成"), paragraphs=tuple(paragraphs), yes=N_("知道了"), no=N_("关闭"), tone="bad")

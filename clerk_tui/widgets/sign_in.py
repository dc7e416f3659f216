"""The form in which somebody signs in: a number and a PIN that is never shown, or a new PIN twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual import events
from textual.geometry import Offset

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import clip, safe, width, wrap
from clerk_tui.widgets.editor import Editor, typed
from clerk_tui.widgets.painted import BLANK, Line, Painted

LONGEST = 20
HIDDEN = "*"


@dataclass(frozen=True)
class Form:
    """What is asked: a title, a line that says why, the labels of the fields and which of them are hidden."""

    title: str
    why: str
    labels: tuple[str, str]
    hidden: tuple[bool, bool]
    yes: str = N_("签到")
    no: str = ""
    tone: str = "info"


def entering(why: str, title: str = "") -> Form:
    """Number and PIN."""
    return Form(title or _("签到"), why, (_("工号"), _("密码")), (False, True))


def choosing(why: str) -> Form:
    """A new PIN, twice."""
    return Form(_("换一个自己的密码"), why, (_("新密码"), _("再输一次")), (True, True), yes=N_("确定"))


class SignIn(Painted):
    """Two fields. ``done`` gets what stands in them when Enter is pressed in the last; ``cancel`` hears Esc, if it may
    be pressed at all."""

    can_focus = True

    def __init__(
        self, form: Form, done: Callable[[str, str], None], cancel: Callable[[], None] | None = None, number: str = ""
    ) -> None:
        super().__init__(id="sign-in", classes="pane")
        self._done, self._cancel = done, cancel
        self.busy = False
        self.begin(form, number)

    def begin(self, form: Form, first: str = "", error: str = "", hint: str = "") -> None:
        """Ask this, with the first field filled in."""
        self.form = form
        self.editors = (Editor(first, LONGEST), Editor("", LONGEST))
        self.place = 1 if first else 0
        self.error, self.hint = error, hint
        self.busy = False
        self.paint()

    def refuse(self, error: str, hint: str) -> None:
        """It did not work: say why, and ask for what is hidden again."""
        kept = "" if self.form.hidden[0] else self.editors[0].text
        self.begin(self.form, kept, error, hint)

    def wait(self) -> None:
        """It is being looked at; keys wait."""
        self.busy, self.error, self.hint = True, "", ""
        self.paint()

    def snapshot(self) -> object:
        """What the first keys of a scan may change here."""
        return tuple((each.text, each.caret) for each in self.editors), self.place

    def restore(self, token: object) -> None:
        """Take back what they changed."""
        assert isinstance(token, tuple)
        for editor, (text, caret) in zip(self.editors, token[0], strict=True):
            editor.text, editor.caret = text, caret
        self.place = token[1]
        self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        form = self.form
        lines: list[Line] = [(((clip(safe(form.title), columns), "strong"),), f"big-{form.tone}"), BLANK]
        lines += [(((part, "plain"),), "") for part in wrap(safe(form.why), columns, 2)]
        lines.append(BLANK)
        for number in (0, 1):
            lines += [self._field(number, columns), BLANK]
        if self.busy:
            lines.append((((_("正在核对…"), "faint"),), ""))
        lines += [(((part, "bad"),), "") for part in wrap(safe(self.error), columns, 2) if self.error]
        lines += [(((part, "info"),), "") for part in wrap(safe(self.hint), columns, 2) if self.hint]
        keys = [(" Enter ", "chip-key"), (" " + _(form.yes) + "   ", "strong")]
        if self._cancel is not None:
            keys += [(" Esc ", "chip-key"), (" " + _(form.no or N_("返回")), "plain")]
        lines += [BLANK] * (rows - 1 - len(lines))
        return [*lines, (tuple(keys), "")]

    def _field(self, number: int, columns: int) -> Line:
        label = f"{self.form.labels[number]}  "
        label += " " * (max(width(each) for each in self.form.labels) + 2 - width(label))
        space = min(24, columns - width(label))
        editor = self.editors[number]
        shown = editor if not self.form.hidden[number] else _stars(editor)
        before, under, after, caret = shown.view(space)
        if number != self.place or self.busy:
            text = (before + under + after).rstrip()
            return (((label, "faint"), (text + " " * (space - width(text)), "field")), "")
        self._caret = Offset(caret + width(label), 4 + 2 * number)
        rest = " " * (space - width(before) - width(under) - width(after))
        return (((label, "title"), (before, "field-on"), (under, "caret"), (after + rest, "field-on")), "")

    def on_key(self, event: events.Key) -> None:
        if event.key in ("f1", "ctrl+q", "ctrl+t"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape" and self._cancel is not None:
            self._cancel()
        elif self.busy:
            return
        elif event.key == "enter":
            self._go_on()
        elif event.key in ("tab", "shift+tab", "up", "down"):
            self.place = 1 - self.place
        elif text := typed(event.character):
            self.editors[self.place].insert(text)
        else:
            self.editors[self.place].key(event.key)
        self.paint()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if not self.busy and self.editors[self.place].insert(event.text.rstrip("\r\n")):
            self.paint()

    def _go_on(self) -> None:
        first, second = (each.text.strip() for each in self.editors)
        if first and second:
            self._done(first, second)
        else:
            self.place = 1 if first else 0


def _stars(editor: Editor) -> Editor:
    hidden = Editor(HIDDEN * len(editor.text), LONGEST)
    hidden.caret = editor.caret
    return hidden

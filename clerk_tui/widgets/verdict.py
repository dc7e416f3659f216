"""The verdict beside the desk: the outcome in a word, its law, what is missing, what else is lawful, what is due.

``VerdictView`` is the pane of a wide screen, ``VerdictStrip`` the two lines that a narrow one always shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clerk_tui.i18n import _
from clerk_tui.widgets.cells import clip, letterspaced, pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span
from clerk_tui.widgets.phrases import gap_words, listed
from hall.verdict import OUTCOME_NAMES, Gap, Outcome

FILLS: dict[Outcome, str] = {
    Outcome.ACCEPTED: "good",
    Outcome.TOLERATED: "warn",
    Outcome.CORRECTED: "info",
    Outcome.NOTICED: "warn",
    Outcome.REFUSED: "bad",
}


@dataclass(frozen=True)
class Shown:
    """What to show. ``chosen`` is what F9 would do, ``others`` what the further lawful outcomes are called, ``hinders``
    what keeps F9 from working (``calm``: nothing of it is wrong, it is only not done yet), ``dates`` pairs of label and
    value, ``ready``: everything has been looked at, F9 is the key that is due. ``word`` says what F9 would do where
    the outcome's name would say something else; ``handed`` are the names of what is handed in now, ``gaps_title`` what
    the gaps are where they are not what has to be supplemented, ``where`` the organ that a refusal leads to."""

    chosen: Outcome | None = None
    word: str = ""
    handed: tuple[str, ...] = ()
    gaps_title: str = ""
    explanation: str = ""
    article: str = ""
    where: str = ""
    gaps: tuple[Gap, ...] = ()
    others: tuple[str, ...] = ()
    hinders: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    dates: tuple[tuple[str, str], ...] = ()
    provisional: bool = False
    calm: bool = False
    ready: bool = False


def outcome_word(shown: Shown) -> str:
    """The big word."""
    if shown.word:
        return shown.word
    return _(OUTCOME_NAMES[shown.chosen]) if shown.chosen else _("待定")


def said_once(shown: Shown) -> str:
    """Why it is this outcome; nothing where that is what keeps F9 from working, which is said as such."""
    text = _(shown.explanation)
    return "" if text in shown.hinders else safe(text)


class _Showing(Painted):
    """A place that shows a verdict and is painted only when it changes."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="pane")
        self.shown = Shown()

    def show(self, shown: Shown) -> None:
        """Show this verdict."""
        if shown != self.shown or not self._lines:
            self.shown = shown
            self.paint()


class VerdictView(_Showing):
    """The pane. It has no keys of its own: the lawful outcomes name theirs."""

    def __init__(self, *, id: str = "verdict") -> None:
        super().__init__(id=id)

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        shown = self.shown
        fill = f"big-{FILLS[shown.chosen] if shown.chosen else 'off'}"
        word = outcome_word(shown)
        lines: list[Line] = [
            ((("", "plain"),), fill),
            ((("  ", "plain"), (letterspaced(word, columns - 4), "strong")), fill),
            ((("", "plain"),), fill),
            BLANK,
        ]
        lines += _texts(said_once(shown), columns, "plain", 0, 4)
        lines += _texts(_(shown.article), columns, "faint", 0, 3)
        if shown.where:
            lines += [BLANK, (((_("去哪里办"), "faint"),), ""), *_parts(shown.where, columns)]
        if shown.dates:
            lines.append(BLANK)
            for label, value in shown.dates:
                lines.append((((pad(label, 10), "faint"), (clip(value, columns - 10), "strong")), ""))
            if shown.provisional:
                lines.append((((" " * 10, "plain"), (_("暂按周末推算"), "warn")), ""))
        tail = self._tail(columns)
        lines += self._gaps(columns, max(2, rows - len(lines) - len(tail)))
        lines += [BLANK] * (rows - len(lines) - len(tail))
        return [*lines[: max(4, rows - len(tail))], *tail]

    def _gaps(self, columns: int, room: int) -> list[Line]:
        gaps = self.shown.gaps
        if not gaps:
            return []
        lines: list[Line] = [BLANK, (((_head(self.shown), "title"),), "")]
        brief = 2 + len(gaps) * 3 > room
        for number, gap in enumerate(gaps, 1):
            if len(lines) >= room - 1 and number < len(gaps):
                lines.append((((_("另有 {count} 项").format(count=len(gaps) - number + 1), "faint"),), ""))
                break
            for n, part in enumerate(wrap(safe(gap.name), columns - 3, 1 if brief else 2)):
                lines.append((((f"{number:>2} " if n == 0 else "   ", "faint"), (part, "plain")), ""))
            if not brief:
                text = gap_words(gap)
                lines += _texts(safe(text), columns, "faint", 3, 2)
        return lines

    def _tail(self, columns: int) -> list[Line]:
        shown = self.shown
        lines: list[Line] = []
        if shown.warnings:
            lines.append(BLANK)
            for text in list(dict.fromkeys(shown.warnings))[:2]:
                lines += _texts(_("提醒：") + safe(_(text)), columns, "warn", 0, 2)
        if shown.hinders:
            lines += [BLANK, (((_("还不能确认"), "title"),), "")]
            for text in shown.hinders[:4]:
                lines += _texts(safe(text), columns, "faint" if shown.calm else "bad", 0, 2)
            if len(shown.hinders) > 4:
                lines += _texts(_("另有 {count} 处").format(count=len(shown.hinders) - 4), columns, "faint", 2, 1)
        elif shown.chosen is not None:
            spans, fill = _key_line("F9", outcome_word(shown), columns, "strong")
            if shown.ready:
                fill = f"big-{FILLS[shown.chosen]}"
                lines += [BLANK, ((), fill), (spans, fill), ((), fill)]
            else:
                lines += [BLANK, (spans, fill)]
        if shown.others:
            if shown.hinders or shown.chosen is None:
                lines.append(BLANK)
            for number, other in enumerate(shown.others):
                lines.append(_key_line("F8" if number == 0 else "", other, columns, "plain"))
        return lines


class VerdictStrip(_Showing):
    """Two lines for a narrow screen: what follows with the law that it stands on, and what there is to know of it. The
    other lawful outcomes stand where there is room, behind the law or at the end of the second line."""

    def __init__(self, *, id: str = "strip") -> None:
        super().__init__(id=id)

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        shown = self.shown
        kind = FILLS[shown.chosen] if shown.chosen else "off"
        chip: Span = (f" {outcome_word(shown)} ", f"chip-{kind}")
        key: Span = (" F9 " if shown.ready else "", "chip-key")
        room = columns - width(chip[0]) - width(key[0]) - 2
        said, ink = _(shown.article) or said_once(shown), "plain"
        if not said and shown.hinders and width(shown.hinders[0]) <= room:
            # What hinders stands behind the word, and below it only what else does.
            said, ink = safe(shown.hinders[0]), "faint" if shown.calm else "bad"
            shown = replace(shown, hinders=shown.hinders[1:])
        behind: Span = (clip(said, room), ink)
        others = _others(shown)
        wanted = sum(width(text) for text, _ink in others) + 2
        first: tuple[Span, ...] = (key, chip, ("  ", "plain"), behind)
        if others and width(behind[0]) + wanted <= room:
            blank = " " * (room - width(behind[0]) - wanted + 2)
            return [((*first, (blank, "plain"), *others), ""), ((_told(shown, columns),), "")]
        told, ink = _told(shown, columns)
        listing = bool(shown.gaps) and not shown.hinders
        if others and (listing or width(told) + wanted <= columns):
            told, ink = _told(shown, columns - wanted)
            return [(first, ""), (((pad(told, columns - wanted + 2), ink), *others), "")]
        return [(first, ""), (((told, ink),), "")]


def _told(shown: Shown, columns: int) -> Span:
    """What there is to know: what hinders, what is missing, why it is refused, or what is due."""
    if shown.hinders:
        return _whole([safe(text) for text in shown.hinders], columns), "faint" if shown.calm else "bad"
    if shown.gaps:
        names = listed(gap.name for gap in shown.gaps)
        head = _("{what}：").format(what=shown.gaps_title) if shown.gaps_title else _("要补正：")
        return clip(head + safe(names), columns), "warn"
    if shown.chosen is Outcome.REFUSED:
        why = safe(_(shown.explanation))
        both = safe("  ".join(filter(None, (why, shown.where))))
        # Half an address leads nobody anywhere; the whole of it is read before it is confirmed.
        return clip(both if width(both) <= columns else why, columns), "plain"
    dates = [f"{label} {value}" for label, value in shown.dates]
    dates += [_("暂按周末推算")] if shown.provisional and dates else []
    return clip("  ".join(dates), columns), "faint"


def _others(shown: Shown) -> tuple[Span, ...]:
    """The other lawful outcomes with the key that leads to them; nothing where there is none."""
    return ((" F8 ", "chip-key"), (f" {' / '.join(shown.others)}", "plain")) if shown.others else ()


def _whole(texts: Sequence[str], columns: int) -> str:
    """As many of the texts as a line holds whole, and how many more there are."""
    for kept in range(len(texts), 0, -1):
        rest = [_("另有 {count} 处").format(count=len(texts) - kept)] if kept < len(texts) else []
        text = _("；").join([*texts[:kept], *rest])
        if width(text) <= columns:
            return text
    return clip(texts[0], columns)


def _head(shown: Shown) -> str:
    count = len(shown.gaps)
    return f"{shown.gaps_title} {count}" if shown.gaps_title else _("要补正 {count} 项").format(count=count)


def _parts(where: str, columns: int) -> list[Line]:
    """Organ, address and number, each on a line of its own."""
    return [line for part in where.split("  ") for line in _texts(safe(part), columns, "strong", 0, 4)]


def _texts(text: str, columns: int, ink: str, indent: int, limit: int) -> list[Line]:
    if not text:
        return []
    blanks: Span = (" " * indent, "plain")
    return [((blanks, (part, ink)), "") for part in wrap(text, columns - indent, limit)]


def _key_line(key: str, label: str, columns: int, ink: str) -> Line:
    chip: Span = (f" {key} ", "chip-key") if key else ("    ", "plain")
    return (chip, (" ", "plain"), (clip(label, columns - 6), ink)), ""


def date_pairs(*pairs: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    """Label and value of the dates that are known."""
    return tuple((label, str(value)) for label, value in pairs if value)


def hindrances(messages: Sequence[str]) -> tuple[str, ...]:
    """The same text once, in the language of the screen."""
    return tuple(dict.fromkeys(_(text) for text in messages))

"""The board's pages about cases: where they are stuck under which light, one department's, one case; the promise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import (
    HOLDER_INKS,
    HOLDER_WORDS,
    LIGHT_INKS,
    LIGHT_ORDER,
    Entry,
    Hall,
    Page,
    Sheet,
    cell,
    heading,
    holders,
    lamp,
    light_words,
    lights,
    note,
    number,
    silent,
    span_words,
)
from clerk_tui.services.hall_watch import Choice
from clerk_tui.widgets.cells import pad, safe, width
from clerk_tui.widgets.charts import parts
from clerk_tui.widgets.painted import BLANK, Line, Span
from hall.wire_board import MOST_CASES, BoardCase, BoardFigures

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen


WIDE = 100


class CasesPage(Page):
    """Departments: their open cases by light and holder, and how long window and department take."""

    name = N_("办件")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        board = seen.board
        if board is None:
            return silent()
        name = max(8, columns - 67)
        counts = lights(board)
        bar = parts([(counts[light], LIGHT_INKS[light]) for light in reversed(LIGHT_ORDER)], columns - 2)
        head: list[Line] = [
            (((" ", "plain"), *light_words(counts)), ""),
            (((" ", "plain"), *bar), ""),
            BLANK,
            heading(
                (_("部门"), name),
                (_("在办"), -4),
                (_("深红"), -4),
                (_("红"), -4),
                (_("黄"), -4),
                (_("在窗口"), -6),
                (_("在部门"), -6),
                (_("等补正"), -6),
                (_("程序"), -4),
                (_("窗口用时"), -9),
                (_("部门用时"), -9),
            ),
        ]
        names = sorted({each.department for each in board.open} | {each.department for each in board.period})
        entries = [Entry((_department(board, "", _("全厅"), name),), partial(CaseListPage, Choice()))]
        for each in names:
            choice = Choice(department=each)
            entries.append(Entry((_department(board, each, safe(each), name),), partial(CaseListPage, choice)))
        about = _("用时是近 30 天办结件的平均，到作出决定为止，按钟表时间；特别程序和等申请人补正不算在内。")
        foot = note(about, columns)
        return Sheet(head=head, rows=entries, foot=foot)


def _department(board: BoardFigures, department: str, label: str, name: int) -> tuple[Span, ...]:
    shine, hold = lights(board, department), holders(board, department)
    of = [each for each in board.period if department in ("", each.department)]
    decided = sum(each.decided for each in of)
    window = sum(each.window_min for each in of) / decided if decided else -1
    unit = sum(each.unit_min for each in of) / decided if decided else -1
    return (
        cell(label, name, "strong" if not department else "plain"),
        cell(str(sum(shine.values())), -4, "strong"),
        number(shine["dark_red"], -4, "bad"),
        number(shine["red"], -4, "bad"),
        number(shine["yellow"], -4, "warn"),
        number(hold["window"], -6, "info"),
        number(hold["unit"], -6, "key"),
        number(hold["applicant"], -6),
        number(hold["procedure"], -4),
        cell(span_words(window) if decided else "-", -9),
        cell(span_words(unit) if decided else "-", -9),
    )


class CaseListPage(Page):
    """The most overdue open cases of a department, or of the hall."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    @property
    def title(self) -> str:
        """Whose cases they are."""
        return safe(self._choice.department) or _("全厅")

    @property
    def wants(self) -> Choice | None:
        return self._choice

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        if seen.cases is None or seen.chosen != self._choice:
            return Sheet(empty=_("正在取…"))
        wide = columns >= WIDE
        holder = _holder_width()
        matter = max(10, columns - holder - (63 if wide else 43))
        sides = [(_("窗口用时"), -9), (_("部门用时"), -9)] if wide else []
        head = [
            heading(
                ("", 4),
                (_("编号"), 18),
                (_("事项"), matter),
                (_("在谁手里"), holder),
                (_("多久"), -9),
                (_("到期"), 5),
                *sides,
            )
        ]
        entries = [
            Entry((self._row(each, hall, matter, holder, wide),), partial(CasePage, self._choice, each.reference))
            for each in seen.cases.cases
        ]
        foot = note(_("只列最急的 {n} 件。").format(n=MOST_CASES), columns) if len(entries) == MOST_CASES else ()
        return Sheet(head=head, rows=entries, foot=foot, empty=_("没有在办的件。"))

    def _row(self, each: BoardCase, hall: Hall, matter: int, holder: int, wide: bool) -> tuple[Span, ...]:
        ink = LIGHT_INKS.get(each.light, "off")
        sides = (cell(span_words(each.window_min), -9, "faint"), cell(span_words(each.unit_min), -9, "faint"))
        return (
            lamp(each.light),
            (" ", "plain"),
            cell(safe(each.reference), 18, "strong"),
            cell(safe(each.matter), matter),
            cell(_(HOLDER_WORDS.get(each.holder, each.holder)), holder, HOLDER_INKS.get(each.holder, "plain")),
            cell(hall.ago(each.since_ms), -9),
            cell(each.due[5:], 5, ink if each.light in ("red", "dark_red", "yellow") else "plain"),
            *(sides if wide else ()),
        )


def _holder_width() -> int:
    """Cells of the longest word for who has a case, in this language."""
    return max(8, *(width(_(word)) for word in HOLDER_WORDS.values()))


class CasePage(Page):
    """One case: where it is, its dates, and who has had it how long."""

    def __init__(self, choice: Choice, reference: str) -> None:
        self._choice, self._reference = choice, reference

    @property
    def title(self) -> str:
        """Its number."""
        return safe(self._reference)

    @property
    def wants(self) -> Choice | None:
        return self._choice

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        case = next(
            (each for each in (seen.cases.cases if seen.cases else ()) if each.reference == self._reference), None
        )
        if case is None:
            return Sheet(empty=_("这个办件现在不在办了。"))
        sides: list[tuple[str, int]] = [
            ("window", case.window_min),
            ("unit", case.unit_min),
            ("applicant", case.applicant_min),
            ("procedure", case.procedure_min),
        ]
        bar = parts([(float(minutes), HOLDER_INKS[side]) for side, minutes in sides], columns - 4)
        head: list[Line] = [
            (((" " + safe(case.matter), "title"),), ""),
            (
                (
                    (" " + safe(case.department), "plain"),
                    ("   ", "plain"),
                    (_(case.state_name), "strong"),
                    ("   ", "plain"),
                    lamp(case.light),
                ),
                "",
            ),
            BLANK,
            _fact(_("在谁手里"), _(HOLDER_WORDS.get(case.holder, case.holder)) + "  " + hall.ago(case.since_ms)),
            _fact(_("承诺日"), case.due or "-"),
            _fact(_("法定日"), case.statutory or "-"),
            _fact(_("一次告知"), _("{n} 次").format(n=case.notices)),
            BLANK,
            (((_(" 各方用时"), "faint"),), ""),
            ((("  ", "plain"), *bar), ""),
            BLANK,
        ]
        for side, minutes in sides:
            spans = (
                ("  ██ ", HOLDER_INKS[side]),
                (pad(_(HOLDER_WORDS[side]), 12), "plain"),
                (span_words(minutes), "strong"),
            )
            head.append((spans, ""))
        return Sheet(head=head)


def _fact(label: str, text: str) -> Line:
    return (((" " + pad(label, 12), "faint"), (text, "plain")), "")

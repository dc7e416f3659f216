"""The board's pages about cases: where they are stuck under which light, one department's, one case; the promise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import (
    HAPPENED_INKS,
    HAPPENED_WORDS,
    HOLDER_INKS,
    HOLDER_WORDS,
    LIGHT_INKS,
    LIGHT_ORDER,
    Columns,
    Entry,
    Hall,
    Page,
    Sheet,
    cell,
    fitted,
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
from clerk_tui.widgets.cells import clip, pad, safe, width
from clerk_tui.widgets.charts import parts
from clerk_tui.widgets.painted import BLANK, Line, Span
from hall.ids import beginning_of
from hall.wire_board import MOST_CASES, BoardCase, BoardFigures, BoardReply

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
        counts = lights(board)
        bar = parts([(counts[light], LIGHT_INKS[light]) for light in reversed(LIGHT_ORDER)], columns - 2)
        name, wide, behind = fitted(_columns(board, columns), columns, 8)
        head: list[Line] = [
            (((" ", "plain"), *light_words(counts)), ""),
            (((" ", "plain"), *bar), ""),
            BLANK,
            heading((_("部门"), name), *behind),
        ]
        names = sorted({each.department for each in board.open} | {each.department for each in board.period})
        entries = [Entry((_department(board, "", _("全厅"), name, wide),), partial(CaseListPage, Choice()))]
        for each in names:
            choice = Choice(department=each)
            entries.append(Entry((_department(board, each, safe(each), name, wide),), partial(CaseListPage, choice)))
        about = _("用时是近 30 天办结件的平均，到作出决定为止，按钟表时间；特别程序和等申请人补正不算在内。")
        foot = note(about, columns)
        return Sheet(head=head, rows=entries, foot=foot)


def _columns(board: BoardFigures, columns: int) -> Columns:
    """The columns behind the departments' names: each holds the number of the whole hall. Where there is little room,
    the cases in a special procedure are told on the first page alone."""
    shine, hold = lights(board), holders(board)

    def room(least: int, n: int) -> int:
        return -max(least, len(str(n)))

    procedure = ((_("程序"), room(4, hold["procedure"])),) if columns >= WIDE else ()
    return (
        (_("在办"), room(4, sum(shine.values()))),
        (_("深红"), room(3, shine["dark_red"])),
        (_("红"), room(3, shine["red"])),
        (_("黄"), room(3, shine["yellow"])),
        (_("在窗口"), room(4, hold["window"])),
        (_("在部门"), room(4, hold["unit"])),
        (_("等补正"), room(4, hold["applicant"])),
        *procedure,
        (_("窗口用时"), -9),
        (_("部门用时"), -9),
    )


def _department(board: BoardFigures, department: str, label: str, name: int, wide: list[int]) -> tuple[Span, ...]:
    shine, hold = lights(board, department), holders(board, department)
    of = [each for each in board.period if department in ("", each.department)]
    decided = sum(each.decided for each in of)
    window = sum(each.window_min for each in of) / decided if decided else -1
    unit = sum(each.unit_min for each in of) / decided if decided else -1
    numbers = [
        (shine["dark_red"], "bad"),
        (shine["red"], "bad"),
        (shine["yellow"], "warn"),
        (hold["window"], "info"),
        (hold["unit"], "key"),
        (hold["applicant"], "plain"),
        (hold["procedure"], "plain"),
    ][: len(wide) - 3]
    return (
        cell(label, name, "strong" if not department else "plain"),
        cell(str(sum(shine.values())), wide[0], "strong"),
        *(number(n, size, ink) for (n, ink), size in zip(numbers, wide[1:], strict=False)),
        cell(span_words(window) if decided else "-", wide[-2]),
        cell(span_words(unit) if decided else "-", wide[-1]),
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
        shared = shared_numbers(seen.cases)
        entries = []
        for each in seen.cases.cases:
            lines = [self._row(each, hall, matter, holder, wide)]
            if each.reference in shared:
                lines.append(same_number(each, columns))
            entries.append(Entry(tuple(lines), partial(CasePage, self._choice, each.reference, each.case_id)))
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


def shared_numbers(reply: BoardReply) -> set[str]:
    """The numbers that more than one case bears."""
    found = Counter(each.reference for each in (*reply.cases, *reply.same_number))
    return {reference for reference, times in found.items() if times > 1}


def same_number(case: BoardCase, columns: int) -> tuple[Span, ...]:
    """Below a case whose number another one bears: by what the two are told apart."""
    text = _("办件号 {case_id}，另有办件用同一个编号").format(case_id=beginning_of(safe(case.case_id)))
    return (("      ", "plain"), (clip(text, columns - 7), "warn"))


@dataclass(frozen=True)
class CasePage(Page):
    """One case: where it is, its dates, and who has had it how long; below it the others that bear its number."""

    choice: Choice
    reference: str
    case_id: str

    @property
    def title(self) -> str:
        """Its number."""
        return safe(self.reference)

    @property
    def wants(self) -> Choice | None:
        return self.choice

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        reply = seen.cases or BoardReply(cases=[])
        bearers = [each for each in (*reply.cases, *reply.same_number) if each.reference == self.reference]
        case = next((each for each in bearers if each.case_id == self.case_id), None)
        if case is None:
            return Sheet(empty=_("这个办件不在这一列里了。"))
        head = _case_lines(case, hall, columns)
        others = [each for each in bearers if each is not case]
        if others:
            head[2:2] = [(same_number(case, columns), "")]
            head += [BLANK, (((" " + _("同号的其他办件"), "faint"),), "")]
            if len(head) + len(others) > rows:
                head = [line for line in head if line != BLANK]
        return Sheet(head=head, rows=[self._other(each, columns) for each in others])

    def _other(self, case: BoardCase, columns: int) -> Entry:
        """A row that leads to another case with this number."""
        name = pad(beginning_of(safe(case.case_id)), 15)
        room = columns - 7 - width(name) - 12
        state = cell(_(case.state_name), 11, "faint")
        line = (
            ("  ", "plain"),
            lamp(case.light),
            (" ", "plain"),
            (name, "strong"),
            cell(safe(case.matter), room),
            state,
        )
        return Entry((line,), partial(CasePage, self.choice, case.reference, case.case_id))


def _case_lines(case: BoardCase, hall: Hall, columns: int) -> list[Line]:
    """What is known of a case: where it is, its dates, and the time that each side has had it."""
    sides: list[tuple[str, int]] = [
        ("window", case.window_min),
        ("unit", case.unit_min),
        ("applicant", case.applicant_min),
        ("procedure", case.procedure_min),
    ]
    bar = parts([(float(minutes), HOLDER_INKS[side]) for side, minutes in sides], columns - 4)
    department = (" " + safe(case.department), "plain")
    state = (_(case.state_name), "strong")
    return [
        (((" " + safe(case.matter), "title"),), ""),
        ((department, ("   ", "plain"), state, ("   ", "plain"), lamp(case.light)), ""),
        BLANK,
        _fact(_("在谁手里"), _(HOLDER_WORDS.get(case.holder, case.holder)) + "  " + hall.ago(case.since_ms)),
        _fact(_("承诺日"), case.due or "-"),
        _fact(_("法定日"), case.statutory or "-"),
        _fact(_("一次告知"), _("{n} 次").format(n=case.notices)),
        *_counted(case),
        BLANK,
        (((_(" 各方用时"), "faint"),), ""),
        ((("  ", "plain"), *bar), ""),
        BLANK,
        *(_side(side, minutes) for side, minutes in sides),
    ]


def _counted(case: BoardCase) -> tuple[Line, ...]:
    """Of a case that is listed for what it had: what that was, and on which day."""
    if not case.happened:
        return ()
    label = _(HAPPENED_WORDS.get(case.happened, case.happened))
    return ((((" " + pad(label, 12), HAPPENED_INKS.get(case.happened, "plain")), (case.happened_on, "plain")), ""),)


def _side(side: str, minutes: int) -> Line:
    word = (pad(_(HOLDER_WORDS[side]), 12), "plain")
    return (("  ██ ", HOLDER_INKS[side]), word, (span_words(minutes), "strong")), ""


def _fact(label: str, text: str) -> Line:
    return (((" " + pad(label, 12), "faint"), (text, "plain")), "")

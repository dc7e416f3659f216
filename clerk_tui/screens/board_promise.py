"""The board's pages about what was promised and what was told: today, and the departments over thirty days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_cases import WIDE, CasePage, same_number, shared_numbers
from clerk_tui.screens.board_sheets import (
    HAPPENED_INKS,
    HAPPENED_WORDS,
    Entry,
    Hall,
    Page,
    Sheet,
    cell,
    fitted,
    heading,
    note,
    number,
    sentence,
    share,
    silent,
)
from clerk_tui.screens.board_trends import month
from clerk_tui.services.hall_watch import Choice
from clerk_tui.widgets.cells import safe, width
from clerk_tui.widgets.charts import parts
from clerk_tui.widgets.painted import BLANK, Line, Span
from hall.wire_board import MOST_CASES, AboutWord, BoardFigures, Done

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen

Draw = Callable[[str, Sequence[Done], int, str], tuple[Span, ...]]


def _departments(board: BoardFigures, name: int, draw: Draw, about: AboutWord) -> list[Entry]:
    """The hall as a whole, then each department; behind each the cases that its figures count."""
    rows = [Entry((draw(_("全厅"), board.period, name, "strong"),), partial(CountedPage, Choice(about=about)))]
    for each in board.period:
        choice = Choice(department=each.department, about=about)
        rows.append(Entry((draw(safe(each.department), [each], name, "plain"),), partial(CountedPage, choice)))
    return rows


class CountedPage(Page):
    """The cases that a department's figures of the last days count, or the hall's: the gravest first, and of these the
    last."""

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
        late = self._choice.about == "promise"
        word = max(8, *(width(_(each)) for each in HAPPENED_WORDS.values()))
        state = 16 if columns >= WIDE else 10
        behind = ((_("办结日"), 6), (_("承诺日"), 6)) if late else ((_("哪天"), 6), (_("次数"), -4))
        matter = max(10, columns - word - state - 18 - sum(abs(size) + 1 for _word, size in behind) - 6)
        first = (_("超期") if late else _("告知"), word)
        head = [heading(first, (_("编号"), 18), (_("事项"), matter), *behind, (_("现在"), state))]
        # An older centre knows no such list and answers with the open cases.
        listed = [each for each in seen.cases.cases if each.happened]
        shared = shared_numbers(seen.cases)
        entries = []
        for each in listed:
            ink = HAPPENED_INKS.get(each.happened, "plain")
            line = (
                cell(_(HAPPENED_WORDS.get(each.happened, each.happened)), word, ink),
                cell(safe(each.reference), 18, "strong"),
                cell(safe(each.matter), matter),
                cell(each.happened_on[5:], 6, ink),
                cell(each.due[5:], 6) if late else number(each.notices, -4),
                cell(_(each.state_name), state, "faint"),
            )
            lines = [line, same_number(each, columns)] if each.reference in shared else [line]
            entries.append(Entry(tuple(lines), partial(CasePage, self._choice, each.reference, each.case_id)))
        nothing = _("近 30 天没有超期办结的件。") if late else _("近 30 天没有告知和不予受理。")
        foot = note(_("只列最近的 {n} 件。").format(n=MOST_CASES), columns) if len(entries) == MOST_CASES else ()
        if late:
            foot = (*foot, *note(_("还没办结的超期件，在「办件」页里按灯色看。"), columns))
        return Sheet(head=head, rows=entries, foot=foot, empty=nothing)


class PromisePage(Page):
    """Today against the promise, and the departments over thirty days."""

    name = N_("承诺兑现")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        board = seen.board
        if board is None:
            return silent()
        today = board.today
        named = (
            (_("收件数"), -6),
            (_("办结"), -6),
            (_("按时"), -6),
            (_("提前"), -6),
            (_("超承诺"), -7),
            (_("超法定"), -7),
        )
        name, wide, behind = fitted(named, columns, 16)
        bar = parts(
            [(today.early, "good"), (today.on_day, "info"), (today.late, "warn"), (today.past_law, "bad")], columns - 2
        )
        head: list[Line] = [
            sentence(
                columns,
                (_("今天办结 {n} 件").format(n=today.decided), "strong"),
                (_("提前 {n}").format(n=today.early), "good"),
                (_("当日 {n}").format(n=today.on_day), "info"),
                (_("超承诺 {n}").format(n=today.late), "warn" if today.late else "faint"),
                (_("超法定 {n}").format(n=today.past_law), "bad" if today.past_law else "faint"),
            ),
            (((" ", "plain"), *bar), ""),
            sentence(
                columns,
                (_("还在办的：今天到期 {n} 件").format(n=board.due_today), "warn" if board.due_today else "plain"),
                (_("明天到期 {n} 件").format(n=board.due_tomorrow), "plain"),
                (_("今天送达 {n} 件").format(n=today.delivered), "faint"),
            ),
            BLANK,
            heading((_("部门（近 30 天）"), name), *behind),
        ]
        rows_of = _departments(board, name, partial(_kept, wide), "promise")
        taken = len(head) + len(rows_of)
        foot = month(board, "decided", _("近 30 天办结（件/天）"), "good", columns, rows - taken)
        return Sheet(head=head, rows=rows_of, foot=foot)


def _kept(wide: list[int], label: str, of: Sequence[Done], name: int, ink: str) -> tuple[Span, ...]:
    decided = sum(each.decided for each in of)
    early, on_day = sum(each.early for each in of), sum(each.on_day for each in of)
    late, past_law = sum(each.late for each in of), sum(each.past_law for each in of)
    return (
        cell(label, name, ink),
        cell(str(sum(each.received for each in of)), wide[0]),
        cell(str(decided), wide[1], "strong"),
        cell(share(early + on_day, decided), wide[2], "warn" if late + past_law else "good"),
        cell(share(early, decided), wide[3]),
        number(late, wide[4], "warn"),
        number(past_law, wide[5], "bad"),
    )


class NoticesPage(Page):
    """Notices given, and those given again, by department."""

    name = N_("告知")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        board = seen.board
        if board is None:
            return silent()
        today = board.today
        named = (
            (_("收件数"), -6),
            (_("告知"), -6),
            (_("补正率"), -7),
            (_("再告知"), -6),
            (_("再次率"), -7),
            (_("不予受理"), -9),
        )
        name, wide, behind = fitted(named, columns, 16)
        head: list[Line] = [
            sentence(
                columns,
                (_("今天收件 {n} 件").format(n=today.received), "strong"),
                (_("一次告知 {n}").format(n=today.noticed), "plain"),
                (_("再次告知 {n}").format(n=today.noticed_again), "bad" if today.noticed_again else "faint"),
                (_("容缺 {n}").format(n=today.tolerated), "plain"),
                (_("不予受理 {n}").format(n=today.refused), "plain"),
                (_("撤回 {n}").format(n=today.withdrawn), "faint"),
            ),
            BLANK,
            heading((_("部门（近 30 天）"), name), *behind),
        ]
        foot = note(_("再次告知：第一次就看得到的问题没有一次说完，要负责人在场（行政许可法第七十二条）。"), columns)
        rows_of = _departments(board, name, partial(_told, wide), "notices")
        taken = len(head) + len(rows_of) + len(foot)
        foot += month(board, "noticed", _("近 30 天告知（件/天）"), "key", columns, rows - taken)
        return Sheet(head=head, rows=rows_of, foot=foot)


def _told(wide: list[int], label: str, of: Sequence[Done], name: int, ink: str) -> tuple[Span, ...]:
    took_in = sum(each.received for each in of)
    first, again = sum(each.noticed for each in of), sum(each.noticed_again for each in of)
    return (
        cell(label, name, ink),
        cell(str(took_in), wide[0]),
        cell(str(first), wide[1], "strong"),
        cell(share(first, took_in), wide[2]),
        number(again, wide[3], "bad"),
        cell(share(again, first), wide[4]),
        number(sum(each.refused for each in of), wide[5]),
    )

"""A case as lines: state and clock, person (masked), what is missing, papers, timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from clerk_tui.i18n import _
from clerk_tui.screens.differing import values_of
from clerk_tui.screens.printing import Tries, keys_for, paper_cells, print_word
from clerk_tui.screens.refusing import where_to
from clerk_tui.screens.words import flag_word, light_chip, paper_name, state_chip, state_name
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.phrases import listed, said_of, workdays
from hall.differing import differing
from hall.ids import beginning_of
from hall.masking import mask_address, mask_identity, mask_name, mask_party, mask_phone
from hall.moments import local_time
from hall.telling import GIVEN_BACK_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.cases import CaseDetail, PaperRow
    from hall.case import Case
    from hall.deadlines import CaseClock

LABEL, NUMBER = 10, 22


def case_lines(
    detail: CaseDetail,
    zone: dt.tzinfo,
    columns: int,
    *,
    brief: bool = False,
    shown: Mapping[str, str] | None = None,
    chosen_paper: int = -1,
    tries: Tries | None = None,
) -> list[Line]:
    """The case. ``shown`` are personal values that were asked for in full; ``brief`` leaves the papers out;
    ``tries`` say what came of printing again."""
    case = detail.case
    word, ink = state_chip(case.state)
    light, light_ink = light_chip(detail.clock.light)
    lines: list[Line] = [
        (((case.reference, "title"),), ""),
        *_twin(detail, columns),
        BLANK,
        (((f" {word} ", ink), ("  ", "plain"), (f" {light} ", light_ink)), ""),
        BLANK,
        *_pair(_("事项"), case.matter.name, columns),
        *_pair(_("情形"), listed(s.name for s in case.situations), columns),
        *_pair(_("部门"), case.matter.department.short or case.matter.department.name, columns),
        *(_pair(_("收件窗口"), safe(f"{case.window} {case.clerk}".strip()), columns) if detail.elsewhere else ()),
    ]
    lines += _person(case, columns, shown or {})
    lines += [] if brief else _differing(case, columns, shown or {})
    lines += _clock(case, detail.clock, detail.expected_due, columns)
    lines += _doubts(detail, columns)
    if case.refusal is not None:
        lines += _pair(_("理由"), case.refusal.reason, columns, "bad")
        lines += _pair(_("去哪里办"), where_to(case.refusal), columns)
    if case.gaps:
        lines += [BLANK, (((_("还缺 {count} 项").format(count=len(case.gaps)), "title"),), "")]
        until = {promise.code: promise.until for promise in case.promises}
        for number, gap in enumerate(case.gaps, 1):
            problem = _("承诺 {day} 前补齐").format(day=until[gap.code]) if gap.code in until else _(gap.problem)
            text = safe(said_of(gap.name, problem))
            lines.append((((f"{number:>2}  ", "faint"), (clip(text, columns - 4), "plain")), ""))
    if case.to_return:
        lines += [
            BLANK,
            *_pair(
                _("应退还"),
                _("{names}（更正后不再需要）").format(names=listed(row.name for row in case.to_return)),
                columns,
                "warn",
            ),
            (((" " * LABEL, "plain"), (" t ", "chip-key"), (" " + _("退还了就登记"), "plain")), ""),
        ]
    lines += _given_back(case, columns, shown or {})
    if detail.papers and not brief:
        lines += [BLANK, (((_("凭证"), "title"),), "")]
        cells = paper_cells((paper.number for paper in detail.papers), columns, NUMBER)
        lines += [_paper(paper, n == chosen_paper, columns, cells) for n, paper in enumerate(detail.papers)]
        lines += (tries or Tries()).lines(min(columns, 96), [paper.error for paper in detail.papers])
        for key, word in keys_for(detail.papers[chosen_paper] if 0 <= chosen_paper < len(detail.papers) else None):
            lines.append(((("  ", "plain"), (f" {key} ", "chip-key"), (f" {word}", "plain")), ""))
    lines += [BLANK, (((_("经过"), "title"),), "")]
    lines += _timeline(case, zone, columns)
    return lines


def _twin(detail: CaseDetail, columns: int) -> list[Line]:
    """That another case has the reference, and what names this one."""
    if not detail.twin:
        return []
    text = _("别的办件也用这个收件编号；这一件的办件号是 {case_id}").format(case_id=beginning_of(detail.case.case_id))
    return [(((part, "warn"),), "") for part in wrap(text, columns)]


def _person(case: Case, columns: int, shown: Mapping[str, str]) -> list[Line]:
    lines: list[Line] = []
    for who, person, label in (
        ("applicant", case.applicant, _("申请人")),
        ("agent", case.agent, _("代理人")),
    ):
        if person is None:
            continue

        def full(key: str, masked: str, who: str = who) -> str:
            return shown.get(f"{who}.{key}", masked)

        lines += _pair(label, full("name", mask_party(getattr(person, "kind", ""), person.name)), columns)
        lines += _pair(_("证件号码"), full("id_number", mask_identity(person.id_number)), columns)
        lines += _pair(_("电话"), full("phone", mask_phone(person.phone)), columns)
        if address := getattr(person, "address", ""):
            lines += _pair(_("地址"), full("address", mask_address(address)), columns)
    for key, value in shown.items():
        if key.startswith("fields."):
            lines += _pair(case.matter.field_labels.get(key[7:], key[7:]), value, columns)
    return lines


def _differing(case: Case, columns: int, shown: Mapping[str, str]) -> list[Line]:
    """What two windows wrote otherwise and nobody has settled: both values, masked unless they were asked for."""
    found = differing(case)
    if not found:
        return []
    lines: list[Line] = [BLANK, (((_("两个窗口登记的不一样"), "title"),), "")]
    for each in found:
        first, second = values_of(each, shown)
        lines += [(((part, "strong"),), "") for part in wrap(safe(each.name), columns)]
        lines += _pair(_("先到的"), _("{value}（现在算数）").format(value=first), columns)
        lines += _pair(_("后到的"), _("{value}（没有生效）").format(value=second), columns, "warn")
        if first == second:
            lines += _pair("", _("不同的地方遮住了：按 F10 写明理由看全部"), columns, "faint")
    return [*lines, *_pair("", _("按 F12 写明哪边算数"), columns, "info")]


def _given_back(case: Case, columns: int, shown: Mapping[str, str]) -> list[Line]:
    """What of it was given back, when and to whom."""
    lines: list[Line] = [BLANK] if case.given_back else []
    for number, each in enumerate(case.given_back):
        who = shown.get(f"given_back.{number}", mask_name(each.receiver))
        told = (str(each.told.day), _(GIVEN_BACK_NAMES[each.told.how]), safe(who), safe(each.told.waybill))
        names = listed(row.name for row in each.rows)
        lines += _pair(_("已退还"), "  ".join((names, *filter(None, told))), columns)
    return lines


def _clock(case: Case, clock: CaseClock, expected: dt.date | None, columns: int) -> list[Line]:
    lines = [BLANK, *_pair(_("收件日"), str(case.received), columns)]
    lines += _pair(_("受理日"), str(case.accepted or ""), columns)
    if case.deemed:
        lines += _pair("", _("逾期未告知，自收件之日起视为受理"), columns, "warn")
    lines += _pair(_("承诺办结"), str(clock.promised or ""), columns)
    lines += _pair(_("法定期限"), str(clock.statutory or ""), columns)
    lines += _pair(_("告知截止"), str(clock.notice_due or ""), columns)
    lines += _pair(_("补正期限"), str(clock.respond_by or ""), columns)
    if clock.provisional:
        lines += _pair("", _("暂按周末推算，节假日安排公布后重算"), columns, "warn")
    if clock.provisional and clock.notice_due and (clock.left or 0) < 0:
        from hall.deadlines import UNSURE

        lines += _pair("", _(UNSURE), columns, "bad")
    if clock.paused:
        lines += _pair(_("预计办结"), str(expected or ""), columns)
        lines += _pair("", _("特别程序中，停止计时"), columns, "info")
    elif clock.left is not None:
        if clock.left >= 0:
            lines += _pair(_("还有"), workdays(clock.left), columns, "good")
        else:
            lines += _pair(_("已超"), workdays(-clock.left), columns, "bad")
    return lines


def _doubts(detail: CaseDetail, columns: int) -> list[Line]:
    """Why a person is to look at it; of days that a wrong clock wrote, what is written and what the centre reckons."""
    lines: list[Line] = []
    for word in detail.flags:
        if (said := flag_word(word)) is not None:
            lines += _pair("" if lines else _("要看"), said, columns, "warn")
    for doubt in detail.doubts:
        said = _("{what}日写的是 {written}，中心推算最早是 {earliest}")
        what = state_name(doubt.what)
        text = said.format(what=what, written=doubt.written.isoformat(), earliest=doubt.earliest.isoformat())
        lines += _pair("", text, columns, "warn")
    earlier, told = detail.earliest, detail.clock
    if earlier is not None:
        for label, day, other in (
            (_("承诺办结"), told.promised, earlier.promised),
            (_("法定期限"), told.statutory, earlier.statutory),
            (_("告知截止"), told.notice_due, earlier.notice_due),
        ):
            if day is not None and other is not None and day != other:
                text = _("{label}最早可能是 {day}，按有利于申请人的算")
                lines += _pair("", text.format(label=label, day=other.isoformat()), columns, "warn")
    return [BLANK, *lines] if lines else []


def _paper(paper: PaperRow, chosen: bool, columns: int, cells: tuple[int, int]) -> Line:
    name, number = cells
    word, ink = print_word(paper.state)
    again = _(" 补打 {nth}").format(nth=paper.reprints) if paper.reprints else ""
    return (
        (
            ("  " + pad(paper_name(paper.kind), name), "plain"),
            (pad(paper.number, number), "faint"),
            (pad(paper.day, 12), "faint"),
            (clip(word + again, max(8, columns - 14 - name - number)), ink),
        ),
        "cursor" if chosen else "",
    )


def _timeline(case: Case, zone: dt.tzinfo, columns: int) -> list[Line]:
    lines: list[Line] = []
    for event in reversed(case.course):
        when = local_time(event.at_ms, zone).strftime("%m-%d %H:%M")
        ink = "bad" if event.alert else "plain"
        text = safe(_(event.text)) + (_("（{text}）").format(text=safe(_(event.misfit))) if event.misfit else "")
        for n, part in enumerate(wrap(text, max(10, columns - 13), 3)):
            lines.append((((when if n == 0 else "", "faint"), (" " * (2 if n == 0 else 13), "plain"), (part, ink)), ""))
    return lines


def _pair(label: str, value: str, columns: int, ink: str = "plain") -> list[Line]:
    if not value:
        return []
    # A label that does not fit before its value stands above it, whole.
    above = width(safe(label)) >= LABEL
    lines: list[Line] = [(((part, "faint"),), "") for part in wrap(safe(label), columns)] if above else []
    for n, part in enumerate(wrap(safe(value), max(10, columns - LABEL), 3)):
        first: Span = (pad(safe(label) if n == 0 and not above else "", LABEL), "faint")
        lines.append(((first, (part, ink)), ""))
    return lines

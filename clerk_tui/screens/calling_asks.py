"""What is asked about a number: why somebody is passed over, set aside, sent on, called before others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Answer, Paragraph, Spec, problem, worded
from clerk_tui.screens.words import VISITS
from hall.tickets import LANE_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.calling import Visit
    from hall.errors import HallError
    from hall.queue_wire import TicketView

NOT_COME: Final = N_("叫号未到")
"""Why somebody was passed over, as it is recorded where nothing else is said."""
HOLD: Final = (N_("去复印、拍照"), N_("去填表、补签字"), N_("等家人或同来的人"))
SEND_ON: Final = (N_("取错号，改办别的业务"), N_("要专人办理"))
OUT_OF_ORDER: Final = (N_("刚过号，人回来了"), N_("老弱病残孕，优先办"), N_("有急事，其他人同意"))


def not_come(visit: Visit) -> Spec:
    """Whoever was called is not there."""
    return Spec(
        _("{number}还没有来").format(number=visit.number),
        ((_("已叫{calls}次").format(calls=visit.ticket.calls), "plain"),),
        options=(_("再叫一次"), _("过号，叫下一位"), _("过号，原因另写")),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        yes=N_("选定"),
    )


def how_it_ended(visit: Visit) -> Spec:
    """The visit ends and no matter was done for it."""
    return Spec(
        _("{number}怎样结束的？").format(number=visit.number),
        ((_("这次还没有办过事项；办过的会自动记下。"), "faint"),),
        options=(*(_(word) for word in VISITS.values()), _("其他")),
        field=_("写明"),
        check=worded(_("必须写明原因")),
        yes=N_("办结"),
        no=N_("接着办"),
    )


def ending(answer: Answer) -> str:
    """What became of a visit, as it is recorded: a code, or what was typed."""
    return answer.text or list(VISITS)[answer.choice]


def pass_over(visit: Visit) -> Spec:
    """过号, with the reason."""
    return _reason(_("{number}过号").format(number=visit.number), (_(NOT_COME),), yes=N_("过号"))


def hold(visit: Visit) -> Spec:
    """Set aside, with the reason."""
    told = (_("号留在本窗口，回来按 Ctrl+O 选这张号接着办。"), "faint")
    return _reason(_("暂放{number}").format(number=visit.number), [_(each) for each in HOLD], told, yes=N_("暂放"))


def out_of_order(ticket: TicketView) -> Spec:
    """Called before others, with the reason."""
    told = (_("不按顺序叫号，理由记在号上，大厅可查。"), "faint")
    title = _("先叫{number}").format(number=ticket.number)
    return _reason(title, [_(each) for each in OUT_OF_ORDER], told, yes=N_("叫这一位"), tone="warn")


def send_on(visit: Visit, names: Sequence[str]) -> Spec:
    """To which business; the last choice is a window."""
    told = (_("号码和第一次叫号的时间不变，不重新排队。"), "faint")
    return Spec(
        _("{number}转到哪里？").format(number=visit.number),
        (told,),
        options=(*names, _("同一业务的指定窗口")),
        field=_("窗口号"),
        check=lambda text: "" if text and len(text) <= 12 else _("写窗口号，例如 5"),
        yes=N_("选定"),
    )


def why_sent_on(number: str, where: str) -> Spec:
    """Why it is sent on."""
    title = _("{number}转到{where}").format(number=number, where=where)
    return _reason(title, [_(each) for each in SEND_ON], yes=N_("转走"))


def said(answer: Answer, known: Sequence[str]) -> str:
    """The reason of an answer: what was typed, or the choice in the words it is recorded with."""
    return answer.text or known[answer.choice]


def scanned(paper: TicketView | str, visit: Visit | None, names: Mapping[str, str]) -> Spec:
    """A ticket that was scanned, before anything is done about it."""
    number = paper if isinstance(paper, str) else paper.number
    lines: list[Paragraph] = []
    if not isinstance(paper, str):
        lane = _(LANE_NAMES.get(paper.lane, ""))
        lines.append((f"{names.get(paper.business, paper.business)}  {lane}".strip(), "strong"))
        if paper.priority:
            lines.append((_("优先：") + paper.priority, "plain"))
        if paper.reference:
            lines.append((_("办件 {reference}").format(reference=paper.reference), "plain"))
    if visit is not None and visit.number != number:
        lines += [("", "plain"), (_("本窗口还有{number}，先办结或暂放。").format(number=visit.number), "warn")]
        return Spec(_("扫到号票 {number}").format(number=number), tuple(lines), yes=N_("知道了"), no=N_("关闭"))
    told = _("人已到窗口：在这里办理，记为扫号票叫号。")
    lines += [("", "plain"), (told, "faint")]
    return Spec(_("扫到号票 {number}").format(number=number), tuple(lines), yes=N_("开始办理"), no=N_("不理会"))


def no_queue() -> Spec:
    """A ticket at a window that calls no numbers."""
    text = _("本窗口不叫号，号票不用扫：直接办理。")
    return Spec(_("扫到号票"), ((text, "plain"),), yes=N_("知道了"), no=N_("关闭"))


def bad_ticket(error: HallError) -> Spec:
    """A code that is no ticket of today."""
    return problem(error, _("没有叫号；人可以照常办理。"))


def _reason(title: str, options: Sequence[str], *paragraphs: Paragraph, yes: str, tone: str = "info") -> Spec:
    """Choices of a reason, the last of them to be typed."""
    return Spec(
        title,
        tuple(paragraphs),
        options=(*options, _("另写")),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        yes=yes,
        no=N_("返回"),
        tone=tone,
    )

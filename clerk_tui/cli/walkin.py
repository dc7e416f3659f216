"""``clerk intake``, ``supplement`` and ``inquiry``: the counter's three actions, as data, through the same services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, dated, json_option, note
from clerk_tui.cli.reading import read_object
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import gap_settled, gap_words, said_of
from hall.errors import BadInput, HallError
from hall.verdict import OUTCOME_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.draft import Draft
    from clerk_tui.services.print_queue import Delivered
    from clerk_tui.services.result import Result
    from clerk_tui.services.workspace import Workspace

ALL_PAPERS = 1000


@command(
    "intake",
    _(
        "收件：FILE 是一位来人的 JSON（事项、情形答案、申请人、桌上的材料）。由材料得出依法的结论，"
        "记入账本，打印凭证。愿望不合法或数据有错时退出码为 2，什么也不写入。"
    ),
)
@argument("file", about=_("JSON 文件；写 - 从标准输入读"))
@click.option("--checking", is_flag=True, help=_("只打印检查核对单，请申请人核对签字；不收件"))
@click.option(
    "--receive",
    "only",
    is_flag=True,
    help=_("只收件，材料留下待审：五个工作日内用 clerk supplement 告知，逾期即为受理"),
)
@json_option
def intake(session: Session, file: str | None, checking: bool, only: bool, as_json: bool) -> None:
    """``{"outcome", "lawful", "gaps", "reference", "received", …, "papers", "journal"}``."""
    from clerk_tui.services.intake import receive, submit
    from clerk_tui.services.intake_json import draft_from_json

    if file is None:
        raise missing("FILE", "clerk intake")
    if only and checking:
        hint = _("只写一个")
        raise BadInput("bad_argument", _("--receive 和 --checking 不能同时用"), field="--receive", hint=hint)
    data = read_object(file)
    if only and "outcome" in data:
        hint = _("去掉 outcome，或不写 --receive")
        raise BadInput("key_not_used", _("只收件时还没有结论"), field="outcome", hint=hint)
    with session.workspace(acting=True) as ws:
        wanted = draft_from_json(ws, data)
        if checking:
            _check(ws, wanted.draft, as_json)
        elif only:
            tell_result(ws, receive(ws, wanted.draft), as_json)
        else:
            tell_result(ws, submit(ws, wanted.draft, wanted.wish), as_json)


def _check(ws: Workspace, draft: Draft, as_json: bool) -> None:
    """``{"reference", "day", "papers", "journal"}``."""
    from clerk_tui.services.checking import checking_sheet
    from clerk_tui.services.intake_json import result_to_json

    result = deliver(ws, checking_sheet(ws, draft))
    made = result_to_json(result)
    told = {
        "reference": result.reference,
        "day": made["received"],
        "papers": made["papers"],
        "journal": made["journal"],
    }
    answer(as_json, told, lambda: [result.reference, *_paper_lines(told["papers"])])
    note_warnings(result)


@command(
    "supplement",
    _(
        "补正收件：收下 REF 补来的材料。FILE 是 JSON：materials（补来的），"
        "可选 answers（收件时没有回答的、答错了的）、fields（表格里还空着的）、correction_reason、outcome、handed_in、"
        "late_reason、second_notice_reason、refusal、good_credit。"
    ),
)
@argument("reference", metavar="REF", about=_("收件编号"))
@argument("file", about=_("JSON 文件；写 - 从标准输入读"))
@json_option
def supplement(session: Session, reference: str | None, file: str | None, as_json: bool) -> None:
    """The same shape as ``intake``."""
    from clerk_tui.services.intake_json import supplement_from_json
    from clerk_tui.services.supplement import submit

    if reference is None or file is None:
        raise missing("FILE" if reference else "REF", "clerk supplement")
    data = read_object(file)
    with session.workspace(acting=True) as ws:
        wanted = supplement_from_json(ws, reference, data)
        tell_result(ws, submit(ws, wanted.draft, wanted.wish, wanted.second_reason), as_json)


@command("inquiry", _("只咨询：按情形打印一次性告知的办事指南，不收件，不记录姓名。FILE 里只要 matter 和 answers。"))
@argument("file", about=_("JSON 文件；写 - 从标准输入读"))
@json_option
def inquiry(session: Session, file: str | None, as_json: bool) -> None:
    """``{"reference", "day", "materials", "papers", "journal"}``; what is open as ``open_questions``, ``perhaps``."""
    from clerk_tui.cli.checklist import as_data, row_data
    from clerk_tui.services import inquiry as service
    from clerk_tui.services.intake_json import draft_from_json, result_to_json
    from clerk_tui.services.previewing import preview

    if file is None:
        raise missing("FILE", "clerk inquiry")
    data = read_object(file)
    with session.workspace(acting=True) as ws:
        draft = draft_from_json(ws, data).draft
        checklist = preview(ws, draft).checklist
        needed = as_data(checklist)
        if still := service.open_in(ws, draft, checklist):
            needed["open_questions"] = list(checklist.open_questions)
            needed["perhaps"] = [{**row_data(each.row), "when": each.when} for each in still.perhaps]
            note(
                _("还有{n}个问题没有回答，所列的不是全部材料：{questions}").format(
                    n=len(still.questions), questions="；".join(still.questions)
                )
            )
        result = deliver(ws, service.answer(ws, draft))
        told = {
            "reference": result.reference,
            "day": result.received.isoformat(),
            **needed,
            **{key: value for key, value in result_to_json(result).items() if key in ("papers", "journal")},
        }
        answer(as_json, told, lambda: _inquiry_lines(told))


def deliver(ws: Workspace, result: Result) -> Result:
    """Print what is waiting; the result with the paths of its papers. A failure is noted and stays in the queue."""
    from msgspec.structs import replace

    from clerk_tui.services.papers import deliver_pending

    if not result.papers:
        return result
    ready_fonts()
    try:
        delivered = deliver_pending(ws, limit=ALL_PAPERS)
    except HallError as error:
        # The action itself is committed by now: its papers wait, and that must not look like a refusal.
        note(_(error.message), _(error.hint))
        delivered = []
    done = {each.paper_id: each for each in delivered if each.nth == 0}
    papers = []
    for paper in result.papers:
        now = done.get(paper.paper_id)
        if now is None:
            note(_("凭证 {number} 还在排队").format(number=paper.number))
        elif now.error:
            note_print(now)
        papers.append(replace(paper, path=now.path, pages=now.pages) if now else paper)
    return replace(result, papers=tuple(papers))


def note_print(done: Delivered) -> None:
    """Say of a print that is not known to have come out how it stands, and what to type then."""
    why = _(done.error)
    match done.state:
        case "unknown":
            text = _(
                "凭证 {number} 不知道打出没有：{why}。"
                "看过以后用 clerk papers --printed {number}:{nth} 或 --not-printed {number}:{nth} 说明"
            )
        case "queued":
            text = _("凭证 {number} 还在排队：{why}（见 clerk papers）")
        case _:
            text = _("凭证 {number} 没有打出：{why}（clerk papers 再打）")
    note(text.format(number=done.number, nth=done.nth, why=why))


def ready_fonts() -> None:
    """Make the fonts if set-up has not; without them papers wait in the queue, but nothing else does."""
    from clerk_tui.cli.setup import prepare_fonts

    try:
        prepare_fonts()
    except HallError as error:
        note(_(error.message), _(error.hint))


def tell_result(ws: Workspace, result: Result, as_json: bool) -> None:
    """Print the papers of a committed action and tell it."""
    from clerk_tui.services.intake_json import result_to_json

    told = result_to_json(deliver(ws, result))
    answer(as_json, told, lambda: _result_lines(result, told))
    note_warnings(result)
    note_provisional(result)


def note_warnings(result: Result) -> None:
    """What should be looked at again, each with the key of the file that it is about."""
    blank = {field: _("表格空着：{what}").format(what=_(text)) for field, text in result.blank.items()}
    by_field = [*result.field_warnings.items(), *blank.items()]
    note(*map(_, result.warnings), *(f"{field} {_(text)}" for field, text in by_field))


def due_lines(result: Result) -> Iterator[str]:
    """The limits of an accepted case."""
    due = result.due
    if due.promised:
        yield f"  {_('承诺办结')} {dated(due.promised, due.promised_provisional)}"
    if due.statutory:
        yield f"  {_('法定办结')} {dated(due.statutory, due.statutory_provisional)}"


def note_provisional(result: Result) -> None:
    """Say of a limit in a year whose days off are not known that it may move."""
    if result.due.provisional or result.respond_provisional:
        note(_("期限落在没有公布放假安排的年份，暂定"))


def _result_lines(result: Result, told: dict[str, Any]) -> Iterator[str]:
    outcome = _(result.word or OUTCOME_NAMES[result.outcome]) if result.outcome else _("只收件，待审")
    yield f"{result.reference}  {outcome}"
    for number, gap in enumerate(result.gaps, 1):
        settled = gap_settled(gap.code in result.corrected, result.promised.get(gap.code))
        yield f"  {number}. {said_of(gap.name, gap_words(gap))}{settled}"
    if result.accepted:
        yield f"  {_('受理日')} {result.accepted}"
    if result.respond_by:
        yield f"  {_('补正期限')} {dated(result.respond_by, result.respond_provisional)}"
    yield from due_lines(result)
    yield from _paper_lines(told["papers"])
    yield "  " + _("已记入账本第 {seq} 条").format(seq=result.seq)


def _inquiry_lines(told: dict[str, Any]) -> Iterator[str]:
    yield told["reference"]
    for way_out in told.get("exits", ()):
        yield f"  {way_out['reason']}"
    for row in () if "exits" in told else told["materials"]:
        yield f"  {row['name']}（{row['form']} {row['copies']} 份）"
    for row in told.get("perhaps", ()):
        yield "  " + _("可能还要 {name}（{when}）").format(name=row["name"], when=row["when"])
    yield from _paper_lines(told["papers"])


def _paper_lines(papers: list[dict[str, Any]]) -> Iterator[str]:
    yield from (f"  {paper['path']}" for paper in papers if paper["path"])

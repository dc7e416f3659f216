"""``clerk proceed``: the steps after the receipt, as data, through the same services as everything else."""

from __future__ import annotations

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.reading import read_object
from clerk_tui.cli.rules import missing
from clerk_tui.cli.walkin import deliver, due_lines, note_provisional, note_warnings
from clerk_tui.i18n import _


@command(
    "proceed",
    _(
        "办下一步：FILE 是 JSON，action 说明办什么（特别程序、延期、决定、送达、缴费、移交、取件、退件等）。"
        "记入账本，打印文书；不合法或数据有错时退出码为 2，什么也不写入。"
    ),
)
@argument("reference", metavar="REF", about=_("收件编号"))
@argument("file", about=_("JSON 文件；写 - 从标准输入读"))
@json_option
def proceed(session: Session, reference: str | None, file: str | None, as_json: bool) -> None:
    """``{"reference", "state", "promised_due", "statutory_due", "papers", "journal"}``."""
    from clerk_tui.services.proceed_json import proceed as take
    from clerk_tui.services.proceed_json import result_to_json

    if reference is None or file is None:
        raise missing("FILE" if reference else "REF", "clerk proceed")
    data = read_object(file)
    with session.workspace(acting=True) as ws:
        result = deliver(ws, take(ws, reference, data))
    told = result_to_json(result)
    lines = [told["reference"], *(f"  {paper['path']}" for paper in told["papers"] if paper["path"])]
    answer(
        as_json, told, lambda: [*lines, *due_lines(result), "  " + _("已记入账本第 {seq} 条").format(seq=result.seq)]
    )
    note_warnings(result)
    note_provisional(result)


@command(
    "steps",
    _("一个办件现在依法能办哪些下一步，不能办的写明为什么。只看，不记账。"),
)
@argument("reference", metavar="REF", about=_("收件编号"))
@json_option
def steps(session: Session, reference: str | None, as_json: bool) -> None:
    """``{"reference", "state", "steps": [{"step", "action", "keys", "lawful", "paper", "why"}]}``."""
    from clerk_tui.services import cases, next_steps

    if reference is None:
        raise missing("REF", "clerk steps")
    with session.workspace() as ws:
        case = cases.hall_case(ws, reference).case
        offers = next_steps.offers(ws, case.case_id)
    told = {
        "reference": case.reference,
        "state": case.state.value,
        "steps": [
            {
                "step": offer.step.id,
                "action": offer.step.action or None,
                "keys": dict(offer.step.fixed),
                "lawful": offer.lawful,
                "paper": offer.step.paper,
                "why": offer.why.as_dict() if offer.why else None,
            }
            for offer in offers
        ],
    }
    lines = [case.reference]
    for offer in offers:
        why = f"  {_(offer.why.message)}" if offer.why else ""
        lines.append(f"  {'·' if offer.why else '✓'} {_(offer.step.name)}{why}")
    answer(as_json, told, lambda: lines)

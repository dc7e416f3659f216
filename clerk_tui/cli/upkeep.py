"""``clerk upkeep``: what the law does by itself, for a hall whose screens are closed."""

from __future__ import annotations

from clerk_tui.cli.console import Session, answer, command, json_option, note
from clerk_tui.i18n import _
from hall.deadlines import UNSURE


@command(
    "upkeep",
    _(
        "五日规则：收件后五个工作日没有告知的，自收到之日起记为受理。窗口开着时每小时自动做一次，"
        "intake、supplement、proceed、sync 之前也会先做；窗口关着的日子可由定时任务运行。"
    ),
)
@json_option
def upkeep(session: Session, as_json: bool) -> None:
    """``{"deemed": [REF, …]}``; ``unsure`` beside it where the days off of the year are not known."""
    from clerk_tui.services import upkeep as service

    with session.workspace() as ws:
        deemed, unsure = service.run(ws), service.unsure(ws)
    lines = [_("{reference}  逾期未告知，自收到之日起视为受理").format(reference=each) for each in deemed]
    note(*(f"{each}  {_(UNSURE)}" for each in unsure))
    told = {"deemed": deemed} | ({"unsure": unsure} if unsure else {})
    answer(as_json, told, lambda: lines or [_("没有逾期未告知的收件")])

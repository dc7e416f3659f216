"""``clerk aside`` and ``clerk attach``: what came back from the centre, and scanned copies of what lies on the desk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from hall.errors import BadInput, HallError

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace


@command(
    "aside",
    _(
        "中心退回、有冲突或读不懂的记录。给 SEQ（第几条）和一种办法来处理：更正、请中心重办、交负责人，"
        "冲突则写明哪边算数。记录本身不改，怎样处理也是一条记录。"
    ),
)
@argument("seq", metavar="[SEQ]", type=int, about=_("账本里第几条；不给则列出全部"))
@click.option("--correct", metavar="TEXT", help=_("更正：写明正确的内容，记入这个办件"))
@click.option(
    "--hand-over",
    "handed",
    metavar="TEXT",
    help=_("交负责人：写明情况；负责人在窗口的 F12 或用 clerk-central aside 看得到"),
)
@click.option("--resend", is_flag=True, help=_("请中心重办一次（负责人联网签到后，写明 --reason）"))
@click.option("--stands", type=click.Choice(["first", "second"]), help=_("冲突时哪边算数：中心已有的，还是本窗口的"))
@click.option(
    "--reason", metavar="TEXT", help=_("为什么现在可以生效（--resend），或为什么这边算数（--stands）；和工号一起记下")
)
@json_option
def aside(
    session: Session,
    seq: int | None,
    correct: str | None,
    handed: str | None,
    resend: bool,
    stands: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """``{"records": [{"seq", "state", "type", "reference", "reason", "held"}], "hall": [{"id", "kind", "reference",
    "other_reference", "reason", "window", "case_id", "cases"}]}``: what is still to be dealt with, of this window and
    on line of others."""
    from clerk_tui.services.aside import worklist

    wishes = [name for name, given in (("correct", correct), ("hand-over", handed), ("stands", stands)) if given]
    wishes += ["resend"] if resend else []
    if wishes and seq is None:
        raise missing("SEQ", "clerk aside")
    if len(wishes) > 1:
        raise BadInput("bad_argument", _("一次只用一种办法"), field=f"--{wishes[1]}")
    if reason is not None and wishes not in (["resend"], ["stands"]):
        raise BadInput("bad_argument", _("--reason 和 --resend 或 --stands 一起写"), field="--reason")
    with session.workspace(acting=bool(wishes)) as ws:
        if wishes and seq is not None:
            _deal_with(ws, seq, wishes[0], correct or handed or stands or "", reason or "")
        rows = [
            {
                "seq": row.seq,
                "state": row.state,
                "type": row.type,
                "reference": row.reference,
                "reason": row.reason,
                "held": row.held,
            }
            for row in worklist(ws)
        ]
        hall = _of_hall(ws)
    told = {"records": rows, "hall": hall}
    lines = [*map(_line, rows), *map(_hall_line, hall)] or [_("没有要处理的记录")]
    if handed:
        lines.append(_("已交负责人：联网签到后在任何窗口按 F12 看得到，在中心用 clerk-central aside 处理"))
    answer(as_json, told, lambda: lines)


def _of_hall(ws: Workspace) -> list[dict[str, Any]]:
    """What two windows of the hall did that cannot both stand; nothing where the centre does not answer."""
    from clerk_tui.services import hall_conflicts

    if not ws.config.centre.enabled:
        return []
    with suppress(HallError):
        return [
            {
                "id": each.id,
                "kind": each.kind,
                "reference": each.reference or None,
                "other_reference": each.other_reference or None,
                "reason": each.reason,
                "window": each.window,
                "case_id": each.case_id,
                "cases": [{"case_id": row.case_id, "applicant": row.applicant} for row in each.sides],
            }
            for each in hall_conflicts.told(ws)
        ]
    return []


def _hall_line(row: dict[str, Any]) -> str:
    references = " ".join(filter(None, (row["reference"], row["other_reference"])))
    sides = (f"{each['case_id']} {each['applicant']}" for each in row["cases"])
    return "  ".join(filter(None, (_("全厅"), references, _(row["reason"]) or row["kind"], *sides)))


def _deal_with(ws: Workspace, seq: int, wish: str, words: str, reason: str) -> None:
    from clerk_tui.services import aside as service

    match wish:
        case "correct":
            service.correct(ws, seq, words)
        case "hand-over":
            service.hand_over(ws, seq, words)
        case "stands":
            service.settle(ws, seq, "second" if words == "second" else "first", reason)
        case _:
            service.resend(ws, seq, reason)


def _line(row: dict[str, Any]) -> str:
    held = _("，其后 {held} 条在等").format(held=row["held"]) if row["held"] and row["state"] != "conflict" else ""
    return _("第 {seq} 条  {state}  {reference}  {type}：{reason}").format(**row | {"reason": _(row["reason"])}) + held


@command(
    "attach",
    _("把一份扫描件（PDF、JPEG、PNG、TIFF，最大 20 MB）加到办件 REF：复制到账本旁边，联网后随记录上传。"),
)
@argument("reference", metavar="REF", about=_("收件编号"))
@argument("file", about=_("扫描件"))
@click.option("--material", default="", metavar="CODE", help=_("是哪份材料的扫描件（代码见 clerk case REF --json）"))
@json_option
def attach(session: Session, reference: str | None, file: str | None, material: str, as_json: bool) -> None:
    """``{"reference", "sha256", "size", "mime"}``."""
    from clerk_tui.services.attaching import attach as service

    if reference is None or file is None:
        raise missing("FILE" if reference else "REF", "clerk attach")
    with session.workspace(acting=True) as ws:
        taken = service(ws, reference, Path(file).expanduser(), material)
    told = {"reference": reference, "sha256": taken.sha256, "size": taken.size, "mime": taken.mime}
    answer(as_json, told, lambda: [_("已加入 {reference}：{size} 字节").format(**told)])

"""``clerk scan``: what the code on a paper says, and going on with its case at a window that never saw it."""

from __future__ import annotations

import codecs
import datetime as dt
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import said_of
from hall.errors import BadInput
from hall.telling import PAPER_NAMES, STATE_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.replica import ReplicaView

MAX_BYTES = 8_192
"""Largest input that is read; the largest code has 4,296 characters."""


@command(
    "scan",
    _(
        "扫凭证上的码（CLK1: 开头）：核对签名，列出事项、缺什么、各个日期。加 --identity 核对证件；再加 --name "
        "就由本窗口续办，之后用 clerk supplement 收下补来的材料。伪造、改动、外厅或过期的码不打开任何办件。"
    ),
)
@argument("text", about=_("扫到的文字"))
@click.option("--stdin", "from_stdin", is_flag=True, help=_("从标准输入读扫到的文字"))
@click.option("--identity", default="", metavar="NUMBER", help=_("申请人的证件号码，与码里的摘要核对"))
@click.option("--name", default="", metavar="NAME", help=_("证件上的姓名或名称；核对无误后由本窗口续办"))
@json_option
def scan(session: Session, text: str | None, from_stdin: bool, identity: str, name: str, as_json: bool) -> None:
    """``{"paper", "matter", "reference", "state", …, "gaps", "promises", "identity", "adopted"}``."""
    from clerk_tui.services import replica

    if (text is None) != from_stdin:
        raise missing("TEXT", "clerk scan")
    if name and not identity:
        raise missing("--identity", "clerk scan")
    code = _read() if text is None else text
    with session.workspace() as ws:
        view = replica.open_replica(ws, code)
        told = as_data(view)
        if identity:
            replica.confirm_identity(view, identity)
            told |= {"identity": "match", "reference": view.replica.reference, "case_id": view.replica.case_id}
        if name:
            replica.to_supplement(ws, view, identity, {"name": name})
            told["adopted"] = True
    answer(as_json, told, lambda: _lines(told))


def _read() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or len(data) > MAX_BYTES:
        raise BadInput("bad_scan", _("标准输入里不是一个码"), field="TEXT", hint=_("把扫码枪打出的一行文字原样送进来"))
    return text


def as_data(view: ReplicaView) -> dict[str, Any]:
    """What a code says, as the command's JSON tells it."""
    said = view.replica
    return {
        "paper": said.paper,
        "issued": _day(said.issued),
        "expires": _day(said.expires),
        "matter": {"key": view.matter.key, "name": view.matter.name, "department": view.department},
        "same_catalogue": view.same_catalogue,
        "reference": view.reference,
        "case_id": view.replica.case_id if view.here else None,
        "same_reference": view.twin,
        "applicant": view.applicant,
        "state": said.state.value,
        "received": _day(said.received),
        "noticed": _day(said.noticed),
        "respond_by": _day(said.respond_by),
        "overdue": view.overdue,
        "accepted": _day(said.accepted),
        "deemed": view.deemed,
        "promised_due": _day(said.due.promised),
        "statutory_due": _day(said.due.statutory),
        "materials": [
            {"code": row.code, "name": row.name, "state": view.ticks[row.code].state.value}
            for row in view.checklist.materials
        ],
        "gaps": [
            {"code": gap.code, "name": gap.name, "problem": gap.problem, "remedy": gap.remedy} for gap in view.gaps
        ],
        "to_return": [{"code": row.code, "name": row.name} for row in view.to_return],
        "promises": [{"code": each.code, "name": each.name, "until": _day(each.until)} for each in view.promises],
        "here": view.here,
        "can_go_on": view.can_go_on,
        "identity": None,
        "adopted": False,
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['reference']}  {_(STATE_NAMES[told['state']])}  {told['matter']['name']}"
    yield f"  {_(PAPER_NAMES[told['paper']])}  {told['issued']}  {_('申请人')} {told['applicant'] or '—'}"
    dates = (
        (_("收件日"), "received"),
        (_("告知日"), "noticed"),
        (_("补正期限"), "respond_by"),
        (_("受理日"), "accepted"),
        (_("承诺办结"), "promised_due"),
    )
    yield from (f"  {label}  {told[key]}" for label, key in dates if told[key])
    promised = {each["code"]: each["until"] for each in told["promises"]}
    for gap in told["gaps"]:
        until = promised.get(gap["code"])
        problem = _("承诺 {day} 前补齐").format(day=until) if until else _(gap["problem"])
        yield f"  {_('缺')}  {said_of(gap['name'], problem)}"
    yield from (f"  {_('应退还')}  {row['name']}" for row in told["to_return"])
    if told["overdue"]:
        yield "  " + _("补正期限已过")
    if not told["same_catalogue"]:
        yield "  " + _("本机的事项目录是另一个版本，材料清单相同")
    if told["adopted"]:
        name = told["case_id"] if told["same_reference"] else told["reference"]
        yield "  " + _("证件相符，已由本窗口续办：clerk supplement {reference} FILE").format(reference=name)
    elif told["identity"]:
        yield "  " + _("证件相符")
    elif told["can_go_on"]:
        yield "  " + _("核对证件后可续办：加 --identity 和 --name")

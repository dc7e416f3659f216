"""``clerk close``: the close of a window's day from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, command, json_option, note
from clerk_tui.i18n import _
from clerk_tui.screens.words import left_name
from hall.errors import BadInput
from hall.shifts import LEFT_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.day_close import Closed, Closing
    from clerk_tui.services.papers import Delivered


@command(
    "close",
    _(
        "日结：没有上传、没有打出、没有办完的都要办完或者写明原因，然后出具日结单。"
        "昨天没有日结的，今天一并按昨天的日期补结。--look 只看还剩什么，什么也不写。"
    ),
)
@click.option("--look", "only_look", is_flag=True, help=_("只看还剩什么，不日结"))
@click.option(
    "--because",
    "reasons",
    metavar="KIND=TEXT",
    multiple=True,
    help=_("剩下的为什么留着，例如 unsent=断网；种类见 --look --json"),
)
@json_option
def close(session: Session, only_look: bool, reasons: tuple[str, ...], as_json: bool) -> None:
    """``{"closed": [{"day", "number", "seq", "path", "state"}]}``; with ``--look`` ``{"days", "left", "figures"}``."""
    from clerk_tui.cli.walkin import note_print, ready_fonts
    from clerk_tui.services import day_close, papers, shift

    given = dict(map(_reason, reasons))
    with session.workspace(acting=not only_look) as ws:
        if only_look:
            found = day_close.look(ws)
            answer(as_json, _looked(found), lambda: _lines(found))
            return
        ready_fonts()
        closed = day_close.close(ws, given)
        printed = {one.paper_id: one for one in papers.deliver_pending(ws)}
        for sheet in (printed[one.paper_id] for one in closed if one.paper_id in printed):
            if sheet.error:
                note_print(sheet)
        told_hall = shift.tell_window(ws)
    if not told_hall:
        note(_("连不上中心：大厅还不知道本窗口已经日结"))
    note(*(_(one.warning) for one in closed if one.warning))
    told = [_closed(one, printed.get(one.paper_id)) for one in closed]
    line = _("{day} 已日结：日结单 {number}，账本到第 {seq} 条")
    answer(as_json, {"closed": told}, lambda: [line.format(**each) for each in told])


def _reason(text: str) -> tuple[str, str]:
    kind, _sign, reason = text.partition("=")
    if kind not in LEFT_NAMES:
        what = _("没有“{kind}”这一种").format(kind=kind)
        raise BadInput("bad_argument", what, field="--because", hint=_("可用：") + "、".join(LEFT_NAMES))
    return kind, reason


def _looked(found: Closing) -> dict[str, Any]:
    return {
        "days": [run.day for run in found.runs],
        "left": [{"kind": one.kind, "count": one.count, "names": list(one.names)} for one in found.left],
        "figures": found.figures,
    }


def _lines(found: Closing) -> Iterator[str]:
    if not found.runs:
        yield _("没有要日结的记录")
    for run in found.runs:
        yield _("{day}：第 {first} 条到第 {last} 条记录还没有日结").format(
            day=run.day.isoformat(), first=run.first_seq, last=run.last_seq
        )
    for one in found.left:
        names = "　".join(one.names[:5])
        yield _("还剩 {what} {count}　{names}").format(what=left_name(one.kind), count=one.count, names=names).rstrip()
    if found.runs and not found.left:
        yield _("没有剩下的，可以日结")


def _closed(one: Closed, printed: Delivered | None) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "number": one.number,
        "seq": one.seq,
        "path": (printed.path or None) if printed is not None else None,
        "state": printed.state if printed is not None else "queued",
    }

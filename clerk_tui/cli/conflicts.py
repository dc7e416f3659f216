"""``clerk conflicts``: what two windows of the hall did that cannot both stand, and doubts about what one did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import other_journal, said_of, window_name
from hall.errors import BadInput

if TYPE_CHECKING:
    from clerk_tui.services.hall_conflicts import HallConflict, Stands


@command(
    "conflicts",
    _(
        "全厅要看的办件，联网时由中心列出：两个窗口都办了、同一申请人或同一编号两件、写的人可能没有权限。"
        "给 ID 和 --stands 写明哪边算数；存疑的由负责人用 --verify 写明查到了什么。"
    ),
)
@argument("conflict", metavar="[ID]", about=_("哪一条（--json 的 id）；不给则列出全部"))
@click.option(
    "--stands",
    type=click.Choice(["first", "second", "both"]),
    help=_("哪边算数：先到的、后到的，或两件都算数；每条的 stands 列出能定的"),
)
@click.option("--reason", metavar="TEXT", help=_("为什么这边算数（--stands）；和工号一起记下"))
@click.option("--verify", metavar="TEXT", help=_("核实过了（负责人）：写明查到了什么"))
@json_option
def conflicts(
    session: Session,
    conflict: str | None,
    stands: Stands | None,
    reason: str | None,
    verify: str | None,
    as_json: bool,
) -> None:
    """``{"conflicts": [{"id", "also", "kind", "reason", "reference", "case_id", "window", "seq", "clerk", "first",
    "first_window", "first_at", "second", "barred", "stands", "values", "cases"}], "more", "settled", "to_do"}``: what
    is still open, and how many more than are listed; ``values`` are what each wrote of the form or the materials,
    masked; ``stands`` are the answers that can be carried out, none of what somebody in charge verifies (``verify``).
    With ``--stands`` and ``--verify`` ``settled`` is its id, ``to_do`` the case that something is left to do with, and
    ``conflicts`` what else is open of its cases."""
    from clerk_tui.services import hall_conflicts as service

    said, left = "", ""
    deals = stands is not None or verify is not None
    if deals and conflict is None:
        raise missing("ID", "clerk conflicts")
    if stands is not None and verify is not None:
        raise BadInput("bad_argument", _("一次只用一种办法"), field="--verify")
    if reason is not None and stands is None:
        raise BadInput("bad_argument", _("--reason 和 --stands 一起写"), field="--reason")
    with session.workspace(acting=deals) as ws:
        # One that is named is found however many are older.
        found, more = service.told_and_more(ws, all_of_them=conflict is not None)
        if conflict is not None:
            named = [each for each in found if conflict in (each.id, *each.also)]
            if not named:
                hint = _("用 clerk conflicts 查看")
                raise BadInput("not_open", _("全厅没有这一条，或已经处理"), field="conflict", hint=hint)
            if stands is not None:
                service.settle(ws, named[0], stands, reason or "")
                said, left = _said(named[0], stands), named[0].still_to_do(stands)
            elif verify is not None:
                service.verify(ws, named[0], verify)
                said = _("已核实")
            found = _others(found, named[0]) if deals else named
    rows = [_row(each) for each in found]
    told = {"conflicts": rows, "more": more, "settled": conflict if deals else None, "to_do": left or None}
    if not deals:
        lines = [*map(_line, rows)] or [_("全厅没有要看的办件")]
        lines += [_("更晚的还有 {count} 条").format(count=more)] if more else []
    else:
        assert conflict is not None
        lines = [_("已写明：{id}  {said}").format(id=conflict, said=said)]
        lines += [_("还要办：{reference}").format(reference=_named(named[0], left))] if left else []
        lines += [_("同一办件还有：{text}").format(text=_line(row)) for row in rows]
    answer(as_json, told, lambda: lines)


def _others(found: list[HallConflict], settled: HallConflict) -> list[HallConflict]:
    """What else is open of the cases that one was about."""
    cases = {settled.case_id, *(row.case_id for row in settled.sides)}
    return [each for each in found if each != settled and cases & {each.case_id, *(row.case_id for row in each.sides)}]


def _said(conflict: HallConflict, stands: Stands) -> str:
    """Which side was said to stand, and what that is where it can be told in words."""
    if stands == "both":
        if conflict.is_of_ticket:
            return _("两个窗口办的都算数")
        return _("两件都算数") if len(conflict.sides) == 2 else _("核对过了，都留着")
    word = _("先到的算数") if stands == "first" else _("后到的算数")
    side = _(conflict.first if stands == "first" else conflict.second)
    return said_of(word, side) if side else word


def _named(conflict: HallConflict, case_id: str) -> str:
    """What is still to be done with which case."""
    for row in conflict.sides:
        if row.case_id == case_id:
            return _("{reference} 定为重复办理，照实撤回").format(reference=f"{row.reference} {row.applicant}")
    return _("{reference} 照实再办一次").format(reference=conflict.reference)


def _row(each: HallConflict) -> dict[str, Any]:
    return {
        "id": each.id,
        "also": list(each.also),
        "kind": each.kind,
        "reason": each.reason,
        "reference": each.reference or None,
        "case_id": each.case_id,
        "window": each.window,
        "seq": each.seq,
        "clerk": each.actor,
        "first": each.first,
        "first_window": each.first_window or None,
        "first_at": each.first_at or None,
        "second": each.second,
        "barred": each.barred,
        "stands": list(each.choices),
        "values": [
            dict(zip(("name", "first", "second"), (value.name, *value.masked()), strict=True)) for value in each.values
        ],
        "cases": [
            {"case_id": row.case_id, "reference": row.reference, "state": row.state, "applicant": row.applicant}
            for row in each.sides
        ],
    }


def _line(row: dict[str, Any]) -> str:
    sides = [f"{each['reference']} {each['applicant']}" for each in row["cases"]]
    whose = " ".join(filter(None, (window_name(row["first_window"] or ""), row["first_at"])))
    first = _("{text}（{whose}）").format(text=_(row["first"]), whose=whose) if whose else _(row["first"])
    sides += [_("先到的：{text}").format(text=first)] if row["first"] else []
    sides += [_("后到的：{text}").format(text=_(row["second"]))] if row["second"] else []
    barred = _("后到的不能再办：{why}").format(why=_(row["barred"])) if row["barred"] else ""
    told, empty = _("{name}：先到的写“{first}”，后到的写“{second}”"), _("（空）")
    for each in row["values"]:
        sides.append(told.format(name=each["name"], first=each["first"] or empty, second=each["second"] or empty))
    which = f"{window_name(row['window'])} {row['seq']}"
    named = (
        row["id"],
        which,
        other_journal(row["window"]),
        row["reference"] or "",
        _(row["reason"]) or row["kind"],
        *sides,
        barred,
    )
    return "  ".join(part for part in named if part)

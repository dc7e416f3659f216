"""``clerk find``, ``case``, ``papers``, ``reprint``: what has become of a case. Personal data is masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from clerk_tui.cli.console import Session, answer, argument, command, dated, json_option
from clerk_tui.cli.helping import padded
from clerk_tui.cli.prints import PRINTS, delivered_row, paper_row, print_line, print_lines
from clerk_tui.cli.reading import read_word
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import listed, said_of
from hall.errors import BadInput, HallError
from hall.masking import mask_name
from hall.moments import local_time
from hall.telling import GIVEN_BACK_NAMES, STATE_NAMES

if TYPE_CHECKING:
    from clerk_tui.printing.targets import PrintError
    from clerk_tui.services.cases import CaseDetail
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.store.queries import CaseRow
    from hall.deadlines import CaseClock
    from hall.facts import Agent, Applicant


@command(
    "find", _("查办件：按收件编号、姓名（整个、开头、其中几个字、首字母）、证件号或电话（整个或后四位以上）、排队号。")
)
@argument("text", about=_("要找的字；写 - 从标准输入读，不留在命令历史里；不给则列出最近的"))
@click.option("--limit", type=click.IntRange(1, 1000), default=50, metavar="N", help=_("最多列出几件，不写时是 50"))
@json_option
def find(session: Session, text: str | None, limit: int, as_json: bool) -> None:
    """``{"cases": [{"reference", "state", "matter", "applicant", …}]}``, masked."""
    from clerk_tui.services import cases

    wanted = read_word(text or "", "TEXT")
    with session.workspace() as ws:
        rows = [_row(row) for row in cases.find(ws, wanted, limit)]
    answer(as_json, {"cases": rows}, lambda: map(_row_line, rows) if rows else [_("没有找到")])


@command("case", _("看一个办件：材料、缺什么、时限、经过、凭证。个人信息遮盖；--full 写明理由后给出全部，并留下记录。"))
@argument("reference", metavar="REF", about=_("收件编号"))
@click.option("--full", "reason", metavar="REASON", help=_("给出完整的个人信息；理由记入这个办件"))
@json_option
def case(session: Session, reference: str | None, reason: str | None, as_json: bool) -> None:
    """The case as it stands, with its clock and its papers."""
    from clerk_tui.services import cases

    if reference is None:
        raise missing("REF", "clerk case")
    with session.workspace() as ws:
        detail = cases.get(ws, reference)
        full = None
        if reason is not None:
            full = cases.show_personal(ws, detail.case.case_id, tuple(_personal_fields(detail)), reason)
            detail = cases.get(ws, detail.case.case_id)
        told = as_data(detail, full, ws.config.timezone)
    answer(as_json, told, lambda: _case_lines(told, _unsure(detail.clock)))


@command(
    "papers",
    _(
        "列出 REF 的凭证和上次打印的结果；不给 REF 则把排队的和没打出的凭证都送去打印。"
        "程序中断时正在打印的凭证不会自己再打：看纸出来了没有，用 --printed 或 --not-printed 说明。"
    ),
)
@argument("reference", metavar="[REF]", about=_("收件编号"))
@click.option("--to", "target", metavar="TARGET", help=_("没打出的改送这里：dir:文件夹、cups:队列名、tcp://地址:端口"))
@click.option("--printed", metavar="PAPER", help=_("这份凭证（编号或 id，补打的后面加 :次数）的纸已经出来了"))
@click.option(
    "--not-printed", metavar="PAPER", help=_("这份凭证（编号或 id，补打的后面加 :次数）的纸没有出来，重新排队")
)
@json_option
def papers(
    session: Session,
    reference: str | None,
    target: str | None,
    printed: str | None,
    not_printed: str | None,
    as_json: bool,
) -> None:
    """``{"papers": [...]}``; without a reference those that were waiting, exit 2 if one still is."""
    from clerk_tui.services import cases
    from clerk_tui.services.following import follow

    with session.workspace() as ws:
        followed = [delivered_row(each) for each in follow(ws)]
        for paper, came_out in ((printed, True), (not_printed, False)):
            if paper is not None:
                _settle(ws, paper, came_out)
        if target is not None:
            rows = _elsewhere(ws, reference, target)
        elif reference is not None:
            rows = [paper_row(row) for row in cases.get(ws, reference).papers]
        else:
            rows = _print_waiting(ws)
            told = {(row["paper_id"], row["nth"]) for row in rows}
            rows += [row for row in followed if (row["paper_id"], row["nth"]) not in told]
    answer(as_json, {"papers": rows}, lambda: print_lines(rows) if rows else [_("没有")])
    if (reference is None or target is not None) and any(row["error"] for row in rows):
        raise click.exceptions.Exit(2)


def _print_waiting(ws: Workspace) -> list[dict[str, Any]]:
    """Print what waits or did not come out; what nobody knows the fate of is only told."""
    from clerk_tui.cli.walkin import ALL_PAPERS, ready_fonts
    from clerk_tui.services.papers import deliver_pending, unknown_papers

    ready_fonts()
    rows = [delivered_row(each) for each in deliver_pending(ws, ALL_PAPERS, failed=True)]
    told = {(row["paper_id"], row["nth"]) for row in rows}
    return rows + [delivered_row(job) for job in unknown_papers(ws) if (job.paper_id, job.nth) not in told]


def _elsewhere(ws: Workspace, reference: str | None, target: str) -> list[dict[str, Any]]:
    """Print at another target what did not come out, of one case or of all."""
    from clerk_tui.cli.walkin import ready_fonts
    from clerk_tui.services import cases
    from clerk_tui.services import papers as service

    service.require_target(target)
    ready_fonts()
    down: dict[str, PrintError] = {}
    of_case = cases.get(ws, reference).case.case_id if reference is not None else None
    return [
        delivered_row(service.print_elsewhere(ws, job, target, down))
        for job in service.unprinted(ws)
        if of_case in (None, job.case_id)
    ]


def _settle(ws: Workspace, paper: str, came_out: bool) -> None:
    from clerk_tui.services.papers import settle, unknown_papers

    named, colon, nth = paper.rpartition(":")
    one = int(nth) if colon and nth.isdecimal() and len(nth) < 4 else None
    paper_id = _paper_id(ws, paper if one is None else named)
    for job in unknown_papers(ws):
        if job.paper_id == paper_id and one in (None, job.nth):
            settle(ws, job, came_out)
            return
    hint = _("用 clerk papers REF 看现在的结果")
    raise BadInput("not_unknown", _("这份凭证打印的结果没有疑问"), field="PAPER", hint=hint)


@command("reprint", _("补打一份凭证：打印的一份标明补打第几次。PAPER 是凭证的编号，见 clerk papers REF。"))
@argument("paper", about=_("凭证编号，例如 SL01-A1-00001-T/B1，或它的 id"))
@click.option("--reason", default="", metavar="TEXT", help=_("为什么补打"))
@json_option
def reprint(session: Session, paper: str | None, reason: str, as_json: bool) -> None:
    """``{"paper_id", "kind", "number", "nth", "state", "path", "pages"}``."""
    from clerk_tui.cli.walkin import ready_fonts
    from clerk_tui.services import papers as service

    if paper is None:
        raise missing("PAPER", "clerk reprint")
    with session.workspace() as ws:
        paper_id = _paper_id(ws, paper)
        ready_fonts()
        done = service.reprint(ws, paper_id, reason)
    if done.state == "unknown":
        named = f"{done.number}:{done.nth}"
        hint = _(
            "已经记为补打 {nth}；先看纸出来了没有，再用 clerk papers --printed {paper} 或 --not-printed {paper} 说明"
        )
        raise HallError("print_unknown", done.error, field="print.target", hint=hint.format(nth=done.nth, paper=named))
    if done.state == "failed":
        hint = _("已经记为补打 {nth}；修好后用 clerk papers 送出").format(nth=done.nth)
        raise HallError("print_failed", done.error, field="print.target", hint=hint)
    if done.state == "queued" and done.error:
        hint = _("已经记为补打 {nth}；clerk papers 列出要说明的那一份").format(nth=done.nth)
        raise HallError("print_held", done.error, field="print.target", hint=hint)
    told = {key: value for key, value in delivered_row(done).items() if key != "error"}
    went = done.path or _(PRINTS[done.state])
    answer(as_json, told, lambda: [_("补打 {nth}：{path}").format(nth=done.nth, path=went)])


def _paper_id(ws: Any, text: str) -> str:
    """The id of a paper that was named by its number; anything else is taken as an id."""
    from clerk_tui.services import cases

    if "/" not in text and "／" not in text:
        return text
    return cases.paper_named(ws, text).paper_id


def _row(row: CaseRow) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "case_id": row.case_id,
        "same_reference": row.twin,
        "state": row.state,
        "matter": row.matter_key,
        "matter_name": row.matter_name,
        "department": row.department,
        "applicant": row.applicant,
        "id_number": row.id_number,
        "phone": row.phone,
        "received": row.received,
        "accepted": row.accepted,
        "promised_due": row.promised_due,
        "statutory_due": row.statutory_due,
    }


def _row_line(row: dict[str, Any]) -> str:
    who = padded(row["applicant"] or "—", 10)
    name = f"  {_twin(row['case_id'])}" if row["same_reference"] else ""
    state = padded(_(STATE_NAMES[row["state"]]), 8)
    return f"{row['reference']}  {state}  {row['received']}  {who}  {row['matter_name']}{name}"


def _twin(case_id: str) -> str:
    """What names a case whose reference another one has too."""
    return _("办件号 {case_id}（别的办件也用这个收件编号）").format(case_id=case_id)


def as_data(detail: CaseDetail, full: dict[str, str] | None, zone: ZoneInfo) -> dict[str, Any]:
    """A case as ``docs/cli.md`` describes it; ``full`` are the values to show instead of their masks."""
    made, clock = detail.case, detail.clock
    return {
        "reference": made.reference,
        "case_id": made.case_id,
        "same_reference": detail.twin,
        "state": made.state.value,
        "matter": {
            "key": made.matter.key,
            "code": made.matter.code,
            "name": made.matter.name,
            "department": made.matter.department.name,
            "version": made.matter.version,
        },
        "applicant": _person("applicant", made.applicant, full),
        "agent": _person("agent", made.agent, full),
        "fields": {code: (full or {}).get(f"fields.{code}", "***") for code in made.fields},
        "answers": made.answers,
        "situations": [{"code": each.code, "name": each.name} for each in made.situations],
        "materials": _materials(detail),
        "gaps": [
            {"code": gap.code, "name": gap.name, "problem": gap.problem, "remedy": gap.remedy} for gap in made.gaps
        ],
        "to_return": [{"code": row.code, "name": row.name} for row in made.to_return],
        "given_back": [
            {
                "materials": [{"code": row.code, "name": row.name} for row in each.rows],
                "day": each.told.day.isoformat(),
                "how": each.told.how,
                "receiver": (full or {}).get(f"given_back.{n}", mask_name(each.receiver)) or None,
                "relation": each.told.relation,
                "waybill": each.told.waybill,
            }
            for n, each in enumerate(made.given_back)
        ],
        "received": made.received.isoformat(),
        "accepted": _day(made.accepted),
        "deemed": made.deemed,
        "good_credit": made.good_credit,
        "promised_due": _day(clock.promised),
        "statutory_due": _day(clock.statutory),
        "provisional": clock.provisional,
        "notice_due": _day(clock.notice_due),
        "respond_by": _day(clock.respond_by),
        "left": clock.left,
        "light": clock.light.value,
        "papers": [paper_row(row) for row in detail.papers],
        "timeline": [
            {
                "type": event.type,
                "at": local_time(event.at_ms, zone).isoformat(timespec="seconds"),
                "day": event.day.isoformat(),
                "actor": event.actor,
                "text": event.text,
                "alert": event.alert,
                "misfit": event.misfit,
            }
            for event in made.course
        ],
    }


def _materials(detail: CaseDetail) -> list[dict[str, Any]]:
    made = detail.case
    rows = []
    for row in made.rows:
        tick = made.ticks.get(row.code)
        until = _day(tick.until) if tick else None
        state = tick.state.value if tick else "missing"
        reason = tick.reason if tick else ""
        rows.append(
            {
                "code": row.code,
                "name": row.name,
                "required": row.required,
                "state": state,
                "until": until,
                "reason": reason,
            }
        )
    return rows


def _person(who: str, person: Applicant | Agent | None, full: dict[str, str] | None) -> dict[str, str] | None:
    from hall import masking

    if person is None:
        return None
    kind = getattr(person, "kind", "")
    masks = {
        "name": lambda name: masking.mask_party(kind, name),
        "legal_person": masking.mask_name,
        "id_number": masking.mask_identity,
        "phone": masking.mask_phone,
        "address": masking.mask_address,
    }
    shown = {}
    for key in person.__struct_fields__:
        if value := getattr(person, key):
            mask = masks.get(key)
            shown[key] = (full or {}).get(f"{who}.{key}") or (mask(value) if mask else value)
    return shown


def _personal_fields(detail: CaseDetail) -> Iterator[str]:
    for who, person in (("applicant", detail.case.applicant), ("agent", detail.case.agent)):
        if person is not None:
            yield from (f"{who}.{key}" for key in person.__struct_fields__ if key != "kind" and getattr(person, key))
    yield from (f"fields.{code}" for code in detail.case.fields)
    yield from (f"given_back.{n}" for n, each in enumerate(detail.case.given_back) if each.receiver)


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _unsure(clock: CaseClock) -> frozenset[str]:
    """The keys of those dates that are counted by weekends alone."""
    unsure = {"promised_due": clock.due.promised_provisional, "statutory_due": clock.due.statutory_provisional}
    # A case has the one limit or the other, and what is unsure is that one.
    unsure |= dict.fromkeys(("notice_due", "respond_by"), clock.provisional)
    return frozenset(key for key, so in unsure.items() if so)


def _case_lines(told: dict[str, Any], unsure: Collection[str]) -> Iterator[str]:
    yield f"{told['reference']}  {_(STATE_NAMES[told['state']])}  {told['matter']['name']}"
    if told["same_reference"]:
        yield "  " + _twin(told["case_id"])
    for label, person in ((_("申请人"), told["applicant"]), (_("代理人"), told["agent"])):
        if person:
            yield f"  {label}  " + "  ".join(person[key] for key in ("name", "id_number", "phone") if key in person)
    dates = (
        (_("收件日"), "received"),
        (_("受理日"), "accepted"),
        (_("告知截止"), "notice_due"),
        (_("补正期限"), "respond_by"),
        (_("承诺办结"), "promised_due"),
        (_("法定办结"), "statutory_due"),
    )
    yield from (f"  {label}  {dated(told[key], key in unsure)}" for label, key in dates if told[key])
    yield from (f"  {_('缺')}  {said_of(gap['name'], _(gap['problem']))}" for gap in told["gaps"])
    yield from (f"  {_('应退还')}  {row['name']}" for row in told["to_return"])
    for done in told["given_back"]:
        said = (listed(row["name"] for row in done["materials"]), done["day"], _(GIVEN_BACK_NAMES[done["how"]]))
        yield f"  {_('已退还')}  " + "  ".join((*said, *filter(None, (done["receiver"], done["waybill"]))))
    for event in told["timeline"]:
        mark = _("【报负责人】") if event["alert"] else ""
        no_effect = _("（{text}）").format(text=_(event["misfit"])) if event["misfit"] else ""
        yield f"  {event['at']}  {mark}{_(event['text'])}{no_effect}"
    yield from (f"  {print_line(row)}" for row in told["papers"])

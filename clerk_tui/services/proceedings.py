"""The steps between acceptance and decision, each one call: facts, paper and print job in one transaction.

The clock of a case is the law's: it stops only for a special procedure that was told in writing (行政许可法 art. 45),
it is extended once, in time, by somebody who may (art. 42), and ends with a decision that gives its reasons (art. 38).
"""

from __future__ import annotations

import datetime as dt

from msgspec import structs

from clerk_tui.services.proceeding import clock_of, commit, issue, optional, require_running, required
from clerk_tui.services.recording import Action
from clerk_tui.services.result import Result
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case, Pause
from hall.catalogue.model import LICENCE, DenialReason
from hall.deadlines import case_clock
from hall.errors import BadDate, BadInput, Unlawful
from hall.proceedings import LimitUnit
from hall.roles import Permission
from receipts.needs import EXTENSION_DAYS, JOINT_EXTENSION_DAYS

DELIVERY_DAYS = 10
"""Working days from a decision until its result can be had (行政许可法 art. 44, 82)."""
LONGEST_PROCEDURE = 3650


@needs(Permission.REVIEW)
def announce_procedure(
    ws: Workspace,
    reference: str,
    *,
    name: str,
    days: int,
    starts: dt.date | None = None,
    basis: str = "",
    reason: str = "",
    unit: LimitUnit | None = None,
) -> Result:
    """Tell in writing that a special procedure is needed, and stop the clock from ``starts`` (today if not given).

    Unit and basis are the matter's own where it lists the procedure. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_running(case, "进行特别程序")
        called = required(name, "name", "特别程序的名称", "听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审等")
        listed = next((each for each in case.matter.special_procedures if each.name == called), None)
        first = starts or action.today
        _require_procedure(ws, case, called, days, first)
        of_days = unit or ("calendar_day" if listed and listed.unit == "calendar_day" else "working_day")
        if listed and of_days == listed.unit and 0 < listed.days < days:
            raise Unlawful(
                "procedure_too_long",
                f"事项公布的“{called}”最多{listed.days}日，不能告知{days}日",
                field="days",
                hint="受理通知书已写明最长时间",
            )
        until = ws.calendar.add_limit(first - dt.timedelta(days=1), days, of_days)
        paused = structs.replace(case, pauses=(*case.pauses, Pause(name=called, starts=first, ends=until.day)))
        clock = case_clock(paused, ws.calendar, action.today)
        grounds = required(
            basis or (listed.basis if listed else ""), "basis", "特别程序的依据", "写明规定这一程序的法律条款"
        )
        action.add(
            f.ProcedureAnnounced(
                name=called,
                days=days,
                starts=first,
                basis=grounds,
                unit=of_days,
                until=until.day,
                due=clock.promised,
                statutory=clock.statutory,
                reason=optional(reason, "reason"),
                provisional=until.provisional or clock.provisional,
            )
        )
        paper = issue(action, "procedure")
        action.add(f.ProcedureStarted(name=called, starts=first, notice_paper=paper, days=days, basis=grounds))

    return commit(ws, reference, step)


@needs(Permission.REVIEW)
def end_procedure(ws: Workspace, reference: str, *, name: str, ends: dt.date | None = None) -> Result:
    """The special procedure is over, ``ends`` (today if not given) is its last day: the clock runs again.

    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_running(case, "结束特别程序")
        running = [pause for pause in case.pauses if pause.ends is None]
        pause = next((each for each in running if each.name == name.strip()), None)
        if pause is None:
            names = "、".join(each.name for each in running)
            raise BadInput(
                "no_such_procedure",
                "没有正在进行的这个特别程序",
                field="name",
                hint=f"正在进行：{names}" if names else "这个办件没有正在进行的特别程序",
            )
        last = ends or action.today
        if not pause.starts <= last <= action.today:
            raise BadDate(
                "bad_end", "特别程序的结束日期不对", field="ends", hint=f"在 {pause.starts} 和今天之间，含这两天"
            )
        action.add(f.ProcedureEnded(name=pause.name, ends=last))

    return commit(ws, reference, step)


@needs(Permission.EXTEND)
def extend(ws: Workspace, reference: str, *, days: int, approver: str, reason: str) -> Result:
    """Extend the limit by working days, once and before it has expired (行政许可法 art. 42).

    Up to 10, for a matter that departments handle jointly up to 15. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_running(case, "延长办理期限")
        if case.extension is not None:
            raise Unlawful(
                "extended_before", "办理期限已经延长过一次，不能再延长", field="reference", hint="行政许可法第四十二条"
            )
        joint = bool(case.matter.partners)
        most = JOINT_EXTENSION_DAYS if joint else EXTENSION_DAYS
        if not 1 <= days <= most:
            raise Unlawful(
                "extension_too_long",
                f"延长的天数要在1到{most}个工作日之间（行政许可法第四十二条）",
                field="days",
                hint=f"最多写{most}",
            )
        clock = clock_of(ws, case)
        last = clock.statutory or clock.promised
        if last is None or action.today > last:
            raise Unlawful(
                "limit_expired",
                f"办理期限{f'已于 {last} ' if last else '没有规定或已'}届满，届满之后不能延长",
                field="reference",
                hint="延长要在期限届满之前批准（行政许可法第四十二条）",
            )
        later = case_clock(structs.replace(case, extended_days=days), ws.calendar, action.today)
        action.add(
            f.LimitExtended(
                days=days,
                approver=required(approver, "approver", "批准人", "经本行政机关（联合办理的，本级政府）负责人批准"),
                reason=required(reason, "reason", "延长的理由", "理由要告知申请人（行政许可法第四十二条）"),
                day=action.today,
                joint=joint,
                due=later.promised,
                statutory=later.statutory,
                provisional=later.provisional,
            )
        )
        issue(action, "extension")

    return commit(ws, reference, step)


def _denial(ws: Workspace, case: Case, code: str) -> DenialReason | None:
    """The ground of substance that the catalogue has under this code, ``None`` for typed words."""
    matter = ws.catalogue.find(case.matter.key)
    return next((reason for reason in matter.denial_reasons if reason.code == code.strip()), None) if matter else None


@needs(Permission.REVIEW)
def decide(
    ws: Workspace,
    reference: str,
    *,
    granted: bool,
    reason: str = "",
    basis: str = "",
    result: str = "",
    result_number: str = "",
    result_copies: int = 1,
    valid_until: dt.date | None = None,
    conditions: str = "",
    collect_from: dt.date | None = None,
) -> Result:
    """Grant or refuse (行政许可法 art. 38); a refusal needs its reasons, and its paper names the remedies.

    ``reason`` may be the code of one of the matter's ``denial_reasons``, which brings its text and basis. ``basis`` is
    the matter's own where none is given; the result can be collected from ``collect_from``, today if not
    given. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_running(case, "作决定")
        _require_decidable(case, action.today, granted=granted)
        law = "不予许可应当说明理由（行政许可法第三十八条第二款）"
        listed = None if granted else _denial(ws, case, reason)
        words, article = (listed.text, basis or listed.basis) if listed else (reason, basis)
        why = optional(words, "reason") if granted else required(words, "reason", "不予的理由", law)
        ready = collect_from or action.today
        if granted and not action.today <= ready <= ws.calendar.add_workdays(action.today, DELIVERY_DAYS).day:
            raise Unlawful(
                "delivery_too_late",
                "作出决定之日起十日内就应当颁发、送达",
                field="collect_from",
                hint="行政许可法第四十四条",
            )
        if valid_until is not None and valid_until <= action.today:
            raise BadDate("bad_date", "有效期早于今天", field="valid_until", hint="核对有效期的最后一日")
        if result_copies < 1:
            raise BadInput("bad_number", "结果的份数至少是1", field="result_copies", hint="没有证照的不必写")
        refused = "不予行政许可决定书" if case.matter.kind == LICENCE else "不予决定书"
        action.add(
            f.CaseDecided(
                granted=granted,
                day=action.today,
                reason=why,
                basis=required(article or "；".join(case.matter.basis), "basis", "决定的依据", "写明依据的法律条款"),
                result=optional(result, "result") if granted else refused,
                result_number=optional(result_number, "result_number") if granted else "",
                result_copies=result_copies,
                valid_until=valid_until if granted else None,
                conditions=optional(conditions, "conditions") if granted else "",
                collect_from=ready if granted else None,
            )
        )
        issue(action, "grant" if granted else "denial")

    return commit(ws, reference, step)


@needs(Permission.RECEIVE)
def remind_promise(ws: Workspace, reference: str) -> Result:
    """Remind of the promised materials that are still missing (容缺候补通知书). Raises as ``proceeding.commit``."""

    def step(case: Case, action: Action) -> None:
        require_running(case, "出具容缺候补通知书")
        issue(action, "tolerance_due")

    return commit(ws, reference, step)


@needs(Permission.RECEIVE)
def restart(ws: Workspace, reference: str) -> Result:
    """Tell that everything is in and the case goes on (补办件重新启动). Raises as ``proceeding.commit``."""

    def step(case: Case, action: Action) -> None:
        require_running(case, "重新启动")
        if not _has_waited(case):
            raise BadInput(
                "never_waited",
                "没有告知过补正，也没有容缺受理，不用重新启动",
                field="reference",
                hint="受理通知书已经写明受理日和期限",
            )
        if any(paper.kind == "restart" and paper.day >= case.handed_in[-1] for paper in case.papers):
            raise BadInput(
                "told_before", "补齐之后已经出具过重新启动通知单", field="reference", hint="再要一份请用补打"
            )
        issue(action, "restart")

    return commit(ws, reference, step)


def _has_waited(case: Case) -> bool:
    """Whether the case may have waited for what was to be supplied; of one that was taken over from a paper nobody
    knows otherwise."""
    return bool(case.notices or case.adopted) or any(line.type == "case.tolerated" for line in case.timeline)


def _require_procedure(ws: Workspace, case: Case, name: str, days: int, starts: dt.date) -> None:
    """That the clock may stop for this procedure from this day on."""
    if not 1 <= days <= LONGEST_PROCEDURE:
        raise BadInput("bad_number", "特别程序所需的天数不对", field="days", hint=f"1 到 {LONGEST_PROCEDURE}")
    if starts < ws.clock.today():
        raise Unlawful(
            "procedure_before_notice",
            "书面告知之前的时间照算，不能从过去的日子起停计",
            field="starts",
            hint="最早从今天起（行政许可法第四十五条）",
        )
    clock = clock_of(ws, case)
    last = clock.statutory or clock.promised
    if last is not None and starts > last:
        raise Unlawful("limit_expired", f"办理期限 {last} 届满，之后没有时间可停", field="starts", hint="核对开始日期")
    if any(pause.name == name and pause.ends is None for pause in case.pauses):
        raise BadInput("procedure_running", "这个特别程序已经在进行", field="name", hint="先结束它（end_procedure）")


def _require_decidable(case: Case, today: dt.date, *, granted: bool) -> None:
    """容缺: no result before the promises are kept; a broken one may be answered by a refusal if the matter says so."""
    running = [pause.name for pause in case.pauses if pause.ends is None]
    if running:
        raise Unlawful(
            "procedure_open",
            f"特别程序“{running[0]}”还没有结束，不能作出决定",
            field="reference",
            hint="先登记它的结束日期（end_procedure）",
        )
    broken = case.matter.tolerance.breach == "refused" and any(today > promise.until for promise in case.promises)
    if case.promises and (granted or not broken):
        raise Unlawful(
            "promise_open",
            f"承诺的材料还有{len(case.promises)}项没有补齐，不能作出决定",
            field="promises",
            hint="先收齐：" + "、".join(promise.name for promise in case.promises),
        )

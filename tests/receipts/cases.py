"""Cases that have come to each paper, folded from facts; the people are fictional."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec.structs import replace

from hall import facts as f
from hall.case import Case
from hall.catalogue.model import Limit, Limits, Place, ProcessStep, ResultPaper, SpecialProcedure
from hall.checklist import Row, SituationRef
from hall.fold import fold
from hall.refusal import refusal_article
from hall.still_open import Perhaps, StillOpen
from hall.verdict import Gap, Refusal, Tick, TickState
from tests.builders import DAY, fact, matter, received

CITIZEN = f.Applicant(
    kind="citizen", name="王小明", id_type="resident_id", id_number="110101188503120026", phone="13800131234"
)
COMPANY = f.Applicant(
    kind="company",
    name="示例市小明餐饮管理有限公司",
    id_type="uscc",
    id_number="91990100MA0000015X",
    phone="13800131234",
    legal_person="王小明",
)
AGENT = f.Agent(name="李四", id_type="resident_id", id_number="340101189011050030", phone="13900135678")
TICK = {state: Tick(state) for state in TickState}
NAMES = (
    ("食品经营许可申请书", "申请人自备", "原件", 1, True, False),
    ("营业执照", "市场监督管理局（部门共享）", "电子证照", 0, True, True),
    ("主要设备设施、经营布局、操作流程文件", "申请人自备", "原件", 1, True, False),
    ("食品安全规章制度目录清单", "申请人自备", "原件", 1, True, True),
    ("食品安全管理人员信息及任命文件", "申请人自备", "复印件", 1, True, True),
    ("委托书及代理人身份证", "申请人自备", "原件", 1, True, False),
    ("食品安全自查报告", "申请人自备", "复印件", 1, False, True),
)
ROWS = tuple(
    Row(
        code=f"m{n}",
        name=name,
        why="核对经营者是否具备许可条件",
        source=source,
        form=form,
        copies=copies,
        required=required,
        tolerable=tolerable,
        held=copies == 0,
        held_from="部门数据共享" if copies == 0 else "",
        standard="按样表填写，签字盖章" if n == 1 else "",
    )
    for n, (name, source, form, copies, required, tolerable) in enumerate(NAMES, 1)
)
ALL_PRESENT = {row.code: TICK[TickState.PRESENT] for row in ROWS if not row.held}
SOME = ALL_PRESENT | {
    "m4": TICK[TickState.MISSING],
    "m5": Tick(TickState.UNACCEPTABLE, "任命文件未加盖公章"),
    "m7": TICK[TickState.NOT_APPLICABLE],
}
WAIVED = ALL_PRESENT | {"m6": Tick(TickState.NOT_APPLICABLE, "申请人本人到场办理")}
GAPS = (
    Gap(
        code="m4",
        name=NAMES[3][0],
        problem="未提交",
        remedy="请提交原件一份",
        form="原件",
        copies=1,
        source="申请人自备",
    ),
    Gap(
        code="m5",
        name=NAMES[4][0],
        problem="任命文件未加盖公章",
        remedy="请在任命文件落款处加盖单位公章",
        form="复印件",
        copies=1,
        source="申请人自备",
        state=TickState.UNACCEPTABLE,
    ),
)
FOOD = matter(
    name="食品经营许可（新办，餐饮服务）",
    department=f.DepartmentRef(
        key="scjg", name="示例市市场监督管理局", short="市场监管局", address="示例市商贸路66号", phone="0990-5550105"
    ),
    limits=Limits(promised=Limit(days=5), statutory=Limit(days=20)),
    results=(ResultPaper(name="食品经营许可证", valid_for="5年"),),
    special_procedures=(SpecialProcedure(name="现场核查", days=5),),
    basis=("食品安全法第三十三条", "食品安全法第三十五条"),
    condition="有与经营的食品品种、数量相适应的场所、设备、人员和制度",
    process=(
        ProcessStep(name="收件", who="综合窗口", unit="on_the_spot"),
        ProcessStep(name="受理", who="市场监管局", unit="on_the_spot"),
        ProcessStep(name="书面审查", who="市场监管局", days=4),
        ProcessStep(name="现场核查", who="市场监管局", days=5, counted=False),
        ProcessStep(name="决定", who="市场监管局", days=1),
        ProcessStep(name="发证", who="综合窗口"),
    ),
    questions=(("经营业态？", "餐饮服务"), ("是否利用自动设备从事食品经营？", "否")),
)
FIFTH_DAY = dt.date(2026, 9, 24)
DUE = f.Due(promised=dt.date(2026, 9, 28), statutory=dt.date(2026, 10, 23))
BARRED = "《中华人民共和国食品安全法》第一百三十五条"
ARTICLE = "《中华人民共和国行政许可法》第三十二条第一款第{}项"


def begun(ticks: dict[str, Tick] = ALL_PRESENT, *, who: f.Applicant = COMPANY, **changes: Any) -> list[f.Fact]:
    """Received from ``who`` on Friday 2026-09-18."""
    agent = changes.pop("agent", None)
    changes.setdefault("tell_by", FIFTH_DAY)
    body = received(ticks, matter=changes.pop("matter", FOOD), rows=ROWS, window="3", clerk="周敏", **changes)
    return [fact(body, personal=f.Personal(applicant=who, agent=agent))]


def told(*bodies: f.FactBody, **changes: Any) -> Case:
    """The case after its receipt and ``bodies``."""
    facts = begun(**changes)
    facts += [fact(body, seq) for seq, body in enumerate(bodies, 2)]
    case = fold(facts)
    assert case is not None
    assert not [line.misfit for line in case.timeline if line.misfit]
    return case


def accepted(**changes: Any) -> f.CaseAccepted:
    values: dict[str, Any] = {"accepted": DAY, "due": DUE, "article": ARTICLE.format("五")}
    return f.CaseAccepted(**(values | changes))


def noticed(**changes: Any) -> f.CaseNoticed:
    values: dict[str, Any] = {
        "gaps": GAPS,
        "respond_by": dt.date(2026, 11, 6),
        "article": ARTICLE.format("四"),
        "lapse": "withdrawn",
    }
    return f.CaseNoticed(**(values | changes))


PAST = f.Due(promised=dt.date(2026, 9, 15), statutory=dt.date(2026, 10, 13))
"""Limits of which the promised one ended before the papers' day."""


def announced(**changes: Any) -> f.ProcedureAnnounced:
    values: dict[str, Any] = {"name": "专家评审", "days": 5, "starts": DAY, "basis": "某办法第十九条"}
    return f.ProcedureAnnounced(**(values | {"until": dt.date(2026, 9, 29)} | changes))


def extended(**changes: Any) -> f.LimitExtended:
    values: dict[str, Any] = {"days": 2, "approver": "局长", "reason": "需要会同消防部门现场核查", "day": DAY}
    return f.LimitExtended(**(values | changes))


def tolerated(due: f.Due = DUE) -> f.CaseTolerated:
    promise = f.Promise(
        code="m4", name=NAMES[3][0], until=dt.date(2026, 9, 25), form="原件", copies=1, remedy="请提交原件一份"
    )
    return f.CaseTolerated(
        promises=(promise,),
        accepted=DAY,
        due=due,
        breach="withdrawn",
        article="容缺受理规定（次要材料书面承诺补齐）",
    )


def refused(ground: Any = "not_needed", where: Place | None = None, reason: str = "") -> f.CaseRefused:
    reason = reason or "仅销售预包装食品的，不需要取得食品经营许可，向市场监督管理局备案即可"
    refusal = Refusal(ground, reason, where, basis=BARRED if ground == "other" else "")
    return f.CaseRefused(refusal=refusal, refused=DAY, article=refusal_article(refusal))


NOT_NEEDED = "仅销售预包装食品的，不需要取得食品经营许可，向市场监督管理局备案即可"
ELSEWHERE = Place(organ="邻县市场监督管理局", address="邻县人民路2号政务服务中心", phone="0991-5550000")


STILL_OPEN = StillOpen(
    questions=("是否设置自动售货设备？", "是否承包学校、托幼机构食堂？"),
    perhaps=(
        Perhaps(row=replace(ROWS[2], code="m8", name="自动设备放置地点、结构说明"), when="是否设置自动售货设备：是"),
        Perhaps(
            row=replace(ROWS[2], code="m9", name="承包方资质与食堂管理方案"), when="是否承包学校、托幼机构食堂：是"
        ),
    ),
    way_out=True,
)


def inquiry(*exits: Refusal, still_open: StillOpen | None = None) -> Case:
    """Somebody only asked; ``exits`` are why the matter is not for them, ``still_open`` what they have not said."""
    body = f.InquiryAnswered(
        reference="SL01-A1-00009-K",
        matter=FOOD,
        answers={"business": "catering"},
        situations=(SituationRef("C", "餐饮服务"),),
        rows=ROWS,
        day=DAY,
        window="3",
        clerk="周敏",
        exits=exits,
        still_open=still_open,
    )
    case = fold([fact(body)])
    assert case is not None
    return case


def issued(kind: f.PaperKind, case: Case, **changes: Any) -> f.PaperIssued:
    values: dict[str, Any] = {
        "paper_id": "paper-1",
        "kind": kind,
        "number": f"{case.reference}/{kind[0].upper()}1",
        "day": DAY,
        "copies": 2,
        "window": "3",
        "clerk": "周敏",
    }
    return f.PaperIssued(**(values | changes))


def every_paper() -> dict[str, tuple[f.PaperKind, Case]]:
    """One case for each paper and each of its wordings."""
    promised = SOME | {"m4": Tick(TickState.PROMISED, until=dt.date(2026, 9, 25)), "m5": TICK[TickState.PRESENT]}
    return {
        "receipt": ("receipt", told(ticks=SOME, agent=AGENT)),
        "receipt_saturday": ("receipt", told(ticks=SOME, who=CITIZEN, clock_from=dt.date(2026, 9, 21))),
        "receipt_unknown_year": ("receipt", told(ticks=SOME, tell_by=None)),
        "receipt_deemed": ("receipt", told(accepted(deemed=True, article=ARTICLE.format("四")), ticks=SOME)),
        "receipt_noticed": ("receipt", told(noticed(), ticks=SOME, agent=AGENT)),
        "receipt_partly_supplied": (
            "receipt",
            told(
                noticed(),
                f.CaseSupplemented(ticks={"m4": TICK[TickState.PRESENT]}, handed_in=DAY, complete=False),
                ticks=SOME,
            ),
        ),
        "receipt_promise_kept": (
            "receipt",
            told(
                tolerated(),
                f.CaseSupplemented(ticks={"m4": TICK[TickState.PRESENT]}, handed_in=DAY, complete=True),
                ticks=SOME
                | {"m4": Tick(TickState.PROMISED, until=dt.date(2026, 9, 25)), "m5": TICK[TickState.PRESENT]},
            ),
        ),
        "notice": ("notice", told(noticed(), ticks=SOME, agent=AGENT)),
        "notice_second": ("notice", told(noticed(), noticed(second=True, reason="补交的任命文件未盖章"), ticks=SOME)),
        "acceptance": ("acceptance", told(accepted(), agent=AGENT)),
        "promise_saturday": ("promise", told(tolerated(), ticks=promised, clock_from=dt.date(2026, 9, 21))),
        "tolerance_saturday": ("tolerance", told(tolerated(), ticks=promised, clock_from=dt.date(2026, 9, 21))),
        "notice_missing": ("notice", told(noticed(gaps=GAPS[:1]), ticks=SOME)),
        "notice_unfit": ("notice", told(noticed(gaps=GAPS[1:]), ticks=SOME)),
        "acceptance_saturday": ("acceptance", told(accepted(), clock_from=dt.date(2026, 9, 21))),
        "receipt_supplied_later": (
            "receipt",
            told(
                noticed(),
                f.CaseSupplemented(
                    ticks={"m4": TICK[TickState.PRESENT]}, handed_in=dt.date(2026, 9, 21), complete=False
                ),
                ticks=SOME,
            ),
        ),
        "acceptance_citizen": ("acceptance", told(accepted(), who=CITIZEN)),
        "acceptance_supplemented": (
            "acceptance",
            told(
                noticed(),
                f.CaseSupplemented(ticks=ALL_PRESENT, handed_in=DAY, complete=True),
                accepted(),
                ticks=SOME,
            ),
        ),
        "acceptance_supplemented_saturday": (
            "acceptance",
            told(
                noticed(),
                f.CaseSupplemented(ticks=ALL_PRESENT, handed_in=dt.date(2026, 9, 19), complete=True),
                accepted(accepted=dt.date(2026, 9, 19), counted_from=dt.date(2026, 9, 21)),
                ticks=SOME,
            ),
        ),
        "acceptance_supplemented_saturday_from_receipt": (
            "acceptance",
            told(
                noticed(),
                f.CaseSupplemented(ticks=ALL_PRESENT, handed_in=dt.date(2026, 9, 19), complete=True),
                accepted(accepted=dt.date(2026, 9, 19), counted_from=dt.date(2026, 9, 21)),
                ticks=SOME,
                matter=matter(
                    limits=Limits(promised=Limit(days=5, starts="received")), results=(ResultPaper(name="许可证"),)
                ),
            ),
        ),
        "acceptance_deemed": ("acceptance", told(accepted(deemed=True, article=ARTICLE.format("四")), ticks=SOME)),
        "acceptance_deemed_late": (
            "acceptance",
            told(accepted(deemed=True, due=PAST, article=ARTICLE.format("四")), ticks=SOME),
        ),
        "receipt_deemed_late": (
            "receipt",
            told(accepted(deemed=True, due=PAST, article=ARTICLE.format("四")), ticks=SOME),
        ),
        "procedure_after_the_promise": (
            "procedure",
            told(accepted(due=PAST), announced(due=PAST.promised, statutory=dt.date(2026, 10, 30))),
        ),
        "extension_after_the_promise": (
            "extension",
            told(accepted(due=PAST), extended(due=dt.date(2026, 9, 17), statutory=dt.date(2026, 10, 23))),
        ),
        "restart_after_the_promise": (
            "restart",
            told(
                tolerated(due=PAST),
                f.CaseSupplemented(ticks={"m4": TICK[TickState.PRESENT]}, handed_in=DAY, complete=True),
                ticks=promised,
            ),
        ),
        "acceptance_tolerated": ("acceptance", told(tolerated(), ticks=promised)),
        "acceptance_corrected": (
            "acceptance",
            told(f.CaseCorrected(corrections=GAPS, article=ARTICLE.format("三")), accepted(), ticks=SOME),
        ),
        "acceptance_waived": ("acceptance", told(accepted(), ticks=WAIVED)),
        "acceptance_waived_later": (
            "acceptance",
            told(
                noticed(),
                f.CaseSupplemented(ticks=WAIVED, handed_in=DAY, complete=True),
                accepted(),
                ticks=SOME,
            ),
        ),
        "acceptance_waived_tolerated": ("acceptance", told(tolerated(), ticks=promised | {"m6": WAIVED["m6"]})),
        "acceptance_spot": (
            "acceptance",
            told(
                accepted(due=f.Due(promised=DAY)),
                matter=matter(limits=Limits(promised=Limit(unit="on_the_spot")), results=(ResultPaper(name="回执"),)),
            ),
        ),
        "refusal_not_needed": ("refusal", told(refused(), who=CITIZEN)),
        "refusal_not_authority": (
            "refusal",
            told(refused("not_authority", ELSEWHERE, "经营场所不在示例市"), agent=AGENT),
        ),
        "refusal_other": ("refusal", told(refused("other", reason="申请人在法定禁止申请许可的期限内"))),
        "promise": ("promise", told(tolerated(), ticks=promised, agent=AGENT)),
        "guide": ("guide", inquiry()),
        "guide_open": ("guide", inquiry(still_open=STILL_OPEN)),
        "guide_not_needed": ("guide", inquiry(Refusal("not_needed", NOT_NEEDED))),
        "guide_elsewhere": ("guide", inquiry(Refusal("not_authority", "经营场所不在示例市", ELSEWHERE))),
        "guide_not_now": ("guide", inquiry(Refusal("other", "申请人在法定禁止申请许可的期限内"))),
    }

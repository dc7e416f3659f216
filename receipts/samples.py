"""Sample papers: a fictional hall, matter and people, and a case that has come to each kind of paper."""

from __future__ import annotations

import datetime as dt
from typing import Final

from msgspec import structs

from hall import facts as f
from hall.calendar import WorkCalendar
from hall.case import Case, Pause
from hall.catalogue.model import Place, Tolerance
from hall.chain import type_of
from hall.checklist import Row, SituationRef
from hall.deadlines import case_clock, due, notice_due, respond_by
from hall.errors import BadInput
from hall.fold import fold
from hall.refusal import refusal_article
from hall.telling import OTHER_PAPERS, PAPER_LETTERS, PAPER_NAMES
from hall.verdict import Refusal, Tick, TickState, gaps_of
from receipts.sample_case import (
    AGENT,
    ALL_IN,
    APPLICANT,
    ARTICLE,
    BARRED,
    BROUGHT,
    DAY,
    ESTATE,
    FEE,
    FOREIGNER,
    MATTER,
    NOT_REGISTERED,
    PAID,
    PRESENT,
    PROMISED,
    REFERENCE,
    REGISTERED,
    ROWS,
    SOME_IN,
    TOGETHER,
)
from receipts.sample_english import ENGLISH
from receipts.sample_project import PROJECT, PROJECT_ROWS, PROJECT_SITUATIONS

_CALENDAR: Final = WorkCalendar.default()
"""Dates that follow from others are counted, as the counter counts them: a sample never shows what cannot be."""
_CASE: Final = "5a3b1e00-0000-4000-8000-000000000012"
_DECIDED: Final = dt.date(2026, 9, 24)
_SUPPLIED: Final = dt.date(2026, 9, 22)
_DUE: Final = due(MATTER.limits, DAY, DAY, _CALENDAR)
_LATER: Final[dict[str, dt.date]] = {
    "restart": _SUPPLIED,
    "tolerance_due": dt.date(2026, 9, 22),
    "extension": dt.date(2026, 9, 23),
    "grant": _DECIDED,
    "denial": _DECIDED,
    "served": dt.date(2026, 9, 28),
    "pickup": dt.date(2026, 9, 28),
    "returned": dt.date(2026, 11, 9),
    "terminated": dt.date(2026, 9, 28),
}
"""When papers that do not come on the first day are issued."""
_ACCEPTED: Final = f.CaseAccepted(accepted=DAY, due=_DUE, article=ARTICLE.format("五"))
_NOTICED: Final = f.CaseNoticed(
    gaps=gaps_of(ROWS, SOME_IN),
    respond_by=respond_by(DAY, 30, "working_day", _CALENDAR).day,
    article=ARTICLE.format("四"),
    lapse="withdrawn",
)
_TOLERATED: Final = f.CaseTolerated(
    promises=tuple(
        f.Promise(code=row.code, name=row.name, until=PROMISED[row.code].until or DAY, form=row.form, remedy=row.remedy)
        for row in ROWS
        if PROMISED.get(row.code, PRESENT).state is TickState.PROMISED
    ),
    accepted=DAY,
    due=_DUE,
    breach="withdrawn",
    article="容缺受理规定（次要材料书面承诺补齐）",
)
_SUPPLEMENTED: Final = f.CaseSupplemented(ticks={"m4": PRESENT, "m5": PRESENT}, handed_in=_SUPPLIED, complete=True)
_RESTARTED: Final = f.CaseAccepted(
    accepted=_SUPPLIED,
    due=due(MATTER.limits, DAY, _SUPPLIED, _CALENDAR),
    article=ARTICLE.format("五"),
)
_GRANTED: Final = f.CaseDecided(
    granted=True,
    day=_DECIDED,
    basis="《食品安全法》第三十三条、第三十五条",
    result="食品经营许可证",
    result_number="JY29901000000015",
    valid_until=dt.date(2031, 9, 23),
    collect_from=dt.date(2026, 9, 28),
)
_DENIED: Final = f.CaseDecided(
    granted=False,
    day=_DECIDED,
    reason="现场核查发现食品处理区与厕所未分隔，不符合食品安全法第三十三条第一款第一项的要求，整改后复查仍未达到",
    basis="《食品安全法》第三十三条、第三十五条",
)
_SERVED: Final = f.PapersServed(
    documents=(
        f.Document(name="准予行政许可决定书", number=f"{REFERENCE}/J1"),
        f.Document(name="食品经营许可证（正本、副本）", number="JY29901000000015", copies=2),
        f.Document(name="食品安全风险告知书"),
    ),
    day=dt.date(2026, 9, 28),
    place="示例市政务服务中心3号窗口",
    how="direct",
    servers=("周敏", "陈晨"),
)
_STRICT: Final = structs.replace(MATTER, tolerance=Tolerance(breach="terminated"))
"""The same matter where a broken promise ends the case: what its promise said is what its end says."""
_TERMINATED: Final = f.CaseClosed(
    how="terminated",
    day=dt.date(2026, 9, 28),
    reason="承诺补齐的材料逾期未补齐：食品安全规章制度目录清单、食品安全管理人员信息及任命文件",
    basis="容缺受理规定（次要材料书面承诺补齐）",
)
_ORIGINALS: Final = (
    f.Original(name="主要设备设施、经营布局图（签章原件）", remark="A3，3张"),
    f.Original(name="租赁合同", remark="骑缝章完好"),
    f.Original(name="委托书", copies=2),
)
_MOVED: Final = f.MaterialsHandedOver(
    items=_ORIGINALS,
    day=DAY,
    at="10:20",
    from_place="综合窗口3号",
    giver="周敏",
    to_place="市场监管局食品科",
    taker="陈晨",
    purpose="现场核查时核对原件",
    return_by=dt.date(2026, 9, 24),
)
_RETURNED: Final = structs.replace(
    _MOVED, day=dt.date(2026, 9, 24), at="16:05", from_place="市场监管局食品科", giver="陈晨",
    to_place="综合窗口3号", taker="周敏",
)  # fmt: skip
_ANNOUNCED: Final = f.ProcedureAnnounced(
    name="现场核查",
    days=5,
    starts=dt.date(2026, 9, 21),
    until=_CALENDAR.add_workdays(dt.date(2026, 9, 20), 5).day,
    basis="《食品经营许可和备案管理办法》第十九条",
    reason="需要核对经营场所与申请材料是否一致",
)
_EXTENDED: Final = f.LimitExtended(
    days=10,
    approver="示例市市场监督管理局局长郑和平",
    reason="现场核查需要会同消防部门共同进行",
    day=_LATER["extension"],
)
_ELSEWHERE: Final = Place(organ="邻县市场监督管理局", address="邻县人民路2号政务服务中心", phone="0991-5550000")
_FIELDS: Final = {"place": "示例市商贸路12号一层", "area": "86", "staff": "6人"}

Told = tuple[dict[str, Tick], tuple[f.FactBody, ...]]
_COURSES: Final[dict[str, Told]] = {
    "receipt": (SOME_IN, ()),
    "notice": (SOME_IN, (_NOTICED,)),
    "acceptance": (ALL_IN, (_ACCEPTED,)),
    "refusal": (
        ALL_IN,
        (
            f.CaseRefused(
                refusal=Refusal("not_authority", "经营场所不在示例市行政区域内", _ELSEWHERE),
                refused=DAY,
                article=ARTICLE.format("二"),
            ),
        ),
    ),
    "promise": (PROMISED, (_TOLERATED,)),
    "checking": (SOME_IN, ()),
    "tolerance": (PROMISED, (_TOLERATED,)),
    "tolerance_due": (PROMISED, (_TOLERATED,)),
    "restart": (SOME_IN, (_NOTICED, _SUPPLEMENTED, _RESTARTED)),
    "procedure": (ALL_IN, (_ACCEPTED, _ANNOUNCED)),
    "extension": (ALL_IN, (_ACCEPTED, _EXTENDED)),
    "grant": (ALL_IN, (_ACCEPTED, _GRANTED)),
    "denial": (ALL_IN, (_ACCEPTED, _DENIED)),
    "served": (ALL_IN, (_ACCEPTED, _GRANTED, _SERVED)),
    "fee": (ALL_IN, (_ACCEPTED, FEE)),
    "transfer": (ALL_IN, (_MOVED,)),
    "terminated": (PROMISED, (structs.replace(_TOLERATED, breach="terminated"), _TERMINATED)),
    "pickup": (ALL_IN, (_ACCEPTED, _GRANTED)),
    "returned": (
        SOME_IN,
        (
            _NOTICED,
            f.CaseClosed(
                how="returned",
                day=dt.date(2026, 11, 9),
                reason="告知补正后，补正期限届满未补正",
                basis="示例市政务服务办法第十八条",
            ),
        ),
    ),
}


def sample(
    kind: f.PaperKind,
    *,
    language: f.Language = "",
    applicant: f.Applicant | None = None,
    agent: f.Agent | None = None,
    matter: f.MatterRef | None = None,
) -> tuple[Case, f.PaperIssued]:
    """A case that has come to paper ``kind``, and the fact that issues it. The people are fictional.

    Raises:
        BadInput: ``unknown_paper_kind``.
    """
    if kind not in PAPER_NAMES:
        raise no_such_kind(kind)
    matter = matter or {"fee": ESTATE, "terminated": _STRICT}.get(kind, MATTER)
    matter = _worded(matter, language)
    who = applicant or (FOREIGNER if language else APPLICANT)
    if kind == "guide":
        return _issued(kind, _inquiry(matter, language))
    ticks, bodies = _COURSES[kind]
    return _issued(kind, told(ticks, bodies, who, agent or AGENT, language, matter))


def _worded(matter: f.MatterRef, language: f.Language) -> f.MatterRef:
    """The matter with its English where the paper speaks it."""
    return structs.replace(matter, english=ENGLISH) if language else matter


def no_such_kind(kind: str) -> BadInput:
    """There is no paper of this kind; the hint names those there are."""
    hint = "可用：" + "、".join((*PAPER_NAMES, *OTHER_PAPERS))
    return BadInput("unknown_paper_kind", f"没有“{kind}”这种文书", field="kind", hint=hint)


def told(
    ticks: dict[str, Tick],
    bodies: tuple[f.FactBody, ...],
    who: f.Applicant = APPLICANT,
    agent: f.Agent | None = AGENT,
    language: f.Language = "",
    matter: f.MatterRef = MATTER,
) -> Case:
    """The case after its receipt and ``bodies``. Who takes or sees a service stands in the personal part."""
    begun = f.CaseReceived(
        reference=REFERENCE,
        matter=matter,
        answers={},
        situations=(SituationRef("C", "餐饮服务"),),
        rows=ROWS,
        ticks=ticks,
        received=DAY,
        clock_from=DAY,
        window="3",
        clerk="周敏",
        language=language,
        tell_by=notice_due(DAY, _CALENDAR).day,
    )
    bodies = tuple(_dated(body, matter) for body in bodies)
    people = f.Personal(applicant=who, agent=agent, fields=_FIELDS)
    named = f.Personal(fields={"served.proxy": "李四", "served.witness": "赵六"})
    facts = [_fact(begun, 1, people)]
    facts += [_fact(body, seq, named) for seq, body in enumerate(bodies, 2)]
    case = fold(facts)
    assert case is not None, "the first fact begins a case"
    return case


def _dated(body: f.FactBody, matter: f.MatterRef) -> f.FactBody:
    """A step that moves the clock, with the dates that follow from it."""
    if not isinstance(body, f.ProcedureAnnounced | f.LimitExtended) or body.due is not None:
        return body
    case = told(ALL_IN, (_ACCEPTED,), matter=matter)
    if isinstance(body, f.LimitExtended):
        moved = structs.replace(case, extended_days=body.days)
    else:
        moved = structs.replace(case, pauses=(Pause(name=body.name, starts=body.starts, ends=body.until),))
    clock = case_clock(moved, _CALENDAR, DAY)
    return structs.replace(body, due=clock.promised, statutory=clock.statutory)


def _inquiry(
    matter: f.MatterRef,
    language: f.Language,
    rows: tuple[Row, ...] = ROWS,
    situations: tuple[SituationRef, ...] = (SituationRef("C", "餐饮服务"),),
) -> Case:
    body = f.InquiryAnswered(
        reference=REFERENCE,
        matter=matter,
        answers={},
        situations=situations,
        rows=rows,
        day=DAY,
        window="3",
        clerk="周敏",
        language=language,
    )
    case = fold([_fact(body, 1)])
    assert case is not None, "the fact begins a case"
    return case


def _fact(body: f.FactBody, seq: int, personal: f.Personal | None = None) -> f.Fact:
    header = f.Header(
        event_id=f"sample-{seq}", type=type_of(body), schema_v=1, device="sample", incarnation="A1", seq=seq,
        actor="007", at_ms=0, day=DAY, subject=_CASE,
    )  # fmt: skip
    return f.Fact(header=header, body=body, personal=personal)


def _issued(kind: f.PaperKind, case: Case, day: dt.date | None = None) -> tuple[Case, f.PaperIssued]:
    """The case with the fact that issues the paper; one that carries a code carries one of its real size."""
    issued = f.PaperIssued(
        paper_id="sample", kind=kind, number=f"{REFERENCE}/{PAPER_LETTERS[kind]}1",
        day=day or _LATER.get(kind, DAY), window="3", clerk="周敏",
    )  # fmt: skip
    return case, structs.replace(issued, replica=_code(case, issued))


def _code(case: Case, issued: f.PaperIssued) -> str:
    """The code that a window prints, signed with a key that no window believes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hall import replica

    if issued.kind not in replica.KINDS:
        return ""
    signer = replica.Signer(key=Ed25519PrivateKey.from_private_bytes(bytes(32)), incarnation="A1", secret=bytes(32))
    return replica.encode(case, paper=issued.kind, number=issued.number, day=issued.day, signer=signer)


def variants(language: f.Language = "") -> dict[str, tuple[Case, f.PaperIssued]]:
    """Papers in their other wordings, by name: ``<kind>_<what>``. Fictional as ``sample``."""
    who = FOREIGNER if language else APPLICANT

    def in_words(ticks: dict[str, Tick], bodies: tuple[f.FactBody, ...]) -> Case:
        return told(ticks, bodies, who, AGENT, language, _worded(MATTER, language))

    proxy = structs.replace(_SERVED, how="proxy", relation="配偶", reason="本人出差，已电话确认")
    kept_out = structs.replace(_SERVED, how="refused", reason="对决定有异议", place="示例市商贸路12号")
    posted = structs.replace(_SERVED, how="posted", place="示例市商贸路12号", waybill="EZ990100015CN")
    electronic = structs.replace(_SERVED, how="electronic", place="示例市政务服务平台电子送达账户")
    sent = f.ResultDelivered(day=_SERVED.day, how="posted", result="食品经营许可证", waybill="EZ990100015CN")
    made: dict[str, tuple[f.PaperKind, tuple[f.FactBody, ...]]] = {
        "served_proxy": ("served", (_ACCEPTED, _GRANTED, proxy)),
        "served_refused": ("served", (_ACCEPTED, _GRANTED, kept_out)),
        "served_posted": ("served", (_ACCEPTED, _GRANTED, posted)),
        "served_electronic": ("served", (_ACCEPTED, _GRANTED, electronic)),
        "pickup_posted": ("pickup", (_ACCEPTED, _GRANTED, sent)),
        "pickup_to_pay": ("pickup", (_ACCEPTED, FEE, _GRANTED)),
        "pickup_paid": ("pickup", (_ACCEPTED, FEE, PAID, _GRANTED)),
        "pickup_denied": ("pickup", (_ACCEPTED, _DENIED)),
        "transfer_back": ("transfer", (_MOVED, _RETURNED)),
    }
    for what, stated in (
        ("not_needed", Refusal("not_needed", "仅销售预包装食品的，不需要取得食品经营许可，备案即可")),
        ("other", Refusal("other", "申请人在法定禁止申请许可的期限内", basis=BARRED)),
    ):
        refused = f.CaseRefused(refusal=stated, refused=DAY, article=refusal_article(stated))
        made[f"refusal_{what}"] = ("refusal", (refused,))
    found = {name: _issued(kind, in_words(ALL_IN, bodies)) for name, (kind, bodies) in made.items()}
    waived = PROMISED | {"m6": Tick(TickState.NOT_APPLICABLE, "申请人本人到场办理")}
    of_promises: tuple[f.PaperKind, ...] = ("promise", "tolerance", "acceptance")
    for kind in of_promises:
        found[f"{kind}_waived"] = _issued(kind, in_words(waived, (_TOLERATED,)))
    partly = SOME_IN | {"m6": Tick(TickState.NOT_APPLICABLE, "申请人本人到场办理")}
    found["notice_waived"] = _issued("notice", in_words(partly, (_NOTICED,)))
    withdrawn = f.CaseClosed(how="withdrawn", day=_SUPPLIED, reason="申请人申请撤回")
    lapsed = structs.replace(_TERMINATED, how="withdrawn")
    found["returned_withdrawn"] = _issued("returned", in_words(ALL_IN, (_ACCEPTED, withdrawn)), withdrawn.day)
    found["returned_lapsed"] = _issued("returned", in_words(PROMISED, (_TOLERATED, lapsed)), lapsed.day)
    found["receipt_brought"] = _issued("receipt", in_words(ALL_IN, (_ACCEPTED, BROUGHT)), BROUGHT.day)
    found["guide_project"] = _issued(
        "guide", _inquiry(_worded(PROJECT, language), language, PROJECT_ROWS, PROJECT_SITUATIONS)
    )
    return found | _of_other_matters(language, who)


def _of_other_matters(language: f.Language, who: f.Applicant) -> dict[str, tuple[Case, f.PaperIssued]]:
    """Papers that the food licence cannot give: of several authorities at once, and of what is no licence."""
    together = _worded(TOGETHER, language)
    joint = structs.replace(_EXTENDED, days=15, joint=True, approver="示例市人民政府副市长郑和平")
    accepted = structs.replace(_ACCEPTED, due=due(together.limits, DAY, DAY, _CALENDAR))
    found = {
        "extension_joint": _issued(
            "extension", told(ALL_IN, (accepted, joint), who, AGENT, language, together), joint.day
        )
    }
    estate = _worded(ESTATE, language)
    begun = structs.replace(_ACCEPTED, due=due(estate.limits, DAY, DAY, _CALENDAR))
    decisions: dict[f.PaperKind, f.CaseDecided] = {"grant": REGISTERED, "denial": NOT_REGISTERED}
    for kind, decided in decisions.items():
        case = told(ALL_IN, (begun, decided), who, AGENT, language, estate)
        found[f"{kind}_other"] = _issued(kind, case, decided.day)
    return found

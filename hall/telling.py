"""How facts, states and papers are called: the words of the timeline, and of every screen, command and message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from hall import facts as f
from hall.answering import no_longer_needed
from hall.case import Case, CaseState, Event
from hall.checklist import Row
from hall.shifts import DAY_SHEET
from hall.telling_arrivals import besides, supplemented
from hall.verdict import Refusal

S = CaseState
SERVED_NAMES = {
    "direct": "直接送达",
    "posted": "邮寄送达",
    "proxy": "他人代收",
    "refused": "拒收，留置送达",
    "electronic": "电子送达",
}
GIVEN_BACK_NAMES: Final = {"direct": "申请人或代理人领回", "proxy": "他人代领", "posted": "邮寄"}
STATE_NAMES = {
    S.INQUIRY: "咨询",
    S.RECEIVED: "已收件",
    S.NOTICED: "补正中",
    S.ACCEPTED: "已受理",
    S.TOLERATED: "容缺受理",
    S.REFUSED: "不予受理",
    S.DECIDED: "已决定",
    S.DELIVERED: "已送达",
    S.FILED: "已归档",
    S.WITHDRAWN: "已撤回",
    S.RETURNED: "已退件",
    S.TERMINATED: "已终止",
}
PAPER_NAMES: dict[f.PaperKind, str] = {
    "receipt": "收件凭证",
    "notice": "申请材料补正告知书",
    "acceptance": "受理通知书",
    "refusal": "不予受理通知书",
    "promise": "容缺受理承诺书",
    "guide": "办事指南（一次性告知单）",
    "checking": "检查核对单",
    "tolerance": "容缺受理通知书",
    "tolerance_due": "容缺候补通知书",
    "restart": "补办件重新启动通知单",
    "procedure": "特别程序期限告知书",
    "extension": "延长办理期限通知书",
    "grant": "准予决定书",
    "denial": "不予决定书",
    "served": "送达回证",
    "fee": "缴费通知书",
    "transfer": "物料流转单",
    "pickup": "取件单",
    "returned": "退件通知单",
    "terminated": "终止办理通知书",
}

OTHER_PAPERS: Final[dict[str, str]] = {DAY_SHEET: "日结单"}
"""Papers that no case is on: their kinds and names."""
OTHER_LETTERS: Final[dict[str, str]] = {DAY_SHEET: "G"}


def name_of_paper(kind: str) -> str:
    """What a paper of this kind is called; a kind that a later version may know keeps its key."""
    return next((name for names in (PAPER_NAMES, OTHER_PAPERS) for key, name in names.items() if key == kind), kind)


def paper_title(kind: f.PaperKind, matter_kind: str) -> str:
    """What stands as title on a paper of a matter of this kind (行政许可, 行政确认 …)."""
    name = PAPER_NAMES[kind]
    decision = kind in ("grant", "denial") and matter_kind == "行政许可"
    return name.replace("决定书", "行政许可决定书") if decision else name


PAPER_LETTERS: dict[f.PaperKind, str] = {
    "receipt": "S",
    "notice": "B",
    "acceptance": "L",
    "refusal": "N",
    "promise": "C",
    "guide": "Z",
    "checking": "H",
    "tolerance": "R",
    "tolerance_due": "K",
    "restart": "Q",
    "procedure": "T",
    "extension": "Y",
    "grant": "J",
    "denial": "U",
    "served": "D",
    "fee": "F",
    "transfer": "W",
    "pickup": "P",
    "returned": "X",
    "terminated": "E",
}
"""The letter of a kind in a paper's number."""
_BESIDE: Final = (
    "paper.issued",
    "paper.reprinted",
    "personal.shown",
    "note.added",
    "conflict.settled",
    "case.adopted",
)
"""What another fact collides with never."""
CLOSED_NAMES = {"filed": "归档", "withdrawn": "申请人撤回", "returned": "退件", "terminated": "终止办理"}


def adopted_from(body: f.CaseAdopted) -> str:
    """The line of the window that goes on from a paper, or from what the centre told it."""
    if body.by_centre or body.standing:
        return "照中心所存的办件情况，在另一窗口接着办"
    return f"凭{body.issued.isoformat()}的{PAPER_NAMES[body.paper]}上的码，在没有本件记录的窗口续办"


SETTLED_NAMES: Final = {
    "first": "以先到的为准",
    "second": "以后到的为准，另行补录",
    "both": "两者都有效",
    "neither": "都不作数，重新办理",
    "seen": "负责人已核实",
}


def _refused(refusal: Refusal, *, conforming: bool) -> str:
    if not conforming:
        return f"不予受理：{refusal.reason}"
    if not refusal.why:
        return f"不予受理：{refusal.reason}；材料齐全、符合法定形式"
    return f"不予受理：{refusal.reason}；材料齐全、符合法定形式，仍不予受理的说明：{refusal.why}"


def _decided(body: f.CaseDecided) -> str:
    if not body.decided_by:
        return "决定：准予" if body.granted else "决定：不予"
    who = body.decided_by
    return f"决定：准予，决定人{who}" if body.granted else f"决定：不予，决定人{who}"


def _credit(body: f.CreditStated) -> str:
    if not body.good:
        return "申请人有失信记录，不适用容缺受理"
    return f"更正：申请人没有失信记录；原因：{body.reason}" if body.reason else "更正：申请人没有失信记录"


def _answered(case: Case, body: f.CaseAnswered | f.AnswersCorrected | f.FormFilled) -> str:
    """What was answered or filled in after the receipt, and what has to be given back because of it."""
    if isinstance(body, f.FormFilled):
        return _filled(case, body)
    return _answers_told(case.matter.questions, body) + _given_back(case, body.rows)


def _answers_told(before: Collection[tuple[str, str]], body: f.CaseAnswered | f.AnswersCorrected) -> str:
    """What was answered that was open before, in the words of both."""
    if isinstance(body, f.AnswersCorrected):
        return _answers_corrected(before, body)
    new = (f"{question.rstrip('？?')}：{words}" for question, words in body.asked if (question, words) not in before)
    listed = "；".join(new)
    return f"补充回答收件时没有回答的问题：{listed}"


def _given_back(case: Case, rows: Iterable[Row]) -> str:
    """What the list does not ask for any more although the receipt says that it was taken."""
    names = "、".join(row.name for row in no_longer_needed(case, rows))
    return f"；不再需要、应当场退还：{names}" if names else ""


def _moved(case: Case, fact: f.Fact) -> str:
    """What was brought besides, or given back."""
    if isinstance(fact.body, f.MaterialsReturned):
        return _back_again(case, fact.body)
    assert isinstance(fact.body, f.MaterialsBrought)
    return besides(fact.body, fact.header.day)


def _back_again(case: Case, body: f.MaterialsReturned) -> str:
    """What of it was given back, and how."""
    known = (*case.to_return, *(row for each in case.given_back for row in each.rows))
    words = {row.code: row.name for row in known}
    names = "、".join(words.get(code, code) for code in body.codes)
    match body.how:
        case "proxy":
            return f"已退还更正后不再需要的材料：{names}（他人代领，与申请人的关系：{body.relation}）"
        case "posted":
            return f"已退还更正后不再需要的材料：{names}（邮寄，单号{body.waybill}）"
        case _:
            return f"已退还更正后不再需要的材料：{names}（申请人或代理人领回）"


def _answers_corrected(before: Iterable[tuple[str, str]], body: f.AnswersCorrected) -> str:
    """What was written and what is true, why, and what had been open and was answered with it."""
    wrong = "；".join(f"{each.question.rstrip('？?')}：{each.before} → {each.after}" for each in body.corrected)
    known = {question for question, _words in before}
    new = "；".join(f"{question.rstrip('？?')}：{words}" for question, words in body.asked if question not in known)
    return f"更正收件时的回答：{wrong}；原因：{body.reason}{'；随之回答：' + new if new else ''}"


def _filled(case: Case, body: f.FormFilled) -> str:
    """What of the form was filled in, put right and taken away, by its labels: the values name people."""
    words = case.matter.field_labels | body.labels

    def listed(codes: Iterable[str]) -> str:
        return "、".join(words.get(code, code) for code in codes)

    new = tuple(code for code in body.filled if code not in body.corrected)
    said = [
        *([f"填写{listed(new)}"] if new else []),
        *([f"改写{listed(body.corrected)}"] if body.corrected else []),
        *([f"去掉{listed(body.dropped)}"] if body.dropped else []),
        *([f"没有确认{listed(body.declined)}"] if body.declined else []),
    ]
    told = "；".join(said)
    return f"补填表格：{told}"


def _paper_name(case: Case, paper_id: str) -> str:
    return next((PAPER_NAMES[paper.kind] for paper in case.papers if paper.paper_id == paper_id), "文书")


def _of_row(case: Case, code: str) -> str:
    return next((f"（{row.name}）" for row in case.rows if row.code == code), "")


def _conflict_settled(body: f.ConflictSettled) -> str:
    settled = _settled(body)
    return f"冲突处理：{settled}{'：' + body.reason if body.reason else ''}"


def _settled(body: f.ConflictSettled) -> str:
    """Which side of a conflict stands; of two cases which of them is withdrawn."""
    other = body.other
    if not other:
        return SETTLED_NAMES[body.stands]
    if body.gives_way:
        return f"定为重复办理，以{other}为准，本件照实撤回"
    return f"与{other}两件都有效" if body.stands == "both" else f"定为重复办理，以本件为准，{other}照实撤回"


def met(case: Case, second: f.Header, own: Iterable[f.Header]) -> Event | None:
    """The line of the case that a fact collided with: the last one with an effect before its own that another window
    left, of what fills in a form the last that did the same; ``own`` is what its window wrote of the case. Where there
    is none, the last before it whoever wrote it."""
    mine = {_trace(each) for each in own}
    places = (place for place, line in enumerate(case.timeline) if line.misfit and _trace(line) == _trace(second))
    place = next(places, len(case.timeline))
    before, partly = case.timeline[:place], {each.what for each in case.disputes}
    stopped = any(line.misfit not in partly for line in case.timeline[place : place + 1])
    lines = [line for line in before if not line.misfit and line.type not in _BESIDE]
    others = [line for line in lines if _trace(line) not in mine]
    # Where the state did not stop it, a form that was filled in collides with another filling only.
    same = [line for line in others if line.type == second.type == "form.filled" and not stopped]
    return next(reversed(same or others or lines), None)


def _trace(of: f.Header | Event) -> tuple[str, int, str]:
    """What a fact and its line have in common: what it was, when by its window's clock, and who wrote it."""
    return of.type, of.at_ms, of.actor


def standing(case: Case, line: Event | None) -> str:
    """How a case stands, and the ``line`` that came first, as one side of a conflict."""
    state = STATE_NAMES[case.state]
    return f"{state}：{line.text}" if line and line.text else state


def parts_of_standing(text: str) -> tuple[str, str]:
    """The state in what ``standing`` said, and what made it so (or nothing)."""
    state, _, made = text.partition("：")
    return state, made


def tell(case: Case, fact: f.Fact) -> str:
    """The line of the timeline that a fact leaves."""
    match fact.body:
        case f.CaseAccepted(deemed=True, accepted=day):
            return f"五个工作日内未告知补正，自{day.isoformat()}起视为受理"
        case f.CaseAccepted():
            return "受理"
        case f.CaseNoticed(gaps=gaps, second=second, known_before=known, reason=reason):
            blame = f"，其中{len(known)}项第一次就能看到；原因：{reason}" if known else ""
            return f"{'再次' if second else '一次性'}告知补正{len(gaps)}项{blame}"
        case f.CaseTolerated(promises=promises):
            return f"容缺受理，承诺补齐{len(promises)}项"
        case f.CaseCorrected(corrections=corrections):
            return f"当场更正{len(corrections)}项"
        case f.CaseRefused(refusal=refusal, conforming=conforming):
            return _refused(refusal, conforming=conforming)
        case f.CaseSupplemented():
            return supplemented(case, fact.body, fact.header.day)
        case f.CreditStated():
            return _credit(fact.body)
        case f.CaseAnswered() | f.AnswersCorrected() | f.FormFilled() as said:
            return _answered(case, said)
        case f.CaseAdopted():
            return adopted_from(fact.body)
        case f.ConflictSettled():
            return _conflict_settled(fact.body)
        case f.ProcedureAnnounced(name=name, days=days):
            return f"书面告知特别程序：{name}，所需{days}日不计入办理时限"
        case f.ProcedureStarted(name=name):
            return f"特殊程序开始：{name}，时限暂停"
        case f.ProcedureEnded(name=name):
            return f"特殊程序结束：{name}，时限恢复"
        case f.LimitExtended(days=days, approver=approver):
            return f"延长办理期限{days}个工作日，批准人{approver}"
        case f.CaseDecided():
            return _decided(fact.body)
        case f.ResultDelivered(how=how):
            return "结果已领取" if how == "collected" else "结果已邮寄"
        case f.PapersServed(documents=documents, how=how):
            return f"送达文书{len(documents)}件（{SERVED_NAMES[how]}）"
        case f.FeeDemanded(charges=charges):
            return f"告知缴费，共{len(charges)}项"
        case f.FeePaid(fen=fen, voucher=voucher):
            return f"已缴费{fen / 100:,.2f}元{'，票据号' + voucher if voucher else ''}"
        case f.MaterialsHandedOver(items=items, from_place=source, to_place=target):
            return f"移交材料{len(items)}项：{source} → {target}"
        case f.MaterialsBrought() | f.MaterialsReturned():
            return _moved(case, fact)
        case f.CaseClosed(how=how, reason=reason, lapsed=lapsed):
            return f"{'视为撤回' if lapsed else CLOSED_NAMES[how]}{'：' + reason if reason else ''}"
        case f.PaperIssued(kind=kind):
            return f"出具{PAPER_NAMES[kind]}"
        case f.PaperReprinted(paper_id=paper_id, nth=nth):
            return f"补打{_paper_name(case, paper_id)}（第{nth}次）"
        case f.PersonalShown(reason=reason):
            return f"查看完整个人信息：{reason}"
        case f.DocumentAttached(name=name, material=material):
            return f"加入扫描件{_of_row(case, material)}：{name}"
        case f.NoteAdded(text=text):
            return f"备注：{text}"
    return fact.header.type

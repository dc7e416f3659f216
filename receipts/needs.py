"""What the law wants on each paper before it may be handed out. No wording and no setting switches these off.

A need is a value of ``receipts.values`` that must be there and must be printed. Seal, date, number and the lines to
sign are looked for in the finished document, so that a centre's own text cannot lose them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hall.case import Case, CaseState
from hall.errors import HallError
from hall.facts import PaperIssued, PaperKind
from hall.names import says_something
from hall.telling import PAPER_NAMES
from receipts.document import Document, Seal, Signatures, texts
from receipts.templates import Template, names_in
from receipts.values import Content

Mark: TypeAlias = Literal[
    "number", "date", "seal", "reason", "basis", "procedure", "deadline", "consequence", "approver", "organ", "payee",
    "place", "remedy", "signature",
]  # fmt: skip


class Need(Struct, frozen=True):
    """A value that a paper must say: its name here and for people, where it is entered, and what to do without it."""

    value: str
    mark: Mark
    label: str
    field: str
    hint: str
    code: str = "paper_incomplete"


_REMEDY: Final = (
    Need("reconsideration", "remedy", "行政复议机关", "hall.reconsideration", "请在大厅资料里填写复议机关"),
    Need("court", "remedy", "有管辖权的人民法院", "hall.court", "请在大厅资料里填写人民法院"),
)
NEEDS: Final[dict[PaperKind, tuple[Need, ...]]] = {
    "refusal": (
        Need("refusal_reason", "reason", "不予受理的理由", "refusal.reason", "请写明理由", "refusal_without_reason"),
        *_REMEDY,
    ),
    "acceptance": (Need("accepted", "date", "受理日期", "accepted", "请先作出受理"),),
    "notice": (Need("respond_by", "deadline", "补正期限", "respond_by", "请写明补正的最后一日"),),
    "promise": (
        Need("breach", "consequence", "逾期的后果", "matter.tolerance.breach", "请在事项里写明逾期的后果"),
    ),
    "tolerance": (
        Need("promise_until", "deadline", "承诺补齐的日期", "promises.until", "请写明补齐的日期"),
        Need("breach", "consequence", "逾期的后果", "matter.tolerance.breach", "请在事项里写明逾期的后果"),
    ),
    "tolerance_due": (
        Need("promise_until", "deadline", "承诺补齐的日期", "promises.until", "请写明补齐的日期"),
        Need("breach", "consequence", "逾期的后果", "matter.tolerance.breach", "请在事项里写明逾期的后果"),
    ),
    "restart": (Need("last_in", "deadline", "补齐的日期", "handed_in", "请先登记补交的材料"),),
    "procedure": (
        Need("procedure", "procedure", "特别程序的名称", "procedure.name", "请写明是哪一种特别程序"),
        Need("procedure_days", "deadline", "特别程序所需的时间", "procedure.days", "请写明所需的天数"),
        Need("procedure_basis", "basis", "特别程序的依据", "procedure.basis", "请写明依据的法律条款"),
    ),
    "extension": (
        Need("extension_approver", "approver", "批准人", "extension.approver", "请写明批准延长的负责人",
             "extension_without_approver"),
        Need("extension_reason", "reason", "延长的理由", "extension.reason", "请写明延长期限的理由",
             "extension_without_reason"),
        Need("extension_days", "deadline", "延长的天数", "extension.days", "请写明延长的工作日数"),
    ),
    "grant": (Need("decision_basis", "basis", "决定的依据", "decision.basis", "请写明依据的法律条款"),),
    "denial": (
        Need("decision_reason", "reason", "不予许可的理由", "decision.reason", "请写明理由（行政许可法第三十八条）",
             "denial_without_reason"),
        Need("decision_basis", "basis", "决定的依据", "decision.basis", "请写明依据的法律条款"),
        *_REMEDY,
    ),
    "served": (Need("served_day", "date", "送达时间", "served.day", "请写明送达的日期"),),
    "fee": (
        Need("pay_by", "deadline", "缴费期限", "fee.pay_by", "请写明缴费的最后一日"),
        Need("payee", "payee", "收款单位", "fee.payee", "请写明收款单位"),
    ),
    "returned": (
        Need("return_reason", "reason", "退件的理由", "closed.reason", "请写明为什么退回", "return_without_reason"),
    ),
    "terminated": (
        Need("return_reason", "reason", "终止的理由", "closed.reason", "请写明为什么终止", "return_without_reason"),
        Need("return_basis", "basis", "终止的依据", "closed.basis", "请写明依据的规定"),
        *_REMEDY,
    ),
}  # fmt: skip
"""Beyond what every text demands of the values it names."""

LISTS: Final[dict[PaperKind, tuple[tuple[str, tuple[str, ...], str], ...]]] = {
    "receipt": (("materials", ("name", "state"), "申请材料清单"), ("brought", ("name",), "本次收到的补充材料")),
    "notice": (("gaps", ("name", "problem", "remedy"), "需要补正的全部内容"),),
    "acceptance": (("collected", ("name",), "已收材料"),),
    "promise": (("promises", ("name", "until"), "承诺补齐的材料和日期"),),
    "tolerance": (("promises", ("name", "until"), "承诺补齐的材料和日期"),),
    "tolerance_due": (("promises", ("name", "until"), "承诺补齐的材料和日期"),),
    "checking": (("fields", ("name", "value"), "申请人填写的内容"), ("handed", ("name",), "申请人提交的材料")),
    "restart": (("supplied", ("name",), "补交的材料"),),
    "served": (("documents", ("name",), "送达的文书"),),
    "fee": (("charges", ("name", "amount", "basis"), "收费项目、金额和依据"),),
    "transfer": (("originals", ("name",), "流转的原件"), ("handovers", ("giver", "taker"), "交接的人")),
    "returned": (("handed", ("name",), "退还的材料"),),
    "terminated": (("handed", ("name",), "退还的材料"),),
}
"""Lists that a paper says row by row: the table, the columns of it that are looked for, and what it is for people."""

_OF_SERVICE: Final[dict[str, dict[str, str]]] = {
    "served": {"served_place": "送达地点", "served_waybill": "邮寄单号"},
    "proxy": {"proxy": "代收人", "relation": "代收人与受送达人的关系", "served_reason": "代收的原因"},
    "turned_away": {"witness": "见证人", "served_reason": "拒收的原因"},
}
"""What a proof of service says, by the condition under which it does."""

SEALED: Final = frozenset[PaperKind](
    {"receipt", "notice", "acceptance", "refusal", "tolerance", "tolerance_due", "restart", "procedure",
     "extension", "grant", "denial", "fee", "returned", "terminated"}
)  # fmt: skip
"""Papers that are nothing without the place of the seal and a date (行政许可法 art. 32 last paragraph, 38, 42, 45)."""
SIGNED: Final = frozenset[PaperKind](
    {"receipt", "notice", "promise", "checking", "tolerance", "served", "transfer", "pickup", "returned", "terminated"}
)
"""Papers that somebody signs."""
_ANYBODY: Final = (re.compile("签(?!.*(?:日期|时间)$)"), "签字的位置")
_SIGNERS: Final[dict[PaperKind, tuple[re.Pattern[str], str]]] = {
    "notice": (re.compile("申请人.*签(?!.*(?:日期|时间)$)"), "申请人签字的位置"),
    "checking": (re.compile("申请人.*签(?!.*(?:日期|时间)$)"), "申请人签字的位置"),
    "promise": (re.compile("承诺人.*签(?!.*(?:日期|时间)$)"), "承诺人签字的位置"),
}
"""How the line is called that makes the paper (签收日期 is one to date), and what the lack of it is called."""
_BY_ARTICLE: Final = frozenset[PaperKind]({"notice", "acceptance", "refusal"})
"""Papers that say by which article they are given (行政许可法 art. 32(1))."""
UNNUMBERED: Final = frozenset[PaperKind]({"guide", "checking"})
"""Papers that exist before there is a case to number."""
_PERIODS: Final = (
    ("申请行政复议的期限（六十日）", re.compile("(?:六十|(?<![0-9])60) ?(?:个自然)?日")),
    ("提起行政诉讼的期限（六个月）", re.compile("(?:六|(?<![0-9])6) ?个月")),
)
"""Until when one can turn against a decision (行政复议法 art. 20, 行政诉讼法 art. 46), where both remedies are told."""
EXTENSION_DAYS, JOINT_EXTENSION_DAYS = 10, 15
"""How much a limit may be extended (行政许可法 art. 42)."""


def marks_of(kind: PaperKind) -> tuple[Mark, ...]:
    """What the law wants on a paper, in a fixed order."""
    found = {need.mark for need in NEEDS.get(kind, ())}
    if kind in SEALED:
        found |= {"seal", "date"}
    if kind in SIGNED:
        found.add("signature")
    if kind not in UNNUMBERED:
        found.add("number")
    if kind == "refusal":
        found.add("organ")
    if kind == "notice":
        found.add("consequence")
    if kind == "fee" or kind in _BY_ARTICLE:
        found.add("basis")
    if kind == "served":
        found.add("place")
    order: tuple[Mark, ...] = get_args(Mark)
    return tuple(mark for mark in order if mark in found)


def require(kind: PaperKind, case: Case, issued: PaperIssued) -> None:
    """That the case has come to this paper and carries what the law wants on it.

    Raises:
        HallError: ``paper_undated``, ``paper_without_number``, ``paper_not_due``, or the code of what is missing.
    """
    name = PAPER_NAMES[kind]
    if issued.day is None:  # decoded facts have a day; a caller that made one up may not
        raise HallError("paper_undated", f"{name}没有日期，不能出具", field="issued.day", hint="请写明出具日期")
    if kind not in UNNUMBERED and not issued.number.strip():
        raise HallError(
            "paper_without_number", f"{name}没有编号，不能出具", field="issued.number", hint="请先取得文书编号"
        )
    why = _too_early(kind, case)
    if why:
        raise HallError("paper_not_due", f"不能出具{name}：{why}", field="kind", hint="请先办理这一步，再出具文书")
    checks = {"refusal": _refusal, "extension": _extension, "served": _served, "fee": _fee, "transfer": _transfer}
    if kind in checks:
        checks[kind](case)
    if kind in ("grant", "pickup") and case.promises:
        raise HallError(
            "promise_open", f"承诺的材料还有{len(case.promises)}项没有补齐，不能出具{name}",
            field="promises", hint="请先收齐承诺的材料（容缺受理：补齐前不出具办理结果）",
        )  # fmt: skip


def require_values(kind: PaperKind, content: Content) -> None:
    """That every value the law wants is there. Raises HallError with the need's code, field and hint."""
    for need in NEEDS.get(kind, ()):
        if not says_something(content.values[need.value]):
            raise HallError(
                need.code, f"{PAPER_NAMES[kind]}没有写明{need.label}，不能出具", field=need.field, hint=need.hint
            )


def require_printed(kind: PaperKind, template: Template, content: Content, document: Document) -> None:
    """That the finished paper says all of it, whatever its text is. Raises HallError ``bad_paper_text``."""
    said = "\n".join(texts(document))
    named = names_in(template)
    missing = [
        need.label for need in NEEDS.get(kind, ()) if need.value not in named or content.values[need.value] not in said
    ]
    seals = [block for block in document.blocks if isinstance(block, Seal)]
    missing += [label for table, names, label in LISTS.get(kind, ()) if not _listed(content.tables[table], names, said)]
    if kind == "notice" and content.values["lapse"] not in said:
        missing.append("逾期未补正的后果")
    if kind == "guide" and "exit" not in content.flags and content.values["still_open"] not in said:
        missing.append("没有回答的问题")
    if kind == "refusal" and "not_authority" in content.flags and content.values["where_organ"] not in said:
        missing.append("有权受理的机关")
    if kind == "served":
        wanted = {name: label for flag, names in _OF_SERVICE.items() if flag == kind or flag in content.flags
                  for name, label in names.items()}  # fmt: skip
        missing += [label for name, label in wanted.items() if content.values[name] not in said]
    if kind in SEALED and not (seals and says_something(seals[-1].organ) and content.values["day"] in seals[-1].date):
        missing.append("印章和日期的位置")
    if kind in _BY_ARTICLE and content.values["article"] not in said:
        missing.append("依据的条款")
    if set(_REMEDY) <= set(NEEDS.get(kind, ())):
        missing += [label for label, period in _PERIODS if period.search(said) is None]
    signer, label = _SIGNERS.get(kind, _ANYBODY)
    if kind in SIGNED and not _to_sign(document, signer):
        missing.append(label)
    if missing:
        raise HallError(
            "bad_paper_text", f"{kind}.toml 没有印出法律要求的内容：{'、'.join(missing)}",
            field=f"{kind}.toml", hint="请对照程序自带的文书文本补上",
        )  # fmt: skip


def _to_sign(document: Document, signer: re.Pattern[str]) -> bool:
    """Whether there is an empty line for ``signer``."""
    slots = (slot for block in document.blocks if isinstance(block, Signatures) for slot in block.slots)
    return any(signer.search(slot.label) and not slot.value for slot in slots)


def _listed(rows: Sequence[Mapping[str, str]], names: tuple[str, ...], said: str) -> bool:
    """Whether all of ``names`` of every row was said."""
    return all(row[name] in said for row in rows for name in names)


def _too_early(kind: PaperKind, case: Case) -> str:
    """Why it is too early for a paper, or empty."""
    decided = case.decision
    reasons: dict[PaperKind, tuple[bool, str]] = {
        "notice": (bool(case.notices and case.notices[-1].gaps), "本办件没有需要告知补正的内容"),
        "acceptance": (case.accepted is not None, "本办件尚未受理"),
        "refusal": (case.refusal is not None, "本办件没有不予受理"),
        "promise": (bool(case.promises), "本办件没有承诺补齐的材料"),
        "tolerance": (bool(case.promises), "本办件没有容缺受理"),
        "tolerance_due": (bool(case.promises), "本办件没有等待补齐的承诺材料"),
        "restart": (len(case.handed_in) > 1 and not case.gaps, "需要补交的材料还没有收齐"),
        "procedure": (bool(case.announced), "本办件没有进行特别程序"),
        "extension": (case.extension is not None, "本办件没有延长办理期限"),
        "grant": (bool(decided and decided.granted), "本办件没有准予的决定"),
        "denial": (bool(decided and not decided.granted), "本办件没有不予的决定"),
        "served": (bool(case.services and case.services[-1].told.documents), "本办件没有送达文书"),
        "fee": (bool(case.fee and case.fee.charges), "本办件没有需要缴纳的费用"),
        "transfer": (any(move.items for move in case.handovers), "本办件没有移交材料"),
        "pickup": (decided is not None, "本办件尚未作出决定"),
        "returned": (case.state in (CaseState.RETURNED, CaseState.WITHDRAWN), "本办件没有退件，也没有撤回"),
        "terminated": (case.state is CaseState.TERMINATED, "本办件没有终止"),
    }
    due, why = reasons.get(kind, (True, ""))
    return "" if due else why


def _refusal(case: Case) -> None:
    """行政许可法 art. 32(2), 72(7): no refusal without its reason, none for want of authority without the organ."""
    refusal = case.refusal
    assert refusal is not None, "asked before"
    if not says_something(refusal.reason):
        raise HallError(
            "refusal_without_reason", "不予受理通知书没有写明理由，不能出具",
            field="refusal.reason", hint="请写明理由",
        )  # fmt: skip
    if refusal.ground == "not_authority" and (refusal.where is None or not says_something(refusal.where.organ)):
        raise HallError(
            "refusal_without_organ",
            "不予受理通知书没有写明应当向哪个机关申请，不能出具（行政许可法第三十二条第一款第二项）",
            field="refusal.where.organ", hint="请填写有权受理的机关",
        )  # fmt: skip


def _extension(case: Case) -> None:
    """行政许可法 art. 42: at most ten days, fifteen for joint handling."""
    extension = case.extension
    assert extension is not None, "asked before"
    most = JOINT_EXTENSION_DAYS if extension.joint else EXTENSION_DAYS
    if not 1 <= extension.days <= most:
        raise HallError(
            "extension_too_long",
            f"延长{extension.days}个工作日，超出法律允许的{most}个工作日（行政许可法第四十二条）",
            field="extension.days", hint=f"请填写1到{most}",
        )  # fmt: skip


def _served(case: Case) -> None:
    """Where, or by which post; a proxy gives relation and reason, a refusal to take needs a witness and the reason."""
    service = case.services[-1]
    told = service.told
    wanted: dict[str, tuple[tuple[str, str, str], ...]] = {
        "proxy": (("代收人", service.proxy, "served.proxy"),
                  ("代收人与受送达人的关系", told.relation, "served.relation"),
                  ("代收的原因", told.reason, "served.reason")),
        "refused": (("见证人", service.witness, "served.witness"), ("拒收的原因", told.reason, "served.reason")),
    }  # fmt: skip
    if not says_something(told.place) and not (told.how == "posted" and says_something(told.waybill)):
        label, field = ("邮寄单号", "served.waybill") if told.how == "posted" else ("送达地点", "served.place")
        raise HallError("paper_incomplete", f"送达回证没有写明{label}，不能出具", field=field, hint=f"请填写{label}")
    for label, value, field in wanted.get(told.how, ()):
        if not says_something(value):
            raise HallError(
                "service_incomplete", f"送达回证没有写明{label}，不能出具", field=field, hint=f"请填写{label}"
            )


def _fee(case: Case) -> None:
    """行政许可法 art. 58, 59: no fee without the law it stands on."""
    assert case.fee is not None, "asked before"
    for number, charge in enumerate(case.fee.charges, 1):
        if not says_something(charge.basis):
            raise HallError(
                "fee_without_basis", f"缴费通知书第{number}项“{charge.name}”没有写明收费依据，不能出具",
                field=f"fee.charges[{number - 1}].basis", hint="请写明法律、行政法规和公布的收费标准",
            )  # fmt: skip
        if charge.fen <= 0:
            raise HallError(
                "fee_not_positive", f"缴费通知书第{number}项“{charge.name}”没有金额，不能出具",
                field=f"fee.charges[{number - 1}].fen", hint="不收费的项目不列入",
            )  # fmt: skip


def _transfer(case: Case) -> None:
    """Each hand that gives an original is named."""
    for number, move in enumerate(case.handovers):
        if not says_something(move.giver):
            raise HallError(
                "handover_without_hand", f"物料流转单第{number + 1}次移交没有写明移交人，不能出具",
                field=f"handovers[{number}].giver", hint="请写明谁交出的",
            )  # fmt: skip

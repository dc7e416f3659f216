"""The forms of what passes from hand to hand: fees, originals, documents served, results collected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import N_, _
from clerk_tui.screens.step_fields import Ask, gathered, many
from clerk_tui.screens.words import paper_name
from hall.facts import Charge, Document, Original
from hall.verdict import TickState

if TYPE_CHECKING:
    from clerk_tui.screens.step_forms import Asking

CHARGES = 6
"""Items that one notice of fees takes; the paper has room for them."""
SERVED = frozenset({"notice", "acceptance", "refusal", "tolerance", "procedure", "extension", "grant", "denial", "fee"})
"""Papers that are served; receipts and slips are only handed out."""
HOWS = (
    ("direct", N_("直接送达")),
    ("posted", N_("邮寄")),
    ("proxy", N_("他人代收")),
    ("refused", N_("拒收")),
    ("electronic", N_("电子送达")),
)
PAID = (("现金", N_("现金")), ("刷卡", N_("刷卡")), ("扫码支付", N_("扫码支付")), ("转账", N_("转账")))
"""How a fee was paid: kept as the value, in Chinese."""
HERE = "here"
_SEVERAL = re.compile(r"[、；;\n]")


def fee(asking: Asking) -> list[Ask]:
    """Each charge is name, amount and basis; a filled one brings an empty next one."""
    published = asking.case.matter.fee
    asks: list[Ask] = []
    for number in range(CHARGES):
        first = number == 0
        amount = f"{published.fen / 100:.2f}" if first and published.fen else ""
        begun = first or bool(str(asking.says(f"charge_name.{number}")).strip())
        label = _("收费项目") if first else _("收费项目{number}").format(number=number + 1)
        asks.append(Ask(f"charge_name.{number}", label, required=first, wanted=number == 1))
        if not begun:
            break
        asks.append(Ask(f"charge_amount.{number}", _("金额（元）"), "yuan", amount, required=True))
        asks.append(Ask(f"charge_basis.{number}", _("收费依据"), value=published.basis, required=True))
    return [
        *asks,
        Ask("pay_by", _("缴费期限"), "day", required=True, note=_("最后一日；可写 11-30 或 1130")),
        Ask("payee", _("收款单位"), required=True),
        Ask("how", _("怎样缴"), note=_("例如 扫码、到银行柜台")),
        Ask("code", _("缴款码")),
        Ask("late", _("逾期的后果")),
    ]


def gather_fee(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """Charges from the three fields of each; one that is not whole yet is left out."""
    charges = []
    for number in range(CHARGES):
        parts = [read.get(f"charge_{part}.{number}", "") for part in ("name", "amount", "basis")]
        if all(parts):
            charges.append(Charge(name=parts[0], fen=parts[1], basis=parts[2]))
    values = {key: value for key, value in read.items() if not key.startswith("charge_")}
    return values | ({"charges": tuple(charges)} if charges else {})


def payment(asking: Asking) -> list[Ask]:
    """All that is open, today, unless something else is typed."""
    ways = tuple((code, _(label)) for code, label in PAID)
    return [
        Ask("how", _("怎样缴的"), "choice", "", ways, wanted=True),
        Ask("voucher", _("票据号"), wanted=True, note=_("财政票据的号码")),
        Ask("amount", _("金额（元）"), "yuan", f"{asking.case.fee_open / 100:.2f}", required=True),
        Ask("day", _("哪天缴的"), "past_day", str(asking.today)),
    ]


def gather_payment(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """The amount is fen to the service."""
    values = {key: value for key, value in read.items() if key != "amount"}
    return values | ({"fen": read["amount"]} if "amount" in read else {})


def further(asking: Asking) -> list[Ask]:
    """What somebody brings into an accepted case: of its list or beside it. What was promised is supplemented."""
    case = asking.case
    promised = {promise.code for promise in case.promises}
    rows = [(row.name, row.name) for row in case.rows if row.code not in promised]
    forms = (("原件", _("原件")), ("复印件", _("复印件")), ("电子", _("电子")))
    who = (("no", _("申请人自愿")), ("yes", _("承办部门要求")))
    asked = asking.says("asked", "no") == "yes"
    return [
        *many("items", _("收下哪些"), rows, ()),
        Ask("others", _("清单以外的"), wanted=True, note=_("几件用顿号隔开")),
        Ask("form", _("形式"), "choice", "原件", forms),
        Ask("asked", _("谁要交的"), "choice", "no", who),
        Ask("purpose", _("为什么交来"), required=asked, wanted=not asked, note=_("例如更正了什么；印在凭证上")),
        Ask("day", _("哪天收到"), "past_day", str(asking.today)),
    ]


def gather_further(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """What was ticked and written, all in one form."""
    written = [part.strip() for part in _SEVERAL.split(str(read.get("others", ""))) if part.strip()]
    form = str(read.get("form", "原件"))
    names = dict.fromkeys([*written, *gathered(read, "items")])
    apart = ("others", "form", "asked")
    values = {key: value for key, value in read.items() if key not in apart and not key.startswith("items.")}
    values["items"] = tuple(Original(name=name, form=form) for name in names)
    return values | {"asked": read.get("asked", "no") == "yes"}


def handover(asking: Asking) -> list[Ask]:
    """From this window, or on from whoever had them last."""
    case = asking.case
    places = list(dict.fromkeys(move.to_place for move in case.handovers if move.to_place != asking.window))
    out = case.handovers[-1].to_place if case.handovers else asking.window
    default = str(places.index(out)) if out in places else HERE
    source = str(asking.says("from", default))
    asks: list[Ask] = []
    if places:
        options = ((HERE, asking.window), *((str(n), place) for n, place in enumerate(places[:8])))
        asks.append(Ask("from", _("从哪里移交"), "choice", default, options, required=True))
    if source == HERE:
        department = case.matter.department
        asks += [
            *many("items", _("移交哪些"), [(name, name) for name in _held(asking)], ()),
            Ask("others", _("其他物件"), wanted=True, note=_("几件用顿号隔开")),
            Ask("to_place", _("交给哪里"), value=department.name, required=True),
            Ask("taker", _("接收人"), "name"),
        ]
    else:
        on_sheet = [(name, name) for name in _on_sheet(asking)]
        asks += [
            *many("items", _("移交哪些"), on_sheet, [name for name, _label in on_sheet], required=True),
            Ask("giver", _("移交人"), "name", required=True),
            Ask("to_place", _("交给哪里"), value=asking.window, required=True),
            Ask("taker", _("接收人"), "name", asking.clerk),
        ]
    whole = (("yes", _("完好")), ("no", _("有缺损")))
    return [
        *asks,
        Ask("purpose", _("用途")),
        Ask("return_by", _("哪天前还回"), "day"),
        Ask("whole", _("物件状况"), "choice", "yes", whole),
    ]


def gather_handover(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """Originals by name, from what was ticked and what was written."""
    source = read.get("from", HERE)
    places = list(dict.fromkeys(move.to_place for move in asking.case.handovers if move.to_place != asking.window))
    written = [part.strip() for part in _SEVERAL.split(str(read.get("others", ""))) if part.strip()]
    items = tuple(Original(name=name) for name in dict.fromkeys([*gathered(read, "items"), *written]))
    apart = ("from", "others", "whole")
    values = {key: value for key, value in read.items() if key not in apart and not key.startswith("items.")}
    values["items"] = items
    if source != HERE:
        values["from_place"] = places[int(source)]
    return values | {"whole": read.get("whole", "yes") != "no"}


def giving_back(asking: Asking) -> list[Ask]:
    """Everything that is to be given back, to whoever stands here, unless something else is chosen."""
    lying = [(row.code, row.name) for row in asking.case.to_return]
    how = asking.says("how", "direct")
    hows = (("direct", _("申请人或代理人领回")), ("proxy", _("他人代领")), ("posted", _("邮寄")))
    asks = [
        *many("materials", _("退还哪些"), lying, [code for code, _name in lying], required=True),
        Ask("how", _("怎样退还"), "choice", "direct", hows, required=True),
    ]
    if how == "proxy":
        asks += [
            Ask("receiver", _("代领人"), "name", required=True),
            Ask("relation", _("与申请人的关系"), required=True),
        ]
    if how == "posted":
        asks.append(Ask("waybill", _("邮寄单号"), required=True, note=_("可以扫面单上的条码")))
    return [*asks, Ask("day", _("哪天退还"), "past_day", str(asking.today))]


def gather_giving_back(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """Materials by their codes."""
    values = {key: value for key, value in read.items() if not key.startswith("materials.")}
    return values | {"materials": tuple(gathered(read, "materials"))}


def _held(asking: Asking) -> Iterator[str]:
    """What lies at this window: what was handed in and is there."""
    for row in asking.case.rows:
        tick = asking.case.ticks.get(row.code)
        if tick is not None and tick.state is TickState.PRESENT:
            yield row.name
    yield from (one.name for each in asking.case.brought for one in each.items)


def _on_sheet(asking: Asking) -> list[str]:
    return list(dict.fromkeys(one.name for move in asking.case.handovers for one in move.items))


def service(asking: Asking) -> list[Ask]:
    """The papers not served yet are ticked, and the result where there is one."""
    case = asking.case
    served = {one.number for each in case.services for one in each.told.documents}
    papers = [paper for paper in case.papers if paper.kind in SERVED]
    options = [(paper.number, f"{paper_name(paper.kind)} {paper.number.partition('/')[2]}") for paper in papers]
    latest = [paper.number for paper in papers[-1:] if paper.number not in served]
    result = case.decision.result if case.decision is not None and case.decision.granted else ""
    given = {one.name for each in case.services for one in each.told.documents}
    how = str(asking.says("how", "direct"))
    asks = [
        *many("documents", _("送达哪些文书"), options, latest),
        Ask("others", _("其他文书"), value="" if result in given else result, note=_("几份用顿号隔开")),
        Ask("how", _("怎样送达"), "choice", "direct", tuple((code, _(label)) for code, label in HOWS), required=True),
    ]
    if how == "proxy":
        asks += [
            Ask("receiver", _("代收人"), "name", required=True),
            Ask("relation", _("与受送达人关系"), required=True),
            Ask("reason", _("代收的原因"), required=True),
        ]
    elif how == "refused":
        asks += [
            Ask("witness", _("见证人"), "name", required=True),
            Ask("reason", _("拒收的原因"), required=True),
        ]
    if how == "posted":
        asks.append(Ask("waybill", _("邮寄单号"), required=True, note=_("可以扫面单上的条码")))
        place = Ask("place", _("邮寄地址"), wanted=True)
    elif how == "direct":
        place = Ask("place", _("送达地点"), note=_("在本窗口的空着"))
    else:
        note = _("电子邮箱、手机号或平台") if how == "electronic" else ""
        place = Ask("place", _("送达地点"), required=True, note=note)
    return [
        *asks,
        Ask("day", _("哪天送达"), "past_day", str(asking.today)),
        place,
        Ask("remark", _("备注")),
    ]


def gather_service(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """Papers by their numbers, other documents by name; the result with its own number and copies."""
    decision = asking.case.decision
    documents: list[str | Document] = list(gathered(read, "documents"))
    for part in _SEVERAL.split(str(read.get("others", ""))):
        name = part.strip()
        if decision is not None and name and name == decision.result:
            documents.append(Document(name=name, number=decision.result_number, copies=decision.result_copies))
        elif name:
            documents.append(Document(name=name))
    values = {key: value for key, value in read.items() if key != "others" and not key.startswith("documents.")}
    return values | {"documents": tuple(documents)}


def pickup(asking: Asking) -> list[Ask]:
    """Collected at the window, or posted with its waybill."""
    how = asking.says("how", "collected")
    options = (("collected", _("窗口领取")), ("posted", _("邮寄")))
    asks = [Ask("how", _("怎样取"), "choice", "collected", options, required=True)]
    if how == "posted":
        asks.append(Ask("waybill", _("邮寄单号"), required=True, note=_("可以扫面单上的条码")))
    return asks

"""Who may do what: seven roles, and the role that each action, each fact and each request needs.

A person may have several roles, a device has one: a counter is a ``clerk`` of its hall (it speaks for whoever sits
there), a print station a ``station``, a board in the hall a ``kiosk``, a department's own system a ``department``.
Roles never reach beyond the hall they are given for. What the law itself does (the five-day rule) needs no role.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from msgspec import Struct

from hall.chain import type_of
from hall.errors import HallError
from hall.facts import CaseAccepted, CaseAdopted, CaseNoticed, CaseRefused, FactBody
from hall.shifts import AlarmRaised


class Role(StrEnum):
    """What somebody is in a hall."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    STATION = "station"
    KIOSK = "kiosk"
    ADMIN = "admin"
    DEPARTMENT = "department"


ROLE_NAMES: Final[dict[Role, str]] = {
    Role.CLERK: "窗口人员",
    Role.REVIEWER: "审批人员",
    Role.SUPERVISOR: "负责人",
    Role.STATION: "打印取号台",
    Role.KIOSK: "公示屏",
    Role.ADMIN: "管理员",
    Role.DEPARTMENT: "部门的系统",
}
PERSONAL_ROLES: Final = (Role.CLERK, Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN)
"""Roles of people; the others, and the counter's ``clerk``, are roles of devices."""
DEVICE_ROLES: Final = (Role.CLERK, Role.STATION, Role.KIOSK)


class Permission(StrEnum):
    """One thing that may be done; the first group at a counter, the second at the centre."""

    VIEW = "view"
    SHOW_PERSONAL = "show_personal"
    RECEIVE = "receive"
    NOTICE_AGAIN = "notice_again"
    REFUSE_BEYOND = "refuse_beyond"
    REVIEW = "review"
    EXTEND = "extend"
    HAND_OVER = "hand_over"
    PRINT = "print"
    NOTE = "note"
    SETTLE = "settle"
    VERIFY = "verify"
    TICKETS = "tickets"
    CALL = "call"
    SHIFT = "shift"
    BY_LAW = "by_law"

    PUSH = "push"
    FEED = "feed"
    CASES = "cases"
    SIGN_IN = "sign_in"
    STAFF = "staff"
    OWN_PIN = "own_pin"
    OVERSEE = "oversee"
    IMPORT_SEALED = "import_sealed"
    BOARD = "board"
    NUMBERS = "numbers"
    CLAIM = "claim"
    SEND_PRINTS = "send_prints"
    TAKE_PRINTS = "take_prints"
    DEVICES = "devices"
    CLERKS = "clerks"
    DECIDE = "decide"


_DESK = frozenset({Role.CLERK})
_HEAD = frozenset({Role.SUPERVISOR})
_STAFF = frozenset({Role.CLERK, Role.REVIEWER, Role.SUPERVISOR})
_ADMIN = frozenset({Role.ADMIN})

GRANTS: Final[dict[Permission, frozenset[Role]]] = {
    Permission.VIEW: _STAFF,
    Permission.SHOW_PERSONAL: _STAFF,
    Permission.RECEIVE: _DESK,
    # 行政许可法 art. 72(4): a further notice for what was visible the first time is answered for by the one in charge.
    Permission.NOTICE_AGAIN: _HEAD,
    # art. 32, 72(1): to turn somebody away on a ground that is neither item 1 nor item 2 is answered for by them too.
    Permission.REFUSE_BEYOND: _HEAD,
    Permission.REVIEW: frozenset({Role.REVIEWER}),
    # art. 42: an extension is approved by the person in charge of the organ.
    Permission.EXTEND: _HEAD,
    Permission.HAND_OVER: _DESK | {Role.REVIEWER},
    Permission.PRINT: _STAFF | {Role.STATION},
    Permission.NOTE: _STAFF,
    Permission.SETTLE: _DESK | _HEAD,
    # Whether a record stands whose writer may not have been allowed to write it is not for that writer to say.
    Permission.VERIFY: _HEAD,
    Permission.TICKETS: _DESK | {Role.STATION},
    Permission.CALL: _DESK | _HEAD | {Role.STATION},
    Permission.SHIFT: _STAFF | {Role.STATION},
    Permission.BY_LAW: frozenset(Role),
    Permission.PUSH: _DESK | {Role.STATION},
    # The hall's cases with all that is in them go to its counters; a station that anybody stands at gets none of them.
    # People see them at a counter, where showing personal data in full is a fact.
    Permission.FEED: _DESK | {Role.STATION},
    Permission.CASES: _DESK,
    Permission.SIGN_IN: _DESK | {Role.STATION},
    Permission.STAFF: _DESK | _HEAD | {Role.STATION} | _ADMIN,
    Permission.OWN_PIN: _STAFF | _ADMIN,
    Permission.OVERSEE: _HEAD | _ADMIN,
    Permission.IMPORT_SEALED: _HEAD,
    Permission.BOARD: _STAFF | {Role.STATION, Role.KIOSK},
    Permission.NUMBERS: _DESK | {Role.STATION},
    Permission.CLAIM: _DESK | _HEAD,
    Permission.SEND_PRINTS: _DESK | {Role.STATION},
    Permission.TAKE_PRINTS: frozenset({Role.STATION}),
    Permission.DEVICES: _ADMIN,
    Permission.CLERKS: _ADMIN,
    Permission.DECIDE: frozenset({Role.DEPARTMENT}),
}
"""The roles that each permission is given to; a permission that is missing here is nobody's."""

NAMES: Final[dict[Permission, str]] = {
    Permission.VIEW: "查看办件",
    Permission.SHOW_PERSONAL: "查看完整的个人信息",
    Permission.RECEIVE: "收件、受理和告知",
    Permission.NOTICE_AGAIN: "就第一次能看到的问题再次告知",
    Permission.REFUSE_BEYOND: "以其他理由不予受理",
    Permission.REVIEW: "特别程序和决定",
    Permission.EXTEND: "批准延长期限",
    Permission.HAND_OVER: "送达、缴费、移交和退件",
    Permission.PRINT: "出具和补打凭证",
    Permission.NOTE: "备注",
    Permission.SETTLE: "处理冲突",
    Permission.VERIFY: "核实有疑问的记录和文书",
    Permission.TICKETS: "发号",
    Permission.CALL: "叫号",
    Permission.SHIFT: "暂停、交接和日结",
    Permission.BY_LAW: "依法自动发生的事",
    Permission.PUSH: "上传记录",
    Permission.FEED: "接收全厅的变化",
    Permission.CASES: "接收全厅的办件",
    Permission.SIGN_IN: "办理签到",
    Permission.STAFF: "查看本厅人员",
    Permission.OWN_PIN: "修改自己的密码",
    Permission.OVERSEE: "查看全厅设备和退回的记录",
    Permission.IMPORT_SEALED: "导入封存的记录",
    Permission.BOARD: "读取公示信息",
    Permission.NUMBERS: "在中心取号",
    Permission.CLAIM: "在中心叫号",
    Permission.SEND_PRINTS: "交打印台打印",
    Permission.TAKE_PRINTS: "领取打印任务",
    Permission.DEVICES: "管理设备",
    Permission.CLERKS: "管理人员",
    Permission.DECIDE: "报送部门的决定",
}

FACTS: Final[dict[str, Permission]] = {
    "case.received": Permission.RECEIVE,
    "case.accepted": Permission.RECEIVE,
    "case.noticed": Permission.RECEIVE,
    "case.tolerated": Permission.RECEIVE,
    "case.corrected": Permission.RECEIVE,
    "case.refused": Permission.RECEIVE,
    "case.supplemented": Permission.RECEIVE,
    "credit.stated": Permission.RECEIVE,
    "case.answered": Permission.RECEIVE,
    "answers.corrected": Permission.RECEIVE,
    "form.filled": Permission.RECEIVE,
    "case.adopted": Permission.RECEIVE,
    "inquiry.answered": Permission.RECEIVE,
    "procedure.announced": Permission.REVIEW,
    "procedure.started": Permission.REVIEW,
    "procedure.ended": Permission.REVIEW,
    "limit.extended": Permission.EXTEND,
    "case.decided": Permission.REVIEW,
    "result.delivered": Permission.HAND_OVER,
    "papers.served": Permission.HAND_OVER,
    "fee.demanded": Permission.HAND_OVER,
    "fee.paid": Permission.HAND_OVER,
    "materials.handed_over": Permission.HAND_OVER,
    "materials.returned": Permission.HAND_OVER,
    "materials.brought": Permission.RECEIVE,
    "case.closed": Permission.HAND_OVER,
    "paper.issued": Permission.PRINT,
    "paper.reprinted": Permission.PRINT,
    "personal.shown": Permission.SHOW_PERSONAL,
    "note.added": Permission.NOTE,
    "record.settled": Permission.NOTE,
    "document.attached": Permission.RECEIVE,
    "conflict.settled": Permission.SETTLE,
    "loss.seen": Permission.VERIFY,
    "ticket.issued": Permission.TICKETS,
    "ticket.printed": Permission.TICKETS,
    "ticket.called": Permission.CALL,
    "ticket.started": Permission.CALL,
    "ticket.held": Permission.CALL,
    "ticket.passed": Permission.CALL,
    "ticket.returned": Permission.CALL,
    "ticket.transferred": Permission.CALL,
    "ticket.finished": Permission.CALL,
    "ticket.voided": Permission.CALL,
    "shift.paused": Permission.SHIFT,
    "shift.resumed": Permission.SHIFT,
    "shift.handed_over": Permission.SHIFT,
    "day.closed": Permission.SHIFT,
    # Whoever needs help needs no right to call for it, and may be locked out.
    "alarm.raised": Permission.BY_LAW,
}
"""What whoever writes a fact must be allowed to do, by the fact's type; a type that is missing may nobody write."""


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts: the number that stands in every fact, the name that stands on papers, the roles."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles allows it."""
        return allows(self.roles, permission)


BY_LAW: Final = Actor(id="system", name="系统", roles=frozenset())
"""Who acts when the law does and nobody sits at the counter."""


class Forbidden(HallError):
    """Whoever is signed in may not do this, or nobody is signed in; nothing was written."""


def allows(roles: Collection[Role], permission: Permission) -> bool:
    """Whether any of ``roles`` is given ``permission``."""
    return permission is Permission.BY_LAW or not GRANTS.get(permission, frozenset()).isdisjoint(roles)


def needed_for(body: FactBody) -> Permission | None:
    """What writing this fact needs; ``None`` for a fact that no rule knows, which nobody may write."""
    if isinstance(body, CaseAccepted) and body.deemed:
        return Permission.BY_LAW
    if isinstance(body, CaseNoticed) and body.known_before:
        return Permission.NOTICE_AGAIN
    if isinstance(body, CaseRefused) and body.refusal.beyond_the_act:
        return Permission.REFUSE_BEYOND
    if isinstance(body, CaseAdopted) and body.standing:
        # It says nothing that the hall does not know; what is then done with the case needs its own right.
        return Permission.NOTE
    return FACTS.get(type_of(body))


def may_bring(device: str, body: FactBody) -> bool:
    """Whether a device with this role may bring a fact, whoever wrote it: a counter any, a print station what has to do
    with tickets, prints, shifts and alarms. A token that hangs on a machine in the hall decides no case."""
    if device == Role.CLERK:
        return True
    permission = needed_for(body)
    if permission is None or permission is Permission.BY_LAW:
        return isinstance(body, AlarmRaised)
    return allows(read_roles([device]), permission)


def require(actor: Actor, permission: Permission | None) -> None:
    """That the actor may.

    Raises:
        Forbidden: ``not_allowed``; the hint names who may.
    """
    if permission is not None and actor.may(permission):
        return
    what = NAMES[permission] if permission is not None else "写这种记录"
    who = [ROLE_NAMES[role] for role in Role if permission is not None and role in GRANTS[permission]]
    raise Forbidden(
        "not_allowed",
        f"{actor.name or actor.id}（工号 {actor.id}）没有“{what}”的权限",
        field="clerk",
        hint="请" + "或".join(who) + "来办" if who else "请联系管理员",
    )


def read_roles(words: Collection[str]) -> frozenset[Role]:
    """Roles from their words; words of roles that a later version may know are left out."""
    known = {role.value: role for role in Role}
    return frozenset(known[word] for word in words if word in known)

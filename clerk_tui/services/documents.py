"""Which document a number is of: what it was called, what its shape says, and what goes with the applicant."""

from __future__ import annotations

import datetime as dt
import re

from hall.identity import KINDS, Identity, check_identity

PERSON_IDS = ("resident_id", "resident_id_15", "hmt_residence", "hmt_permit", "passport_cn")
FOREIGN_IDS = ("passport", "foreign_permanent", "foreign_permanent_15")
ID_TYPES: dict[str, tuple[str, ...]] = {
    "citizen": PERSON_IDS,
    "foreigner": FOREIGN_IDS,
    "company": ("uscc",),
    "individual_business": ("uscc",),
    "organisation": ("uscc",),
}
"""Which kinds of number go with which applicant, the usual one first."""
PROVED = frozenset({"resident_id", "resident_id_15", "hmt_residence", "foreign_permanent", "foreign_permanent_15"})
"""Kinds whose own rules say that a number is of them; a passport number may look like anything (domain.md §4.1)."""
_RESIDENT = re.compile(r"\d{17}[0-9X]", re.ASCII)
KIND_NAMES = {
    "citizen": "公民",
    "company": "企业",
    "individual_business": "个体工商户",
    "organisation": "其他组织",
    "foreigner": "外国人",
}


def identify(raw: str, id_type: str, kind: str, today: dt.date) -> Identity:
    """What can be said of a number that somebody called ``id_type`` (or nothing) for an applicant of this kind."""
    identity = check_identity(raw, id_type or None, today=today)
    if not id_type and kind == "foreigner" and identity.kind not in FOREIGN_IDS:
        return check_identity(raw, "passport", today=today)
    return identity


def id_types_of(number: str, chosen: str, kind: str, today: dt.date) -> tuple[str, tuple[str, ...]]:
    """The kind of document that a number is taken for, and those that it may be where its shape does not settle it.

    ``chosen`` is what somebody has said it is, ``kind`` the applicant's (empty for an agent). The first is empty where
    the number looks like nothing known, the second where there is nothing to choose.
    """
    if not number.strip() or (not chosen and check_identity(number, today=today).kind in PROVED):
        return "", ()
    identity = identify(number, chosen, kind, today)
    wanted = ID_TYPES.get(kind, (*PERSON_IDS, *FOREIGN_IDS))
    fits = [each for each in wanted if check_identity(number, each, today=today).valid]
    if identity.valid and identity.kind not in fits:
        fits.append(identity.kind)
    return (identity.kind if identity.kind in fits else ""), tuple(fits) if len(fits) > 1 else ()


def other_kind(identity: Identity, kind: str, today: dt.date) -> str:
    """Why a number that passes as what it was called is plainly another one; empty when it is not.

    ``kind`` is the applicant's, empty for an agent. A passport of a foreigner is never judged by its shape.
    """
    who = KIND_NAMES.get(kind, "代理人")
    if identity.kind in PROVED and kind and identity.kind not in ID_TYPES.get(kind, ()):
        return f"这是{KINDS[identity.kind]}号码，与申请人类型“{who}”不符"
    if identity.kind in PROVED or kind == "foreigner" or not _RESIDENT.fullmatch(identity.number):
        return ""
    person = check_identity(identity.number, "resident_id", today=today)
    if identity.kind == "uscc":
        # Of the credit codes that are digits alone some read as a birth too; their own check character decides.
        return f"这是{KINDS[person.kind]}号码，不是统一社会信用代码" if person.valid and identity.warnings else ""
    if person.valid:
        return f"这是{KINDS[person.kind]}号码，不是{KINDS[identity.kind]}"
    if kind or _born(identity.number):
        return f"这像是居民身份证号码：{person.warnings[0]}"
    return ""


def _born(number: str) -> bool:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14])).year >= 1800
    except ValueError:
        return False

"""What happens to a case after its acceptance: bodies of journal facts, as ``hall.facts`` keeps them.

Each paper of these steps stands on a fact of this module; what the law wants on the paper is a field here.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from hall.refs import Body

LimitUnit = Literal["working_day", "calendar_day"]


class ProcedureAnnounced(Body, frozen=True, tag="procedure.announced"):
    """A special procedure is needed: its name and time are told in writing (行政许可法 art. 45) before a clock stops.

    ``starts`` and ``until`` are the first and the expected last day; ``due`` is the promised date of decision that
    follows, ``statutory`` the law's.
    """

    name: str
    days: int
    starts: dt.date
    basis: str
    unit: LimitUnit = "working_day"
    until: dt.date | None = None
    due: dt.date | None = None
    reason: str = ""
    provisional: bool = False
    statutory: dt.date | None = None


class ProcedureStarted(Body, frozen=True, tag="procedure.started"):
    """A special procedure stops the clock (art. 45), only with the printed notice ``notice_paper``."""

    name: str
    starts: dt.date
    notice_paper: str
    days: int
    basis: str = ""


class ProcedureEnded(Body, frozen=True, tag="procedure.ended"):
    """The clock runs again; ``ends`` is the last day not counted."""

    name: str
    ends: dt.date


class LimitExtended(Body, frozen=True, tag="limit.extended"):
    """Once, before expiry, with approver and reason (art. 42): at most 10 days, 15 for joint handling.

    ``due`` is the promised date of decision that follows, ``statutory`` the law's; ``provisional``: one of them lies in
    a year whose days off are not known.
    """

    days: int
    approver: str
    reason: str
    day: dt.date
    joint: bool = False
    due: dt.date | None = None
    provisional: bool = False
    statutory: dt.date | None = None


class CaseDecided(Body, frozen=True, tag="case.decided"):
    """Granted or not; a refusal carries its reasons (art. 38).

    ``basis`` are the provisions it stands on, ``result`` and ``result_number`` the paper granted, ``conditions``
    what it is bound to, ``collect_from`` the day from which it can be collected (within 10 days, art. 44).
    ``decided_by`` is who decided at a department whose own system reported it; empty where a counter wrote it down,
    whose clerk stands in the header.
    """

    granted: bool
    day: dt.date
    reason: str = ""
    basis: str = ""
    result: str = ""
    result_number: str = ""
    result_copies: int = 1
    valid_until: dt.date | None = None
    conditions: str = ""
    collect_from: dt.date | None = None
    decided_by: str = ""


class ResultDelivered(Body, frozen=True, tag="result.delivered"):
    """The result was collected or posted (art. 44)."""

    day: dt.date
    how: Literal["collected", "posted"]
    result: str = ""
    waybill: str = ""


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document on a proof of service."""

    name: str
    number: str = ""
    copies: int = 1


class PapersServed(Body, frozen=True, tag="papers.served"):
    """Documents were served on one recipient (送达回证; 民事诉讼法 art. 88-91 by analogy).

    ``proxy``: somebody else took them: ``relation`` to the recipient and ``reason``. ``refused``: nobody did: a witness
    and the ``reason``. Who they are stands in the personal part: fields ``served.proxy`` and ``served.witness``.
    ``posted``: under ``waybill``; ``place`` is then the address, if any was noted.
    """

    documents: tuple[Document, ...]
    day: dt.date
    place: str
    how: Literal["direct", "posted", "proxy", "refused", "electronic"]
    servers: tuple[str, ...] = ()
    relation: str = ""
    reason: str = ""
    remark: str = ""
    waybill: str = ""


class Charge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One published item of a fee, in fen, with the law it stands on (行政许可法 art. 58, 59)."""

    name: str
    fen: int
    basis: str
    quantity: str = ""


class FeeDemanded(Body, frozen=True, tag="fee.demanded"):
    """What is to be paid, to whom, how and until when."""

    charges: tuple[Charge, ...]
    pay_by: dt.date
    payee: str
    how: str = ""
    code: str = ""
    late: str = ""


class FeePaid(Body, frozen=True, tag="fee.paid"):
    """A demanded fee, or part of it, was paid. ``voucher`` is the number of the fiscal receipt (财政票据)."""

    fen: int
    day: dt.date
    how: str = ""
    voucher: str = ""


class Original(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that travels: originals, drawings, samples."""

    name: str
    form: str = "原件"
    copies: int = 1
    remark: str = ""


class MaterialsHandedOver(Body, frozen=True, tag="materials.handed_over"):
    """Originals went from hand to hand, each signing for each (物料流转). ``at`` is the hall's clock, ``HH:MM``."""

    items: tuple[Original, ...]
    day: dt.date
    from_place: str
    giver: str
    to_place: str
    taker: str = ""
    at: str = ""
    purpose: str = ""
    return_by: dt.date | None = None
    whole: bool = True


class MaterialsReturned(Body, frozen=True, tag="materials.returned"):
    """What was taken at the receipt and is not needed since an answer was put right (``Case.to_return``) was given back
    to the applicant: the ``codes`` of the materials.

    ``direct``: to the applicant, or the agent of the case. ``proxy``: somebody else took them, with the ``relation`` to
    the applicant; who stands in the personal part: field ``returned.receiver``. ``posted``: under ``waybill``.
    """

    codes: tuple[str, ...]
    day: dt.date
    how: Literal["direct", "proxy", "posted"] = "direct"
    relation: str = ""
    waybill: str = ""
    window: str = ""
    clerk: str = ""


class MaterialsBrought(Body, frozen=True, tag="materials.brought"):
    """Something was brought into a case that is accepted: of the applicant's own accord, or because the department
    ``asked`` for it, with the ``purpose``. It gets a receipt of its own (domain.md §9a.4) and changes neither the
    acceptance nor a limit: nobody may be told to supplement any more (行政许可法 art. 32(4)), and the department weighs
    what was brought. ``day`` is when it came in.
    """

    items: tuple[Original, ...]
    day: dt.date
    asked: bool = False
    purpose: str = ""
    window: str = ""
    clerk: str = ""

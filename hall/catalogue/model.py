"""The schema of the catalogue: centres, departments, matters, questions, situations, materials.

Every struct refuses unknown keys. Names follow C0109 and GB/T 36114 where they have one (domain.md §2.2).
Texts are Chinese and are printed as they stand. ``when`` keys hold a condition (see ``conditions``); an empty
condition is always true.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from msgspec import Struct

ApplicantKind = Literal["citizen", "company", "individual_business", "organisation", "foreigner"]
LimitUnit = Literal["working_day", "calendar_day", "on_the_spot"]
ClockStart = Literal["accepted", "received"]
RefusalGround = Literal["not_needed", "not_authority", "other"]
PromiseBreach = Literal["withdrawn", "terminated", "refused"]
MatterKind = Literal[
    "行政许可", "行政确认", "行政给付", "行政奖励", "行政裁决", "行政征收", "行政检查", "行政强制", "行政处罚",
    "其他行政权力", "公共服务",
]  # fmt: skip
"""事项类型, as the lists of powers name them. Law hangs on it: the licensing act binds ``LICENCE`` alone."""
LICENCE: Final = "行政许可"


class _Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of everything that is read from a catalogue file."""


class Place(_Data, frozen=True):
    """Where to go: printed on guides and on refusals under 行政许可法 art. 32(2)."""

    organ: str
    address: str
    phone: str
    hours: str = ""


class Limit(_Data, frozen=True):
    """A time limit. ``days`` may be a half (``0.5``); unit and start are never assumed (domain.md §1.1)."""

    days: float = 0
    unit: LimitUnit = "working_day"
    starts: ClockStart = "accepted"
    basis: str = ""


class SpecialProcedure(_Data, frozen=True):
    """Time that 行政许可法 art. 45 does not count, if told in writing: hearing, inspection, expert review ..."""

    name: str
    days: int
    unit: LimitUnit = "working_day"
    basis: str = ""


class ProcessStep(_Data, frozen=True):
    """One step of how a matter runs, in its order: what, by whom, how long.

    ``days`` is ``None`` where nothing is promised (the applicant's own steps); ``counted`` is false for time that the
    limit does not count (行政许可法 art. 45). The counted days together are the promised limit.
    """

    name: str
    who: str
    days: float | None = None
    unit: LimitUnit = "working_day"
    counted: bool = True


class Fee(_Data, frozen=True):
    """Zero unless a law or 行政法规 says otherwise; above zero the basis is mandatory (行政许可法 art. 58, 59)."""

    fen: int = 0
    text: str = ""
    basis: str = ""


class ResultPaper(_Data, frozen=True):
    """What the applicant gets in the end."""

    name: str
    valid_for: str = ""


class Tolerance(_Data, frozen=True):
    """容缺受理 of a matter: whether it is allowed and what follows when the promise is broken."""

    allowed: bool = True
    breach: PromiseBreach = "withdrawn"


class Option(_Data, frozen=True):
    """One answer to a question. ``code`` is what conditions and scripts use."""

    code: str
    label: str
    help: str = ""


class Question(_Data, frozen=True):
    """A question that fixes the situation (情形). ``yesno`` answers are ``"yes"`` and ``"no"``."""

    code: str
    text: str
    kind: Literal["single", "multi", "yesno"] = "single"
    options: tuple[Option, ...] = ()
    when: str = ""
    help: str = ""


class Situation(_Data, frozen=True):
    """A named 情形 that follows from the answers."""

    code: str
    name: str
    when: str


class Problem(_Data, frozen=True):
    """Why a material is not acceptable. ``correctable``: can be put right on the spot (行政许可法 art. 32(3))."""

    code: str
    text: str
    remedy: str = ""
    correctable: bool = False


class Material(_Data, frozen=True):
    """One row of the list of materials (材料目录).

    ``shared``: the hall gets it by data sharing and must not ask for it (免提交). ``problems`` are codes of the
    catalogue's common problems or of ``own_problems``. ``remedy`` tells the applicant how to put the gap right.

    ``reusable_days``: for so many days after the hall took and kept it in a case that was accepted, the same person is
    not asked for it again (国令716 art. 7); 0, never: what is only looked at and given back, or made anew each time.
    It is the same paper where matter and code are the same, or where both materials name the same ``document``.
    """

    code: str
    name: str
    why: str
    source: str
    form: str = "原件"
    copies: int = 1
    required: bool = True
    tolerable: bool = False
    shared: bool = False
    reusable_days: int = 0
    document: str = ""
    when: str = ""
    remedy: str = ""
    standard: str = ""
    basis: str = ""
    blank_form: str = ""
    sample: str = ""
    problems: tuple[str, ...] = ()
    own_problems: tuple[Problem, ...] = ()


class Field(_Data, frozen=True):
    """A field of the matter's own form. ``choice`` takes its options from ``options``; ``confirm`` must be ticked.

    ``min`` and ``max`` bound a ``number`` or ``money``, both included.
    """

    code: str
    label: str
    kind: Literal["text", "number", "date", "choice", "address", "money", "phone", "confirm"] = "text"
    required: bool = True
    options: tuple[Option, ...] = ()
    when: str = ""
    max_length: int = 100
    min: float = 0
    max: float = 1e12
    pattern: str = ""
    example: str = ""
    help: str = ""


class Exit(_Data, frozen=True):
    """A situation in which the matter is refused at once: 行政许可法 art. 32(1) or 32(2).

    ``where`` is mandatory for ``not_authority``: the law wants the right organ told; ``basis`` for ``other``: what
    allows it beside that act. ``other`` is for an application that is one for another matter or that a law does not
    allow to be made; a condition that the applicant does not meet is a ``DenialReason`` (art. 34, 38).
    """

    code: str
    ground: RefusalGround
    when: str
    reason: str
    where: Place | None = None
    basis: str = ""


class RefusalReason(_Data, frozen=True):
    """A reason to turn an application away at receipt that no answer shows, for a clerk to choose.

    ``where`` and ``basis`` are mandatory as with exits: what is not in 行政许可法 art. 32(1), (2) needs a law that says
    the application itself is not allowed.
    """

    code: str
    text: str
    ground: RefusalGround = "other"
    where: Place | None = None
    basis: str = ""


class DenialReason(_Data, frozen=True):
    """A ground of substance on which it is decided against the applicant (行政许可法 art. 38), never at receipt.

    ``when``: the answers that already show it. Who gives them is told before applying, and may apply all the same; an
    empty one shows in no answer.
    """

    code: str
    text: str
    basis: str = ""
    when: str = ""


class Matter(_Data, frozen=True):
    """One 政务服务事项 at the level of a business item (业务办理项).

    ``key`` is the stable name that facts and scripts use; ``code`` is the printed code (31 or 33 characters).
    ``after`` names matters whose result must exist before this one is decided; ``stage`` is the stage of a project it
    belongs to, ``"3 施工许可"``: its number orders the stages. ``asks_guardian``: its own questions and materials
    deal with an applicant under 18, so that nobody has to be reminded.
    """

    key: str
    code: str
    name: str
    kind: MatterKind
    department: str
    limits: Limits
    results: tuple[ResultPaper, ...]
    serves: tuple[ApplicantKind, ...]
    materials: tuple[Material, ...]
    basis: tuple[str, ...]
    condition: str = ""
    partners: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    situations: tuple[Situation, ...] = ()
    fields: tuple[Field, ...] = ()
    exits: tuple[Exit, ...] = ()
    refusal_reasons: tuple[RefusalReason, ...] = ()
    denial_reasons: tuple[DenialReason, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    fee: Fee = Fee()
    tolerance: Tolerance = Tolerance()
    process: tuple[ProcessStep, ...] = ()
    visits: int = 1
    reach: str = ""
    agent_allowed: bool = True
    asks_guardian: bool = False
    after: tuple[str, ...] = ()
    bundle: str = ""
    stage: str = ""
    place: Place | None = None
    effective: dt.date | None = None
    ends: dt.date | None = None


class Limits(_Data, frozen=True):
    """The statutory and the promised limit; the promise is never longer than the statute."""

    promised: Limit
    statutory: Limit | None = None


class Department(_Data, frozen=True):
    """A department that stands behind the hall. ``formerly`` are names people still use (发改, 国土, 工商 ...).

    ``reconsideration`` and ``court``, where its remedies are not the hall's: a vertically led organ (tax, customs) is
    reconsidered by the organ above it (行政复议法 2023 art. 27).
    """

    key: str
    name: str
    short: str
    uscc: str
    address: str
    phone: str
    formerly: tuple[str, ...] = ()
    reconsideration: str = ""
    court: str = ""


class Bundle(_Data, frozen=True):
    """一件事: several matters handled together, led by one department."""

    key: str
    name: str
    lead: str
    matters: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    about: str = ""


class Business(_Data, frozen=True):
    """What people take a number for: one queue of the hall. ``letter`` begins its numbers ("A012").

    ``departments`` bring all their matters along; a matter named in ``matters`` belongs here whatever its department.
    ``about`` says under the name what it is for, ``where`` where to wait; both stand on the screen and on the ticket.
    """

    key: str
    letter: str
    name: str
    about: str = ""
    where: str = ""
    departments: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()


class HallInfo(_Data, frozen=True):
    """What papers say about the hall itself. ``reconsideration`` and ``court`` are the remedies' addresses.

    ``query_url`` is where applicants see how a case stands, ``rating_url`` where they rate the service, if anywhere;
    ``{reference}`` in it becomes the case's.
    ``businesses`` are its queues, in the order of the ticket machine's screen; papers and facts carry none of them.
    """

    name: str
    region: str
    region_name: str
    address: str
    phone: str
    supervision_phone: str
    hours: str
    query_url: str
    reconsideration: str
    court: str
    number_word: str = ""
    rating_url: str = ""
    businesses: tuple[Business, ...] = ()


class EnglishText(_Data, frozen=True):
    """What a text of the catalogue is in English, for bilingual papers. ``zh`` is the text exactly as it stands."""

    zh: str
    en: str


class Catalogue(_Data, frozen=True):
    """Everything a hall offers from ``effective`` on, checked. Get one from ``load.load_catalogue``."""

    version: str
    effective: dt.date
    hall: HallInfo
    departments: tuple[Department, ...]
    problems: tuple[Problem, ...]
    matters: tuple[Matter, ...]
    bundles: tuple[Bundle, ...] = ()
    english: tuple[EnglishText, ...] = ()

"""Whom and what facts name: applicant, agent, department, matter, as they were when the fact was written."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hall.catalogue.model import (
    ApplicantKind,
    Fee,
    HallInfo,
    Limits,
    Place,
    ProcessStep,
    ResultPaper,
    SpecialProcedure,
    Tolerance,
)
from hall.flow import FlowStep

Language = Literal["", "en"]
"""The language of a case's papers: Chinese, or Chinese with English beside it for foreign applicants."""
PaperKind = Literal[
    "receipt", "notice", "acceptance", "refusal", "promise", "guide",
    "checking", "tolerance", "tolerance_due", "restart", "procedure", "extension", "grant", "denial", "served",
    "fee", "transfer", "pickup", "returned", "terminated",
]  # fmt: skip
"""The papers of a case, by the names that facts give them."""


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of every public body."""


class Applicant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who applies. ``id_type`` is a kind of ``hall.identity``; ``legal_person`` is the 法定代表人 of a company."""

    kind: ApplicantKind
    name: str
    id_type: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    legal_person: str = ""


class Agent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acts for the applicant (行政许可法 art. 29)."""

    name: str
    id_type: str = ""
    id_number: str = ""
    phone: str = ""


class Personal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The part of a fact that names people; hashed with a salt of its own so that it can be erased."""

    applicant: Applicant | None = None
    agent: Agent | None = None
    fields: dict[str, str] = {}


class DepartmentRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The department as it was called when the case began."""

    key: str
    name: str
    short: str
    uscc: str = ""
    address: str = ""
    phone: str = ""
    reconsideration: str = ""
    court: str = ""


class MatterRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The matter as it stood when the case began: an open case keeps the version it began with (domain.md §9a.11).

    ``english``: what its texts and the common problems are in English, in a case with bilingual papers.
    A step of ``process`` is bare words in facts from before its actor and time were kept.
    ``project`` and ``flow`` are what it is part of and the steps of that whole, kept where a guide shows them.
    """

    key: str
    code: str
    name: str
    kind: str
    version: str
    department: DepartmentRef
    limits: Limits
    hall: HallInfo
    place: Place | None = None
    results: tuple[ResultPaper, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    fee: Fee = Fee()
    tolerance: Tolerance = Tolerance()
    basis: tuple[str, ...] = ()
    condition: str = ""
    process: tuple[ProcessStep | str, ...] = ()
    visits: int = 1
    partners: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    field_labels: dict[str, str] = {}
    project: str = ""
    flow: tuple[FlowStep, ...] = ()
    english: dict[str, str] = {}

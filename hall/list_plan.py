"""What a list of materials is made from, so that a case that is not settled yet can be asked about later."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hall.catalogue.model import DenialReason, Exit, Field, Material, Problem, Question, Situation


class Listing(Protocol):
    """What ``checklist.build_checklist`` reads of a matter."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def questions(self) -> tuple[Question, ...]: ...

    @property
    def situations(self) -> tuple[Situation, ...]: ...

    @property
    def materials(self) -> tuple[Material, ...]: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def exits(self) -> tuple[Exit, ...]: ...

    @property
    def denial_reasons(self) -> tuple[DenialReason, ...]: ...


class ListPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The questions of a matter and what hangs on them, its own form too, as they were when the case began.

    Kept in a case that was only received: whoever decides it asks by the version it began with (domain.md §9a.11).
    ``agent``: somebody acts for the applicant. ``problems`` are the catalogue's common ones.
    """

    key: str
    name: str
    agent: bool = False
    questions: tuple[Question, ...] = ()
    situations: tuple[Situation, ...] = ()
    materials: tuple[Material, ...] = ()
    fields: tuple[Field, ...] = ()
    exits: tuple[Exit, ...] = ()
    denial_reasons: tuple[DenialReason, ...] = ()
    problems: tuple[Problem, ...] = ()

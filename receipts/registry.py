"""The kinds of paper there are: what each is called, in how many copies it comes, on which law it stands."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from msgspec import Struct

from hall.facts import PaperKind
from hall.telling import PAPER_NAMES
from receipts import day_sheet
from receipts.forms import SLIPS
from receipts.needs import Mark, marks_of
from receipts.templates import load_template


class KindInfo(Struct, frozen=True):
    """One kind. ``copies`` are the labels of its copies; ``needs`` what cannot be missing; ``slip``: on 80 mm too.

    ``variants`` are its other wordings that a sample shows.
    """

    kind: str
    title: str
    copies: tuple[str, ...]
    law: str
    needs: tuple[Mark, ...]
    slip: bool = False
    variants: tuple[str, ...] = ()


def kinds(texts: Path | None = None) -> tuple[KindInfo, ...]:
    """Every kind, those of the counter's first step first. Raises HallError ``bad_paper_text``."""
    from receipts.sample_papers import variant_names

    found = []
    for kind in get_args(PaperKind):
        template = load_template(kind, texts)
        title = PAPER_NAMES[kind] if "{" in template.title else template.title
        marks, other = marks_of(kind), variant_names(kind)
        found.append(KindInfo(kind, title, template.copies, template.law, marks, kind in SLIPS, other))
    template = load_template(day_sheet.KIND, texts)
    found.append(KindInfo(day_sheet.KIND, template.title, template.copies, template.law, day_sheet.MARKS))
    return tuple(found)

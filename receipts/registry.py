"""The kinds of paper there are: what each is called, in how many copies it comes, on which law it stands."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from msgspec import Struct

from hall.facts import PaperKind
from hall.telling import PAPER_NAMES
from receipts.forms import SLIPS
from receipts.needs import Mark, marks_of
from receipts.templates import load_template


class KindInfo(Struct, frozen=True):
    """One kind. ``copies`` are the labels of its copies; ``needs`` what cannot be missing; ``slip``: on 80 mm too."""

    kind: PaperKind
    title: str
    copies: tuple[str, ...]
    law: str
    needs: tuple[Mark, ...]
    slip: bool = False


def kinds(texts: Path | None = None) -> tuple[KindInfo, ...]:
    """Every kind, those of the counter's first step first. Raises HallError ``bad_paper_text``."""
    found = []
    for kind in get_args(PaperKind):
        template = load_template(kind, texts)
        title = PAPER_NAMES[kind] if "{" in template.title else template.title
        found.append(KindInfo(kind, title, template.copies, template.law, marks_of(kind), kind in SLIPS))
    return tuple(found)

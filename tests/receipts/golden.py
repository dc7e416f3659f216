"""The papers whose bytes must not change by accident; ``make golden`` writes their hashes anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import get_args

from msgspec import structs

from hall.case import Case
from hall.facts import Language, PaperIssued, PaperKind
from receipts import sample
from receipts.compose import compose
from receipts.day_sheet import compose_day
from receipts.document import Document
from receipts.fonts import FontSet, prepare_fonts
from receipts.forms import SLIPS, Form
from receipts.render import render
from receipts.sample_papers import sample_day
from receipts.samples import variants
from tests.receipts import cases

RECORD = Path(__file__).with_name("golden.json")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_SIZES = re.compile(rb"/Length \d+|/ID\s*\[.*?\]", re.S)
KINDS: tuple[PaperKind, ...] = get_args(PaperKind)
"""Every kind there is."""


def every_sample() -> dict[str, tuple[Case, PaperIssued]]:
    """Every kind in Chinese, every kind in both languages, and the other wordings."""
    found: dict[str, tuple[Case, PaperIssued]] = {kind: sample(kind) for kind in KINDS}
    found |= {f"{kind}:en": sample(kind, language="en") for kind in KINDS}
    found |= variants()
    found |= {f"{name}:en": told for name, told in variants("en").items()}
    for name, (which, case) in cases.every_paper().items():
        found[f"wording:{name}"] = (case, cases.issued(which, case))
    return found


def document_of(case: Case, issued: PaperIssued) -> Document:
    """The content of a sample."""
    return compose(issued.kind, case, issued, qr=issued.replica)


def every_document() -> dict[str, Document]:
    """The content of every sample, and of the papers that no case is on."""
    found = {name: document_of(*told) for name, told in every_sample().items()}
    day = sample_day()
    late = structs.replace(day, closed_on=day.day + dt.timedelta(days=1), left=(), nth=2)
    return found | {"day_sheet": compose_day(day), "day_sheet_late": compose_day(late, reprint=1)}


def every_slip() -> dict[str, tuple[Case, PaperIssued]]:
    """The kinds that come on 80 mm tickets, in Chinese and in both languages, and their other wordings."""
    found: dict[str, tuple[Case, PaperIssued]] = {}
    marks: dict[Language, str] = {"": "", "en": ":en"}
    for language, mark in marks.items():
        found |= {f"{kind}:slip{mark}": sample(kind, language=language) for kind in SLIPS}
        found |= {f"{name}:slip{mark}": told for name, told in variants(language).items() if told[1].kind in SLIPS}
    return found


def digest(document: Document, fonts: FontSet, form: Form = "a4") -> str:
    """SHA-256 of the paper, with the fonts that come from the packages alone.

    Streams are hashed unpacked, and what follows from their packed size is left out: another build of zlib packs the
    same paper into other bytes. That the bytes are equal within one machine is ``test_papers``' business.
    """
    pdf = render(document, fonts, form).pdf
    total = hashlib.sha256()
    parts = _STREAM.split(pdf[: pdf.rindex(b"\nxref")])
    for place, part in enumerate(parts):
        total.update(_unpacked(part) if place % 2 else _SIZES.sub(b"", part))
    return total.hexdigest()


def _unpacked(stream: bytes) -> bytes:
    try:
        # A packed stream may end in a byte that looks like a line's end and is split off: nothing of its content.
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return _SIZES.sub(b"", stream)


def recorded() -> dict[str, str]:
    """The hashes as they were last written."""
    found: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    prepared = prepare_fonts()
    hashes = {name: digest(document, prepared) for name, document in every_document().items()}
    hashes |= {name: digest(document_of(*told), prepared, "slip") for name, told in every_slip().items()}
    RECORD.write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")
    print(f"{len(hashes)} papers recorded in {RECORD.name}")

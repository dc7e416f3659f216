"""The guide of a matter as it is shipped, for somebody who reads English."""

from __future__ import annotations

import re

import pytest

from clerk_tui.services import cases, inquiry, intake
from clerk_tui.services.workspace import Workspace
from hall.catalogue.conditions import Answer
from receipts.compose import compose
from receipts.document import Document, Flow, KeyValues, Table
from tests.receipts.cases import issued

SAMPLES: dict[str, dict[str, Answer]] = {
    "food-licence-new": {"in_city": "yes", "business": "catering", "vending": "yes"},
    "company-registration": {
        "in_city": "yes",
        "company_type": "limited",
        "name_declared": "yes",
        "pre_approval": "yes",
        "premises": "rented",
        "shareholders": ("person", "foreign"),
    },
    "construction-permit-new": {
        "in_city": "yes",
        "scale": "above",
        "works_kind": "normal",
        "procurement": "tender",
        **dict.fromkeys(
            ("land_needed", "in_plan_area", "expropriation", "must_review", "special_fire", "must_supervise"), "yes"
        ),
    },
    "hukou-migration": {"destination": "here", "reason": "E", "cross_province": "yes", "non_custodial": "yes"},
}
CHINESE = re.compile("[一-鿿]")
NUMBER_OF_COPIES = re.compile("[0-9]+份")


def guide(ws: Workspace, matter: str) -> Document:
    draft = intake.new_draft(ws, ws.catalogue.matter(matter))
    draft.answers = dict(SAMPLES[matter])
    draft.language = "en"
    case = cases.get(ws, inquiry.answer(ws, draft).reference).case
    return compose("guide", case, issued("guide", case))


def untold(text: str) -> bool:
    """Whether a text has Chinese and no English after it."""
    return bool(CHINESE.search(text.split("\n")[-1])) and not NUMBER_OF_COPIES.fullmatch(text)


@pytest.mark.parametrize("matter", SAMPLES)
def test_everything_on_the_guide_of_a_shipped_matter_is_told_in_english_too(ws: Workspace, matter: str) -> None:
    document = guide(ws, matter)
    told = [
        value for block in document.blocks if isinstance(block, KeyValues) for pair in block.pairs for value in pair
    ]
    told += [cell for block in document.blocks if isinstance(block, Table) for row in block.rows for cell in row]
    pictures = [block for block in document.blocks if isinstance(block, Flow)]
    assert len(told) > 40 and pictures
    assert [text for text in told if untold(text)] == []
    assert [box.name for picture in pictures for box in picture.boxes if not box.second] == []
    assert [band for picture in pictures for band in picture.bands if CHINESE.search(band) and "　" not in band] == []

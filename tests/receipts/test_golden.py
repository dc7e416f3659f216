"""The papers' bytes are what they were, until somebody looks at them and writes ``make golden``."""

from __future__ import annotations

import pytest

from receipts.fonts import FontSet
from tests.receipts import golden

DOCUMENTS = golden.every_document()
SLIPS = golden.every_slip()
RECORDED = golden.recorded()


def test_every_paper_is_recorded() -> None:
    assert set(RECORDED) == set(DOCUMENTS) | set(SLIPS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_bytes_of_a_paper_stay_what_they_were(fonts: FontSet, name: str) -> None:
    assert golden.digest(DOCUMENTS[name], fonts) == RECORDED[name], (
        f"{name} looks different now: look at it (clerk paper preview), then `make golden`"
    )


@pytest.mark.parametrize("name", SLIPS)
def test_the_bytes_of_a_ticket_stay_what_they_were(fonts: FontSet, name: str) -> None:
    assert golden.digest(golden.document_of(*SLIPS[name]), fonts, "slip") == RECORDED[name], (
        f"{name} looks different now: look at it (clerk paper preview --width 80), then `make golden`"
    )

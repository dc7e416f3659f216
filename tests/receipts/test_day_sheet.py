"""The sheet of a day: composed from one fact, and no wording of a centre's own hides what a supervisor looks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from hall.errors import HallError
from hall.shifts import Figures
from receipts.day_sheet import KIND, compose_day
from receipts.document import texts
from receipts.fonts import FontSet
from receipts.forms import require_slip
from receipts.registry import kinds
from receipts.render import render
from receipts.sample_papers import sample_day, sample_document
from receipts.templates import PACKAGED
from tests.receipts.reading import read_text

OWN = (PACKAGED / f"{KIND}.toml").read_text(encoding="utf-8")


def said(text: str, folder: Path) -> str:
    (folder / f"{KIND}.toml").write_text(text, encoding="utf-8")
    return "\n".join(texts(compose_day(sample_day(), texts=folder)))


def test_the_sheet_is_a_kind_of_paper_like_the_others() -> None:
    (kind,) = [one for one in kinds() if one.kind == KIND]
    assert (kind.title, kind.copies, kind.needs) == ("日结单", ("存档联",), ("number", "date", "signature"))
    assert sample_document(KIND).title == "日结单"
    with pytest.raises(HallError):
        require_slip(KIND)


def test_the_same_close_gives_the_same_bytes(fonts: FontSet) -> None:
    first = render(compose_day(sample_day()), fonts).pdf
    assert render(compose_day(sample_day()), fonts).pdf == first
    other = structs.replace(sample_day(), head="0" * 64)
    assert render(compose_day(other), fonts).pdf != first


def test_the_whole_head_of_the_journal_can_be_copied_from_the_paper(fonts: FontSet) -> None:
    day = sample_day()
    copied = read_text(render(compose_day(day), fonts).pdf)
    assert day.head in "".join(copied.split())


@pytest.mark.parametrize(
    ("value", "label"),
    [("{head}", "校验值"), ("{second_notices}", "再次告知"), ("{day}", "日期"), ("{reason}", "原因")],
)
def test_a_centres_own_text_cannot_leave_out_what_a_supervisor_looks_for(
    tmp_path: Path, value: str, label: str
) -> None:
    assert "日结单" in said(OWN, tmp_path)
    with pytest.raises(HallError) as refused:
        said(OWN.replace(value, "—"), tmp_path)
    assert refused.value.code == "bad_paper_text" and label in refused.value.message


def test_a_text_may_name_only_what_a_day_has(tmp_path: Path) -> None:
    with pytest.raises(HallError) as refused:
        said(OWN.replace("{served}", "{applicant}"), tmp_path)
    assert refused.value.code == "bad_paper_text" and "applicant" in refused.value.message


def test_a_window_without_tickets_says_nothing_about_them() -> None:
    day = sample_day()
    bare = structs.replace(day, figures=Figures(first_seq=1, last_seq=9, first_ms=0, last_ms=0), left=())
    words = texts(compose_day(bare))
    assert not {"叫号", "过号", "暂停", "结单时还没有办完的"} & set(words)
    assert {"叫号", "过号", "暂停", "结单时还没有办完的"} <= set(texts(compose_day(day)))

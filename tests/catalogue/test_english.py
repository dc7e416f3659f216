"""The English of the sample catalogue: nothing in it is stale, and the matters that foreigners ask for are whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hall.catalogue.findings import CatalogueProblems
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Catalogue
from hall.catalogue.project import PROJECT
from receipts.english import English
from receipts.templates import load_words
from receipts.wording import citations

FOLDER = Path(__file__).parents[2] / "catalogue"
FILES = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.toml")}
WHOLE = ("company-opening", "company-registration", "food-licence-new", "construction-permit-new", "hukou-migration")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(FILES)


def said(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from said(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from said(item)


def test_every_english_text_is_of_one_that_the_catalogue_has(catalogue: Catalogue) -> None:
    parts = (catalogue.hall, catalogue.departments, catalogue.problems, catalogue.matters, catalogue.bundles)
    there = set(said([msgspec.to_builtins(part) for part in parts]))
    stages = {matter.stage.partition(" ")[2] for matter in catalogue.matters}  # as the picture of a project names them
    there |= {PROJECT, *stages, *(part for text in there for part in text.split("；"))}
    assert [each.zh for each in catalogue.english if each.zh not in there] == []
    assert all(each.en.isascii() or "（" not in each.en for each in catalogue.english)


def bases(value: object) -> Iterator[str]:
    """What papers cite: every ``basis`` but those of the limits, of which papers only tell the days."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from said(item) if key == "basis" else () if key == "limits" else bases(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from bases(item)


def test_the_name_and_every_legal_basis_of_every_matter_has_its_english(catalogue: Catalogue) -> None:
    english = English({**load_words(), **{each.zh: each.en for each in catalogue.english}})
    named = [matter.name for matter in catalogue.matters]
    cited = {basis for matter in catalogue.matters for basis in bases(msgspec.to_builtins(matter)) if basis}
    assert [text for text in (*named, *sorted(cited)) if not english.phrase(text)] == []
    assert [text for text in sorted(cited) if not english.phrase(citations(text))] == []
    assert len(named) >= 80 and len(cited) >= 150


ABROAD = {("marriage-registration", "cross")}
"""Matters that turn away exactly those who are from abroad, by the exit's code."""


@pytest.mark.parametrize("key", WHOLE)
def test_names_results_materials_and_what_to_do_are_in_english(catalogue: Catalogue, key: str) -> None:
    english = {each.zh: each.en for each in catalogue.english}
    matter = next(each for each in catalogue.matters if each.key == key)
    wanted = [matter.name, *(each.name for each in matter.results), *(each.name for each in matter.materials)]
    wanted += [each.remedy for each in matter.materials if each.remedy]
    wanted += [problem.text for problem in catalogue.problems] + [problem.remedy for problem in catalogue.problems]
    wanted += [each.name for each in catalogue.departments if each.key == matter.department]
    assert [text for text in wanted if text not in english] == []


def test_an_english_text_twice_or_empty_is_a_finding() -> None:
    extra = '\n[[english]]\nzh = "未签名"\nen = ""\n'.encode()
    with pytest.raises(CatalogueProblems) as caught:
        load_catalogue({**FILES, "english.toml": FILES["english.toml"] + extra})
    assert {finding.file for finding in caught.value.problems} == {"english.toml"}
    assert len(caught.value.problems) == 2


def test_the_queues_of_the_hall_are_in_english(catalogue: Catalogue) -> None:
    english = {each.zh for each in catalogue.english}
    wanted = [text for each in catalogue.hall.businesses for text in (each.name, each.about, each.where)]
    assert [text for text in wanted if text not in english] == []


def test_why_an_application_is_turned_away_and_where_to_go_is_in_english(catalogue: Catalogue) -> None:
    """Of the matters that foreigners may apply for and those of ``WHOLE``: the reasons and the organs of 不予受理, and
    the reasons of a denial; and the ways out that are there for people from abroad. The guide and the notice say them
    as they stand, with their full stop.
    """
    english = English({**load_words(), **{each.zh: each.en for each in catalogue.english}})
    matters = [each for each in catalogue.matters if each.key in WHOLE or "foreigner" in each.serves]
    exits = [way for matter in matters for way in matter.exits]
    exits += [way for matter in catalogue.matters for way in matter.exits if (matter.key, way.code) in ABROAD]
    chosen = [way for matter in matters for way in matter.refusal_reasons]
    wanted = [*(way.reason for way in exits), *(way.text for way in chosen)]
    wanted += [reason.text for matter in matters for reason in matter.denial_reasons]
    for place in filter(None, (*(way.where for way in exits), *(way.where for way in chosen))):
        wanted += [place.organ, place.address, place.hours]
    assert [text for text in wanted if text and not english.phrase(text)] == []
    assert not [text for text in wanted if english.phrase(text).endswith(".")]
    assert len(matters) == 7 and len(exits) + len(chosen) >= 14
    assert {code for _, code in ABROAD} <= {way.code for way in exits}

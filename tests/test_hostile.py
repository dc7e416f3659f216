"""Ten thousand names that nobody should be called: refused, or stored, shown and printed exactly as they are."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any, get_args

import msgspec
import pytest

import receipts.render as rendering
from hall.case import Case
from hall.errors import BadName
from hall.facts import PaperIssued, PaperKind
from hall.gbk_pua import GBK_PUA
from hall.names import MAX_MARKS, clean_name, clean_text, safe_for_terminal, says_something, search_key
from receipts import sample
from receipts.compose import compose
from receipts.document import texts
from receipts.fonts import FontSet, load_fonts
from receipts.ops import Text
from tests.hostile import FORBIDDEN, Hostile, infested, names
from tests.receipts.cases import every_paper, issued
from tests.receipts.reading import joined, read_text

COUNT = 10_000
NAMES = names(COUNT)
DOTS = "·.・•‧∙⋅･．․·"


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return load_fonts()


def storable(name: Hostile) -> str | None:
    """The name as it would be stored, ``None`` if it is refused."""
    try:
        return clean_name(name.text)
    except BadName:
        return None


def bones(text: str) -> str:
    """A name without what the rules allow to change: composition, old code points, blanks, the kind of the dots."""
    composed = unicodedata.normalize("NFC", text.translate(GBK_PUA))
    return "".join(char for char in composed if not char.isspace() and char not in DOTS)


def is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")


def test_every_kind_is_among_them_and_about_half_may_be_stored() -> None:
    kept = {name.kind for name in NAMES if storable(name)}
    refused = {name.kind for name in NAMES if not storable(name)}
    assert {"markup", "rare", "plane 2", "plane 3", "pile", "right to left", "foreign"} <= kept
    assert {"steering", "bidi", "nul", "control", "unseen", "half", "long", "private"} <= refused
    assert COUNT * 0.4 < sum(storable(name) is not None for name in NAMES) < COUNT * 0.7


def test_a_name_is_stored_as_it_is_or_refused_by_place_and_code_point() -> None:
    for name in NAMES:
        try:
            kept = clean_name(name.text)
        except BadName as error:
            assert not FORBIDDEN.search(error.message + error.hint), ascii(name)
            assert error.field == "name"
            assert error.code in {"bad_character", "private_use", "too_long", "name_empty"}, ascii(name)
            continue
        assert bones(kept) == bones(name.text), ascii(name)
        assert clean_name(kept) == kept, f"cleaning again changes {name!a}"
        assert not FORBIDDEN.search(kept) and len(kept) <= 200, ascii(name)


def test_free_text_is_stored_as_it_is_or_refused() -> None:
    for name in NAMES:
        try:
            kept = clean_text(name.text, field="note", multiline=True)
        except Exception as error:
            assert type(error).__name__ == "BadInput", ascii(name)
            continue
        assert bones(kept) == bones(name.text), ascii(name)
        assert not FORBIDDEN.search(kept.replace("\n", "")), ascii(name)


def test_what_reaches_a_terminal_is_one_line_of_letters() -> None:
    for name in NAMES:
        shown = safe_for_terminal(name.text)
        assert not FORBIDDEN.search(shown), ascii(name)
        piles = [len(list(run)) for on, run in itertools.groupby(shown, is_mark) if on]
        assert max(piles, default=0) <= MAX_MARKS, ascii(name)
        if storable(name) == name.text and not any(map(is_mark, name.text)):
            assert shown == name.text, f"{name!a} is shown as something else"
        assert not FORBIDDEN.search(search_key(name.text)), ascii(name)


# -- papers ----------------------------------------------------------------------------------------------------------


def as_stored(name: Hostile) -> str:
    """The name as it stands in a case: clean, or raw (but no longer) as only a broken window could have sent it.

    One without a letter gets one: as a reason it would, rightly, keep the paper from being made.
    """
    text = storable(name) or name.text[:200]
    return text if says_something(text) else f"{text[:199]}某"


def with_long_lists(case: Case) -> Case:
    """The case with four times as much on its lists: more names a paper, fewer papers."""
    more = {"rows": case.rows * 4, "gaps": case.gaps * 4, "promises": case.promises * 4}
    notices = tuple(msgspec.structs.replace(notice, gaps=notice.gaps * 4) for notice in case.notices)
    return msgspec.structs.replace(case, notices=notices, **more)


FIRST_VISIT = ("receipt", "notice", "acceptance", "refusal", "promise", "guide")


def paper_of(kind: PaperKind) -> tuple[Case, PaperIssued]:
    """A case with much to say and one of its papers: as tested where papers are, else the registry's sample."""
    wordings = [case for which, case in every_paper().values() if which == kind]
    case, paper = (wordings[0], issued(kind, wordings[0], clerk="周敏")) if wordings else sample(kind)
    return with_long_lists(case), paper


@pytest.mark.parametrize("kind", get_args(PaperKind))
def test_every_name_goes_through_every_paper(kind: PaperKind, fonts: FontSet, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = rendering._draw

    def watched(document: Any, pages: Any, fonts: FontSet) -> bytes:
        drawn.extend(op.text for page in pages for op in page.ops if isinstance(op, Text))
        return draw(document, pages, fonts)

    monkeypatch.setattr(rendering, "_draw", watched)
    # What a person gets at the first visit says every name; of the later papers each says a third of them.
    place = get_args(PaperKind).index(kind)
    mine = NAMES if kind in FIRST_VISIT else NAMES[place % 3 :: 3]
    words = iter(map(as_stored, mine))
    plain, paper_issued = paper_of(kind)
    left = len(mine)
    while left > 0:
        case, used = infested(plain, itertools.chain(words, itertools.repeat("张三")))
        left -= used
        document = compose(kind, case, paper_issued)
        if case.applicant is not None:
            assert case.applicant.name in "".join(texts(document)), f"{kind} alters {case.applicant.name!a}"
        drawn.clear()
        # Both copies say the same; that is tested where papers are.
        paper = rendering.render(msgspec.structs.replace(document, copies=document.copies[:1]), fonts)
        assert paper.pdf.startswith(b"%PDF") and paper.pages >= 1
        # A line break in a department's name, which no catalogue has, is drawn as nothing.
        assert not FORBIDDEN.search("".join(drawn).replace("\n", "")), kind
    assert left <= 0


def test_a_name_that_was_stored_can_be_copied_out_of_its_paper(fonts: FontSet) -> None:
    case, _paper = paper_of("acceptance")
    assert case.applicant is not None
    read = 0
    for name in NAMES[:84]:
        kept = storable(name)
        if kept is None or len(kept) > 60:
            continue
        who = msgspec.structs.replace(case.applicant, name=kept)
        named = msgspec.structs.replace(case, applicant=who)
        paper = rendering.render(compose("acceptance", named, issued("acceptance", named)), fonts)
        # Readers give Arabic and Hebrew back in the order of the page.
        if not paper.missing and not set(map(unicodedata.bidirectional, kept)) & {"R", "AL"}:
            read += 1
            assert joined(kept) in joined(read_text(paper.pdf)), ascii(name)
    assert read > 15

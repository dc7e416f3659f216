"""Whole character sets, glyph by glyph: 通用规范汉字表, and with fonts-hanazono GB 18030-2022 level 3."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics

from receipts import fonts as fonts_module
from receipts.document import paragraph
from receipts.fonts import FontSet, rare_fonts, unprintable
from receipts.han import Share, amendment_1, coverage, level_3
from receipts.layout import layout
from receipts.ops import Text
from receipts.render import render
from receipts.setter import BODY
from tests.receipts.glyphs import drawn, source
from tests.receipts.reading import READERS, joined
from tests.receipts.samples import document

NAMES = (Path(__file__).parents[1] / "data" / "han-8105.txt").read_text("utf-8").split()
with_rare = pytest.mark.skipif(
    len(rare_fonts()) < 2, reason="fonts-hanazono is not installed: the 60,102 rare characters were left out"
)


@pytest.fixture(scope="module")
def plain() -> FontSet:
    """What pip brings, without the system's fonts."""
    folder = fonts_module._folder(None)
    return FontSet(folder / "regular.ttf", folder / "bold.ttf")


def files() -> dict[str, Path]:
    """Font files by the names that they have inside a PDF."""
    folder = fonts_module._folder(None)
    named = {"NotoSansSC-Regular": folder / "regular.ttf", "NotoSansSC-Bold": folder / "bold.ttf"}
    return named | {path.stem: path for path in rare_fonts()}


def chosen(fonts: FontSet, text: str, bold: bool) -> dict[str, tuple[str, int]]:
    """The font and the glyph number that each character is set in."""
    glyphs: dict[str, tuple[str, int]] = {}
    for name, run in fonts.runs(text, bold):
        face = pdfmetrics.getFont(name).face
        glyphs |= {char: (face.name.decode(), face.charToGlyph[ord(char)]) for char in run}
    return glyphs


def proper(text: str, glyphs: dict[str, tuple[str, int]]) -> list[str]:
    """Characters of ``text`` without a glyph, or with another one than the font file itself says."""
    tables = {name: source(path)[0] for name, path in files().items()}
    return [
        char for char in text if char not in glyphs or not glyphs[char][1]
        or tables[glyphs[char][0]].get(ord(char)) != glyphs[char][1]
    ]  # fmt: skip


def test_the_lists_are_those_of_the_standards() -> None:
    assert (len(set(NAMES)), len(set(level_3())), len(set(amendment_1()))) == (8105, 87_887, 9_793)
    assert set(NAMES) <= set(level_3())
    assert not set(level_3()) & set(amendment_1())
    # Doubles of the compatibility block are no characters of their own: none is in the sets.
    assert all(unicodedata.normalize("NFC", char) == char for char in [*level_3(), *amendment_1()])


@pytest.mark.parametrize("bold", [False, True])
def test_every_character_for_names_is_set_in_its_own_glyph(plain: FontSet, bold: bool) -> None:
    text = "".join(NAMES)
    glyphs = chosen(plain, text, bold)
    assert plain.missing(text) == ()
    assert proper(text, glyphs) == []
    assert len(set(glyphs.values())) == 8105


def test_every_character_for_names_is_drawn_in_its_own_outline_and_reads_back(plain: FontSet) -> None:
    text = "".join(NAMES)
    assert_drawn_and_read(plain, text, ["pypdf", "pdfium", "poppler"])


def assert_drawn_and_read(fonts: FontSet, text: str, readers: list[str]) -> None:
    made = document(paragraph(text), copies=("",))
    pdf = render(made, fonts).pdf
    assert_drawn_right(pdf, text)
    lines = [op.text for page in layout(made, fonts) for op in page.ops if isinstance(op, Text) and op.size == BODY]
    assert "".join(lines) == text
    for reader in READERS.keys() & readers:
        copied = joined(READERS[reader](pdf))
        assert [line for line in lines if line not in copied] == [], reader


def assert_drawn_right(pdf: bytes, text: str) -> None:
    named = files()
    found = {one.char: one for one in drawn(pdf) if one.font != "NotoSansSC-Bold"}
    assert set(text) <= set(found)
    wrong = []
    for char in text:
        points, outlines = source(named[found[char].font])
        expected = outlines.of(points[ord(char)])
        if not found[char].glyph or not expected or found[char].outline != expected:
            wrong.append(char)
    assert wrong == []


@with_rare
@pytest.mark.parametrize("bold", [False, True])
def test_every_character_of_level_three_is_set_in_its_own_glyph(fonts: FontSet, bold: bool) -> None:
    text = "".join(level_3())
    assert fonts.missing(text) == ()
    assert proper(text, chosen(fonts, text, bold)) == []


@with_rare
def test_every_character_of_level_three_is_drawn_in_its_own_outline_and_reads_back(fonts: FontSet) -> None:
    text = "".join(level_3())
    # pypdf takes 20 s for these 344 fonts; it reads a few hundred rare characters in the next test.
    assert_drawn_and_read(fonts, text, ["pdfium", "poppler"])


@with_rare
def test_rare_characters_among_ordinary_ones_copy_right_in_every_reader(fonts: FontSet) -> None:
    rare = [chr(point) for point in range(0x20000, 0x20000 + 330)]
    mixed = "".join(f"王{char}{index}号，《{char}》Ab" for index, char in enumerate(rare))
    assert_drawn_and_read(fonts, mixed + "".join(rare), ["pypdf", "pdfium", "poppler"])


def test_what_a_font_set_can_print_is_counted(plain: FontSet, fonts: FontSet) -> None:
    assert coverage(plain) == (Share(27_785, 87_887), Share(3, 9_793))
    if len(rare_fonts()) == 2:
        assert coverage(fonts) == (Share(87_887, 87_887), Share(3, 9_793))


def test_ordinary_texts_are_known_to_print_without_a_look_at_the_fonts(
    plain: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = "".join(chr(point) for point in range(0x110000) if fonts_module._ORDINARY.fullmatch(chr(point)))
    assert len(ordinary) > 27_000
    assert plain.missing(ordinary) == ()
    monkeypatch.setattr(fonts_module, "load_fonts", lambda: pytest.fail("the fonts were loaded"))
    assert unprintable("张三，阿卜杜勒·买买提（北京）有限公司 A-1 号：“甲”《乙》……") == ()


def test_what_no_font_has_is_told_before_printing(fonts: FontSet) -> None:
    assert unprintable("王\U00031350\u202e明\U00031350") == ("\U00031350", "\u202e")
    assert unprintable("Šarūnas Łukasz 䶮𬭊") == ()

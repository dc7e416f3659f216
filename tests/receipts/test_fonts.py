"""Every character of a name is printed right or spelled out; fonts are prepared once and safely."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
import reportlab
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from reportlab.pdfbase.ttfonts import TTFontFile

from hall.errors import HallError
from receipts import fonts as fonts_module
from receipts.fonts import FontSet, load_fonts
from receipts.render import render
from receipts.subset import Subsetter
from receipts.tounicode import to_unicode_cmap
from tests.receipts.reading import joined, read_text, read_text_pdfium
from tests.receipts.samples import document, full_blocks

RARE = "\U00020000\U00030000"


@pytest.fixture(scope="module")
def rare_font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A font that stands for HanaMin: it has U+20000 and nothing else, and is loaded only when it is needed."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for point in ((950, 0), (950, 800), (50, 800)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rare"])
    builder.setupCharacterMap({0x20000: "rare"})
    builder.setupGlyf({".notdef": square, "rare": square})
    builder.setupHorizontalMetrics({".notdef": (1000, 50), "rare": (1000, 50)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupOS2()
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare-Regular"})
    builder.setupPost()
    path = tmp_path_factory.mktemp("fonts") / "Rare.ttf"
    builder.save(path)
    return path


@pytest.fixture
def with_fallback(fonts: FontSet, rare_font: Path) -> FontSet:
    folder = fonts_module._folder(None)
    return FontSet(folder / "regular.ttf", folder / "bold.ttf", rare=[rare_font])


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "䶮",
        "李𬱖",
        "赵𫠊",
        "欧阳·买买提",
        "阿卜杜勒艾则孜·麦麦提图尔荪·阿卜杜热合曼伊明江",
        "Zoë O’Brien-Šarūnas",
        "李四[/b]<b>&amp;</b>",
    ],
)
def test_a_name_copies_and_searches_as_it_was_written(paper, name: str) -> None:
    pdf = paper(document(*full_blocks(name))).pdf
    assert joined(name) in joined(read_text(pdf))
    assert joined(name) in joined(read_text_pdfium(pdf))


def test_a_character_of_plane_two_comes_from_the_fallback_font(with_fallback: FontSet) -> None:
    made = render(document(*full_blocks("王\U00020000")), with_fallback)

    assert made.missing == ()
    assert "王\U00020000" in joined(read_text(made.pdf))
    assert "王\U00020000" in joined(read_text_pdfium(made.pdf))
    assert {"Rare-Regular"} <= {name.split("+")[-1] for name in embedded(made.pdf)}


def test_the_fallback_is_not_loaded_for_ordinary_papers(fonts: FontSet, tmp_path: Path) -> None:
    folder = fonts_module._folder(None)
    render(document(), FontSet(folder / "regular.ttf", folder / "bold.ttf", rare=[tmp_path / "not there.ttf"]))


def test_letters_of_foreign_names_are_printed(fonts: FontSet) -> None:
    assert fonts.missing("ŠarūnasŁukaszŞahinØÆłşİığŽžĆćŐőÜéñßÇêЖанна") == ()


def test_a_character_that_no_font_has_is_spelled_out_and_told(paper) -> None:
    made = paper(document(*full_blocks(f"王{RARE}明")))

    assert "\U00030000" in made.missing
    assert "王" in joined(read_text(made.pdf))
    assert "[U+30000]明" in joined(read_text(made.pdf))
    assert "[U+30000]明" in joined(read_text_pdfium(made.pdf))


@pytest.mark.parametrize(
    ("char", "shown"), [("\u202e", "202E"), ("\x1b", "001B"), ("\u200b", "200B"), ("\x00", "0000")]
)
def test_characters_that_steer_are_shown_by_number_and_not_obeyed(paper, char: str, shown: str) -> None:
    made = paper(document(*full_blocks(f"李{char}四")))
    assert made.missing == (char,)
    assert f"李[U+{shown}]四" in joined(read_text(made.pdf))


def test_all_fonts_are_embedded_as_subsets_and_no_glyph_is_notdef(paper) -> None:
    pdf = paper(document(*full_blocks(f"王{RARE}龘"))).pdf
    names = embedded(pdf)
    assert names
    assert all("+" in name for name in names)
    assert len(pdf) < 150_000
    assert "\x00" not in read_text_pdfium(pdf)


def embedded(pdf: bytes) -> set[str]:
    """The fonts of a PDF, each of which must carry its outlines."""
    names = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor
            names.add(str(font.get_object()["/BaseFont"]).lstrip("/"))
    return names


def test_the_text_map_writes_utf16_for_every_code_but_the_first() -> None:
    cmap = to_unicode_cmap("Song", [0, 0x20000, *range(0x4E00, 0x4E00 + 150), 0, 0x41])
    texts = " ".join(f"<{point:04X}>" for point in range(0x4E00, 0x4E00 + 150))
    assert f"2 beginbfrange\n<01> <97> [<D840DC00> {texts}]\n<99> <99> [<0041>]\nendbfrange" in cmap
    assert "<00> <0000>" not in cmap


def test_every_character_of_the_standard_list_for_names_has_a_glyph(fonts: FontSet) -> None:
    # 通用规范汉字表 lies in these: a sample of its third level, made for names and places.
    assert (
        fonts.missing(
            "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨"
        )
        == ()
    )
    assert fonts.missing("𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩾃𩾌") == ()


def test_without_prepared_fonts_the_paper_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HallError) as caught:
        load_fonts(tmp_path)
    assert caught.value.code == "fonts_not_prepared"
    assert "clerk setup" in caught.value.hint


def test_preparing_again_does_no_work(fonts: FontSet) -> None:
    told: list[float] = []
    assert fonts_module.prepare_fonts(progress=lambda part, what: told.append(part)) is fonts
    assert told == []


def test_a_failed_preparation_leaves_no_font_and_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    monkeypatch.setattr(fonts_module, "source_font", lambda: broken)
    with pytest.raises(HallError) as caught:
        fonts_module.prepare_fonts(tmp_path / "cache")
    assert caught.value.code == "font_build_failed"
    with pytest.raises(HallError):
        load_fonts(tmp_path / "cache")


@pytest.mark.parametrize(
    "text", ["", "张三 李四", "Éà½ŕ 12,3.4-5", "欧阳𬱖䶮，。；：！？", "".join(map(chr, range(0x4E00, 0x4EF0)))]
)
def test_a_subset_has_the_bytes_that_reportlab_would_write(fonts: FontSet, text: str) -> None:
    for font in fonts._main:
        points = [0, 32, *map(ord, dict.fromkeys(text)), 0x25CB]
        assert font.face.makeSubset(points) == TTFontFile.makeSubset(font.face, points)


def test_kept_outlines_have_a_limit(fonts: FontSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receipts.subset.MOST", 10)
    cutter = Subsetter(fonts._main[0].face)
    points = list(range(0x4E00, 0x4E40))
    assert cutter.cut(points) == cutter.cut(points) == TTFontFile.makeSubset(fonts._main[0].face, points)
    assert len(cutter._glyphs) <= 10


def test_a_foreign_letter_in_a_bold_name_is_bold_and_no_wider_than_its_neighbours(fonts: FontSet) -> None:
    runs = {bold: {run: name for name, run in fonts.runs("ołš", bold)} for bold in (False, True)}
    plain, heavy = runs[False]["łš"], runs[True]["łš"]
    assert plain.startswith("NotoSans-Regular-") and heavy.startswith("NotoSans-Bold-")
    assert fonts.char_width("ł", 10) < fonts.char_width("o", 10)


@pytest.mark.parametrize("name", ["Żądło-Gęś", "Őszi Dvořák", "Ďuriš", "Łukasz", "Şahin", "Ţepeş", "Ёлкина", "Nguyễn"])
def test_no_letter_of_a_name_is_set_like_a_typewriters(fonts: FontSet, name: str) -> None:
    for bold in (False, True):
        assert not [run for font, run in fonts.runs(name, bold) if "Mono" in font]
    assert fonts.missing(name) == ()


def test_a_font_that_names_a_letter_but_has_only_the_empty_box_for_it_is_passed_over(fonts: FontSet) -> None:
    folder = fonts_module._folder(None)
    vera = Path(reportlab.__file__).with_name("fonts") / "Vera.ttf"
    found = FontSet(folder / "regular.ttf", folder / "bold.ttf", letters=[vera])
    assert found.missing("łĎď") == ("Ď", "ď")

"""Papers meet ISO 19005-2 (PDF/A-2b), clause by clause as far as a test can read it.

Checked here: file structure (6.1.2-6.1.13), colour and output intent (6.2.3, 6.2.4), fonts with their widths (6.2.11),
no transparency but a training paper's watermark (6.2.10), no annotations, forms, actions, files or layers (6.3-6.5,
6.8, 6.9), metadata (6.6). Where PDFBox's preflight is installed it gives a second opinion by the rules of PDF/A-1b,
most of which 2b took over.
veraPDF, the reference validator, comes in no package that this project could use: its word is not there.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from fontTools.ttLib import TTFont
from msgspec.structs import replace

from receipts.archive import srgb_profile, title
from receipts.fonts import FontSet
from receipts.render import render
from tests.receipts.samples import REFERENCE, document, full_blocks

JAVA = Path("/usr/share/java")
JARS = [
    JAVA / f"{name}.jar"
    for name in ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")
]
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
OPERATORS = {
    *("q", "Q", "cm", "w", "J", "d", "g", "G"),
    *("BT", "ET", "Tf", "Tc", "Tm", "Td", "TL", "T*", "Tj"),
    *("m", "l", "c", "h", "re", "S", "f", "f*", "B", "B*", "n"),
}
"""All that a paper's pages are drawn with: paths, greys and text; no images, patterns, shadings or states."""


@pytest.fixture(scope="module", params=["张三", "Šarūnas Łukasz", "王\U00020bb7\U0002bb5f䶮", "李\U00031350"])
def pdf(request: pytest.FixtureRequest, fonts: FontSet) -> bytes:
    """Papers in ordinary characters, foreign letters, characters of plane 2, and one that is spelled out."""
    return render(document(*full_blocks(request.param)), fonts).pdf


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def objects(reader: Any) -> list[Any]:
    """Every indirect object."""
    count = int(reader.trailer["/Size"])
    return [reader.get_object(number) for number in range(1, count)]


def parts(value: Any) -> list[Any]:
    """A value and all that it holds directly."""
    if isinstance(value, dict):
        return [value, *(part for key, item in value.items() for part in [key, *parts(item)])]
    if isinstance(value, list):
        return [value, *(part for item in value for part in parts(item))]
    return [value]


def fonts_of(reader: Any) -> list[Any]:
    return [one for one in objects(reader) if isinstance(one, dict) and one.get("/Type") == "/Font"]


def test_the_file_begins_and_ends_as_it_must(pdf: bytes) -> None:
    head, comment = pdf.split(b"\n")[:2]
    assert re.fullmatch(rb"%PDF-1\.[0-7]", head)
    assert comment[:1] == b"%"
    assert all(byte > 127 for byte in comment[1:5])
    assert pdf.rstrip(b"\r\n").endswith(b"%%EOF")
    assert len(pdf) - len(pdf.rstrip(b"\r\n")) <= 2
    assert b"\nxref\n0 " in pdf


def test_the_trailer_names_the_file_and_encrypts_nothing(reader: Any) -> None:
    first, second = reader.trailer["/ID"]
    assert first == second
    assert len(first.original_bytes) == 16
    assert "/Encrypt" not in reader.trailer


def test_every_object_and_stream_stands_between_line_ends(pdf: bytes, reader: Any) -> None:
    for number in range(1, int(reader.trailer["/Size"])):
        assert len(re.findall(rb"(?:^|[\r\n])%d 0 obj[\r\n]" % number, pdf)) == 1
    assert not re.search(rb"[^\r\n]endobj|endobj[^\r\n]", pdf)
    for match in re.finditer(rb"/Length (\d+)\b[^>]*>>\s*?\nstream(\r?\n)", pdf):
        end = match.end() + int(match[1])
        assert re.match(rb"\r?\nendstream[\r\n]", pdf[end : end + 12])


def test_streams_lie_in_the_file_and_are_packed_in_allowed_ways(reader: Any) -> None:
    streams = [one for one in objects(reader) if isinstance(one, pypdf.generic.StreamObject)]
    assert len(streams) > 5
    for stream in streams:
        assert not {"/F", "/FFilter", "/FDecodeParms"} & stream.keys()
        assert stream.get("/Filter", []) in ([], ["/FlateDecode"])


def test_nothing_is_larger_than_every_reader_can_hold(reader: Any) -> None:
    for part in (part for one in objects(reader) for part in parts(one)):
        if isinstance(part, pypdf.generic.NameObject):
            assert len(str(part).encode()) <= 127
        elif isinstance(part, str | bytes):
            assert len(part) <= 10_000
        elif isinstance(part, float | int):
            assert abs(part) < 2**31
    assert all(3 <= float(side) <= 14_400 for page in reader.pages for side in page.mediabox[2:])


def test_pages_are_drawn_in_greys_and_text_alone(reader: Any) -> None:
    for page in reader.pages:
        content = page.get_contents()
        assert content is not None
        used = [operator.decode() for _, operator in content.operations]
        assert set(used) <= OPERATORS
        assert used.count("q") == used.count("Q") <= 28
        assert set(page["/Resources"]) <= {"/Font", "/ProcSet"}
        assert not {"/Group", "/Annots", "/AA", "/PresSteps", "/B"} & page.keys()


def test_the_watermark_of_a_training_paper_is_transparent_as_the_standard_allows(fonts: FontSet) -> None:
    """6.2.5, 6.2.10: a constant alpha in Normal mode, blended in the space of the output intent."""
    paper = replace(document(*full_blocks()), watermark="培训")
    marked = pypdf.PdfReader(io.BytesIO(render(paper, fonts).pdf), strict=True)
    assert "/DestOutputProfile" in marked.trailer["/Root"]["/OutputIntents"][0]
    for page in marked.pages:
        states = page["/Resources"]["/ExtGState"].values()
        assert [set(state) for state in states] == [{"/ca"}]
        assert all(0 < state["/ca"] < 1 for state in states)
        assert "/Group" not in page
    parts_of_all = [part for each in objects(marked) for part in parts(each) if isinstance(part, str)]
    assert not {"/BM", "/SMask", "/TR", "/TR2", "/HTP", "/CA"} & set(parts_of_all)


def test_nothing_acts_hides_or_comes_along(reader: Any) -> None:
    keys = {part for one in objects(reader) for value in parts(one) if isinstance(value, dict) for part in value}
    forbidden = {"/OpenAction", "/AA", "/AcroForm", "/JavaScript", "/EmbeddedFiles", "/OCProperties", "/SMask", "/BM",
                 "/AlternatePresentations", "/Requirements", "/Perms", "/XFA", "/Encoding"}  # fmt: skip
    assert not keys & forbidden


def test_the_greys_mean_what_the_output_intent_says(reader: Any) -> None:
    root: Any = reader.trailer["/Root"]
    (intent,) = root["/OutputIntents"]
    assert (intent["/Type"], intent["/S"]) == ("/OutputIntent", "/GTS_PDFA1")
    profile = intent["/DestOutputProfile"].get_object()
    assert profile["/N"] == 3
    assert profile.get_data() == srgb_profile()


def test_the_colour_profile_is_whole_and_is_that_of_srgb() -> None:
    profile = srgb_profile()
    size, _, version, kind, space = struct.unpack_from(">I4sI4s4s", profile)
    assert (size, version, kind, space) == (len(profile), 0x02100000, b"mntr", b"RGB ")
    tags = {}
    for place in range(struct.unpack_from(">I", profile, 128)[0]):
        name, start, length = struct.unpack_from(">4sII", profile, 132 + 12 * place)
        assert start % 4 == 0
        assert start + length <= size
        tags[name] = profile[start : start + length]
    assert tags.keys() == {b"desc", b"cprt", b"wtpt", *(c + t for c in (b"r", b"g", b"b") for t in (b"XYZ", b"TRC"))}
    columns = [struct.unpack(">3i", tags[colour + b"XYZ"][8:]) for colour in (b"r", b"g", b"b")]
    white = struct.unpack(">3i", tags[b"wtpt"][8:])
    # Red, green and blue together are white.
    assert all(abs(sum(side) - light) < 20 for side, light in zip(zip(*columns, strict=True), white, strict=True))
    (points,) = struct.unpack_from(">I", tags[b"rTRC"], 8)
    curve = struct.unpack_from(f">{points}H", tags[b"rTRC"], 12)
    assert all(low < high for low, high in pairwise(curve))
    for signal in (step / 1000 for step in range(1001)):
        light = signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4
        place = signal * (points - 1)
        low, high = curve[int(place)], curve[min(int(place) + 1, points - 1)]
        assert (low + (high - low) * (place - int(place))) / 65535 == pytest.approx(light, abs=2e-4), "as IEC 61966-2-1"


def test_every_font_is_embedded_as_a_subset_with_one_table_of_codes(reader: Any) -> None:
    assert fonts_of(reader)
    for font in fonts_of(reader):
        assert font["/Subtype"] == "/TrueType"
        assert re.fullmatch(r"/[A-Z]{6}\+[\w-]+", font["/BaseFont"])
        descriptor = font["/FontDescriptor"]
        assert descriptor["/FontName"] == font["/BaseFont"]
        # Symbolic, so that the codes go through the font's own table and no /Encoding is allowed.
        assert descriptor["/Flags"] & 4
        assert not descriptor["/Flags"] & 32
        program = TTFont(io.BytesIO(descriptor["/FontFile2"].get_data()))
        assert len(program["cmap"].tables) == 1
        assert {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} <= set(program.keys())


def test_widths_are_those_of_the_embedded_outlines(reader: Any) -> None:
    for font in fonts_of(reader):
        program = TTFont(io.BytesIO(font["/FontDescriptor"]["/FontFile2"].get_data()))
        (table,) = program["cmap"].tables
        assert font["/LastChar"] - font["/FirstChar"] + 1 == len(font["/Widths"])
        for code, glyph in table.cmap.items():
            advance = program["hmtx"][glyph][0] * 1000 / program["head"].unitsPerEm
            assert abs(float(font["/Widths"][code - font["/FirstChar"]]) - advance) <= 1, (font["/BaseFont"], code)


def test_text_is_never_shown_in_the_glyph_of_a_missing_character(reader: Any) -> None:
    for page in reader.pages:
        content = page.get_contents()
        assert content is not None
        shown = [operands[0] for operands, operator in content.operations if operator == b"Tj"]
        assert shown
        assert all(0 not in one.original_bytes for one in shown)


def test_the_metadata_say_what_the_paper_is_and_agree_with_each_other(reader: Any) -> None:
    root: Any = reader.trailer["/Root"]
    packet = root["/Metadata"]
    assert (packet["/Type"], packet["/Subtype"]) == ("/Metadata", "/XML")
    assert "/Filter" not in packet
    tree = ElementTree.fromstring(packet.get_data().decode())

    def said(path: str) -> str:
        (found,) = tree.findall(f".//{path}", NAMESPACES)
        return "".join(found.itertext())

    assert (said("pdfaid:part"), said("pdfaid:conformance")) == ("2", "B")
    info = reader.metadata
    assert info is not None
    assert said("dc:title") == info.title == f"一次性告知书 {REFERENCE}"
    assert said("dc:creator") == info.author == "示例市政务服务中心"
    assert said("dc:description") == info.subject == "一次性告知书"
    assert said("pdf:Producer") == info.producer
    assert said("xmp:CreatorTool") == info.creator
    assert said("dc:language") == root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    # A paper's bytes depend on its content alone: there is no date of making in them.
    assert "/CreationDate" not in info


def test_words_that_look_like_markup_are_words_in_the_metadata(fonts: FontSet) -> None:
    made = document(title="<b>&甲]]>", organisation='"<乙>&')
    root: Any = pypdf.PdfReader(io.BytesIO(render(made, fonts).pdf)).trailer["/Root"]
    tree = ElementTree.fromstring(root["/Metadata"].get_data().decode())
    assert "".join(next(tree.iter(f"{{{NAMESPACES['dc']}}}title")).itertext()) == title(made)


def test_equal_papers_are_equal_and_different_ones_have_names_of_their_own(fonts: FontSet) -> None:
    made = [render(document(*full_blocks(name)), fonts).pdf for name in ("张三", "张三", "李四")]
    assert made[0] == made[1]
    trailers: list[Any] = [pypdf.PdfReader(io.BytesIO(one)).trailer for one in made]
    assert trailers[0]["/ID"] != trailers[2]["/ID"]


def test_a_paper_is_the_same_in_another_process(fonts: FontSet) -> None:
    code = (
        "import hashlib; from receipts.render import render; from tests.receipts.samples import document, full_blocks;"
        "print(hashlib.sha256(render(document(*full_blocks('王\\U00020bb7'))).pdf).hexdigest())"
    )
    root = Path(__file__).parents[2]
    here = hashlib.sha256(render(document(*full_blocks("王\U00020bb7")), fonts).pdf).hexdigest()
    for seed in ("0", "1"):
        said = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, check=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai"},
        )  # fmt: skip
        assert said.stdout.strip() == here


def test_a_notice_of_twelve_rows_stays_small(fonts: FontSet) -> None:
    assert len(render(document(copies=("",)), fonts).pdf) <= 40_000


@pytest.mark.skipif(
    shutil.which("java") is None or not all(jar.is_file() for jar in JARS),
    reason="PDFBox preflight is not installed (libpdfbox2-java, libjaxb-api-java): its second opinion was left out",
)
def test_another_validator_finds_no_fault(pdf: bytes, tmp_path: Path) -> None:
    # It knows PDF/A-1b only, so the paper is shown to it under that name; everything else is as printed.
    shown = tmp_path / "paper.pdf"
    assert pdf.count(b"<pdfaid:part>2<") == 1
    shown.write_bytes(pdf.replace(b"<pdfaid:part>2<", b"<pdfaid:part>1<"))
    path = os.pathsep.join(map(str, JARS))
    command = ["java", "-cp", path, "org.apache.pdfbox.preflight.Validator_A1b", str(shown)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "is a valid PDF/A-1b file" in said.stdout, said.stdout + said.stderr

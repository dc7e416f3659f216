"""The content of a paper as data: what is said, in which order, without a millimetre.

Equal documents give byte-identical PDFs. A document goes through JSON and back unchanged (``encode``, ``decode``), so
that a paper can be kept, sent and printed again as it was. Text is drawn as it is: there is no markup in it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Align: TypeAlias = Literal["left", "center", "right"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all parts of a document."""


class Span(Part, frozen=True):
    """A piece of running text."""

    text: str
    bold: bool = False


class Paragraph(Part, frozen=True, tag="paragraph"):
    """Running text, set to both margins. ``indent`` moves the first line two characters in.

    ``second``: the same said in the second language, set smaller.
    """

    spans: tuple[Span, ...]
    indent: bool = True
    second: bool = False


class Heading(Part, frozen=True, tag="heading"):
    """The name of what follows; never left alone at the foot of a page."""

    text: str
    second: str = ""


class KeyValues(Part, frozen=True, tag="key_values"):
    """A ruled form of labels and values, ``columns`` pairs a row. A pair too long for half a row takes a whole one.

    In a form and in a table what stands after the first line end of a text is the second language, set smaller.
    """

    pairs: tuple[tuple[str, str], ...]
    columns: int = 2


class Column(Part, frozen=True):
    """A column of a table; ``width`` is its share of the page's width."""

    title: str
    width: float
    align: Align = "left"


class Table(Part, frozen=True, tag="table"):
    """Rows under a header that is repeated on every page. A row is never cut by the end of a page.

    ``tall`` is the least height of a row in points.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "无"
    tall: float = 0.0


class Notice(Part, frozen=True, tag="notice"):
    """A box that nobody overlooks. ``second``: the lines once more in the second language, set smaller."""

    lines: tuple[str, ...]
    title: str = ""
    second: tuple[str, ...] = ()


class Slot(Part, frozen=True):
    """A line to sign or fill in; ``value`` is what is already known."""

    label: str
    value: str = ""
    second: str = ""


class Signatures(Part, frozen=True, tag="signatures"):
    """Lines to sign, ``columns`` a row."""

    slots: tuple[Slot, ...]
    columns: int = 2


class Seal(Part, frozen=True, tag="seal"):
    """The place of the 专用印章 over the name of the organ and the date (行政许可法 art. 32: both are required)."""

    organ: str
    date: str
    label: str = "（专用印章）"


class FlowBox(Part, frozen=True):
    """One step of a flow in its place: ``band`` and ``column`` count from 0, ``after`` are indexes of other boxes.

    ``critical_after`` are those of them that lie before it on the critical path; ``second`` in the second language: the
    name, and on a line of its own who and how long.
    """

    name: str
    who: str
    time: str
    band: int
    column: int
    critical: bool = False
    after: tuple[int, ...] = ()
    critical_after: tuple[int, ...] = ()
    second: str = ""


class Flow(Part, frozen=True, tag="flow"):
    """A flow as a picture: boxes and arrows, in ``bands`` (the stages of a project) one under the other."""

    boxes: tuple[FlowBox, ...]
    bands: tuple[str, ...] = ("",)
    caption: str = ""
    second: str = ""


Block: TypeAlias = Paragraph | Heading | KeyValues | Table | Notice | Signatures | Seal | Flow


class Document(Part, frozen=True):
    """One paper. Every copy in ``copies`` is printed in full, from a new page, with its label.

    ``number`` is the paper's own number (示市监受〔2026〕12号), ``reference`` the case's, printed as Code 128
    and as text; ``reprint`` is 0 for the first print and n for 补打 n. ``qr`` and ``link`` are the texts of up to two
    QR codes: with both, ``qr`` is for a window and ``link`` for the applicant; the captions say which is whose.
    ``watermark`` stands across every page: a paper of the training is none.
    """

    kind: str
    title: str
    organisation: str
    reference: str
    blocks: tuple[Block, ...]
    department: str = ""
    number: str = ""
    qr: str = ""
    qr_caption: tuple[str, ...] = ("本人用", "扫码查进度")
    link: str = ""
    link_caption: tuple[str, ...] = ()
    copies: tuple[str, ...] = ("",)
    footer: tuple[str, ...] = ()
    reprint: int = 0
    language: str = "zh-CN"
    second_title: str = ""
    second_organisation: str = ""
    watermark: str = ""


class Rendered(msgspec.Struct, frozen=True):
    """A paper: its bytes, its number of pages, and the characters no font has, spelled out as ``[U+30000]``."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...]


def paragraph(text: str, *, bold: bool = False, indent: bool = True) -> Paragraph:
    """A paragraph of one piece."""
    return Paragraph((Span(text, bold),), indent)


def encode(document: Document) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document)


def decode(data: bytes) -> Document:
    """The document that ``encode`` wrote. Raises ``msgspec.ValidationError`` for anything else."""
    return msgspec.json.decode(data, type=Document)


def texts(document: Document) -> list[str]:
    """Every text of the document that is drawn in a font, in no order that matters."""
    found = [document.title, document.organisation, document.department, document.number, document.reference]
    found += [document.second_title, document.second_organisation, *document.copies, *document.footer]
    found += [*document.qr_caption, *document.link_caption, document.watermark]
    for block in document.blocks:
        found += _texts_of(msgspec.to_builtins(block))
    return found


def _texts_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in ("type", "align") for text in _texts_of(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts_of(item)]
    return []

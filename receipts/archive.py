"""What makes a paper last in an archive: PDF/A-2b (ISO 19005-2:2011) over what reportlab writes.

A paper says what it is (XMP beside the Info dictionary, equal in every field), in which language it speaks, and what
its greys mean (an sRGB output intent). All fonts are embedded by the renderer; nothing is encrypted, active or outside
the file. It carries no dates of its own making: the bytes of a paper depend on its content alone.

Nothing on a paper is transparent but the watermark of a training paper, which the standard allows: it is blended as
``Normal`` (§6.2.10), and what it is blended in is the output intent's space, since no page has a group of its own.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache
from html import escape
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from receipts.document import Document, encode

CREATOR = "clerk"
PRODUCER = "clerk, ReportLab"

_WHITE_D50 = (0.9642, 1.0, 0.8249)
_SRGB_TO_D50 = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
"""The columns of red, green and blue in CIE XYZ, adapted to D50 (IEC 61966-2-1, ICC.1:2001-04 annex E)."""
_CURVE_POINTS = 64
"""Between two of them a straight line is off by less than 2 in 10,000."""


def install() -> None:
    """Let reportlab end its streams as ISO 19005-2 §6.1.7.1 wants it, and pack them quickly.

    Doing it twice does no harm.
    """
    pdfdoc.PDFStream.format = _format_stream
    pdfdoc.PDFStreamFilterZCompress.encode = _packed


def title(document: Document) -> str:
    """What a viewer shows in its title bar: the paper's name and the case's reference."""
    return f"{document.title} {document.reference}".strip()


def describe(canvas: Canvas, document: Document) -> None:
    """Give the PDF of ``document`` its metadata, output intent, language and identity.

    Equal documents get equal bytes, different ones different identities.
    """
    pdf: Any = canvas._doc
    digest = hashlib.sha256(encode(document)).digest()[:16]
    pdf._ID = b"\n[<%b><%b>]\n" % ((digest.hex().encode(),) * 2)
    pdf.info = _Info(document)
    catalog = pdf.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.Metadata = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}),
        xmp(document),
    )
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), srgb_profile(), [pdfdoc.PDFZCompress])
    intent = {
        "Type": pdfdoc.PDFName("OutputIntent"),
        "S": pdfdoc.PDFName("GTS_PDFA1"),
        "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
        "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
        "DestOutputProfile": pdf.Reference(profile),
    }
    catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])
    canvas.setViewerPreference("DisplayDocTitle", "true")


def xmp(document: Document) -> bytes:
    """The XMP packet; it says nothing that the Info dictionary says otherwise (ISO 19005-2 §6.6.3)."""

    def words(text: str) -> str:
        return f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'

    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title>{words(title(document))}</dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(document.organisation)}</rdf:li></rdf:Seq></dc:creator>
<dc:description>{words(document.title)}</dc:description>
<dc:language><rdf:Bag><rdf:li>{escape(document.language)}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{escape(PRODUCER)}</pdf:Producer><xmp:CreatorTool>{escape(CREATOR)}</xmp:CreatorTool>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
    return packet.encode()


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """An ICC profile (version 2.1, monitor) of sRGB, made from the standard's own numbers; about 1 KB."""
    curve = struct.pack(f">4s4xI{_CURVE_POINTS}H", b"curv", _CURVE_POINTS, *_curve())
    name = b"sRGB\0"
    described = struct.pack(f">4s4xI{len(name)}s", b"desc", len(name), name) + bytes(4 + 4 + 2 + 1 + 67)
    tags = [
        (b"desc", described),
        (b"cprt", b"text" + bytes(4) + b"No rights reserved\0"),
        (b"wtpt", _xyz(_WHITE_D50)),
        *((name + b"XYZ", _xyz(column)) for name, column in zip((b"r", b"g", b"b"), _SRGB_TO_D50, strict=True)),
    ]
    offset = 128 + 4 + 12 * (len(tags) + 3)
    table, body = struct.pack(">I", len(tags) + 3), b""
    for tag, content in tags:
        table += struct.pack(">4sII", tag, offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    # The three colours share one curve.
    for tag in (b"rTRC", b"gTRC", b"bTRC"):
        table += struct.pack(">4sII", tag, offset + len(body), len(curve))
    body += curve + bytes(-len(curve) % 4)
    return _profile_head(offset + len(body)) + table + body


def _profile_head(size: int) -> bytes:
    """The 128 bytes that ICC.1:2001-04 §6.1 wants; dated with the edition of the standard."""
    return struct.pack(
        ">I4sI4s4s4s6H4s4s4s4s4s8sI12s48x",
        size, b"", 0x02100000, b"mntr", b"RGB ", b"XYZ ", 2001, 4, 1, 0, 0, 0, b"acsp", b"", b"", b"", b"", b"", 0,
        _xyz(_WHITE_D50)[8:],
    )  # fmt: skip


def _curve() -> list[int]:
    """sRGB to linear light, 16 bits a point."""
    steps = (index / (_CURVE_POINTS - 1) for index in range(_CURVE_POINTS))
    return [round(65535 * (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4)) for x in steps]


def _xyz(values: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))


class _Info(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The Info dictionary without reportlab's date of the year 2000, keywords and trapping."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.title, self.author, self.subject = title(document), document.organisation, document.title
        self.creator, self.producer = CREATOR, PRODUCER

    def format(self, document: Any) -> bytes:
        fields = ("Title", "Author", "Subject", "Creator", "Producer")
        told = {name: pdfdoc.PDFString(getattr(self, name.lower())) for name in fields}
        return bytes(pdfdoc.PDFDictionary(told).format(document))


_reportlab_format = pdfdoc.PDFStream.format


def _format_stream(stream: pdfdoc.PDFStream, document: Any) -> bytes:
    """The line end before ``endstream`` that reportlab leaves out; it does not count into the stream's length."""
    return bytes(_reportlab_format(stream, document).removesuffix(b"endstream\n")) + b"\nendstream\n"


def _packed(self: object, text: str | bytes) -> bytes:
    """A stream packed at level 5: as small as at zlib's own 6 to a few bytes, in less time."""
    data = text.encode() if isinstance(text, str) else text
    packer = zlib.compressobj(5, zlib.DEFLATED, 15, 9)
    return packer.compress(data) + packer.flush()

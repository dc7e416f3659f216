"""A document as PDF bytes, drawn straight on reportlab's canvas: subset fonts, text that copies and searches right."""

from __future__ import annotations

import io
import threading
from typing import Any

import msgspec
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from receipts import archive, tounicode
from receipts.barcodes import code128, qr
from receipts.document import Document, Rendered, texts
from receipts.fonts import FontSet, load_fonts
from receipts.forms import Form, require_slip
from receipts.layout import Page, layout
from receipts.ops import Arrow, Box, Code, Line, Op, Ring, Text, drawn_once
from receipts.pen import Pen
from receipts.slip import slip

__all__ = ["Rendered", "render", "warm_up"]

rl_config.invariant = 1
rl_config.useA85 = 0
tounicode.install()
archive.install()

_drawing = threading.Lock()
"""reportlab's fonts belong to one document at a time."""


def render(document: Document, fonts: FontSet | None = None, form: Form = "a4") -> Rendered:
    """``document`` as a PDF: on A4 pages, or as 80 mm tickets. Equal documents give equal bytes.

    Raises HallError ``fonts_not_prepared``, ``no_slip`` for a kind that is not made for tickets. ``fonts`` defaults to
    those in the user's cache.
    """
    if form == "slip":
        require_slip(document.kind)
    fonts = fonts or load_fonts()
    drawn = "".join(texts(document))
    missing, clean = fonts.missing(drawn), document
    if fonts.clean(drawn) != drawn:
        clean = msgspec.convert(_cleaned(msgspec.to_builtins(document), fonts), Document)
    pages = slip(clean, fonts) if form == "slip" else layout(clean, fonts)
    with _drawing:
        pdf = _draw(clean, pages, fonts)
    return Rendered(pdf, len(pages), missing)


def warm_up() -> None:
    """Do now, in an idle moment, what the first paper would otherwise wait for (0.2 s): fonts, codes, texts.

    Raises HallError ``fonts_not_prepared``.
    """
    load_fonts()
    code128("0")
    qr("0")


def _cleaned(value: Any, fonts: FontSet) -> Any:
    if isinstance(value, str):
        return fonts.clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(item, fonts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, fonts) for item in value]
    return value


def _draw(document: Document, pages: list[Page], fonts: FontSet) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(
        target, pagesize=(pages[0].width, pages[0].height), pageCompression=1, invariant=1, lang=document.language,
        pdfVersion=(1, 5), initialFontName=fonts.base_name,
    )  # fmt: skip
    archive.describe(canvas, document)
    written: dict[bool, list[str]] = {False: [], True: []}
    for page in pages:
        for op in page.ops:
            if isinstance(op, Text):
                written[op.bold].append(op.text)
    for bold, found in written.items():
        Pen(canvas, fonts, 0.0).learn("".join(found), bold)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        canvas.setLineCap(2)  # rules that meet at a corner close it
        pen = Pen(canvas, fonts, page.height)
        for op in drawn_once(page.ops):
            _draw_op(canvas, pen, op, page.height)
        if document.watermark:
            _draw_watermark(canvas, pen, fonts, document.watermark, page)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_watermark(canvas: Canvas, pen: Pen, fonts: FontSet, text: str, page: Page) -> None:
    """The text across the page, over and over down a long ticket, and lets what is printed show through; on a sheet
    also upright in the margin at its head."""
    size = 0.7 * page.width / fonts.width(text, 1.0, True)
    wide = fonts.width(text, size, True)
    times = max(1, round(page.height / page.width / 1.4))
    canvas.saveState()
    canvas.setFillAlpha(0.16)
    for place in range(times):
        canvas.saveState()
        canvas.translate(page.width / 2, page.height * (place + 0.5) / times)
        canvas.rotate(45)
        canvas.translate(-wide / 2, -page.height)
        pen.forget()
        pen.text(Text(0.0, size / 3, text, size, True))
        canvas.restoreState()
    canvas.restoreState()
    pen.forget()
    if page.width > page.height / 2:
        pen.text(Text((page.width - fonts.width(text, 11.0, True)) / 2, 19.0, text, 11.0, True))


def _draw_op(canvas: Canvas, pen: Pen, op: Op, height: float) -> None:
    match op:
        case Text():
            pen.text(op)
        case Line():
            pen.line(op)
        case Box():
            pen.box(op)
        case Code():
            pen.code(op)
        case Ring():
            _draw_ring(canvas, op, height)
        case Arrow():
            _draw_arrow(canvas, op, height)
            pen.forget()


def _draw_ring(canvas: Canvas, op: Ring, height: float) -> None:
    canvas.saveState()
    canvas.setLineWidth(op.width)
    canvas.setStrokeGray(op.grey)
    canvas.setDash(3, 2.4)
    canvas.circle(op.x, height - op.y, op.radius, stroke=1, fill=0)
    canvas.restoreState()


def _draw_arrow(canvas: Canvas, op: Arrow, height: float) -> None:
    path = canvas.beginPath()
    path.moveTo(op.x, height - op.y)
    path.lineTo(op.x - op.size, height - op.y + op.size * 0.55)
    path.lineTo(op.x - op.size, height - op.y - op.size * 0.55)
    path.close()
    canvas.setFillGray(op.grey)
    canvas.drawPath(path, stroke=0, fill=1)

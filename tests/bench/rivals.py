"""The same one-page notice made with other tools: plain platypus, typst, fpdf2, weasyprint.

Each gets the same texts, fonts, column widths, table rows and modules of both codes, and makes one PDF of them. None is
asked for what only our papers do (避头尾, a fallback font, PDF/A), and typst is spared its tags.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from receipts.barcodes import MM, Modules, code128, qr
from receipts.document import Document, Heading, KeyValues, Notice, Paragraph, Seal, Signatures, Table
from receipts.fonts import load_fonts

Maker = Callable[[Document], bytes]
BAR, BAR_HEIGHT, CELL = 0.33 * MM, 10 * MM, 0.6 * MM
"""Widths of a module of either code, and the height of the bars, in points."""


def rivals() -> dict[str, Maker]:
    """Those that are installed."""
    known = {"typst": ("typst", typst), "fpdf2": ("fpdf", fpdf2), "weasyprint": ("weasyprint", weasyprint)}
    installed = {name: maker for name, (module, maker) in known.items() if _loads(module)}
    return {"reportlab platypus": platypus, **installed}


def _loads(module: str) -> bool:
    """weasyprint is installed without the libraries of the system that it stands on."""
    try:
        import_module(module)
    except (ImportError, OSError):
        return False
    return True


def _fonts() -> tuple[Path, Path]:
    regular, bold = (Path(face.face.filename) for face in load_fonts()._main)
    return regular, bold


def _bars(document: Document) -> tuple[Modules, Modules]:
    return code128(document.reference), qr(document.qr)


# platypus


@lru_cache(maxsize=1)
def _platypus_styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, path in zip(("plain", "plain-bold"), _fonts(), strict=True):
        pdfmetrics.registerFont(TTFont(name, str(path)))

    def style(name: str, size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(
            name, fontName="plain-bold" if bold else "plain", fontSize=size, leading=size * 1.45, wordWrap="CJK", **more
        )

    return {
        "title": style("title", 21, True, alignment=1, spaceAfter=8),
        "organ": style("organ", 13, True),
        "body": style("body", 10.5, firstLineIndent=21, spaceBefore=4),
        "heading": style("heading", 11, True, spaceBefore=8, spaceAfter=4),
        "cell": style("cell", 9.5),
        "head": style("head", 9.5, True, alignment=1),
    }


def platypus(document: Document) -> bytes:
    """reportlab's own page layout: SimpleDocTemplate, Paragraph, Table."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer
    from reportlab.platypus import Paragraph as P
    from reportlab.platypus import Table as T

    styles = _platypus_styles()

    class Code(Flowable):  # type: ignore[misc]
        def __init__(self, modules: Modules, cell: float, tall: float) -> None:
            super().__init__()
            self.modules, self.cell, self.tall = modules, cell, tall
            self.width, self.height = modules.width * cell, modules.height * tall

        def draw(self) -> None:
            for x, y, width, height in self.modules.black:
                top = self.height - (y + height) * self.tall
                self.canv.rect(x * self.cell, top, width * self.cell, height * self.tall, stroke=0, fill=1)

    bars, square = _bars(document)
    width = A4[0] - 40 * MM
    story: list[Any] = [P(document.organisation, styles["organ"]), Code(bars, BAR, BAR_HEIGHT)]
    story.append(P(document.title, styles["title"]))
    grid = [("GRID", (0, 0), (-1, -1), 0.45, "#595959")]
    for kind, rows in _flat(document):
        if kind in ("body", "heading"):
            story += [P(html.escape(text), styles[kind]) for row in rows for text in row]
        else:
            cells = [
                [P(html.escape(text), styles["head" if kind == "table" and not n else "cell"]) for text in row]
                for n, row in enumerate(rows)
            ]
            story += [T(cells, colWidths=_widths(kind, width, len(rows[0])), style=grid, repeatRows=1), Spacer(1, 6)]
    story.append(Code(square, CELL, CELL))
    target = io.BytesIO()
    SimpleDocTemplate(target, pagesize=A4, leftMargin=20 * MM, rightMargin=20 * MM, topMargin=13 * MM,
                      bottomMargin=10 * MM, title=document.title, lang="zh-CN").build(story)  # fmt: skip
    return target.getvalue()


def _flat(document: Document) -> Iterator[tuple[str, list[list[str]]]]:
    """The blocks as rows of texts under the name of a look."""
    for block in document.blocks:
        match block:
            case Paragraph():
                yield "body", [["".join(span.text for span in block.spans)]]
            case Heading():
                yield "heading", [[block.text]]
            case KeyValues():
                flat = [text for pair in block.pairs for text in pair]
                flat += [""] * (-len(flat) % 4)
                yield "pairs", [flat[start : start + 4] for start in range(0, len(flat), 4)]
            case Table():
                yield "table", [[column.title for column in block.columns], *map(list, block.rows)]
            case Notice():
                yield "heading", [[block.title]]
                yield "body", [[line] for line in block.lines]
            case Signatures():
                labels = [f"{slot.label}：{slot.value}" for slot in block.slots]
                labels += [""] * (-len(labels) % 2)
                yield "signs", [labels[start : start + 2] for start in range(0, len(labels), 2)]
            case Seal():
                yield "body", [[block.organ], [block.date], [block.label]]
    yield "body", [[text] for text in (document.reference, *document.qr_caption, *document.footer, "第 1 页　共 1 页")]


def _widths(kind: str, total: float, columns: int) -> list[float]:
    shares = [5, 24, 24, 40] if kind == "table" else [16, 34] * (columns // 2) if kind == "pairs" else [1] * columns
    return [total * share / sum(shares) for share in shares]


# typst


@lru_cache(maxsize=1)
def _typst_compiler() -> Any:
    return import_module("typst").Compiler(font_paths=[str(_fonts()[0].parent)], ignore_system_fonts=True)


def typst(document: Document) -> bytes:
    """One compiler kept; what it laid out for the papers before stays in its memory."""
    return bytes(_typst_compiler().compile(input=_typst_source(document), format="pdf", pdf_tags=False))


def typst_at_once(document: Document) -> bytes:
    """The one call that typst's documentation begins with: compiler and fonts anew each time."""
    source, folder = _typst_source(document), str(_fonts()[0].parent)
    return bytes(
        import_module("typst").compile(
            source, font_paths=[folder], ignore_system_fonts=True, format="pdf", pdf_tags=False
        )
    )


def _typst_source(document: Document) -> dict[str, bytes]:
    bars, square = _bars(document)
    parts = [
        '#set page(paper: "a4", margin: (x: 20mm, top: 13mm, bottom: 10mm))',
        '#set text(font: "Noto Sans SC", size: 10.5pt, lang: "zh", region: "cn")',
        f"#set document(title: {_quoted(document.title)})",
        f'#text(13pt, weight: "bold", {_quoted(document.organisation)})',
        f'#place(top + right, image("bars.svg", width: {bars.width * BAR}pt, height: {BAR_HEIGHT}pt, fit: "stretch"))',
        f'#v(12mm)#align(center, text(21pt, weight: "bold", {_quoted(document.title)}))',
    ]
    for kind, rows in _flat(document):
        cells = [[_quoted(text) for text in row] for row in rows]
        if kind == "body":
            parts += [f"#par(first-line-indent: (amount: 2em, all: true), {text})" for row in cells for text in row]
        elif kind == "heading":
            parts += [f'#text(11pt, weight: "bold", {text})' for row in cells for text in row]
        else:
            widths = ", ".join(f"{width:.1f}pt" for width in _widths(kind, 170 * MM, len(rows[0])))
            head = f"table.header({', '.join(cells[0])})," if kind == "table" else ""
            body = ", ".join(text for row in cells[1 if head else 0 :] for text in row)
            parts.append(f"#text(9.5pt, table(columns: ({widths}), stroke: 0.45pt, {head} {body}))")
    parts.append(f'#image("qr.svg", width: {square.width * CELL}pt)')
    return {"main": "\n\n".join(parts).encode(), "bars.svg": _svg(bars), "qr.svg": _svg(square)}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _svg(modules: Modules) -> bytes:
    path = "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in modules.black)
    size = f'viewBox="0 0 {modules.width} {modules.height}" width="{modules.width}" height="{modules.height}"'
    kept = ' preserveAspectRatio="none"' if modules.height == 1 else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}{kept}><path d="{path}"/></svg>'.encode()


# fpdf2


def fpdf2(document: Document) -> bytes:
    """A new FPDF a paper: a document and its fonts belong together there."""
    pdf = import_module("fpdf").FPDF(unit="pt", format="A4")
    pdf.set_margins(20 * MM, 13 * MM, 20 * MM)
    pdf.set_auto_page_break(True, 10 * MM)
    for style, path in zip(("", "B"), _fonts(), strict=True):
        pdf.add_font("noto", style, str(path))
    pdf.set_title(document.title)
    pdf.set_lang("zh-CN")
    pdf.add_page()
    bars, square = _bars(document)
    pdf.set_font("noto", "B", 13)
    pdf.multi_cell(0, 19, document.organisation, new_x="LMARGIN", new_y="NEXT")
    _fpdf2_code(pdf, bars, BAR, BAR_HEIGHT)
    pdf.set_font("noto", "B", 21)
    pdf.multi_cell(0, 34, document.title, align="C", new_x="LMARGIN", new_y="NEXT")
    for kind, rows in _flat(document):
        if kind in ("body", "heading"):
            pdf.set_font("noto", "" if kind == "body" else "B", 10.5)
            for row in rows:
                pdf.multi_cell(0, 15.7, row[0], new_x="LMARGIN", new_y="NEXT")
            continue
        pdf.set_font("noto", "", 9.5)
        widths = tuple(_widths(kind, 170 * MM, len(rows[0])))
        with pdf.table(col_widths=widths, line_height=13.5, first_row_as_headings=kind == "table") as table:
            for cells in rows:
                table.row(cells)
    _fpdf2_code(pdf, square, CELL, CELL)
    return bytes(pdf.output())


def _fpdf2_code(pdf: Any, modules: Modules, cell: float, tall: float) -> None:
    left, top = pdf.get_x(), pdf.get_y()
    for x, y, width, height in modules.black:
        pdf.rect(left + x * cell, top + y * tall, width * cell, height * tall, style="F")
    pdf.set_y(top + modules.height * tall)


# weasyprint


@lru_cache(maxsize=1)
def _weasyprint_style() -> tuple[Any, Any]:
    weasy, config = import_module("weasyprint"), import_module("weasyprint.text.fonts").FontConfiguration()
    regular, bold = (path.as_uri() for path in _fonts())
    return weasy.CSS(
        string=f"""@font-face {{font-family: noto; src: url({regular})}}
        @font-face {{font-family: noto; font-weight: bold; src: url({bold})}}
        @page {{size: A4; margin: 13mm 20mm 10mm}} body {{font: 10.5pt/1.45 noto}} p {{margin: 4pt 0; text-indent: 2em}}
        h1 {{font-size: 21pt; text-align: center}} h2 {{font-size: 11pt}} h3 {{font-size: 13pt}}
        table {{width: 100%; font-size: 9.5pt; border-collapse: collapse}} td, th {{border: 0.45pt solid #595959}}
        h1, h2, h3 {{margin: 6pt 0}}""",
        font_config=config,
    ), config


def weasyprint(document: Document) -> bytes:
    """HTML and CSS; the style sheet is parsed once."""
    style, config = _weasyprint_style()
    bars, square = _bars(document)
    parts = [f"<h3>{html.escape(document.organisation)}</h3>", _image(bars, BAR, BAR_HEIGHT)]
    parts.append(f"<h1>{html.escape(document.title)}</h1>")
    for kind, rows in _flat(document):
        cells = [[html.escape(text) for text in row] for row in rows]
        if kind in ("body", "heading"):
            tag = "p" if kind == "body" else "h2"
            parts += [f"<{tag}>{text}</{tag}>" for row in cells for text in row]
        else:
            parts.append("<table>" + "".join(f"<tr><td>{'<td>'.join(row)}" for row in cells) + "</table>")
    parts.append(_image(square, CELL, CELL))
    page = f'<html lang="zh-CN"><title>{html.escape(document.title)}</title><body>{"".join(parts)}'
    return bytes(import_module("weasyprint").HTML(string=page).write_pdf(stylesheets=[style], font_config=config))


def _image(modules: Modules, cell: float, tall: float) -> str:
    """The vector picture in the page itself."""
    size = f"width:{modules.width * cell}pt;height:{modules.height * tall}pt"
    return _svg(modules).decode().replace("<svg ", f'<svg style="{size}" ', 1)

"""From a case to the content of its papers, with what the law wants on each before it may be printed.

The wording is data (``receipts/texts``); the guards are code (``receipts.needs``), because no wording may switch them
off.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from hall.case import Case
from hall.facts import PaperIssued, PaperKind
from hall.reference import query_code
from receipts import templates as t
from receipts.document import Document
from receipts.edition import Wording
from receipts.english import English
from receipts.filler import Filler
from receipts.guide_flows import flow_of, project_of
from receipts.needs import UNNUMBERED, require, require_printed, require_values
from receipts.values import content_of

Code: TypeAlias = tuple[str, tuple[str, ...]]
"""What a QR code says, and the lines under it."""


def compose(
    kind: PaperKind,
    case: Case,
    issued: PaperIssued,
    *,
    reprint: int = 0,
    texts: Path | None = None,
    wording: Wording | None = None,
    qr: str = "",
) -> Document:
    """The content of paper ``kind`` for ``case`` as it stood when ``issued``; ``reprint`` is n for 补打 n.

    ``texts`` is a folder with a centre's own texts, ``<kind>.toml`` each; ``wording`` the words it was issued with,
    which come before those. ``qr`` is the code that carries the case to
    another window; the address where the applicant sees how the case stands is a second one beside it, and on a 取件单
    the one where the service is rated. Papers under
    行政许可法 art. 32 carry a number, a date, the place of the seal, and the reason where something is refused. A case
    in ``"en"`` gives the same paper in Chinese and English.

    Raises:
        HallError: ``paper_undated``, ``paper_without_number``, ``paper_not_due`` (the case has not come so far),
            ``paper_incomplete`` (a value the text needs is empty), ``refusal_without_reason``,
            ``refusal_without_organ``, ``extension_without_approver``, ``extension_without_reason``,
            ``extension_too_long``, ``denial_without_reason``, ``return_without_reason``, ``service_incomplete``,
            ``fee_without_basis``, ``fee_not_positive``, ``handover_without_hand``, ``promise_open``,
            ``bad_paper_text``.
    """
    require(kind, case, issued)
    template = wording.template if wording else t.load_template(kind, texts)
    content = content_of(case, issued)
    content.values["copies"] = "一二三四五六七八九"[len(template.copies) - 1]
    require_values(kind, content)
    english = (
        English({**(wording.words if wording else t.load_words(texts)), **case.matter.english})
        if case.language == "en"
        else None
    )
    flows = (
        {"matter": flow_of(case.matter, english), "project": project_of(case.matter, english)}
        if kind == "guide"
        else {}
    )
    filler = Filler(kind, content, flows, english)
    footer = [filler.plain(line) for line in template.footer]
    footer += [filler.second(line) for line in template.footer]
    base, code = case.matter.hall.query_url, query_code(case.case_id) if kind not in UNNUMBERED else ""
    if base and code:
        # The numbers are the same in both languages: one line, its English behind it.
        footer.append("　".join(filter(None, (f"查询网址：{base}　查询码：{code}", filler.second("查询网址和查询码")))))
    link = query_link(base, case.reference, code)
    first, other = _codes(template, qr, link, rating_link(case) if kind == "pickup" else "")
    document = Document(
        kind=kind,
        title=filler.plain(template.title),
        organisation=case.matter.hall.name,
        department=filler.plain("{department}　{window}").rstrip("　"),
        reference=case.reference,
        number=issued.number,
        qr=first[0],
        qr_caption=_caption(filler, first[1]),
        link=other[0],
        link_caption=_caption(filler, other[1]),
        copies=tuple(filler.both(label, " ") for label in template.copies),
        blocks=tuple(block for entry in template.block if filler.holds(entry.when) for block in filler.blocks(entry)),
        footer=tuple(filter(None, footer)),
        reprint=reprint,
        second_title=filler.second(template.title),
        second_organisation=_office(filler, case.matter.hall.name, "{department}"),
    )
    require_printed(kind, template, content, document)
    return document


def query_link(base: str, reference: str, code: str = "") -> str:
    """The address in a QR code where the applicant sees how the case stands; empty where the hall has none.

    It carries the reference and the case's query code (``hall.reference.query_code``), and no personal data.
    """
    if not base:
        return ""
    return f"{base.rstrip('/')}/{quote(reference)}" + (f"?c={quote(code)}" if code else "")


def rating_link(case: Case) -> str:
    """The address in a QR code where the service is rated; empty where the hall has none."""
    return case.matter.hall.rating_url.replace("{reference}", quote(case.reference))


def _codes(template: t.Template, replica: str, link: str, rating: str) -> tuple[Code, Code]:
    """The first two of a paper's QR codes that say something, each with its caption."""
    captions = (template.code_caption, template.qr_caption, template.rating_caption)
    found = [(said, caption) for said, caption in zip((replica, link, rating), captions, strict=True) if said]
    first, second = [*found, ("", ()), ("", ())][:2]
    return first, second


def _office(filler: Filler, *names: str) -> str:
    """Who issues the paper, in English, as far as it has one."""
    return " · ".join(filter(None, (filler.second(name) for name in names)))


def _caption(filler: Filler, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines under a QR code, each with its English under it."""
    return tuple(part for line in lines for part in filler.both(line).split("\n"))

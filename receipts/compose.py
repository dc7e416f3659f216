"""From a case to the content of its papers, with what the law wants on each before it may be printed.

The wording is data (``receipts/texts``); the guards are here, because no wording may switch them off.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hall.case import Case
from hall.errors import HallError
from hall.facts import PaperIssued, PaperKind
from receipts import templates as t
from receipts.document import (
    Block,
    Column,
    Document,
    Heading,
    KeyValues,
    Notice,
    Paragraph,
    Seal,
    Signatures,
    Slot,
    Table,
)
from receipts.values import Content, content_of


def compose(
    kind: PaperKind, case: Case, issued: PaperIssued, *, reprint: int = 0, texts: Path | None = None
) -> Document:
    """The content of paper ``kind`` for ``case`` as it stood when ``issued``; ``reprint`` is n for 补打 n.

    ``texts`` is a folder with a centre's own texts, ``<kind>.toml`` each. Papers under 行政许可法 art. 32 carry a
    number, a date, the place of the seal, and the reason where something is refused.

    Raises:
        HallError: ``paper_undated``, ``paper_without_number``, ``paper_not_due`` (the case has not come so far),
            ``refusal_without_reason``, ``refusal_without_organ``, ``paper_incomplete`` (a value the text needs is
            empty), ``bad_paper_text``.
    """
    _guard(kind, case, issued)
    template = t.load_template(kind, texts)
    content = content_of(case, issued)
    content.values["copies"] = "一二三四五六七八九"[len(template.copies) - 1]
    filler = _Filler(kind, content)
    return Document(
        kind=kind,
        title=filler.plain(template.title),
        organisation=case.matter.hall.name,
        department=filler.plain("{department}　{window}").rstrip("　"),
        reference=case.reference,
        number=issued.number,
        qr=query_link(case.matter.hall.query_url, case.reference),
        qr_caption=template.qr_caption,
        copies=template.copies,
        blocks=tuple(block for entry in template.block if filler.holds(entry.when) for block in filler.block(entry)),
        footer=tuple(filter(None, map(filler.plain, template.footer))),
        reprint=reprint,
    )


def copies_of(kind: PaperKind, texts: Path | None = None) -> int:
    """How many copies of a paper are printed. Raises HallError ``bad_paper_text``."""
    return len(t.load_template(kind, texts).copies)


def query_link(base: str, reference: str) -> str:
    """The address in the QR code, where the applicant sees how the case stands. It carries no personal data."""
    return f"{base.rstrip('/')}/{quote(reference)}" if base else ""


def _guard(kind: PaperKind, case: Case, issued: PaperIssued) -> None:
    name = NAMES[kind]
    if issued.day is None:  # decoded facts have a day; a caller that made one up may not
        raise HallError("paper_undated", f"{name}没有日期，不能出具。", field="issued.day", hint="请写明出具日期。")
    if kind != "guide" and not issued.number.strip():
        raise HallError("paper_without_number", f"{name}没有编号，不能出具。", field="issued.number")
    _GUARDS.get(kind, _always)(case)


def _always(case: Case) -> None:
    """No condition."""


def _guard_notice(case: Case) -> None:
    if not case.notices or not case.notices[-1].gaps:
        raise _not_due("notice", "本办件没有需要告知补正的内容")


def _guard_acceptance(case: Case) -> None:
    if case.accepted is None:
        raise _not_due("acceptance", "本办件尚未受理")


def _guard_promise(case: Case) -> None:
    if not case.promises:
        raise _not_due("promise", "本办件没有承诺补齐的材料")


def _guard_refusal(case: Case) -> None:
    """行政许可法 art. 32(2), 72(7): no refusal without its reason, none for want of authority without the organ."""
    refusal = case.refusal
    if refusal is None:
        raise _not_due("refusal", "本办件没有不予受理")
    if not refusal.reason.strip():
        raise HallError(
            "refusal_without_reason",
            "不予受理通知书没有写明理由，不能出具。",
            field="refusal.reason",
            hint="请写明理由。",
        )
    if refusal.ground == "not_authority" and (refusal.where is None or not refusal.where.organ.strip()):
        raise HallError(
            "refusal_without_organ",
            "不予受理通知书没有写明应当向哪个机关申请，不能出具（行政许可法第三十二条第一款第二项）。",
            field="refusal.where.organ",
            hint="请填写有权受理的机关。",
        )


def _not_due(kind: PaperKind, why: str) -> HallError:
    return HallError("paper_not_due", f"不能出具{NAMES[kind]}：{why}。", field="kind")


NAMES: Final[dict[PaperKind, str]] = {
    "receipt": "收件凭证",
    "notice": "一次性告知书",
    "acceptance": "受理通知书",
    "refusal": "不予受理通知书",
    "promise": "容缺受理承诺书",
    "guide": "办事指南",
}
_GUARDS: Final[dict[PaperKind, Callable[[Case], None]]] = {
    "notice": _guard_notice,
    "acceptance": _guard_acceptance,
    "promise": _guard_promise,
    "refusal": _guard_refusal,
}


class _Filler:
    """Fills the blocks of one paper."""

    def __init__(self, kind: PaperKind, content: Content) -> None:
        self._kind = kind
        self._content = content

    def holds(self, when: str) -> bool:
        """Whether all conditions of ``when`` hold."""
        for part in when.split(" and ") if when else ():
            name = part.strip()
            if name.startswith("not ") == (name.removeprefix("not ").strip() in self._content.flags):
                return False
        return True

    def plain(self, text: str) -> str:
        return t.fill_plain(text, self._content.values)

    def block(self, entry: t.AnyBlock) -> list[Block]:
        match entry:
            case t.TextBlock():
                return [self._paragraph(entry)]
            case t.HeadingBlock():
                return [Heading(self.plain(entry.text))]
            case t.FormBlock():
                pairs = tuple(
                    (self.plain(label), self.plain(text)) for label, text in entry.pairs if self._says_something(text)
                )
                return [KeyValues(pairs, entry.columns)] if pairs else []
            case t.TableBlock():
                return [self._table(entry)]
            case t.NoticeBlock():
                flagged = [t.split_flag(line) for line in entry.lines]
                lines = tuple(self._needed(text) for flag, text in flagged if self.holds(flag))
                return [Notice(lines, self.plain(entry.title))] if lines else []
            case t.SignBlock():
                slots = tuple(Slot(self.plain(label), self.plain(text)) for label, text in entry.slots)
                return [Signatures(slots, entry.columns)]
            case t.SealBlock():
                return [Seal(self._needed(entry.organ), self._needed(entry.date), entry.label)]

    def _paragraph(self, entry: t.TextBlock) -> Paragraph:
        try:
            return Paragraph(t.fill(entry.text, self._content.values), entry.indent)
        except KeyError as error:
            raise self._incomplete(str(error.args[0])) from error

    def _needed(self, text: str) -> str:
        for name in t.placeholders(text):
            if not self._content.values[name]:
                raise self._incomplete(name)
        return self.plain(text)

    def _incomplete(self, name: str) -> HallError:
        return HallError(
            "paper_incomplete", f"{NAMES[self._kind]}缺少内容“{name}”，不能出具。", field=name, hint="请补全办件信息。"
        )

    def _says_something(self, text: str) -> bool:
        names = t.placeholders(text)
        return not names or any(self._content.values[name] for name in names)

    def _table(self, entry: t.TableBlock) -> Table:
        columns = tuple(Column(title, width, align) for title, width, align, _ in entry.columns)
        rows = tuple(
            tuple(t.fill_plain(cell, row) for *_, cell in entry.columns) for row in self._content.tables[entry.rows]
        )
        return Table(columns, rows, entry.empty)

"""The sheet of a window's day (日结单): composed from the one fact that closes the day, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hall.facts import DayClosed
from hall.shifts import DAY_SHEET, LEFT_NAMES, WORK_NAMES
from hall.telling import name_of_paper
from receipts import templates as t
from receipts.document import Document, Signatures, texts
from receipts.edition import Wording
from receipts.filler import Filler
from receipts.later import numbered
from receipts.needs import Mark
from receipts.text_errors import leaves_out
from receipts.values import Content
from receipts.wording import chinese_date

KIND: Final = DAY_SHEET
_VALUES: Final = """
    day hall office window device clerk clerks began ended first last records head served received called finished
    passed pauses paused notices second_notices blamed left number closed_on nth
"""
VALUES: Final = frozenset(_VALUES.split())
"""Every value its text may name."""
FLAGS: Final = frozenset({"left", "late"})
"""Every condition its text may name: something was left behind, it was made on a later day."""
TABLES: Final[Mapping[str, frozenset[str]]] = {
    "work": frozenset({"n", "name", "count"}),
    "papers": frozenset({"n", "name", "issued", "reprinted"}),
    "left": frozenset({"n", "name", "count", "reason"}),
}
MARKS: Final[tuple[Mark, ...]] = ("number", "date", "signature")
_SAID: Final = {"number": "编号", "day": "日期", "head": "账本末尾的校验值", "second_notices": "再次告知的件数"}
"""What no wording may leave out: a supervisor looks for it."""


def compose_day(
    closed: DayClosed, *, reprint: int = 0, texts: Path | None = None, wording: Wording | None = None
) -> Document:
    """The content of the sheet; ``reprint`` is n for 补打 n, ``texts`` and ``wording`` are as ``compose`` has them.

    Raises:
        HallError: ``bad_paper_text``: the centre's own text leaves out what a supervisor looks for.
    """
    template = wording.template if wording else t.load_template(KIND, texts)
    content = content_of_day(closed)
    filler = Filler(KIND, content, {})
    document = Document(
        kind=KIND,
        title=filler.plain(template.title),
        organisation=closed.hall,
        department=filler.plain("{window}"),
        reference=closed.number.partition("/")[0],
        number=closed.number,
        copies=tuple(filler.plain(label) for label in template.copies),
        blocks=tuple(block for entry in template.block if filler.holds(entry.when) for block in filler.blocks(entry)),
        footer=tuple(filter(None, (filler.plain(line) for line in template.footer))),
        reprint=reprint,
    )
    _require_printed(template, content, document)
    return document


def content_of_day(closed: DayClosed) -> Content:
    """What the fact says, under the names that the text uses."""
    figures = closed.figures
    window = f"{closed.window}号窗口" if closed.window.isdigit() else closed.window
    head = " ".join(closed.head[place : place + 8] for place in range(0, len(closed.head), 8))
    tickets = figures.called or figures.finished or figures.passed
    values = {
        "day": chinese_date(closed.day),
        "hall": closed.hall,
        "office": closed.office,
        "window": window,
        "device": closed.device,
        "clerk": closed.clerk,
        "clerks": "、".join(figures.clerks) or "无",
        "began": closed.began,
        "ended": closed.ended,
        "first": str(figures.first_seq),
        "last": str(figures.last_seq),
        "records": str(figures.last_seq - figures.first_seq + 1),
        "head": head,
        "served": str(figures.served),
        "received": str(figures.received),
        # A hall without tickets says nothing about them, a window that never paused nothing about pauses.
        "called": str(figures.called) if tickets else "",
        "finished": str(figures.finished) if tickets else "",
        "passed": str(figures.passed) if tickets else "",
        "pauses": str(figures.pauses) if figures.pauses else "",
        "paused": f"{figures.paused_min}分钟" if figures.pauses else "",
        "notices": str(figures.notices),
        "second_notices": str(figures.second_notices),
        "blamed": str(figures.blamed),
        "left": str(sum(one.count for one in closed.left)),
        "number": closed.number,
        "closed_on": chinese_date(closed.closed_on),
        "nth": str(closed.nth),
    }
    flags = {
        "left": bool(closed.left),
        "late": closed.closed_on > closed.day,
    }
    return Content(
        values=values,
        flags=frozenset(name for name, holds in flags.items() if holds),
        tables={
            "work": numbered(
                {"name": WORK_NAMES.get(one.what, one.what), "count": str(one.count)} for one in figures.work
            ),
            "papers": numbered(
                {"name": name_of_paper(one.kind), "issued": str(one.issued), "reprinted": str(one.reprinted or "—")}
                for one in figures.papers
            ),
            "left": numbered(
                {"name": LEFT_NAMES[one.kind], "count": str(one.count), "reason": one.reason} for one in closed.left
            ),
        },
    )


def _require_printed(template: t.Template, content: Content, document: Document) -> None:
    said = "\n".join(texts(document))
    named = t.names_in(template) | {"number"}
    missing = [label for name, label in _SAID.items() if name not in named or content.values[name] not in said]
    missing += ["没有办完的事和原因"] if any(row["reason"] not in said for row in content.tables["left"]) else []
    missing += [] if any(isinstance(block, Signatures) for block in document.blocks) else ["签字的位置"]
    if missing:
        raise leaves_out(KIND, missing)

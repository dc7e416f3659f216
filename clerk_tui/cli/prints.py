"""Papers and prints as commands tell them: as JSON rows and as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from clerk_tui.i18n import N_, _

if TYPE_CHECKING:
    from clerk_tui.services.papers import Delivered
    from clerk_tui.store.queries import Job, PaperRow

PRINTS: Final = {
    "queued": N_("排队"),
    "printing": N_("正在打印"),
    "sent": N_("已交打印台"),
    "printed": N_("已打印"),
    "failed": N_("没有打出"),
    "unknown": N_("不知道打出没有"),
}


def paper_row(row: PaperRow) -> dict[str, Any]:
    """A paper of a case and what became of its last print."""
    return {
        "paper_id": row.paper_id,
        "kind": row.kind,
        "number": row.number,
        "nth": row.nth,
        "day": row.day,
        "copies": row.copies,
        "reprints": row.reprints,
        "state": row.state,
        "path": row.path or None,
        "pages": row.pages,
        "error": row.error,
    }


def delivered_row(done: Delivered | Job) -> dict[str, Any]:
    """A print and what became of it."""
    return {
        "paper_id": done.paper_id,
        "kind": done.kind,
        "number": done.number,
        "nth": done.nth,
        "state": done.state,
        "path": getattr(done, "path", "") or None,
        "pages": getattr(done, "pages", 0),
        "error": done.error,
    }


def print_line(row: dict[str, Any]) -> str:
    """One paper or print in a line."""
    state = _(PRINTS[row["state"]]) if row["state"] else "—"
    again = _(" 补打 {nth}").format(nth=row["nth"]) if row["nth"] else ""
    return f"{row['number']}{again}  {row['kind']}  {state}  {row['path'] or _(row['error'])}".rstrip()


def print_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """A line a print, and what to type about those of which nobody knows whether they came out."""
    yield from map(print_line, rows)
    if any(row["state"] == "unknown" for row in rows):
        yield _("看纸出来了没有，再按每一份说明：")
    for row in rows:
        if row["state"] == "unknown":
            named = f"{row['number']}:{row['nth']}"
            yield _("  出来了：clerk papers --printed {paper}　没有出来：clerk papers --not-printed {paper}").format(
                paper=named
            )

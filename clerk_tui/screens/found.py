"""What the home search finds: matters, a case by its reference, parked walk-ins; and how each is a row in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import _
from clerk_tui.screens.matter_card import limit_text
from clerk_tui.screens.words import state_chip
from clerk_tui.widgets.cells import clip, head, pad, safe, width
from clerk_tui.widgets.painted import BLANK, Line, Span, line

if TYPE_CHECKING:
    from clerk_tui.services.draft import Draft
    from clerk_tui.services.workspace import Workspace
    from hall.catalogue.search import Hit

DEPARTMENT, CODE, LIMIT = 20, 12, 12


@dataclass(frozen=True)
class MatterFound:
    """A matter or a 一件事."""

    hit: Hit


@dataclass(frozen=True)
class CaseFound:
    """A case that was named by its reference; ``row`` is one of ``services.cases.find``."""

    row: Any

    @property
    def reference(self) -> str:
        return str(self.row.reference)

    def card(self, columns: int) -> list[Line]:
        """What it is, with the person masked."""
        word, ink = state_chip(self.row.state)
        return [
            line((self.reference, "strong")),
            BLANK,
            line((f" {word} ", ink)),
            BLANK,
            line((safe(str(self.row.matter_name)), "plain")),
            line((safe(f"{self.row.applicant}  {self.row.id_number}"), "faint")),
            BLANK,
            line((_("按 Enter 打开"), "title")),
        ]


@dataclass(frozen=True)
class Parked:
    """A walk-in that was put aside; nothing of it is in the journal yet."""

    draft: Draft

    def card(self, columns: int) -> list[Line]:
        """What was put aside."""
        return [
            line((clip(safe(self.draft.matter.name), columns), "strong")),
            BLANK,
            line((_("上次没有办完的收件，还没有确认") if self.draft.left_ms else _("暂存的收件，还没有确认"), "warn")),
            line((safe(self.draft.party), "plain")),
            BLANK,
            line((_("按 Enter 接着办"), "title")),
        ]


class Draw:
    """Rows of the table; columns that do not fit are left out, the name is clipped last."""

    def __init__(self, workspace: Callable[[], Workspace | None]) -> None:
        self._workspace = workspace
        self._limits: dict[str, Span] = {}

    def limit_of(self, hit: Hit) -> Span:
        """The promised limit in words; read for the rows on the screen only, and kept."""
        if hit.kind == "bundle":
            return (_("一件事"), "info")
        known = self._limits.get(hit.key)
        workspace = self._workspace()
        if known is None and workspace is not None:
            promised = workspace.catalogue.matter(hit.key).limits.promised
            known = (limit_text(promised), "good" if promised.unit == "on_the_spot" else "plain")
            self._limits[hit.key] = known
        return known or ("", "plain")

    def heading(self, columns: int) -> tuple[Span, ...]:
        """Column titles."""
        name, department, code, limit = _columns(columns)
        return (
            (pad(_("事项"), name), "faint"),
            (pad(_("部门"), department), "faint"),
            (pad(_("代码尾"), code), "faint"),
            (pad(_("承诺时限"), limit), "faint"),
        )

    def row(self, item: object, columns: int, chosen: bool) -> tuple[Span, ...]:
        """One row."""
        name, department, code, limit = _columns(columns)
        if isinstance(item, MatterFound):
            hit = item.hit
            words, ink = self.limit_of(hit)
            return (
                *_marked(hit.name, hit.spans, name, chosen),
                (pad(safe(hit.department), department), "plain" if chosen else "faint"),
                (pad(hit.code[-10:], code), "plain" if chosen else "faint"),
                (pad(words, limit), ink),
            )
        if isinstance(item, CaseFound):
            word, ink = state_chip(item.row.state)
            chip = f" {word} "
            space = columns - width(chip) - 2
            who = f"  {item.row.applicant}" if item.row.twin else ""
            text = f"{item.reference}{who}  {item.row.matter_name}"
            return ((chip, ink), ("  ", "plain"), (clip(safe(text), space), "strong" if chosen else "plain"))
        if isinstance(item, Parked):
            chip = _(" 未办完 ") if item.draft.left_ms else _(" 暂存 ")
            text = f"{safe(item.draft.matter.name)}  {safe(item.draft.party)}"
            return ((chip, "chip-warn"), ("  ", "plain"), (clip(text, columns - width(chip) - 2), "plain"))
        return ()


def _columns(columns: int) -> tuple[int, int, int, int]:
    department = DEPARTMENT if columns >= 72 else 14
    code = CODE if columns >= 60 else 0
    return columns - department - code - LIMIT, department, code, LIMIT


def _marked(name: str, spans: tuple[int, ...], cells: int, chosen: bool) -> tuple[Span, ...]:
    """The name with the characters that matched in another ink."""
    text = head(name, cells - 3)
    text = text if text == name else text + ".."
    out: list[Span] = []
    hits = set(spans)
    for place, char in enumerate(text):
        ink = "match" if place in hits else "strong" if chosen else "plain"
        if out and out[-1][1] == ink:
            out[-1] = (out[-1][0] + char, ink)
        else:
            out.append((char, ink))
    done = tuple((safe(part), ink) for part, ink in out)
    return (*done, (" " * max(0, cells - sum(width(part) for part, _ in done)), "plain"))

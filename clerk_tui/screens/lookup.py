"""Looking a case up: by reference, name, identity number or phone; masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.case_lines import case_lines
from clerk_tui.screens.words import state_chip
from clerk_tui.widgets.cells import pad, safe, width
from clerk_tui.widgets.entry import Entry
from clerk_tui.widgets.painted import Line, Span
from clerk_tui.widgets.virtual_list import TextPane, VirtualList

if TYPE_CHECKING:
    from clerk_tui.services.cases import CaseRow

REFERENCE, STATE, DUE = 17, 10, 12
APPLICANT = 12
"""The least an applicant gets; what the matters leave comes on top."""


class LookupScreen(CounterScreen):
    """The newest cases until something is typed; the selected one beside the list."""

    GROUPS = ("lookup",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("lookup")]
    TITLE_OF = N_("查办件")

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._first = text
        self._longest = 0

    def body(self) -> ComposeResult:
        yield Entry(
            _("查办件"), _("收件编号、姓名（拼音首字母）、证件号、电话；也可扫码"), self._typed, self._key, id="search"
        )
        with Horizontal(classes="body"):
            yield VirtualList(self._row, self._heading, self._chosen, id="found")
            yield TextPane(self._card, id="card")

    @property
    def entry(self) -> Entry:
        return self.query_one("#search", Entry)

    @property
    def found(self) -> VirtualList[CaseRow]:
        return self.query_one("#found", VirtualList)

    def on_mount(self) -> None:
        self.entry.focus()
        self.begin(self._first)

    def begin(self, text: str) -> None:
        """Look for ``text``."""
        self.entry.set(text)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.is_mounted and self.found.items:
            self._typed(self.entry.value)

    def _typed(self, text: str) -> None:
        from clerk_tui.services import cases

        workspace = self.counter.workspace
        if workspace is None:
            return
        place = self.found.place if text == self._first else 0
        self._first = text
        rows = cases.find(workspace, text, limit=200)
        self._longest = max((width(safe(row.matter_name)) for row in rows), default=0)
        self.found.show(rows, empty=(_("没有这样的办件"),), place=place)

    def _key(self, key: str) -> bool:
        if key == "enter":
            if self.found.selected is not None:
                self.counter.show_case(self.found.selected.case_id)
            return True
        return self.found.move(key)

    def _heading(self, columns: int) -> tuple[Span, ...]:
        due = DUE if columns >= 72 else 0
        return (
            (pad(_("收件编号"), REFERENCE), "faint"),
            (pad(_("状态"), STATE), "faint"),
            (pad(_("承诺办结"), due), "faint"),
            (pad(_("事项"), self._matter_cells(columns)), "faint"),
            (_("申请人"), "faint"),
        )

    def _row(self, row: CaseRow, columns: int, chosen: bool) -> tuple[Span, ...]:
        word, ink = state_chip(row.state)
        due = DUE if columns >= 72 else 0
        matter = self._matter_cells(columns)
        rest = columns - REFERENCE - STATE - due - matter
        return (
            (pad(row.reference, REFERENCE), "strong" if chosen else "plain"),
            (f" {pad(word, STATE - 2)}", ink),
            (" ", "plain"),
            (pad(row.promised_due or "", due), "plain"),
            (pad(safe(row.matter_name), matter - 1) + " ", "plain"),
            # Last, because a name may hold characters that some terminals draw wider than they measure.
            (pad(safe(row.applicant), rest), "plain"),
        )

    def _matter_cells(self, columns: int) -> int:
        """What the longest matter found takes, as long as that leaves the applicant enough."""
        due = DUE if columns >= 72 else 0
        most = columns - REFERENCE - STATE - due - APPLICANT
        return min(most, max(self._longest, width(_("事项"))) + 1)

    def _chosen(self, row: CaseRow | None) -> None:
        if self.is_mounted:
            card = self.query_one("#card", TextPane)
            card.top = 0
            card.paint()

    def _card(self, columns: int, rows: int) -> list[Line]:
        from clerk_tui.services import cases

        workspace, row = self.counter.workspace, self.found.selected
        if workspace is None or row is None:
            return []
        return case_lines(cases.get(workspace, row.case_id), workspace.config.timezone, columns, brief=True)

    def can_do(self, action: str) -> bool:
        return action != "lookup" or bool(self.entry.value)

    def do_lookup(self) -> None:
        self.begin("")

    def scanned(self, text: str) -> bool:
        self.begin(text[:200])
        return True

    def scan_token(self) -> object:
        return self.entry.snapshot()

    def scan_undo(self, token: object) -> None:
        self.entry.restore(token)

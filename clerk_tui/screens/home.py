"""Taking up a matter: one line to type into, what it finds below, what it is beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.found import CaseFound, Draw, MatterFound, Parked
from clerk_tui.screens.matter_card import bundle_lines, matter_lines
from clerk_tui.widgets.cells import pad, wrap
from clerk_tui.widgets.entry import Entry
from clerk_tui.widgets.painted import Line, Span
from clerk_tui.widgets.virtual_list import TextPane, VirtualList

if TYPE_CHECKING:
    from hall.catalogue.search import Hit

Found = Any
CODE = 4_296
"""Characters of the longest code on a paper, which may be typed here too."""


CALLED_S = 1.5
"""How long after a digit that called somebody an Enter begins nothing for them, in seconds."""


class HomeScreen(CounterScreen):
    """The first screen, and the one every person begins at."""

    GROUPS = ("home",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("home")]
    TITLE_OF = N_("取事项")

    def __init__(self) -> None:
        super().__init__()
        self._draw = Draw(lambda: self.counter.workspace)

    @property
    def settled_s(self) -> float:
        """Longer where somebody is being called: Enter begins with their line, and they are not here yet."""
        return CALLED_S if self.counter.not_come() else super().settled_s

    def body(self) -> ComposeResult:
        yield Entry(
            _("取事项"),
            _("名称、拼音、首字母、代码、部门；或扫收件编号"),
            self._typed,
            self._key,
            id="search",
            limit=CODE,
        )
        with Horizontal(classes="body"):
            yield VirtualList[Found](self._draw.row, self._heading, self._chosen, id="found")
            yield TextPane(self._card, id="card")

    def _heading(self, columns: int) -> tuple[Span, ...]:
        """Column titles, unless a case or something put aside is among the rows: these have no such columns."""
        matters = all(isinstance(item, MatterFound) for item in self.found.items)
        return self._draw.heading(columns) if matters else ()

    @property
    def entry(self) -> Entry:
        return self.query_one("#search", Entry)

    @property
    def found(self) -> VirtualList[Found]:
        return self.query_one("#found", VirtualList)

    @property
    def is_bare(self) -> bool:
        """Whether nothing is typed, for anybody."""
        return not self.entry.value

    def on_mount(self) -> None:
        self.entry.focus()
        self.found.show([], empty=(_("正在打开事项目录，可以先输入"),))

    def opened(self) -> None:
        """The catalogue is there: what was typed meanwhile is searched now."""
        self._typed(self.entry.value)

    def begin(self, text: str = "") -> None:
        """For the next person."""
        self.entry.set(text)
        self.entry.focus()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.counter.workspace is not None and not self.entry.value:
            self._typed("")

    # -- searching -------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        workspace = self.counter.workspace
        if workspace is None:
            return
        word = text.strip()
        if _names_paper(word):
            self.found.show([], empty=(_("凭证上的码：按 Enter 看这一件"),))
            return
        if not word:
            parked = [Parked(draft) for draft in self.counter.parked]
            self.found.show([*self.counter.ticket_rows(), *parked], empty=_hints())
            return
        cases: list[Found] = self._cases(word)
        hits = [MatterFound(hit) for hit in self.counter.in_order_of_ticket(workspace.catalogue.search(word))]
        nothing = (_("没有找到。换一个说法，或按 F5 查办件"),)
        self.found.show([*cases, *hits], empty=nothing)

    def _cases(self, word: str) -> list[Found]:
        """The case that a reference names, first."""
        reference = self.counter.reference_in(word)
        if not reference or self.counter.workspace is None:
            return []
        from clerk_tui.services import cases

        return [CaseFound(row) for row in cases.find(self.counter.workspace, reference, limit=5)]

    def _key(self, key: str) -> bool:
        if key == "enter":
            self.counter.guarded(self._open)
            return True
        return self.found.move(key)

    def _open(self) -> None:
        item = self.found.selected
        workspace = self.counter.workspace
        if workspace is not None and _names_paper(self.entry.value):
            from clerk_tui.screens.paper_code import scanned_code

            scanned_code(self.counter, self.entry.value)
            return
        if item is None or workspace is None:
            return
        if isinstance(item, CaseFound):
            self.counter.open_case(item.row.case_id)
        elif isinstance(item, Parked):
            self._intake(item.draft)
            self.counter.parked.remove(item.draft)
        elif item.hit.kind == "bundle":
            self._list_bundle(item.hit)
        else:
            from clerk_tui.services import intake

            self._intake(intake.new_draft(workspace, workspace.catalogue.matter(item.hit.key)))

    def _intake(self, draft: Any) -> None:
        from clerk_tui.screens.intake import IntakeScreen
        from clerk_tui.services import keeping

        workspace = self.counter.workspace
        assert workspace is not None
        # Said before anything is typed, not after all of it.
        keeping.require_sound(workspace)
        number = self.counter.person_here()
        draft.ticket = draft.ticket or number
        self.counter.push_screen(IntakeScreen(draft))

    def _list_bundle(self, hit: Hit) -> None:
        from hall.catalogue.search import Hit as Row

        workspace = self.counter.workspace
        assert workspace is not None
        rows = []
        for key in workspace.catalogue.bundle(hit.key).matters:
            matter = workspace.catalogue.matter(key)
            short = workspace.department(matter.department).short
            rows.append(MatterFound(Row(key, matter.name, short, matter.code, 100, ())))
        self.found.show(rows)

    # -- the card beside -------------------------------------------------------------------------------------------

    def _chosen(self, item: Found | None) -> None:
        if self.is_mounted:
            card = self.query_one("#card", TextPane)
            card.top = 0
            card.paint()
        self.show_keys()

    def _card(self, columns: int, rows: int) -> list[Line]:
        item = self.found.selected
        workspace = self.counter.workspace
        if item is None or workspace is None:
            return [] if self.entry.value else _other_ways(columns)
        if isinstance(item, (CaseFound, Parked)):
            return item.card(columns)
        if item.hit.kind == "bundle":
            bundle = workspace.catalogue.bundle(item.hit.key)
            return bundle_lines(bundle, [workspace.catalogue.matter(key).name for key in bundle.matters], columns)
        matter = workspace.catalogue.matter(item.hit.key)
        return matter_lines(matter, workspace.department(matter.department), columns)

    # -- keys and scans --------------------------------------------------------------------------------------------

    def can_do(self, action: str) -> bool:
        if action in ("search", "back"):
            return bool(self.entry.value)
        if action in ("open", "choose"):
            return bool(self.found.items)
        return self.counter.workspace is not None or action in ("theme", "leave", "help")

    def do_search(self) -> None:
        self.begin()

    def do_back(self) -> None:
        """There is no screen below: what was typed is taken back instead."""
        self.begin()

    def scanned(self, text: str) -> bool:
        """A scan stands in the search line, found and shown; Enter opens it."""
        self.entry.set(text[:200])
        return True

    def scan_token(self) -> object:
        return self.entry.snapshot()

    def scan_undo(self, token: object) -> None:
        self.entry.restore(token)


def _names_paper(text: str) -> bool:
    """Whether the code on a paper was typed."""
    if ":" not in text[:8]:
        return False
    from hall.replica import looks_like_code

    return looks_like_code(text)


def _other_ways(columns: int) -> list[Line]:
    """What else the day asks for, while nothing is typed."""
    rows = (
        ("F5", _("查办件：编号、姓名、证件号、电话")),
        ("F12", _("上传：还有什么没有传到中心")),
        ("F1", _("帮助：这一屏能按哪些键")),
        ("Ctrl+T", _("换配色")),
    )
    lines: list[Line] = []
    for key, text in rows:
        for n, part in enumerate(wrap(text, columns - 10)):
            lines.append(((("  ", "plain"), (pad("" if n else key, 8), "key"), (part, "faint")), ""))
    return lines


def _hints() -> tuple[str, ...]:
    return (
        _("输入群众要办的事，马上列出事项。例如："),
        "",
        _("  企业开办    qiyekaiban    qykb    开公司"),
        _("  户口迁移    hukouqianyi   hkqy    落户"),
        "",
        _("扫或输入收件编号，接着办补正或查看办件。"),
    )

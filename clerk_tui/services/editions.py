"""Which words a paper was issued with, and whether it can still be made as it was."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Protocol

from clerk_tui.services.print_queue import form_of
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import wordings
from clerk_tui.store.connection import translated
from hall.errors import HallError

if TYPE_CHECKING:
    from hall.case import Case
    from hall.facts import PaperIssued
    from receipts.document import Rendered
    from receipts.edition import Wording
    from receipts.forms import Form

BAD_WORDING: Final = "bad_paper_text"
"""The code of a wording that makes no paper."""


class Issued(Protocol):
    """A fact that a paper is made from: ``PaperIssued``, or what closes a day."""

    @property
    def paper_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def texts(self) -> tuple[str, ...]: ...
    @property
    def maker(self) -> tuple[str, ...]: ...


def texts_now(ws: Workspace, kind: str) -> dict[str, bytes]:
    """The files that a kind's words stand in now, by their digests, to be kept with the paper that uses them."""
    from receipts.edition import sources

    return sources(kind, ws.config.texts_dir)


def maker_now() -> tuple[str, ...]:
    """The versions of what makes papers now."""
    from receipts.edition import maker

    return maker()


def wording_of(ws: Workspace, issued: Issued) -> Wording | None:
    """The words that a paper was issued with; ``None`` where they are not kept or cannot be read any more."""
    from receipts.edition import wording

    if not issued.texts:
        return None
    with translated(ws.journal.path):
        kept = wordings.kept(ws.journal.read(), issued.texts)
    try:
        return wording(issued.kind, issued.texts, kept)
    except (KeyError, HallError):
        return None


def require_worded(ws: Workspace, case: Case, issued: PaperIssued) -> None:
    """That a centre's own wording makes this paper, before a case rests on it; the program's is tested with it.

    Raises:
        HallError: ``bad_paper_text``, naming the file and what is wrong with it.
    """
    if ws.config.texts_dir is None:
        return
    from receipts.compose import compose

    try:
        compose(issued.kind, case, issued, qr=issued.replica, texts=ws.config.texts_dir)
    except HallError as error:
        if error.code == BAD_WORDING:
            raise


def printed(ws: Workspace, paper_id: str, nth: int) -> tuple[str, Form | None]:
    """SHA-256 (hex) of the PDF that went to a printer as a paper's ``nth`` print, and its form; ``None``: none did."""
    with translated(ws.journal.path):
        digest, target = wordings.digest_of_print(ws.journal.read(), paper_id, nth)
    return digest, form_of(target) if digest else None


def require_the_same(ws: Workspace, issued: Issued, nth: int, rendered: Rendered, form: Form, *, worded: bool) -> None:
    """That a paper made again is what it was; ``worded``: it was made with the words it was issued with.

    Where it was printed in this ``form``, its bytes are compared; else it must at least have its own words.

    Raises:
        HallError: ``paper_changed``, naming what is not as it was.
    """
    from receipts.edition import changed

    digest, came_as = printed(ws, issued.paper_id, nth)
    lost = bool(issued.texts) and not worded
    if came_as == form:
        if hashlib.sha256(rendered.pdf).hexdigest() == digest:
            return
    elif not lost:
        return
    parts = (*(("文书文本",) if lost else ()), *changed(issued.maker))
    raise HallError(
        "paper_changed",
        f"这份文书做不出原样：{'、'.join(parts) or '办件的个人信息'}与出具时不同",
        field="paper",
        hint="要一份内容相同的请补打，补打按现在的文本和排版",
    )

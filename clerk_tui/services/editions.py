"""Which words a paper was issued with, and whether it can still be made as it was."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from clerk_tui.logs import placed
from clerk_tui.services.print_places import form_of
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import wordings
from clerk_tui.store.connection import translated
from hall.errors import HallError
from hall.telling import name_of_paper

if TYPE_CHECKING:
    from receipts.document import Rendered
    from receipts.edition import Wording
    from receipts.forms import Form

log = logging.getLogger(__name__)


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


def texts_now(ws: Workspace, kind: str, make: Callable[[Wording], object]) -> tuple[dict[str, bytes], str]:
    """The files that a kind's words stand in now, by their digests, to be kept with the paper that uses them.

    ``make`` composes the paper. Where it cannot with the centre's own words, the packaged ones are taken, and the
    second part says why: what the applicant is owed does not wait until somebody has mended a file.
    """
    from receipts.edition import sources, wording

    packaged = sources(kind)
    if ws.config.texts_dir is None:
        return packaged, ""
    try:
        own = sources(kind, ws.config.texts_dir)
        if own.keys() != packaged.keys():
            make(wording(kind, tuple(own), own))
        return own, ""
    except HallError as error:
        why = error.message
    except Exception as error:
        log.error("a centre's own text cannot be used: %s", placed(error))
        why = f"{kind}.toml"
    return packaged, f"中心自己的文本用不了，{name_of_paper(kind)}按程序自带的文本出具：{why}"


def texts_faults(folder: Path) -> tuple[HallError, ...]:
    """What is wrong with a centre's own texts, found by making samples with them; changes nothing."""
    if not folder.is_dir():
        missing = f"没有文件夹 {folder}"
        return (HallError("bad_paper_text", missing, field="print.texts", hint="改正 config.toml 的 print.texts"),)
    from receipts.sample_papers import faults

    return tuple(faults(folder))


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


def to_try(ws: Workspace, issued: Issued) -> Iterator[Wording]:
    """The words that a paper can be made with, the best first: those it was issued with, today's, the packaged ones."""
    from receipts.edition import sources, wording

    tried: set[tuple[str, ...]] = set()
    if (kept := wording_of(ws, issued)) is not None:
        tried.add(issued.texts)
        yield kept
    for folder in (ws.config.texts_dir, None):
        try:
            files = sources(issued.kind, folder)
            words = wording(issued.kind, tuple(files), files)
        except HallError:
            if folder is None:
                raise
            continue
        if tuple(files) not in tried:
            tried.add(tuple(files))
            yield words


def printed(ws: Workspace, paper_id: str, nth: int) -> tuple[str, Form | None]:
    """SHA-256 (hex) of the PDF that went to a printer as a paper's ``nth`` print, and its form; ``None``: none did."""
    with translated(ws.journal.path):
        digest, target = wordings.digest_of_print(ws.journal.read(), paper_id, nth)
    return digest, form_of(target) if digest else None


def require_the_same(
    ws: Workspace, issued: Issued, nth: int, rendered: Rendered, form: Form, *, reworded: bool
) -> None:
    """That a paper made again is what it was.

    Where it was printed in this ``form``, its bytes are compared; else it must at least have its own words and not be
    ``reworded``.

    Raises:
        HallError: ``paper_changed``, naming what is not as it was.
    """
    from receipts.edition import changed, in_words

    digest, came_as = printed(ws, issued.paper_id, nth)
    lost = reworded or (bool(issued.texts) and wording_of(ws, issued) is None)
    if came_as == form:
        if hashlib.sha256(rendered.pdf).hexdigest() == digest:
            return
    elif not lost:
        return
    gone = changed(issued.maker)
    parts = (*(("文书文本",) if lost else ()), *map(in_words, gone))
    hint = "要一份内容相同的请补打，补打按现在的文本和排版"
    if gone:
        version = " ".join(gone)
        hint = (
            "要一份内容相同的请补打，补打按现在的文本和排版；"
            f"要原样的，用留存的 PDF，或者用出具时的程序重做（{version}）"
        )
    raise HallError(
        "paper_changed",
        f"这份文书做不出原样：{'、'.join(parts) or '办件的个人信息'}与出具时不同",
        field="paper",
        hint=hint,
    )

"""Where papers are made: in this process, or for the counter in one of its own.

Fonts and PDF tools take a hundred megabytes and some of a processor, which a counter that only shows a form does not
need. The open counter calls ``apart``; commands make their papers themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_tui.printing.workshop import Workshop
    from receipts.document import Document, Rendered
    from receipts.forms import Form

_workshop: Workshop | None = None


def apart() -> None:
    """From now on papers are made in a process of their own, begun when the first one is wanted."""
    from clerk_tui.printing.workshop import Workshop

    global _workshop
    if _workshop is None:
        _workshop = Workshop()


def at_home() -> None:
    """From now on papers are made here; the other process ends."""
    global _workshop
    if _workshop is not None:
        _workshop.close()
        _workshop = None


def make_ready() -> None:
    """A paper will soon be wanted: begin the process now. Takes a millisecond or two."""
    if _workshop is not None:
        _workshop.begin()


def render(document: Document, form: Form) -> Rendered:
    """The paper as a PDF.

    Raises:
        HallError: ``fonts_not_prepared``, ``no_slip``, ``maker_died``.
    """
    if _workshop is not None:
        return _workshop.render(document, form)
    from receipts.render import render as draw

    return draw(document, form=form)


def raster(pdf: bytes) -> bytes:
    """A PDF as the job of a ticket printer.

    Raises:
        PrintError: ``print_unfit``.
        HallError: ``maker_died``.
    """
    if _workshop is not None:
        return _workshop.raster(pdf)
    from clerk_tui.printing.ticket import escpos

    return escpos(pdf)

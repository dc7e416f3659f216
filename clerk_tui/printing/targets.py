"""Where papers go, named by one line of text: ``dir:PATH``, ``cups:QUEUE`` or ``tcp://HOST:PORT``.

``station:NAME`` is no printer of ours: ``services.station_target``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hall.errors import HallError

if TYPE_CHECKING:
    from threading import Event


class PrintError(HallError):
    """A paper that did not come out, or nobody knows whether it did.

    ``certain`` is True when nothing of it can have been printed, so that printing it again doubles nothing.
    """

    def __init__(self, message: str, hint: str, *, certain: bool = True, code: str = "") -> None:
        code = code or ("print_failed" if certain else "print_unknown")
        super().__init__(code, message, field="print.target", hint=hint)
        self.certain = certain


class Target(Protocol):
    """Takes a finished paper, and says how it is."""

    def put(self, name: str, pdf: bytes, *, leave: Event | None = None) -> str:
        """Hand over a PDF under a file name (ASCII, ending in ``.pdf``) and wait until the target has confirmed it.

        Returns where it went. ``leave`` is set when there is no more time to wait.

        Raises:
            PrintError: it did not come out; or, not ``certain``, that is not known.
        """

    def look(self) -> str:
        """How the target is, in words; sends nothing that prints.

        Raises:
            PrintError: it takes no papers now.
        """


def open_target(text: str, folder_of: Callable[[str], Path], raster: Callable[[bytes], bytes] | None = None) -> Target:
    """The target that a line of the settings names; ``folder_of`` says which folder a ``dir:`` means, ``raster`` makes
    a ticket printer's job of a PDF (default: in this process).

    Raises:
        PrintError: no such kind of target (the settings' check would have said so).
    """
    kind, _, rest = text.partition(":")
    if kind == "dir":
        from clerk_tui.printing.folder import FolderTarget

        return FolderTarget(folder_of(text))
    if kind == "cups":
        from clerk_tui.printing.cups import CupsTarget

        return CupsTarget(rest)
    if kind == "tcp":
        from clerk_tui.printing.network import TicketPrinter

        host, _, port = rest.removeprefix("//").rpartition(":")
        return TicketPrinter(host.strip("[]"), int(port), raster=raster)
    raise PrintError(
        f"不认识打印去处“{text}”",
        "写成 dir:文件夹、cups:队列名、tcp://地址:端口 或 station:打印台名",
        code="bad_print_target",
    )

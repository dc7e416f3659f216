"""Where papers are printed: the forms of a target, its name at the counter, and the target itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clerk_tui.config import PRINT_TARGET
from clerk_tui.i18n import _
from clerk_tui.printing.targets import Target, open_target
from clerk_tui.services import making
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput

if TYPE_CHECKING:
    from clerk_tui.sync.asking import Centre
    from receipts.forms import Form

STATION: Final = "station:"


def require_target(target: str) -> None:
    """That a target is one by its form. Raises ``BadInput``."""
    if re.search(PRINT_TARGET, target) is None:
        raise BadInput(
            "bad_print_target", f"不认识打印去处“{target}”", field="target",
            hint="写成 dir:文件夹、cups:队列名、tcp://地址:端口 或 station:打印台名",
        )  # fmt: skip


def choices(ws: Workspace, kind: str) -> tuple[str, ...]:
    """Where a paper of this kind may be sent: its own place first, then the settings' other ones, then the folder."""
    settings = ws.config.print
    own = ws.config.print_target(kind)
    return tuple(dict.fromkeys((own, settings.target, *settings.by_kind.values(), *settings.others, "dir:")))


def place(ws: Workspace, target: str) -> str:
    """A target in the words of the counter."""
    if target.startswith("dir:"):
        return _("文件夹 {path}").format(path=ws.config.print_folder(target))
    if target.startswith("cups:"):
        return _("打印队列 {queue}").format(queue=target[5:])
    if target.startswith(STATION):
        name = target.removeprefix(STATION)
        return _("打印台 {name}").format(name=name) if name else _("打印台")
    return _("小票机 {address}").format(address=target[6:])


def target_of(ws: Workspace, target: str) -> Target:
    """A target, ready to take papers."""
    if target.startswith(STATION):
        from clerk_tui.services.station_target import StationTarget

        return StationTarget(centre_of(ws), target.removeprefix(STATION))
    return open_target(target, ws.config.print_folder, making.raster)


def centre_of(ws: Workspace) -> Centre:
    """The centre as this window asks it about its papers."""
    from clerk_tui.sync.asking import Centre
    from clerk_tui.sync.token import token_path

    return Centre(ws.seat.centre_url or ws.config.centre.url, token_path(ws.config.store_file, ws.config.token_file))


def form_of(target: str) -> Form:
    """On what papers come out at a target: a ticket printer has no A4."""
    return "slip" if target.startswith("tcp:") else "a4"

"""One ticket machine a journal: what it asked of the centre and has no answer to yet is only its own to give back."""

from __future__ import annotations

import fcntl
import os

from clerk_tui.services.workspace import Workspace
from hall.errors import HallError


class OnlyOne:
    """Held while a ticket machine is open; the kernel lets go of it with the process, however that ends."""

    def __init__(self, ws: Workspace) -> None:
        """Raises ``HallError`` (``station_open``): another one is open on this journal."""
        store = ws.config.store_file
        self._file = os.open(store.with_name(f"{store.name}.station"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            hint = "回到已经打开的那一个；一台设备只开一个取号机"
            raise HallError("station_open", "本机的取号机已经打开了", field="store.path", hint=hint) from None

    def leave(self) -> None:
        """Let another one open."""
        os.close(self._file)

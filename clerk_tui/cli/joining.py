"""The sync of a program and the centre beside it, both begun after the first paint; the screens wait for neither."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from hall.errors import HallError
from hall.roles import Role

if TYPE_CHECKING:
    from clerk_tui.app import Report
    from clerk_tui.cli.beside import Centre
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.sync.supervisor import Supervisor

log = logging.getLogger(__name__)


class Joining:
    """Starts or joins ``centre``, enrols this device there as ``role``, then syncs."""

    def __init__(self, ws: Workspace, report: Report, centre: Centre, role: Role = Role.CLERK) -> None:
        self._ws, self._report, self._centre, self._role = ws, report, centre, role
        self._supervisor: Supervisor | None = None
        self._stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._begin, name="centre", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def wish(self, word: str = "new") -> None:
        """Pass on what the screens wish; before the centre is there nothing needs to be said."""
        if self._supervisor is not None:
            self._supervisor.wish(word)

    def stop(self) -> None:
        """End the sync; the centre is stopped by whoever started it."""
        with self._lock:
            self._stopped = True
        if self._supervisor is not None:
            self._supervisor.stop()

    def _begin(self) -> None:
        from clerk_tui.cli.counter import sync_settings
        from clerk_tui.sync.supervisor import Supervisor

        ws = self._ws
        try:
            with self._lock:
                if self._stopped:
                    return
                self._centre.start()
            url = self._centre.url()
            self._centre.enrol(ws, self._role)
        except HallError as error:
            log.warning("the centre beside the program: %s", error.code)
            return
        ws.seat.centre_url = url
        with self._lock:
            if not self._stopped:
                self._supervisor = Supervisor(
                    ws.journal.database, ws.clock, sync_settings(ws.config, url), self._report
                )
                self._supervisor.start()

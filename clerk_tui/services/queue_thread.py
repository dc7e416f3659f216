"""The thread that works a window's part in the queue, so that no key ever waits for the centre."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from clerk_tui.logs import placed
from clerk_tui.services.calling import Now, Window
from clerk_tui.services.workspace import Workspace
from hall.errors import HallError

log = logging.getLogger(__name__)
Job = Callable[[Window], None]
SHORTEST_S: Final = 0.2
"""Shortest pause between two beats, so that a fault does not spin."""
LEAVING_S: Final = 0.5
"""How long leaving waits for what is on its way; what is not answered by then is kept and asked the next time."""


class QueueThread:
    """Does jobs one after the other, and between them what is due. It calls ``report`` and ``fail`` in its thread."""

    def __init__(
        self,
        ws: Workspace,
        businesses: Sequence[str],
        report: Callable[[Now], None],
        fail: Callable[[HallError | None], None],
    ) -> None:
        self._ws, self._businesses, self._report, self._fail = ws, businesses, report, fail
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="queue", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def do(self, job: Job) -> None:
        """Have something done, after what was asked before."""
        self._jobs.put(job)

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(LEAVING_S)

    def _work(self) -> None:
        window = Window(self._ws, self._businesses, self._tell)
        self._tell(window.now())
        wait = 0.0
        while not self._stopping.is_set():
            job: Job | None = None
            with suppress(queue.Empty):
                job = self._jobs.get(timeout=wait)
                if job is None:
                    break
            self._run(window, job)
            wait = max(SHORTEST_S, window.due_ms() / 1000)
        self._run(window, Window.leave)
        window.line.close()

    def _run(self, window: Window, job: Job | None) -> None:
        try:
            (job or Window.beat)(window)
        except HallError as error:
            self._failed(error, asked=job is not None)
        except Exception as error:
            log.error("the queue: %s", placed(error))
            self._failed(None, asked=job is not None)

    def _failed(self, error: HallError | None, *, asked: bool) -> None:
        """Somebody who asked hears of it; what goes wrong by itself is tried again with the next beat."""
        if asked and not self._stopping.is_set():
            self._fail(error)
        elif error is not None:
            log.warning("the queue: %s", error.code)

    def _tell(self, now: Now) -> None:
        if not self._stopping.is_set():
            self._report(now)

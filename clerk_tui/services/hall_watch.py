"""Looking at the hall again and again for whoever shows it: a display, a supervisor's board. Reading only.

One look is a few questions to the centre, asked in a thread of its own; a screen gets what was seen and since when
nothing was. The device's token is renewed with its key when it has run out: a kiosk stands for years.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services.local_journal import Local, look_at
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from clerk_tui.sync.token import token_path
from hall.errors import HallError
from hall.queue_wire import FiguresReply
from hall.roles import Role
from hall.wire_board import MOST_CASES, BoardFigures, BoardReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_tui.config import Config

NO_KIOSK = "本机登记的不是公示屏，看板只用公示屏的凭据"
OUT_OF_DATE = frozenset({"token_expired"})


class Choice(Struct, frozen=True):
    """Which cases are asked for; empty words leave the choice open. ``about``: not the open ones but those that had
    what the board counts there (``hall.wire_board.AboutWord``)."""

    department: str = ""
    holder: str = ""
    light: str = ""
    about: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """What is known of the hall. ``at_ms`` is when it was seen (this device's Unix clock, 0: never);
    ``silent_since_ms`` when the centre was last heard of, 0 while it answers, and ``trouble`` why it does not.

    ``cases`` are those of ``chosen``; ``local`` is this device's own journal, where it has one.
    """

    queue: FiguresReply | None = None
    local: Local | None = None
    board: BoardFigures | None = None
    cases: BoardReply | None = None
    chosen: Choice | None = None
    at_ms: int = 0
    silent_since_ms: int = 0
    trouble: str = ""


def now_ms() -> int:
    """This device's clock, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Watcher:
    """Looks at the hall; for one thread. ``whole``: the board's figures too, not the queue's alone.

    ``url`` may be a function that waits until the centre is there (a sample hall's).
    """

    def __init__(
        self,
        config: Config,
        url: str | Callable[[], str] = "",
        *,
        whole: bool = False,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._config, self._url, self._whole, self._clock = config, url or config.centre.url, whole, clock
        self._centre: Centre | None = None
        self.seen = Seen(silent_since_ms=clock())

    def look(self, wanted: Choice | None = None) -> Seen:
        """What is to be seen now. Never raises: what is in the way stands in ``trouble``."""
        try:
            found = self._ask(self._open(), wanted)
        except Unreachable:
            found = self._silent("连不上中心")
        except Refused as refused:
            renewed = refused.code in OUT_OF_DATE and self._renew()
            found = self._silent("正在更换令牌" if renewed else refused.message[:60])
        except HallError as error:
            found = self._silent(error.message)
        self.seen = replace(found, local=look_at(self._config.store_file)) if self._whole else found
        return self.seen

    def close(self) -> None:
        """Let the connection go."""
        if self._centre is not None:
            self._centre.close()
            self._centre = None

    def _open(self) -> Centre:
        if self._centre is None:
            url = self._url if isinstance(self._url, str) else self._url()
            self._centre = Centre(url, self._token_file())
        return self._centre

    def _token_file(self) -> Path:
        return token_path(self._config.store_file, self._config.token_file)

    def _ask(self, centre: Centre, wanted: Choice | None) -> Seen:
        figures = queue.figures(centre)
        board = centre.ask("GET", "/v1/board", BoardFigures) if self._whole else None
        if board is not None and board.role != Role.KIOSK:
            # A board that could write would be no board: nothing is shown with another device's credential.
            return replace(self._silent(NO_KIOSK), queue=None, board=None)
        cases = None
        if wanted is not None:
            chosen = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value}
            cases = centre.ask(
                "GET", "/v1/board/cases", BoardReply, params={"every": "true", "limit": MOST_CASES, **chosen}
            )
        return Seen(queue=figures, board=board, cases=cases, chosen=wanted, at_ms=self._clock())

    def _silent(self, why: str) -> Seen:
        return replace(self.seen, silent_since_ms=self.seen.silent_since_ms or self.seen.at_ms, trouble=why)

    def _renew(self) -> bool:
        from clerk_tui.sync.renewing import renew

        self.close()
        url = self._url if isinstance(self._url, str) else self._url()
        return renew(url, self._config.store_file, self._token_file())

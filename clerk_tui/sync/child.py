"""The process that talks to the centre for a running counter, so that no reply ever costs a key a millisecond.

    python -m clerk_tui.sync.child SETTINGS

``SETTINGS`` is the JSON of ``Settings``. It reads the journal read-only. Each line on standard output is a message
(``clerk_tui.sync.messages``); each line on standard input is a wish: ``new`` (facts were committed), ``now`` (do not
wait for the next try). End of input ends it.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path
from typing import Final

import httpx
import msgspec

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync import conversing
from clerk_tui.sync.backoff import Budget
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import AnyMessage, Trouble, Well, to_line
from clerk_tui.sync.reading import read_clock
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, write_token
from clerk_tui.sync.transport import open_http
from clerk_tui.sync.watching import Watch
from hall.errors import HallError

IDLE_S = 3.0
"""Seconds between looks at the feed when nothing happens here and the centre does not tell by itself."""
OUTAGE = ("offline", "not_the_centre", "too_large")


class Wishes:
    """What the counter asks for, read from standard input by a thread of its own."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._new = self._now = False
        self.ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            self.wake(now=line.strip() == b"now")
        with self._condition:
            self.ended = True
            self._condition.notify_all()

    def wake(self, *, now: bool = False) -> None:
        """Somebody asks: new facts, or (``now``) a person who does not want to wait."""
        with self._condition:
            self._new = True
            self._now = self._now or now
            self._condition.notify_all()

    def wait(self, seconds: float, *, for_now: bool) -> None:
        """Wait until asked for; new facts do not shorten the wait after a failure (``for_now``), a person does."""
        until = time.monotonic() + seconds
        with self._condition:
            while not self.ended and not self._now and (for_now or not self._new):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._condition.wait(left)
            self._new = self._now = False


REFUSED_AGAIN_S: Final = 3600.0
"""How often an archive that was refused is sent again, in seconds."""
_saying = threading.Lock()


def say(message: AnyMessage) -> None:
    """Hand a message to the counter."""
    with _saying:
        sys.stdout.buffer.write(to_line(message))
        sys.stdout.buffer.flush()


def serve(settings: Settings, wishes: Wishes) -> None:
    """Converse until the counter goes."""
    failures, was_out = 0, False
    asked_again = -REFUSED_AGAIN_S
    budget = Budget()
    client: Client | None = None
    with open_http(settings.url) as http:
        outbox = Outbox(settings.path)
        watch = Watch(settings, say, wishes.wake, lambda: wishes.ended)
        while not wishes.ended:
            try:
                client = client or _client(http, outbox, settings)
                client.catch_up()
                again = time.monotonic() - asked_again >= REFUSED_AGAIN_S
                asked_again = time.monotonic() if again else asked_again
                trouble = conversing.hold(client, http, outbox, settings, say, lambda: wishes.ended, again=again)
            except HallError as error:
                trouble = Trouble(what="not_enrolled" if error.code == "not_enrolled" else "offline", detail=error.code)
            if trouble is None:
                # Another process may have told of a trouble: ``clerk sync`` with settings that were put right since.
                if failures or outbox.trouble():
                    say(Well())
                failures, was_out = 0, False
                budget.success()
                wishes.wait(watch.begin(), for_now=False)
                continue
            watch.pause()
            # The journal is the truth at the next beginning: what was kept, and perhaps a new enrolment.
            client = None
            failures += 1
            wait = budget.wait_s(failures, random.random(), at_least_s=trouble.retry_s)
            if trouble.what in OUTAGE and not was_out:
                was_out = True
                wait = max(wait, random.uniform(0, settings.first_wait_s))
            say(Trouble(what=trouble.what, detail=trouble.detail, retry_s=wait))
            wishes.wait(wait, for_now=True)
        outbox.close()


def _client(http: httpx.Client, outbox: Outbox, settings: Settings) -> Client:
    token = read_token(settings.token_file)
    if token is None:
        raise HallError("not_enrolled", "本机还没有在中心登记")
    return Client(
        http,
        outbox,
        load_key(settings.path),
        token,
        say,
        save_token=lambda renewed: write_token(settings.token_file, renewed),
        clock=read_clock,
    )


def main() -> None:
    """Entry point of the process."""
    settings = msgspec.json.decode(sys.argv[1], type=Settings, dec_hook=lambda _type, value: Path(value))
    try:
        serve(settings, Wishes())
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stdout = None  # The counter is gone: nobody is left to flush to.


if __name__ == "__main__":
    main()

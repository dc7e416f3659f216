"""The process that talks to the centre for a running counter, so that no reply ever costs a key a millisecond.

    python -m clerk_tui.sync.child DATABASE URL TOKEN_FILE

It reads the journal read-only. Each line on standard output is a message (``clerk_tui.sync.messages``); each line on
standard input is a wish: ``new`` (facts were committed), ``now`` (do not wait for the next try). End of input ends it.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

import httpx

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.backoff import delay_s
from clerk_tui.sync.client import Client, open_http
from clerk_tui.sync.messages import AnyMessage, Trouble, to_line
from clerk_tui.sync.renewing import is_old, renew
from clerk_tui.sync.token import read_token
from hall.errors import HallError

IDLE_S = 3.0
"""Seconds between looks at the feed when nothing happens here."""


class Wishes:
    """What the counter asks for, read from standard input by a thread of its own."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._new = self._now = False
        self.ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            with self._condition:
                self._new = True
                self._now = self._now or line.strip() == b"now"
                self._condition.notify()
        with self._condition:
            self.ended = True
            self._condition.notify()

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


def say(message: AnyMessage) -> None:
    """Hand a message to the counter."""
    sys.stdout.buffer.write(to_line(message))
    sys.stdout.buffer.flush()


def serve(path: Path, url: str, token_file: Path, wishes: Wishes) -> None:
    """Converse until the counter goes."""
    failures = 0
    client: Client | None = None
    with open_http(url) as http:
        outbox = Outbox(path)
        while not wishes.ended:
            try:
                client = client or _client(http, outbox, path, token_file)
                trouble = client.run(lambda: wishes.ended) if client else Trouble(what="not_enrolled")
                if trouble is not None and trouble.what == "token" and not failures and renew(http, path, token_file):
                    client, failures = None, 1
                    continue
            except HallError as error:
                trouble = Trouble(what="offline", detail=error.code)
            if trouble is None:
                failures = 0
                wishes.wait(IDLE_S, for_now=False)
                continue
            failures += 1
            wait = delay_s(failures, random.random(), at_least_s=trouble.retry_s)
            say(Trouble(what=trouble.what, detail=trouble.detail, retry_s=wait))
            # After trouble the journal is the truth again: what was kept, and perhaps a new enrolment.
            client = None
            wishes.wait(wait, for_now=True)
        outbox.close()


def _client(http: httpx.Client, outbox: Outbox, path: Path, token_file: Path) -> Client | None:
    if is_old(token_file):
        renew(http, path, token_file)
    token = read_token(token_file)
    return Client(http, outbox, load_key(path), token, say) if token else None


def main() -> None:
    """Entry point of the process."""
    path, url, token_file = sys.argv[1:4]
    try:
        serve(Path(path), url, Path(token_file), Wishes())
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stdout = None  # The counter is gone: nobody is left to flush to.


if __name__ == "__main__":
    main()

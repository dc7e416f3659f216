"""Push and pull over HTTP (sync.md §4, §5).

The only acknowledgement is a receipt that the pinned centre key signed and whose hash stands at that number in our own
journal. Everything else that answers (a portal, a proxy, a wrong host, a redirect) counts as no network.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_tui import faults
from clerk_tui.store.device import Device
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.messages import Acked, Changed, Contact, Keeper, Keys, Rewound, Trouble, TroubleKind
from hall import wire
from hall.chain import UNREADABLE

APP_VERSION: Final = "0.1"
TIMEOUT_S: Final = 10.0
MAX_REPLY: Final = 8 << 20
"""Largest reply that is read, in bytes."""
KEYS_EVERY_S: Final = 600.0
"""Seconds between two looks at the keys of the hall's devices."""
_BATCH_BYTES: Final = 600 << 10
"""Bytes of facts in a batch: base64 and JSON make it a third larger, and the centre takes 1 MiB."""
_PAGE: Final = 200


class Client:
    """One device's conversation with its centre; for one thread. What it learns goes to ``keep``."""

    def __init__(self, http: httpx.Client, outbox: Outbox, key: Ed25519PrivateKey, token: str, keep: Keeper) -> None:
        self._http = http
        self._outbox = outbox
        self._key = key
        self._headers = {"Authorization": f"Bearer {token}"}
        self._keep = keep
        self._device: Device = outbox.device()
        self.acked = self._device.acked_through
        self._epoch = self._device.server_epoch
        self._cursor = self._device.pull_cursor
        self._limit = wire.MAX_FACTS
        self._keys_due = 0.0

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> Trouble | None:
        """Send everything unsent and read the feed to its end; the trouble that ended it early, if any."""
        spoke = False
        while not should_stop():
            facts = self._outbox.unsent(self.acked, self._limit, _BATCH_BYTES)
            if not facts:
                break
            if trouble := self._push(facts):
                return trouble
            spoke = True
        more = True
        while more and not should_stop():
            page = self._pull()
            if isinstance(page, Trouble):
                return page
            more = page.has_more
            spoke = spoke or bool(page.changes)
        if not should_stop():
            spoke = self._learn_keys() or spoke
        if not spoke:
            self._keep(Contact())
        return None

    def _learn_keys(self) -> bool:
        """Ask now and then for the keys of the hall's devices. A centre that does not tell them is no trouble: codes
        of other windows are not believed then."""
        if time.monotonic() < self._keys_due:
            return False
        answer = self._ask("GET", "/v1/sync/keys")
        if isinstance(answer, Trouble):
            return False
        self._keys_due = time.monotonic() + KEYS_EVERY_S
        status, body = answer
        reply = _decode(body, wire.KeysReply) if status == 200 else None
        ours = reply is not None and reply.device == self._device.device_id
        if reply is None or not ours or not wire.keys_are_signed(self._device.server_key, reply):
            return False
        self._keep(Keys(reply=reply))
        return True

    def _push(self, facts: list[wire.WireFact]) -> Trouble | None:
        head = self._outbox.head()
        first = self.acked + 1
        request = wire.PushRequest(
            proto=wire.PROTOCOL,
            device=self._device.device_id,
            incarnation=self._device.incarnation,
            epoch=self._epoch,
            app_v=APP_VERSION,
            head=head,
            first_seq=first,
            events=facts,
            signature=wire.sign_push(self._key, self._device.incarnation, head, first),
        )
        faults.point("send.before")
        answer = self._ask("POST", "/v1/sync/push", content=msgspec.json.encode(request))
        faults.point("send.after")
        if isinstance(answer, Trouble):
            return answer
        status, body = answer
        if status != 200:
            return self._push_refused(status, body, len(facts))
        reply = _decode(body, wire.PushReply)
        if reply is None or not self._is_ours(reply.receipt):
            return Trouble(what="not_the_centre", detail="a reply without a good receipt")
        receipt = reply.receipt
        if self._outbox.hash_at(receipt.acked_through) != receipt.acked_hash:
            return Trouble(what="fork", detail=f"the centre holds another fact {receipt.acked_through}")
        if not facts:
            return None
        told = [result.seq for result in reply.results]
        # The centre may have more than this batch, from one whose reply was lost: what became of that is told next.
        if not told or told != list(range(first, min(receipt.acked_through, first + len(facts) - 1) + 1)):
            return Trouble(what="not_the_centre", detail="a receipt that does not say what became of the batch")
        self._keep(Acked(receipt=receipt, results=reply.results))
        self.acked, self._epoch = told[-1], receipt.epoch
        self._limit = wire.MAX_FACTS
        return None

    def _is_ours(self, receipt: wire.Receipt) -> bool:
        return (
            wire.receipt_is_signed(self._device.server_key, receipt)
            and receipt.device == self._device.device_id
            and receipt.incarnation == self._device.incarnation
        )

    def _push_refused(self, status: int, body: bytes, sent: int) -> Trouble | None:
        problem = _decode(body, wire.Problem)
        if problem is None or not problem.code:
            return Trouble(what="not_the_centre", detail=f"status {status} without a reason")
        if status in (409, 412) and problem.code in ("gap", "epoch_changed"):
            return self._rewind(problem)
        if status in (400, 413) and sent > 1:
            self._limit = max(1, sent // 2)
            return None
        return _trouble(status, problem)

    def _rewind(self, problem: wire.Problem) -> Trouble | None:
        """Go back to what the centre has, if that is a part of our own history."""
        through = problem.expected - 1
        if not 0 <= through <= self._outbox.head().seq or self._outbox.hash_at(through) != problem.hash:
            return Trouble(what="fork", detail=f"the centre expects {problem.expected} of another history")
        if through >= self.acked and problem.epoch == self._epoch:
            return Trouble(what="not_the_centre", detail="a gap that is none")
        self.acked, self._epoch, self._cursor = min(self.acked, through), problem.epoch, ""
        self._keep(Rewound(through=through, epoch=problem.epoch))
        return None

    def _pull(self) -> wire.ChangesReply | Trouble:
        answer = self._ask("GET", "/v1/sync/changes", params={"cursor": self._cursor, "limit": str(_PAGE)})
        if isinstance(answer, Trouble):
            return answer
        status, body = answer
        if status == 410 and self._cursor:
            self._cursor = ""
            return wire.ChangesReply(epoch="", changes=[], next_cursor="", has_more=True)
        if status != 200:
            return _trouble(status, _decode(body, wire.Problem))
        page = _decode(body, wire.ChangesReply)
        if page is None or (page.has_more and page.next_cursor == self._cursor):
            return Trouble(what="not_the_centre", detail="a feed that cannot be read")
        if page.epoch != self._epoch and self._epoch:
            # A centre restored from a copy may lack what it acknowledged: ask it, even with nothing to send.
            trouble = self._push([])
            if trouble is None and page.epoch != self._epoch:
                trouble = Trouble(what="not_the_centre", detail="a feed of another epoch")
            return trouble or wire.ChangesReply(epoch=self._epoch, changes=[], next_cursor="", has_more=True)
        if page.changes or page.next_cursor != self._cursor:
            self._keep(
                Changed(
                    changes=page.changes,
                    next_cursor=page.next_cursor,
                    anew=not self._cursor,
                    complete=not page.has_more,
                )
            )
        self._cursor = page.next_cursor
        return page

    def _ask(
        self, method: str, path: str, *, content: bytes | None = None, params: dict[str, str] | None = None
    ) -> tuple[int, bytes] | Trouble:
        """Status and body of a reply, the body read only up to ``MAX_REPLY``."""
        try:
            headers = self._headers | ({"Content-Type": "application/json"} if content else {})
            with self._http.stream(method, path, content=content, params=params, headers=headers) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_REPLY:
                        return Trouble(what="not_the_centre", detail="a reply that does not end")
                if response.status_code in (429, 503) or response.status_code >= 500:
                    wait = response.headers.get("retry-after", "")
                    retry_s = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else 0.0
                    return Trouble(what="busy", detail=f"status {response.status_code}", retry_s=retry_s)
                return response.status_code, bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return Trouble(what="offline", detail=type(error).__name__)


Reply = TypeVar("Reply")
_TROUBLES: dict[int, TroubleKind] = {
    400: "bad_request",
    401: "token",
    403: "revoked",
    409: "fork",
    413: "bad_request",
    422: "fork",
    426: "update_needed",
}


def _trouble(status: int, problem: wire.Problem | None) -> Trouble:
    if problem is None or not problem.code:
        return Trouble(what="not_the_centre", detail=f"status {status} without a reason")
    return Trouble(what=_TROUBLES.get(status, "not_the_centre"), detail=f"status {status} {problem.code[:40]}")


def _decode(body: bytes, kind: type[Reply]) -> Reply | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE:
        return None


def open_http(url: str) -> httpx.Client:
    """A client for the centre at ``url``: no redirects, no proxies from outside, bounded waits."""
    return httpx.Client(
        base_url=url,
        timeout=httpx.Timeout(TIMEOUT_S, connect=5.0),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
    )

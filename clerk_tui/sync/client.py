"""Push and pull over HTTP (sync.md §4, §5).

The only acknowledgement is a receipt that the pinned centre key signed and whose hash stands at that number in our own
journal. Everything else that answers (a portal, a proxy, a wrong host, a redirect) counts as no network.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_tui import faults
from clerk_tui.store.device import Device
from clerk_tui.store.disk import free_bytes
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync import rereading
from clerk_tui.sync.learning import Lists
from clerk_tui.sync.messages import Acked, Changed, Contact, Dead, Keeper, Rewound, Trouble
from clerk_tui.sync.transport import Answer, Transport, decode, packed, refusal
from clerk_tui.sync.transport import open_http as open_http
from hall import wire

APP_VERSION: Final = "0.1"
_BATCH_BYTES: Final = 600 << 10
"""Bytes of facts in a batch: base64 and JSON make it a third larger, and the centre takes 1 MiB."""
_PAGE: Final = 200
_NONCE_BYTES: Final = 16
READ_FLOOR: Final = 100 << 20
"""Free bytes of the disk below which the feed is not read: what is left is for this counter's own work."""
ReadClock = Callable[[], wire.ClockReading]


class Client:
    """One device's conversation with its centre; for one thread. What it learns goes to ``keep``.

    ``save_token`` keeps a token that was renewed; without it none is. ``clock`` is told to the centre with each push.
    ``older``: the journal is an archived one that may end before what the centre has.
    """

    def __init__(
        self,
        http: httpx.Client,
        outbox: Outbox,
        key: Ed25519PrivateKey,
        token: str,
        keep: Keeper,
        *,
        save_token: Callable[[str], None] | None = None,
        clock: ReadClock | None = None,
        older: bool = False,
    ) -> None:
        self._line = Transport(http, token)
        self._outbox = outbox
        self._key = key
        self._keep = keep
        self._save_token = save_token
        self._clock = clock
        self._older = older
        self._device: Device = outbox.device()
        self.acked = self._device.acked_through
        self._epoch = self._device.server_epoch
        self._cursor = self._device.pull_cursor
        self._limit = wire.MAX_FACTS
        self._page_size = _PAGE
        self._refused = 0
        self._has_gone_back = False
        self.has_sent = False
        """Whether the last run sent all there was, whatever came of reading the feed."""
        self._lists = Lists(self._device, keep, outbox.former_lists)
        self._bringing = rereading.Bringing(outbox, keep)

    def send_files(self, http: httpx.Client, should_stop: Callable[[], bool] = lambda: False) -> Trouble | None:
        """Send the attachments that the centre does not have, once it has the facts that name them."""
        from clerk_tui.sync.files import Sending

        line = Transport(http, self._line.token)
        sending = Sending(line, self._device, self._epoch, self._outbox.path, self._keep)
        now_ms = self._clock().wall_ms if self._clock is not None else time.time_ns() // 1_000_000
        return sending.send(self._outbox.attachments(now_ms), should_stop)

    def catch_up(self) -> None:
        """Read the feed on from where the journal has it, which may be further than this client read."""
        self._cursor = self._outbox.device().pull_cursor

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> Trouble | None:
        """Send everything unsent and read the feed to its end; the trouble that ended it early, if any.

        That the centre was restored may come with the feed: what it lacks then goes at once, and the rest is read.
        """
        spoke = self._has_gone_back = False
        for _ in range(2):
            epoch, self.has_sent = self._epoch, False
            for step in (self.send, self.read):
                done = step(should_stop)
                if isinstance(done, Trouble):
                    return done
                self.has_sent, spoke = True, done or spoke
            if not epoch or self._epoch == epoch:
                break
        if not should_stop():
            spoke = self._lists.learn(self._ask, self._epoch) or spoke
            if trouble := self._bringing.bring(self._ask):
                return trouble
        if not spoke:
            self._keep(Contact())
        return None

    def send(self, should_stop: Callable[[], bool] = lambda: False) -> bool | Trouble:
        """Send everything unsent; whether there was anything."""
        spoke = False
        while not should_stop():
            facts = self._outbox.unsent(self.acked, self._limit, _BATCH_BYTES)
            if not facts:
                break
            if trouble := self._push(facts):
                return trouble
            spoke = True
        return spoke

    def ask_how_far(self) -> Trouble | None:
        """Have the centre say how far it has an archived journal, of which there is nothing to send."""
        return self._push([])

    def read(self, should_stop: Callable[[], bool] = lambda: False, *, wait_s: int = 0) -> bool | Trouble:
        """Read the feed to its end; whether there was anything. ``wait_s``: wait so long for the first change."""
        more, spoke = True, False
        while more and not should_stop():
            if self._is_cramped():
                return Trouble(what="no_room", detail="the disk is nearly full")
            page = self._pull(wait_s)
            if isinstance(page, Trouble):
                return page
            more, wait_s = page.has_more, 0
            spoke = spoke or bool(page.changes)
        return spoke

    def watch(self, wait_s: int) -> bool | Trouble:
        """Wait for the feed's next change and keep it; whether there was one. Decides nothing: of a centre that says
        anything but the next page of the same feed, the conversation must make out what it means."""
        cursor, epoch = self._cursor, self._epoch
        if self._is_cramped():
            return Trouble(what="no_room", detail="the disk is nearly full")
        params = {"cursor": cursor, "limit": str(self._page_size), "wait_s": str(wait_s)}
        answer = self._line.ask("GET", "/v1/sync/changes", params=params, wait_s=wait_s)
        if isinstance(answer, Trouble):
            return answer
        page = self._page(cursor, answer)
        if page is None or page.epoch != epoch or not cursor:
            return refusal(answer.status, answer.body)
        if page.next_cursor != cursor:
            self._keep(Changed(changes=page.changes, next_cursor=page.next_cursor, complete=not page.has_more))
            self._cursor = page.next_cursor
        return bool(page.changes)

    def _push(self, facts: list[wire.WireFact]) -> Trouble | None:
        first = self.acked + 1
        request, lane = self._request(facts, first)
        faults.point("send.before")
        content, headers = packed(msgspec.json.encode(request))
        headers |= {wire.LANE_HEADER: lane} if lane else {}
        answer = self._ask("POST", "/v1/sync/push", content=content, headers=headers)
        faults.point("send.after")
        if isinstance(answer, Trouble):
            return answer
        status, body, _ = answer
        if status != 200:
            return self._push_refused(answer, request.nonce, facts)
        reply = decode(body, wire.PushReply)
        if reply is None or not self._is_answer(reply, request.nonce):
            return Trouble(what="not_the_centre", detail="a reply without a good receipt")
        receipt = reply.receipt
        ours = self._outbox.hash_at(receipt.acked_through)
        # Of an older copy the centre has more; that it took each fact of it as the same says it is the same history.
        if ours != receipt.acked_hash and not (ours is None and self._older):
            return Trouble(what="fork", detail=f"the centre holds another fact {receipt.acked_through}")
        if not facts:
            if self._older:
                self._keep(Acked(receipt=receipt, results=[]))
            return None
        told = [result.seq for result in reply.results]
        # The centre may have more than this batch, from one whose reply was lost: what became of that is told next.
        if not told or told != list(range(first, min(receipt.acked_through, first + len(facts) - 1) + 1)):
            return Trouble(what="not_the_centre", detail="a receipt that does not say what became of the batch")
        self._keep(Acked(receipt=receipt, results=reply.results, withheld=reply.withheld))
        self.acked, self._epoch = told[-1], receipt.epoch
        self._limit = min(wire.MAX_FACTS, self._limit * 2)
        if reply.retry_after_ms > 0:
            # What was sent is kept; the centre asks for a pause before the rest.
            return Trouble(what="busy", detail="asked to wait", retry_s=min(reply.retry_after_ms, 300_000) / 1000)
        return None

    def _request(self, facts: list[wire.WireFact], first: int) -> tuple[wire.PushRequest, wire.Lane | None]:
        head = self._outbox.head()
        clock = self._clock() if self._clock is not None else None
        queue = self._outbox.queue(self.acked)
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
            acked=self._acked_head(),
            queue=queue,
            clock=clock,
            nonce=os.urandom(_NONCE_BYTES),
        )
        if clock is None:
            return request, None
        return request, "live" if clock.wall_ms - queue.oldest_ms < wire.LIVE_MS else "backlog"

    def _acked_head(self) -> wire.Head | None:
        digest = self._outbox.hash_at(self.acked)
        return wire.Head(seq=self.acked, hash=digest) if digest is not None else None

    def _is_ours(self, receipt: wire.Receipt) -> bool:
        return (
            wire.receipt_is_signed(self._device.server_key, receipt)
            and receipt.device == self._device.device_id
            and receipt.incarnation == self._device.incarnation
        )

    def _is_answer(self, reply: wire.PushReply, nonce: bytes) -> bool:
        """Whether the centre answered the request with this nonce, and so with all that the reply says."""
        device = self._device
        return self._is_ours(reply.receipt) and wire.reply_is_signed(device.server_key, device.device_id, nonce, reply)

    def _push_refused(self, answer: Answer, nonce: bytes, facts: list[wire.WireFact]) -> Trouble | None:
        status, body, _ = answer
        problem = decode(body, wire.Problem)
        if problem is None or not problem.code:
            return refusal(status, body)
        if status in (409, 412) and problem.code in wire.GO_BACK:
            return self._go_back(problem, nonce)
        if status in (400, 408, 413) and len(facts) > 1:
            self._limit = max(1, len(facts) // 2)
            return None
        if status in (400, 413) and facts:
            return self._dead_letter(facts[0], problem)
        return refusal(status, body)

    def _dead_letter(self, fact: wire.WireFact, problem: wire.Problem) -> Trouble | None:
        """A fact that the centre will not take even alone: it is sent once more, for a request may have been cut on its
        way. Refused again, its outline goes in its place, so that nothing else waits for it."""
        from clerk_tui.sync.outlines import report

        seq = self.acked + 1
        if self._refused != seq:
            self._refused = seq
            return None
        nonce = os.urandom(_NONCE_BYTES)
        told = report(self._key, self._device.incarnation, self._epoch, seq, fact, problem.code, APP_VERSION, nonce)
        answer = self._ask("POST", "/v1/sync/report", content=msgspec.json.encode(told))
        if isinstance(answer, Trouble):
            return answer
        status, body, _ = answer
        if status != 200:
            self._keep(Dead(seq=seq, reason=problem.message[:200]))
            return self._push_refused(answer, nonce, [])
        reply = decode(body, wire.PushReply)
        if (
            reply is None
            or not self._is_answer(reply, nonce)
            or reply.receipt.acked_through < seq
            or [result.seq for result in reply.results] != [seq]
            or (reply.receipt.acked_through == seq and reply.receipt.acked_hash != fact.hash)
        ):
            return Trouble(what="not_the_centre", detail="a reply without a good receipt")
        self._keep(Acked(receipt=reply.receipt, results=reply.results, withheld=reply.withheld))
        self.acked, self._epoch, self._limit = seq, reply.receipt.epoch, wire.MAX_FACTS
        return None

    def offer(self, seq: int) -> list[wire.PushResult] | Trouble:
        """Offer the centre the contents of a fact that it has in outline only (``rereading.offer``)."""
        return rereading.offer(self._outbox, seq, self._ask, is_copy=self._older)

    def _go_back(self, problem: wire.Problem, nonce: bytes) -> Trouble | None:
        """Go back to what the centre has, if it was the centre that said so, to this request, and once a conversation:
        what stands in the request any stranger can say."""
        if not wire.problem_is_signed(self._device.server_key, self._device.device_id, nonce, problem):
            return Trouble(what="not_the_centre", detail=f"{problem.code} without a good signature")
        if self._has_gone_back:
            return Trouble(what="busy", detail="told twice to go back")
        self._has_gone_back = True
        return self._rewind(problem)

    def _rewind(self, problem: wire.Problem) -> Trouble | None:
        """Go on from what the centre has, if that is a part of our own history."""
        through = problem.expected - 1
        if self._older and through > self._outbox.head().seq and problem.epoch != self._epoch:
            # Of an older copy the centre has more; each fact that is sent now is compared with what it has.
            self._epoch = problem.epoch
            return None
        if not 0 <= through <= self._outbox.head().seq or self._outbox.hash_at(through) != problem.hash:
            return Trouble(what="fork", detail=f"the centre expects {problem.expected} of another history")
        if through >= self.acked and problem.epoch == self._epoch:
            return Trouble(what="not_the_centre", detail="a gap that is none")
        self.acked, self._epoch, self._cursor = min(self.acked, through), problem.epoch, ""
        self._keep(Rewound(through=through, epoch=problem.epoch))
        return None

    def _pull(self, wait_s: int) -> wire.ChangesReply | Trouble:
        params = {"cursor": self._cursor, "limit": str(self._page_size)} | ({"wait_s": str(wait_s)} if wait_s else {})
        answer = self._ask("GET", "/v1/sync/changes", params=params, wait_s=wait_s)
        if isinstance(answer, Trouble) and answer.what == "too_large" and self._page_size > 1:
            self._page_size = max(1, self._page_size // 8)
            return wire.ChangesReply(epoch=self._epoch, changes=[], next_cursor="", has_more=True)
        if isinstance(answer, Trouble):
            return answer
        status, body, _ = answer
        if status == 410 and self._cursor:
            self._cursor = ""
            return wire.ChangesReply(epoch="", changes=[], next_cursor="", has_more=True)
        if status != 200:
            return refusal(status, body)
        page = self._page(self._cursor, answer)
        if page is None or (page.has_more and page.next_cursor == self._cursor):
            return Trouble(what="not_the_centre", detail="a feed that cannot be read")
        if page.epoch != self._epoch and self._epoch:
            # A centre restored from a copy may lack what it acknowledged: ask it, even with nothing to send.
            trouble = self._push([])
            if trouble is None and page.epoch != self._epoch:
                trouble = Trouble(what="not_the_centre", detail="a feed of another epoch")
            return trouble or wire.ChangesReply(epoch=self._epoch, changes=[], next_cursor="", has_more=True)
        if page.changes or page.next_cursor != self._cursor:
            anew, complete = not self._cursor, not page.has_more
            self._keep(Changed(changes=page.changes, next_cursor=page.next_cursor, anew=anew, complete=complete))
        self._cursor, self._page_size = page.next_cursor, min(_PAGE, self._page_size * 2)
        return page

    def _page(self, cursor: str, answer: Answer) -> wire.ChangesReply | None:
        """A page of the feed that the pinned centre signed for this device and cursor; ``None`` for anything else."""
        signature = answer.headers.get(wire.PAGE_HEADER, "")
        named = (self._device.server_key, self._device.device_id, cursor, signature, answer.body)
        signed = answer.status == 200 and wire.page_is_signed(*named)
        return decode(answer.body, wire.ChangesReply) if signed else None

    def _is_cramped(self) -> bool:
        """Whether the disk has so little room left that only this counter's own work may take it."""
        return free_bytes(self._outbox.path) < READ_FLOOR

    def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        wait_s: float = 0.0,
    ) -> Answer | Trouble:
        """A reply; a token that has run out is renewed, and it is asked once more."""

        def ask() -> Answer | Trouble:
            return self._line.ask(method, path, content=content, params=params, headers=headers, wait_s=wait_s)

        answer = ask()
        if not isinstance(answer, Trouble) and answer.status == 401:
            renewed = self.renew_token()
            if isinstance(renewed, Trouble) or not renewed:
                return renewed or answer
            answer = ask()
        return answer

    def renew_token(self) -> bool | Trouble:
        """Have the centre know a next token, kept before it is first used.

        ``False``: the centre does not renew it. Trouble: it was not the centre that answered, or nobody did.
        """
        from clerk_tui.sync.rotating import rotate

        if self._save_token is None:
            return False
        token = rotate(self._line, self._key, self._device.device_id)
        if not isinstance(token, str):
            return token or False
        self._save_token(token)
        self._line.token = token
        return True

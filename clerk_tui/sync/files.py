"""Sending attachments: after the facts that name them, in pieces, on from where the centre stands.

Each goes for itself: one that the centre will not take, or that is not here any more, is set aside with the reason and
tried again an hour later; the others go on.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.store.attachments import Attachment, path_of
from clerk_tui.store.device import Device
from clerk_tui.sync.messages import Keeper, Trouble, Uploaded
from clerk_tui.sync.transport import Transport, decode, refusal
from hall import wire
from hall.wire_files import RECEIPT_HEADER, Stored, is_whole

PIECE: Final = 512 << 10
"""Bytes of one request: a slow line gets through it, and what is lost with a dropped one is little."""
_REFUSED: Final = (400, 404, 409, 413, 415, 422)
"""What concerns the one attachment, where the centre says why."""
GONE: Final = "扫描件的文件不在本机了，请重新扫描后再添加"
ALTERED: Final = "扫描件的文件被改动过，请重新扫描后再添加"


class _Aside(Struct, frozen=True):
    """Why an attachment is not sent now."""

    reason: str


class Sending:
    """The attachments of one device to its centre, as of ``epoch``."""

    def __init__(self, line: Transport, device: Device, epoch: str, store: Path, keep: Keeper) -> None:
        self._line, self._device, self._epoch = line, device, epoch
        self._store, self._keep = store, keep

    def send(self, waiting: Iterable[Attachment], should_stop: Callable[[], bool]) -> Trouble | None:
        """Send what waits; trouble with the line or with this device ends the round."""
        for each in waiting:
            if should_stop():
                break
            done = self._send(each, should_stop)
            if isinstance(done, Trouble):
                return done
            if done is not None:
                self._keep(Uploaded(sha256=each.sha256, through=0, aside=done.reason[:200]))
        return None

    def _send(self, each: Attachment, should_stop: Callable[[], bool]) -> Trouble | _Aside | None:
        have = self._asked(each)
        if have is None or isinstance(have, Trouble):
            return have
        try:
            data = path_of(self._store, each.sha256).read_bytes()
        except OSError:
            return _Aside(GONE)
        if sha256(data).hexdigest() != each.sha256:
            return _Aside(ALTERED)
        began_anew = False
        while not should_stop():
            stored = self._put(each, data, have if have < len(data) else 0)
            if isinstance(stored, Trouble | _Aside):
                return stored
            if stored.whole:
                self._keep(Uploaded(sha256=each.sha256, through=len(data)))
                return None
            if stored.have <= have:
                # The centre has less than it said (it was restored, or what it had was spoilt): once from there.
                if began_anew:
                    return _Aside("中心没有存下这份扫描件")
                began_anew = True
            have = stored.have
            self._keep(Uploaded(sha256=each.sha256, through=min(have, len(data) - 1)))
        return None

    def _asked(self, each: Attachment) -> int | Trouble | None:
        """How much the centre has; ``None``: all of it, which is kept."""
        answer = self._line.ask("HEAD", f"/v1/attachments/{each.sha256}")
        if isinstance(answer, Trouble):
            return answer
        status, _, headers = answer
        if status != 200:
            return 0
        try:
            receipt = b64decode(headers.get(RECEIPT_HEADER, ""), validate=True)
        except (NotBase64, ValueError):
            receipt = b""
        if self._is_whole(each, receipt):
            self._keep(Uploaded(sha256=each.sha256, through=each.size))
            return None
        return _offset(headers.get("upload-offset", ""))

    def _put(self, each: Attachment, data: bytes, have: int) -> Stored | Trouble | _Aside:
        piece = data[have : have + PIECE]
        headers = {"Content-Type": each.mime, "Content-Range": f"bytes {have}-{have + len(piece) - 1}/{len(data)}"}
        answer = self._line.ask("PUT", f"/v1/attachments/{each.sha256}", content=piece, headers=headers)
        if isinstance(answer, Trouble):
            return answer
        status, body, _ = answer
        if status == 200:
            stored = decode(body, Stored)
            if stored is None or stored.sha256 != each.sha256 or not 0 <= stored.have <= len(data):
                return _no_centre()
            return stored if not stored.whole or self._is_whole(each, stored.signature) else _no_centre()
        problem = decode(body, wire.Problem)
        if problem is None or not problem.code or status not in _REFUSED:
            return refusal(status, body)
        if problem.code in ("gap", "wrong_digest"):
            return Stored(sha256=each.sha256, size=len(data), have=min(max(0, problem.expected), have), whole=False)
        return _Aside(problem.message or problem.code)

    def _is_whole(self, each: Attachment, signature: bytes) -> bool:
        device = self._device
        return is_whole(device.server_key, signature, device.device_id, self._epoch, each.sha256, each.size)


def _no_centre() -> Trouble:
    return Trouble(what="not_the_centre", detail="a reply about an attachment without a good signature")


def _offset(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0

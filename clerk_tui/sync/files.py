"""Sending attachments: after the facts that name them, in pieces, on from where the centre stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
from msgspec import Struct

from clerk_tui.store.attachments import Attachment, path_of
from clerk_tui.sync.messages import Keeper, Trouble, Uploaded
from clerk_tui.sync.transport import Transport, decode, refusal

PIECE: Final = 512 << 10
"""Bytes of one request: a slow line gets through it, and what is lost with a dropped one is little."""


class Stored(Struct, frozen=True, kw_only=True):
    """What the centre answers: how much it has."""

    sha256: str
    size: int
    have: int
    whole: bool


def send_attachments(
    http: httpx.Client,
    token: str,
    store: Path,
    waiting: Iterable[Attachment],
    keep: Keeper,
    should_stop: Callable[[], bool],
) -> Trouble | None:
    """Send what waits; what cannot be read here any more is left out, what the centre refuses ends the round."""
    line = Transport(http, token)
    for each in waiting:
        try:
            data = path_of(store, each.sha256).read_bytes()
        except OSError:
            continue
        if sha256(data).hexdigest() != each.sha256:
            continue
        trouble = _send(line, each, data, keep, should_stop)
        if trouble is not None:
            return trouble
    return None


def _send(
    line: Transport, each: Attachment, data: bytes, keep: Keeper, should_stop: Callable[[], bool]
) -> Trouble | None:
    path = f"/v1/attachments/{each.sha256}"
    looked = line.ask_with_headers("HEAD", path, headers={})
    if isinstance(looked, Trouble):
        return looked
    have = _offset(looked[2].get("upload-offset", "")) if looked[0] == 200 else 0
    if have >= len(data):
        keep(Uploaded(sha256=each.sha256, through=len(data)))
    while have < len(data) and not should_stop():
        piece = data[have : have + PIECE]
        headers = {
            "Content-Type": each.mime,
            "Content-Range": f"bytes {have}-{have + len(piece) - 1}/{len(data)}",
        }
        answer = line.ask("PUT", path, content=piece, headers=headers)
        if isinstance(answer, Trouble):
            return answer
        status, body = answer
        stored = decode(body, Stored) if status == 200 else None
        if stored is None or stored.sha256 != each.sha256 or not have < stored.have <= len(data):
            return refusal(status, body)
        have = stored.have
        keep(Uploaded(sha256=each.sha256, through=have))
    return None


def _offset(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0

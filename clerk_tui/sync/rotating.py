"""A next token for the device: made here, registered by a request that its key signs."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from clerk_tui.sync.messages import Trouble
from clerk_tui.sync.transport import Transport, decode, refusal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def rotate(line: Transport, key: Ed25519PrivateKey, device_id: str) -> str | Trouble | None:
    """The token that the centre knows from now on; ``None``: it does not renew it, for it does not know the key or has
    revoked it. Trouble: nobody answered, not the centre, or it could not do it this time."""
    from hall.wire_clerks import RotateReply, sign_rotation

    token = secrets.token_urlsafe(32)
    request = sign_rotation(key, device_id, sha256(token.encode()).digest())
    answer = line.ask("POST", "/v1/devices/rotate", content=msgspec.json.encode(request))
    if isinstance(answer, Trouble):
        return answer
    if answer.status != 200:
        refused = refusal(answer.status, answer.body)
        if refused.what == "not_the_centre":
            return refused
        # Only a 403 is about the key. A request that was garbled on its way says nothing of it: it is made again.
        return None if answer.status == 403 else Trouble(what="busy", detail=refused.detail)
    reply: RotateReply | None = decode(answer.body, RotateReply)
    if reply is None:
        return Trouble(what="not_the_centre", detail="a renewal that cannot be read")
    return token if reply.device == device_id else None

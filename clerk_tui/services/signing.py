"""The codes on papers: signing this device's, and knowing whose to believe."""

from __future__ import annotations

import datetime as dt
import hmac
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.device import load_key
from hall.case import Case
from hall.errors import StoreError
from hall.facts import PaperKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hall.replica import KnownKey, Signer

CARRIERS: Final[frozenset[PaperKind]] = frozenset({"receipt", "notice", "acceptance"})
"""The papers that carry a code."""


def code_for(ws: Workspace, case: Case, kind: PaperKind, number: str, day: dt.date) -> tuple[str, str]:
    """The code for a paper of the case as it stands, and why there is none, for the clerk; both empty for a kind that
    carries none.

    No paper waits for its code: where it cannot be made (the key file is gone, a case beyond any code) it is left out.
    """
    if kind not in CARRIERS:
        return "", ""
    from hall import replica

    try:
        return replica.encode(case, paper=kind, number=number, day=day, signer=signer(ws)), ""
    except StoreError:
        return "", f"{number} 上没有窗口用的码：本机的签名密钥读不出来。别的窗口按收件编号查"
    except ValueError:
        return "", f"{number} 上没有窗口用的码：材料或答案太多，码里放不下。别的窗口按收件编号查"


def signer(ws: Workspace) -> Signer:
    """This device as a signer.

    Raises:
        StoreError: its key cannot be read.
    """
    from hall.replica import Signer

    return Signer(key=device_key(ws), incarnation=ws.journal.incarnation, secret=secrets(ws)[0])


def device_key(ws: Workspace) -> Ed25519PrivateKey:
    """This device's key.

    Raises:
        StoreError: it cannot be read.
    """
    return _key(ws.journal.path, ws.journal.device().public_key)


def secrets(ws: Workspace) -> tuple[bytes, ...]:
    """The secrets behind identity digests that this window knows: the hall's, once the centre has told it, and one that
    only this device can make, for papers from before that."""
    own = hmac.digest(device_key(ws).private_bytes_raw(), b"own-secret", "sha256")
    with translated(ws.journal.path):
        halls = queries.hall_secret(ws.journal.read())
    return (halls, own) if halls else (own,)


def known_keys(ws: Workspace) -> dict[bytes, KnownKey]:
    """Whose codes this window believes: its own, and those of the hall's devices as the centre told them."""
    from hall.replica import KnownKey, key_id

    device = ws.journal.device()
    with translated(ws.journal.path):
        rows = queries.known_keys(ws.journal.read())
    keys = {key_id(device.public_key): KnownKey(public_key=device.public_key, device=device.device_id)}
    for public_key, owner, revoked in rows:
        keys[key_id(public_key)] = KnownKey(public_key=public_key, device=owner, revoked=revoked)
    return keys


@lru_cache(maxsize=4)
def _key(path: Path, public_key: bytes) -> Ed25519PrivateKey:
    """Kept by the key it belongs to as well as by its place: another journal may come to stand where one stood."""
    return load_key(path)

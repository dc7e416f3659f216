"""Sealing what the centre has not proven to hold into a file for a supervisor (sync.md §8)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from clerk_tui.store.exchange import Outbox
from clerk_tui.store.sealed_files import SealedFile, named, path_for
from hall import os_words
from hall.errors import HallError, StoreError
from hall.sealed import SealedFacts, read_envelope, seal_facts
from hall.wire import WireFact

_EVERYTHING: Final = 1 << 40


def seal_unproven(
    outbox: Outbox,
    key: Ed25519PrivateKey,
    recipient: bytes,
    folder: Path,
    *,
    office: str,
    reason: str,
    now_ms: int,
    after: int | None = None,
    withheld: Iterable[int] = (),
) -> SealedFile | None:
    """Seal every fact after the last that the centre acknowledged, or from the first on that it has in outline only;
    ``None`` if there is none. Where the journal itself is read-only, ``after`` says how far the centre of now has it,
    which may be less than it knows itself, of a centre before; ``withheld`` is beside what it knows.

    The same facts sealed for the same ``recipient`` are not sealed again; what was sealed for another one (the centre
    from before a move) is replaced. The file was read back and its signature checked when this returns.

    Raises:
        HallError: ``no_sealing_key``, it is not known for whom to seal.
        StoreError: ``sealed_file``, the file cannot be written.
    """
    device, head = outbox.device(), outbox.head()
    acked = device.acked_through if after is None else after
    acked = min([acked, *(seq - 1 for seq in (*outbox.withheld(), *withheld))])
    first = acked + 1
    if head.seq < first:
        return None
    start = outbox.hash_at(acked)
    assert start is not None, "what was acknowledged stands in the journal"
    content = SealedFacts(
        office=office,
        device=device.device_id,
        incarnation=device.incarnation,
        first_seq=first,
        start=start,
        events=[],
        reason=reason,
        sealed_ms=now_ms,
    )
    events = partial(outbox.unsent, acked, _EVERYTHING, _EVERYTHING)
    return seal(content, events, head.seq, head.hash, key, recipient, folder)


def seal(
    content: SealedFacts,
    events: Callable[[], list[WireFact]],
    last: int,
    digest: bytes,
    key: Ed25519PrivateKey,
    recipient: bytes,
    folder: Path,
) -> SealedFile:
    """Seal the ``events`` through number ``last``, whose hash is ``digest``, with what ``content`` says of them.

    Raises:
        HallError: ``no_sealing_key``, it is not known for whom to seal.
        StoreError: ``sealed_file``, the file cannot be written.
    """
    if len(recipient) != 32:
        raise HallError(
            "no_sealing_key",
            "还不知道封存给谁看：没有中心给的密钥",
            hint="先登记到中心（clerk enrol），再封存",
        )
    path = path_for(folder, content.incarnation, content.device, content.first_seq, last, digest=digest)
    done = named(path)
    assert done is not None, "it was named so"
    if path.exists() and _is_whole(path, done.facts, recipient):
        return done
    content = replace(content, events=events())
    _write(path, seal_facts(content, key, recipient))
    if not _is_whole(path, len(content.events), recipient):
        raise _failed(path, "写下的与读回的不同")
    return done


def sealing_key_at(store: Path) -> bytes:
    """Whom the present journal at ``store`` seals for, archived ones too: the centre it is enrolled at opens the files,
    also of a journal that knew another centre or none. Empty: it has none."""
    outbox = Outbox(store)
    try:
        return outbox.device().sealing_key
    finally:
        outbox.close()


def _is_whole(path: Path, facts: int, recipient: bytes) -> bool:
    try:
        envelope = read_envelope(path.read_bytes())
        return (envelope.facts, envelope.recipient) == (facts, recipient)
    except (OSError, HallError):
        return False


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise _failed(path, os_words.why(error)) from error


def _failed(path: Path, what: str) -> StoreError:
    return StoreError("sealed_file", f"封存文件写不进去：{what}（{path}）", hint="检查磁盘空间和文件夹权限，再试一次")

"""What a PIN's verifier is made with besides the PIN: a secret that lies in no database and in no backup.

Whoever gets hold of the database, or of a backup, can try no PIN. The secret is a file of its own: beside an embedded
database, or where ``$CLERK_CENTRAL_PIN_SECRET`` says, the same for every process and machine; on PostgreSQL no centre
starts without it. A verifier that bears no mark was made when the secret was still derived from the centre's key; it is
made anew when its PIN is next right.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from central.refusal import Refused
from central.store import Store
from central.store.opening import SECRET_VARIABLE
from hall import os_words, pins, wire
from hall.errors import StoreError

_BYTES: Final = 32


def make_verifier(store: Store, clerk_id: str, pin: str) -> str:
    """The verifier of a PIN, marked with the secret it was made with.

    Raises:
        StoreError: the secret's file cannot be read or written.
    """
    mark, secret = _now(store)
    return f"{mark}{pins.make_verifier(secret, clerk_id, pin)}"


def is_right(store: Store, verifier: str, clerk_id: str, pin: str) -> bool:
    """Whether a verifier was made of this PIN.

    Raises:
        Refused: 403 ``pin_secret``, it was made with a secret that is not here.
        StoreError: the secret's file cannot be read or written.
    """
    made_with, _, plain = verifier.rpartition(":")
    if not made_with:
        return pins.is_right(plain, _of_key(store), clerk_id, pin)
    mark, secret = _now(store)
    if f"{made_with}:" != mark:
        message = "中心没有核对密码的密钥（pin-secret），请管理员放回密钥文件，或重设密码"
        raise Refused(403, wire.Problem(code="pin_secret", message=message))
    return pins.is_right(plain, secret, clerk_id, pin)


def is_old(store: Store, verifier: str) -> bool:
    """Whether a verifier was made before the secret had a file of its own."""
    return not verifier.startswith(_now(store)[0])


def require(store: Store) -> None:
    """That PINs can be checked here.

    Raises:
        StoreError: nobody has said where the secret is, or its file cannot be read or written.
    """
    _now(store)


def _now(store: Store) -> tuple[str, bytes]:
    """The secret of today, and the mark of verifiers made with it."""
    if store.secret_file is None:
        raise StoreError(
            "pin_secret",
            f"用 PostgreSQL 的中心没有写明核对密码的密钥放在哪个文件：环境变量 {SECRET_VARIABLE} 没有设",
            hint=f"例如 export {SECRET_VARIABLE}=/etc/clerk/pin-secret（文件没有会自动生成）；"
            "每台机器、每个进程用同一份，和备份分开保存",
        )
    secret = _read(store.secret_file)
    return f"{sha256(secret).hexdigest()[:8]}:", secret


def _of_key(store: Store) -> bytes:
    return hmac.digest(store.key.private_bytes_raw(), b"pin-pepper", "sha256")


def _read(path: Path) -> bytes:
    """The secret in a file, which is made where there is none."""
    try:
        with suppress(FileExistsError):
            _make(path)
        secret = bytes.fromhex(path.read_text("ascii"))
        if len(secret) != _BYTES:
            raise ValueError(f"{len(secret)} bytes")
    except OSError as error:
        raise StoreError(
            "pin_secret",
            f"核对密码的密钥读不出来，也写不进去：{path}（{os_words.why(error)}）",
            hint="建好它所在的文件夹，让中心能读写；已有另存的一份就放回这个文件",
        ) from error
    except ValueError as error:
        raise StoreError(
            "pin_secret",
            f"核对密码的密钥不是完整的一份：{path}",
            hint="从另存的那一份放回这个文件；没有就删掉它，再给每个人重设密码",
        ) from error
    return secret


def _make(path: Path) -> None:
    """Raises ``FileExistsError`` where there is one; a file that is there is whole."""
    if path.exists():
        raise FileExistsError
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)

"""Renewing the device's token: made here, registered by its hash, signed with the device's key.

The next token lies in a file of its own until the centre has registered it. Whatever is cut off in between, the same
request is made again and answered the same. Nobody at the counter notices; an expired token is renewed the same way.
"""

from __future__ import annotations

import secrets
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
import msgspec

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.token import read_token, write_token
from hall import wire
from hall.chain import UNREADABLE
from hall.errors import StoreError
from hall.wire_clerks import RotateReply, sign_rotation

AGE_S: Final = 30 * 24 * 3600
"""A token is renewed when its file is this old, in seconds: long before it runs out."""


def is_old(token_file: Path) -> bool:
    """Whether the token is to be renewed; also where a renewal was begun and cut off."""
    try:
        return _next(token_file).exists() or time.time() - token_file.stat().st_mtime > AGE_S
    except OSError:
        return False


def renew(http: httpx.Client, database: Path, token_file: Path) -> bool:
    """Have the next token registered and put it in the place of the present one; whether that was done.

    Raises:
        StoreError: a file of the device cannot be read or written.
    """
    for _ in range(2):
        status = _register(http, database, token_file)
        if status != 409:
            return status == 200
        # The centre has seen this token before (a restored disk): another one.
        _next(token_file).unlink(missing_ok=True)
    return False


def _register(http: httpx.Client, database: Path, token_file: Path) -> int:
    following = _next(token_file)
    token = read_token(following)
    if token is None:
        token = secrets.token_urlsafe(32)
        write_token(following, token)
    outbox = Outbox(database)
    try:
        device = outbox.device().device_id
    finally:
        outbox.close()
    request = sign_rotation(load_key(database), device, sha256(token.encode()).digest())
    headers = {"Content-Type": "application/json"}
    try:
        response = http.post("/v1/devices/rotate", content=msgspec.json.encode(request), headers=headers)
        if response.status_code == 200:
            if msgspec.json.decode(response.content, type=RotateReply).device != device:
                return 0
        elif not msgspec.json.decode(response.content, type=wire.Problem).code:
            return 0
    except (httpx.HTTPError, httpx.InvalidURL, *UNREADABLE):
        return 0
    if response.status_code == 200:
        try:
            following.replace(token_file)
        except OSError as error:
            raise StoreError(
                "token_file", f"令牌文件写不进去（{token_file}）", hint="检查目录权限和磁盘空间"
            ) from error
    return response.status_code


def _next(token_file: Path) -> Path:
    return token_file.with_name(token_file.name + ".next")

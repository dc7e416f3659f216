"""Enrolment: a one-time code makes a device known, gives it a token and reserves the code of its references."""

from __future__ import annotations

import secrets

from central.ingest import Refused
from central.store import DeviceRow, IncarnationRow, Store
from hall import chain, wire

CODE_BYTES = 16
CODE_LIFE_MS = 10 * 60 * 1000
"""A one-time code has 128 bits and lives ten minutes."""


def new_code(store: Store, office: str, now_ms: int) -> str:
    """A one-time code for one device of ``office``."""
    code = secrets.token_urlsafe(CODE_BYTES)
    with store.write() as tx:
        tx.add_code(code, office, now_ms + CODE_LIFE_MS)
    return code


def enrol(store: Store, request: wire.EnrolRequest, now_ms: int) -> wire.EnrolReply:
    """Make the device known; its journal begins at the genesis of its own identity, code and key.

    A device that enrols again with the same key and code (a lost reply) gets a new token and keeps its journal.

    Raises:
        Refused: 403 bad one-time code, 409 the device code is another device's or the identity has another key.
    """
    token = secrets.token_urlsafe(32)
    with store.write() as tx:
        office = tx.use_code(request.one_time_code, request.device, now_ms)
        if office is None:
            raise Refused(403, wire.Problem(code="bad_code", message="登记码无效、已用过或已过期，请重新生成"))
        known = tx.device(request.device)
        if known is not None and (known.public_key != request.public_key or known.office != office or known.revoked):
            raise Refused(409, wire.Problem(code="device_taken", message="这个设备已用另一把密钥登记"))
        taken = tx.incarnation(office, request.device_code)
        if taken is not None and taken.device_id != request.device:
            message = f"设备代码{request.device_code}已被另一台设备使用，请在 config.toml 的 [device] code 换一个"
            raise Refused(409, wire.Problem(code="code_taken", message=message))
        tx.save_device(DeviceRow(request.device, office, request.public_key, False), token, now_ms)
        if taken is None:
            start = chain.genesis(request.device, request.device_code, request.public_key)
            tx.add_incarnation(IncarnationRow(office, request.device_code, request.device, 1, start))
    return wire.EnrolReply(
        device=request.device,
        device_code=request.device_code,
        incarnation=request.device_code,
        token=token,
        server_key=store.public_key,
        epoch=store.epoch,
    )

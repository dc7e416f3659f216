"""Enrolment: a one-time code makes a device known, gives it a token and reserves the code of its references."""

from __future__ import annotations

import re
import secrets

from central.decide import plain
from central.refusal import Refused
from central.store import Db, Store, devices
from central.store.base import current_epoch
from central.store.devices import DeviceRow, IncarnationRow
from hall import chain, wire
from hall.reference import OFFICE
from hall.roles import Role
from hall.sealed import sealing_key

CODE_BYTES = 16
CODE_LIFE_MS = 10 * 60 * 1000
"""A one-time code has 128 bits and lives ten minutes."""
RESERVED = "CENTRE"
"""The code of the centre's own journal (``central.decisions``)."""
_IDENTITY = re.compile(r"[!-~]{1,100}").fullmatch
_CODE = re.compile(r"[0-9A-Z]{1,12}").fullmatch
_OFFICE = re.compile(OFFICE).fullmatch


def is_identity(text: str) -> bool:
    """Whether a device may have this identity: not one of the centre's own journals."""
    return _IDENTITY(text) is not None and not text.startswith(f"{RESERVED.lower()}-")


def is_code(text: str) -> bool:
    """Whether a device may have this code: not the centre's own, nor one of a branch."""
    return text != RESERVED and _CODE(text) is not None


def is_office(text: str) -> bool:
    """Whether a hall may have this code: the form that a counter's ``hall.office`` has."""
    return _OFFICE(text) is not None


async def new_code(store: Store, office: str, now_ms: int, role: Role = Role.CLERK) -> str:
    """A one-time code for one device of ``office``, a counter unless ``role`` says otherwise."""
    code = secrets.token_urlsafe(CODE_BYTES)
    while not code[0].isalnum():
        # A command would take one that begins with a dash for an option.
        code = secrets.token_urlsafe(CODE_BYTES)
    await store.transact(lambda db: devices.add_code(db, code, office, now_ms + CODE_LIFE_MS, role))
    return code


async def enrol(store: Store, request: wire.EnrolRequest, now_ms: int) -> wire.EnrolReply:
    """Make the device known; its journal begins at the genesis of its own identity, code and key.

    Without a ``device_code`` it gets the next one of the office that nobody ever had. A device that enrols again with
    the same key and code (a lost reply) gets a new token and keeps its journal.

    Raises:
        Refused: 400 not an identity or a code; 403 bad one-time code, ``other_hall`` made for a hall that is not the
            one the device says it stands in, ``device_revoked``; 409 the device code is another device's, the
            identity has another key, or ``device_of_other_hall``. The one-time code is used up by none of them.
    """
    token = secrets.token_urlsafe(32)
    epoch, code = await store.transact(lambda db: _enrol(db, request, token, now_ms))
    return wire.EnrolReply(
        device=request.device,
        device_code=code,
        incarnation=code,
        token=token,
        server_key=store.public_key,
        epoch=epoch,
        sealing_key=sealing_key(store.key).public_key().public_bytes_raw(),
    )


async def _enrol(db: Db, request: wire.EnrolRequest, token: str, now_ms: int) -> tuple[str, str]:
    if request.device_code == RESERVED or request.device.startswith(f"{RESERVED.lower()}-"):
        raise Refused(409, wire.Problem(code="code_taken", message=f"设备代码{RESERVED}是中心自己的，请换一个"))
    if not _IDENTITY(request.device) or (request.device_code and not _CODE(request.device_code)):
        raise Refused(400, wire.Problem(code="bad_request", message="设备标识或设备代码的写法不对"))
    made_for = await devices.use_code(db, request.one_time_code, request.device, now_ms)
    if made_for is None:
        raise Refused(403, wire.Problem(code="bad_code", message="登记码无效、已用过或已过期，请重新生成"))
    office, role = made_for
    if request.office not in ("", office):
        # What a device sends goes into the hall that it is enrolled in, for good: a code asked for by a slip must not
        # take a counter of one hall into another.
        raise Refused(403, wire.Problem(code="other_hall", message=_other_hall(office, request.office)))
    _check_known(await devices.device(db, request.device), request.public_key, office)
    await devices.ensure_hall(db, office)
    code = request.device_code or await devices.free_code(db, office)
    taken = await devices.incarnation(db, office, code)
    if taken is not None and taken.device_id != request.device:
        raise Refused(409, wire.Problem(code="code_taken", message=f"设备代码{code}已被另一台设备使用"))
    await devices.save_device(db, DeviceRow(request.device, office, request.public_key, False, role), token, now_ms)
    if taken is None:
        start = chain.genesis(request.device, code, request.public_key)
        await devices.add_incarnation(db, IncarnationRow(office, code, request.device, 1, start))
    return await current_epoch(db), code


def _other_hall(office: str, stands_in: str) -> str:
    return f"登记码是大厅 {office} 的，这台设备是大厅 {plain(stands_in)} 的，没有登记"


def _check_known(known: DeviceRow | None, public_key: bytes, office: str) -> None:
    """That a device which enrols again is the same, of the same hall, and was not revoked."""
    if known is None:
        return
    if known.public_key != public_key:
        raise Refused(409, wire.Problem(code="device_taken", message="这个设备已用另一把密钥登记"))
    if known.revoked:
        raise Refused(403, wire.Problem(code="device_revoked", message="这个设备已在中心注销，不能再登记"))
    if known.office != office:
        message = f"这个设备早已登记在大厅 {known.office}，登记码是大厅 {office} 的"
        raise Refused(409, wire.Problem(code="device_of_other_hall", message=message))

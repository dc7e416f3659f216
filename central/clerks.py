"""The people of a hall at the centre: adding, changing and disabling them, and checking their PINs.

A PIN is kept as argon2id over HMAC(a secret, PIN) and never leaves (``central.pepper``). Failures are counted and
committed before a PIN is looked at. An unknown number costs the same time and gets the same answer as a wrong PIN.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, TypeVar

from msgspec.structs import replace

from central import pepper
from central.refusal import Refused, signed_for
from central.store import Db, Store
from central.store import clerks as table
from central.store import tokens as sessions
from central.store.base import current_epoch
from central.store.clerks import ClerkRow
from central.store.devices import DeviceRow
from central.store.tokens import SessionRow
from central.tokens import SESSION, SESSION_MS
from hall import pins, wire
from hall import wire_clerks as w
from hall.errors import HallError
from hall.lockout import Failures, wait_words
from hall.names import clean_text
from hall.roles import PERSONAL_ROLES, ROLE_NAMES

AT_ONCE: Final = 2
"""PINs checked at the same time: each takes 19 MiB and a processor."""
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pins")
Result = TypeVar("Result")


def _refuse(status: int, code: str, message: str) -> Refused:
    return Refused(status, wire.Problem(code=code, message=message))


def _roles(words: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The roles of a person, each once. Raises ``Refused`` 400 for a word that is none."""
    for word in words:
        if word not in {role.value for role in PERSONAL_ROLES}:
            names = "、".join(f"{role.value}（{ROLE_NAMES[role]}）" for role in PERSONAL_ROLES)
            raise _refuse(400, "bad_role", f"没有这种权限；人员的权限有：{names}")
    return tuple(sorted(set(words)))


def _name(name: str) -> str:
    try:
        clean = clean_text(name, field="name", max_length=60)
    except HallError as error:
        raise _refuse(400, "bad_name", error.message) from None
    if not clean:
        raise _refuse(400, "bad_name", "没有写姓名")
    return clean


def _first_pin(clerk_id: str) -> str:
    while True:
        pin = f"{secrets.randbelow(10**6):06d}"
        if not w.pin_problem(pin, clerk_id):
            return pin


async def add(store: Store, office: str, new: w.NewClerk, actor: str, now_ms: int) -> w.GivenPin:
    """Add a clerk to a hall; answers a PIN to begin with, told once.

    Raises:
        Refused: 400 a name or role that cannot be, 409 the number is taken.
    """
    roles, name, pin = _roles(new.roles), _name(new.name), _first_pin(new.id)
    verifier = await _apart(lambda: pepper.make_verifier(store, new.id, pin))

    async def work(db: Db) -> None:
        if await table.clerk(db, office, new.id) is not None:
            raise _refuse(409, "clerk_taken", f"工号{new.id}已有人用")
        if len(await table.clerks_of(db, office, w.MAX_CLERKS)) >= w.MAX_CLERKS:
            raise _refuse(409, "too_many", f"一个大厅最多{w.MAX_CLERKS}人")
        row = ClerkRow(office=office, clerk_id=new.id, name=name, roles=roles, verifier=verifier, pin_version=1,
                       must_change=True)  # fmt: skip
        await table.save(db, row)
        await table.record_rights(db, row, now_ms)
        await sessions.record(db, now_ms, office, actor, "clerk.added", new.id)

    await store.transact(work)
    return w.GivenPin(clerk=new.id, pin=pin)


async def change(
    store: Store, office: str, clerk_id: str, wish: w.ClerkChange, actor: str, now_ms: int
) -> w.ClerkEntry:
    """Change a clerk's name, roles or whether they are active; who is disabled is out of every session at once.

    Raises:
        Refused: 400 a name or role that cannot be, 404 no such clerk in this hall.
    """
    roles = _roles(wish.roles) if wish.roles is not None else None
    name = _name(wish.name) if wish.name is not None else None

    async def work(db: Db) -> ClerkRow:
        row = await _known(db, office, clerk_id)
        row = replace(
            row,
            roles=row.roles if roles is None else roles,
            name=row.name if name is None else name,
            active=row.active if wish.active is None else wish.active,
        )
        await table.save(db, row)
        await table.record_rights(db, row, now_ms)
        if not row.active:
            await sessions.end_sessions(db, office, clerk_id)
        await sessions.record(db, now_ms, office, actor, "clerk.changed", clerk_id)
        return row

    return _entry(await store.transact(work))


async def reset_pin(store: Store, office: str, clerk_id: str, actor: str, now_ms: int) -> w.GivenPin:
    """Give a clerk a new PIN to begin with; failures are forgotten, sessions end.

    Raises:
        Refused: 404 no such clerk in this hall.
    """
    pin = _first_pin(clerk_id)
    verifier = await _apart(lambda: pepper.make_verifier(store, clerk_id, pin))

    async def work(db: Db) -> None:
        row = await _known(db, office, clerk_id)
        await table.save(db, _with_pin(row, verifier, must_change=True))
        await sessions.end_sessions(db, office, clerk_id)
        await sessions.record(db, now_ms, office, actor, "clerk.pin_reset", clerk_id)

    await store.transact(work)
    return w.GivenPin(clerk=clerk_id, pin=pin)


async def listed(store: Store, device: DeviceRow, valid_ms: int, now_ms: int, nonce: bytes = b"") -> w.ClerksReply:
    """The clerks of the device's hall, signed for it and for the question that has this ``nonce``."""

    async def look(db: Db) -> tuple[list[ClerkRow], str]:
        return await table.clerks_of(db, device.office, w.MAX_CLERKS), await current_epoch(db)

    rows, epoch = await store.read(look)
    reply = w.ClerksReply(
        device=device.device_id,
        office=device.office,
        epoch=epoch,
        server_time_ms=now_ms,
        valid_until_ms=now_ms + valid_ms,
        clerks=[_entry(row) for row in rows],
        nonce=nonce,
    )
    return w.sign_clerks(store.key, reply)


async def sign_in(store: Store, device: DeviceRow, request: w.SignInRequest, now_ms: int) -> w.SignInReply:
    """Check a PIN and open a session at this device; none while the PIN is one that was given out.

    Raises:
        Refused: 401 ``wrong_pin``, 403 ``disabled`` or ``locked_out``, signed for this request.
    """
    with signed_for(store.key, device.device_id, request.nonce):
        row = await _checked(store, device.office, request.clerk, request.pin, now_ms)
        return await _opened(store, device, row, request.nonce, now_ms)


async def change_pin(store: Store, device: DeviceRow, request: w.ChangePinRequest, now_ms: int) -> w.SignInReply:
    """Check the PIN, put another in its place, and open a session.

    Raises:
        Refused: as ``sign_in``; 400 ``bad_pin`` for one that anybody would guess or the same again.
    """
    with signed_for(store.key, device.device_id, request.nonce):
        return await _changed_pin(store, device, request, now_ms)


async def _changed_pin(store: Store, device: DeviceRow, request: w.ChangePinRequest, now_ms: int) -> w.SignInReply:
    if problem := w.pin_problem(request.new_pin, request.clerk):
        raise _refuse(400, "bad_pin", problem)
    if request.new_pin == request.pin:
        raise _refuse(400, "bad_pin", "新密码和原来的一样")
    row = await _checked(store, device.office, request.clerk, request.pin, now_ms)
    verifier = await _apart(lambda: pepper.make_verifier(store, request.clerk, request.new_pin))

    async def work(db: Db) -> ClerkRow:
        now = await _known(db, row.office, row.clerk_id)
        if now.pin_version != row.pin_version:
            raise _refuse(401, "wrong_pin", "工号或密码不对")
        changed = _with_pin(now, verifier, must_change=False)
        await table.save(db, changed)
        await sessions.end_sessions(db, row.office, row.clerk_id)
        await sessions.record(db, now_ms, row.office, row.clerk_id, "clerk.pin_changed", row.clerk_id)
        return changed

    return await _opened(store, device, await store.transact(work), request.nonce, now_ms)


async def _checked(store: Store, office: str, clerk_id: str, pin: str, now_ms: int) -> ClerkRow:
    """The clerk whose PIN this is."""

    async def begin(db: Db) -> tuple[ClerkRow | None, int]:
        row = await table.clerk(db, office, clerk_id)
        if row is None:
            return None, 0
        failures = row.failures.seen_at(now_ms)
        wait = failures.wait_ms(now_ms)
        if not wait:
            failures = failures.begun(now_ms)
        row = replace(row, failures=failures)
        await table.save(db, row)
        return row, wait

    row, wait = await store.transact(begin)
    if wait:
        raise _refuse(403, "locked_out", f"密码错得太多，{wait_words(wait)}后才能再试")
    verifier = row.verifier if row is not None else await _apart(_nobodys)
    right = await _apart(lambda: pepper.is_right(store, verifier, clerk_id, pin))
    if row is None or not right:
        raise _refuse(401, "wrong_pin", "工号或密码不对")
    if not row.active:
        raise _refuse(403, "disabled", "这个工号已停用")
    known = row
    kept = known.verifier
    if pepper.is_old(store, kept):
        kept = await _apart(lambda: pepper.make_verifier(store, clerk_id, pin))

    async def end(db: Db) -> ClerkRow:
        now = await _known(db, office, clerk_id)
        if now.pin_version != known.pin_version or not now.active:
            raise _refuse(401, "wrong_pin", "工号或密码不对")
        now = replace(now, failures=Failures(), verifier=kept)
        await table.save(db, now)
        return now

    return await store.transact(end)


async def _opened(store: Store, device: DeviceRow, row: ClerkRow, nonce: bytes, now_ms: int) -> w.SignInReply:
    token, until = "", 0
    if not row.must_change:
        token, until = SESSION + secrets.token_urlsafe(32), now_ms + SESSION_MS
        session = SessionRow(row.office, row.clerk_id, device.device_id, until)
        await store.transact(lambda db: sessions.add_session(db, token, session, now_ms))
    reply = w.SignInReply(
        device=device.device_id,
        clerk=row.clerk_id,
        pin_version=row.pin_version,
        nonce=nonce,
        server_time_ms=now_ms,
        session=token,
        session_until_ms=until,
        must_change=row.must_change,
    )
    return w.sign_sign_in(store.key, reply)


async def _known(db: Db, office: str, clerk_id: str) -> ClerkRow:
    row = await table.clerk(db, office, clerk_id)
    if row is None:
        raise _refuse(404, "unknown_clerk", "本厅没有这个工号")
    return row


def _with_pin(row: ClerkRow, verifier: str, *, must_change: bool) -> ClerkRow:
    return replace(
        row, verifier=verifier, pin_version=row.pin_version + 1, must_change=must_change, failures=Failures()
    )


def _entry(row: ClerkRow) -> w.ClerkEntry:
    return w.ClerkEntry(
        id=row.clerk_id, name=row.name, roles=list(row.roles), pin_version=row.pin_version, active=row.active
    )


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A verifier that fits nobody, so that an unknown number takes as long as a known one."""
    return pins.make_verifier(secrets.token_bytes(32), "", "")


async def _apart(work: Callable[[], Result]) -> Result:
    """Do what takes a processor for a while beside the event loop, a few at a time."""
    return await asyncio.get_running_loop().run_in_executor(_pool, work)

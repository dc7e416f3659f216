"""Signing in: who may sit at this counter, with a number and a PIN, also while the network is away.

The centre is the source of clerks; while it has told none, whoever the settings name sits here. A PIN is checked by the
centre when it can be reached. Here it is checked against the verifier that this device made when the clerk first signed
in on it, at most as long after the last word from the centre as the centre says. A try is counted as a failure, on
disk, before the PIN is looked at.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.services import outbox
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import clerks as store
from clerk_tui.store.connection import translated
from hall.errors import BadInput, HallError, StoreError
from hall.lockout import wait_words
from hall.names import clean_text
from hall.roles import Actor, Permission, read_roles, require
from hall.wire_clerks import ClerkEntry, ClerksReply, SignInReply, pin_problem

log = logging.getLogger(__name__)
SITS_MS: Final = 12 * 3600 * 1000
"""How long one signing in lasts: a day at the counter, never two."""
SESSION_MS: Final = 8 * 3600 * 1000
"""How long one lasts for the command line."""


class SignInRefused(HallError):
    """This number and PIN let nobody in; nothing has changed but the count of failures."""


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who has signed in. ``must_change``: nobody sits here yet, the PIN was given out and wants to be changed first."""

    actor: Actor
    offline: bool = False
    must_change: bool = False


class _Checked(Struct, frozen=True, kw_only=True):
    entry: ClerkEntry
    session: str = ""
    offline: bool = False
    must_change: bool = False


def required(ws: Workspace) -> bool:
    """Whether somebody has to sign in here: the centre has told clerks."""
    with translated(ws.journal.path):
        return store.are_known(ws.journal.read())


def at_start(ws: Workspace, *, commands: bool = False) -> None:
    """Who sits here at first: the clerk of the settings while the centre has told none; else nobody, or for the command
    line (``commands``) whoever has signed in for it."""
    ws.seat.centre_url = ws.config.centre.url
    if not required(ws):
        clerk = ws.config.clerk
        ws.seat.take(Actor(id=clerk.id, name=clerk.name, roles=read_roles(clerk.roles)))
        return
    ws.seat.leave()
    if not commands:
        return
    with translated(ws.journal.path):
        kept = store.session(ws.journal.read())
    left = kept[1] - ws.clock.now_ms() if kept else 0
    entry = _entry(_told(ws), kept[0]) if kept else None
    if entry is not None and entry.active and 0 < left <= SESSION_MS:
        ws.seat.take(_actor(entry), ws.clock.mono_ms() + left)


def sign_in(ws: Workspace, number: str, pin: str) -> SignedIn:
    """Let a clerk sit down here, in the place of whoever sat here before.

    May ask the centre and wait some seconds for it: not for the thread that paints.

    Raises:
        BadInput: number or PIN cannot be one.
        SignInRefused: wrong, locked, disabled, or not to be checked without a network.
        Forbidden: somebody with no business at a counter (an administrator).
        StoreError: the try could not be counted, so it was not looked at.
    """
    found = _check(ws, number, pin)
    actor = _actor(found.entry)
    require(actor, Permission.VIEW)
    if not found.must_change:
        ws.seat.take(actor, ws.clock.mono_ms() + SITS_MS, found.session)
    return SignedIn(actor=actor, offline=found.offline, must_change=found.must_change)


def approve(ws: Workspace, number: str, pin: str, permission: Permission) -> Actor:
    """Somebody with more rights stands by for one action; who sits here stays.

    Raises as ``sign_in``, and ``Forbidden`` when they may not either.
    """
    actor = _actor(_check(ws, number, pin).entry)
    require(actor, permission)
    return actor


def change_pin(ws: Workspace, number: str, pin: str, new_pin: str) -> SignedIn:
    """Give oneself a new PIN at the centre, and sit down.

    Raises as ``sign_in``; ``BadInput`` also for a PIN that anybody would guess; ``SignInRefused``
    ``centre_unreachable``, since a PIN is only changed there.
    """
    number, pin = _shaped(number, pin)
    if problem := pin_problem(new_pin, number):
        raise BadInput("bad_pin", problem, field="new_pin", hint="换一个别人猜不到的")
    if new_pin == pin:
        raise BadInput("same_pin", "新密码和原来的一样", field="new_pin", hint="换一个新的")
    from clerk_tui.sync import clerks as centre

    _begin(ws, number)
    try:
        reply = centre.change_pin(*_where(ws), ws.journal.device(), number, pin, new_pin)
    except centre.Unreachable:
        hint = "等网络恢复再改；原来的密码照常可用"
        raise SignInRefused("centre_unreachable", "连不上中心，现在不能修改密码", field="pin", hint=hint) from None
    except centre.Refused as refused:
        raise _refused(refused) from None
    entry = _let_in(ws, number, new_pin, reply)
    actor = _actor(entry)
    require(actor, Permission.VIEW)
    ws.seat.take(actor, ws.clock.mono_ms() + SITS_MS, reply.session)
    return SignedIn(actor=actor)


def sign_out(ws: Workspace) -> None:
    """Nobody sits here any more. What is unsent stays in the journal and goes on being sent."""
    ws.seat.leave()
    with translated(ws.journal.path):
        kept = store.session(ws.journal.read())
    if kept is not None:
        store.keep_session(ws.journal.database, "", 0)


def keep_for_commands(ws: Workspace) -> int:
    """Let the commands that follow act for whoever signed in; until when (Unix milliseconds)."""
    until = ws.clock.now_ms() + SESSION_MS
    store.keep_session(ws.journal.database, ws.clerk.id, until)
    return until


def may_stay(ws: Workspace) -> bool:
    """Whether whoever sits here still may: the centre may have told clerks, disabled one or changed their roles.

    Changed roles take effect at once.
    """
    seat = ws.seat
    if seat.actor is None:
        return not required(ws)
    if not required(ws):
        return True
    told = _told(ws)
    entry = _entry(told, seat.actor.id)
    if seat.until_ms == 0 or (told is not None and (entry is None or not entry.active)):
        return False
    if entry is not None and _actor(entry) != seat.actor:
        seat.actor = _actor(entry)
    return ws.clock.mono_ms() <= seat.until_ms


def _check(ws: Workspace, number: str, pin: str) -> _Checked:
    number, pin = _shaped(number, pin)
    told = _told(ws)
    entry = _entry(told, number)
    kept = _begin(ws, number) if entry is not None else store.Kept()
    here = entry is not None and entry.active and kept.verifier != "" and kept.pin_version == entry.pin_version
    asked = outbox.status(ws).online or not here or not _is_fresh(ws, told)
    if asked and (found := _ask_centre(ws, number, pin)):
        return found
    right = here and _is_right(ws, number, pin, kept)
    if entry is not None and right and _is_fresh(ws, told):
        store.succeeded(ws.journal.database, number)
        return _Checked(entry=entry, offline=True)
    # Perhaps the PIN was changed elsewhere since: the centre knows.
    if here and not right and not asked and (found := _ask_centre(ws, number, pin)):
        return found
    raise _not_here(entry, here=here, fresh=_is_fresh(ws, told), right=right)


def _ask_centre(ws: Workspace, number: str, pin: str) -> _Checked | None:
    """What the centre says, ``None`` when it cannot be asked."""
    from clerk_tui.sync import clerks as centre

    if not ws.config.centre.enabled:
        return None
    try:
        reply = centre.sign_in(*_where(ws), ws.journal.device(), number, pin)
    except centre.Unreachable:
        return None
    except centre.Refused as refused:
        raise _refused(refused) from None
    entry = _let_in(ws, number, "" if reply.must_change else pin, reply)
    return _Checked(entry=entry, session=reply.session, must_change=reply.must_change)


def _let_in(ws: Workspace, number: str, pin: str, reply: SignInReply) -> ClerkEntry:
    """The centre says the PIN is right: the list as it is now, and a verifier for days without a network."""
    told = _told(ws)
    entry = _entry(told, number)
    if entry is None or entry.pin_version != reply.pin_version or not _is_fresh(ws, told):
        if not _hear_list(ws):
            hint = "再试一次；一直不行请联系管理员"
            raise SignInRefused("centre_unreachable", "中心的应答中断了", field="pin", hint=hint)
        entry = _entry(_told(ws), number)
    if entry is None:
        raise SignInRefused("unknown_clerk", "工号不在本厅的名单里", field="number", hint="请联系管理员")
    verifier = ""
    if pin:
        from hall.pins import make_verifier

        verifier = make_verifier(store.pin_secret(ws.journal.path), number, pin)
    store.succeeded(ws.journal.database, number, verifier, reply.pin_version)
    return entry


def _begin(ws: Workspace, number: str) -> store.Kept:
    """Count the try before it is looked at. Raises ``SignInRefused`` while the door is shut; before that the centre is
    asked whether somebody has given a new PIN meanwhile, which opens it."""
    kept, wait = store.begin_try(ws.journal.database, number, ws.clock.now_ms())
    if wait and _hear_list(ws):
        kept, wait = store.begin_try(ws.journal.database, number, ws.clock.now_ms())
    if wait:
        raise SignInRefused(
            "locked_out",
            f"密码错得太多，{wait_words(wait)}后才能再试",
            field="pin",
            hint="忘了密码请管理员重设；别的人可以先签到",
        )
    return kept


def _hear_list(ws: Workspace) -> bool:
    """Have the centre tell its clerks now and keep the list; whether it did."""
    from clerk_tui.sync import clerks as centre

    if not ws.config.centre.enabled:
        return False
    try:
        told = centre.fetch_list(*_where(ws), ws.journal.device())
    except (centre.Unreachable, centre.Refused):
        return False
    store.keep_list(ws.journal.database, told, ws.clock.now_ms())
    return True


def _is_right(ws: Workspace, number: str, pin: str, kept: store.Kept) -> bool:
    from hall.pins import is_right

    return is_right(kept.verifier, store.pin_secret(ws.journal.path), number, pin)


def _is_fresh(ws: Workspace, told: ClerksReply | None) -> bool:
    """Whether the list may still be used without a network: counted on our own clock from the day it came, since that
    clock may be months off the centre's, and not from anew where it falls back."""
    if told is None:
        return False
    return store.age_ms(ws.journal.database, ws.clock.now_ms()) <= told.valid_until_ms - told.server_time_ms


def _told(ws: Workspace) -> ClerksReply | None:
    try:
        with translated(ws.journal.path):
            return store.read_list(ws.journal.read(), ws.journal.path)
    except StoreError as error:
        log.error("the list of clerks cannot be used: %s", error.code)
        return None


def _entry(told: ClerksReply | None, number: str) -> ClerkEntry | None:
    return next((one for one in told.clerks if one.id == number), None) if told is not None else None


def _actor(entry: ClerkEntry) -> Actor:
    return Actor(id=entry.id, name=clean_text(entry.name, field="name", max_length=60), roles=read_roles(entry.roles))


def _where(ws: Workspace) -> tuple[str, Path]:
    from clerk_tui.sync.token import token_path

    return ws.seat.centre_url or ws.config.centre.url, token_path(ws.config.store_file, ws.config.token_file)


def _shaped(number: str, pin: str) -> tuple[str, str]:
    """Number and PIN as they can be. Raises ``BadInput``; what was typed is not repeated."""
    number, pin = number.strip(), pin.strip()
    if not (0 < len(number) <= 20 and number.isascii() and number.replace("-", "a").isalnum()):
        raise BadInput("bad_number", "工号是 1 到 20 位字母或数字", field="number", hint="核对工号")
    if not (6 <= len(pin) <= 12 and pin.isascii() and pin.isdigit()):
        raise BadInput("bad_pin", "密码是 6 到 12 位数字", field="pin", hint="再输一次")
    return number, pin


def _refused(refused: Exception) -> SignInRefused:
    code, message = getattr(refused, "code", ""), getattr(refused, "message", "")
    hint = "再输一次；忘了密码请管理员重设" if code == "wrong_pin" else "请联系管理员"
    return SignInRefused(
        code[:40] or "refused", clean_text(message[:200], field="pin", max_length=200), field="pin", hint=hint
    )


def _not_here(entry: ClerkEntry | None, *, here: bool, fresh: bool, right: bool) -> SignInRefused:
    """Why nobody is let in while the centre cannot be asked."""
    if entry is None:
        return SignInRefused(
            "unknown_clerk",
            "本机的名单里没有这个工号，现在又连不上中心",
            field="number",
            hint="核对工号；新来的人要等网络恢复",
        )
    if not entry.active:
        return SignInRefused("disabled", "这个工号已停用", field="number", hint="请联系管理员")
    if not here:
        return SignInRefused(
            "first_time",
            "这个人还没有在本机签到过，或刚换了密码；第一次要连得上中心",
            field="number",
            hint="到平时坐的窗口签到，或等网络恢复",
        )
    if not fresh:
        return SignInRefused(
            "offline_too_long",
            "本机太久没有联系上中心，不能再离线签到",
            field="number",
            hint="检查网络；已收的件都在本机",
        )
    assert not right
    return SignInRefused("wrong_pin", "工号或密码不对", field="pin", hint="再输一次；忘了密码请管理员重设")

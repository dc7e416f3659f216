"""Asking the centre about people: the hall's clerks, a PIN, a new PIN.

Every answer that counts is signed by the pinned centre key, also that somebody is not let in; what is not counts as no
network (sync.md §4). That the device is revoked is believed as it is when facts are sent: nobody gains by saying so. A
PIN only ever travels in a request's body.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from clerk_tui.sync.asking import Centre, Refused, Reply, Unreachable
from hall import wire_clerks as w
from hall.chain import UNREADABLE
from hall.wire import asked_now, problem_is_signed

if TYPE_CHECKING:
    from clerk_tui.store.device import Device
    from hall.wire import EnrolReply

__all__ = ["Refused", "Unreachable", "change_pin", "fetch_list", "first_list", "is_ours", "read_clerks", "sign_in"]


def sign_in(url: str, token_file: Path, device: Device, clerk: str, pin: str) -> w.SignInReply:
    """Have the centre check a PIN.

    Raises:
        Unreachable: no answer that counts.
        Refused: ``wrong_pin``, ``locked_out``, ``disabled`` and the like.
    """
    request = w.SignInRequest(clerk=clerk, pin=pin, nonce=os.urandom(16))
    return _asked_about_pin(url, token_file, device, "/v1/clerks/sign-in", request)


def change_pin(url: str, token_file: Path, device: Device, clerk: str, pin: str, new_pin: str) -> w.SignInReply:
    """Give oneself a new PIN. Raises as ``sign_in``, and ``Refused`` ``bad_pin`` for one that anybody would guess."""
    request = w.ChangePinRequest(clerk=clerk, pin=pin, new_pin=new_pin, nonce=os.urandom(16))
    return _asked_about_pin(url, token_file, device, "/v1/clerks/pin", request)


def fetch_list(url: str, token_file: Path, device: Device) -> w.ClerksReply:
    """The hall's clerks now. Raises as ``sign_in``."""
    nonce = os.urandom(16)
    told = _ask(url, token_file, "GET", "/v1/clerks", None, w.ClerksReply, {"nonce": nonce.hex()})
    if not is_ours(told, device) or not asked_now(told.nonce, nonce):
        raise Unreachable
    return told


def first_list(url: str, enrolled: EnrolReply) -> w.ClerksReply | None:
    """The hall's clerks for a device that has just been made known; ``None``: no answer that counts."""
    from clerk_tui.sync.messages import Trouble
    from clerk_tui.sync.transport import Transport, decode, open_http

    with open_http(url) as http:
        answer = Transport(http, enrolled.token).ask("GET", "/v1/clerks")
    told = None if isinstance(answer, Trouble) or answer.status != 200 else decode(answer.body, w.ClerksReply)
    return told if told is not None and _is_ours(told, enrolled.device, enrolled.server_key) else None


def is_ours(told: w.ClerksReply, device: Device) -> bool:
    """Whether the centre signed this list for this device."""
    return _is_ours(told, device.device_id, device.server_key)


def _is_ours(told: w.ClerksReply, device_id: str, server_key: bytes) -> bool:
    return told.device == device_id and w.clerks_are_signed(server_key, told)


def read_clerks(status: int, body: bytes, device: Device, nonce: bytes) -> w.ClerksReply | None:
    """The list in a reply to ``GET /v1/clerks`` with this nonce, ``None`` when it is none that counts."""
    if status != 200:
        return None
    try:
        told = msgspec.json.decode(body, type=w.ClerksReply)
    except UNREADABLE:
        return None
    return told if is_ours(told, device) and asked_now(told.nonce, nonce) else None


def _asked_about_pin(
    url: str, token_file: Path, device: Device, path: str, request: w.SignInRequest | w.ChangePinRequest
) -> w.SignInReply:
    try:
        reply = _ask(url, token_file, "POST", path, request, w.SignInReply)
    except Refused as refused:
        signed = problem_is_signed(device.server_key, device.device_id, request.nonce, refused.problem)
        if signed or refused.code == "device_revoked":
            raise
        raise Unreachable from None
    ours = reply.device == device.device_id and reply.clerk == request.clerk and reply.nonce == request.nonce
    if not ours or not w.sign_in_is_signed(device.server_key, reply):
        raise Unreachable
    return reply


def _ask(
    url: str, token_file: Path, method: str, path: str, request: Any, kind: type[Reply],
    params: dict[str, Any] | None = None,
) -> Reply:  # fmt: skip
    with Centre(url, token_file) as centre:
        return centre.ask(method, path, kind, request, params)

"""Enrolment: the device shows a one-time code and its public key, and learns its token and the centre's key."""

from __future__ import annotations

from pathlib import Path

import msgspec

from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.token import write_token
from hall import wire
from hall.chain import UNREADABLE
from hall.errors import HallError


class EnrolFailed(HallError):
    """The centre did not take the device; nothing was changed here."""


def enrol(database: Database, token_file: Path, url: str, code: str, office: str) -> wire.EnrolReply:
    """Enrol the device of this journal at ``url`` with a one-time ``code``.

    Raises:
        EnrolFailed: the centre cannot be reached, is none, or refuses (its own words are the message).
        StoreError: key or token file.
    """
    outbox = Outbox(database.path)
    try:
        device = outbox.device()
    finally:
        outbox.close()
    load_key(database.path)
    reply = ask(url, code, device.device_id, device.incarnation, device.public_key, office)
    write_token(token_file, reply.token)
    pin_centre(database, reply.server_key, reply.epoch, reply.sealing_key)
    return reply


def ask(url: str, code: str, device_id: str, device_code: str, public_key: bytes, office: str) -> wire.EnrolReply:
    """Make a device known at ``url``; without a ``device_code`` the centre gives one that nobody ever had.

    Raises:
        EnrolFailed: the centre cannot be reached, is none, or refuses (its own words are the message).
    """
    import httpx

    from clerk_tui.sync.transport import open_http

    request = wire.EnrolRequest(
        one_time_code=code, device=device_id, device_code=device_code, public_key=public_key, office=office
    )
    headers = {"Content-Type": "application/json"}
    try:
        with open_http(url) as http:
            response = http.post("/v1/devices/enrol", content=msgspec.json.encode(request), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EnrolFailed(
            "centre_unreachable", "连不上中心", field="centre.url", hint="检查地址和网络，再试一次"
        ) from error
    try:
        if response.status_code != 200:
            problem = msgspec.json.decode(response.content, type=wire.Problem)
            raise EnrolFailed(problem.code, problem.message, field="code", hint="在中心重新生成登记码")
        reply = msgspec.json.decode(response.content, type=wire.EnrolReply)
    except UNREADABLE as error:
        raise EnrolFailed("not_the_centre", "这个地址应答的不是中心", field="centre.url", hint="检查地址") from error
    if reply.device != device_id or len(reply.server_key) != 32 or not reply.token or not reply.incarnation:
        raise EnrolFailed("not_the_centre", "中心的应答与本机不符", field="centre.url", hint="检查地址")
    return reply

"""Enrolment: the device shows a one-time code and its public key, and learns its token and the centre's key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.token import write_token
from hall import wire
from hall.chain import UNREADABLE
from hall.errors import HallError
from hall.unpacking import Unpackable

MAX_REPLY: Final = 64 << 10
"""Largest reply that is read, in bytes."""
_KEY_BYTES: Final = 32
_CODE: Final = re.compile(r"[0-9A-Z]{1,12}").fullmatch
_WORD: Final = re.compile(rf"[!-~]{{1,{wire.MAX_TEXT}}}").fullmatch
"""How the centre writes codes (``central.enrol``), epochs and tokens."""
_NEW_CODE: Final = "在中心重新生成登记码"
_AS_ANOTHER: Final = (
    "登记码还有效：运行 clerk restore --code 登记码，本机得到新代码，办件接着办；"
    "中心没有的记录封存在 sealed 文件夹，交负责人在中心用 clerk-central import-sealed 导入"
)
_HINTS: Final = {
    "code_taken": "登记码还有效：运行 clerk restore --code 登记码，本机得到新代码，办件接着办；"
    "这以前的记录封存在 sealed 文件夹，交负责人在中心用 clerk-central import-sealed --vouch 导入",
    "device_taken": _AS_ANOTHER,
    "device_revoked": _AS_ANOTHER,
    "other_hall": "登记码没有用掉；核对 config.toml 的 hall.office，请中心发本厅的登记码"
    "（clerk-central enrol-code --office 本厅代码）",
    "device_of_other_hall": "登记码没有用掉；一台设备只属于一个大厅：把 config.toml 的 hall.office 改回去，"
    "用那个大厅的登记码；机器真的搬走了，先在原大厅传完，再用一个新的数据文件夹登记",
}
"""What to do about a refusal, by its code."""


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

    from clerk_tui.sync.transport import open_http, read_body

    request = wire.EnrolRequest(
        one_time_code=code, device=device_id, device_code=device_code, public_key=public_key, office=office
    )
    headers = {"Content-Type": "application/json"}
    try:
        body = msgspec.json.encode(request)
        with (
            open_http(url) as http,
            http.stream("POST", "/v1/devices/enrol", content=body, headers=headers) as response,
        ):
            status, told = response.status_code, read_body(response, MAX_REPLY)
    except Unpackable as error:
        raise _no_centre() from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise EnrolFailed(
            "centre_unreachable", "连不上中心", field="centre.url", hint="检查地址和网络，再试一次"
        ) from error
    try:
        if status != 200:
            problem = msgspec.json.decode(told, type=wire.Problem)
            raise EnrolFailed(problem.code, problem.message, field="code", hint=_HINTS.get(problem.code, _NEW_CODE))
        reply = msgspec.json.decode(told, type=wire.EnrolReply)
    except UNREADABLE as error:
        raise _no_centre() from error
    if not _answers(reply, request):
        raise EnrolFailed("not_the_centre", "中心的应答与本机不符", field="centre.url", hint="检查地址")
    return reply


def _answers(reply: wire.EnrolReply, request: wire.EnrolRequest) -> bool:
    """Whether a reply is what a centre gives this device: what it says goes into file names, headers and each request
    from then on."""
    return (
        reply.device == request.device
        and request.device_code in ("", reply.device_code)
        and _CODE(reply.device_code) is not None
        and _CODE(reply.incarnation) is not None
        and _WORD(reply.epoch) is not None
        and _WORD(reply.token) is not None
        and len(reply.server_key) == _KEY_BYTES
        and len(reply.sealing_key) in (0, _KEY_BYTES)
    )


def _no_centre() -> EnrolFailed:
    return EnrolFailed("not_the_centre", "这个地址应答的不是中心", field="centre.url", hint="检查地址")

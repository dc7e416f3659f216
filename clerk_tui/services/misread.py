"""What somebody at the ticket machine is told of a code, a number or a card that it cannot use: what was wrong with it
and what to do, in words for a person who is no clerk. What was shown is never repeated: it may be an identity number.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from hall.errors import BadInput
from hall.identity import check_identity, normalise_number
from hall.reference import looks_like_reference

_CARD: Final = re.compile(r"\d{15,20}X?", re.ASCII)
"""Typed or read like the number of an identity card: of some length, digits, at the end an X."""
_UNREAD: Final = ("code_unread", "这个码没有读全，或者印坏了", "把码放平、擦干净，再扫一次")
_STRANGE: Final = ("code_strange", "这张纸不是本大厅能用的号票或凭证", "看看是不是拿错了纸，再扫一次")
_OLD: Final = ("code_old", "这张纸已经过期了", "换一张新的凭证再扫一次")
_OF_CODE: Final = {
    "ticket_not_one": _UNREAD,
    "ticket_altered": _UNREAD,
    "ticket_newer": _UNREAD,
    "ticket_foreign": _STRANGE,
    "ticket_forged": _STRANGE,
    "ticket_revoked": _STRANGE,
    "replica_not_one": _UNREAD,
    "replica_altered": _UNREAD,
    "replica_newer": _UNREAD,
    "replica_foreign": _STRANGE,
    "replica_forged": _STRANGE,
    "replica_revoked": _STRANGE,
    "replica_outdated": _OLD,
}


def of_code(error: BadInput) -> BadInput:
    """What a signed code is that opens nothing; what is a visitor's word already stays."""
    told = _OF_CODE.get(error.code)
    if told is None:
        return error
    code, message, hint = told
    return BadInput(code, message, field="code", hint=hint)


def of_text(text: str, *, office: str, today: dt.date) -> BadInput:
    """What a number is that nothing is known of; ``office`` is the hall's code."""
    number = normalise_number(text)
    if _CARD.fullmatch(number):
        return _of_card(number, today)
    if looks_like_reference(text.partition("/")[0], office_length=len(office)):
        hint = "对照收件凭证上的编号再输入一次，或扫凭证上的二维码"
        return BadInput("reference_misread", "收件编号不对，可能输错了一个字", field="code", hint=hint)
    hint = "对照手里的预约码、收件编号、号票或身份证，再扫一次或输入一次"
    return BadInput("unknown_code", "没有查到这个号码，可能输错或扫错了", field="code", hint=hint)


def _of_card(number: str, today: dt.date) -> BadInput:
    hint = "把身份证放平再刷一次，或对照证件再输入一次"
    if len(number) != 18:
        message = f"身份证号码应是18位，这里是{len(number)}位"
        return BadInput("card_misread", message, field="code", hint=hint)
    if check_identity(number, today=today).valid:
        hint = "不用身份证也能取号"
        return BadInput("card_not_asked", "这台取号机不读身份证", field="code", hint=hint)
    return BadInput("card_misread", "身份证号码不对，可能输错了一位，或者没有读准", field="code", hint=hint)

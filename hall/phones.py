"""Telephone numbers: normalised and classed, hardly ever refused, because the applicant knows the number better."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from hall.masking import mask_phone
from hall.names import safe_for_terminal

_FULL_WIDTH: Final = {0xFF01 + place: 0x21 + place for place in range(94)}
_NOISE: Final = re.compile(r"[\s()\[\].·\-\u2010-\u2015\u2212]+")
_EXTENSION: Final = re.compile(r"(.*?[0-9])(?:转|分机|EXT\.?|X|#|,)+([0-9]{1,6})")
_DASHED_EXTENSION: Final = re.compile(r"(\(?0[0-9]{2,3}\)?-?[0-9]{7,8})-([0-9]{1,6})")
_LANDLINE: Final = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})")
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{5,14}")


class Phone(msgspec.Struct, frozen=True):
    """What can be said of a phone number.

    ``kind`` is ``mobile_cn``, ``landline_cn``, ``service_cn`` (400, 800, short numbers), ``foreign`` (with ``+``) or
    ``unknown``; ``number`` is normalised: ``13800001234``, ``0551-62345678-801``, ``+85291234567``. ``warnings`` are
    Chinese sentences without the number.
    """

    kind: str
    number: str
    valid: bool
    warnings: tuple[str, ...]
    masked: str


def check_phone(text: str) -> Phone:
    """Normalise and class a phone number of the mainland, Hong Kong, Macao, Taiwan or abroad. Never raises."""
    upper = "".join(text.translate(_FULL_WIDTH).split()).upper()
    main, extension = _split_extension(upper)
    number = _NOISE.sub("", main)
    if number.startswith("00"):
        number = "+" + number[2:]
    if re.fullmatch(r"\+?86(1[0-9]{10}|0?[2-9][0-9]{8,10}|10[0-9]{8})", number):
        number = number.removeprefix("+").removeprefix("86")
        if not number.startswith(("0", "1")) or (number.startswith("10") and len(number) == 10):
            number = "0" + number
    if not number:
        return _phone("unknown", "", "电话为空")
    if re.fullmatch(r"\+?[0-9]+", number) is None:
        return _phone("unknown", safe_for_terminal(number), "电话含有数字以外的字符")
    return _classify(number, extension)


def _split_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.fullmatch(text) or _DASHED_EXTENSION.fullmatch(text)
    return (match[1], match[2]) if match is not None else (text, "")


def _classify(number: str, extension: str) -> Phone:
    if number.startswith("+"):
        if _INTERNATIONAL.fullmatch(number) is None:
            return _phone("foreign", number, "国际号码应为 + 加 6 至 15 位数字")
        return _phone("foreign", number)
    landline = _LANDLINE.fullmatch(number)
    if landline is not None:
        return _phone("landline_cn", "-".join(part for part in (landline[1], landline[2], extension) if part))
    if len(number) == 11 and number.startswith("1"):
        odd = number[1] in "012"
        return _phone("mobile_cn", number, *(["手机号段少见，请与本人核对"] if odd else []), valid=True)
    if len(number) == 10 and number.startswith(("400", "800")):
        return _phone("service_cn", number)
    if number.startswith("1") and 9 <= len(number) <= 13:
        return _phone("mobile_cn", number, f"手机号码应为 11 位，现为 {len(number)} 位")
    if number.startswith("0"):
        return _phone("landline_cn", number, "固定电话应为区号加 7 或 8 位号码")
    if len(number) in (7, 8):
        return _phone("landline_cn", number, "没有区号，按本地固定电话处理", valid=True)
    if len(number) in (5, 6):
        return _phone("service_cn", number, "短号码，请与本人核对", valid=True)
    return _phone("unknown", number, "电话号码位数不对；境外号码请以 + 和国家（地区）代码开头")


def _phone(kind: str, number: str, *warnings: str, valid: bool | None = None) -> Phone:
    return Phone(kind, number, not warnings if valid is None else valid, warnings, mask_phone(number))

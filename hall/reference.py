"""The number that people see: ``OFFICE-DEV-NNNNN-C``, made offline from the device's own counter.

Unique without coordination, because a device code is never reused. The check character is taken
over office, device and number without the dashes. It is a polynomial check over GF(4) x GF(9), which has exactly as
many elements as the alphabet has characters: it catches every single wrong character, every swap of neighbours, every
swap across one character and every doubled pair typed wrong (``11`` for ``22``). ISO 7064 MOD 37,36 would have missed
one swap in 630, MOD 37-2 would have needed ``*`` as a check character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from typing import Final

import msgspec

from hall.errors import BadInput

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OFFICE_LENGTH: Final = 6
DEVICE_LENGTH: Final = 3
"""The usual lengths of an office code (a division code) and a device code; they matter only for a reference typed
without dashes."""

OFFICE: Final = "[A-Z0-9]{2,6}"
"""The form of the office code that a hall gives itself, a regular expression."""

_PART: Final = re.compile(r"[0-9A-Z]{1,12}")
_DASHES: Final = re.compile(r"[-_\u00ad\u2010-\u2015\u2043\u2212\u30fc\ufe58\ufe63]+")
_DASHED: Final = re.compile(r"([0-9A-Z]{1,12})-([0-9A-Z]{1,12})-([0-9A-Z]{1,12})-([0-9A-Z])")
_CONFUSED: Final = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"}
_MAX_NUMBER: Final = 10**12 - 1
_PAPER: Final = re.compile(r"(.+)/([A-Z]{1,2})([1-9]\d{0,5})(?:-([0-9A-Z]{1,4}))?")


class Reference(msgspec.Struct, frozen=True):
    """A reference taken apart; ``str()`` gives its one written form."""

    office: str
    device: str
    number: int
    check: str

    def __str__(self) -> str:
        return f"{self.office}-{self.device}-{self.number:05d}-{self.check}"


def check_character(body: str) -> str:
    """The check character for ``0-9A-Z`` text. Raises ``ValueError`` for any other character."""
    bits = left = right = 0
    for char in body:
        value = ALPHABET.index(char)
        # state = generator * state + value, in both fields; the generators have order 3 and 8
        bits = (0, 2, 3, 1)[bits] ^ value % 4
        left, right = (left - right + value // 4 % 3) % 3, (left + right + value // 12) % 3
    # the character that brings generator * state + check to zero
    bits = (0, 2, 3, 1)[bits]
    left, right = (right - left) % 3, (-left - right) % 3
    return ALPHABET[bits + 4 * left + 12 * right]


def make_reference(office: str, device: str, number: int) -> str:
    """``990100-W01-00017-C`` for the device's counter value ``number`` (1 and up; from 100000 on it grows).

    Raises ``BadInput`` for a code that is not 1 to 12 of ``0-9A-Z`` and for a number out of range.
    """
    for code, field in ((office, "office"), (device, "device")):
        if _PART.fullmatch(code) is None:
            raise BadInput("bad_code", "编号中的代码只能是 1 至 12 位大写字母或数字", field=field, hint="请检查配置")
    if not 1 <= number <= _MAX_NUMBER:
        raise BadInput("bad_number", "流水号应在 1 至 999999999999 之间", field="number", hint="请检查本机计数器")
    body = f"{office}{device}{number:05d}"
    return str(Reference(office, device, number, check_character(body)))


def parse_reference(
    text: str, *, office: str = "", office_length: int = OFFICE_LENGTH, device_length: int = DEVICE_LENGTH
) -> Reference:
    """Read a reference as scanned or typed: any case, full width, blanks, other dashes, leading zeros left out.

    With dashes missing the two lengths say where office and device end; where they do not fit, the number is taken to
    have five digits. ``office`` is the own office's code, if known: its length is then the office's.

    Raises ``BadInput``: ``reference_shape`` if it
    is none, ``reference_check`` if the check character does not fit; the hint then names what it would be with O/0,
    I/1 and the like put right, if exactly one reading fits (of ``office``, if given: there may be no other).
    """
    tidy = _tidy(text)
    office_length = len(office) or office_length
    readings = list(_readings(tidy, office_length, device_length))
    if not any(_checked(*reading) for reading in readings):
        readings += _shortest_number(tidy, office_length)
    for reading in readings:
        found = _checked(*reading)
        if found is not None:
            return found
    if not readings:
        raise BadInput(
            "reference_shape",
            "这不是一个收件编号",
            field="reference",
            hint="收件编号分四段：机构-设备-流水号-校验位，请扫码或照回执逐位输入",
        )
    likely = _likely(readings, office)
    raise BadInput(
        "reference_check",
        "收件编号的校验位不符，可能有一位输错或两位颠倒",
        field="reference",
        hint=f"是否为 {likely}？" if likely else "请对照回执逐位核对，或改为扫码",
    )


def looks_like_reference(text: str, *, office_length: int = OFFICE_LENGTH) -> bool:
    """Whether typed or scanned text is meant as a reference: dashed in its shape, or without dashes and correct.

    Without dashes the office has ``office_length`` characters and the device code begins with a letter, as all of a
    hall's do. Identity numbers and credit codes have digits there, so none is taken for a reference: one in 36 would
    fit the check character.
    """
    tidy = _tidy(text)
    match = _DASHED.fullmatch(tidy)
    if match is not None:
        return any(char.isdigit() for char in match[3])
    if re.fullmatch(r"[0-9-]+X?", tidy):
        return False
    readings = (*_readings(tidy, office_length, DEVICE_LENGTH), *_shortest_number(tidy, office_length))
    return any(
        len(office) == office_length and device[0].isalpha() and _checked(office, device, number, check) is not None
        for office, device, number, check in readings
    )


def reference_in(text: str, *, office_length: int = OFFICE_LENGTH) -> Reference | None:
    """The reference that typed or scanned text names, alone or in a paper's number (``REF/B1``); ``None`` for none."""
    of_case = text.replace("／", "/").partition("/")[0]
    if not looks_like_reference(of_case, office_length=office_length):
        return None
    try:
        return parse_reference(of_case, office_length=office_length)
    except BadInput:
        return None


def paper_number(reference: str, kind: str, n: int, window: str = "") -> str:
    """The number of one paper of a case, ``REF/B1``: ``kind`` one or two capitals, ``n`` counts from 1.

    A window that took the case over from a paper cannot ask the first one how far it has counted: its own count is
    marked with its code, ``REF/B1-A2``. Raises ``BadInput``.
    """
    number = f"{reference}/{kind}{n}" + (f"-{window}" if window else "")
    if _PAPER.fullmatch(number) is None:
        raise BadInput("bad_paper_number", "文书编号由收件编号、一至两个大写字母和序号组成", field="paper")
    return number


def window_of(number: str) -> str:
    """The code of the window that issued a paper, by the paper's number (``paper_number``): ``SL01-A1-00002-S/L1`` A1,
    ``SL01-A1-00002-S/L1-B1`` B1."""
    reference, _, paper = number.partition("/")
    _, _, own = paper.partition("-")
    return own or reference.split("-")[1]


def bare(text: str) -> str:
    """A reference or a paper's number as it is compared: narrow, in capitals, without dashes and blanks."""
    return _tidy(text).replace("-", "")


def _tidy(text: str) -> str:
    narrow = "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)
    return _DASHES.sub("-", "".join(narrow.split())).upper().strip("-")


def _readings(tidy: str, office_length: int, device_length: int) -> Iterator[tuple[str, str, str, str]]:
    match = _DASHED.fullmatch(tidy)
    if match is not None:
        yield match[1], match[2], match[3], match[4]
        return
    bare = tidy.replace("-", "")
    codes = office_length + device_length
    if re.fullmatch(r"[0-9A-Z]{6,13}", bare[codes:]) and bare[:codes].isalnum():
        yield bare[:office_length], bare[office_length:codes], bare[codes:-1], bare[-1]


def _shortest_number(tidy: str, office_length: int) -> Iterator[tuple[str, str, str, str]]:
    """Without dashes: codes of any length, before a number as short as numbers are."""
    match = re.fullmatch(r"([0-9A-Z]{2,24})([0-9]{5})([0-9A-Z])", tidy.replace("-", ""))
    if match is not None:
        office = min(office_length, len(match[1]) - 1)
        yield match[1][:office], match[1][office:], match[2], match[3]


def _checked(office: str, device: str, number: str, check: str) -> Reference | None:
    if not number.isdigit() or not device or int(number) < 1:
        return None
    if check_character(f"{office}{device}{int(number):05d}") != check:
        return None
    return Reference(office, device, int(number), check)


def _likely(readings: list[tuple[str, str, str, str]], own: str) -> Reference | None:
    """The one reference, of the ``own`` office if that is known, that differs only by characters often taken for each
    other."""
    digits = str.maketrans(_CONFUSED)
    found: set[Reference] = set()
    for office, device, number, check in readings:
        offices = {office, office.translate(digits)}
        if own:
            offices = {own} if office.translate(digits) == own.translate(digits) else set()
        devices = {device, device[0] + device[1:].translate(digits), device.translate(digits)}
        checks = {check, _CONFUSED.get(check, check), *(k for k, v in _CONFUSED.items() if v == check)}
        for parts in product(offices, devices, checks):
            reference = _checked(parts[0], parts[1], number.translate(digits), parts[2])
            if reference is not None:
                found.add(reference)
    return found.pop() if len(found) == 1 else None


def query_code(case_id: str) -> str:
    """The case's query code (查询密码), ``ABCD-2345``: shown on its papers, wanted where anybody may ask how it stands.

    It follows from the identity of the case, which is random, so that every window and the centre know it and nobody
    finds it by counting references. No I, L, O, U: it is read from paper and typed.
    """
    number = int.from_bytes(sha256(b"clerk query code" + case_id.encode()).digest()[:5], "big")
    code = "".join(_QUERY_LETTERS[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{code[:4]}-{code[4:]}"


_QUERY_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

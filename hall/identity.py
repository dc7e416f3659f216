"""Identity numbers of every kind that a counter meets, checked by their own rules.

Sources: GB 11643-1999 (resident number, also on the residence permit of 港澳台居民 with 810000/820000/830000 and, from
2023-12-01, on the foreigner's permanent-residence card that starts with 9), GB 32100-2015 (credit code). Division codes
are never checked: abolished ones stay inside numbers for life. Of the credit codes some were issued with a wrong check
character, and passports follow no common pattern: those are warned about, never refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from hall.check_digits import (
    USCC_ALPHABET,
    gb11714_check_char,
    resident_check_char,
    uscc_check_char,
)
from hall.errors import BadDate
from hall.masking import mask_identity
from hall.names import forbidden_kind, safe_for_terminal
from hall.phones import Phone, check_phone

__all__ = [
    "HOLDS_NUMBER",
    "KINDS",
    "Identity",
    "Phone",
    "age_on",
    "check_identity",
    "check_phone",
    "gb11714_check_char",
    "holds_number",
    "normalise_number",
    "resident_check_char",
    "uscc_check_char",
]

HOLDS_NUMBER: Final = "里面有证件号码或手机号码，会照原样存档、打印，请去掉号码"
"""What is said of a text that ``holds_number``."""
KINDS: Final[dict[str, str]] = {
    "resident_id": "居民身份证",
    "resident_id_15": "居民身份证（15 位旧号码）",
    "hmt_residence": "港澳台居民居住证",
    "foreign_permanent": "外国人永久居留身份证",
    "foreign_permanent_15": "外国人永久居留身份证（15 位旧号码）",
    "uscc": "统一社会信用代码",
    "passport_cn": "中国护照",
    "passport": "外国护照",
    "hmt_permit": "港澳居民来往内地通行证、台湾居民来往大陆通行证",
}
"""Kind to what the counter calls it."""

_FULL_WIDTH: Final = {0xFF01 + place: 0x21 + place for place in range(94)}
_GAPS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_HMT_DIVISIONS: Final = ("810000", "820000", "830000")
_PASSPORT_CN: Final = re.compile(r"[EGPSDKHM]\d{8}|[DSPK][A-Z]\d{7}|E[A-HJ-NP-Z]\d{7}|1[45]\d{7}")
_HMT_PERMIT: Final = re.compile(r"[HM]\d{8}(\d{2})?|\d{8}|\d{10}[A-Z]?")
_BROKEN: Final = re.compile(r"(?<=[0-9])[ \-](?=[0-9Xx])")
_NUMBERS: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
_MOBILE_LENGTH: Final = 11
_OLDEST: Final = 130
_MAX_PASSPORT: Final = 20


class Identity(msgspec.Struct, frozen=True):
    """What can be said of a number.

    ``kind`` is a key of ``KINDS`` or ``"unknown"``; ``number`` is normalised (half width, no gaps, upper case);
    ``warnings`` are Chinese sentences that never repeat the number; if ``valid`` is false they say why. ``birth`` and
    ``sex`` (``"male"``, ``"female"``) are given where the number carries them and is valid.
    """

    kind: str
    number: str
    valid: bool
    warnings: tuple[str, ...]
    birth: date | None
    sex: str | None
    masked: str


def check_identity(number: str, kind: str | None = None, *, today: date | None = None) -> Identity:
    """Check a number; without ``kind`` the kind is guessed from its shape. Never raises for any text.

    ``today`` lets a birth in the future be refused and one more than 130 years ago be warned about.
    """
    clean = normalise_number(number)
    guessed = kind is None
    if kind is None:
        kind = _guess(clean)
    if not clean:
        return _result(kind, clean, "证件号码为空")
    if any(forbidden_kind(char) for char in clean):
        return _result(kind, safe_for_terminal(clean), "证件号码含有不可见字符或控制字符，请重新录入")
    if kind in ("resident_id", "resident_id_15", "hmt_residence", "foreign_permanent", "foreign_permanent_15"):
        return _check_person(clean, kind, today)
    checkers: dict[str, Callable[[str], Identity]] = {
        "uscc": _check_uscc,
        "passport_cn": _check_passport_cn,
        "passport": _check_passport,
        "hmt_permit": _check_hmt_permit,
    }
    if kind not in checkers:
        return _result(kind, clean, "不认识的证件类型" if not guessed else "看不出是哪种证件号码，请选择证件类型后核对")
    checked = checkers[kind](clean)
    if guessed and kind == "passport":
        note = "按外国护照号码处理，请核对证件类型"
        return msgspec.structs.replace(checked, warnings=(*checked.warnings, note))
    return checked


def holds_number(text: str) -> bool:
    """Whether a free text holds a resident's identity number or a mobile phone number, blanks and hyphens in it or not.

    A reason is kept as it stands and may be printed; a person's number in it would not be masked anywhere.
    """
    narrow = _BROKEN.sub("", text.translate(_FULL_WIDTH))
    return any(
        check_phone(found).kind == "mobile_cn" if len(found) == _MOBILE_LENGTH else check_identity(found).valid
        for found in _NUMBERS.findall(narrow)
    )


def normalise_number(number: str) -> str:
    """Half width, upper case, without blanks and hyphens; nothing else is changed."""
    return _GAPS.sub("", number.translate(_FULL_WIDTH)).upper()


def age_on(birth: date, day: date) -> int:
    """Full years of age (周岁) on ``day``; born on 29 February one is a year older on 1 March.

    Raises ``BadDate`` if ``day`` is before the birth.
    """
    if day < birth:
        raise BadDate("before_birth", "日期早于出生日期", field="birth", hint="请核对出生日期")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _guess(clean: str) -> str:
    if re.fullmatch(r"[0-9]{17}[0-9X]", clean):
        return _guess_18(clean)
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", clean):
        return "foreign_permanent_15"
    if re.fullmatch(r"[0-9]{15}", clean):
        return "resident_id_15"
    if re.fullmatch(r"[0-9]{11,}X?", clean):
        return "resident_id"
    if len(clean) == 18 and re.fullmatch(r"[0-9A-Z]+", clean):
        return "uscc"
    if _HMT_PERMIT.fullmatch(clean):
        return "hmt_permit"
    if _PASSPORT_CN.fullmatch(clean):
        return "passport_cn"
    return "passport" if re.fullmatch(r"[0-9A-Z]{5,20}", clean) else "unknown"


def _guess_18(clean: str) -> str:
    """Eighteen digits may be a person's or, rarely, a credit code's: the check character and the birth decide."""
    person = resident_check_char(clean[:17]) == clean[17]
    if not person and _birth(clean[6:14]) is None and uscc_check_char(clean[:17]) == clean[17]:
        return "uscc"
    if clean.startswith(_HMT_DIVISIONS):
        return "hmt_residence"
    if clean[0] != "9":
        return "resident_id"
    return "foreign_permanent" if person or _birth(clean[6:14]) is not None else "uscc"


def _check_person(clean: str, kind: str, today: date | None) -> Identity:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", clean) and kind.startswith("foreign_permanent"):
        return _result("foreign_permanent_15", clean, valid=True)
    if kind == "foreign_permanent_15":
        return _result(kind, clean, "旧版外国人永久居留身份证号码应为 3 个字母加 12 位数字")
    if re.fullmatch(r"[0-9]{15}", clean) and kind.startswith("resident_id"):
        return _check_old_resident(clean, today)
    if kind == "resident_id_15":
        return _result(kind, clean, f"旧号码应为 15 位数字，现为 {len(clean)} 位")
    if len(clean) != 18:
        return _result(kind, clean, f"号码应为 18 位，现为 {len(clean)} 位")
    if re.fullmatch(r"[0-9]{17}[0-9X]", clean) is None:
        return _result(kind, clean, "号码前 17 位应为数字，末位应为数字或 X")
    wrong_kind = _wrong_division(clean, kind)
    if wrong_kind:
        return _result(kind, clean, wrong_kind)
    if kind == "resident_id" and clean.startswith(_HMT_DIVISIONS):
        kind = "hmt_residence"
    elif kind == "resident_id" and clean[0] == "9":
        kind = "foreign_permanent"
    birth = _birth(clean[6:14])
    if birth is None:
        return _result(kind, clean, "出生日期是不存在的日期")
    if resident_check_char(clean[:17]) != clean[17]:
        return _result(kind, clean, "末位校验码不符，可能有一位录错")
    return _born(kind, clean, birth, int(clean[16]), today)


def _wrong_division(clean: str, kind: str) -> str:
    if kind == "hmt_residence" and not clean.startswith(_HMT_DIVISIONS):
        return "港澳台居民居住证号码应以 810000、820000 或 830000 开头"
    if kind == "foreign_permanent" and clean[0] != "9":
        return "新版外国人永久居留身份证号码应以 9 开头"
    return ""


def _check_old_resident(clean: str, today: date | None) -> Identity:
    birth = _birth("19" + clean[6:12])
    if birth is None:
        return _result("resident_id_15", clean, "出生日期是不存在的日期")
    note = "15 位旧号码已停止使用，请核对现行 18 位号码"
    return _born("resident_id_15", clean, birth, int(clean[14]), today, note)


def _born(kind: str, clean: str, birth: date, sequence: int, today: date | None, *notes: str) -> Identity:
    if today is not None and birth > today:
        return _result(kind, clean, "出生日期晚于今天")
    if today is not None and age_on(birth, today) > _OLDEST:
        notes = (*notes, f"出生已逾 {_OLDEST} 年，请核对证件")
    sex = "male" if sequence % 2 else "female"
    return _result(kind, clean, *notes, valid=True, birth=birth, sex=sex)


def _birth(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _check_uscc(clean: str) -> Identity:
    if len(clean) != 18:
        return _result("uscc", clean, f"统一社会信用代码应为 18 位，现为 {len(clean)} 位")
    strange = [place for place, char in enumerate(clean, start=1) if char not in USCC_ALPHABET]
    if strange:
        hint = "；代码不用字母 I、O、S、V、Z，请核对是否为 1、0、5、2" if set(clean) & set("IOSVZ") else ""
        return _result("uscc", clean, f"第 {strange[0]} 位不是统一社会信用代码可用的字符{hint}")
    if uscc_check_char(clean[:17]) != clean[17]:
        return _result("uscc", clean, "末位校验码不符；个别已发代码如此，请对照营业执照核对", valid=True)
    if clean[0] == "0" or len(set(clean)) == 1:
        return _result("uscc", clean, "没有登记管理部门发这样的代码，请对照营业执照核对", valid=True)
    return _result("uscc", clean, valid=True)


def _check_passport_cn(clean: str) -> Identity:
    if len(clean) > _MAX_PASSPORT:
        return _result("passport_cn", clean, f"护照号码超过 {_MAX_PASSPORT} 位")
    if _PASSPORT_CN.fullmatch(clean) is None:
        return _result("passport_cn", clean, "与常见的中国护照号码（字母加数字共 9 位）不同，请核对", valid=True)
    return _result("passport_cn", clean, valid=True)


def _check_passport(clean: str) -> Identity:
    if len(clean) > _MAX_PASSPORT:
        return _result("passport", clean, f"护照号码超过 {_MAX_PASSPORT} 位")
    return _result("passport", clean, valid=True)


def _check_hmt_permit(clean: str) -> Identity:
    if len(clean) > _MAX_PASSPORT:
        return _result("hmt_permit", clean, f"通行证号码超过 {_MAX_PASSPORT} 位")
    if _HMT_PERMIT.fullmatch(clean) is None:
        return _result(
            "hmt_permit", clean, "与常见的通行证号码（H 或 M 加 8 位数字，或 8 位数字）不同，请核对", valid=True
        )
    return _result("hmt_permit", clean, valid=True)


def _result(
    kind: str, clean: str, *notes: str, valid: bool = False, birth: date | None = None, sex: str | None = None
) -> Identity:
    return Identity(kind, clean, valid, notes, birth, sex, mask_identity(clean))

"""Check characters of the national numbers: resident number, credit code, organisation code."""

from __future__ import annotations

from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""

_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS: Final = "10X98765432"
_GB11714_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_GB11714_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def resident_check_char(body: str) -> str:
    """The 18th character for the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).

    Raises ``ValueError`` unless ``body`` is 17 ASCII digits.
    """
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise ValueError("17 ASCII digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def uscc_check_char(body: str) -> str:
    """The 18th character for the first 17 of a unified social credit code (GB 32100-2015: weights 3^i mod 31).

    Raises ``ValueError`` unless ``body`` is 17 characters of ``USCC_ALPHABET``.
    """
    if len(body) != 17 or any(char not in USCC_ALPHABET for char in body):
        raise ValueError("17 characters of the credit code's alphabet are needed")
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def gb11714_check_char(body: str) -> str:
    """The check character for the eight characters of an organisation code (GB 11714-1997), which is also
    characters 9 to 16 of a credit code.

    Raises ``ValueError`` unless ``body`` is eight of ``0-9A-Z``.
    """
    if len(body) != 8 or any(char not in _GB11714_ALPHABET for char in body):
        raise ValueError("eight characters of 0-9A-Z are needed")
    total = sum(_GB11714_ALPHABET.index(char) * weight for char, weight in zip(body, _GB11714_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))

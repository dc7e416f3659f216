"""Whose paper it is: keyed digests of the applicant's number and name in its code, and the card on the desk.

That the applicant has a bad credit record is told by which of two digests of the number stands there: who has neither
the hall's secret nor the card cannot see it, and such a code looks and weighs as any other.
"""

from __future__ import annotations

import hmac
import unicodedata
import uuid
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from hall.facts import Applicant
from hall.identity import normalise_number

if TYPE_CHECKING:
    from hall.replica import Replica

NUMBER_BYTES: Final = 8
NAME_BYTES: Final = 4


def matches(replica: Replica, number: str, secrets: Iterable[bytes]) -> bool | None:
    """Whether an identity number is the applicant's; ``None``: that cannot be told here, for want of the secret."""
    told = _told_by(replica, number, secrets)
    return None if told is None else True in told


def bad_credit(replica: Replica, number: str, secrets: Iterable[bytes]) -> bool:
    """Whether the code says that the applicant, whose ``number`` it is, has a bad credit record."""
    return _told_by(replica, number, secrets) == (False, True)


def name_matches(replica: Replica, name: str, secrets: Iterable[bytes]) -> bool | None:
    """Whether a name is the applicant's, to the character; ``None``: that cannot be told here.

    Case, width and blanks do not count, as one and the same name is typed with and without them.
    """
    for secret in secrets:
        if replica.name_digest and secret_id(secret) == replica.secret_id:
            made = _name_digest(secret, case_bytes(replica.case_id), name)
            return hmac.compare_digest(made, replica.name_digest)
    return None


def secret_id(secret: bytes) -> bytes:
    """How a code names the secret behind its identity digest."""
    return sha256(b"replica-secret" + secret).digest()[:2]


def case_bytes(case_id: str) -> bytes:
    """The identity of a case: 16 bytes of a UUID, or the text of any other."""
    try:
        made = uuid.UUID(case_id)
    except ValueError:
        return case_id.encode()
    return made.bytes if str(made) == case_id else case_id.encode()


def digests(secret: bytes, identity: bytes, who: Applicant, *, good_credit: bool) -> bytes:
    """What a code has of the applicant: the number's digest, then the name's."""
    number = _digest(secret, identity, who.id_number, good_credit=good_credit)
    return number + _name_digest(secret, identity, who.name)


def _told_by(replica: Replica, number: str, secrets: Iterable[bytes]) -> tuple[bool, bool] | None:
    """Whether the code has the number's digest for a clean credit record, and for a bad one."""
    for secret in secrets:
        if replica.digest and secret_id(secret) == replica.secret_id:
            made = [_digest(secret, case_bytes(replica.case_id), number, good_credit=good) for good in (True, False)]
            return hmac.compare_digest(made[0], replica.digest), hmac.compare_digest(made[1], replica.digest)
    return None


def _digest(secret: bytes, identity: bytes, number: str, *, good_credit: bool) -> bytes:
    """Keyed with the hall's secret, because of a number whose first and last digits are known there are few."""
    kind = b"replica-identity\0" if good_credit else b"replica-identity-credit\0"
    told = kind + identity + b"\0" + normalise_number(number).encode()
    return hmac.digest(secret, told, "sha256")[:NUMBER_BYTES]


def _name_digest(secret: bytes, identity: bytes, name: str) -> bytes:
    """Four bytes: enough that a slip of the pen is seen, too few to find a name by."""
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return hmac.digest(secret, b"replica-name\0" + identity + b"\0" + plain.encode(), "sha256")[:NAME_BYTES]

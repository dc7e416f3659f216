"""The envelope of a code on paper, in the shape of the EU health certificates:

    "CLK1:" + Base45 (RFC 9285) of zlib of COSE_Sign1 (RFC 9052) with Ed25519 over a packed CBOR map

The map is packed (DEFLATE, RFC 1951) before it is signed, and zlib puts the whole in one stored block. So a code has
one form only, whichever zlib packs or reads it: the stored block leaves no choice, and any other packing of the map is
not what was signed. What zlib adds is its checksum: a bad scan is told from a forgery.

Codes of other families ("TKT1:", ``hall.ticket_code``) differ in the prefix, which is then signed with the map
(RFC 9052 §4.3, external data): what was signed as one is never taken for another. Base45 keeps to the 45 characters of
a QR code's alphanumeric mode, which every keyboard-wedge scanner can type. Nothing is believed or unpacked before the
signature has been checked against a known key, and nothing is built from bytes before it is clear how much they will
become.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from hall.errors import BadInput

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX: Final = "CLK1:"
FAMILY_CHARS: Final = 3
"""The letters of a prefix before the number of its version."""
MAX_TEXT: Final = 4_296
"""Characters of the largest QR code (version 40-L, alphanumeric); a longer text was never one."""
MAX_PAYLOAD: Final = 4_096
"""Bytes that the map of a code may become when it is unpacked."""
KID_BYTES: Final = 8

_BASE45: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIRS: Final = [low + high for high in _BASE45 for low in _BASE45]
"""The two characters of each value below 45 * 45, the low digit first."""
_DIGITS: Final = {char: digit for digit, char in enumerate(_BASE45)}
_SIGN1: Final = 18
_ALG, _KID, _EDDSA = 1, 4, -8
_RAW: Final = -15
"""Window bits of a DEFLATE stream without head and checksum."""
_STORED_HEAD: Final = b"\x78\x01\x01"
"""zlib without compression, then a last block that is stored (RFC 1950 §2.2, RFC 1951 §3.2.4)."""
_STORED_BEFORE, _STORED_AFTER = len(_STORED_HEAD) + 4, 4
_MAX_DEPTH: Final = 5
_MAX_ITEMS: Final = 600


class ReplicaError(BadInput):
    """A code that opens nothing; ``code`` says which kind of wrong it is."""


class KnownKey(Struct, frozen=True, kw_only=True):
    """A key of the hall: raw Ed25519 (32 bytes), whose it is, and whether the centre has revoked it."""

    public_key: bytes
    device: str = ""
    revoked: bool = False


def key_id(public_key: bytes) -> bytes:
    """How a code names its key: the first 8 bytes of SHA-256 of the raw public key."""
    return sha256(public_key).digest()[:KID_BYTES]


def wrap(payload: bytes, key: Ed25519PrivateKey, prefix: str = PREFIX) -> str:
    """The signed code of a payload in the family of ``prefix``: of any one zlib, the same for the same input."""
    import cbor2

    protected = _protected(key_id(key.public_key().public_bytes_raw()))
    packed = squeezed(payload)
    signature = key.sign(_to_sign(protected, packed, prefix))
    signed = cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, packed, signature]), canonical=True)
    return prefix + to_base45(stored(signed))


def unwrap(text: str, keys: Mapping[bytes, KnownKey], prefix: str = PREFIX) -> tuple[bytes, KnownKey]:
    """The payload of a code of this family and the key that signed it; ``keys`` are those of the hall by ``key_id``.

    Raises:
        ReplicaError: ``replica_not_one``, ``replica_newer``, ``replica_altered``, ``replica_foreign``,
            ``replica_revoked``, ``replica_forged``.
    """
    protected, packed, signature, kid = _open(_stored_in(from_base45(_body(text, prefix))))
    known = keys.get(kid)
    if known is None:
        raise ReplicaError(
            "replica_foreign",
            "这个码不是本大厅的窗口签发的，或签发它的窗口本机还不认识",
            field="code",
            hint="联网同步后再扫；仍不认识的，请到出具凭证的大厅办理",
        )
    if not _is_signed(known.public_key, signature, _to_sign(protected, packed, prefix)):
        raise ReplicaError(
            "replica_forged",
            "这个码的签名是假的：内容不是签发窗口写的",
            field="code",
            hint="不要据此办理；留下凭证，报告负责人，按申请人重新提交的材料办理",
        )
    if known.revoked:
        raise ReplicaError(
            "replica_revoked",
            "签发这个码的设备已被注销",
            field="code",
            hint="不要据此办理；请联系出具凭证的窗口核实",
        )
    return _unsqueezed(packed), known


def squeezed(payload: bytes, level: int = 9) -> bytes:
    """A payload packed as DEFLATE, without head and checksum."""
    machine = zlib.compressobj(level, zlib.DEFLATED, _RAW)
    return machine.compress(payload) + machine.flush()


def stored(signed: bytes) -> bytes:
    """``signed``, at most 65,535 bytes, as zlib in one stored block; written here, so that it does not hang on which
    zlib there is."""
    size = struct.pack("<HH", len(signed), len(signed) ^ 0xFFFF)
    return _STORED_HEAD + size + signed + struct.pack(">I", zlib.adler32(signed))


def to_base45(data: bytes) -> str:
    """RFC 9285: two bytes as three characters, a last single byte as two.

    Of our own, because the package of that name is untyped and, where it reads, drops line ends without a word.
    """
    whole = len(data) & ~1
    text = []
    for value in struct.unpack(f">{whole // 2}H", data[:whole]):
        high, rest = divmod(value, 2025)
        text.append(_PAIRS[rest] + _BASE45[high])
    return "".join(text) + (_PAIRS[data[-1]] if len(data) > whole else "")


def from_base45(text: str) -> bytes:
    """The bytes that ``to_base45`` wrote. Raises ``ReplicaError`` for any other text."""
    try:
        digits = [_DIGITS[char] for char in text]
    except KeyError:
        raise altered("有不该有的字符") from None
    values = [low + 45 * middle + 2025 * high for low, middle, high in zip(*[iter(digits)] * 3, strict=False)]
    left = digits[3 * len(values) :]
    last = left[0] + 45 * left[1] if len(left) == 2 else 0
    if len(left) == 1 or last > 0xFF or max(values, default=0) > 0xFFFF:
        raise altered("有不该有的字符")
    return struct.pack(f">{len(values)}H", *values) + bytes([last] if left else [])


def altered(why: str) -> ReplicaError:
    """The code is damaged; ``why`` names the part that does not fit, in Chinese."""
    return ReplicaError(
        "replica_altered",
        f"这个码不完整或被改动过（{why}）",
        field="code",
        hint="擦净凭证再扫一次，或调整扫码枪的键盘布局；仍不行就按收件编号查询",
    )


def newer() -> ReplicaError:
    """The code was written by a newer version of the program."""
    return ReplicaError(
        "replica_newer",
        "这个码是更新版本的程序签发的，本机读不懂",
        field="code",
        hint="升级本程序，或联网后按收件编号查询",
    )


def measure(data: bytes) -> None:
    """Check that ``data`` is one small CBOR item, without building it: definite lengths, a few levels, a few hundred
    items, strings inside the data, nothing after it. Raises ``ReplicaError``."""
    place, open_items = 0, [1]
    for _ in range(_MAX_ITEMS):
        while open_items and open_items[-1] == 0:
            open_items.pop()
        if not open_items:
            break
        open_items[-1] -= 1
        major, value, place = _head(data, place)
        if major in (2, 3):
            place += value
            if place > len(data):
                raise altered("内容截断")
        elif major in (4, 5):
            if value > _MAX_ITEMS:
                raise altered("内容过多")
            open_items.append(value * (major - 3))
            if len(open_items) > _MAX_DEPTH:
                raise altered("层次过深")
        elif major == 6:
            if value != _SIGN1 or place > 1:
                raise altered("不认识的标记")
            open_items.append(1)
    else:
        raise altered("内容过多")
    if place != len(data):
        raise altered("末尾多出内容")


def _head(data: bytes, place: int) -> tuple[int, int, int]:
    """Major type, argument and the place behind them."""
    if place >= len(data):
        raise altered("内容截断")
    major, short = data[place] >> 5, data[place] & 31
    if short < 24:
        value, end = short, place + 1
    elif short < 28:
        end = place + 1 + (1 << (short - 24))
        value = int.from_bytes(data[place + 1 : end], "big")
    else:
        raise altered("长度不定")
    if end > len(data):
        raise altered("内容截断")
    if major == 7 and data[place] not in (0xF4, 0xF5, 0xF6):
        raise altered("不认识的数值")
    return major, value, end


def _body(text: str, prefix: str) -> str:
    """What stands behind the prefix. A keyboard with Caps Lock on types the whole code in small letters."""
    clean = text.strip("\r\n\t")
    if len(clean) > MAX_TEXT:
        raise altered("太长")
    if clean == clean.lower():
        clean = clean.upper()
    if clean.startswith(prefix):
        return clean[len(prefix) :]
    head, colon, _ = clean.partition(":")
    family = prefix[:FAMILY_CHARS]
    if colon and head.startswith(family) and head[FAMILY_CHARS:].isdecimal() and len(head) <= FAMILY_CHARS + 3:
        raise newer()
    raise ReplicaError(
        "replica_not_one",
        "这不是凭证上的办件码",
        field="code",
        hint="扫凭证上的二维码，内容以 CLK1: 开头；收件编号请用查办件",
    )


def _stored_in(data: bytes) -> bytes:
    """What ``stored`` put there; nothing else is read, so nothing unfolds before its signature has been checked."""
    signed = data[_STORED_BEFORE:-_STORED_AFTER]
    if data != stored(signed):
        raise altered("校验不符")
    return signed


def _unsqueezed(packed: bytes) -> bytes:
    """Unpack with a bound on what comes out: a key of the hall may be in a thief's hands, and a bomb costs no more
    than a code."""
    machine = zlib.decompressobj(_RAW)
    try:
        payload = machine.decompress(packed, MAX_PAYLOAD)
    except zlib.error:
        raise altered("压缩格式不对") from None
    if not machine.eof or machine.unused_data or machine.unconsumed_tail:
        raise altered("太大或不完整")
    return payload


def _open(signed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Protected header, packed payload, signature and key id of a COSE_Sign1, in its one canonical form."""
    import cbor2

    tag = strictly(signed)
    if not isinstance(tag, cbor2.CBORTag) or tag.tag != _SIGN1 or not isinstance(tag.value, (list, tuple)):
        raise altered("不是签名的内容")
    if len(tag.value) != 4:
        raise altered("不是签名的内容")
    protected, unprotected, packed, signature = tag.value
    if unprotected != {} or not all(isinstance(part, bytes) for part in (protected, packed, signature)):
        raise altered("不是签名的内容")
    if len(signature) != 64:
        raise altered("不是签名的内容")
    header = strictly(protected)
    kid = header.get(_KID) if isinstance(header, dict) else None
    if not isinstance(kid, bytes) or len(kid) != KID_BYTES or protected != _protected(kid):
        raise altered("签名方式不对")
    return protected, packed, signature, kid


def strictly(data: bytes) -> object:
    """One CBOR item in canonical form (RFC 8949 §4.2). Raises ``ReplicaError``."""
    import cbor2

    measure(data)
    try:
        item: object = cbor2.loads(data)
        if cbor2.dumps(item, canonical=True) != data:
            raise altered("写法不规范")
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError):
        raise altered("内容读不出来") from None
    return item


def _protected(kid: bytes) -> bytes:
    import cbor2

    return cbor2.dumps({_ALG: _EDDSA, _KID: kid}, canonical=True)


def _to_sign(protected: bytes, packed: bytes, prefix: str) -> bytes:
    """The Sig_structure of RFC 9052 §4.4; the first family has no external data."""
    import cbor2

    beside = b"" if prefix == PREFIX else prefix.encode()
    return cbor2.dumps(["Signature1", protected, beside, packed], canonical=True)


def _is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

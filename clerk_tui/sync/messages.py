"""What a sync run tells whoever keeps its results: the journal's writer, in this process or in another."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from clerk_tui.store.former import Kind
from hall import wire
from hall.wire_clerks import ClerksReply

TroubleKind = Literal[
    "offline",
    "not_the_centre",
    "busy",
    "token",
    "revoked",
    "forbidden",
    "fork",
    "update_needed",
    "bad_request",
    "not_enrolled",
    "stopped",
    "no_room",
    "too_large",
]


class Message(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of what is told; on a pipe each is one line of JSON."""


class Acked(Message, frozen=True, tag="acked"):
    """A receipt that was checked against the centre's key and our own hashes, and what became of each fact.
    ``withheld``: of these the centre has the outline only."""

    receipt: wire.Receipt
    results: list[wire.PushResult]
    withheld: list[int] = []


class Rewound(Message, frozen=True, tag="rewound"):
    """The centre has only ``through`` of our facts."""

    through: int
    epoch: str


class Changed(Message, frozen=True, tag="changed"):
    """A page of the feed; ``anew``: its first, what was kept of it before is out of date; ``complete``: its last."""

    changes: list[wire.Change]
    next_cursor: str
    anew: bool = False
    complete: bool = False


class Keys(Message, frozen=True, tag="keys"):
    """The keys of the hall's devices, in a list that the centre signed."""

    reply: wire.KeysReply


class Clerks(Message, frozen=True, tag="clerks"):
    """The clerks of the hall, in a list that the centre signed."""

    reply: ClerksReply


class HandedBack(Message, frozen=True, tag="handed_back"):
    """The centre has looked through its last list of an epoch that is over."""

    which: Kind
    epoch: str


class Dead(Message, frozen=True, tag="dead"):
    """A fact that the centre would not take even alone, nor its outline: the queue waits there."""

    seq: int
    reason: str


class ReadAgain(Message, frozen=True, tag="read_again"):
    """The centre got the contents of a fact that it had in outline only: what became of it and of those that waited."""

    seq: int
    results: list[wire.PushResult]


class Sealed(Message, frozen=True, tag="sealed"):
    """What the centre has not proven to hold was sealed into a file, from ``first`` through ``last``."""

    path: str
    first: int
    last: int
    why: str


class ArchiveSent(Message, frozen=True, tag="archive"):
    """How far the centre has an archived journal, and what became of the rest of it. Of the facts ``withheld`` it has
    the outline only. ``facts`` of it were sent since the last word."""

    device_id: str
    through: int
    state: Literal["sending", "proven", "sealed"]
    facts: int = 0
    sealed_path: str = ""
    withheld: list[int] = []


class ArchiveOffered(Message, frozen=True, tag="offered"):
    """The centre was offered the contents of an archived journal's fact that it has in outline only; whether it could
    read them by now."""

    device_id: str
    seq: int
    is_read: bool


class Uploaded(Message, frozen=True, tag="uploaded"):
    """How many bytes of an attachment the centre has, or why it is set aside."""

    sha256: str
    through: int
    aside: str = ""


class Contact(Message, frozen=True, tag="contact"):
    """The centre answered; there was nothing to say."""


class Trouble(Message, frozen=True, tag="trouble"):
    """It did not work. ``detail`` is for the log and holds no personal data; ``retry_s``: when it is tried again."""

    what: TroubleKind
    detail: str = ""
    retry_s: float = 0.0


class Well(Message, frozen=True, tag="well"):
    """A whole conversation went well: whatever trouble there was is over."""


AnyMessage = (
    Acked
    | Clerks
    | Rewound
    | Changed
    | Keys
    | HandedBack
    | Dead
    | ReadAgain
    | Sealed
    | ArchiveSent
    | ArchiveOffered
    | Uploaded
    | Contact
    | Trouble
    | Well
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)

TROUBLES: dict[str, str] = {
    "offline": "连不上中心，照常办理，恢复后自动上传",
    "not_the_centre": "网络有应答，但不是中心（可能要先登录网络）",
    "busy": "中心忙，稍后自动重试",
    "token": "令牌失效，需要重新登记设备；照常办理",
    "revoked": "本设备已被中心注销，没有上传的记录已封存，请交负责人",
    "forbidden": "中心不接受本设备的请求，请联系管理员；照常办理",
    "fork": "本机账本与中心的不是同一份（换回过旧的，或被复制过），不要再收件，请管理员运行 clerk restore",
    "update_needed": "程序版本过旧，需要升级；照常办理",
    "bad_request": "有一条记录中心没有收下，稍后再试；照常办理",
    "not_enrolled": "本机还没有在中心登记；照常办理",
    "stopped": "上传程序一再中断，过几分钟再试；照常办理，请告诉管理员",
    "too_large": "应答大得读不完，不是中心，或中心要升级；本机的记录照常上传，请管理员查看",
    "no_room": "磁盘快满了，不再接收全厅的变化；本机的记录照常上传，请管理员清理磁盘",
}


class Keeper(Protocol):
    """Keeps what a sync run learns."""

    def __call__(self, message: AnyMessage) -> None:
        """Keep one message."""


def to_line(message: AnyMessage) -> bytes:
    """A message as one line."""
    return _encoder.encode(message) + b"\n"


def from_line(line: bytes) -> AnyMessage:
    """A message from one line.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decoder.decode(line)

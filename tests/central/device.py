"""A device without a journal file: it seals facts in memory, for tests that need many of them quickly."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from central import enrol as enrolment
from central import ingest
from central.clock import now_ms
from central.store.devices import DeviceRow
from hall import facts as f
from hall import wire
from hall.chain import Sealed, genesis, seal, type_of
from hall.roles import Role
from tests.builders import DAY, REFERENCE, received
from tests.central.counter import OFFICE
from tests.central.hub import NOW, Hub


class Device:
    """An enrolled device and everything it ever sealed."""

    def __init__(self, hub: Hub, name: str, office: str = OFFICE, code: str = "", role: Role = Role.CLERK) -> None:
        self.hub, self.office = hub, office
        self.key = Ed25519PrivateKey.generate()
        request = wire.EnrolRequest(
            one_time_code=hub.run(enrolment.new_code(hub.store, office, now_ms(), role)),
            device=name,
            device_code=code,
            public_key=self.key.public_key().public_bytes_raw(),
        )
        self.enrolled = hub.run(enrolment.enrol(hub.store, request, now_ms()))
        self.row = DeviceRow(name, office, request.public_key, False, role.value)
        self.start = genesis(name, self.enrolled.incarnation, request.public_key)
        self.sealed: list[Sealed] = []

    @property
    def name(self) -> str:
        return self.row.device_id

    @property
    def incarnation(self) -> str:
        return self.enrolled.incarnation

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.enrolled.token}", "Content-Type": "application/json"}

    def write(self, subject: str, body: f.FactBody, *, personal: f.Personal | None = None, **header: object) -> None:
        """Seal one more fact; a case that the test gives no number gets one of its own."""
        if isinstance(body, f.CaseReceived) and body.reference == REFERENCE:
            number = zlib.crc32(subject.encode("utf-8", "replace")) % 100_000
            body = structs.replace(body, reference=f"{self.office}-A1-{number:05d}-X")
        seq = len(self.sealed) + 1
        values = {
            "event_id": f"{self.name}/{self.incarnation}/{seq}",
            "type": type_of(body),
            "schema_v": 1,
            "device": self.name,
            "incarnation": self.incarnation,
            "seq": seq,
            "actor": "0001",
            "at_ms": NOW,
            "day": DAY,
            "subject": subject,
        }
        fact = f.Fact(header=f.Header(**(values | header)), body=body, personal=personal)  # type: ignore[arg-type]
        self.sealed.append(seal(fact, self.hash_at(seq - 1), b"s" * 16))

    def case(self, number: int, *, notes: int = 1) -> str:
        """Seal the facts of one accepted case; its identity."""
        case_id = f"case-{self.office}-{self.incarnation}-{number}"
        self.write(case_id, received(reference=f"{self.office}-{self.incarnation}-{number:05d}-X"))
        self.write(case_id, f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项"))
        for note in range(notes):
            self.write(case_id, f.NoteAdded(text=f"备注{note}"))
        return case_id

    def hash_at(self, seq: int) -> bytes:
        return self.sealed[seq - 1].hash if seq else self.start

    def request(self, first: int = 1, count: int = wire.MAX_FACTS, epoch: str = "") -> wire.PushRequest:
        """The push of ``count`` facts from ``first`` on."""
        head = wire.Head(seq=len(self.sealed), hash=self.hash_at(len(self.sealed)))
        return wire.PushRequest(
            proto=wire.PROTOCOL,
            device=self.name,
            incarnation=self.incarnation,
            epoch=epoch,
            app_v="test",
            head=head,
            first_seq=first,
            events=[as_wire(each) for each in self.sealed[first - 1 : first - 1 + count]],
            signature=wire.sign_push(self.key, self.incarnation, head, first),
        )

    def push(self, request: wire.PushRequest | None = None, now_ms: int = NOW) -> wire.PushReply:
        return self.hub.run(ingest.push(self.hub.store, self.row, request or self.request(), now_ms))

    def drain(self, after: int = 0, batch: int = wire.MAX_FACTS) -> int:
        """Push everything behind number ``after`` as a counter does; how far it was acknowledged."""
        acked = after
        while acked < len(self.sealed):
            acked = self.push(self.request(acked + 1, batch)).receipt.acked_through
        return acked


def as_wire(sealed: Sealed) -> wire.WireFact:
    """A sealed fact as it is sent."""
    return wire.WireFact(**{name: getattr(sealed, name) for name in wire.WireFact.__struct_fields__})


def stored_numbers(hub: Hub, office: str = OFFICE) -> list[int]:
    """The hall's number of every stored fact, in order."""
    rows = hub.read(lambda db: db.rows("SELECT server_seq FROM event WHERE office = $1 ORDER BY server_seq", office))
    return [row[0] for row in rows]


def whole(hub: Hub, devices: Sequence[Device]) -> None:
    """Every fact of these devices is stored exactly once, byte for byte, and numbered without gaps."""
    rows = hub.read(lambda db: db.rows("SELECT incarnation, seq, hash FROM event ORDER BY incarnation, seq"))
    sent = [(d.incarnation, seq, each.hash) for d in devices for seq, each in enumerate(d.sealed, 1)]
    assert [tuple(row) for row in rows] == sorted(sent)
    assert stored_numbers(hub) == list(range(1, len(sent) + 1))

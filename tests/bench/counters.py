"""Counters as a centre sees them: enrolled devices, each with a journal's facts sealed and put into requests before any
clock starts. They share two processors with what is measured, so they do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central import enrol
from central.clock import now_ms
from central.store import Store
from clerk_tui.store.journal import Journal
from hall import facts as f
from hall import wire
from hall.chain import Sealed, genesis, seal, type_of
from tests.bench.world import case
from tests.central.device import as_wire

FACTS_OF_A_CASE = 3


@dataclass
class Counter:
    """An enrolled device; ``number`` tells its cases from those of others."""

    name: str
    number: int
    token: str
    incarnation: str
    epoch: str
    key: Ed25519PrivateKey
    last: bytes
    seq: int = 0
    cases: int = field(default=0)

    def seal(self, cases: int) -> list[Sealed]:
        """The facts of so many more cases."""
        journal = cast(Journal, SimpleNamespace(incarnation=self.incarnation))
        made = []
        for number in range(self.cases, self.cases + cases):
            for entry in case(journal, self.number * 100_000 + number):
                header = self._header(entry.event_id, entry.subject, entry.body, entry.day)
                one = seal(f.Fact(header=header, body=entry.body, personal=entry.personal), self.last, b"s" * 16)
                self.last = one.hash
                made.append(one)
        self.cases += cases
        return made

    def _header(self, event_id: str, subject: str, body: f.FactBody, day: Any) -> f.Header:
        self.seq += 1
        return f.Header(
            event_id=event_id,
            type=type_of(body),
            schema_v=1,
            device=self.name,
            incarnation=self.incarnation,
            seq=self.seq,
            actor="0001",
            at_ms=now_ms(),
            day=day,
            subject=subject,
        )

    def requests(self, cases: int, batch: int = wire.MAX_FACTS) -> Iterator[tuple[int, bytes]]:
        """Pushes of so many more cases' facts: how many facts, and the body."""
        first = self.seq + 1
        sealed = self.seal(cases)
        head = wire.Head(seq=self.seq, hash=self.last)
        for begin in range(0, len(sealed), batch):
            facts = [as_wire(each) for each in sealed[begin : begin + batch]]
            request = wire.PushRequest(
                proto=wire.PROTOCOL,
                device=self.name,
                incarnation=self.incarnation,
                epoch=self.epoch,
                app_v="bench",
                head=head,
                first_seq=first + begin,
                events=facts,
                signature=wire.sign_push(self.key, self.incarnation, head, first + begin),
            )
            yield len(facts), msgspec.json.encode(request)


async def enrolled(store: Store, office: str, number: int) -> Counter:
    """A new device of a hall."""
    key = Ed25519PrivateKey.generate()
    request = wire.EnrolRequest(
        one_time_code=await enrol.new_code(store, office, now_ms()),
        device=f"bench-{number}",
        device_code="",
        public_key=key.public_key().public_bytes_raw(),
    )
    reply = await enrol.enrol(store, request, now_ms())
    return Counter(
        name=request.device,
        number=number,
        token=reply.token,
        incarnation=reply.incarnation,
        epoch=reply.epoch,
        key=key,
        last=genesis(request.device, reply.incarnation, request.public_key),
    )

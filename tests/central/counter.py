"""A counter as the centre sees it: a real journal and the requests its sync makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from central import enrol as enrolment
from central.clock import now_ms
from central.store import Store
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.journal import Journal
from hall import wire
from hall.roles import Role
from tests.central.inline import inline
from tests.journals import new_journal

OFFICE = "SL01"


class Counter:
    """An enrolled device with its journal."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        code: str = "A1",
        office: str = OFFICE,
        role: Role = Role.CLERK,
        run: Callable[[Any], Any] = inline,
    ) -> None:
        self.journal: Journal = new_journal(folder, code)
        self.device = self.journal.device()
        self.key = load_key(self.journal.path)
        request = wire.EnrolRequest(
            one_time_code=run(enrolment.new_code(store, office, now_ms(), role)),
            device=self.device.device_id,
            device_code=code,
            public_key=self.device.public_key,
        )
        self.enrolled: wire.EnrolReply = run(enrolment.enrol(store, request, now_ms()))

    def request(self, first: int = 1, limit: int = wire.MAX_FACTS, epoch: str = "") -> wire.PushRequest:
        """The push of the facts from ``first`` on."""
        outbox = Outbox(self.journal.path)
        head = outbox.head()
        facts = outbox.unsent(first - 1, limit, wire.MAX_BODY)
        outbox.close()
        return wire.PushRequest(
            proto=wire.PROTOCOL,
            device=self.device.device_id,
            incarnation=self.device.incarnation,
            epoch=epoch,
            app_v="test",
            head=head,
            first_seq=first,
            events=facts,
            signature=wire.sign_push(self.key, self.device.incarnation, head, first),
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.enrolled.token}", "Content-Type": "application/json"}


def encoded(request: object) -> bytes:
    """A message as it goes over the wire."""
    return msgspec.json.encode(request)

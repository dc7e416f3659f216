"""How a department's system is told: one adapter a kind of system. ``webhook`` is the reference.

An adapter tells one message and says what came of it; when, how often and in which order is ``central.departments``'.
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from central.store.deliveries import DepartmentRow
from hall.wire_departments import CaseTold


class Outcome(Struct, frozen=True):
    """What came of telling: ``taken``; ``later``, to be tried again; ``refused``, of which only a person can make
    something. ``why`` is for that person: Chinese, without personal data."""

    what: Literal["taken", "later", "refused"]
    why: str = ""


class Adapter(Protocol):
    """Tells departments."""

    async def tell(self, department: DepartmentRow, message: CaseTold, now_ms: int) -> Outcome:
        """Tell one message; never raises for what the other side does."""

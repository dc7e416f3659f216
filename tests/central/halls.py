"""Two halls at one centre, with somebody in every role in each: who the tests about rights ask as."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from central.clock import now_ms
from central.rights import DEPARTMENT
from central.store import Db, Store, connecting, tokens
from central.store import clerks as people
from central.store.clerks import ClerkRow
from central.store.deliveries import DepartmentRow
from central.store.tokens import SessionRow
from central.tokens import SESSION
from hall.roles import PERSONAL_ROLES, Role
from tests.central.counter import Counter, encoded
from tests.central.hub import Hub
from tests.journals import add_case

Result = TypeVar("Result")
Run = Callable[[Coroutine[Any, Any, Any]], Any]
HERE, THERE = "SL01", "SL02"
NAMES = {HERE: "钱一", THERE: "孙二"}
_serial = itertools.count(1)


class Hall:
    """One hall: a counter with a case, a print station, a board, the system of a department, and a clerk in each role
    of people."""

    def __init__(self, folder: Path, store: Store, run: Run, office: str) -> None:
        folder.mkdir(exist_ok=True)
        self.store, self.run, self.office = store, run, office
        prefix = "A" if office == HERE else "B"
        self.counter = Counter(folder, store, f"{prefix}1", office, run=run)
        self.station = Counter(folder, store, f"{prefix}2", office, Role.STATION, run)
        self.kiosk = Counter(folder, store, f"{prefix}3", office, Role.KIOSK, run)
        self.spare = Counter(folder, store, f"{prefix}4", office, run=run)
        self.case = add_case(self.counter.journal, 1)
        for role in PERSONAL_ROLES:
            row = ClerkRow(office=office, clerk_id=f"{office}-{role}", name=NAMES[office], roles=(role,))
            self.transact(partial(people.save, clerk=row))
        self.department_token = f"{DEPARTMENT}of-{office}"
        department = DepartmentRow(office, "scjg", "https://scjg.example.invalid/cases", b"s" * 32)
        self.transact(lambda db: connecting.connect(db, department, self.department_token, now_ms()))

    def transact(self, work: Callable[[Db], Any]) -> Any:
        return self.run(self.store.transact(work))

    def session(self, role: Role) -> str:
        """A fresh session of the clerk with this role."""
        token = f"{SESSION}{self.office}-{role}-{next(_serial)}"
        row = SessionRow(self.office, f"{self.office}-{role}", self.counter.device.device_id, now_ms() + 3_600_000)
        self.transact(lambda db: tokens.add_session(db, token, row, now_ms()))
        return token

    def askers(self) -> dict[tuple[Role, str], Callable[[], str]]:
        """Everybody who can ask, by role and kind, with where their token comes from."""
        found: dict[tuple[Role, str], Callable[[], str]] = {
            (Role.CLERK, "device"): lambda: self.counter.enrolled.token,
            (Role.STATION, "device"): lambda: self.station.enrolled.token,
            (Role.KIOSK, "device"): lambda: self.kiosk.enrolled.token,
            (Role.DEPARTMENT, "system"): lambda: self.department_token,
        }
        for role in PERSONAL_ROLES:
            found[role, "person"] = lambda role=role: self.session(role)  # type: ignore[misc]
        return found

    def own_words(self) -> list[str]:
        """What only this hall's answers may say."""
        devices = [each.device.device_id for each in (self.counter, self.station, self.kiosk, self.spare)]
        clerks = [f"{self.office}-{role}" for role in PERSONAL_ROLES]
        return [
            self.case,
            f"ticket-of-{self.office}",
            f"-{self.counter.device.incarnation}-",
            NAMES[self.office],
            *clerks,
            *devices,
        ]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def push_case(http: Any, hall: Hall) -> None:
    """The hall's counter sends its case."""
    reply = http.post("/v1/sync/push", content=encoded(hall.counter.request()), headers=hall.counter.headers)
    assert reply.status_code == 200


KEPT = ("device", "ended_token", "clerk", "clerk_session", "enrol_code", "audit")


def all_kept(hub: Hub) -> str:
    """Everything the centre keeps of devices and people, as text."""

    async def look(db: Db) -> list[object]:
        return [tuple(row) for table in KEPT for row in await db.rows(f"SELECT * FROM {table}")]

    return str(hub.read(look))

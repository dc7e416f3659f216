"""A hall behind the OpenAPI document: what a request must name and sign so that it gets past reading, by operation."""

from __future__ import annotations

import datetime as dt
import itertools
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from central import enrol as enrolment
from central.board import ZONE
from central.clock import now_ms
from central.rights import DEVICES_ONLY, OPTION
from central.store import clerks as people
from central.store import connecting
from central.store import tokens as sessions
from central.store.clerks import ClerkRow
from central.store.deliveries import DepartmentRow
from central.store.tokens import SessionRow
from hall import facts as f
from hall import wire
from hall.chain import Sealed, link
from hall.roles import PERSONAL_ROLES, Permission, Role, allows
from hall.wire_clerks import sign_rotation
from tests.central.counter import OFFICE
from tests.central.device import Device, as_wire
from tests.central.hub import Hub
from tests.central.queue_rig import BUSINESS

Body = dict[str, Any]
FACTS = ("POST /v1/sync/push", "POST /v1/sync/report")
FILE = b"%PDF-1.4 of nobody"
#: What a ticket must have been through before each thing that is done to one.
BEFORE: dict[str, tuple[str, ...]] = {
    "start": (), "recall": (), "pass": (), "hold": ("start",), "release": (), "transfer": ("start",),
    "finish": ("start",), "return": ("pass",),
}  # fmt: skip


class World:
    """A counter with a case, a print station, a person with every role, a department; and what they know."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self._serial = hub, itertools.count(1)
        self.counter = Device(hub, "device-1")
        self.station = Device(hub, "station-1", role=Role.STATION)
        self.kiosk = Device(hub, "kiosk-1", role=Role.KIOSK)
        self.case = self.counter.case(1)
        self.counter.write("case-of-nobody", f.NoteAdded(text="没有这件事"))
        self.counter.write("", f.AlarmRaised(window="3", clerk="0001"))
        self.counter.drain()
        self.next: list[Sealed] = []
        self.reported: list[tuple[int, Sealed]] = []
        self.pin = self._people()
        self.askers = [
            (self.counter.enrolled.token, frozenset({Role.CLERK}), True),
            (self.station.enrolled.token, frozenset({Role.STATION}), True),
            ("d.all", frozenset({Role.DEPARTMENT}), False),
            ("s.all", frozenset(PERSONAL_ROLES), False),
        ]
        self.tokens = [token for token, _, _ in self.askers] + [self.kiosk.enrolled.token]
        self._wanted = dict(self._handlers())
        asides = self.ask("GET", "/v1/quarantine")["entries"]
        self.aside, self.alarm = asides[0]["number"], self.ask("GET", "/v1/alarms")["alarms"][0]["number"]
        self.ask("POST", "/v1/queue/windows", window="3", state="open", businesses=[BUSINESS])
        self.file = sha256(FILE).hexdigest()
        headers = {"Authorization": f"Bearer {self.counter.enrolled.token}"}
        hub.http.request("PUT", f"/v1/attachments/{self.file}", content=FILE, headers=headers)

    def _handlers(self) -> Any:
        for route in self.hub.app.routes:
            for handler in getattr(route, "route_handlers", ()):
                if isinstance(handler, HTTPRouteHandler):
                    for method in handler.http_methods:
                        yield f"{method} {route.path_format}", handler.opt

    def _people(self) -> str:
        clerk = ClerkRow(office=OFFICE, clerk_id="all", name="周敏", roles=tuple(role.value for role in PERSONAL_ROLES))
        row = SessionRow(OFFICE, "all", self.counter.name, now_ms() + 3_600_000)
        department = DepartmentRow(OFFICE, "scjg", "", b"s" * 32)
        self.hub.transact(lambda db: people.save(db, clerk))
        self.hub.transact(lambda db: sessions.add_session(db, "s.all", row, now_ms()))
        self.hub.transact(lambda db: connecting.connect(db, department, "d.all", 1))
        headers = {"Authorization": "Bearer s.all"}
        pins = [
            self.hub.http.post("/v1/clerks", json={"id": number, "name": "冯春", "roles": ["clerk"]}, headers=headers)
            for number in ("0815", "0816")
        ]
        return str(pins[0].json()["pin"])

    def number(self) -> str:
        """An identity that nobody had."""
        return f"0123456789-{next(self._serial):05d}"

    def token(self, name: str) -> str:
        """Of somebody who may."""
        option = self._wanted.get(name, {})
        wanted = option.get(OPTION)
        if not isinstance(wanted, Permission):
            return self.tokens[0]
        whole = option.get(DEVICES_ONLY)
        return next(token for token, roles, own in self.askers if allows(roles, wanted) and (own or not whole))

    def ask(self, method: str, path: str, name: str = "", /, **body: Any) -> Any:
        """What the centre says to somebody who may."""
        headers = {"Authorization": f"Bearer {self.token(name or f'{method} {path}')}"}
        answer = self.hub.http.request(method, path, headers=headers, **({"json": body} if body else {}))
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    def corrected(self, name: str, path: Body, body: Any) -> tuple[Body, Any]:
        """The same request with names that the centre knows and what has to be signed signed."""
        correct = _CORRECTED.get(name)
        if name.startswith("POST /v1/queue/{ticket}/"):
            return _moved(self, name.rpartition("/")[2], body)
        return correct(self, path, body) if correct else (path, body)

    def heard(self, name: str, body: Any, status: int) -> None:
        """What was sent as the next facts is in the journal, or was never written; a new PIN is the PIN."""
        if name == "POST /v1/clerks/pin" and status == 200:
            self.pin = body["new_pin"]
        if name in FACTS:
            if status == 200:
                behind = len(self.counter.sealed)
                self.counter.sealed += self.next
                if name.endswith("report"):
                    self.reported += [(behind + 1, each) for each in self.next]
            self.next = []

    def ticket(self, *verbs: str) -> str:
        """A ticket that window 3 has called and taken so far."""
        ticket, window = self.number(), self.number()
        self.ask("POST", "/v1/queue/tickets", ticket_id=ticket, business=BUSINESS, letter="A")
        self.ask("POST", "/v1/queue/claim", claim_id=window, window=window[:20], businesses=[BUSINESS], ticket=ticket,
                 reason="先办")  # fmt: skip
        for verb in verbs:
            move = {"action_id": self.number(), "window": window[:20], "reason": "未到"}
            self.ask("POST", f"/v1/queue/{ticket}/{verb}", f"POST /v1/queue/{{ticket}}/{verb}", **move)
        return f"{ticket} {window[:20]}"

    def job(self, *verbs: str) -> Body:
        """A print job that the station has taken so far."""
        name, claim, pdf = f"{self.number()}.pdf", self.number(), b"%PDF"
        named = {"name": name, "sha256": sha256(pdf).hexdigest(), "station": name[:16].replace(".", "")}
        self.ask("POST", "/v1/print/jobs", **named, pdf=b64encode(pdf).decode())
        taken = ""
        while verbs and taken != name:
            claim = self.number()
            taken = self.ask("POST", "/v1/print/take", claim_id=claim, station=named["station"])["job"]["name"]
        if "begin" in verbs:
            self.ask("POST", "/v1/print/begin", name=name, claim_id=claim)
        return {"name": name, "claim_id": claim}


def _plain(message: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(message))


def _with(**values: Any) -> Callable[[World, Body, Any], tuple[Body, Any]]:
    return lambda world, path, body: (path, body | {key: _value(world, value) for key, value in values.items()})


def _at(**values: Any) -> Callable[[World, Body, Any], tuple[Body, Any]]:
    return lambda world, path, body: (path | {key: _value(world, value) for key, value in values.items()}, body)


def _value(world: World, value: Any) -> Any:
    return value(world) if callable(value) else value


def _push(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    """A note that is whole, and behind it what was generated, chained as a device would."""
    device = world.counter
    device.write(world.case, f.NoteAdded(text="备注"))
    facts, seq = [device.sealed.pop()], len(device.sealed)
    for each in body["events"][:2]:
        header, public, personal, salt = (
            b64decode(each.get(key, "")) for key in ("header", "public", "personal", "salt")
        )
        digest = sha256(salt + personal).digest()
        hashed = link(header, public, digest, facts[-1].hash)
        facts.append(
            Sealed(header=header, public=public, personal=personal, salt=salt, personal_hash=digest, hash=hashed)
        )
    head = wire.Head(seq=seq + len(facts), hash=facts[-1].hash)
    signed = wire.sign_push(device.key, device.incarnation, head, seq + 1)
    world.next = facts
    told = {"proto": wire.PROTOCOL, "device": device.name, "incarnation": device.incarnation, "epoch": "",
            "head": head, "first_seq": seq + 1, "events": [as_wire(each) for each in facts], "signature": signed,
            "acked": None}  # fmt: skip
    return path, body | _plain(told)


def _report(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    device = world.counter
    device.write(world.case, f.NoteAdded(text="备注"))
    fact, seq = device.sealed.pop(), len(device.sealed) + 1
    world.next = [fact]
    signed = wire.sign_push(device.key, device.incarnation, wire.Head(seq=seq, hash=fact.hash), seq)
    outline = {"header": fact.header, "public_hash": sha256(fact.public).digest(), "personal_hash": fact.personal_hash,
               "hash": fact.hash}  # fmt: skip
    told = {"incarnation": device.incarnation, "epoch": "", "seq": seq, "outline": outline, "signature": signed}
    return path, body | _plain(told)


def _contents(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    seq, fact = world.reported[-1] if world.reported else (1, world.counter.sealed[0])
    return path, body | _plain({"incarnation": world.counter.incarnation, "seq": seq, "fact": as_wire(fact)})


def _rotate(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    return path, _plain(sign_rotation(world.kiosk.key, world.kiosk.name, b64decode(body["token_hash"])))


def _moved(world: World, verb: str, body: Body) -> tuple[Body, Body]:
    if verb == "void":
        ticket = world.number()
        world.ask("POST", "/v1/queue/tickets", ticket_id=ticket, business=BUSINESS, letter="A")
        return {"ticket": ticket}, body | {"action_id": world.number(), "window": ""}
    ticket, _, window = world.ticket(*BEFORE[verb]).partition(" ")
    return {"ticket": ticket}, body | {"action_id": world.number(), "window": "" if verb == "return" else window}


def _renew(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    ticket, _, window = world.ticket().partition(" ")
    return path, body | {"ticket": ticket, "window": window, "claim_id": window}


def _job(*verbs: str, claim: bool = True) -> Callable[[World, Body, Body], tuple[Body, Body]]:
    def correct(world: World, path: Body, body: Body) -> tuple[Body, Body]:
        job = world.job(*verbs)
        return path, body | (job if claim else {"name": job["name"]})

    return correct


def _unknown_job(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    job = world.job("take", "begin")
    world.ask("POST", "/v1/print/end", **job, state="unknown")
    return path, body | {"name": job["name"]}


def _paper(world: World, path: Body, body: Body) -> tuple[Body, Body]:
    return path, body | {"name": f"{world.number()}.pdf", "sha256": sha256(b64decode(body["pdf"])).hexdigest()}


def _attachment(world: World, path: Body, body: Any) -> tuple[Body, Any]:
    # What Schemathesis makes of a body of bytes holds them as ``data``.
    data = getattr(body, "data", b"")
    return path | {"digest": sha256(data).hexdigest()}, body


def _code(world: World) -> str:
    return str(world.hub.run(enrolment.new_code(world.hub.store, OFFICE, now_ms())))


def _today(_: World) -> str:
    return dt.datetime.fromtimestamp(now_ms() / 1000, ZONE).date().isoformat()


def _revoked(world: World) -> str:
    return Device(world.hub, f"spare-{next(world._serial)}").name


_CORRECTED: dict[str, Callable[[World, Body, Any], tuple[Body, Any]]] = {
    "POST /v1/devices/enrol": _with(
        one_time_code=_code, device=lambda world: world.number(), device_code="", office=""
    ),
    "POST /v1/devices/rotate": _rotate,
    "POST /v1/devices/{device}/revoke": _at(device=_revoked),
    "POST /v1/sync/push": _push,
    "POST /v1/sync/report": _report,
    "POST /v1/sync/contents": _contents,
    "POST /v1/clerks": _with(id=lambda world: world.number(), name="冯春", roles=["clerk"]),
    "POST /v1/clerks/sign-in": _with(clerk="0815", pin=lambda world: world.pin),
    "POST /v1/clerks/pin": _with(clerk="0815", pin=lambda world: world.pin),
    "PATCH /v1/clerks/{clerk}": lambda world, path, body: ({"clerk": "0816"}, body | {"roles": ["clerk"]}),
    "POST /v1/clerks/{clerk}/reset-pin": _at(clerk="0816"),
    "POST /v1/quarantine/{number}/retry": lambda world, path, body: (
        {"number": world.aside}, body | {"reason": "已核对"}
    ),
    "POST /v1/alarms/{number}/settle": _at(number=lambda world: world.alarm),
    "PUT /v1/attachments/{digest}": _attachment,
    "GET /v1/attachments/{digest}": _at(digest=lambda world: world.file),
    "HEAD /v1/attachments/{digest}": _at(digest=lambda world: world.file),
    "POST /v1/departments/decisions": _with(
        id=lambda world: world.number(), granted=True, case_id=lambda world: world.case, reference="",
        day="2026-10-10", valid_until=None, collect_from=None, version=0,
    ),
    "POST /v1/deliveries/{department}/replay": _at(department="scjg"),
    "POST /v1/deliveries/{department}/{case_id}/replay": _at(department="scjg", case_id=lambda world: world.case),
    "POST /v1/queue/blocks": _with(block_id=lambda world: world.number(), letter="Z", day=_today, count=1),
    "POST /v1/queue/renew": _renew,
    "GET /v1/queue/tickets/{ticket}": _at(ticket=lambda world: world.ticket().partition(" ")[0]),
    "POST /v1/print/jobs": _paper,
    "POST /v1/print/withdraw": _job(claim=False),
    "POST /v1/print/begin": _job("take"),
    "POST /v1/print/end": _job("take", "begin"),
    "POST /v1/print/settle": _unknown_job,
}  # fmt: skip

"""A counter machine: the real journal, outbox, client and keeper over a real database, and a clerk who works at it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx
from msgspec import structs

from clerk_tui.config import Config
from clerk_tui.services import hall_cases
from clerk_tui.services.renewal import Enrolled, renew
from clerk_tui.services.rights import Seat
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import attachments
from clerk_tui.store.attachments import Attachment
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.store.journal import Entry, Journal, open_journal
from clerk_tui.sync import conversing
from clerk_tui.sync.backoff import Budget
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import AnyMessage, Keeper, Trouble, from_line, to_line
from clerk_tui.sync.sending_archives import send_archives
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, write_token
from hall import facts as f
from hall import wire
from hall.errors import StoreError
from hall.ids import uuid7
from hall.reference import make_reference
from hall.roles import Actor, Role
from hall.steps import misfit
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import PRESENT, ROWS, received
from tests.journals import empty_database
from tests.reliability.disk import WORKS
from tests.simulator.centre import OFFICE
from tests.simulator.network import Line

if TYPE_CHECKING:
    from tests.simulator.world import World

EPOCH_MS = 1_793_581_200_000
"""The centre's clock at the start of every run: 2 November 2026, nine in the morning."""


class Killed(BaseException):
    """The machine has stopped; nothing that comes after this line is done."""


@dataclass(frozen=True)
class Saved:
    """A fact of which the screen said that it is saved."""

    incarnation: str
    seq: int
    hash: bytes
    event_id: str


class DeviceClock:
    """A clock of a counter: off by ``skew_ms``, perhaps by years."""

    def __init__(self, world: World, skew_ms: int) -> None:
        self.world, self.skew_ms, self.boot = world, skew_ms, 0

    @property
    def boot_id(self) -> str:
        return f"boot-{self.boot}"

    def now_ms(self) -> int:
        return EPOCH_MS + int(self.world.now_s * 1000) + self.skew_ms

    def mono_ms(self) -> int:
        return int(self.world.now_s * 1000)

    def today(self) -> dt.date:
        return dt.datetime.fromtimestamp(self.now_ms() / 1000, dt.timezone(dt.timedelta(hours=8))).date()


class Device:
    """One counter. Whatever it does may end in ``Killed``; then it is a folder of files until ``boot``."""

    def __init__(self, world: World, folder: Path, code: str, skew_ms: int) -> None:
        self.world, self.folder, self.code = world, folder, code
        self.path = folder / "clerk.db"
        self.witness = folder / "witness"
        self.clock = DeviceClock(world, skew_ms)
        self.saved: list[Saved] = []
        self.scans: dict[str, str] = {}
        """The digest of the scan that a saved fact names, by the fact."""
        self.references: list[str] = []
        self.cases: list[str] = []
        """Begun here, by this incarnation."""
        self.drafts: deque[list[Entry]] = deque()
        """Begun by the clerk, not known to be saved."""
        self.token_file = folder / "token"
        self.failures = 0
        self.running = self.dying = False
        self.frames = 0
        self.copies: list[dict[str, bytes]] = []
        self._pipe: deque[bytes] = deque()
        folder.mkdir()
        (folder / "clerk.db").write_bytes(empty_database())
        self.boot()
        self._enrol()

    def boot(self) -> None:
        """Start the counter, and the clerk goes on with what was begun."""
        self.clock.boot += 1
        self.journal: Journal = open_journal(self.path, device_code=self.code, clock=self.clock, witness=self.witness)
        self.ws = Workspace(_CONFIG, self.journal, _NOT_USED, _NOT_USED, self.clock, Seat(_CLERK))
        self.key = load_key(self.path)
        self.outbox = Outbox(self.path)
        self.keeper = JournalKeeper(self.journal.database, self.clock)
        self.running, self.dying = True, False
        self._pipe, self.failures, self.retrying = deque(), 0, False
        self.budget = Budget()

    def enrol_again(self) -> None:
        """What ``clerk enrol`` does with a new one-time code: the same identity, code and journal, a new token."""
        self.world.noted("enrolled again")
        self._enrol()

    def _enrol(self) -> None:
        device = self.journal.device()
        reply = self.world.centre.enrol(
            wire.EnrolRequest(
                one_time_code="",
                device=device.device_id,
                device_code=device.incarnation,
                public_key=device.public_key,
            )
        )
        write_token(self.token_file, reply.token)
        pin_centre(self.journal.database, reply.server_key, reply.epoch, reply.sealing_key)

    def is_up(self) -> bool:
        """Whether the machine runs, and has not just died."""
        return self.running and not self.dying

    # What the clerk does

    def act(self, *, bad: bool = False) -> None:
        """One action: a new case, or something more about one. It is begun once and, after a crash, finished."""
        rng = self.world.rng
        if bad:
            self.drafts.append([self._entry(uuid7(self.clock.now_ms(), rng.randbytes(10)), f.NoteAdded(text="?"))])
        elif (rng.random() < 0.35 and self._go_on()) or (rng.random() < 0.2 and self._end()):
            pass
        elif self.cases and rng.random() < 0.4:
            case = rng.choice(self.cases)
            self.drafts.append([self._entry(case, f.NoteAdded(text="备注")) for _ in range(rng.randrange(1, 4))])
        else:
            case = uuid7(self.clock.now_ms(), rng.randbytes(10))
            whole = rng.random() < 0.4
            bodies = (received(), _ACCEPTED) if whole else (received(_LACKING), _NOTICED)
            self.drafts.append([self._entry(case, body) for body in bodies])
        self.finish_drafts()

    def _go_on(self) -> bool:
        """Go on with a case of the hall that waits for a paper: one of another window's too, as the feed told it."""
        waiting = [each for each in self._known() if each.case.state in hall_cases.OPEN]
        if not waiting:
            return False
        chosen = self.world.rng.choice(waiting)
        here = len(chosen.case.timeline)
        done = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=self.clock.today(), complete=True)
        bodies: list[f.FactBody] = [done, _ACCEPTED] if here % 2 else [done]
        if chosen.news:
            bodies.insert(0, hall_cases.adoption(self.ws, chosen, whole=bool(chosen.told_at % 2)))
            self.world.noted("went on with another window's case")
        self.drafts.append([self._entry(chosen.case.case_id, body) for body in bodies])
        return True

    def _end(self) -> bool:
        """End a case of the hall from a side: another window may go on with it, or end it, before it hears of that."""
        rng, day = self.world.rng, self.clock.today()
        ways: tuple[Literal["withdrawn", "returned"], ...] = ("withdrawn", "returned")
        how = rng.choice(ways)
        body = f.CaseClosed(how=how, day=day, reason="申请人来电")
        open_to_it = [each for each in self._known() if not misfit(each.case, body)]
        if not open_to_it:
            return False
        chosen = rng.choice(open_to_it)
        bodies: list[f.FactBody] = [body]
        if chosen.news:
            bodies.insert(0, hall_cases.adoption(self.ws, chosen, whole=True))
            self.world.noted("ended another window's case")
        self.world.noted(f"a case {how}")
        self.drafts.append([self._entry(chosen.case.case_id, each) for each in bodies])
        return True

    def _known(self) -> list[hall_cases.HallCase]:
        """The cases of the hall, as this window shows them."""
        told = self.journal.read().execute("SELECT case_id FROM inbox_change ORDER BY case_id").fetchall()
        with self.journal.write() as tx:
            found = [hall_cases.look(self.ws, tx, case) for case in sorted({row[0] for row in told} | set(self.cases))]
        return [each for each in found if each is not None]

    def scan(self) -> None:
        """The clerk adds a scan to a case that was begun here."""
        if not self.cases:
            return
        rng = self.world.rng
        source = self.world.folder / "scan.pdf"
        source.write_bytes(b"%PDF-" + rng.randbytes(rng.randrange(1, 400)))
        taken = attachments.take_in(self.path, source)
        body = f.DocumentAttached(sha256=taken.sha256, size=taken.size, mime=taken.mime, name="scan.pdf")
        self.drafts.append([self._entry(rng.choice(self.cases), body)])
        self.finish_drafts()

    def finish_drafts(self) -> None:
        """Commit what was begun; what an earlier life of the program committed already is not done twice."""
        while self.drafts:
            self._commit(self.drafts[0])
            self.drafts.popleft()

    def _commit(self, draft: list[Entry]) -> None:
        journal, first = self.journal, draft[0]
        if (seq := journal.seq_of(first.event_id)) is None:
            with journal.write() as tx:
                if isinstance(first.body, f.CaseReceived):
                    reference = make_reference(OFFICE, journal.incarnation, journal.next_number(tx, "reference"))
                    draft = [_with_body(first, structs.replace(first.body, reference=reference)), *draft[1:]]
                if isinstance(first.body, f.DocumentAttached):
                    taken = Attachment(sha256=first.body.sha256, size=first.body.size, mime=first.body.mime)
                    attachments.keep(tx, taken, self.clock.now_ms())
                journal.append(tx, draft)
            seq = journal.seq_of(first.event_id)
            assert seq is not None
        # From here on the screen says "saved" and the slip is printed.
        for sealed, number in zip(journal.sealed_from(seq, len(draft)), range(seq, seq + len(draft)), strict=True):
            self.saved.append(Saved(journal.incarnation, number, sealed.hash, draft[number - seq].event_id))
        if isinstance(first.body, f.DocumentAttached):
            self.scans[first.event_id] = first.body.sha256
        if isinstance(first.body, f.CaseReceived):
            case = journal.facts_of(first.subject)[0]
            assert isinstance(case.body, f.CaseReceived)
            self.references.append(case.body.reference)
            self.cases.append(first.subject)

    def _entry(self, subject: str, body: f.FactBody) -> Entry:
        event_id = uuid7(EPOCH_MS, self.world.rng.randbytes(10))
        return Entry(event_id=event_id, subject=subject, body=body, actor="0001", day=self.clock.today())

    # What its sync does

    def sync(self) -> None:
        """One round of the sync process, as ``clerk_tui.sync.child`` does it, and what the counter keeps of it."""
        self._flush()
        with httpx.Client(base_url="http://centre.invalid", transport=Line(self.world, self)) as http:
            client = self._conversation(http)
            trouble = conversing.hold(client, http, self.outbox, self._settings(), self._told, lambda: False)
        if trouble is not None:
            self.failures += 1
            wait = self.budget.wait_s(self.failures, self.world.rng.random(), at_least_s=trouble.retry_s)
            self._told(Trouble(what=trouble.what, detail=trouble.detail, retry_s=wait))
            if not self.retrying and self.world.now_s + wait < self.world.end_s:
                self.retrying = True
                self.world.later(wait, lambda: self.world.work(self, self.retry))
        else:
            self.failures = 0
            self.budget.success()
        self.trouble = trouble
        if not self.world.chance(self.world.weather.pipe_late):
            self._flush()

    def watch(self) -> None:
        """Wait for the hall's next change on a second connection, as ``clerk_tui.sync.watching`` does; while the reply
        is on its way the conversation may go on."""
        with httpx.Client(base_url="http://centre.invalid", transport=Line(self.world, self, watching=True)) as http:
            self._conversation(http, self._told_now).watch(25)

    def _settings(self) -> Settings:
        return Settings(path=self.path, url="", token_file=self.token_file, office=OFFICE)

    def _conversation(self, http: httpx.Client, told: Keeper | None = None) -> Client:
        token = read_token(self.token_file)
        assert token is not None
        return Client(
            http, self.outbox, self.key, token, told or self._told,
            save_token=lambda renewed: write_token(self.token_file, renewed),
            clock=lambda: wire.ClockReading(
                wall_ms=self.clock.now_ms(), mono_ms=self.clock.mono_ms(), boot_id=self.clock.boot_id
            ),
        )  # fmt: skip

    def bring_contents(self) -> None:
        """What a running counter tries once an hour: perhaps the centre takes by now what it would not take, of its
        archived journals too."""
        with httpx.Client(base_url="http://centre.invalid", transport=Line(self.world, self)) as http:
            client = self._conversation(http)
            client._bringing._due = 0.0
            client.run()
            send_archives(http, self.outbox.archives(), self._settings(), self._told, lambda: False)
        self._flush()

    def retry(self) -> None:
        """The wait after trouble is over."""
        self.retrying = False
        self.sync()

    trouble: Trouble | None = None

    def is_done(self) -> bool:
        """Whether the last round went well and nothing is left to send, of archived journals too."""
        sent = self.journal.device().acked_through == self.journal.head.seq
        sent = sent and not self.outbox.scans()
        return self.trouble is None and sent and all(each.state != "sending" for each in self.outbox.archives())

    def _told(self, message: AnyMessage) -> None:
        """The sync process says something; the counter reads it now or a little later."""
        self._pipe.append(to_line(message))
        if not self.world.chance(self.world.weather.pipe_late):
            self._flush()

    def _told_now(self, message: AnyMessage) -> None:
        """From the second connection, over the same pipe."""
        self._pipe.append(to_line(message))
        self._flush()

    def _flush(self) -> None:
        while self._pipe:
            self.keeper(from_line(self._pipe.popleft()))

    # How it dies

    def stop_now(self, *, power: bool) -> None:
        """The machine stops at this line.

        Raises:
            Killed: always.
        """
        self.dying = True
        self._left = self._image_after_power_cut() if power and WORKS else self.image()
        raise Killed

    def image(self) -> dict[str, bytes]:
        """Every file of the machine as it is now (the shared memory of SQLite is made anew from the others)."""
        return {
            str(path): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.endswith(("-shm", ".lock", ".open"))
        }

    def _image_after_power_cut(self) -> dict[str, bytes]:
        found = self.world.disk.files.after_power_cut(self.world.rng)
        below = {path: content for path, content in found.items() if self.folder in Path(path).parents}
        others = {path: data for path, data in self.image().items() if path not in self.world.disk.files.durable}
        return others | below

    def bury(self) -> None:
        """What is left of a machine that has stopped: the files as they were at that moment."""
        self.close()
        self.put_back(self._left)

    def put_back(self, image: dict[str, bytes]) -> None:
        """Make the disk what ``image`` says; the machine is off."""
        shutil.rmtree(self.folder)
        for name, content in image.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(content)
        self.world.disk.files.forget(self.folder)

    def start_from(self, copy: dict[str, bytes]) -> None:
        """Somebody starts the machine from an older image of its disk; the witness lies on another one.

        The counter has to refuse what is behind its witness. Then the right disk is put back, or, where that one is
        lost, somebody enrols the machine anew: what only the lost disk had is gone, and nothing else may be.
        """
        self.close()
        now = self.image()
        self.put_back({**copy, str(self.witness): now[str(self.witness)]} if str(self.witness) in now else copy)
        try:
            self.boot()
        except StoreError as error:
            assert error.code == "rolled_back", error
            self.world.noted("an old image was refused")
            if self.world.chance(0.5):
                self.put_back(now)
            else:
                self._enrol_anew()
            self.boot()

    def _enrol_anew(self) -> None:
        """What ``clerk restore`` does: the old journal into the archive, a new identity, a new code."""
        world = self.world
        world.noted("enrolled anew")

        def enrol(device: str, key: bytes) -> Enrolled:
            told = world.centre.enrol(
                wire.EnrolRequest(one_time_code="", device=device, device_code="", public_key=key, office=OFFICE)
            )
            return Enrolled(
                incarnation=told.incarnation,
                server_key=told.server_key,
                epoch=told.epoch,
                sealing_key=told.sealing_key,
                token=told.token,
            )

        renew(self.path, self.token_file, self.witness, self.code, self.clock, enrol)
        world.disk.files.forget(self.folder)
        self.cases = []
        self.saved = world.still_somewhere(self)

    def close(self) -> None:
        """Close every file; as a program that ends well, if nothing is put back afterwards."""
        self.running = False
        with suppress(Exception):
            self.outbox.close()
        with suppress(Exception):
            self.journal.close()


_CONFIG = Config()
_CLERK = Actor(id="0001", name="周敏", roles=frozenset({Role.CLERK}))
_NOT_USED: Any = None
_LACKING = {"form": PRESENT, "id": Tick(TickState.MISSING)}
_NOTICED = f.CaseNoticed(gaps=gaps_of(ROWS, _LACKING), respond_by=dt.date(2027, 1, 4), article="第四项")
_ACCEPTED = f.CaseAccepted(accepted=dt.date(2026, 11, 2), due=f.Due(), article="第五项")


def _with_body(entry: Entry, body: f.FactBody) -> Entry:
    return Entry(event_id=entry.event_id, subject=entry.subject, body=body, actor=entry.actor, day=entry.day)

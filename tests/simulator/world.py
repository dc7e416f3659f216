"""Virtual time, what happens in it, and who is working when a machine dies."""

from __future__ import annotations

import heapq
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from unittest.mock import patch

from clerk_tui import faults
from clerk_tui.store.archives import archives_at
from clerk_tui.store.attachments import path_of
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync import files, sending_archives
from tests.reliability.disk import Disk
from tests.simulator.centre import Answer, Centre, Crashed
from tests.simulator.device import EPOCH_MS, Device, Killed, Saved
from tests.simulator.network import Parcel
from tests.simulator.plan import END_S, Plan, Step, Weather

MEMORY = Path("/dev/shm")
HEALING_ROUNDS = 12
PIECE = 100
"""Bytes of a scan in one request."""
MEANWHILE = 40
"""While one thing goes on, people do at most so much: in no time they would write more than any line carries."""


class World:
    """One run. Nothing in it waits; a seed gives the same run every time."""

    def __init__(self, plan: Plan, disk: Disk) -> None:
        self.plan, self.disk = plan, disk
        self.rng = Random(f"world {plan.seed}")
        self.weather = plan.weather
        self.now_s, self.end_s = 0.0, END_S
        self.counts: Counter[str] = Counter()
        self.log: list[str] = []
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._turn = count()
        self._meanwhile = 0
        self._stack: list[Device] = []
        self.restores = True
        self._kill: tuple[Device, int, bool] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="simulated-", dir=MEMORY if MEMORY.is_dir() else None))
        self.centre = Centre(self.folder)
        self.centre.now_ms = EPOCH_MS
        self.centre.refused = plan.refused
        self.devices = [
            Device(self, self.folder / f"W{number:02d}", f"W{number:02d}", plan.skews_ms[number])
            for number in range(plan.devices)
        ]
        for step in plan.steps:
            self._push(step.at_s, lambda step=step: self._do(step))  # type: ignore[misc]

    # Time

    def time_ns(self) -> int:
        """The clock of the machine that works just now, in nanoseconds (for what asks the machine itself)."""
        return self._stack[-1].clock.now_ms() * 1_000_000

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something after so many virtual seconds."""
        self._push(self.now_s + seconds, what)

    def _push(self, at_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at_s, next(self._turn), what))

    def run(self) -> None:
        """Everything that is planned and what follows from it; then the healing."""
        with (
            faults.watched(self._passed),
            patch.object(sending_archives, "time", self),
            patch.object(files, "PIECE", PIECE),
        ):
            while self._queue:
                at_s, _, what = heapq.heappop(self._queue)
                if at_s > self.end_s:
                    break
                self.now_s, self._meanwhile = max(self.now_s, at_s), 0
                what()
            self._heal()

    def _heal(self) -> None:
        """The network is well again, every machine runs; late requests still arrive, between and after the others."""
        self.weather = Weather()
        self._kill = None
        late = [what for _, _, what in sorted(self._queue)]
        self._queue.clear()
        for device in self.devices:
            if not device.running:
                device.boot()
            self.work(device, device.finish_drafts)
        for turn in range(HEALING_ROUNDS):
            self.now_s += 600
            if late:
                late.pop(self.rng.randrange(len(late)))()
            for device in self.devices:
                self.work(device, device.sync)
                if device.trouble is not None and device.trouble.what == "token":
                    # The centre was put back to a time before it knew this machine.
                    device.enrol_again()
            self._queue.clear()
            if turn >= 2 and all(device.is_done() for device in self.devices):
                break
        for what in late:
            what()
        if self.plan.newer:
            self.centre.refused = 0
        self.now_s += 3600
        for device in self.devices:
            self.work(device, device.bring_contents)
        for device in self.devices:
            self.work(device, device.sync)

    # What is planned

    def _do(self, step: Step) -> None:
        self.counts[step.kind] += 1
        if step.kind == "centre_crash":
            self.centre.die_soon(self.rng.randrange(1, 250))
        elif step.kind == "centre_power_cut":
            self.centre.power_cut(self.disk, self.rng)
        elif step.kind == "centre_copy":
            self.centre.copy()
        elif step.kind == "centre_restore":
            if self.restores:
                self.centre.restore()
        else:
            self._do_at(self.devices[step.device], step)

    def _do_at(self, device: Device, step: Step) -> None:
        if step.kind == "jump":
            device.clock.skew_ms += self.rng.randrange(-86_400_000, 86_400_000)
        if not device.running:
            return
        match step.kind:
            case "action":
                self.work(device, device.act)
            case "scan":
                self.work(device, device.scan)
            case "bad_record":
                self.work(device, lambda: device.act(bad=True))
            case "sync":
                self.work(device, device.sync)
            case "watch":
                self.work(device, device.watch)
            case "bring_contents":
                self.work(device, device.bring_contents)
            case "token_ends":
                self.centre.end_token(device.journal.device().device_id)
            case "kill" | "power_cut":
                # At one of the next points it passes.
                self._kill = (device, self.rng.randrange(1, 12), step.kind == "power_cut")
            case "reboot":
                device.close()
                device.boot()
                self.work(device, device.finish_drafts)
            case "copy_image":
                device.copies.append(device.image())
            case "roll_back" if device.copies:
                device.start_from(self.rng.choice(device.copies))

    # Who works, and who dies

    def work(self, device: Device, what: Callable[[], None]) -> None:
        """Let a device do something; if its machine stops meanwhile it is started again some time later."""
        if not device.is_up():
            return
        device.frames += 1
        self._stack.append(device)
        try:
            what()
        except Killed:
            if not device.dying:
                raise
        finally:
            self._stack.pop()
            device.frames -= 1
            if device.dying and not device.frames and device.running:
                device.bury()
                self._push(self.now_s + self.rng.uniform(5, 600), lambda: self._start_again(device))

    def _start_again(self, device: Device) -> None:
        if device.running:
            return
        device.boot()
        self.work(device, device.finish_drafts)

    def _passed(self, name: faults.Point) -> None:
        """Somebody's code passes a named point."""
        if self._kill is None or not self._stack:
            return
        device, left, power = self._kill
        if self._stack[-1] is not device or device.dying:
            return
        self._kill = (device, left - 1, power) if left > 1 else None
        if left <= 1:
            self.counts[f"died at {name}"] += 1
            device.stop_now(power=power)

    # What the network asks

    def chance(self, likely: float) -> bool:
        """Whether something of this likelihood happens now."""
        return likely > 0 and self.rng.random() < likely

    def noted(self, what: str) -> None:
        """Count something that happened."""
        self.counts[what] += 1

    def deliver(self, parcel: Parcel) -> Answer:
        """Hand a request to the centre."""
        self.centre.now_ms = EPOCH_MS + int(self.now_s * 1000)
        self.counts["requests"] += 1
        return self.centre.answer(parcel.method, parcel.path, parcel.params, parcel.token, parcel.body, parcel.span)

    def deliver_late(self, parcel: Parcel) -> None:
        """A request that its client has given up; nobody hears the answer."""
        self.counts["late requests"] += 1
        try:
            self.deliver(parcel)
        except Crashed:
            self.noted("centre died")

    def meanwhile(self, device: Device) -> None:
        """While a request of ``device`` is on its way: its clerk works on, or another window is quicker."""
        if self._meanwhile >= MEANWHILE:
            return
        self._meanwhile += 1
        self.counts["meanwhile"] += 1
        calm, self.weather = self.weather, replace(self.weather, meanwhile=0.0)
        other = self.rng.choice(self.devices)
        if other is device or self.rng.random() < 0.5:
            self.work(other, other.act)
        else:
            self.work(other, other.sync)
        self.weather = calm
        if device.dying:
            raise Killed

    def converse_meanwhile(self, device: Device) -> None:
        """While a device waits for the feed on its second connection, its first one sends and reads.

        Raises:
            Killed: the machine stopped meanwhile.
        """
        self.counts["both connections at once"] += 1
        self.work(device, device.act)
        self.work(device, device.sync)
        if device.dying:
            raise Killed

    def still_somewhere(self, device: Device) -> list[Saved]:
        """The facts of a device that a disk still has, after one was lost: its archives or the centre. Where only the
        centre has some, it is not put back any more to a copy that lacks them."""
        kept: set[tuple[str, int, bytes | None]] = set()
        for archive in archives_at(device.path):
            outbox = Outbox(archive.path)
            digests = [(seq, outbox.hash_at(seq)) for seq in range(1, archive.head_seq + 1)]
            outbox.close()
            kept |= {(archive.incarnation, seq, digest) for seq, digest in digests}
        here = sum((fact.incarnation, fact.seq, fact.hash) in kept for fact in device.saved)
        kept |= {(row[0], row[1], row[2]) for row in self.centre.rows("SELECT incarnation, seq, hash FROM event")}
        found = [fact for fact in device.saved if (fact.incarnation, fact.seq, fact.hash) in kept]
        self.restores = self.restores and len(found) == here
        self.counts["facts lost with a disk"] += len(device.saved) - len(found)
        self._scans_still_somewhere(device)
        return found

    def _scans_still_somewhere(self, device: Device) -> None:
        """The same of scans, which lie beside the journal."""
        here = {digest for digest in device.scans.values() if path_of(device.path, digest).exists()}
        there = {row[0] for row in self.centre.rows("SELECT sha256 FROM attachment")}
        kept = {event: digest for event, digest in device.scans.items() if digest in here | there}
        self.restores = self.restores and set(kept.values()) <= here
        self.counts["scans lost with a disk"] += len(device.scans) - len(kept)
        device.scans = kept

    def close(self) -> None:
        """Close and remove every file."""
        for device in self.devices:
            device.close()
        self.centre.close()
        self.disk.files.forget(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

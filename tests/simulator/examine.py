"""What must hold when the network is well again and everybody has synced: each thing in words, none if all is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any

import msgspec

from central.verify import verify
from clerk_tui.services import hall_cases
from clerk_tui.store.archives import Archive
from clerk_tui.store.exchange import Outbox
from hall.adoption import in_order
from hall.case import Case
from hall.chain import Sealed, open_sealed
from hall.errors import HallError
from hall.fold import fold
from tests.simulator.centre import at_once
from tests.simulator.device import Device
from tests.simulator.world import World

Stored = dict[tuple[str, int], tuple[Any, ...]]


def examine(world: World) -> list[str]:
    """Everything that is wrong."""
    rows = world.centre.rows("SELECT incarnation, seq, hash, event_id, status, reason FROM event")
    stored: Stored = {(row[0], row[1]): row[2:] for row in rows}
    wrong = [*_numbers(world), *_twice(stored)]
    for device in world.devices:
        wrong += [f"{device.code}: {what}" for what in _device(world, device, stored)]
    try:
        at_once(verify(world.centre.store))
    except HallError as error:
        wrong.append(f"the centre's journals do not verify: {error.code}")
    return wrong + _withheld(world) + _cases(world)


def _withheld(world: World) -> list[str]:
    """What the centre would not take is set aside, known as such to its counter, and there whole once it is taken."""
    rows = world.centre.rows(
        "SELECT r.incarnation, r.seq, e.status, e.reason FROM report r JOIN event e ON e.office = r.office"
        " AND e.incarnation = r.incarnation AND e.seq = r.seq"
    )
    world.counts["facts in outline"] += len(rows)
    wrong = [f"fact {row[1]} of {row[0]} is there in outline and {row[2]}" for row in rows if row[2] != "quarantined"]
    for device in world.devices:
        outlined = {row[1] for row in rows if row[0] == device.journal.incarnation}
        if set(device.outbox.withheld()) != outlined:
            wrong.append(f"{device.code} does not know of which facts the centre has the outline only")
        if world.plan.newer and outlined:
            wrong.append(f"{len(outlined)} facts of {device.code} are still there in outline")
        wrong += [
            what for each in device.outbox.archives() if each.state == "proven" for what in _of(world, each, rows)
        ]
    return wrong


def _of(world: World, archive: Archive, rows: Sequence[Any]) -> list[str]:
    """The same of an archived journal, as far as it goes."""
    outlined = {row[1] for row in rows if row[0] == archive.incarnation and row[1] <= archive.head_seq}
    world.counts["facts in outline, archived"] += len(outlined)
    wrong = []
    if not outlined <= set(archive.withheld):
        wrong.append(f"of archived {archive.incarnation} it is not known what the centre has in outline only")
    if world.plan.newer and outlined:
        wrong.append(f"{len(outlined)} facts of archived {archive.incarnation} are still there in outline")
    return wrong


def _numbers(world: World) -> list[str]:
    given = Counter(reference for device in world.devices for reference in device.references)
    return [f"the number {reference} was given {times} times" for reference, times in given.items() if times > 1]


def _twice(stored: Stored) -> list[str]:
    ids = Counter(row[1] for row in stored.values() if row[1])
    return [f"the fact {event_id} is stored {times} times" for event_id, times in ids.items() if times > 1]


def _device(world: World, device: Device, stored: Stored) -> list[str]:
    try:
        head = device.journal.verify().head
    except HallError as error:
        return [f"the journal does not verify: {error.code}"]
    wrong = [f"SQLite finds: {what}" for what in device.journal.check()]
    acked = device.journal.device().acked_through
    if acked != head.seq:
        wrong.append(f"stuck: {head.seq - acked} facts unsent, {device.trouble}")
    written = {(device.journal.incarnation, seq): _hash(device, seq) for seq in range(1, head.seq + 1)}
    here = {seq for code, seq in stored if code == device.journal.incarnation}
    if here != set(range(1, head.seq + 1)):
        wrong.append(f"the centre has {len(here)} facts, the counter has {head.seq}")
    for archive in device.outbox.archives():
        outbox = Outbox(archive.path)
        written |= {(archive.incarnation, seq): outbox.hash_at(seq) for seq in range(1, archive.head_seq + 1)}
        outbox.close()
        if archive.state != "proven":
            wrong.append(f"the archived journal {archive.incarnation} is {archive.state}")
    absent = [key for key, digest in written.items() if key not in stored or stored[key][0] != digest]
    wrong += [f"fact {seq} of {code} is not at the centre" for code, seq in absent[:3]]
    for fact in device.saved:
        place = (fact.incarnation, fact.seq)
        if fact.incarnation == device.journal.incarnation and written.get(place) != fact.hash:
            wrong.append(f"fact {fact.seq} was shown as saved and is gone from the journal")
        if place not in stored or stored[place][0] != fact.hash:
            wrong.append(f"fact {fact.seq} was shown as saved and is not at the centre")
    return wrong + _told(device, stored) + _feed(world, device) + _scans(world, device)


def _scans(world: World, device: Device) -> list[str]:
    """Every scan that was shown as saved is whole at the centre, and nothing more is to be sent."""
    pieces = world.centre.rows("SELECT sha256, body FROM attachment_piece ORDER BY sha256, at")
    whole = {digest: b"".join(row[1] for row in rows) for digest, rows in groupby(pieces, key=lambda row: row[0])}
    saved = {fact.event_id for fact in device.saved}
    wanted = [digest for event, digest in device.scans.items() if event in saved]
    world.counts["scans"] += len(wanted)
    wrong = [
        f"the scan {digest[:8]} is not whole at the centre"
        for digest in wanted
        if sha256(whole.get(digest, b"")).hexdigest() != digest
    ]
    left = device.outbox.scans()
    return wrong + ([f"{left} scans are unsent"] if left else [])


def _hash(device: Device, seq: int) -> bytes | None:
    return device.outbox.hash_at(seq)


def _told(device: Device, stored: Stored) -> list[str]:
    """What the counter says became of each fact is what the centre says; what is set aside has a reason."""
    rows = device.journal.read().execute("SELECT seq, state, reason FROM event_status").fetchall()
    ours = {row[0]: (row[1], row[2]) for row in rows}
    theirs = {seq: (row[2], row[3]) for (code, seq), row in stored.items() if code == device.journal.incarnation}
    wrong = [] if ours == theirs else ["the counter does not know what became of its facts"]
    silent = [seq for seq, (state, reason) in ours.items() if state != "applied" and not reason]
    return wrong + [f"fact {seq} was set aside without a reason" for seq in silent]


def _feed(world: World, device: Device) -> list[str]:
    """Another window sees every case of the hall as it stands at the centre."""
    rows = device.journal.read().execute("SELECT case_id, body FROM inbox_change ORDER BY server_seq").fetchall()
    seen = {case_id: bytes(body) for case_id, body in rows}
    now = {row[0]: row[1] for row in world.centre.rows("SELECT case_id, snapshot FROM case_")}
    missing, stale = now.keys() - seen.keys(), [case for case in now.keys() & seen.keys() if seen[case] != now[case]]
    # A case that was carried over from an archived journal stays, though the centre would not take its beginning.
    ghosts = seen.keys() - now.keys() - _held(world)
    wrong = [f"{len(missing)} cases never came in the feed"] if missing else []
    wrong += [f"{len(stale)} cases are shown as they are not"] if stale else []
    return wrong + ([f"{len(ghosts)} cases are shown that the centre does not have"] if ghosts else [])


def _held(world: World) -> set[str]:
    """The cases of which something is set aside at the centre."""
    return {row[0] for row in world.centre.rows("SELECT subject FROM aside WHERE settled_ms IS NULL")}


def _shows(device: Device, case: Case) -> bool:
    """Whether a window shows a case as it stands at the centre, its own or another's."""
    found = hall_cases.look(device.ws, device.journal.read(), case.case_id)
    return found is not None and (found.case.state, found.case.gaps) == (case.state, case.gaps)


def _cases(world: World) -> list[str]:
    """The centre's cases are the fold of the facts, which are the counters' own, and every window shows them so."""
    wrong: list[str] = []
    held = _held(world)
    for case_id, snapshot in world.centre.rows("SELECT case_id, snapshot FROM case_"):
        rows = world.centre.rows(
            "SELECT header, public, hash, personal, salt, personal_hash FROM event"
            f" WHERE subject = '{case_id}' AND status <> 'quarantined' ORDER BY server_seq"
        )
        names = ("header", "public", "hash", "personal", "salt", "personal_hash")
        facts = [open_sealed(Sealed(**dict(zip(names, row, strict=True)))) for row in rows]
        case = msgspec.json.decode(snapshot, type=Case)
        if fold(in_order(facts)) != case:
            wrong.append(f"the case {case_id} is another at the centre than at the counters")
        others = [device.code for device in world.devices if case_id not in held and not _shows(device, case)]
        wrong += [f"{code} shows the case {case_id} otherwise" for code in others]
    cases = {row[0] for row in world.centre.rows("SELECT case_id FROM case_")} | held
    begun = [case for device in world.devices for case in device.cases]
    return wrong + [f"the case {case} is not at the centre" for case in begun if case not in cases]

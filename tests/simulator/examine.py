"""What must hold when the network is well again and everybody has synced: each thing in words, none if all is well."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from clerk_tui.services import hall_cases
from hall.adoption import in_order
from hall.case import Case
from hall.errors import HallError
from hall.fold import fold
from tests.simulator.device import Device
from tests.simulator.world import World


def examine(world: World) -> list[str]:
    """Everything that is wrong."""
    stored = _stored(world)
    wrong = [*_numbers(world), *_extra(world, stored)]
    for device in world.devices:
        wrong += [f"{device.code}: {what}" for what in _device(world, device, stored)]
    wrong += _cases(world)
    return wrong


def _stored(world: World) -> dict[tuple[str, int], tuple[Any, ...]]:
    rows = world.centre.rows("SELECT incarnation, seq, hash, event_id, status, reason FROM event")
    return {(str(row[0]), int(str(row[1]))): row[2:] for row in rows}


def _numbers(world: World) -> list[str]:
    given = Counter(reference for device in world.devices for reference in device.references)
    return [f"the number {reference} was given {times} times" for reference, times in given.items() if times > 1]


def _extra(world: World, stored: dict[tuple[str, int], tuple[Any, ...]]) -> list[str]:
    ours = sum(device.journal.head.seq for device in world.devices)
    ids = Counter(row[1] for row in stored.values() if row[1])
    wrong = [f"the fact {event_id} is stored {times} times" for event_id, times in ids.items() if times > 1]
    if len(stored) != ours:
        wrong.append(f"the centre has {len(stored)} facts, the counters have {ours}")
    return wrong


def _device(world: World, device: Device, stored: dict[tuple[str, int], tuple[Any, ...]]) -> list[str]:
    try:
        head = device.journal.verify().head
    except HallError as error:
        return [f"the journal does not verify: {error.code}"]
    wrong = [f"SQLite finds: {what}" for what in device.journal.check()]
    acked = device.journal.device().acked_through
    if acked != head.seq:
        wrong.append(f"stuck: {head.seq - acked} facts unsent, {device.trouble}")
    for fact in device.saved:
        kept = device.journal.sealed(fact.seq)
        if kept is None or kept.hash != fact.hash:
            wrong.append(f"fact {fact.seq} was shown as saved and is gone from the journal")
        at_centre = stored.get((fact.incarnation, fact.seq))
        if at_centre is None or at_centre[0] != fact.hash:
            wrong.append(f"fact {fact.seq} was shown as saved and is not at the centre")
    return wrong + _told(device, stored) + _feed(world, device)


def _told(device: Device, stored: dict[tuple[str, int], tuple[Any, ...]]) -> list[str]:
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
    now = {str(row[0]): row[1] for row in world.centre.rows("SELECT case_id, snapshot FROM case_")}
    missing, stale = now.keys() - seen.keys(), [case for case in now.keys() & seen.keys() if seen[case] != now[case]]
    ghosts = seen.keys() - now.keys()
    wrong = [f"{len(missing)} cases never came in the feed"] if missing else []
    wrong += [f"{len(stale)} cases are shown as they are not"] if stale else []
    return wrong + ([f"{len(ghosts)} cases are shown that the centre does not have"] if ghosts else [])


def _shows(device: Device, case: Case) -> bool:
    """Whether a window shows a case as it stands at the centre, its own or another's."""
    found = hall_cases.look(device.ws, device.journal.read(), case.case_id)
    return found is not None and (found.case.state, found.case.gaps) == (case.state, case.gaps)


def _cases(world: World) -> list[str]:
    """The centre's cases are the fold of the counters' own facts."""
    wrong = []
    order = {(row[0], row[1]): row[2] for row in world.centre.rows("SELECT incarnation, seq, server_seq FROM event")}
    for case_id, snapshot in world.centre.rows("SELECT case_id, snapshot FROM case_"):
        facts = [fact for device in world.devices for fact in device.journal.facts_of(case_id)]
        facts.sort(key=lambda fact: order.get((fact.header.incarnation, fact.header.seq), 0))
        case = msgspec.json.decode(snapshot, type=Case)
        if fold(in_order(facts)) != case:
            wrong.append(f"the case {case_id} is another at the centre than at the counters")
        wrong += [
            f"{device.code} shows the case {case_id} otherwise" for device in world.devices if not _shows(device, case)
        ]
    cases = {str(row[0]) for row in world.centre.rows("SELECT case_id FROM case_")}
    wrong += [
        f"the case {case} is not at the centre"
        for device in world.devices
        for case in device.cases
        if case not in cases
    ]
    return wrong

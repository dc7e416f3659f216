"""What time it truly was when a device wrote a fact (sync.md §10): clocks at windows are off by months in the wild.

A device's monotonic clock is trusted within one start of its machine. Every push says what it shows, so the centre
learns between which two instants that clock began to count. No work is refused for a bad clock; a case whose dates
stand on one is flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from central.counting import ZONE
from central.decide import MAX_NAME, Incoming, plain
from central.store import Db
from hall import clock_doubt, wire
from hall import facts as f
from hall.moments import local_time

TRAVEL_MS = 10_000
"""How long a request travels at most before its sender has given it up."""
OFFSET_MS = 5 * 60 * 1000
SPREAD_MS = 3600 * 1000
"""A wall clock further off than the one, or a beginning known less exactly than the other, is suspect."""
_DATED = (
    f.CaseReceived,
    f.CaseAccepted,
    f.CaseNoticed,
    f.CaseTolerated,
    f.CaseRefused,
    f.CaseSupplemented,
    f.CaseDecided,
)


class Beginning(Struct, frozen=True):
    """Between which instants (Unix ms) a monotonic clock showed 0."""

    lo_ms: int
    hi_ms: int


def learn(known: Beginning | None, reading: wire.ClockReading, now_ms: int) -> Beginning:
    """The beginning of a clock after it was told once more."""
    latest = now_ms - reading.mono_ms
    told = Beginning(latest - TRAVEL_MS, latest)
    if known is None:
        return told
    lo, hi = max(known.lo_ms, told.lo_ms), min(known.hi_ms, told.hi_ms)
    # A monotonic clock that stood still (the machine slept) began later than it seemed: believe the newest word.
    return Beginning(lo, hi) if lo <= hi else Beginning(min(lo, hi), max(lo, hi, latest))


def written(header: f.Header, beginning: Beginning | None, received_ms: int) -> Beginning:
    """Between which instants a fact was written; never after it was received, never before 1970."""
    lo, hi = header.at_ms, received_ms
    if beginning is not None:
        lo, hi = beginning.lo_ms + header.mono_ms, beginning.hi_ms + header.mono_ms
    return Beginning(_plausible(lo, received_ms), _plausible(hi, received_ms))


def _plausible(at_ms: int, received_ms: int) -> int:
    """An instant between 1970 and now: a clock may say anything, also what no calendar has."""
    return min(max(at_ms, 0), received_ms)


def is_suspect(header: f.Header, beginning: Beginning | None, received_ms: int) -> bool:
    """Whether the dates of a fact stand on a clock that is not to be believed."""
    if header.at_ms > received_ms + OFFSET_MS:
        return True
    if beginning is None or not header.boot_id:
        return False
    span = written(header, beginning, received_ms)
    off = max(span.lo_ms - header.at_ms, header.at_ms - span.hi_ms, 0)
    return off > OFFSET_MS or beginning.hi_ms - beginning.lo_ms > SPREAD_MS


def suspects(
    incoming: Sequence[Incoming], beginnings: Mapping[str, Beginning], received_ms: int
) -> dict[str, set[str]]:
    """The cases of a batch that a clock made doubtful, with their flags (``hall.clock_doubt``)."""
    found: dict[str, set[str]] = {}
    for each in incoming:
        if each.fact is None or not isinstance(each.fact.body, _DATED):
            continue
        header = each.fact.header
        beginning = beginnings.get(header.boot_id)
        if not is_suspect(header, beginning, received_ms):
            continue
        flags = found.setdefault(each.subject, {clock_doubt.SUSPECT})
        earliest = local_time(written(header, beginning, received_ms).lo_ms, ZONE).date()
        if earliest != header.day:
            flags.add(clock_doubt.flag(header.type, header.day, earliest))
    return found


async def beginnings(
    db: Db, device_id: str, reading: wire.ClockReading | None, incoming: Sequence[Incoming], now_ms: int
) -> dict[str, Beginning]:
    """What is known of the device's clocks that a batch names, after keeping what this request says."""
    named = {each.fact.header.boot_id for each in incoming if each.fact is not None}
    boot = plain(reading.boot_id) if reading is not None else ""
    wanted = sorted(name for name in {*named, boot} if name and name.isprintable() and len(name) <= MAX_NAME)
    if not wanted:
        return {}
    rows = await db.rows(
        "SELECT boot_id, lo_ms, hi_ms FROM clock WHERE device_id = $1 AND boot_id = ANY($2)", device_id, wanted
    )
    known = {row[0]: Beginning(row[1], row[2]) for row in rows}
    if reading is not None and boot:
        told = learn(known.get(boot), reading, now_ms)
        if told != known.get(boot):
            await db.run(
                "INSERT INTO clock (device_id, boot_id, lo_ms, hi_ms, seen_ms) VALUES ($1,$2,$3,$4,$5)"
                " ON CONFLICT (device_id, boot_id) DO UPDATE SET lo_ms = excluded.lo_ms, hi_ms = excluded.hi_ms,"
                " seen_ms = excluded.seen_ms",
                device_id,
                boot,
                told.lo_ms,
                told.hi_ms,
                now_ms,
            )
        known[boot] = told
    return known

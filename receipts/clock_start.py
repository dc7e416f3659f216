"""From when the limits of an acceptance count, and what its papers say about it."""

from __future__ import annotations

import datetime as dt

from hall.case import Case


def counted_start(case: Case) -> dt.date:
    """The day that the limits of an acceptance count from: of what completed it, else of the receipt."""
    if case.counted_from is not None:
        return case.counted_from
    # Facts that do not say it: only what was complete at once counts from the receipt.
    return case.received if len(case.handed_in) > 1 else case.clock_from


def later_start(case: Case) -> bool:
    """Whether the paper has to say that the limits count from another day than that of the acceptance."""
    if case.counted_from is None:
        return counted_start(case) != case.received
    # A limit that counts from the receipt (建筑法 art. 8) only waits for what a notice had asked for.
    waits = bool(case.notices) or case.matter.limits.promised.starts != "received"
    return waits and case.counted_from != case.accepted


def waited(case: Case) -> bool:
    """Whether a limit from receipt that the paper names had to wait for what a notice asked for."""
    limits = (case.matter.limits.promised, case.matter.limits.statutory)
    named = any(limit and limit.starts == "received" and limit.unit != "on_the_spot" for limit in limits)
    return bool(case.notices) and case.accepted is not None and limits[0].unit != "on_the_spot" and named

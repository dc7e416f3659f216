"""Two people whose papers bear one number: their machines gave the same numbers before they were enrolled."""

from __future__ import annotations

import datetime as dt

import msgspec

from clerk_tui.services.workspace import Workspace
from clerk_tui.store.exchange import keep_changes
from hall import wire
from hall.case import Case
from hall.facts import Applicant

OTHER, OTHER_NUMBER, OTHER_PHONE = "王小明", "340101189011050030", "13900005678"
OTHER_ID = "019a3f00-0000-7000-8000-000000000001"


def tell_twin(ws: Workspace, case: Case, flags: tuple[str, ...] = ()) -> Case:
    """The centre tells this window of another person's case with the reference of ``case``."""
    person = Applicant(kind="citizen", name=OTHER, id_type="resident_id", id_number=OTHER_NUMBER, phone=OTHER_PHONE)
    papers = tuple(msgspec.structs.replace(each, paper_id=f"other-{each.paper_id}") for each in case.papers)
    twin = msgspec.structs.replace(case, case_id=OTHER_ID, applicant=person, papers=papers)
    change = wire.Change(
        server_seq=1, case_id=OTHER_ID, reference=case.reference, state=case.state.value, version=case.version,
        device="d", day=dt.date(2026, 11, 2), case=msgspec.json.encode(twin), flags=list(flags),
    )  # fmt: skip
    keep_changes(ws.journal.database, [change], "e:1", 1)
    return twin

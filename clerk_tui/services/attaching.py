"""Scanned copies of what lies on the desk: kept by their content, named in the case, sent after its facts."""

from __future__ import annotations

from pathlib import Path

from clerk_tui.services import cases
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import attachments
from clerk_tui.store.attachments import Attachment
from hall.errors import BadInput
from hall.facts import DocumentAttached
from hall.names import clean_text
from hall.roles import Permission

LONGEST = 100
MOST = 200
"""Attachments of one case."""


@needs(Permission.RECEIVE)
def attach(ws: Workspace, reference: str, path: Path, material: str = "") -> Attachment:
    """Keep a scan with a case; ``material`` is the code of the row it is a copy of. Attaching the same again to the
    same case changes nothing.

    Raises:
        BadInput: no such case here, no such row, or the file is none that is taken. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    case = cases.load(ws, reference)
    if material and material not in {row.code for row in case.rows}:
        raise BadInput("unknown_material", "这个办件没有这份材料", field="material", hint="用 clerk case 看材料的代码")
    taken = attachments.take_in(ws.journal.path, path)
    facts = [fact.body for fact in ws.journal.facts_of(case.case_id)]
    known = [body for body in facts if isinstance(body, DocumentAttached)]
    if any((body.sha256, body.material) == (taken.sha256, material) for body in known):
        # Its file may have been gone, and is here again.
        with ws.journal.write() as connection:
            attachments.keep(connection, taken, ws.clock.now_ms())
        return taken
    if len(known) >= MOST:
        raise BadInput("too_many", f"一个办件最多 {MOST} 个附件", field="path", hint="合并成一个 PDF 再加")
    name = clean_text(path.name, field="path", max_length=LONGEST)
    action = Action(ws, case.case_id, case.reference, case)
    action.add(DocumentAttached(sha256=taken.sha256, size=taken.size, mime=taken.mime, name=name, material=material))
    with ws.journal.write() as connection:
        attachments.keep(connection, taken, ws.clock.now_ms())
        action.write(connection)
    return taken

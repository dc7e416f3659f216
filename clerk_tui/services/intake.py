"""Taking somebody in: ``new_draft``, then ``preview`` on every key, then one call of ``submit`` to commit."""

from __future__ import annotations

from clerk_tui.services.draft import Draft, Preview
from clerk_tui.services.previewing import preview
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Matter

__all__ = ["Draft", "Preview", "new_draft", "preview"]


def new_draft(ws: Workspace, matter: Matter) -> Draft:
    """An empty draft for a matter; its case is named here, once and for all."""
    return Draft(matter=matter, case_id=ws.new_id(), event_id=ws.new_id())

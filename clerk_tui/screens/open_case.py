"""From a reference to the screen that goes on with its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_tui.screens.base import CounterScreen
    from clerk_tui.screens.counter import CounterApp


def screen_for(counter: CounterApp, name: str) -> CounterScreen:
    """Deciding what was only received, or supplementing where something is still to be handed in; else, and for whoever
    may only look, the case. ``name`` is its reference or identity.

    Raises:
        BadInput: there is no such case on this workstation, or two have the reference.
    """
    from clerk_tui.services import cases
    from clerk_tui.services.rights import can
    from clerk_tui.services.supplement_draft import OPEN
    from hall.roles import Permission

    workspace = counter.workspace
    assert workspace is not None
    case = cases.get(workspace, name).case
    if case.state in OPEN and can(workspace, Permission.RECEIVE):
        from clerk_tui.screens.supplement import SupplementScreen
        from clerk_tui.services import supplement

        return SupplementScreen(supplement.open_supplement(workspace, case.case_id))
    from clerk_tui.screens.case import CaseScreen

    return CaseScreen(case.case_id)

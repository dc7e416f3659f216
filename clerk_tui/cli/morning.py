"""The sample morning of ``clerk demo --headless``: walk-ins from ``morning.json`` through the counter's services.

Every step is one line of JSON. The last two say what the centre has acknowledged and that nothing is unsent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_tui.cli.console import write_json
from clerk_tui.cli.records import outbox_of, sync_now
from clerk_tui.cli.walkin import deliver

if TYPE_CHECKING:
    from clerk_tui.cli.beside import Centre
    from clerk_tui.services.result import Result
    from clerk_tui.services.workspace import Workspace

STEPS = Path(__file__).with_name("morning.json")


def serve_morning(ws: Workspace, centre: Centre) -> None:
    """Serve everybody, send everything.

    Raises:
        HallError: a step was refused, or the centre cannot be reached.
    """
    references: dict[str, str] = {}
    done: dict[str, Callable[[Workspace, Any, str], Result]] = {
        "intake": _intake,
        "supplement": _supplement,
        "inquiry": _inquiry,
    }
    for step in json.loads(STEPS.read_text(encoding="utf-8")):
        action = next(name for name in done if name in step)
        result = done[action](ws, step[action], references.get(step.get("of", ""), ""))
        references[step["step"]] = result.reference
        _tell(ws, step, action, result)
    url = centre.url()
    centre.enrol(ws)
    write_json({"step": "sync", "centre": url, **sync_now(ws, url)})
    write_json({"step": "outbox", **outbox_of(ws)})


def _intake(ws: Workspace, data: dict[str, Any], _reference: str) -> Result:
    from clerk_tui.services.intake import submit
    from clerk_tui.services.intake_json import draft_from_json, with_latest

    wanted = draft_from_json(ws, with_latest(ws, data))
    return submit(ws, wanted.draft, wanted.wish)


def _supplement(ws: Workspace, data: dict[str, Any], reference: str) -> Result:
    from clerk_tui.services.intake_json import supplement_from_json
    from clerk_tui.services.supplement import submit

    wanted = supplement_from_json(ws, reference, data)
    return submit(ws, wanted.draft, wanted.wish, wanted.second_reason)


def _inquiry(ws: Workspace, data: dict[str, Any], _reference: str) -> Result:
    from clerk_tui.services.inquiry import answer
    from clerk_tui.services.intake_json import draft_from_json

    return answer(ws, draft_from_json(ws, data).draft)


def _tell(ws: Workspace, step: dict[str, Any], action: str, result: Result) -> None:
    from clerk_tui.services.intake_json import result_to_json

    told = result_to_json(deliver(ws, result))
    write_json({"step": step["step"], "action": action, "about": step["about"], **told})

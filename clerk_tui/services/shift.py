"""The window during its day: a pause with its reason, somebody else sitting down, a silent call for help."""

from __future__ import annotations

import logging
import os
import subprocess
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import shifts
from clerk_tui.store.connection import translated
from hall.errors import BadInput
from hall.facts import DayClosed, Fact, FactBody, ShiftPaused
from hall.names import clean_text, says_something
from hall.roles import Permission
from hall.shifts import AlarmRaised, ShiftHandedOver, ShiftResumed

if TYPE_CHECKING:
    from hall.queue_wire import WindowState

log = logging.getLogger(__name__)
LONGEST: Final = 60
"""Characters of a reason: a board has one line for it."""
LOCKED: Final = "锁屏"
"""Why a window calls nobody whose screen is locked: told in Chinese, shown in the screen's language."""


class Pause(Struct, frozen=True):
    """Since when the window has paused (Unix milliseconds, this device's clock), why, and the number of who paused."""

    since_ms: int
    reason: str
    clerk: str


@needs(Permission.SHIFT)
def pause(ws: Workspace, reason: str) -> Pause:
    """Stop serving for a while. A window that has paused already stays so, with the new reason.

    Raises:
        BadInput: there is no reason. Nothing is written.
        StoreError: it could not be saved.
    """
    words = clean_text(reason, field="reason", max_length=LONGEST)
    if not says_something(words):
        raise BadInput("no_reason", "暂停要写明原因", field="reason", hint="例如：取材料、开会、用餐")
    _write(ws, ShiftPaused(window=ws.config.hall.window, reason=words))
    found = paused(ws)
    assert found is not None, "it was just written"
    return found


@needs(Permission.SHIFT)
def resume(ws: Workspace) -> None:
    """Serve again; nothing is written where there is no pause."""
    if paused(ws) is not None:
        _write(ws, ShiftResumed(window=ws.config.hall.window))


def paused(ws: Workspace) -> Pause | None:
    """The pause that this window is in, ``None`` while it serves; a restart does not end one, the next day does."""
    last = _last(ws)
    if last is None or not isinstance(last.body, ShiftPaused):
        return None
    return Pause(last.header.at_ms, last.body.reason, last.header.actor)


def window_state(ws: Workspace) -> tuple[WindowState, str]:
    """How this window stands today, and why it pauses. Whoever goes on after the close of the day has opened again."""
    last = _last(ws)
    if last is None:
        return "open", ""
    if isinstance(last.body, ShiftPaused):
        return "paused", last.body.reason
    with translated(ws.journal.path):
        again = shifts.has_worked_since(ws.journal.read(), last.header.seq)
    is_over = isinstance(last.body, DayClosed) and last.body.day == last.body.closed_on and not again
    return ("closed" if is_over else "open"), ""


def told_state(ws: Workspace) -> tuple[WindowState, str]:
    """How this window stands for those who wait: where nobody is signed in it calls nobody."""
    state, reason = window_state(ws)
    return ("paused", LOCKED) if state == "open" and ws.seat.actor is None else (state, reason)


def _last(ws: Workspace) -> Fact | None:
    """Today's last fact that says how the window stands."""
    with translated(ws.journal.path):
        last = shifts.last_of(ws.journal.read(), "shift.paused", "shift.resumed", "day.closed")
    return last if last is not None and last.header.day == ws.clock.today() else None


@needs(Permission.SHIFT)
def handed_over(ws: Workspace, before: str, unfinished: int) -> None:
    """Record that whoever sits here now goes on after ``before``, with this many walk-ins that lay open."""
    _write(ws, ShiftHandedOver(window=ws.config.hall.window, before=before, unfinished=unfinished))


def call_for_help(ws: Workspace) -> None:
    """Record the silent emergency key, and run the command that the settings name for it, if any.

    Needs no right and nobody signed in. The command gets no shell, no input, and in its environment what it needs to
    say where: ``CLERK_OFFICE``, ``CLERK_WINDOW``, ``CLERK_CLERK``.
    """
    seat = ws.seat.actor
    hall = ws.config.hall
    try:
        _write(ws, AlarmRaised(window=hall.window, clerk=seat.id if seat is not None else ""))
    finally:
        if ws.config.alarm.command:
            _run(ws.config.alarm.command, hall.office, hall.window, seat.id if seat is not None else "")


def tell_window(ws: Workspace) -> bool:
    """Tell the centre whether this window serves, pauses or has closed; ``False`` when it cannot be told now.

    Asks the network and waits some seconds for it: not for the thread that paints.
    """
    from clerk_tui.sync import asking, queue
    from clerk_tui.sync.token import token_path
    from hall.queue_wire import WindowRequest

    if not ws.config.centre.enabled:
        return True
    state, reason = told_state(ws)
    request = WindowRequest(window=ws.config.hall.window, state=state, reason=reason)
    url = ws.seat.centre_url or ws.config.centre.url
    try:
        with asking.Centre(url, token_path(ws.config.store_file, ws.config.token_file)) as centre:
            queue.set_window(centre, request)
    except asking.Unreachable:
        return False
    except asking.Refused as refused:
        log.warning("the centre does not take the window's state: %s", refused.code)
    return True


def _write(ws: Workspace, body: FactBody) -> None:
    """One fact about no case."""
    about = Action(ws, "", "")
    about.add(body)
    ws.journal.commit(about.entries)


def _run(command: tuple[str, ...], office: str, window: str, clerk: str) -> None:
    told = {**os.environ, "CLERK_OFFICE": office, "CLERK_WINDOW": window, "CLERK_CLERK": clerk}
    try:
        subprocess.Popen(
            command,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
        )
    except OSError as error:
        log.error("the alarm's command cannot be run: %s", error.strerror)

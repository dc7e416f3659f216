"""Opening the counter's screens. Textual reads its environment while it is imported, so that is set here first."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from clerk_tui.screens.supervising import Report, Supervisor

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.training import Exercise
    from clerk_tui.services.workspace import Workspace

__all__ = ["Report", "Supervisor", "make_app", "prepare", "run", "run_station"]


def prepare(config: Config) -> None:
    """Set what Textual reads while it is imported, and let threads take turns quickly enough for a key."""
    os.environ.setdefault("TEXTUAL_FPS", "240")
    os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1" if config.screen.disable_kitty_key else "0"
    sys.setswitchinterval(0.0005)


def make_app(
    config: Config,
    open_workspace: Callable[[], Workspace] | None = None,
    make_supervisor: Callable[[Workspace, Report], Supervisor] | None = None,
    exercises: Sequence[Exercise] = (),
) -> CounterApp:
    """The App, not yet running. The workspace is opened after the first paint, in a thread.

    With ``exercises`` it is the one that trains clerks on them.
    """
    prepare(config)
    from clerk_tui import i18n

    i18n.install(config.screen.language)
    if exercises:
        from clerk_tui.screens.training import TrainingApp

        return TrainingApp(config, exercises, open_workspace)
    from clerk_tui.screens.counter import CounterApp

    return CounterApp(config, open_workspace, make_supervisor)


def run(
    config: Config,
    open_workspace: Callable[[], Workspace] | None = None,
    make_supervisor: Callable[[Workspace, Report], Supervisor] | None = None,
    exercises: Sequence[Exercise] = (),
    ended: Callable[[CounterApp], None] | None = None,
) -> int:
    """Run the counter until the clerk leaves; the process's exit code. ``ended`` gets the App that has ended."""
    # Nothing that is loaded until the counter is open is garbage; looking for some costs a tenth of the start.
    gc.disable()
    app = make_app(config, open_workspace, make_supervisor, exercises)
    from clerk_tui.services import making

    making.apart()
    try:
        app.run(mouse=False)
    finally:
        making.at_home()
    if ended is not None:
        ended(app)
    return app.return_code or 0


def run_station(
    config: Config,
    make_supervisor: Callable[[Workspace, Report], Supervisor] | None = None,
    may_leave: Callable[[str], bool] | None = None,
) -> int:
    """Run the ticket machine until somebody leaves it, with the code that ``may_leave`` knows; the process's exit code.
    Touch and mouse work."""
    prepare(config)
    from clerk_tui import i18n

    i18n.install(config.screen.language)
    from clerk_tui.screens.station import StationApp

    app = StationApp(config, None, make_supervisor, may_leave)
    app.run()
    return app.return_code or 0

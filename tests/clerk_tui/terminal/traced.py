"""``python -m tests.clerk_tui.terminal.traced LOG``: the counter, writing down which action each key reached.

While ``LOG.hold`` exists an action is written down and not done, so that one screen can be asked for all of its keys.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from clerk_tui.app import make_app
from clerk_tui.config import load_config


def main() -> None:
    """Run the counter under observation."""
    log = Path(sys.argv[1])
    hold = log.with_name(log.name + ".hold")
    app = make_app(load_config())
    dispatch = app._dispatch_action

    async def traced(namespace: Any, action: str, parameters: Any) -> bool:
        # Textual's own Ctrl+Q comes first; the counter lets it ask as "leave" does.
        reached = {"do": parameters[:1], "quit": ("leave",)}.get(action)
        if reached is None:
            return await dispatch(namespace, action, parameters)
        with log.open("a") as file:
            file.write(f"{type(app.screen).__name__} {reached[0]}\n")
        return True if hold.exists() else await dispatch(namespace, action, parameters)

    app._dispatch_action = traced  # type: ignore[method-assign, assignment]
    app.run(mouse=False)


if __name__ == "__main__":
    main()

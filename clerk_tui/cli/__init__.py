"""Every clerk action as a command, over the same services as the screens; what it says in JSON is a contract.

``docs/cli.md`` describes each command and its JSON. Nothing heavy is imported before the command that needs it runs.
"""

from __future__ import annotations

from clerk_tui.cli.main import main

__all__ = ["main"]

"""``python -m clerk_tui`` is ``clerk``."""

from __future__ import annotations

import sys

from clerk_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())

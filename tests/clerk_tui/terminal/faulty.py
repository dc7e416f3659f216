"""``python -m tests.clerk_tui.terminal.faulty``: the counter, with a fault of the program behind F1."""

from __future__ import annotations

from clerk_tui.app import run
from clerk_tui.config import load_config
from clerk_tui.logs import setup_logging


def main() -> int:
    """Run the counter."""
    config = load_config()
    setup_logging(config)
    from clerk_tui.screens.base import CounterScreen

    def do_help(self: CounterScreen) -> None:
        name, number = "欧阳机密", "110101188001010011"
        raise RuntimeError(f"{name} {number} \x1b[5m")

    CounterScreen.do_help = do_help  # type: ignore[method-assign]
    return run(config)


if __name__ == "__main__":
    raise SystemExit(main())

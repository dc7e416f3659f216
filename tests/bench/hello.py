"""The yardstick: the smallest Textual app that types into something and lists something."""

from __future__ import annotations

import os

os.environ.setdefault("TEXTUAL_FPS", "240")
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Input


class Hello(App[None]):
    """One Input and a table."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        field = Input(placeholder="hello")
        field.cursor_blink = False
        yield field
        yield DataTable[str]()

    def on_mount(self) -> None:
        table: DataTable[str] = self.query_one(DataTable)
        table.add_columns("a", "b", "c")
        table.add_rows([(f"row {number}", "b", "c") for number in range(12)])
        self.query_one(Input).focus()


if __name__ == "__main__":
    Hello().run(mouse=False)

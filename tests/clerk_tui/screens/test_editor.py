"""The line that is typed into, as far as it is more than text: what of it is seen in how many columns."""

from __future__ import annotations

import pytest

from clerk_tui.widgets.editor import Editor


@pytest.mark.parametrize("columns", range(-3, 12))
@pytest.mark.parametrize("text", ["", "a", "企业开办", "王x́小明" * 5])
def test_however_narrow_what_is_seen_fits_and_the_caret_is_in_it(text: str, columns: int) -> None:
    from textual.content import Content

    editor = Editor(text)
    for caret in range(len(text) + 1):
        editor.caret = caret
        before, under, after, column = editor.view(columns)
        seen = Content(before + under + after).cell_length
        assert seen <= max(columns, Content(under).cell_length)
        assert 0 <= column <= max(0, columns)

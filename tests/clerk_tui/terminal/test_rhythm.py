"""A person's quick fingers never wait for the end of the word."""

from __future__ import annotations

from clerk_tui.widgets.scan import Act, ScanFilter, Wait


def test_two_keys_at_once_wait_for_the_next_one_at_most() -> None:
    keys: ScanFilter[str] = ScanFilter()
    shown = ""
    at = 0.0
    for gap, char in ((1.0, "q"), (0.015, "i"), (0.004, "y"), (0.015, "e"), (0.015, "k")):
        at += gap
        answer = keys.feed(char, char, enter=False, at=at, typing=True)
        if isinstance(answer, Act):
            shown += "".join(answer.keys)
            assert shown.endswith(char), "whatever was held back comes with it, in order"
        else:
            assert isinstance(answer, Wait) and gap < 0.01
    assert shown == "qiyek"

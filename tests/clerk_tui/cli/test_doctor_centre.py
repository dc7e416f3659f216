"""``clerk doctor`` and what answers in the centre's place."""

from __future__ import annotations

import pytest

from clerk_tui.cli import doctor
from tests.clerk_tui.sync.test_dripping import HEAD, dripping

SAID = b'{"epoch":"' + b"e" * 40 + b'"}'


def test_an_answer_that_comes_a_letter_at_a_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    length = HEAD + b"Content-Length: %d\r\n\r\n" % len(SAID)
    with dripping(length + SAID) as url:
        assert doctor._answers(url)
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.5)
    letters = [SAID[place : place + 1] for place in range(len(SAID))]
    with dripping(length, letters) as url:
        assert not doctor._answers(url), "no single letter keeps anybody waiting, all of them do"

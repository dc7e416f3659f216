"""``clerk doctor`` says what the fonts found can print."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_tui.cli import doctor
from receipts import fonts as fonts_module
from receipts.fonts import FontSet, prepare_fonts, rare_fonts

NO_SESSION: Any = None


def with_fonts(monkeypatch: pytest.MonkeyPatch, *, rare: bool) -> doctor.Check:
    prepare_fonts()
    folder = fonts_module._folder(None)
    found = FontSet(folder / "regular.ttf", folder / "bold.ttf", rare=rare_fonts() if rare else ())
    monkeypatch.setattr(fonts_module, "load_fonts", lambda: found)
    return doctor._fonts(NO_SESSION)


def test_without_the_second_font_it_counts_what_prints_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = with_fonts(monkeypatch, rare=False)
    assert check.state == "warn"
    assert "87887 个汉字能打印 27785 个" in check.message
    assert "9793 个能打印 3 个" in check.message
    assert "fonts-hanazono" in check.hint
    assert "从右到左" in check.message, "what no font mends is said too"


@pytest.mark.skipif(len(rare_fonts()) < 2, reason="fonts-hanazono is not installed: the whole of level 3 was left out")
def test_with_the_second_font_all_of_level_three_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    check = with_fonts(monkeypatch, rare=True)
    assert check.state == "ok"
    assert "87887 个汉字能打印 87887 个" in check.message
    assert "HanaMinB" in check.message


def test_fonts_that_are_not_prepared_are_a_failure_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts_module, "fonts_ready", lambda: False)
    check = doctor._fonts(NO_SESSION)
    assert check.state == "fail"
    assert "clerk setup" in check.hint

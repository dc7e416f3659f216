"""Words with numbers in them, in Chinese and in English."""

from __future__ import annotations

import pytest

from clerk_tui import i18n
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import clock_words

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@pytest.mark.parametrize(
    ("skew_ms", "chinese", "english"),
    [
        (0, "", ""),
        (5 * MINUTE_MS, "本机时钟快5分钟", "clock 5 min fast"),
        (-(3 * HOUR_MS - 1000), "本机时钟慢3小时", "clock 3 h slow"),
        (-(2 * HOUR_MS + 59 * MINUTE_MS), "本机时钟慢2小时59分钟", "clock 2 h 59 min slow"),
        (47 * HOUR_MS + 30 * MINUTE_MS, "本机时钟快1天23小时", "clock 1 d 23 h fast"),
        (48 * HOUR_MS, "本机时钟快2天", "clock 2 d fast"),
    ],
)
def test_how_wrong_a_clock_is_is_told_as_near_as_it_matters(skew_ms: int, chinese: str, english: str) -> None:
    i18n.install("zh")
    assert clock_words(skew_ms) == chinese
    i18n.install("en")
    assert clock_words(skew_ms) == english


@pytest.mark.parametrize(
    ("text", "one", "many"),
    [
        ("{keys} 键  {time}", "1 key  ", "2 keys  "),
        ("↓ 下面还有 {count} 行，PgDn", "↓ 1 more line below, PgDn", "↓ 2 more lines below, PgDn"),
        ("另外上传了换过的账本里的 {count} 条", "1 record of an", "2 records of an"),
        ("上传 {pushed} 条，取回 {pulled} 条，未上传 {pending} 条", "1 record sent", "2 records sent"),
    ],
)
def test_one_of_a_thing_is_told_in_the_singular(text: str, one: str, many: str) -> None:
    i18n.install("en")
    for count, words in ((1, one), (2, many)):
        filled = _(text).format(keys=count, count=count, pushed=count, pulled=0, pending=0, time="")
        assert filled.startswith(words)

"""What could not be read of a damaged journal, by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_tui.store.sealed_files import folder_of, keep_lost
from tests.clerk_tui.cli.conftest import Clerk


@pytest.mark.usefixtures("morning")
def test_lost_records_are_told_until_a_supervisor_says_by_name_and_in_words_what_was_found(
    clerk: Clerk, home: Path
) -> None:
    assert clerk("outbox", "--json").json["lost"] == []
    (store,) = home.rglob("clerk.db")
    keep_lost(folder_of(store), "A1", "0" * 32, 5, 7, "x")
    (row,) = clerk("outbox", "--json").json["lost"]
    assert (row["device_code"], row["first"], row["last"]) == ("A1", 5, 7)
    assert "clerk outbox --seen A1:5-7 --reason TEXT" in clerk("outbox").out, "what is told can be typed"
    assert "--seen A1:5-7" in clerk("doctor").out
    for given, code in (
        (("--seen", "A1:5-8", "--reason", "已补录"), "not_lost"),
        (("--seen", "A1:5-7"), "needs_reason"),
        (("--reason", "已补录"), "bad_argument"),
    ):
        assert clerk("outbox", *given, "--json").error["code"] == code
    told = clerk("outbox", "--seen", "A1:5-7", "--reason", "已按存根补录", "--json").json
    assert (told["lost"], told["pending"]) == ([], 1)
    assert "A1:5-7" not in clerk("doctor").out


@pytest.mark.usefixtures("morning")
def test_lost_records_that_follow_on_each_other_are_one_line_by_whose_name_all_are_seen_to(
    clerk: Clerk, home: Path
) -> None:
    assert clerk("outbox", "--json").json["lost"] == []
    (store,) = home.rglob("clerk.db")
    for first, last in ((5, 7), (8, 9), (20, 20)):
        keep_lost(folder_of(store), "A1", "0" * 32, first, last, "x")
    said = clerk("outbox").out
    assert "--seen A1:5-9" in said and "--seen A1:20-20" in said and "A1:5-7" not in said
    told = clerk("outbox", "--seen", "A1:5-9", "--reason", "已按存根补录", "--json").json
    assert [(row["first"], row["last"]) for row in told["lost"]] == [(20, 20)]
    keep_lost(folder_of(store), "A1", "0" * 32, 21, 22, "x")
    told = clerk("outbox", "--seen", "A1:20-20", "--reason", "已按存根补录", "--json").json
    assert [(row["first"], row["last"]) for row in told["lost"]] == [(21, 22)], "a part of it by its own name"

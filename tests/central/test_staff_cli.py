"""The centre's own console: people and devices of a hall without any network."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from central.cli import main
from central.store.sqlite import SqliteStore
from hall.queueing import QueueRule
from hall.roles import Role
from hall.wire_clerks import pin_problem
from tests.central.counter import Counter
from tests.central.inline import inline


@pytest.fixture(autouse=True)
def centre(tmp_path: Path) -> None:
    """An empty centre in the test's folder."""
    inline(SqliteStore(tmp_path / "central.db").close())


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(folder), "--office", "SL01"])


def test_a_clerk_is_added_changed_disabled_and_listed(tmp_path: Path) -> None:
    added = run(tmp_path, "clerk", "add", "0815", "--name", "冯春", "--roles", "clerk,supervisor")
    assert (added.exit_code, pin_problem(added.output.strip(), "0815")) == (0, "")
    assert run(tmp_path, "clerk", "list").output == "0815 冯春 clerk,supervisor\n"
    assert run(tmp_path, "clerk", "roles", "0815", "reviewer").output == "0815 reviewer active\n"
    assert run(tmp_path, "clerk", "disable", "0815").output == "0815 reviewer disabled\n"
    assert run(tmp_path, "clerk", "enable", "0815").exit_code == 0
    reset = run(tmp_path, "clerk", "reset-pin", "0815").output.strip()
    assert pin_problem(reset, "0815") == "" and reset != added.output.strip()


def test_the_rule_of_calling_is_shown_and_changed_number_by_number(tmp_path: Path) -> None:
    def shown(*words: str) -> dict[str, str]:
        done = run(tmp_path, "queue-rule", *words)
        assert done.exit_code == 0, done.output
        return {line.split("\t")[0]: line.split("\t")[1] for line in done.output.splitlines()}

    first = shown("show")
    assert set(first) == {*QueueRule.__struct_fields__, "lease_s"}, "no number of the rule is hidden"
    assert shown("set", "fair_after_min=20", "lease_s=60") == first | {"fair_after_min": "20", "lease_s": "60"}
    for wish in ("fair_after=20", "fair_after_min=-1", "fair_after_min=2000", "lease_s=5", "lease_s"):
        done = run(tmp_path, "queue-rule", "set", wish)
        assert (done.exit_code, done.output != "") == (2, True)
    assert shown("show") == first | {"fair_after_min": "20", "lease_s": "60"}


def test_what_cannot_be_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    for words in (
        ("clerk", "add", "0815", "--name", "冯春", "--roles", "kiosk"),
        ("clerk", "add", "a b", "--name", "冯春"),
        ("clerk", "add", "0815", "--name", ""),
        ("clerk", "add", "0815", "--name", "冯" * 61),
        ("clerk", "add", "0815", "--name", "冯春", "--roles", "clerk" * 5),
        ("clerk", "add", "0815", "--name", "冯春", "--roles", ",".join(["clerk"] * 11)),
        ("clerk", "disable", "0815"),
        ("device", "revoke", "nobody"),
    ):
        done = run(tmp_path, *words)
        assert (done.exit_code, done.output != "") == (2, True)
        assert "Expected" not in done.output, "words for people"
    assert run(tmp_path, "clerk", "list").output == ""


def test_a_lost_device_is_found_by_its_code_and_revoked(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    store = SqliteStore(tmp_path / "central.db")
    counter = Counter(folder, store, "A1")
    board = Counter(folder, store, "A2", role=Role.KIOSK)
    inline(store.close())
    listed = run(tmp_path, "device", "list").output.splitlines()
    assert sorted(line.split()[1:] for line in listed) == [["clerk", "A1"], ["kiosk", "A2"]]
    assert run(tmp_path, "device", "revoke", board.device.device_id).exit_code == 0
    assert f"{board.device.device_id} kiosk A2 revoked" in run(tmp_path, "device", "list").output
    assert f"{counter.device.device_id} clerk A1\n" in run(tmp_path, "device", "list").output


def test_a_code_for_a_board_makes_a_board(tmp_path: Path) -> None:
    assert len(run(tmp_path, "enrol-code", "--role", "kiosk").stdout.strip()) > 20
    assert run(tmp_path, "enrol-code", "--role", "admin").exit_code == 2

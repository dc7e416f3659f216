"""What is open in the hall is listed and settled by a script too, each by its identity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_tui.services import ending, hall_conflicts, intake, proceedings
from clerk_tui.services.hall_conflicts import HallConflict
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.sync import oversight
from tests.clerk_tui.cli.conftest import Clerk
from tests.clerk_tui.hall_rig import URL, Hall, Window
from tests.clerk_tui.services.test_hall_conflicts import everybody, opened
from tests.clerk_tui.walkins import restaurant


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        monkeypatch.setattr(oversight, "open_http", lambda url: hall.http())
        yield hall


@pytest.fixture
def third(hall: Hall, tmp_path: Path) -> tuple[Window, Path]:
    """A window that stands by while two others grant and withdraw one case, and its settings."""
    first, second, third = (opened(hall, code) for code in ("A1", "B1", "C1"))
    reference = intake.submit(first.ws, restaurant(first.ws)).reference
    everybody(first, second, third)
    proceedings.decide(second.ws, reference, granted=True)
    ending.withdraw(first.ws, reference)
    everybody(second, first, third)
    config = third.config
    path = tmp_path / "config.toml"
    path.write_text(
        f"""[hall]
window = "C1"
[device]
code = "C1"
[catalogue]
path = "{config.catalogue.path}"
[centre]
url = "{URL}"
[store]
path = "{config.store_file}"
witness = "{config.store.witness}"
ballast_mb = 0
[print]
target = "{config.print.target}"
"""
    )
    third.ws.close()
    return third, path


def test_conflicts_of_the_hall_are_listed_with_both_sides_and_settled_by_their_identity(
    clerk: Clerk, hall: Hall, third: tuple[Window, Path]
) -> None:
    config = third[1]
    told = clerk("--config", config, "conflicts", "--json").json["conflicts"]
    sided = next(row for row in told if row["stands"])
    doubt = next(row for row in told if not row["stands"])
    assert sided["first"].startswith("已决定") and sided["second"].startswith("申请人撤回")
    assert (sided["stands"], sided["barred"], sided["window"]) == (["first"], "办件已是“已决定”", "A1")
    assert doubt["kind"] == "issued_offline"
    said = clerk("--config", config, "conflicts").out
    assert sided["id"] in said and "后到的不能再办" in said
    refused = clerk("--config", config, "conflicts", sided["id"], "--stands", "second", "--json")
    assert refused.error["code"] == "cannot_be_done"
    assert (
        clerk("--config", config, "conflicts", doubt["id"], "--stands", "first", "--json").error["code"] == "no_sides"
    )
    assert clerk("--config", config, "conflicts", "x", "--stands", "first", "--json").error["code"] == "not_open"
    done = clerk("--config", config, "conflicts", sided["id"], "--stands", "first", "--reason", "电话说明", "--json")
    assert (done.json["settled"], done.json["to_do"], done.json["more"]) == (sided["id"], None, 0)
    assert [row["id"] for row in done.json["conflicts"]] == [doubt["id"]], "what else is open of this case"
    done = clerk("--config", config, "conflicts", doubt["id"], "--verify", "已收回", "--json")
    assert doubt["id"] not in {row["id"] for row in done.json["conflicts"]}
    window = third[0]
    window.ws = open_workspace(window.config, window.clock, cache_dir=hall.cache)
    assert window.sync() is None
    left = {row["id"] for row in clerk("--config", config, "conflicts", "--json").json["conflicts"]}
    assert not left & {sided["id"], doubt["id"]}


def test_the_answer_says_what_was_settled_and_what_is_left_of_its_case_alone(
    clerk: Clerk, hall: Hall, third: tuple[Window, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = third[1]
    told = clerk("--config", config, "conflicts", "--json").json["conflicts"]
    sided = next(row for row in told if row["stands"])
    doubt = next(row for row in told if not row["stands"])
    found = hall_conflicts.told_and_more

    def with_another(ws: Workspace, **wish: bool) -> tuple[list[HallConflict], int]:
        mine, more = found(ws, **wish)
        elsewhere = HallConflict(
            id="0" * 32, kind="conflict", case_id="elsewhere", reference="X", window="A1~e21f884c8962"
        )
        return [*mine, elsewhere], more

    monkeypatch.setattr(hall_conflicts, "told_and_more", with_another)
    listed = clerk("--config", config, "conflicts").out
    assert "在 A1 的另一份账本里" in listed and "~" not in listed, "nobody calls a window by the name of a branch"
    lines = clerk("--config", config, "conflicts", sided["id"], "--stands", "first").out.splitlines()
    assert lines[0].startswith(f"已写明：{sided['id']}  先到的算数：已决定")
    assert len(lines) == 2 and lines[1].startswith(f"同一办件还有：{doubt['id']}")
    said = clerk("--config", config, "conflicts", doubt["id"], "--verify", "已收回").out.splitlines()
    assert said == [f"已写明：{doubt['id']}  已核实"]
    third[0].ws = open_workspace(third[0].config, third[0].clock, cache_dir=hall.cache)

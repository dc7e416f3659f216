"""A folder that was mistyped, or is not mounted, is no centre where all is well: of the console's commands only those
that begin one make one, and say so."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from central.cli import main
from central.store.opening import SECRET_VARIABLE
from tests.central.postgres import Loop, new_database

MAKING = {("serve",), ("enrol-code",), ("restore",)}
"""The commands that may begin a centre."""
GIVEN = {"--office": "SL01", "--by": "0900", "--name": "冯春", "--reason": "材料已核对", "number": "7", "case_id": "c",
         "wishes": "fair_after_min=20", "--url": "https://scjg.example.invalid/cases"}  # fmt: skip


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command without commands below it, with how it is called."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, below in command.commands.items():
        yield from leaves(below, (*path, name))


def called(path: tuple[str, ...], command: click.Command, file: Path) -> list[str]:
    """The command with everything that it needs."""
    words = list(path)
    for each in command.params:
        name = each.opts[0]
        if isinstance(each, click.Argument):
            words.append(str(file) if name == "file" else GIVEN.get(name, "supervisor"))
        elif name in GIVEN:
            words += [name, GIVEN[name]]
    return words


ALL = [pytest.param(*each, id=" ".join(each[0])) for each in leaves(main) if each[0] not in MAKING]


@pytest.mark.parametrize(("path", "command"), ALL)
def test_a_mistyped_folder_stays_empty_and_the_command_fails(
    tmp_path: Path, path: tuple[str, ...], command: click.Command
) -> None:
    file = tmp_path / "file"
    if path == ("import-sealed",):
        file.write_bytes(b"sealed")
    done = CliRunner().invoke(main, [*called(path, command, file), "--data", str(tmp_path / "centrall")])
    assert done.exit_code == 2 and "没有中心，什么也没有建" in done.stderr and "--data" in done.stderr
    assert str(tmp_path / "centrall") in done.stderr
    assert done.stdout == "" and not (tmp_path / "centrall").exists()


def test_a_database_file_without_anything_in_it_is_no_centre_either(tmp_path: Path) -> None:
    (tmp_path / "central.db").touch()
    done = CliRunner().invoke(main, ["verify", "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "") and (tmp_path / "central.db").stat().st_size == 0


@pytest.fixture
def bare(postgres_server: str, loop: Loop) -> str:
    """The address of a PostgreSQL database in which nobody ever made a table."""
    name = f"bare_{secrets.token_hex(8)}"
    loop.run(new_database(postgres_server, name))
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgres"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The options that name a database in which no centre is."""
    if request.param == "sqlite":
        return ["--data", str(tmp_path / "central")]
    return ["--database", request.getfixturevalue("bare")]


def test_whoever_begins_a_centre_is_told_and_only_then_is_there_one(nothing: list[str]) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, *nothing])

    before = run("verify")
    assert (before.exit_code, before.stdout) == (2, "") and "没有中心，什么也没有建" in before.stderr
    assert "postgres@" not in before.stderr, "an address may hold a password"
    assert "没有中心，建了一个新的" in run("enrol-code", "--office", "SL01").stderr
    again = run("enrol-code", "--office", "SL01")
    assert again.exit_code == 0 and "建了一个新的" not in again.stderr
    assert run("verify").exit_code == 0


def test_what_is_refused_begins_no_centre(nothing: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    junk = tmp_path / "junk.backup"
    junk.write_bytes(b"no backup")
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    commands = [["restore", str(junk)], *([["serve", "--port", "1"]] if "--database" in nothing else [])]
    for words in commands:
        assert CliRunner().invoke(main, [*words, *nothing]).exit_code == 2
        assert "没有中心，什么也没有建" in CliRunner().invoke(main, ["verify", *nothing]).stderr


def test_a_database_that_was_to_be_replaced_and_is_no_centre_is_told_and_left_as_it_is(
    tmp_path: Path, bare: str
) -> None:
    where = ["--data", str(tmp_path / "central")]
    assert CliRunner().invoke(main, ["enrol-code", "--office", "SL01", *where]).exit_code == 0
    copy = str(tmp_path / "copy")
    assert CliRunner().invoke(main, ["backup", copy, *where]).exit_code == 0
    done = CliRunner().invoke(main, ["restore", "--replace", "--replaced", bare, copy, *where])
    assert done.exit_code == 2 and "--replaced" in done.stderr
    assert "没有中心" in CliRunner().invoke(main, ["verify", "--database", bare]).stderr

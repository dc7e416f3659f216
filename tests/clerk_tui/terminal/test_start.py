"""What is broken is said at the start: what, where, what to do. The counter never opens on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clerk_tui.terminal.conftest import READY, ROOT, House
from tests.clerk_tui.terminal.walkins import noticed
from tests.terminal import Terminal, forbidden_in


def broken_toml(house: House) -> None:
    folder = copied(house)
    target = next((folder / "matters").rglob("*.toml"))
    target.write_text('key = "x\nname = ', encoding="utf-8")


def unknown_key(house: House) -> None:
    add_key(copied(house), 'adress = "示例市"\n')


def failing_check(house: House) -> None:
    folder = copied(house)
    (folder / "departments.toml").unlink()


def no_catalogue(house: House) -> None:
    house.configure(catalogue=house.folder / "nowhere")


def hostile_catalogue(house: House) -> None:
    add_key(copied(house), '"evil\\u001b[5mkey\\u202e[/b]" = "x"\n')


def add_key(folder: Path, line: str) -> None:
    """One more key of the hall itself, before the tables that follow."""
    file = folder / "hall.toml"
    file.write_text(line + file.read_text("utf-8"), encoding="utf-8")


def copied(house: House) -> Path:
    folder = house.folder / "catalogue"
    shutil.copytree(ROOT / "catalogue", folder)
    house.configure(catalogue=folder)
    return folder


def broken_config(house: House) -> None:
    house.config_file.write_text("[hall\n", encoding="utf-8")


def misspelt_config(house: House) -> None:
    house.configure(more='[hall]\nofice = "SL01"\n')


def no_database(house: House) -> None:
    (house.folder / "clerk.db").write_bytes(b"this is no database, but somebody's letter " * 40)


def cut_database(house: House) -> None:
    house.open().close()
    path = house.folder / "clerk.db"
    path.write_bytes(path.read_bytes()[:5000])


def changed_database(house: House) -> None:
    ws = house.open()
    noticed(ws)
    ws.close()
    path = house.folder / "clerk.db"
    head = path.read_bytes()[:4096]
    path.write_bytes(head + b"\xff" * (path.stat().st_size - 4096))


def other_device(house: House) -> None:
    house.open().close()
    house.configure(more='[device]\ncode = "B2"\n')


def broken_calendar(house: House) -> None:
    (house.folder / "year.toml").write_text("year = twenty", encoding="utf-8")
    house.configure(more='[calendar]\nfiles = ["year.toml"]\n')


#: What is broken, and the words that must be told: where it is, and something of what to do.
CASES: dict[str, tuple[Callable[[House], None], tuple[str, ...]]] = {
    "a matter's file is no TOML": (broken_toml, (".toml",)),
    "a key is misspelt": (unknown_key, ("hall.toml", "adress", "address")),
    "the catalogue fails its check": (failing_check, ("departments.toml",)),
    "there is no catalogue": (no_catalogue, ("nowhere", "catalogue.path")),
    "a key of the catalogue is hostile": (hostile_catalogue, ("hall.toml",)),
    "the settings are no TOML": (broken_config, ("config.toml",)),
    "a setting is misspelt": (misspelt_config, ("config.toml", "ofice", "office")),
    "the database is a letter": (no_database, ("clerk.db", "数据库")),
    "the database was cut short": (cut_database, ("clerk.db", "损坏")),
    "the database was overwritten": (changed_database, ("clerk.db", "损坏")),
    "the database is another device's": (other_device, ("clerk.db", "device.code")),
    "a calendar is no TOML": (broken_calendar, ("year.toml", "calendar.files")),
}


@pytest.mark.parametrize("what", CASES)
def test_it_says_what_and_where_and_does_not_open(house: House, what: str) -> None:
    break_it, words = CASES[what]
    break_it(house)
    before = contents(house)
    terminal = house.run()
    terminal.wait_until(lambda: told(terminal) or terminal.process.poll() is not None, "something told")
    terminal.settle()
    said = terminal.text().replace("\n", "")
    squeezed = "".join(said.split())
    for word in words:
        assert word in squeezed, f"{word} is not named in\n{terminal.text()}"
    assert READY not in said, "the counter is open"
    assert not forbidden_in(bytes(terminal.output)) or terminal.process.poll() is not None
    if terminal.process.poll() is None:
        terminal.send(b"qykb")
        terminal.settle()
        terminal.send(b"\r")
    assert terminal.wait_exit() == 2
    assert contents(house) == before, "a broken file was changed"


def told(terminal: Terminal) -> bool:
    """Whether the problem's dialog is open."""
    return terminal.shows("没有办成")


def contents(house: House) -> dict[str, bytes]:
    """Settings and database as they are."""
    files = (house.folder / name for name in ("config.toml", "clerk.db", "year.toml"))
    return {path.name: path.read_bytes() for path in files if path.exists()}

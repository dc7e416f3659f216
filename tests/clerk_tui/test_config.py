"""``config.toml``: strict, complete, and precise about what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from clerk_tui import paths
from clerk_tui.config import Config, load_config
from clerk_tui.config_file import sections
from hall.errors import HallError

SHIPPED = paths.PROJECT_ROOT / "config.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problem(folder: Path, text: str) -> HallError:
    path = write(folder, text)
    with pytest.raises(HallError) as caught:
        load_config(path)
    assert caught.value.code == "bad_config"
    assert str(path) in caught.value.message, "the message names the file"
    assert caught.value.hint, "the hint says what to do"
    return caught.value


def test_the_shipped_file_writes_down_every_key_with_its_default() -> None:
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    defaults = {name: json.loads(msgspec.json.encode(section())) for name, section in sections().items()}
    assert shipped == defaults


def test_every_key_of_the_shipped_file_is_explained() -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        if " = " in line and not line.startswith("#"):
            assert above.startswith("#") or " = " in above, f"no comment above: {line}"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()


def test_a_file_of_a_version_that_knew_another_key_opens_as_it_is(tmp_path: Path) -> None:
    for said in ("", "0123456789abcdef" * 4):
        path = write(tmp_path, f'[centre]\nurl = "https://centre.example.invalid"\nsupervisor_key = "{said}"\n')
        assert load_config(path).centre.url == "https://centre.example.invalid"
    assert problem(tmp_path, '[centre]\nsupervisor = ""\n').field == "centre.supervisor"


def test_the_nearest_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def file(name: str, window: str) -> Path:
        (tmp_path / name).mkdir(parents=True)
        return write(tmp_path / name, f'[hall]\nwindow = "{window}"\n')

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    file("xdg/clerk", "4")
    monkeypatch.chdir(tmp_path)
    assert load_config().hall.window == "4"
    file("here", "3")
    monkeypatch.chdir(tmp_path / "here")
    assert load_config().hall.window == "3"
    monkeypatch.setenv("CLERK_CONFIG", str(file("variable", "2")))
    assert load_config().hall.window == "2"
    assert load_config(file("argument", "1")).hall.window == "1"


def test_relative_paths_start_at_the_file_and_empty_ones_in_the_users_directories(tmp_path: Path) -> None:
    text = (
        '[store]\npath = "db/clerk.db"\n[calendar]\nfiles = ["2027.toml"]\n[print]\nby_kind = { notice = "dir:out" }\n'
    )
    (tmp_path / "catalogue").mkdir()
    config = load_config(write(tmp_path, text))
    assert config.store_file == tmp_path / "db/clerk.db"
    assert config.calendar_files == (tmp_path / "2027.toml",)
    assert config.catalogue_dir == tmp_path / "catalogue"
    assert config.print_folder(config.print_target("notice")) == tmp_path / "out"
    assert config.print_folder(config.print_target("receipt")) == paths.data_dir() / "papers"
    assert config.token_file is None
    assert Config().store_file == paths.data_dir() / "clerk.db"
    assert Config().catalogue_dir == paths.PROJECT_ROOT / "catalogue"


def test_a_file_that_says_nothing_of_the_catalogue_means_the_shipped_one(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[screen]\nlanguage = "en"\n'))
    assert config.catalogue_dir == paths.PROJECT_ROOT / "catalogue"
    named = load_config(write(tmp_path, '[catalogue]\npath = "matters"\n'))
    assert named.catalogue_dir == tmp_path / "matters", "what is named must be there"


def test_a_home_relative_path_is_the_users(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[print]\ntarget = "dir:~/papers"\n'))
    assert config.print_folder(config.print_target()) == Path.home() / "papers"


@pytest.mark.parametrize(
    "target",
    ["dir:", "dir:纸 张/出", "cups:HP_M404-2", "tcp://192.168.1.50:9100", "tcp://ticket.hall:1", "tcp://[::1]:65535"],
)
def test_a_printer_is_named_in_one_line(tmp_path: Path, target: str) -> None:
    config = load_config(write(tmp_path, f'[print]\nby_kind = {{ guide = "{target}" }}\n'))
    assert config.print_target("guide") == target and config.print_target("notice") == "dir:"


def test_the_halls_day_is_counted_in_its_own_time_zone() -> None:
    late_in_utc = dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC)
    assert late_in_utc.astimezone(Config().timezone).date() == dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "field", "hint"),
    [
        ('[hall]\nofice = "A1"', "hall.ofice", "是不是 office？"),
        ('[hals]\noffice = "A1"', "hals", "是不是 hall？"),
        ('[hall]\nlevel = "info"', "hall.level", "level 属于 [log]。"),
        ('office = "A1"', "office", "office 属于 [hall]。"),
        ("[log]\nzzz = 1", "log.zzz", "可以用的有：level。"),
        ('[screen]\ntheme = "blue"', "screen.theme", "可以用的有：light、dark、contrast。"),
        ('[rules]\nrespond_days = "30"', "rules.respond_days", "应为：1 到 366 的整数。"),
        ("[rules]\nrespond_days = 0", "rules.respond_days", "应为：1 到 366 的整数。"),
        ('[hall]\noffice = "sl-01"', "hall.office", "大写字母或数字"),
        ('[hall]\ntimezone = "Asia/Shanghei"', "hall.timezone", "Asia/Shanghai"),
        ('[hall]\ntimezone = "../../etc/passwd"', "hall.timezone", "Asia/Shanghai"),
        ('[hall]\ntimezone = "Asia/Urumqi"', "hall.timezone", "Asia/Shanghai"),
        ('[hall]\ntimezone = "UTC"', "hall.timezone", "Asia/Shanghai"),
        ('[device]\ncode = "1"', "device.code", "以大写字母开头"),
        ('[centre]\nurl = "ftp://x"', "centre.url", "http://"),
        ('[print]\ntarget = "lp:office"', "print.target", "dir:"),
        ('[print.by_kind]\nnotice = "office"', "print.by_kind", "cups:队列名"),
        ('[print]\ntarget = "cups:"', "print.target", "cups:队列名"),
        ('[print]\ntarget = "cups:-d x"', "print.target", "cups:队列名"),
        ('[print]\ntarget = "tcp://printer"', "print.target", "tcp://地址:端口"),
        ('[print]\ntarget = "tcp://printer:65536"', "print.target", "tcp://地址:端口"),
        ('[print]\ntarget = "tcp://printer:9100/x"', "print.target", "tcp://地址:端口"),
        ('[print]\nothers = ["lp"]', "print.others", "tcp://地址:端口"),
        ('[print.by_kind]\nnotise = "dir:x"', "print.by_kind.notise", "是不是 notice？"),
        ("[calendar]\nfiles = [2027]", "calendar.files", "默认值是 []"),
        ("hall = 3", "hall", "[hall] 要写成一个部分"),
        ('source = "x"', "source", "是不是"),
        ('base = "x"', "base", "可以用的有：hall、device"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(tmp_path: Path, text: str, field: str, hint: str) -> None:
    error = problem(tmp_path, text)
    assert error.field == field
    assert hint in error.hint


def test_a_wrong_type_says_what_was_wanted_and_what_was_found(tmp_path: Path) -> None:
    assert "centre.enabled 应为true 或 false，现为文字" in problem(tmp_path, '[centre]\nenabled = "yes"').message


def test_broken_toml_names_line_and_column(tmp_path: Path) -> None:
    assert "第 2 行第 10 列" in problem(tmp_path, "[hall]\noffice = SL01").message


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes('[clerk]\nname = "周敏"\n'.encode("gbk"))
    with pytest.raises(HallError, match="第 2 行不是 UTF-8"):
        load_config(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + '[clerk]\nname = "李四"\n'.encode())
    assert load_config(path).clerk.name == "李四"


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(HallError, match="文件不存在"):
        load_config()


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(HallError, match="读不出来"):
        load_config(tmp_path)


@pytest.mark.parametrize("name", ["周\u202e敏", "周\u200b敏", "  ", "周\ue000"])
def test_the_clerk_s_name_is_held_to_what_every_name_is(tmp_path: Path, name: str) -> None:
    """It stands on every paper."""
    assert problem(tmp_path, f'[clerk]\nname = "{name}"\n').field == "clerk.name"

"""Reading ``config.toml`` and saying precisely what is wrong with one.

Apart from ``clerk_tui.config`` so that a start without a file pays for none of it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from clerk_tui import paths
from clerk_tui.config import Config
from hall import os_words
from hall.errors import HallError

BEIJING_AHEAD = dt.timedelta(hours=8)
"""How far Beijing time, the country's legal time, is ahead of UTC."""
TARGETS = (
    'dir: 加目录，例如 "dir:papers"；只写 dir: 时放在用户数据目录；'
    '或 "cups:队列名"，例如 "cups:office"；或 "tcp://地址:端口"，例如 "tcp://192.168.1.50:9100"；'
    '或 "station:打印台名"，只写 station: 时哪个打印台都可以'
)
#: What each key must look like, where a pattern or a type name would say too little.
SHAPES = {
    "hall.office": '2 到 6 位大写字母或数字，例如 "SL01"',
    "hall.window": '窗口号，1 到 12 个字，例如 "3"',
    "hall.timezone": '时区名称，例如 "Asia/Shanghai"',
    "device.code": '1 到 4 位，以大写字母开头，例如 "A1"',
    "clerk.id": "工号，字母、数字或连字符，最多 20 位",
    "centre.first_wait_s": "0 到 3600 的整数",
    "centre.url": "以 http:// 或 https:// 开头的地址",
    "queue.businesses": '取号业务代号的列表，例如 ["company"]，代号见事项目录的 hall.toml',
    "print.target": TARGETS,
    "print.by_kind": f"{{ 凭证种类 = 去处 }}，去处是 {TARGETS}",
    "print.others": f"去处的列表，去处是 {TARGETS}",
    "rules.respond_days": "1 到 366 的整数",
    "screen.lock_after_min": "0 到 480 的整数，0 表示不自动锁屏",
    "alarm.command": '程序和参数的列表，例如 ["/usr/local/bin/alert", "window"]，或留空 []',
    "display.yellow_min": "1 到 600 的整数（分钟）",
    "display.red_min": "1 到 600 的整数（分钟）",
    "display.speak": '程序和它的参数，其中一个含 {text}，例如 ["espeak-ng", "-v", "cmn-latn-pinyin", "{text}"]',
    "kiosk.leave_code": "clerk board --new-code 打印出来的一行，原样抄写",
}

RETIRED = {"centre": ("supervisor_key",)}
"""Keys that files of earlier versions have and that mean nothing any more: such a file opens as it is."""

TYPE_NAMES = {
    "str": "文字",
    "int": "整数",
    "float": "小数",
    "bool": "true 或 false",
    "array": "列表",
    "object": "一组键",
    "datetime": "日期时间",
    "date": "日期",
    "time": "时刻",
}


def find(path: Path | None) -> Path | None:
    """The file to read: the one named, else the first that exists of the places looked at, else ``None``.

    A file that is named, here or by ``$CLERK_CONFIG``, must be there; the others need not.
    """
    named = path or (Path(value) if (value := os.environ.get("CLERK_CONFIG")) else None)
    if named is not None:
        return named
    places = (Path("config.toml"), paths.config_dir() / "config.toml")
    return next((place for place in places if place.is_file()), None)


def read_sections(source: Path) -> Config:
    """The file's settings over the defaults; raises ``HallError`` (``bad_config``)."""
    raw = _read(source)
    _drop_retired(raw)
    _refuse_unknown(source, raw)
    try:
        config = msgspec.convert(raw, Config, strict=True)
    except msgspec.ValidationError as error:
        raise _explain(source, str(error)) from None
    _check_timezone(source, config)
    _check_kinds(source, config)
    _check_clerk(source, config)
    _check_voice(source, config)
    return config


def sections() -> dict[str, type[msgspec.Struct]]:
    """The sections a file may have, with the type that lists each one's keys."""
    hints = get_type_hints(Config)
    return {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, msgspec.Struct)}


def _problem(source: Path, field: str | None, what: str, hint: str) -> HallError:
    return HallError("bad_config", f"配置文件 {source}：{what}", field=field, hint=hint)


def _read(source: Path) -> dict[str, Any]:
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        hint = "检查 --config 参数或环境变量 CLERK_CONFIG；都不给则使用默认设置。"
        raise _problem(source, None, "文件不存在。", hint) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _problem(source, None, f"第 {line} 行不是 UTF-8 编码。", "用 UTF-8 编码重新保存。") from None
    except OSError as error:
        raise _problem(
            source, None, f"读不出来（{os_words.why(error)}）。", "检查它是不是普通文件、本用户能不能读。"
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 列" if place else "文件末尾"
        what = f"{where}不合 TOML 语法（{str(error).split(' (at ')[0]}）。"
        hint = "文字要加英文双引号，一行一个“键 = 值”，同一个键只写一次。"
        raise _problem(source, None, what, hint) from None


def _drop_retired(raw: Mapping[str, Any]) -> None:
    for name, keys in RETIRED.items():
        section = raw.get(name)
        if isinstance(section, dict):
            for key in keys:
                section.pop(key, None)


def _refuse_unknown(source: Path, raw: Mapping[str, Any]) -> None:
    known = sections()
    for name, value in raw.items():
        if name not in known:
            label = f"不认识的部分 [{name}]" if isinstance(value, dict) else f"不认识的键 {name}"
            raise _problem(source, name, f"{label}。", _nearest(name, list(known), known))
        if isinstance(value, dict):
            keys = list(known[name].__struct_fields__)
            for key in value:
                if key not in keys:
                    hint = _nearest(key, keys, known)
                    raise _problem(source, f"{name}.{key}", f"[{name}] 里有不认识的键 {key}。", hint)


def _nearest(word: str, valid: list[str], known: Mapping[str, type[msgspec.Struct]]) -> str:
    """What was probably meant: the nearest key, the section that has this key, or all there are."""
    if close := get_close_matches(word, valid, n=1, cutoff=0.6):
        return f"是不是 {close[0]}？"
    if homes := [name for name, section in known.items() if word in section.__struct_fields__]:
        return f"{word} 属于 [{homes[0]}]。"
    return f"可以用的有：{'、'.join(valid)}。"


def _explain(source: Path, message: str) -> HallError:
    """msgspec's message (``"Expected `int`, got `str` - at `$.rules.notice_days`"``) in the words of the file."""
    what, _, place = message.partition(" - at `$.")
    field = re.sub(r"\[(\d+|\.\.\.)\].*$", "", place.removesuffix("`"))
    key = f"{field} 的值不对" if field else "内容不对"
    if types := re.fullmatch(r"Expected `([^`]+)`, got `([^`]+)`", what):
        wanted, got = (TYPE_NAMES.get(name, name) for name in types.groups())
        key = f"{field} 应为{wanted}，现为{got}"
    return _problem(source, field or None, f"{key}。", _shape(field))


def _shape(field: str) -> str:
    if field in SHAPES:
        return f"应为：{SHAPES[field]}。"
    name, _, key = field.partition(".")
    section = sections().get(name)
    if section is None or key not in section.__struct_fields__:
        return f"[{name}] 要写成一个部分，键写在它下面，每行一个。" if section else ""
    hint = get_type_hints(section)[key]
    if get_origin(hint) is Literal:
        return f"可以用的有：{'、'.join(map(str, get_args(hint)))}。"
    default = msgspec.json.encode(getattr(section(), key)).decode()
    return f"默认值是 {default}，说明见随产品提供的 config.toml。"


def _check_timezone(source: Path, config: Config) -> None:
    """One that shows Beijing time, the country's legal time: the centre tells the days of all halls apart by it, and
    two halves of one queue must not have two midnights."""
    field = "hall.timezone"
    try:
        ahead = dt.datetime.now(config.timezone).utcoffset()
    except (KeyError, ValueError, OSError):
        raise _problem(source, field, f"{field} 不是已知的时区。", _shape(field)) from None
    if ahead != BEIJING_AHEAD:
        what = f"{field} 走的不是北京时间：中心按北京时间分各厅的日子，两边的“今天”会不一样。"
        raise _problem(source, field, what, _shape(field))


def _check_clerk(source: Path, config: Config) -> None:
    """The name goes onto every paper, so it is held to what every name is."""
    from hall.names import clean_name

    try:
        clean_name(config.clerk.name)
    except HallError as error:
        raise _problem(source, "clerk.name", f"clerk.name：{error.message}。", error.hint) from None


def _check_voice(source: Path, config: Config) -> None:
    """A command without the text would say the same at every call."""
    speak = config.display.speak
    if speak and not any("{text}" in word for word in speak[1:]):
        field = "display.speak"
        raise _problem(source, field, f"{field} 里没有 {{text}}，读不出叫的号。", _shape(field))


def _check_kinds(source: Path, config: Config) -> None:
    """A paper that is misnamed would silently go to the wrong printer."""
    if not config.print.by_kind:
        return
    from hall.telling import OTHER_PAPERS, PAPER_NAMES

    kinds = [*PAPER_NAMES, *OTHER_PAPERS]
    for kind in config.print.by_kind:
        if kind not in kinds:
            close = get_close_matches(kind, kinds, n=1, cutoff=0.6)
            hint = f"是不是 {close[0]}？" if close else f"可以用的有：{'、'.join(kinds)}。"
            raise _problem(source, f"print.by_kind.{kind}", f"[print] by_kind 里有不认识的凭证种类 {kind}。", hint)

"""``clerk doctor``: everything the counter stands on, looked at once; what is wrong, what it means, what to do.

It changes nothing: a database that is not there yet is not made.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import click

from clerk_tui.cli.console import Session, answer, command, json_option
from clerk_tui.cli.helping import padded
from clerk_tui.cli.records import as_it_lies, lost_lines, sealed_row
from clerk_tui.i18n import N_, _
from clerk_tui.widgets.phrases import said_of
from hall.chain import UNREADABLE
from hall.errors import HallError, StoreError
from hall.unpacking import Body, Unpackable

State = Literal["ok", "warn", "fail"]
MARKS: dict[State, str] = {"ok": "√", "warn": "!", "fail": "×"}

ENOUGH, LITTLE = 1 << 30, 200 << 20
"""Free bytes: below the first a warning, below the second new cases are in danger (sync.md §11)."""
SMALLEST = (80, 24)
MOST_SAID = 1 << 16
"""Bytes of what answers at the centre's address that are read."""
PATIENCE_S = 3.0
"""How long the centre is waited for, in seconds."""
FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""Releases of SQLite, one a series, from which several writers on a WAL database are safe."""


class Check(NamedTuple):
    """One thing looked at; ``check`` is its stable name for scripts."""

    check: str
    state: State
    message: str
    hint: str = ""


@command(
    "doctor",
    _("检查本机能不能正常办理：解释器、SQLite、配置、目录、日历、字体、文书文本、账本、磁盘、打印、终端、中心。"),
)
@json_option
def doctor(session: Session, as_json: bool) -> None:
    """``{"ok", "checks": [{"check", "state", "message", "hint"}]}``; exit 2 when something fails."""
    checks = list(examine(session))
    well = all(check.state != "fail" for check in checks)
    told = {"ok": well, "checks": [check._asdict() for check in checks]}
    answer(as_json, told, lambda: _lines(checks))
    if not well:
        raise click.exceptions.Exit(2)


def examine(session: Session) -> Iterator[Check]:
    """Every check, in the order in which they depend on each other."""
    for name, (_title, look) in LOOKS.items():
        try:
            found = look(session)._replace(check=name)
        except HallError as error:
            found = Check(name, "fail", _(error.message), _(error.hint))
        yield found._replace(hint="") if found.state == "ok" else found


def _lines(checks: list[Check]) -> Iterator[str]:
    for check in checks:
        title = _(LOOKS[check.check][0])
        yield f"{MARKS[check.state]} {padded(title[:1].upper() + title[1:], 9)} {check.message}"
        if check.hint:
            yield " " * 12 + check.hint


def _python(_session: Session) -> Check:
    words = f"Python {platform.python_version()} · {platform.system()} {platform.machine()}"
    return Check("", "ok", words)


def _sqlite(_session: Session) -> Check:
    import sqlite3

    words = f"SQLite {sqlite3.sqlite_version}"
    if wal_is_safe(sqlite3.sqlite_version_info):
        return Check("", "ok", words)
    hint = _("这个版本有多个写连接同时写会损坏 WAL 数据库的缺陷；本程序只用一个写连接，不要用别的工具写账本")
    return Check("", "warn", words, hint)


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the repair for several writers or checkpoints at once on a WAL database."""
    if version >= FIXED[-1]:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


def _config(session: Session) -> Check:
    config = session.config
    source = config.source or _("没有配置文件，用默认设置")
    window = _("{office} 大厅 {window} 号窗口，设备 {device}")
    told = window.format(office=config.hall.office, window=config.hall.window, device=config.device.code)
    return Check("", "ok", said_of(str(source), told))


def _catalogue(session: Session) -> Check:
    catalogue = session.catalogue
    words = _("{count} 个事项，版本 {version}，{effective} 起施行")
    told = words.format(count=len(catalogue.keys()), version=catalogue.version, effective=catalogue.effective)
    if catalogue.effective > _today(session):
        return Check("", "warn", told, _("目录还没有到施行日期"))
    return Check("", "ok", said_of(str(session.config.catalogue_dir), told))


def _calendar(session: Session) -> Check:
    from clerk_tui.services.workspace import load_calendar

    calendar = load_calendar(session.config.calendar_files)
    today = _today(session)
    words = _("放假安排到 {year} 年").format(year=max(calendar.years))
    hint = _("把新年的放假安排加进 config.toml 的 calendar.files；在那之前期限标为暂定")
    if unsure := _unsure(session):
        told = _("{count} 件收件按周末推算已过五个工作日，不能断定视为受理：{references}")
        named = "、".join(unsure[:5]) + ("…" if len(unsure) > 5 else "")
        return Check("", "fail", _("；").join((words, told.format(count=len(unsure), references=named))), hint)
    if not calendar.is_known(today):
        return Check("", "fail", words, hint)
    if not calendar.is_known(today + dt.timedelta(days=45)):
        return Check("", "warn", words, hint)
    return Check("", "ok", words)


def _unsure(session: Session) -> list[str]:
    """Cases that wait for the year's calendar."""
    if not session.config.store_file.exists():
        return []
    from clerk_tui.services import upkeep

    try:
        with session.workspace() as ws:
            return upkeep.unsure(ws)
    except StoreError:
        return []  # what is wrong then is said of the journal


def _fonts(_session: Session) -> Check:
    from receipts.fonts import fonts_ready, load_fonts
    from receipts.han import coverage

    if not fonts_ready():
        return Check("", "fail", _("打印字体还没有准备"), _("运行 clerk setup"))
    fonts = load_fonts()
    level_3, added = coverage(fonts)
    words = _(
        "8105 个通用规范汉字都能打印；GB 18030-2022 级别 3 的 {total} 个汉字能打印 {drawn} 个，"
        "第 1 号修改单增加的 {more} 个能打印 {of_them} 个；"
        "阿拉伯字母、藏文、传统蒙古文等要连写、叠写或从右到左写的文字，有字形也只能逐个字母从左到右印；字体：{names}"
    )
    names = "、".join(fonts.names)
    told = words.format(total=level_3.total, drawn=level_3.drawn, more=added.total, of_them=added.drawn, names=names)
    if not level_3.whole:
        return Check("", "warn", told, _("其余的打成 [U+…]；装上 fonts-hanazono 软件包，级别 3 的汉字全部能打印"))
    return Check("", "ok", told)


def _texts(session: Session) -> Check:
    """A centre's own wording of papers, tried with the samples of each kind before an applicant waits for one."""
    from clerk_tui.services.editions import texts_faults
    from receipts.sample_papers import own_kinds

    folder = session.config.texts_dir
    if folder is None:
        return Check("", "ok", _("用程序自带的文书文本"))
    found = texts_faults(folder)
    if found:
        hints = _("；").join(dict.fromkeys(_(fault.hint) for fault in found))
        return Check("", "fail", _("；").join(_(fault.message) for fault in found), hints)
    words = _("{path}：{count} 种文书用自己的文本，都能出具")
    return Check("", "ok", words.format(path=folder, count=len(own_kinds(folder))))


def _store(session: Session) -> Check:
    path = session.config.store_file
    if not path.exists():
        return Check("", "ok", _("{path} 还没有，第一次办理时建立").format(path=path))
    from clerk_tui.services import outbox
    from clerk_tui.services.health import health
    from clerk_tui.store.device import has_key, key_file
    from clerk_tui.store.looking import quick_check

    if broken := quick_check(path):
        hint = _("停止使用，文件留在原处，报告管理员：运行 clerk restore，还能读的记录都接过来")
        return Check("", "fail", _("{path} 已损坏：{what}").format(path=path, what=broken[0][:80]), hint)
    # Opening sets WAL and synchronous=FULL and refuses when they do not read back.
    try:
        with session.workspace() as ws:
            verified, status, log = ws.journal.verify(), outbox.status(ws), health(ws).log
            keyed = has_key(path, ws.journal.device())
    except StoreError as error:
        found, (trouble, hint) = as_it_lies(session, error)
        words = _("{path}：{facts} 条记录从头核对无误").format(path=path, facts=found.facts)
        return Check("", "warn", _("；").join((words, trouble)), hint)
    words = _("{path}：{facts} 条记录从头核对无误，{pending} 条未上传，WAL、synchronous=FULL")
    told = words.format(path=path, facts=verified.facts, pending=status.pending)
    if not keyed:
        hint = _("没有它，文书上没有窗口用的码，记录不能封存：把密钥文件放回 {path}；备份旁边也有一份")
        return Check("", "fail", told + _("；本机密钥不在或读不出来"), hint.format(path=key_file(path)))
    if log:
        long = _("；账本的日志已有 {size} MB：有程序一直占着账本在读").format(size=log >> 20)
        hint = _("关掉在这台机器上打开账本的查询、备份或别的程序；一刻钟内自动恢复，不行就退出窗口再打开")
        return Check("", "warn", told + long, hint)
    if status.quarantined:
        return Check("", "warn", told, _("有 {count} 条被中心退回待查").format(count=status.quarantined))
    if status.lost:
        return Check("", "warn", told, _("；").join(lost_lines([sealed_row(each) for each in status.losses])))
    if status.sealed:
        words = _("有 {count} 条封存在 {folder}：交负责人在中心导入，交出以后把文件移走")
        return Check("", "warn", told, words.format(count=status.sealed_facts, folder=status.sealed[0].path.parent))
    return Check("", "ok", told)


def _disk(session: Session) -> Check:
    folder = _existing(session.config.store_file.parent)
    free = shutil.disk_usage(folder).free
    words = _("{path} 还有 {free:.1f} GB").format(path=folder, free=free / (1 << 30))
    if free < LITTLE:
        return Check("", "fail", words, _("马上腾出空间，否则收件会被拒绝"))
    return Check("", "warn" if free < ENOUGH else "ok", words, _("腾出一些空间"))


def _papers(session: Session) -> Check:
    """Every target of the settings is asked; only that of all other kinds being away keeps papers from coming out."""
    from clerk_tui.printing.targets import open_target

    config = session.config
    settings = config.print
    places: dict[str, list[str]] = {settings.target: []}
    for kind, target in settings.by_kind.items():
        places.setdefault(target, []).append(kind)
    for target in settings.others:
        places.setdefault(target, [_("备用")])
    state: State = "ok"
    words, hints = [], []
    for target, kinds in places.items():
        label = said_of(" ".join(kinds), "") if kinds and target != settings.target else ""
        try:
            words.append(label + _(open_target(target, config.print_folder).look()))
        except HallError as error:
            words.append(label + _(error.message))
            hints.append(_(error.hint))
            state = "fail" if target == settings.target else "warn" if state == "ok" else state
    if (left := _left_unprinted(session)) and state == "ok":
        state = "warn"
        hints.append(_("在办件里看是哪一份；clerk papers 会再打一次没打出的"))
    return Check("", state, _("；").join(words + left), _("；").join(dict.fromkeys(hints)))


def _left_unprinted(session: Session) -> list[str]:
    """Papers that did not come out, and those nobody knows about."""
    if not session.config.store_file.exists():
        return []
    from clerk_tui.services.print_queue import outstanding

    try:
        with session.workspace() as ws:
            failed, unknown = outstanding(ws)
    except StoreError as error:
        if error.code != "disk_full":
            raise
        return []  # what is wrong then is said of the disk and of the journal
    told = [_("{count} 份没有打出").format(count=failed)] if failed else []
    return told + ([_("{count} 份不知道打出没有").format(count=unknown)] if unknown else [])


def _terminal(_session: Session) -> Check:
    if sys.stdout is None or not sys.stdout.isatty():
        return Check("", "ok", _("现在的输出不是终端，没有检查"))
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    size = shutil.get_terminal_size()
    words = f"{os.environ.get('TERM', '?')} · {size.columns}×{size.lines} · {encoding}"
    if encoding != "utf8":
        return Check("", "fail", words, _("把终端和 LANG 设为 UTF-8，例如 LANG=zh_CN.UTF-8"))
    if size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
        return Check("", "warn", words, _("窗口至少要 80×24，120×40 最合适"))
    return Check("", "ok", words)


def _centre(session: Session) -> Check:
    from clerk_tui.sync.token import read_token, token_path

    config = session.config
    if not config.centre.enabled:
        return Check("", "ok", _("没有启用，记录只留在本机"))
    url = config.centre.url
    enrolled = read_token(token_path(config.store_file, config.token_file)) is not None
    hint = _("用中心发的登记码运行 clerk enrol URL CODE；没有登记照常办理，记录留在本机")
    away = not _answers(url)
    if not enrolled and not away:
        return Check("", "warn", _("{url} 有应答，本机还没有登记").format(url=url), hint)
    found = (_("{url} 连不上") if away else _("{url} 有应答，本机已登记")).format(url=url)
    if enrolled and (why := _not_taken(session)):
        return Check("", "fail", _("；").join((found, why)), _("请管理员查看；没有上传的记录都还在本机"))
    if away:
        return Check("", "warn", found, _("照常办理，恢复后自动上传") if enrolled else hint)
    return Check("", "ok", found)


def _not_taken(session: Session) -> str:
    """Why the centre took nothing more at the last conversation, where waiting alone does not end that."""
    if not session.config.store_file.exists():
        return ""
    from clerk_tui.services.outbox import status

    try:
        with session.workspace() as ws:
            found = status(ws)
    except StoreError:
        return ""  # what is wrong then is said of the journal
    return _(found.trouble_words) if found.is_stopped else ""


def _answers(url: str) -> bool:
    """Whether a centre answers there, and not a page that wants somebody to sign in to the network first."""
    import httpx
    import msgspec

    from clerk_tui.sync.client import open_http

    try:
        # No reply beyond the quiet that is allowed: what drips is not waited for either.
        with open_http(url, reply_s=0.0) as http, http.stream("GET", "/v1/health", timeout=PATIENCE_S) as answer:
            said = Body(answer.headers.get("content-encoding", ""), MOST_SAID)
            for piece in answer.iter_raw():
                said.add(piece)
            return answer.status_code == 200 and "epoch" in msgspec.json.decode(said.whole(), type=dict[str, object])
    except (httpx.HTTPError, httpx.InvalidURL, Unpackable, *UNREADABLE):
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


def _today(session: Session) -> dt.date:
    return dt.datetime.now(session.config.timezone).date()


LOOKS: dict[str, tuple[str, Callable[[Session], Check]]] = {
    "python": (N_("解释器"), _python),
    "sqlite": ("SQLite", _sqlite),
    "config": (N_("配置"), _config),
    "catalogue": (N_("事项目录"), _catalogue),
    "calendar": (N_("日历"), _calendar),
    "fonts": (N_("字体"), _fonts),
    "texts": (N_("文书文本"), _texts),
    "store": (N_("账本"), _store),
    "disk": (N_("磁盘"), _disk),
    "papers": (N_("打印"), _papers),
    "terminal": (N_("终端"), _terminal),
    "centre": (N_("中心"), _centre),
}
"""What is looked at, in the order in which it depends on each other: name, title, look."""

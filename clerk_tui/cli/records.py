"""``clerk journal``, ``outbox``, ``sync``, ``enrol``, ``central``: the journal, and what the centre has of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option, note
from clerk_tui.cli.helping import Group
from clerk_tui.cli.reading import read_word
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import N_, _
from clerk_tui.widgets.phrases import numbered
from hall.errors import BadInput, HallError, StoreError
from hall.moments import local_time

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.outbox import Loss
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.store.journal import Journal
    from clerk_tui.store.sealed_files import SealedFile
    from clerk_tui.store.verifying import Verified
    from clerk_tui.store.witness import Mark
    from clerk_tui.sync.run import SyncReport

ONLY_READ = N_("磁盘已满：只核对了账本，核对的结果没有保存")
CENTRAL = ("-P", "-c", "from central.cli import main; main(prog_name='clerk-central')")
"""What Python is started with to be ``clerk-central``."""


@click.group("journal", cls=Group, no_args_is_help=True, subcommand_metavar="COMMAND ...", options_metavar="")
def journal() -> None:
    """The journal."""


journal.help = _("账本：核对每条记录的散列链，或由账本重建各表。")


@contextmanager
def opened(session: Session) -> Iterator[Journal]:
    """The journal alone: the whole counter would not open on the damage that is looked for or mended here.

    Raises:
        StoreError: ``rolled_back``, it is gone though it had begun: none is made in its place.
    """
    from clerk_tui.clock import SystemClock
    from clerk_tui.store.journal import open_journal
    from clerk_tui.store.rollback import missing as gone

    config = session.config
    mark = witnessed(session)
    if mark is not None and (not config.store_file.exists() or not config.store_file.stat().st_size):
        raise gone(config.store_file, mark)
    clock = SystemClock(config.timezone)
    with closing(
        open_journal(config.store_file, device_code=config.device.code, clock=clock, check_tail=False)
    ) as journal:
        yield journal


def witnessed(session: Session) -> Mark | None:
    """What the witness last saw of the journal."""
    from clerk_tui.store.witness import Witness

    return Witness(session.config.witness_file).read()


def as_it_lies(session: Session, error: StoreError) -> tuple[Verified, tuple[str, str]]:
    """What the journal is like where a full disk keeps it from being opened (``error``), and what is said beside it.

    Raises:
        BrokenChain: it is damaged.
        StoreError: it cannot be read, or ``error`` itself, which is about something else.
    """
    from clerk_tui.store.looking import verify_as_it_lies

    found = verify_as_it_lies(session.config.store_file) if error.code == "disk_full" else None
    if found is None:
        raise error
    return found, (_(ONLY_READ), _(error.hint))


@command("verify", _("从头核对账本：每条记录的内容、编号和散列链；改动过一个字节都会指出是第几条。"), _("核对账本"))
@json_option
def verify(session: Session, as_json: bool) -> None:
    """``{"ok", "facts", "head": {"seq", "hash"}, "erased"}``; a broken chain is an error, exit 2, and so is a journal
    that is gone or older than the witness saw it."""
    from clerk_tui.store.rollback import compare

    try:
        mark = witnessed(session)
        with opened(session) as journal:
            found, beside = journal.verify(), tuple[str, ...]()
            if mark is not None:
                compare(journal.database, journal.device(), mark)
    except StoreError as error:
        found, beside = as_it_lies(session, error)
    head = {"seq": found.head.seq, "hash": found.head.hash.hex()}
    told = {"ok": True, "facts": found.facts, "head": head, "erased": found.erased}
    line = _("账本完好：{facts} 条记录，末条 {hash}").format(facts=found.facts, hash=found.head.hash.hex()[:16])
    answer(as_json, told, lambda: [line])
    note(*beside)


@command("rebuild", _("由账本重建各表（办件、查找、文书），与原来的逐行相同。账本本身不动。"), _("由账本重建各表"))
@json_option
def rebuild(session: Session, as_json: bool) -> None:
    """``{"ok", "facts"}``."""
    with opened(session) as journal:
        facts = journal.rebuild()
    answer(as_json, {"ok": True, "facts": facts}, lambda: [_("已由 {facts} 条记录重建").format(facts=facts)])


for each in (verify, rebuild):
    journal.add_command(each)


@command("outbox", _("还有多少条记录没有上传、最早的是什么时候、上次联系中心是什么时候。不连网络。"))
@click.option("--seen", metavar="CODE:FIRST-LAST", help=_("找不回来的记录，负责人核对、补录过了；同时写 --reason"))
@click.option("--reason", metavar="TEXT", help=_("查到了什么，补录了什么（--seen）"))
@json_option
def outbox(session: Session, seen: str | None, reason: str | None, as_json: bool) -> None:
    """``{"pending", "oldest", "last_contact", "quarantined", "enabled", "scans", "scans_aside", "sealed", …}``."""
    if reason is not None and seen is None:
        raise BadInput("bad_argument", _("--reason 和 --seen 一起写"), field="--reason")
    with session.workspace(acting=seen is not None) as ws:
        if seen is not None:
            _see_to(ws, seen, reason or "")
        told = outbox_of(ws)
        runs = [sealed_row(each) for each in losses_of(ws)]
    since = _("，最早 {oldest}").format(oldest=told["oldest"]) if told["oldest"] else ""
    lines = [_("未上传 {pending} 条").format(pending=told["pending"]) + since]
    lines += [_("中心退回待查 {count} 条").format(count=told["quarantined"])] if told["quarantined"] else []
    lines += scan_lines(told["scans"], told["scans_aside"])
    line = _("封存的文件还没有交：{path}，设备 {device_code} {numbers}。交负责人在中心导入，交出以后移走")
    lines += [line.format(numbers=numbered(each["first"], each["last"]), **each) for each in told["sealed"]]
    lines += lost_lines(runs)
    if told["trouble"]:
        from clerk_tui.sync.messages import TROUBLES

        lines += [_(TROUBLES.get(told["trouble"], told["trouble"]))]
    lines += [_("上次联系中心：{moment}").format(moment=told["last_contact"] or _("从未"))]
    answer(as_json, told, lambda: lines)


def _see_to(ws: Workspace, name: str, reason: str) -> None:
    """What could not be read and bears this name is seen to."""
    from clerk_tui.services import losses
    from clerk_tui.services.outbox import Loss, status

    found = status(ws)
    told: list[SealedFile | Loss] = [*found.losses, *found.lost]
    named = [each for each in told if f"{each.incarnation}:{each.first}-{each.last}" == name]
    # Of one file, the run that it is says the same.
    named = [each for each in named if isinstance(each, Loss)] or named
    if not named:
        hint = _("用 clerk outbox 查看")
        raise BadInput("not_lost", _("没有这些找不回来的记录，或者已经处理"), field="seen", hint=hint)
    for each in named:
        losses.see_to(ws, each, reason)


def losses_of(ws: Workspace) -> tuple[Loss, ...]:
    """What was lost, as it is told: what follows on each other as one."""
    from clerk_tui.services.outbox import status

    return status(ws).losses


def outbox_of(ws: Workspace) -> dict[str, Any]:
    """How much is unsent, since when, and when the centre last answered."""
    from clerk_tui.services.outbox import status

    found = status(ws)
    return {
        "pending": found.pending,
        "oldest": _moment(ws, found.oldest_ms),
        "last_contact": _moment(ws, found.last_contact_ms),
        "quarantined": found.quarantined,
        "enabled": found.enabled,
        "scans": found.scans,
        "scans_aside": list(found.scans_aside),
        "sealed": [sealed_row(each) for each in found.sealed],
        "lost": [sealed_row(each) for each in found.lost],
        "trouble": found.trouble,
    }


def sealed_row(file: SealedFile | Loss) -> dict[str, Any]:
    """A sealed file as commands tell it."""
    return {"path": str(file.path), "device_code": file.incarnation, "first": file.first, "last": file.last}


def lost_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What is to be said of facts of a damaged journal that could not be read."""
    words = _(
        "找不回来的记录：设备 {device_code} {numbers}。负责人核对、补录以后，在 F12 写明，"
        "或 clerk outbox --seen {device_code}:{first}-{last} --reason TEXT"
    )
    return [words.format(numbers=numbered(each["first"], each["last"]), **each) for each in rows]


def scan_lines(count: int, reasons: Sequence[str]) -> list[str]:
    """What is to be said of scans that the centre does not have; nothing where it has all."""
    lines = [_("未上传的扫描件 {count} 份").format(count=count)] if count else []
    return lines + [_("扫描件没有上传：{reason}").format(reason=_(reason)) for reason in dict.fromkeys(reasons)]


def _moment(ws: Workspace, at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return local_time(at_ms, ws.config.timezone).isoformat(timespec="seconds")


@command("sync", _("与中心同步一次：上传未上传的记录，取回全厅的变化。窗口开着时会自动同步，不必用它。"))
@click.option("--once", is_flag=True, help=_("同步一次就结束（现在只有这一种）"))
@json_option
def sync(session: Session, once: bool, as_json: bool) -> None:
    """``{"pushed", "pushed_archived", "acked_through", "pulled", "pending", "scans", "sealed"}``; without contact an
    error, exit 2."""
    with session.workspace(acting=True) as ws:
        told = sync_now(ws, session.config.centre.url)
        reasons = outbox_of(ws)["scans_aside"]
    line = _("上传 {pushed} 条，取回 {pulled} 条，未上传 {pending} 条")
    older = _("另外上传了换过的账本里的 {count} 条").format(count=told["pushed_archived"])
    lines = [line.format(**told), *([older] if told["pushed_archived"] else []), *scan_lines(told["scans"], reasons)]
    sealed = _("换过的账本里中心不收的 {count} 条已封存：{path}，设备 {device_code}。交负责人在中心导入，交出以后移走")
    lines += [sealed.format(count=each["last"] - each["first"] + 1, **each) for each in told["sealed"]]
    answer(as_json, told, lambda: lines)


def sync_now(ws: Workspace, url: str) -> dict[str, Any]:
    """One conversation with the centre.

    Raises:
        HallError: ``sync_`` and what was in the way; everything unsent stays in the journal.
    """
    from clerk_tui.cli.counter import sync_settings
    from clerk_tui.services.outbox import status
    from clerk_tui.store.sealed_files import named
    from clerk_tui.sync.messages import TROUBLES
    from clerk_tui.sync.run import sync_once

    report = sync_once(ws.journal.database, ws.clock, sync_settings(ws.config, url))
    if report.trouble is not None:
        # What waiting does not end stands, whatever is in the way of this conversation.
        what = status(ws).trouble or report.trouble.what
        raise HallError(
            f"sync_{what}",
            TROUBLES[what],
            field="centre.url",
            hint=_unsent(report),
        )
    return {
        "pushed": report.pushed,
        "pushed_archived": report.pushed_archived,
        "acked_through": report.acked_through,
        "pulled": report.pulled,
        "pending": report.pending,
        "scans": report.scans,
        "sealed": [sealed_row(each) for path in report.sealed_archives if (each := named(Path(path))) is not None],
    }


def _unsent(report: SyncReport) -> str:
    """Where what was not sent is, and what to do with it."""
    if report.sealed:
        return _("未上传 {pending} 条，封存在 {path}").format(pending=report.pending, path=report.sealed)
    if report.trouble is not None and report.trouble.what == "revoked" and report.pending:
        hint = _("未上传 {pending} 条，都在账本里，没能封存；用 clerk export-sealed 看原因")
        return hint.format(pending=report.pending)
    return _("未上传 {pending} 条，都在账本里").format(pending=report.pending)


@command("enrol", _("把本机登记到中心：URL 是中心的地址，CODE 是中心发的一次性登记码（写 - 从标准输入读）。"))
@argument("url", about=_("中心的地址，例如 https://centre.example"))
@argument("code", about=_("一次性登记码"))
@json_option
def enrol(session: Session, url: str | None, code: str | None, as_json: bool) -> None:
    """``{"device", "device_code", "epoch"}``."""
    if url is None or code is None:
        raise missing("CODE" if url else "URL", "clerk enrol")
    secret = read_word(code, "CODE")
    with session.workspace() as ws:
        told = enrol_now(ws, session.config, url, secret)
    answer(as_json, told, lambda: [_("已登记到 {url}，设备代码 {code}").format(url=url, code=told["device_code"])])
    if elsewhere := _not_asked(session.config, url):
        note(elsewhere)


def _not_asked(config: Config, url: str) -> str:
    """What to put right in the settings so that records go to the centre at ``url``; empty if they do."""
    if not config.centre.enabled:
        return _("配置里没有启用中心：把 centre.enabled 改成 true，否则记录不会上传")
    if config.centre.url.rstrip("/") != url.rstrip("/"):
        return _("配置里的中心是 {other}：把 centre.url 改成 {url}，否则记录传不到这个中心").format(
            other=config.centre.url, url=url
        )
    return ""


def enrol_now(ws: Workspace, config: Config, url: str, code: str) -> dict[str, Any]:
    """Enrol this device at a centre; its token is kept beside the database."""
    from clerk_tui.sync.enrol import enrol as service
    from clerk_tui.sync.token import token_path

    token_file = token_path(config.store_file, config.token_file)
    reply = service(ws.journal.database, token_file, url, code, config.hall.office)
    return {"device": reply.device, "device_code": reply.device_code, "epoch": reply.epoch}


@click.command(
    "central",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.pass_context
def central(ctx: click.Context) -> None:
    """``clerk-central serve``; a program of its own in our place, since the counter knows nothing of the centre."""
    arguments = list(ctx.args)
    told = ("--data", "--database", "-h", "--help")
    if not any(word in told or word.startswith(("--data=", "--database=")) for word in arguments):
        from clerk_tui import paths

        arguments += ["--data", str(paths.data_dir() / "central")]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *CENTRAL, "serve", *arguments])

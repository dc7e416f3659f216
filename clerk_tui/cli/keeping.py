"""``clerk backup``, ``restore``, ``export-sealed``: keeping the journal, and going on after it was lost or set back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.reading import read_word
from clerk_tui.cli.records import lost_lines, sealed_row
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from clerk_tui.widgets.phrases import numbered
from hall.errors import BadInput

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.renewal import Enrolled


@command(
    "backup",
    _(
        "备份账本到文件夹 DIR（窗口开着也可以）：复制以后从头核对，核对无误才算数。"
        "备份里有全部个人信息和本机密钥，权限只给管理员。"
    ),
)
@argument("folder", metavar="DIR", about=_("备份放在哪里，最好是另一块磁盘"))
@click.option("--keep", type=click.IntRange(1, 1000), metavar="N", help=_("只留最近几份，不写时全留"))
@json_option
def backup(session: Session, folder: str | None, keep: int | None, as_json: bool) -> None:
    """``{"path", "facts", "head": {"seq", "hash"}, "bytes"}``; a backup that is not whole is an error, exit 2."""
    from clerk_tui.store.backup import back_up

    if folder is None:
        raise missing("DIR", "clerk backup")
    config = session.config
    stamp = dt.datetime.now(config.timezone).strftime("%Y%m%dT%H%M%S")
    done = back_up(config.store_file, Path(folder).expanduser().resolve(), stamp, keep or 0)
    told = {
        "path": str(done.path),
        "facts": done.facts,
        "head": {"seq": done.head.seq, "hash": done.head.hash.hex()},
        "bytes": done.path.stat().st_size,
    }
    words = _("已备份并核对：{facts} 条记录，{path}")
    answer(as_json, told, lambda: [words.format(**told)])


@command(
    "restore",
    _(
        "账本坏了、丢了或被换回旧的一份时重新开始：原来的账本原样封存（只读），给 FILE 时先核对这份备份；"
        "本机用新的登记码重新登记，得到新的设备代码，办件接着办，中心有的从中心取回，没有上传的继续上传或封存。"
        "先退出窗口工作站。"
    ),
)
@argument("file", metavar="[FILE]", about=_("备份文件（clerk backup 写的）；不给则只用现在的账本"))
@click.option("--code", metavar="CODE", help=_("中心发的一次性登记码；写 - 从标准输入读"))
@click.option("--url", metavar="URL", help=_("中心的地址，不写时用配置里的"))
@click.option("--device-code", metavar="CODE", help=_("没有中心的大厅：一个从来没有用过的设备代码"))
@click.option("--without-key", is_flag=True, help=_("原来账本的密钥文件找不到了：中心还没有的记录按号码列出"))
@json_option
def restore(
    session: Session,
    file: str | None,
    code: str | None,
    url: str | None,
    device_code: str | None,
    without_key: bool,
    as_json: bool,
) -> None:
    """``{"device_code", "archived", "cases", "unproven", "scans", "sealed", "lost"}``; nothing is changed when it
    fails."""
    from clerk_tui.clock import SystemClock
    from clerk_tui.services.renewal import renew
    from clerk_tui.sync.token import token_path

    if (code is None) == (device_code is None):
        raise missing("--code", "clerk restore")
    config = session.config
    token = token_path(config.store_file, config.token_file)
    done = renew(
        config.store_file,
        token,
        config.witness_file,
        config.device.code,
        SystemClock(config.timezone),
        lambda device, key: _enrolled(config, url, code, device_code, device, key),
        Path(file).expanduser() if file else None,
        config.hall.office,
        without_key=without_key,
    )
    told = {
        "device_code": done.incarnation,
        "archived": [str(path) for path in done.archived],
        "cases": done.cases,
        "unproven": done.unproven,
        "scans": done.scans,
        "sealed": [sealed_row(each) | {"parted": each in done.parted} for each in done.sealed],
        "lost": [sealed_row(each) for each in done.lost],
    }
    answer(as_json, told, lambda: _restored(told))


def _restored(told: dict[str, object]) -> list[str]:
    lines = [_("新的设备代码 {device_code}，接过 {cases} 个办件").format(**told)]
    if told["unproven"]:
        lines.append(_("有 {unproven} 条记录中心还没有确认，联网后继续上传，传不上去的封存上交").format(**told))
    if told["scans"]:
        lines.append(_("有 {scans} 份扫描件中心还没有确认，联网后继续上传").format(**told))
    archived, sealed, lost = told["archived"], told["sealed"], told["lost"]
    assert isinstance(archived, list) and isinstance(sealed, list) and isinstance(lost, list)
    read = _("账本受损，从中读出的{numbers}已封存：{path}。交负责人在中心导入，交出以后移走")
    parted = _(
        "设备 {device_code} 有两份不同的账本，其中一份的{numbers}另一份里没有，已封存：{path}。"
        "交负责人在中心导入，交出以后移走"
    )
    for each in sealed:
        words = parted if each["parted"] else read
        lines.append(words.format(numbers=numbered(each["first"], each["last"]), **each))
    lines += lost_lines(lost)
    return lines + [_("原来的账本在 {path}").format(path=path) for path in archived]


def _enrolled(
    config: Config, url: str | None, code: str | None, device_code: str | None, device: str, key: bytes
) -> Enrolled:
    """Make the new identity known; without a centre whoever is in charge vouches for the code."""
    import re

    from clerk_tui.services.renewal import Enrolled
    from clerk_tui.sync.clerks import first_list
    from clerk_tui.sync.enrol import ask

    if device_code is not None:
        if not re.fullmatch(r"[A-Z][A-Z0-9]{0,3}", device_code) or device_code == config.device.code:
            hint = _("1 到 4 位，以大写字母开头，从来没有用过")
            raise BadInput("bad_device_code", _("设备代码不能用"), field="--device-code", hint=hint)
        return Enrolled(incarnation=device_code)
    assert code is not None
    secret = read_word(code, "--code")
    address = url or config.centre.url
    reply = ask(address, secret, device, "", key, config.hall.office)
    return Enrolled(
        incarnation=reply.incarnation,
        server_key=reply.server_key,
        epoch=reply.epoch,
        sealing_key=reply.sealing_key,
        token=reply.token,
        clerks=first_list(address, reply),
    )


@command(
    "export-sealed",
    _(
        "把中心还没有确认的记录封存成一个文件，只有中心打得开，由负责人在中心导入；重复导入没有影响。"
        "设备被注销、账本与中心不一致时用。账本不动。"
    ),
)
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help=_("放在哪里，不写时放在账本旁边的 sealed"))
@json_option
def export_sealed(session: Session, out: Path | None, as_json: bool) -> None:
    """``{"files": [{"path", "device_code", "first", "last"}]}``."""
    from clerk_tui.cli.records import sealed_row
    from clerk_tui.services.sealing import export

    done = export(session.config, out)
    rows = [sealed_row(each) for each in done]
    line = _("{path}：设备 {device_code} {numbers}")
    lines = [line.format(numbers=numbered(row["first"], row["last"]), **row) for row in rows]
    lines = lines or [_("没有要封存的：中心都有了")]
    answer(as_json, {"files": rows}, lambda: lines)

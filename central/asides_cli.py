"""``clerk-central aside`` and ``clerk-central import-sealed``: what was set aside, and what could not be sent, from the
centre's own console. Whoever answers for it is named and stands in the record."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.staff_cli import on_hall, run

if TYPE_CHECKING:
    from central.store import Store
    from hall.wire_oversight import AsideEntry, RetryReply

DEALT = {"corrected": "窗口已写更正", "handed_over": "窗口交来"}
OUTCOME = {"applied": "已生效", "conflict": "与别的窗口冲突，要定哪边算数", "quarantined": "仍然搁置"}
_by = click.option("--by", "person", required=True, help="Number of the supervisor who answers for it.")


@click.group("aside")
def aside() -> None:
    """The records of a hall that were set aside: from every window, also dead or revoked ones."""


@aside.command("list")
@on_hall
def list_asides(data: Path, office: str) -> None:
    """One record a line: number, since when, whose, which, of which case, why, what its window did about it."""
    for one in _all(data, office):
        whose = f"{one.incarnation} 第{one.seq}条{'（设备已注销）' if one.revoked else ''}"
        click.echo("\t".join((str(one.number), _time(one.received_ms), whose, one.type or "-", one.reference or "-",
                              one.reason, _dealt(one) or "-")))  # fmt: skip


@aside.command("show")
@click.argument("number", type=int)
@on_hall
def show(data: Path, office: str, number: int) -> None:
    """What is known of the record NUMBER; what it says of people is not shown."""
    found = _all(data, office)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        click.echo("没有这条搁置的记录", err=True)
        sys.exit(2)
    same = [each for each in found if (each.incarnation, each.case_id) == (one.incarnation, one.case_id)]
    behind = sum(each.seq > one.seq for each in same) if one.case_id else 0
    lines = {
        "编号": str(one.number),
        "写在": f"{one.incarnation} 第{one.seq}条，设备 {one.device}{'（已注销）' if one.revoked else ''}",
        "记录": one.type or "-",
        "写的人": one.actor or "-",
        "办件": one.reference or one.case_id or "-",
        "原因": one.reason,
        "搁置自": _time(one.received_ms),
        "同一办件在等它": f"{behind} 条",
        "窗口": _dealt(one) or "还没有处理",
        "情况": one.dealt_words or "-",
    }
    for label, told in lines.items():
        click.echo(f"{label}：{told}")


@aside.command("retry")
@click.argument("number", type=int)
@_by
@click.option("--reason", required=True, help="Why it may have its effect now; it stands in the record.")
@on_hall
def retry(data: Path, office: str, number: int, person: str, reason: str) -> None:
    """Read the record NUMBER again, with those of its case that wait for it; exit code 1 if it stays set aside."""
    from central import oversight
    from hall.roles import Permission
    from hall.wire import Status

    async def again(store: Store, now: int) -> RetryReply:
        by = await oversight.answerable(store, office, person, Permission.OVERSEE)
        return await oversight.retry(store, office, number, by, now, reason)

    reply = run(data, again)
    told = OUTCOME[reply.status.value] + (f"：{reply.reason}" if reply.reason else "")
    click.echo(f"{number}\t{told}" + (f"\t同一办件另有 {reply.others} 条不再等待" if reply.others else ""))
    if reply.status is Status.QUARANTINED:
        sys.exit(1)


@click.command("import-sealed")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_by
@click.option("--vouch", is_flag=True, help="It is of a machine of this hall that never enrolled: make it known.")
@on_hall
def import_sealed(data: Path, office: str, file: Path, person: str, vouch: bool) -> None:
    """Take in FILE, which a counter sealed because it could not send; importing it again changes nothing."""
    from central import oversight, sealed_import
    from hall import os_words, sealed
    from hall.roles import Permission

    try:
        with file.open("rb") as handle:
            content = handle.read(sealed.MAX_BYTES + 1)
    except OSError as error:
        click.echo(f"封存文件读不出来：{file}（{os_words.why(error)}）", err=True)
        sys.exit(2)
    if len(content) > sealed.MAX_BYTES:
        click.echo("封存文件过大", err=True)
        sys.exit(2)

    async def take_in(store: Store, now: int) -> sealed_import.Imported:
        by = await oversight.answerable(store, office, person, Permission.IMPORT_SEALED)
        return await sealed_import.take_in(store, office, content, by, now, vouch=vouch)

    told = run(data, take_in)
    where = told.incarnation if told.stored_as == told.incarnation else f"{told.incarnation}（另存为 {told.stored_as}）"
    click.echo(f"{where}：文件里 {told.facts} 条，新收下 {told.new} 条，其中搁置 {told.set_aside} 条")
    if told.set_aside:
        click.echo(f"搁置的由人处理：clerk-central aside list --office {office}")
    click.echo("文件里的都在中心了：从窗口的 sealed 文件夹移走这个文件，窗口就不再提醒")


def _all(data: Path, office: str) -> list[AsideEntry]:
    from central import asides

    return run(data, lambda store, _now: asides.all_of(store, office))


def _dealt(one: AsideEntry) -> str:
    """What its window did about it, and who."""
    if not one.dealt_how:
        return ""
    return f"{DEALT.get(one.dealt_how, one.dealt_how)}（工号 {one.dealt_by}，{_time(one.dealt_ms)}）"


def _time(at_ms: int) -> str:
    """A moment by this machine's clock; one that no calendar has as the number it is."""
    try:
        return dt.datetime.fromtimestamp(at_ms / 1000).astimezone().isoformat(timespec="minutes")
    except (OverflowError, ValueError, OSError):
        return str(at_ms)

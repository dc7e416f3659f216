"""``clerk-central clerk`` and ``clerk-central device``: people and devices of a hall, from the centre's own console."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.decorators import FC

if TYPE_CHECKING:
    from central.store import Store

Result = TypeVar("Result")
CONSOLE = "console"
"""Who stands in the record for what was done here."""


SHAPES = {
    "id": "工号不能用：字母、数字或连字符，1 到 20 位",
    "name": "姓名不能用：1 到 60 个字",
    "roles": "权限写得不对：clerk,reviewer,supervisor,admin 里的几个，中间用逗号",
}
"""What each part of a new clerk must look like."""


@click.group("clerk")
def clerk() -> None:
    """The people of a hall: numbers, roles, PINs."""


@click.group("device")
def device() -> None:
    """The devices of a hall."""


def on_hall(function: FC) -> FC:
    from central.cli import database

    return database(click.option("--office", required=True, help="Office code of the hall.")(function))


def _roles(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def run(database: Any, work: Callable[[Store, int], Awaitable[Result]]) -> Result:
    """Do ``work`` on the open store; a refusal is told and ends the command with 2."""
    from central.cli import with_store
    from central.clock import now_ms
    from central.refusal import Refused

    try:
        return with_store(database, lambda store: work(store, now_ms()))
    except Refused as error:
        click.echo(error.problem.message, err=True)
        sys.exit(2)


@clerk.command("add")
@click.argument("number")
@click.option("--name", required=True, help="The name as it stands on papers.")
@click.option("--roles", "words", default="clerk", show_default=True, help="clerk,reviewer,supervisor,admin")
@on_hall
def add(data: Path, office: str, number: str, name: str, words: str) -> None:
    """Add a clerk; prints the PIN to begin with, once. It must be changed at the first sign-in."""
    import msgspec

    from central import clerks
    from hall.wire_clerks import NewClerk

    try:
        new = msgspec.convert({"id": number, "name": name, "roles": _roles(words)}, NewClerk)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].partition("`")[0].partition("[")[0]
        click.echo(SHAPES[field], err=True)
        sys.exit(2)
    given = run(data, lambda store, now: clerks.add(store, office, new, CONSOLE, now))
    click.echo(given.pin)


def _change(data: Path, office: str, number: str, **wish: Any) -> None:
    from central import clerks
    from hall.wire_clerks import ClerkChange

    entry = run(data, lambda store, now: clerks.change(store, office, number, ClerkChange(**wish), CONSOLE, now))
    click.echo(f"{entry.id} {','.join(entry.roles)} {'active' if entry.active else 'disabled'}")


@clerk.command("disable")
@click.argument("number")
@on_hall
def disable(data: Path, office: str, number: str) -> None:
    """Keep a clerk from signing in; counters that are online learn it within a minute."""
    _change(data, office, number, active=False)


@clerk.command("enable")
@click.argument("number")
@on_hall
def enable(data: Path, office: str, number: str) -> None:
    """Let a disabled clerk sign in again."""
    _change(data, office, number, active=True)


@clerk.command("roles")
@click.argument("number")
@click.argument("words", metavar="ROLE[,ROLE…]")
@on_hall
def roles(data: Path, office: str, number: str, words: str) -> None:
    """Set the roles of a clerk: clerk, reviewer, supervisor, admin."""
    _change(data, office, number, roles=_roles(words))


@clerk.command("reset-pin")
@click.argument("number")
@on_hall
def reset_pin(data: Path, office: str, number: str) -> None:
    """Give a clerk a new PIN to begin with and print it, once; failures are forgotten."""
    from central import clerks

    click.echo(run(data, lambda store, now: clerks.reset_pin(store, office, number, CONSOLE, now)).pin)


@clerk.command("list")
@on_hall
def list_clerks(data: Path, office: str) -> None:
    """The clerks of a hall."""
    from central.store import clerks as table

    async def look(store: Store, _now: int) -> list[table.ClerkRow]:
        return await store.read(lambda db: table.clerks_of(db, office, 2_000))

    for row in run(data, look):
        state = "" if row.active else " disabled"
        click.echo(f"{row.clerk_id} {row.name} {','.join(row.roles)}{state}")


@device.command("list")
@on_hall
def list_devices(data: Path, office: str) -> None:
    """The devices of a hall with their codes."""
    from central import tokens

    for row in run(data, lambda store, _now: tokens.devices_of(store, office)):
        click.echo(f"{row.device} {row.role} {','.join(row.codes)}{' revoked' if row.revoked else ''}")


@device.command("revoke")
@click.argument("identity", metavar="DEVICE")
@on_hall
def revoke(data: Path, office: str, identity: str) -> None:
    """Take a device's rights away for ever: lost, stolen or retired."""
    from central import tokens

    if not run(data, lambda store, now: tokens.revoke(store, office, identity, CONSOLE, now)):
        click.echo("no such device in this hall", err=True)
        sys.exit(2)

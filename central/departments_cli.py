"""``clerk-central department``: the departments that have systems of their own."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from central.staff_cli import on_hall

if TYPE_CHECKING:
    from central.store import Store


@click.group("department")
def department() -> None:
    """The departments whose systems are told of cases and report decisions."""


@department.command("add")
@click.argument("key")
@click.option("--url", default="", help="Where its system is told of cases; without one it only reports decisions.")
@on_hall
def add(data: Path | str, office: str, key: str, url: str) -> None:
    """Connect the department KEY (as in the catalogue), or give it new secrets and another address; prints the secrets,
    once, and of how many cases it is told now: those that are open, and what it could not be told before."""
    from central.cli import with_store
    from central.clock import now_ms
    from central.rights import DEPARTMENT
    from central.store.connecting import connect
    from central.store.deliveries import DepartmentRow

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) or (url and not _is_address(url)):
        click.echo("KEY is a department of the catalogue, --url begins with https://", err=True)
        sys.exit(2)
    token, secret = DEPARTMENT + secrets.token_urlsafe(32), secrets.token_hex(32)
    row = DepartmentRow(office, key, url, bytes.fromhex(secret))
    cases = with_store(data, lambda store: store.transact(lambda db: connect(db, row, token, now_ms())))
    click.echo(f"token {token}\nsecret {secret}\ncases {cases}")


def _is_address(url: str) -> bool:
    """Whether it can be asked over HTTP: a host, without a name and password in it, and a port there can be."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    return port != 0 and re.fullmatch(r"https?://[^/@\s]+(/\S*)?", url) is not None


@department.command("list")
@on_hall
def list_departments(data: Path | str, office: str) -> None:
    """The departments of a hall that are connected."""
    from central.cli import with_store
    from central.store.deliveries import departments

    for row in with_store(data, lambda store: store.read(lambda db: departments(db, office))):
        click.echo(f"{row.key} {row.url or '-'}")


@department.command("remove")
@click.argument("key")
@on_hall
def remove(data: Path | str, office: str, key: str) -> None:
    """Disconnect a department: it is told nothing more, and its token is worth nothing."""
    from central.cli import with_store
    from central.store.connecting import disconnect

    if not with_store(data, lambda store: store.transact(lambda db: disconnect(db, office, key))):
        click.echo("no such department in this hall", err=True)
        sys.exit(2)


@department.command("dead")
@on_hall
def dead(data: Path | str, office: str) -> None:
    """What departments could not be told, and why."""
    from central import departments
    from central.cli import with_store

    told = with_store(data, lambda store: departments.dead(store, office))
    for each in told.deliveries:
        click.echo(f"{each.department} {each.case_id} {each.reference} {each.attempts} {each.error}")
    if told.more:
        click.echo(f"and {told.more} more; send all of a department again with: department replay KEY --all", err=True)


@department.command("replay")
@click.argument("key")
@click.argument("case_id", required=False)
@click.option("--all", "whole", is_flag=True, help="Of all cases that it could not be told of; prints how many.")
@on_hall
def replay(data: Path | str, office: str, key: str, case_id: str | None, whole: bool) -> None:
    """Tell the department KEY again of a case that it could not be told of, or of --all of them."""
    from central import departments
    from central.cli import with_store
    from central.clock import now_ms
    from central.refusal import Refused

    if whole is (case_id is not None):
        click.echo("name a case, or give --all", err=True)
        sys.exit(2)

    async def again(store: Store) -> int:
        if case_id is None:
            return await departments.replay_all(store, office, key, now_ms())
        try:
            await departments.replay(store, office, key, case_id, now_ms())
        except Refused:
            return 0
        return 1

    sent = with_store(data, again)
    if not sent:
        click.echo("nothing of this kind is dead", err=True)
        sys.exit(2)
    if whole:
        click.echo(f"cases {sent}")

"""``clerk-central``: start the centre, make one-time codes for devices."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click
from click.decorators import FC

from hall.errors import HallError

if TYPE_CHECKING:
    from central.store import Store

DEFAULT_PORT = 8765
Result = TypeVar("Result")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The centre: counters send it what happened, it feeds every window of the hall."""


def on_database(function: FC) -> FC:
    """The two options that say which database; exactly one of them is given."""
    data = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of an embedded database; made if missing.",
    )
    database = click.option(
        "--database",
        metavar="URL",
        envvar="CLERK_CENTRAL_DATABASE",
        help="postgresql://… instead of a folder; in $CLERK_CENTRAL_DATABASE no list of processes shows it.",
    )
    return data(database(function))


@main.command()
@on_database
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--share-port", is_flag=True, help="Let several processes listen on the same port.")
def serve(data: Path | None, database: str | None, host: str, port: int, share_port: bool) -> None:
    """Serve the API until stopped; prints its address once it listens."""
    from central.app import make_app
    from central.server import run

    # Once before serving: what is wrong is said in words and not as a failed start of the application.
    with_store(data, database, lambda store: store.epoch())
    store = open_database(data, database)
    log = logging.FileHandler(data / "central.log") if data else logging.StreamHandler()
    logging.basicConfig(handlers=[log], level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    run(make_app(store, on_shutdown=store.close), host, port, announce=click.echo, share_port=share_port)


@main.command("enrol-code")
@on_database
@click.option("--office", required=True, help="Office code of the hall the device stands in.")
def enrol_code(data: Path | None, database: str | None, office: str) -> None:
    """Print a one-time code (ten minutes) for one device."""
    from central import enrol
    from central.app import now_ms

    click.echo(with_store(data, database, lambda store: enrol.new_code(store, office, now_ms())))


@main.command("backup")
@on_database
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_(data: Path | None, database: str | None, file: Path) -> None:
    """Write everything into FILE, while the centre works. It holds personal data and the centre's key."""
    from central.backup import backup

    counts = with_store(data, database, lambda store: backup(store, file))
    click.echo(f"{file}: {counts['event']} facts, {counts['case_']} cases")


@main.command("restore")
@on_database
@click.option("--replace", is_flag=True, help="The database has data; the backup takes their place.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore_(data: Path | None, database: str | None, file: Path, replace: bool) -> None:
    """Put the backup FILE into the database, of either kind, while no centre runs; devices then send what it lacks."""
    from central.backup import restore

    counts = with_store(data, database, lambda store: restore(store, file, replace=replace))
    click.echo(f"{counts['event']} facts, {counts['case_']} cases; a new epoch has begun")


@main.command("verify")
@on_database
def verify_(data: Path | None, database: str | None) -> None:
    """Check every stored journal, from its beginning to its last fact."""
    from central.verify import verify

    found = with_store(data, database, verify)
    click.echo(f"{found.journals} journals, {found.facts} facts: whole")


def with_store(data: Path | None, database: str | None, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Do ``work`` on the database and close it; an error that a person can act on ends the program with its words."""
    store = open_database(data, database)

    async def run() -> Result:
        try:
            await store.start()
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except HallError as error:
        stop(error)


def open_database(data: Path | None, database: str | None) -> Store:
    """The store that the two options name."""
    from central.store import open_store

    if (data is None) == (database is None):
        raise click.UsageError("Give --data FOLDER or --database postgresql://…, one of them.")
    try:
        return open_store(database if database is not None else _file(data))
    except HallError as error:
        stop(error)


def _file(data: Path | None) -> Path:
    assert data is not None
    return data / "central.db"


def stop(error: HallError) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    click.echo(f"{error.message}\n{error.hint}", err=True)
    sys.exit(error.exit_code)

"""``clerk-central``: start the centre, make one-time codes for devices."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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


def database(function: FC) -> FC:
    """The option that says which database."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        required=True,
        help="Folder of the centre's database; made if missing.",
    )(function)


@main.command()
@database
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--offline-days", default=7, show_default=True, type=click.IntRange(0, 60), help="Sign-in at counters without us."
)
def serve(data: Path, host: str, port: int, offline_days: int) -> None:
    """Serve the API until stopped; prints its address once it listens."""
    from central.app import make_app
    from central.server import run

    store = _open(data)
    logging.basicConfig(filename=data / "central.log", level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    app = make_app(store, on_shutdown=store.close, offline_days=offline_days)
    run(app, host, port, announce=click.echo)


@main.command("enrol-code")
@database
@click.option("--office", required=True, help="Office code of the hall the device stands in.")
@click.option(
    "--role",
    default="clerk",
    show_default=True,
    type=click.Choice(["clerk", "station", "kiosk"]),
    help="What it is: a counter, a print station, a board.",
)
def enrol_code(data: Path, office: str, role: str) -> None:
    """Print a one-time code (ten minutes) for one device."""
    from central import enrol
    from central.clock import now_ms
    from hall.roles import Role

    click.echo(with_store(data, lambda store: enrol.new_code(store, office, now_ms(), Role(role))))


def with_store(data: Path, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Do one thing on an open store."""
    store = _open(data)

    async def do() -> Result:
        try:
            await store.start()
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(do())


def _open(data: Path) -> Store:
    from central.store import open_store

    try:
        return open_store(data / "central.db")
    except HallError as error:
        click.echo(f"{error.message}\n{error.hint}", err=True)
        sys.exit(error.exit_code)


def _add_groups() -> None:
    from central.staff_cli import clerk, device

    main.add_command(clerk)
    main.add_command(device)


_add_groups()

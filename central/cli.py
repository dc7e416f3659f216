"""``clerk-central``: start the centre, make one-time codes for devices."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.decorators import FC

from hall.errors import HallError

if TYPE_CHECKING:
    from central.store import Store

DEFAULT_PORT = 8765


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The centre: counters send it what happened, it feeds every window of the hall."""


def _data(function: FC) -> FC:
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        required=True,
        help="Folder of the centre's database; made if missing.",
    )(function)


@main.command()
@_data
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
def serve(data: Path, host: str, port: int) -> None:
    """Serve the API until stopped; prints its address once it listens."""
    from central.app import make_app
    from central.server import run

    store = _open(data)
    logging.basicConfig(filename=data / "central.log", level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    run(make_app(store, on_shutdown=store.close), host, port, announce=click.echo)


@main.command("enrol-code")
@_data
@click.option("--office", required=True, help="Office code of the hall the device stands in.")
def enrol_code(data: Path, office: str) -> None:
    """Print a one-time code (ten minutes) for one device."""
    from central import enrol
    from central.app import now_ms

    store = _open(data)

    async def make() -> str:
        try:
            await store.start()
            return await enrol.new_code(store, office, now_ms())
        finally:
            await store.close()

    click.echo(asyncio.run(make()))


def _open(data: Path) -> Store:
    from central.store import open_store

    try:
        return open_store(data / "central.db")
    except HallError as error:
        click.echo(f"{error.message}\n{error.hint}", err=True)
        sys.exit(error.exit_code)

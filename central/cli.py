"""``clerk-central``: start the centre, make one-time codes for devices, back up and restore."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

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
    """The two options that say which database; the function gets the one given as ``data``, a folder or an address."""
    folder = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of an embedded database; serve, enrol-code and restore make one where there is none.",
    )
    address = click.option(
        "--database",
        metavar="URL",
        envvar="CLERK_CENTRAL_DATABASE",
        help="postgresql://… instead of a folder; in $CLERK_CENTRAL_DATABASE no list of processes shows it.",
    )

    @functools.wraps(function)
    def call(*args: Any, data: Path | None, database: str | None, **options: Any) -> Any:
        given_here = click.get_current_context().get_parameter_source("database")
        if data is not None and given_here is not click.core.ParameterSource.COMMANDLINE:
            database = None
        if (data is None) == (database is None):
            raise click.UsageError("Give --data FOLDER or --database postgresql://…, one of them.")
        return function(*args, data=data if data is not None else database, **options)

    return cast(FC, folder(address(call)))


@main.command()
@database
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--share-port", is_flag=True, help="Let several processes listen on the same port.")
@click.option(
    "--offline-days", default=7, show_default=True, type=click.IntRange(0, 60), help="Sign-in at counters without us."
)
@click.option(
    "--upload-days",
    default=7,
    show_default=True,
    type=click.IntRange(1, 365),
    help="Keep an attachment that was begun and not gone on with.",
)
def serve(data: Path | str, host: str, port: int, share_port: bool, offline_days: int, upload_days: int) -> None:
    """Serve the API until stopped; prints its address once it listens."""
    from central import pepper
    from central.app import make_app
    from central.server import run

    # Once before serving: what is wrong is said in words and not as a failed start of the application.
    with_store(data, lambda store: store.epoch(), make=True, first=pepper.require)
    with _the_one_centre(data):
        store = _open(data, make=True)
        log = logging.FileHandler(data / "central.log") if isinstance(data, Path) else logging.StreamHandler()
        logging.basicConfig(handlers=[log], level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
        # A database that is away gets one line of the centre's own (``departments.Looks``); the driver would write a
        # traceback at every try.
        logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
        days = {"offline_days": offline_days, "upload_days": upload_days}
        app = make_app(store, on_shutdown=store.close, works=True, **days)
        try:
            run(app, host, port, announce=click.echo, share_port=share_port)
        except HallError as error:
            _stop(error)


@contextmanager
def _the_one_centre(data: Path | str) -> Iterator[None]:
    """Of an embedded database there is one centre; PostgreSQL serves any number."""
    from central.store.locking import serving

    if isinstance(data, str):
        yield
        return
    try:
        with serving(data / "central.db"):
            yield
    except HallError as error:
        _stop(error)


def _office(_context: click.Context, _option: click.Parameter, office: str) -> str:
    from central.enrol import is_office

    if not is_office(office):
        raise click.BadParameter("大厅代码是 2 到 6 位大写字母或数字，与窗口 config.toml 里的 hall.office 相同")
    return office


@main.command("enrol-code")
@database
@click.option("--office", required=True, callback=_office, help="Office code of the hall the device stands in.")
@click.option(
    "--role",
    default="clerk",
    show_default=True,
    type=click.Choice(["clerk", "station", "kiosk"]),
    help="What it is: a counter, a print station, a board.",
)
def enrol_code(data: Path | str, office: str, role: str) -> None:
    """Print a one-time code (ten minutes) for one device; says on stderr when the centre does not know the hall yet."""
    from central import enrol
    from central.clock import now_ms
    from central.store import devices
    from hall.roles import Role

    async def draw(store: Store) -> tuple[str, list[str]]:
        known = await store.read(devices.halls)
        return await enrol.new_code(store, office, now_ms(), Role(role)), known

    code, known = with_store(data, draw, make=True)
    if office not in known:
        there = f"，现有 {'、'.join(known)}" if known else ""
        click.echo(f"{office} 是新的大厅（中心还没有它{there}）：写错了就不要用这枚登记码", err=True)
    click.echo(code)


@main.command("backup")
@database
@click.option("--office", default="", help="Only this hall: to give it a centre of its own.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_(data: Path | str, office: str, file: Path) -> None:
    """Write everything into FILE, while the centre works. It holds personal data and the centre's key."""
    from central.backup import backup

    async def write(store: Store) -> tuple[dict[str, int], Path | None]:
        return await backup(store, file, office), store.secret_file

    counts, secret = with_store(data, write)
    click.echo(f"{file}: {counts['event']} facts, {counts['case_']} cases")
    if secret is not None and secret.exists():
        click.echo(
            f"not in it, to be kept elsewhere: {secret} (without it every PIN has to be given out anew)", err=True
        )


@main.command("restore")
@database
@click.option("--replace", is_flag=True, help="The database has data; the backup takes their place.")
@click.option(
    "--replaced",
    metavar="DATABASE",
    help="Folder or postgresql://… that was used until now, if it can still be read: who was revoked or disabled there"
    " stays so.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore_(data: Path | str, file: Path, replace: bool, replaced: str | None) -> None:
    """Put the backup FILE into the database, of either kind, while no centre runs; devices then send what it lacks.
    Prints what only the centre wrote, to be looked through."""
    from central.backup import Restored, check, restore
    from central.restored import read_replaced, refuse_served, to_look_at

    async def put_back(store: Store) -> tuple[Restored, list[str]]:
        before = await read_replaced(replaced) if replaced else None
        done = await restore(store, file, replace=replace, replaced=before)
        return done, await to_look_at(store, done)

    try:
        if replaced:
            refuse_served(replaced)
        with _the_one_centre(data):
            check(file)
            done, lines = with_store(data, put_back, make=True)
    except HallError as error:
        _stop(error)
    click.echo(f"{done.counts['event']} facts, {done.counts['case_']} cases; a new epoch has begun")
    for line in lines:
        click.echo(line)


@main.command("verify")
@database
def verify_(data: Path | str) -> None:
    """Check every stored journal, from its beginning to its last fact."""
    from central.verify import verify

    found = with_store(data, verify)
    click.echo(f"{found.journals} journals, {found.facts} facts: whole")


def with_store(
    data: Path | str,
    work: Callable[[Store], Awaitable[Result]],
    *,
    make: bool = False,
    first: Callable[[Store], object] = lambda store: None,
) -> Result:
    """Do ``work`` on the database and close it; an error that a person can act on ends the program with its words.

    Only with ``make`` an empty centre is made where there is none, which is said: a folder that was mistyped or not
    mounted must not look like a centre where all is well. What ``first`` refuses makes none.
    """
    store = _open(data, make=make)

    async def do() -> Result:
        try:
            first(store)
            await store.start()
            if store.is_new:
                where = data if isinstance(data, Path) else "--database"
                click.echo(f"{where} 里没有中心，建了一个新的", err=True)
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(do())
    except HallError as error:
        _stop(error)


def _open(data: Path | str, *, make: bool) -> Store:
    from central.store import open_store

    try:
        return open_store(data / "central.db" if isinstance(data, Path) else data, make=make)
    except HallError as error:
        _stop(error)


def _stop(error: HallError) -> NoReturn:
    click.echo(f"{error.message}\n{error.hint}", err=True)
    sys.exit(error.exit_code)


def _add_groups() -> None:
    from central.alarms_cli import alarms
    from central.asides_cli import aside, import_sealed
    from central.departments_cli import department
    from central.rule_cli import queue_rule
    from central.staff_cli import clerk, device

    for group in (clerk, device, department, alarms, aside, import_sealed, queue_rule):
        main.add_command(group)


_add_groups()

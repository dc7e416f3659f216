"""``clerk-central alarms``: the silent calls for help of a hall, from the centre's own console."""

from __future__ import annotations

from pathlib import Path

import click

from central.staff_cli import CONSOLE, on_hall, run


@click.command("alarms")
@click.option("--settle", "number", type=int, help="Somebody has seen to the call with this number.")
@on_hall
def alarms(data: Path, office: str, number: int | None) -> None:
    """List the calls for help that nobody has seen to, one a line; exit code 1 while there are any."""
    from central import alarms as calls
    from central.board import ZONE
    from hall.moments import local_time

    if number is not None:
        reply = run(data, lambda store, now: calls.settle(store, office, number, CONSOLE, now))
    else:
        reply = run(data, lambda store, _now: calls.waiting(store, office))
    for one in reply.alarms:
        at = local_time(one.received_ms, ZONE).isoformat(timespec="seconds")
        click.echo(f"{one.number}\t{at}\twindow {one.window}\tclerk {one.clerk or '-'}\t{one.device}")
    if reply.alarms:
        raise SystemExit(1)

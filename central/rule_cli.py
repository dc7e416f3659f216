"""``clerk-central queue-rule``: the numbers by which a hall calls, from the centre's own console."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from central.staff_cli import CONSOLE, on_hall, run

if TYPE_CHECKING:
    from hall.queue_wire import HallRule

WORDS: Final[dict[str, str]] = {
    "priority_min": "优先号提前几分钟",
    "booked_min": "预约号提前几分钟（到了预约时间才叫）",
    "return_min": "补正、取件的号提前几分钟",
    "transfer_min": "从别的窗口转来的号提前几分钟",
    "fair_after_min": "等满几分钟以后，后来的人再优先也不能先叫",
    "back_within_min": "过号以后几分钟以内可以回来",
    "back_behind": "过号回来排在前几位之后",
    "passes_before_void": "过号满几次以后不能再回来，要重新取号",
}
"""What each number of the rule says."""
LEASE: Final = "lease_s"
LEASE_WORDS: Final = "叫到的号给窗口留几秒；窗口没有声音，到时回到队里（10到3600）"


@click.group("queue-rule")
def queue_rule() -> None:
    """The rule of calling: who is next. Every number has a name; the whole rule stands in docs/operations.md."""


@queue_rule.command("show")
@on_hall
def show(data: Path, office: str) -> None:
    """One number a line: name, value, what it says."""
    from central.queue import looking

    _tell(run(data, lambda store, _now: looking.rule(store, office)))


@queue_rule.command("set")
@click.argument("wishes", metavar="NAME=NUMBER...", nargs=-1, required=True)
@on_hall
def set_(data: Path, office: str, wishes: tuple[str, ...]) -> None:
    """Change numbers, for example fair_after_min=20; the others stay. Those who wait get their places by the new rule
    at once."""
    from central.queue import looking

    before = run(data, lambda store, _now: looking.rule(store, office))
    new = _changed(before, wishes)
    _tell(run(data, lambda store, now: looking.set_rule(store, office, new, CONSOLE, now)))


def _changed(rule: HallRule, wishes: tuple[str, ...]) -> HallRule:
    """The rule with the wishes in it; one that cannot be ends the command with 2."""
    import msgspec

    from hall.queue_wire import HallRule

    values: dict[str, int] = msgspec.to_builtins(rule.rule) | {LEASE: rule.lease_s}
    for wish in wishes:
        name, _, number = wish.partition("=")
        if name not in values or not (number.isascii() and number.isdigit() and len(number) < 6):
            click.echo(f"“{wish}”不能用，写成 名称=整数，名称有：{'、'.join(values)}", err=True)
            sys.exit(2)
        values[name] = int(number)
    lease = values.pop(LEASE)
    try:
        return msgspec.convert({"rule": values, LEASE: lease}, HallRule)
    except msgspec.ValidationError:
        click.echo(f"{LEASE}应在10到3600之间", err=True)
        sys.exit(2)


def _tell(rule: HallRule) -> None:
    for name, words in WORDS.items():
        click.echo(f"{name}\t{getattr(rule.rule, name)}\t{words}")
    click.echo(f"{LEASE}\t{rule.lease_s}\t{LEASE_WORDS}")

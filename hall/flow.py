"""How a matter or a project runs: its steps, who does each, how long, what runs in parallel, what decides the end.

A plan is worked out from the steps alone: the earliest begin of each, the critical path (the steps whose delay delays
the whole), and in which order a picture shows them. No calendar: days are working days from the first step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from msgspec import Struct

from hall.errors import BadInput

WORKING_DAYS_A_WEEK = 5
_TOLERANCE = 1e-9


class FlowStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step. ``after`` are codes of steps that must be done before it.

    ``days`` is how long it may take, ``None`` where nothing is promised; ``counted`` is False for time that the limit
    does not count (行政许可法 art. 45). ``stage`` names the stage of a project it belongs to.
    """

    code: str
    name: str
    who: str = ""
    days: float | None = None
    unit: Literal["working_day", "calendar_day", "on_the_spot"] = "working_day"
    counted: bool = True
    after: tuple[str, ...] = ()
    stage: str = ""
    note: str = ""


class Planned(Struct, frozen=True, kw_only=True):
    """A step in its place: ``rank`` is the longest chain before it, ``begins``/``ends`` working days from the start."""

    step: FlowStep
    rank: int
    begins: float
    ends: float
    critical: bool


class Plan(Struct, frozen=True, kw_only=True):
    """All steps in an order in which they can be done; ``total`` working days along the ``critical`` codes."""

    steps: tuple[Planned, ...]
    total: float
    critical: tuple[str, ...]
    stages: tuple[str, ...]


def working_days(step: FlowStep) -> float:
    """The step's time in working days; calendar days by the week of five, rounded up to whole days."""
    if step.days is None or step.unit == "on_the_spot":
        return 0.0
    return step.days if step.unit == "working_day" else float(math.ceil(step.days * WORKING_DAYS_A_WEEK / 7))


def plan(steps: Sequence[FlowStep]) -> Plan:
    """The plan of ``steps``.

    Raises:
        BadInput: ``bad_flow``: a code twice, a step after one that is not there, or steps that wait for each other.
    """
    by_code = {step.code: step for step in steps}
    if len(by_code) != len(steps):
        raise _bad("有两个步骤用了同一个代号", "每个步骤的代号要各不相同")
    for step in steps:
        for code in step.after:
            if code not in by_code:
                raise _bad(f"步骤“{step.name}”排在不存在的步骤“{code}”之后", "请检查 after 里的代号")
    order = _in_order(steps)
    begins: dict[str, float] = {}
    ends: dict[str, float] = {}
    rank: dict[str, int] = {}
    for step in order:
        begins[step.code] = max((ends[code] for code in step.after), default=0.0)
        ends[step.code] = begins[step.code] + working_days(step)
        rank[step.code] = max((rank[code] + 1 for code in step.after), default=0)
    total = max(ends.values(), default=0.0)
    latest = _latest_ends(order, total)
    critical = tuple(step.code for step in order if latest[step.code] - ends[step.code] <= _TOLERANCE)
    return Plan(
        steps=tuple(
            Planned(
                step=step,
                rank=rank[step.code],
                begins=begins[step.code],
                ends=ends[step.code],
                critical=step.code in critical,
            )
            for step in order
        ),
        total=total,
        critical=critical,
        stages=tuple(dict.fromkeys(step.stage for step in steps if step.stage)),
    )


def _in_order(steps: Sequence[FlowStep]) -> list[FlowStep]:
    """Each step after those it waits for, otherwise as written."""
    sorter = TopologicalSorter({step.code: step.after for step in steps})
    try:
        sorter.prepare()
    except CycleError as error:
        names = {step.code: step.name for step in steps}
        ring = "、".join(names[code] for code in error.args[1][:-1])
        raise _bad(f"这些步骤互相等待：{ring}", "请去掉其中一个 after") from None
    written = {step.code: number for number, step in enumerate(steps)}
    by_code = {step.code: step for step in steps}
    order: list[FlowStep] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=written.__getitem__)
        order += [by_code[code] for code in ready]
        sorter.done(*ready)
    return order


def _latest_ends(order: Sequence[FlowStep], total: float) -> dict[str, float]:
    """The day by which each step must be done so that the whole is not delayed."""
    latest = {step.code: total for step in order}
    for step in reversed(order):
        begin = latest[step.code] - working_days(step)
        for code in step.after:
            latest[code] = min(latest[code], begin)
    return latest


def _bad(problem: str, hint: str) -> BadInput:
    return BadInput("bad_flow", f"办理流程有误：{problem}", field="flow", hint=hint)

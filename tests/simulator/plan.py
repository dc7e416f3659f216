"""What is to happen in a run: everything follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

HOURS = 4
END_S = HOURS * 3600.0
Kind = Literal[
    "action", "sync", "watch", "token_ends", "bad_record", "kill", "power_cut", "reboot", "jump", "scan", "copy_image",
    "roll_back", "bring_contents", "centre_crash", "centre_power_cut", "centre_copy", "centre_restore",
]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something that begins at ``at_s`` (virtual seconds); ``device`` is a place in the list, -1 for the centre."""

    at_s: float
    kind: Kind
    device: int = -1


@dataclass(frozen=True)
class Weather:
    """How likely each fault is for one request."""

    offline: float = 0.0
    portal: float = 0.0
    request_lost: float = 0.0
    request_late: float = 0.0
    request_cut: float = 0.0
    request_twice: float = 0.0
    reply_lost: float = 0.0
    reply_cut: float = 0.0
    gateway: float = 0.0
    busy: float = 0.0
    partial: float = 0.0
    meanwhile: float = 0.0
    pipe_late: float = 0.0
    liar: float = 0.0


@dataclass
class Plan:
    """A run: who takes part, how the network is, what happens when."""

    seed: int
    devices: int
    skews_ms: list[int]
    weather: Weather
    steps: list[Step] = field(default_factory=list)
    refused: int = 0
    """Of 256 facts so many are refused by the centre with 400, whenever they come."""
    newer: bool = True
    """In the end the centre is a newer one, which takes them."""


def make_plan(seed: int) -> Plan:
    """The run of a seed."""
    rng = Random(seed)
    devices = rng.choice((1, 2, 2, 3))
    year = 365 * 86_400_000
    skews = [rng.choice((0, 0, 0, rng.randrange(-3 * year, 3 * year))) for _ in range(devices)]
    plan = Plan(seed, devices, skews, _weather(rng))
    for device in range(devices):
        for _ in range(rng.randrange(3, 9)):
            at = rng.uniform(0, END_S)
            plan.steps.append(Step(at, "action", device))
            if rng.random() < 0.6:
                plan.steps.append(Step(at + rng.uniform(0, 30), "sync", device))
        plan.steps += [Step(rng.uniform(0, END_S), "sync", device) for _ in range(3)]
        plan.steps += [Step(rng.uniform(0, END_S), "watch", device) for _ in range(rng.randrange(3))]
        plan.steps += _mishaps(rng, device)
    plan.steps += _mishaps_of_the_centre(rng)
    plan.steps.sort(key=lambda step: step.at_s)
    taste = Random(f"taste {seed}")
    plan.refused, plan.newer = taste.choice((0, 0, 8, 24)), taste.random() < 0.5
    _scan(Random(f"scans {seed}"), plan)
    _bring_contents(Random(f"contents {seed}"), plan)
    return plan


def _scan(rng: Random, plan: Plan) -> None:
    """In some runs people add scans to cases."""
    if rng.random() < 0.35:
        plan.steps += [
            Step(rng.uniform(0, END_S), "scan", device)
            for device in range(plan.devices)
            for _ in range(rng.randrange(1, 4))
        ]
        plan.steps.sort(key=lambda step: step.at_s)


def _bring_contents(rng: Random, plan: Plan) -> None:
    """Where the centre does not take everything, counters offer it the contents again; in some runs to a stranger."""
    if plan.refused:
        plan.weather = replace(plan.weather, liar=rng.choice((0.0, 0.5)))
        plan.steps += [
            Step(rng.uniform(END_S / 4, END_S), "bring_contents", device)
            for device in range(plan.devices)
            for _ in range(rng.randrange(1, 5))
        ]
        plan.steps.sort(key=lambda step: step.at_s)


def _weather(rng: Random) -> Weather:
    rough = rng.choice((0.0, 0.05, 0.15, 0.3))

    def often() -> float:
        return rng.uniform(0, rough)

    return Weather(
        offline=often(),
        portal=often(),
        request_lost=often(),
        request_late=often(),
        request_cut=often() / 2,
        request_twice=often(),
        reply_lost=often(),
        reply_cut=often() / 2,
        gateway=often() / 2,
        busy=often() / 2,
        partial=rng.choice((0.0, 0.1, 0.4)),
        meanwhile=rng.choice((0.0, 0.2)),
        pipe_late=rng.choice((0.0, 0.2)),
    )


def _mishaps(rng: Random, device: int) -> list[Step]:
    steps: list[Step] = []
    chances: tuple[tuple[Kind, float], ...] = (
        ("kill", 0.5),
        ("power_cut", 0.4),
        ("reboot", 0.2),
        ("bad_record", 0.25),
        ("jump", 0.2),
        ("token_ends", 0.15),
    )
    for kind, chance in chances:
        while rng.random() < chance:
            steps.append(Step(rng.uniform(0, END_S), kind, device))
    if rng.random() < 0.25:
        copied = rng.uniform(0, END_S * 0.8)
        steps += [Step(copied, "copy_image", device), Step(rng.uniform(copied, END_S), "roll_back", device)]
    return steps


def _mishaps_of_the_centre(rng: Random) -> list[Step]:
    steps: list[Step] = []
    while rng.random() < 0.3:
        steps.append(Step(rng.uniform(0, END_S), "centre_crash"))
    while rng.random() < 0.3:
        steps.append(Step(rng.uniform(0, END_S), "centre_power_cut"))
    if rng.random() < 0.35:
        copied = rng.uniform(0, END_S * 0.8)
        steps += [Step(copied, "centre_copy"), Step(rng.uniform(copied, END_S), "centre_restore")]
    return steps

"""The flow a matter belongs to: the other matters of its project or of its 一件事, in their order, with their limits.

A project is every matter that names a ``stage``; a 一件事 is its bundle. Who, how long and what comes before are the
matters' own department, promised limit and ``after``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hall.catalogue.model import Bundle, Matter
from hall.flow import FlowStep

PROJECT = "工程建设项目"


def flow_around(
    matter: Matter, matters: Iterable[Matter], bundles: Iterable[Bundle], shorts: Mapping[str, str]
) -> tuple[str, tuple[FlowStep, ...]]:
    """What the matter is part of, and its steps; ``("", ())`` for one that stands alone.

    ``matters`` is the whole catalogue, ``shorts`` the departments' short names by key. A joint form (a matter that
    carries the name of a 一件事) shows the flow of what it joins.
    """
    if matter.stage:
        return PROJECT, _steps((each for each in matters if each.stage), shorts)
    for bundle in bundles:
        if matter.key in bundle.matters or matter.name == bundle.name:
            return bundle.name, _steps((each for each in matters if each.key in bundle.matters), shorts)
    return "", ()


def _steps(chosen: Iterable[Matter], shorts: Mapping[str, str]) -> tuple[FlowStep, ...]:
    """One step for each matter, stage by stage."""
    part = sorted(chosen, key=lambda matter: matter.stage)
    keys = {matter.key for matter in part}
    return tuple(
        FlowStep(
            code=matter.key,
            name=matter.name,
            who=shorts.get(matter.department, matter.department),
            days=None if matter.limits.promised.unit == "on_the_spot" else matter.limits.promised.days,
            unit=matter.limits.promised.unit,
            after=tuple(key for key in matter.after if key in keys),
            stage=matter.stage.partition(" ")[2] or matter.stage,
        )
        for matter in part
    )

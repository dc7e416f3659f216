"""The flows of a guide as pictures: the matter's own process, and the project or 一件事 that it is part of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from msgspec.structs import replace

from hall.catalogue.model import ProcessStep
from hall.facts import MatterRef
from hall.flow import FlowStep, Plan, plan
from receipts.document import Flow
from receipts.english import English
from receipts.flow import flow_block
from receipts.wording import limit_text


def flow_of(matter: MatterRef, english: English | None = None) -> Flow | None:
    """The matter's own flow, or ``None`` where nothing is known of how it runs; its caption in ``english`` too."""
    if not matter.process:
        return None
    flow = flow_block(plan(steps_of(matter)), _limits(matter))
    return replace(flow, second=_english_limits(matter, english)) if english else flow


def project_of(matter: MatterRef, english: English | None = None) -> Flow | None:
    """The flow of the project or 一件事 that the matter is part of, or ``None``; its caption in ``english`` too.

    Raises HallError ``bad_flow`` for steps that contradict each other.
    """
    if not matter.flow:
        return None
    made = plan(matter.flow)
    flow = flow_block(made, _caption(made), matter.name)
    return replace(flow, second=_english_caption(made, english)) if english else flow


def steps_of(matter: MatterRef) -> tuple[FlowStep, ...]:
    """The matter's process, one step after the other; of one in bare words nobody says who takes it."""
    steps = [ProcessStep(name=step, who="") if isinstance(step, str) else step for step in matter.process]
    return tuple(
        FlowStep(
            code=f"s{number}",
            name=step.name,
            who=step.who,
            days=step.days,
            unit=step.unit,
            counted=step.counted,
            after=(f"s{number - 1}",) if number else (),
            note="" if step.counted else "不计入办理时限",
        )
        for number, step in enumerate(steps)
    )


def _limits(matter: MatterRef) -> str:
    """What is promised for the whole."""
    promised = limit_text(matter.limits.promised)
    if matter.limits.promised.unit == "on_the_spot":
        return "材料齐全、符合法定形式的，当场办结。"
    texts = [f"承诺{promised}内作出决定"]
    if matter.limits.statutory:
        texts.append(f"法定时限{limit_text(matter.limits.statutory)}")
    special = "；标“不计入时限”的为特别程序，时间另行书面告知" if _marks_any(matter) else ""
    return "，".join(texts) + special + "。"


def _marks_any(matter: MatterRef) -> bool:
    """Whether a step of the picture is marked as one whose time is not counted."""
    return any(not step.counted for step in steps_of(matter))


def _english_limits(matter: MatterRef, english: English) -> str:
    if matter.limits.promised.unit == "on_the_spot":
        return "Done on the spot when the materials are complete and in legal form."
    told = [f"Promised: {english.phrase(limit_text(matter.limits.promised))}."]
    if matter.limits.statutory:
        told.append(f"Statutory: {english.phrase(limit_text(matter.limits.statutory))}.")
    if _marks_any(matter):
        told.append("What is marked “not counted” is a special procedure; you are told of its time in writing.")
    return " ".join(told)


def _caption(made: Plan) -> str:
    """The critical path in words: the picture's heavy boxes."""
    if not made.total:
        return ""
    days = f"共{made.total:g}个工作日"
    if any(planned.step.unit == "calendar_day" for planned in made.steps):
        days += "（自然日按每周五个工作日折算）"
    if len(made.critical) == len(made.steps):
        return f"全程{days}。"
    return (
        f"粗线为关键路径，决定总时间：{_path(made, '、')}，{days}。"
        "箭头只画直接先后；顺着箭头互相走不到的步骤可以同时办理。"
    )


def _english_caption(made: Plan, english: English) -> str:
    """The same in English; the path step by step only where every step on it has an English name."""
    if not made.total:
        return ""
    days = f"{made.total:g} working day{'' if made.total == 1 else 's'} in all"
    if any(planned.step.unit == "calendar_day" for planned in made.steps):
        days += " (calendar days counted as five working days a week)"
    if len(made.critical) == len(made.steps):
        return f"{days[0].upper()}{days[1:]}."
    named = all(english.phrase(planned.step.name) for planned in made.steps if planned.critical)
    path = ": " + _path(made, ", ", english.phrase) if named else ""
    return (
        f"Heavy lines: the critical path, which decides the total time{path}; {days}. "
        "Arrows show direct order only; steps that no chain of arrows joins can run side by side."
    )


def _path(made: Plan, beside: str, name: Callable[[str], str] = str) -> str:
    """The critical steps one after the other, ``beside`` between those at once."""
    critical = sorted((planned for planned in made.steps if planned.critical), key=lambda planned: planned.rank)
    return " → ".join(
        beside.join(name(planned.step.name) for planned in group)
        for _, group in groupby(critical, key=lambda each: each.rank)
    )

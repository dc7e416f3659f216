"""What a matter is part of: the stages of a construction project, the parallel steps of 一件事."""

from __future__ import annotations

import pytest

from hall.catalogue.project import PROJECT, flow_around
from hall.flow import FlowStep, plan
from tests.catalogue.test_department_matters import catalogue, matter

SHORTS = {department.key: department.short for department in catalogue().departments}


def around(key: str) -> tuple[str, dict[str, FlowStep]]:
    name, steps = flow_around(matter(key), catalogue().matters, catalogue().bundles, SHORTS)
    return name, {step.code: step for step in steps}


def test_a_construction_matter_shows_the_four_stages_of_its_project() -> None:
    name, steps = around("construction-permit-new")
    assert name == PROJECT
    assert plan(tuple(steps.values())).stages == (
        "一、立项用地规划许可",
        "二、工程建设许可",
        "三、施工许可",
        "四、竣工验收",
    )
    assert steps["construction-permit-new"].who == "住建局"
    assert "works-planning-permit" in steps["construction-permit-new"].after


def test_permits_come_before_the_works_and_acceptance_after_them() -> None:
    made = plan(tuple(around("joint-acceptance")[1].values()))
    path = list(made.critical)
    assert path.index("land-planning-permit") < path.index("works-planning-permit") < path.index("joint-acceptance")
    assert made.total > 0


@pytest.mark.parametrize("key", ["company-opening", "company-registration", "seal-filing"])
def test_opening_a_company_registers_first_and_then_everything_at_once(key: str) -> None:
    name, steps = around(key)
    assert name == "企业开办一件事"
    ranks = {each.step.code: each.rank for each in plan(tuple(steps.values())).steps}
    assert {code for code, rank in ranks.items() if rank == 0} == {"company-registration"}
    assert max(ranks.values()) == 1
    assert plan(tuple(steps.values())).total == 1


def test_a_matter_that_stands_alone_has_no_flow_around_it() -> None:
    assert around("marriage-registration") == ("", {})


def test_every_flow_of_the_catalogue_can_be_planned() -> None:
    for each in catalogue().matters:
        _, steps = around(each.key)
        plan(tuple(steps.values()))

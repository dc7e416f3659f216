"""What a matter is part of: the stages of a construction project, the parallel steps of 一件事."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hall.catalogue.project import PROJECT, flow_around
from hall.flow import FlowStep, plan
from receipts.sample_project import PROJECT_FLOW
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


#: domain.md §7.4 and §6.1: what must be there before what.
EDGES = (
    ("project-filing", "land-planning-permit"),
    ("land-planning-permit", "land-allocation"),
    ("land-planning-permit", "scheme-review"),
    ("land-planning-permit", "works-planning-permit"),
    ("scheme-review", "works-planning-permit"),
    ("works-planning-permit", "fire-design-review"),
    ("works-planning-permit", "drawing-review-filing"),
    ("works-planning-permit", "eia-report-form"),
    ("fire-design-review", "construction-permit-new"),
    ("drawing-review-filing", "construction-permit-new"),
    ("eia-report-form", "construction-permit-new"),
    ("land-allocation", "construction-permit-new"),
    ("construction-permit-new", "planning-verification"),
    ("construction-permit-new", "fire-acceptance"),
    ("planning-verification", "joint-acceptance"),
    ("fire-acceptance", "joint-acceptance"),
    ("civil-defence-acceptance", "joint-acceptance"),
    ("archive-acceptance", "joint-acceptance"),
    ("joint-acceptance", "completion-filing"),
)


@pytest.mark.parametrize(("before", "then"), EDGES)
def test_no_step_of_a_project_begins_before_what_it_rests_on(before: str, then: str) -> None:
    _, steps = around("construction-permit-new")
    assert before in steps[then].after
    begins = {each.step.code: each.begins for each in plan(tuple(steps.values())).steps}
    ends = {each.step.code: each.ends for each in plan(tuple(steps.values())).steps}
    assert ends[before] <= begins[then]


def test_what_runs_side_by_side_before_the_building_permit() -> None:
    planned = {each.step.code: each for each in plan(tuple(around("construction-permit-new")[1].values())).steps}
    side = [planned[code] for code in ("fire-design-review", "drawing-review-filing", "eia-report-form")]
    assert len({each.begins for each in side}) == 1
    assert planned["construction-permit-new"].begins == max(each.ends for each in side)


def test_the_critical_path_runs_from_the_filing_to_the_completion() -> None:
    made = plan(tuple(around("joint-acceptance")[1].values()))
    path = [*made.critical]
    assert (path[0], path[-1]) == ("project-filing", "completion-filing")
    spine = ("land-planning-permit", "works-planning-permit", "construction-permit-new", "joint-acceptance")
    assert [code for code in path if code in spine] == [*spine]
    by_code = {each.step.code: each for each in made.steps}
    assert all(by_code[code].begins == by_code[last].ends for last, code in pairwise(path))


def test_the_sample_guide_shows_the_real_project() -> None:
    assert tuple(around("construction-permit-new")[1].values()) == PROJECT_FLOW


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

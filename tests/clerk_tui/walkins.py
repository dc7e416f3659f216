"""Walk-ins for tests: somebody who wants to open a restaurant, with whatever is on the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clerk_tui.services import intake
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from hall.verdict import Tick, TickState

PERSON = "110101188503120026"
COMPANY = "91990100MA0000015X"
PRESENT = Tick(TickState.PRESENT)
MISSING = Tick(TickState.MISSING)
MATTER = "food-licence-new"
#: What a restaurant must bring: two that cannot be tolerated, two that can; the licence is the hall's own.
HARD = ("application", "layout")
SOFT = ("rules_list", "safety_manager")


def unacceptable(reason: str) -> Tick:
    return Tick(TickState.UNACCEPTABLE, reason=reason)


def promised(until: dt.date) -> Tick:
    return Tick(TickState.PROMISED, until=until)


def restaurant(ws: Workspace, **ticks: Tick) -> Draft:
    """A restaurant with every paper on the desk, except where ``ticks`` says otherwise."""
    draft = intake.new_draft(ws, ws.catalogue.matter(MATTER))
    draft.answers = {"in_city": "yes", "business": "catering", "vending": "no"}
    draft.applicant = {
        "kind": "company",
        "name": "示例市好味餐饮有限公司",
        "id_number": COMPANY,
        "phone": "13800001234",
        "address": "示例市人民路1号",
        "legal_person": "张三",
    }
    draft.fields = {
        "shop_name": "好味餐馆",
        "site_address": "示例市人民路1号",
        "items": "热食类食品制售",
        "area": "120",
        "manager": "李四",
    }
    draft.ticks = dict.fromkeys((*HARD, *SOFT), PRESENT) | dict(ticks)
    return draft


def building_site(ws: Workspace, **ticks: Tick) -> Draft:
    """A construction permit, whose limits count from receipt, with every paper on the desk but for ``ticks``."""
    draft = intake.new_draft(ws, ws.catalogue.matter("construction-permit-new"))
    asked = ("in_city", "land_needed", "in_plan_area", "expropriation", "must_review", "must_supervise")
    draft.answers = {**dict.fromkeys(asked, "yes"), "scale": "above", "works_kind": "normal"}
    draft.answers |= {"procurement": "tender", "special_fire": "no"}
    draft.applicant = dict(restaurant(ws).applicant)
    rows = [row.code for row in intake.preview(ws, draft).checklist.materials if not row.held]
    draft.ticks = dict.fromkeys(rows, PRESENT) | dict(ticks)
    return draft


def as_json(**changes: Any) -> dict[str, Any]:
    """The same walk-in as a script gives it."""
    data: dict[str, Any] = {
        "matter": MATTER,
        "answers": {"in_city": "yes", "business": "catering", "vending": "no"},
        "applicant": {
            "kind": "company",
            "name": "示例市好味餐饮有限公司",
            "id_number": COMPANY,
            "phone": "13800001234",
        },
        "agent": None,
        "fields": {
            "shop_name": "好味餐馆",
            "site_address": "示例市人民路1号",
            "items": "热食类食品制售",
            "area": 120,
            "manager": "李四",
        },
        "materials": dict.fromkeys((*HARD, *SOFT), "present"),
    }
    return data | changes

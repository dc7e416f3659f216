"""Small builders of facts, for tests of whatever folds, stores or sends them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hall import facts as f
from hall.catalogue.model import HallInfo, Limit, Limits
from hall.chain import type_of
from hall.checklist import Row
from hall.verdict import Tick, TickState

HALL = HallInfo(
    name="示例市政务服务中心",
    region="990100",
    region_name="示例市",
    address="示例市人民路1号",
    phone="0990-5550001",
    supervision_phone="0990-5550012",
    hours="工作日 9:00-12:00 13:00-17:00",
    query_url="https://zwfw.example.invalid/q",
    reconsideration="示例市人民政府",
    court="示例市人民法院",
)
DAY = dt.date(2026, 9, 18)
ROWS = (
    Row(
        code="form",
        name="申请书",
        why="说明申请什么",
        source="自备",
        form="原件",
        copies=1,
        required=True,
        tolerable=False,
    ),
    Row(
        code="id", name="身份证", why="证明身份", source="自备", form="复印件", copies=1, required=True, tolerable=True
    ),
    Row(
        code="extra",
        name="说明",
        why="便于审查",
        source="自备",
        form="复印件",
        copies=1,
        required=False,
        tolerable=True,
    ),
)
PRESENT = Tick(TickState.PRESENT)
REFERENCE = "SL01-A1-00001-X"


def matter(**changes: Any) -> f.MatterRef:
    """A matter promised in 5 and limited to 20 working days from acceptance."""
    values: dict[str, Any] = {
        "key": "sample",
        "code": "11990100MB0000019L400013102300001",
        "name": "示例许可",
        "kind": "行政许可",
        "version": "2026.11.1",
        "department": f.DepartmentRef(key="scjg", name="示例市市场监督管理局", short="市场监管局"),
        "limits": Limits(promised=Limit(days=5), statutory=Limit(days=20)),
        "hall": HALL,
    }
    return f.MatterRef(**(values | changes))


def received(ticks: dict[str, Tick] | None = None, **changes: Any) -> f.CaseReceived:
    """Materials received on Friday 2026-09-18, all required ones present unless ``ticks`` says otherwise."""
    values: dict[str, Any] = {
        "reference": REFERENCE,
        "matter": matter(),
        "answers": {},
        "situations": (),
        "rows": ROWS,
        "ticks": {"form": PRESENT, "id": PRESENT} if ticks is None else ticks,
        "received": DAY,
        "clock_from": DAY,
        "window": "3",
        "clerk": "007",
    }
    return f.CaseReceived(**(values | changes))


def fact(body: f.FactBody, seq: int = 1, *, subject: str = "case-1", day: dt.date = DAY, **changes: Any) -> f.Fact:
    """A fact of one device with this body."""
    personal = changes.pop("personal", None)
    header = f.Header(
        event_id=f"event-{subject}-{seq}",
        type=type_of(body),
        schema_v=1,
        device="device-1",
        incarnation=changes.pop("incarnation", "A1"),
        seq=seq,
        actor="007",
        at_ms=1_790_000_000_000 + seq,
        day=day,
        subject=subject,
        **changes,
    )
    return f.Fact(header=header, body=body, personal=personal)


def facts(*bodies: f.FactBody, day: dt.date = DAY) -> list[f.Fact]:
    """A case's facts in order."""
    return [fact(body, seq, day=day) for seq, body in enumerate(bodies, 1)]

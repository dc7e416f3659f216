"""A sample project: the four stages of 工程建设项目审批, as the sample catalogue has them (a test compares the two)."""

from __future__ import annotations

from typing import Any, Final

from hall.catalogue.model import ProcessStep
from hall.flow import FlowStep


def _step(code: str, name: str, who: str, days: float | None, after: str = "", **changes: Any) -> FlowStep:
    return FlowStep(code=code, name=name, who=who, days=days, after=tuple(after.split()), **changes)


_STAGES: Final = ("一、立项用地规划许可", "二、工程建设许可", "三、施工许可", "四、竣工验收")
PROJECT_FLOW: Final = (
    _step(
        "land-allocation",
        "国有建设用地使用权划拨批准",
        "自然资源和规划局",
        12,
        "land-planning-permit site-selection-opinion",
        stage=_STAGES[0],
    ),
    _step("land-planning-permit", "建设用地规划许可证核发", "自然资源和规划局", 4, "project-filing", stage=_STAGES[0]),
    _step("project-filing", "企业投资项目备案", "发改委", None, "", unit="on_the_spot", stage=_STAGES[0]),
    _step("site-selection-opinion", "建设项目用地预审与选址意见书核发", "自然资源和规划局", 8, "", stage=_STAGES[0]),
    _step("eia-report-form", "建设项目环境影响报告表审批", "生态环境局", 10, "works-planning-permit", stage=_STAGES[1]),
    _step("scheme-review", "建设工程设计方案审查", "自然资源和规划局", 7, "land-planning-permit", stage=_STAGES[1]),
    _step(
        "works-planning-permit",
        "建设工程规划许可证核发",
        "自然资源和规划局",
        2,
        "land-planning-permit scheme-review",
        stage=_STAGES[1],
    ),
    _step(
        "construction-permit-new",
        "建筑工程施工许可证核发（首次）",
        "住建局",
        2,
        "land-allocation works-planning-permit fire-design-review drawing-review-filing eia-report-form",
        stage=_STAGES[2],
    ),
    _step(
        "drawing-review-filing",
        "施工图设计文件审查情况备案",
        "住建局",
        None,
        "works-planning-permit",
        unit="on_the_spot",
        stage=_STAGES[2],
    ),
    _step("fire-design-review", "特殊建设工程消防设计审查", "住建局", 7, "works-planning-permit", stage=_STAGES[2]),
    _step("archive-acceptance", "建设工程城建档案验收", "城建档案馆", 3, "construction-permit-new", stage=_STAGES[3]),
    _step(
        "civil-defence-acceptance", "人民防空工程竣工验收备案", "国动办", 3, "construction-permit-new", stage=_STAGES[3]
    ),
    _step(
        "completion-filing", "房屋建筑和市政基础设施工程竣工验收备案", "住建局", 1, "joint-acceptance", stage=_STAGES[3]
    ),
    _step(
        "fire-acceptance",
        "特殊建设工程消防验收",
        "住建局",
        10,
        "fire-design-review construction-permit-new",
        stage=_STAGES[3],
    ),
    _step(
        "joint-acceptance",
        "建设工程竣工联合验收",
        "住建局",
        10,
        "planning-verification fire-acceptance civil-defence-acceptance archive-acceptance",
        stage=_STAGES[3],
    ),
    _step(
        "planning-verification",
        "建设工程竣工规划核实",
        "自然资源和规划局",
        7,
        "construction-permit-new",
        stage=_STAGES[3],
    ),
)
PROCESS: Final = (
    ProcessStep(name="收件", who="综合窗口", unit="on_the_spot"),
    ProcessStep(name="受理", who="综合窗口", unit="on_the_spot"),
    ProcessStep(name="技术审查", who="住建局", days=6),
    ProcessStep(name="出具审查意见书", who="住建局", days=1),
)
"""One matter of it: the design review."""

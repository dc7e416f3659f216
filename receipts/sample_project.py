"""A sample project: a factory from its filing to its completion, in the four stages of 工程建设项目审批."""

from __future__ import annotations

from typing import Any, Final

from hall.flow import FlowStep


def _step(code: str, name: str, who: str, days: float, after: str = "", **changes: Any) -> FlowStep:
    return FlowStep(code=code, name=name, who=who, days=days, after=tuple(after.split()), **changes)


_STAGES: Final = ("一、立项用地规划许可", "二、工程建设许可", "三、施工许可", "四、竣工验收")
PROJECT_FLOW: Final = (
    _step("a1", "企业投资项目备案", "发展改革委", 1, stage=_STAGES[0]),
    _step("a2", "建设用地规划许可", "自然资源局", 7, "a1", stage=_STAGES[0]),
    _step("a3", "用地批准", "自然资源局", 5, "a2", stage=_STAGES[0]),
    _step("b1", "设计方案审查", "自然资源局", 10, "a2", stage=_STAGES[1]),
    _step("b2", "工程规划许可", "自然资源局", 2, "b1", stage=_STAGES[1]),
    _step("b3", "环评审批（报告表）", "生态环境局", 30, "a1", unit="calendar_day", stage=_STAGES[1]),
    _step("c1", "施工图审查", "审图机构", 10, "b1", stage=_STAGES[2]),
    _step("c2", "消防设计审查", "住建局", 15, "b1", stage=_STAGES[2]),
    _step("c3", "施工许可（含质量安全监督）", "住建局", 3, "a3 b2 b3 c1 c2", stage=_STAGES[2]),
    _step("d1", "规划核实", "自然资源局", 5, "c3", stage=_STAGES[3]),
    _step("d2", "消防验收", "住建局", 7, "c3", stage=_STAGES[3]),
    _step("d3", "人防验收", "人防办", 5, "c3", stage=_STAGES[3]),
    _step("d4", "联合验收意见", "住建局", 3, "d1 d2 d3", stage=_STAGES[3]),
    _step("d5", "竣工验收备案", "住建局", 1, "d4", stage=_STAGES[3]),
)

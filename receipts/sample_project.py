"""A sample project: the four stages of 工程建设项目审批, as the sample catalogue has them (a test compares the two).

One matter of it, the design review, has what a guide says of it.
"""

from __future__ import annotations

from typing import Any, Final

from hall import facts as f
from hall.catalogue.model import Limit, Limits, ProcessStep, ResultPaper, SpecialProcedure
from hall.checklist import Row, SituationRef
from hall.flow import FlowStep
from receipts.sample_case import HALL


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
_FORM: Final = "电子签章"
PROJECT: Final = f.MatterRef(
    key="fire-design-review",
    code="11990100MB0000035A400011704100001",
    name="特殊建设工程消防设计审查",
    kind="行政许可",
    version="2026.11.1",
    project="工程建设项目",
    department=f.DepartmentRef(
        key="zjj", name="示例市住房和城乡建设局", short="住建局", address="示例市建设路6号", phone="0990-5550113"
    ),
    hall=HALL,
    limits=Limits(promised=Limit(days=7), statutory=Limit(days=15)),
    results=(ResultPaper(name="特殊建设工程消防设计审查意见书"),),
    special_procedures=(SpecialProcedure(name="专家评审", days=20),),
    basis=("《消防法》第十一条", "第十二条"),
    condition="属于特殊建设工程，施工前申请；未经审查或者审查不合格的不得施工",
    process=(
        ProcessStep(name="收件", who="综合窗口", unit="on_the_spot"),
        ProcessStep(name="受理", who="综合窗口", unit="on_the_spot"),
        ProcessStep(name="技术审查", who="住建局", days=6),
        ProcessStep(name="出具审查意见书", who="住建局", days=1),
    ),
    questions=(
        ("是否属于特殊建设工程？", "是"),
        ("是否依法需要办理建设工程规划许可？", "是"),
        ("是否为依法需要批准的临时性建筑？", "否"),
        ("是否采用特殊消防设计？", "否"),
    ),
    flow=PROJECT_FLOW,
)
PROJECT_SITUATIONS: Final = (SituationRef("O", "一般消防设计"),)
PROJECT_ROWS: Final = (
    Row(
        code="fire_form",
        name="特殊建设工程消防设计审查申请表",
        why="写明工程类别和消防设计概况",
        source="窗口提供空白表",
        form=_FORM,
        copies=1,
        required=True,
        tolerable=False,
        held=False,
        standard="逐项填写并加盖公章",
    ),
    Row(
        code="fire_design",
        name="消防设计文件",
        why="审查消防设计是否符合国家标准",
        source="有相应资质的设计单位",
        form=_FORM,
        copies=1,
        required=True,
        tolerable=False,
        held=False,
    ),
    Row(
        code="works_planning",
        name="建设工程规划许可文件",
        why="依法需要规划许可的要先取得",
        source="自然资源和规划局",
        form="电子",
        copies=0,
        required=True,
        tolerable=True,
        held=True,
        held_from="部门数据共享",
    ),
    Row(
        code="proxy",
        name="授权委托书和受托人居民身份证",
        why="确认委托是申请人的真实意思，并核实受托人身份",
        source="申请人自备（委托书窗口提供格式）",
        form="原件",
        copies=1,
        required=True,
        tolerable=False,
        held=False,
        standard="写明委托办理的事项、权限和期限并盖章",
    ),
)

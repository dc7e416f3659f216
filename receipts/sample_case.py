"""The hall, the matter, the materials and the people of the sample papers, all fictional."""

from __future__ import annotations

import datetime as dt
from typing import Final

from msgspec import structs

from hall import facts as f
from hall.catalogue.model import Fee, HallInfo, Limit, Limits, ProcessStep, ResultPaper, SpecialProcedure
from hall.checklist import Row
from hall.verdict import Tick, TickState

DAY: Final = dt.date(2026, 9, 18)
REFERENCE: Final = "SL01-A1-00012-7"
ARTICLE: Final = "《中华人民共和国行政许可法》第三十二条第一款第{}项"
BARRED: Final = "《中华人民共和国食品安全法》第一百三十五条"
"""Who may not apply for five years: what another law says of the application itself (``hall.refusal``)."""
HALL: Final = HallInfo(
    name="示例市政务服务中心",
    region="990100",
    region_name="示例市",
    address="示例市人民路1号",
    phone="0990-5550001",
    supervision_phone="0990-5550012",
    hours="工作日 9:00-12:00 13:00-17:00",
    query_url="https://zwfw.example.invalid/q",
    rating_url="https://pj.example.invalid/r?no={reference}",
    reconsideration="示例市人民政府",
    court="示例市人民法院",
)
APPLICANT: Final = f.Applicant(
    kind="company",
    name="示例市小明餐饮管理有限公司",
    id_type="uscc",
    id_number="91990100MA0000015X",
    phone="13800131234",
    address="示例市商贸路12号",
    legal_person="王小明",
)
FOREIGNER: Final = f.Applicant(
    kind="foreigner",
    name="Maria Konstantina Alexandra de Vasconcelos Wołkońska",
    id_type="passport",
    id_number="AB1234567",
    phone="13800131234",
    address="Room 1203, 8 Renmin Road, Shili City",
)
AGENT: Final = f.Agent(name="李四", id_type="resident_id", id_number="340101189011050030", phone="13900135678")
_MATERIALS: Final = (
    ("食品经营许可申请书", "申请人自备", "原件", 1, True, False),
    ("营业执照", "市场监督管理局", "电子证照", 0, True, True),
    ("主要设备设施、经营布局、操作流程文件", "申请人自备", "原件", 1, True, False),
    ("食品安全规章制度目录清单", "申请人自备", "原件", 1, True, True),
    ("食品安全管理人员信息及任命文件", "申请人自备", "复印件", 1, True, True),
    ("委托书及代理人身份证", "申请人自备", "原件", 1, True, False),
)
ROWS: Final = tuple(
    Row(
        code=f"m{n}",
        name=name,
        why="核对经营者是否具备许可条件",
        source=source,
        form=form,
        copies=copies,
        required=required,
        tolerable=tolerable,
        held=copies == 0,
        held_from="部门数据共享" if copies == 0 else "",
        standard="按样表填写，签字盖章" if n == 1 else "",
        remedy="请按样表补齐，注明日期并签字盖章" if tolerable else "",
    )
    for n, (name, source, form, copies, required, tolerable) in enumerate(_MATERIALS, 1)
)
PRESENT: Final = Tick(TickState.PRESENT)
ALL_IN: Final = {row.code: PRESENT for row in ROWS if not row.held}
SOME_IN: Final = ALL_IN | {
    "m4": Tick(TickState.MISSING),
    "m5": Tick(TickState.UNACCEPTABLE, "任命文件未加盖公章"),
}
PROMISED: Final = ALL_IN | {
    "m4": Tick(TickState.PROMISED, until=dt.date(2026, 9, 23)),
    "m5": Tick(TickState.PROMISED, until=dt.date(2026, 9, 24)),
}
DEPARTMENT: Final = f.DepartmentRef(
    key="scjg", name="示例市市场监督管理局", short="市场监管局", address="示例市商贸路66号", phone="0990-5550105"
)
ESTATE: Final = f.MatterRef(
    key="estate-transfer",
    code="11990100MB00000435400071500500001",
    name="不动产转移登记（非住宅，买卖）",
    kind="行政确认",
    version="2026.11.1",
    department=f.DepartmentRef(
        key="zrzy", name="示例市自然资源和规划局", short="自然资源局", address="示例市国土路8号", phone="0990-5550108"
    ),
    limits=Limits(promised=Limit(days=3), statutory=Limit(days=30)),
    hall=HALL,
    results=(ResultPaper(name="不动产权证书"),),
    fee=Fee(fen=56_000, text="登记费550元/件，证书工本费10元/本", basis="发改价格规〔2016〕2559号"),
    basis=("《不动产登记暂行条例》第十四条",),
)
"""A matter with a fee."""
MATTER: Final = f.MatterRef(
    key="food-licence-new",
    code="11990100MB0000019L400013102300001",
    name="食品经营许可（新办，餐饮服务）",
    kind="行政许可",
    version="2026.11.1",
    department=DEPARTMENT,
    limits=Limits(promised=Limit(days=5), statutory=Limit(days=20)),
    hall=HALL,
    results=(ResultPaper(name="食品经营许可证", valid_for="5年"),),
    special_procedures=(SpecialProcedure(name="现场核查", days=5),),
    fee=Fee(),
    basis=("《食品安全法》第三十三条", "第三十五条"),
    condition="有与经营的食品品种、数量相适应的场所、设备、人员和制度",
    process=(
        ProcessStep(name="提交申请", who="申请人"),
        ProcessStep(name="收件", who="综合窗口", unit="on_the_spot"),
        ProcessStep(name="受理", who="综合窗口", unit="on_the_spot"),
        ProcessStep(name="书面审查", who="市场监管局", days=4),
        ProcessStep(name="现场核查", who="市场监管局", days=5, counted=False),
        ProcessStep(name="决定", who="市场监管局", days=1),
        ProcessStep(name="发证", who="综合窗口", unit="on_the_spot"),
    ),
    questions=(("经营业态？", "餐饮服务"), ("是否利用自动设备从事食品经营？", "否")),
    field_labels={"place": "经营场所", "area": "面积（平方米）", "staff": "从业人员"},
)
REGISTERED: Final = f.CaseDecided(
    granted=True,
    day=dt.date(2026, 9, 22),
    basis="《不动产登记暂行条例》第二十一条",
    result="不动产权证书",
    result_number="示（2026）示例市不动产权第0000015号",
    collect_from=dt.date(2026, 9, 23),
)
NOT_REGISTERED: Final = f.CaseDecided(
    granted=False,
    day=dt.date(2026, 9, 22),
    reason="申请登记的房屋存在尚未解决的权属争议，示例市人民法院已经立案",
    basis="《不动产登记暂行条例》第二十二条",
)
TOGETHER: Final = structs.replace(
    MATTER,
    limits=Limits(promised=Limit(days=30), statutory=Limit(days=45)),
    partners=("示例市消防救援支队",),
)
"""A matter of two authorities, for which the law gives 45 days (行政许可法 art. 42(2))."""
FEE: Final = f.FeeDemanded(
    charges=(
        f.Charge(
            name="不动产登记费（非住宅）", fen=55_000, quantity="550元/件 × 1件", basis="发改价格规〔2016〕2559号"
        ),
        f.Charge(name="不动产权属证书工本费", fen=1_000, quantity="10元/本 × 1本", basis="财税〔2016〕79号"),
    ),
    pay_by=dt.date(2026, 9, 30),
    payee="示例市财政局（非税收入专户）",
    how="扫码、银行柜台或者窗口POS机",
    code="9901 2600 0001 2345 6789",
    late="办理结果暂不发放",
)
PAID: Final = f.FeePaid(fen=56_000, day=dt.date(2026, 9, 24), how="扫码", voucher="9901260000012345")
BROUGHT: Final = f.MaterialsBrought(
    items=(f.Original(name="租赁合同（续签）"), f.Original(name="经营布局图（更正）", form="复印件", remark="A3")),
    day=DAY + dt.timedelta(days=4),
    purpose="更正布局图上的面积",
)
"""What the applicant brought after the acceptance, of their own accord."""

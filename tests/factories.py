"""Catalogues for tests: a small valid one as files, and big ones with true-to-life names."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hall.catalogue.model import (
    Bundle,
    Catalogue,
    Department,
    Field,
    HallInfo,
    Limit,
    Limits,
    Material,
    Matter,
    Option,
    Question,
    ResultPaper,
    Situation,
)
from hall.check_digits import uscc_check_char

HALL_TOML = """\
name = "示例市政务服务中心"
region = "990100"
region_name = "示例市"
address = "示例市行政中心路1号"
phone = "0990-5550000"
supervision_phone = "0990-5550001"
hours = "工作日 9:00-12:00 13:00-17:00"
query_url = "https://example.invalid/q"
reconsideration = "示例市人民政府"
court = "示例市人民法院"
"""
DEPARTMENTS_TOML = """\
[[department]]
key = "scjg"
name = "示例市市场监督管理局"
short = "市场监管局"
uscc = "11990100MB0000019L"
address = "示例市商贸路66号"
phone = "0990-5550105"
formerly = ["工商", "质监"]

[[department]]
key = "gaj"
name = "示例市公安局"
short = "公安局"
uscc = "11990100MB0000027F"
address = "示例市平安路10号"
phone = "0990-5550112"
"""
PROBLEMS_TOML = """\
[[problem]]
code = "no-seal"
text = "未加盖公章"
remedy = "补盖公章"
correctable = true

[[problem]]
code = "expired"
text = "已过有效期"
remedy = "更换有效的证件"
"""
BUNDLES_TOML = """\
[[bundle]]
key = "one-thing-opening"
name = "企业开办一件事"
lead = "scjg"
matters = ["company", "seal"]
aliases = ["开公司"]
"""
COMPANY_TOML = """\
key = "company"
code = "11990100MB0000019L400013100100001"
name = "企业设立登记"
kind = "行政许可"
department = "scjg"
serves = ["company"]
basis = ["《市场主体登记管理条例》第十六条"]
aliases = ["办营业执照"]
results = [{ name = "营业执照" }]

[limits]
promised = { days = 0.5 }
statutory = { days = 3, basis = "《市场主体登记管理条例》第十九条" }

[[questions]]
code = "form"
text = "公司类型？"
options = [{ code = "limited", label = "有限责任公司" }, { code = "partner", label = "合伙企业" }]

[[questions]]
code = "foreign"
text = "有外资吗？"
kind = "yesno"
when = "form == 'limited'"

[[questions]]
code = "steps"
text = "同时办理哪些？"
kind = "multi"
options = [{ code = "seal", label = "公章" }, { code = "tax", label = "税务" }, { code = "none", label = "都不办" }]

[[situations]]
code = "F"
name = "外商投资公司设立"
when = "foreign == 'yes'"

[[materials]]
code = "form"
name = "公司登记（备案）申请书"
why = "申请登记的法定文书"
source = "自备"
problems = ["no-seal"]
remedy = "在窗口领表填写"

[[materials]]
code = "charter"
name = "公司章程"
why = "公司设立要有章程"
source = "自备"
when = "form == 'limited'"
problems = ["no-seal"]

[[materials]]
code = "agreement"
name = "合伙协议"
why = "合伙企业要有协议"
source = "自备"
when = "form == 'partner'"

[[materials]]
code = "premises"
name = "住所使用文件"
why = "证明有经营场所"
source = "自备"
form = "复印件"
tolerable = true

[[materials]]
code = "proof"
name = "外国投资者主体资格文件"
why = "证明投资者身份"
source = "公证机构"
tolerable = true
when = "situation('F')"

[[materials]]
code = "licence"
name = "营业执照"
why = "刻章要用"
source = "市场监管局"
form = "电子证照"
copies = 0
shared = true
when = "'seal' in steps"

[[materials]]
code = "mandate"
name = "授权委托书"
why = "由他人代办"
source = "自备"
when = "agent"

[[fields]]
code = "company_name"
label = "企业名称"
max_length = 60

[[exits]]
code = "elsewhere"
ground = "not_authority"
when = "applicant.kind == 'citizen'"
reason = "自然人不能申请企业设立登记"
where = { organ = "示例市公安局", address = "示例市平安路10号", phone = "0990-5550112" }
"""
SEAL_TOML = """\
key = "seal"
code = "11990100MB0000027F400010900100001"
name = "公章刻制备案"
kind = "其他行政权力"
department = "gaj"
serves = ["company"]
basis = ["《印铸刻字业暂行管理规则》第六条"]
after = ["company"]
results = [{ name = "印章" }]
limits = { promised = { unit = "on_the_spot" } }

[[materials]]
code = "id"
name = "法定代表人身份证"
why = "核对身份"
source = "公安机关"
form = "原件核验"
problems = ["expired"]
"""


def sample_catalogue_files() -> dict[str, bytes]:
    """A small catalogue that passes every check: two departments, two matters, one bundle."""
    texts = {
        "catalogue.toml": 'version = "2026.11.1"\neffective = 2026-11-01\nschema = 1\n',
        "hall.toml": HALL_TOML,
        "departments.toml": DEPARTMENTS_TOML,
        "problems.toml": PROBLEMS_TOML,
        "bundles.toml": BUNDLES_TOML,
        "matters/company.toml": COMPANY_TOML,
        "matters/police/seal.toml": SEAL_TOML,
    }
    return {path: text.encode() for path, text in texts.items()}


_OFFICES = (
    ("发展和改革委员会", "发改委", ("投资项目", "招标方案", "节能报告", "价格认定", "粮食收购"), ("发改", "物价局")),
    ("自然资源和规划局", "自然资源局", ("建设用地", "不动产", "采矿权", "设计方案", "临时用地"), ("国土", "规划局")),
    ("生态环境局", "生态环境局", ("排污", "环境影响报告书", "危险废物", "辐射安全", "入河排污口"), ("环保",)),
    ("市场监督管理局", "市场监管局", ("食品经营", "企业名称", "特种设备", "计量器具", "药品零售"), ("工商", "质监")),
    ("公安局", "公安局", ("户口", "居民身份证", "旅馆业", "爆破作业", "大型群众性活动"), ("户政",)),
    ("住房和城乡建设局", "住建局", ("建筑工程施工", "商品房预售", "燃气经营", "城镇排水", "消防设计"), ("建委",)),
    ("人力资源和社会保障局", "人社局", ("劳务派遣", "职业培训", "社会保险", "工伤认定", "失业保险金"), ("劳动局",)),
    ("税务局", "税务局", ("税务信息", "发票", "增值税留抵", "印花税", "纳税信用"), ("国税", "地税")),
    ("卫生健康委员会", "卫健委", ("医疗机构", "公共场所卫生", "护士执业", "放射诊疗", "母婴保健"), ("卫生局",)),
    ("交通运输局", "交通局", ("道路货物运输", "网约车", "公路超限", "港口经营", "出租汽车"), ("运管所",)),
    ("应急管理局", "应急局", ("危险化学品", "烟花爆竹", "矿山安全", "安全评价", "应急预案"), ("安监",)),
    ("民政局", "民政局", ("社会团体", "慈善组织", "养老机构", "殡葬设施", "婚姻"), ()),
    ("农业农村局", "农业局", ("种子生产", "兽药经营", "动物防疫", "农药经营", "渔业捕捞"), ("畜牧局",)),
)
_ACTIONS = ("许可", "登记", "备案", "核发", "审批", "核准", "确认", "认定", "注册", "年审", "给付", "鉴定", "查验")
_CASES = (
    "新办",
    "变更",
    "延续",
    "补办",
    "注销",
    "遗失补领",
    "换发",
    "法定代表人变更",
    "地址变更",
    "名称变更",
    "增项",
    "迁移",
)
_SCOPES = ("", "个人", "单位", "外商投资", "小微", "个体工商户", "跨省", "临时", "分支机构", "村级", "网上")


def make_departments() -> tuple[Department, ...]:
    """Thirteen departments under today's names, with names people still use."""
    return tuple(
        Department(
            key=f"d{number:02}",
            name=f"示例市{name}",
            short=short,
            uscc=_uscc(number),
            address="示例市行政中心路1号",
            phone="0990-5550100",
            formerly=formerly,
        )
        for number, (name, short, _, formerly) in enumerate(_OFFICES)
    )


def _uscc(number: int) -> str:
    body = f"11990100MB{number:07}"
    return body + uscc_check_char(body)


def _names() -> Iterator[tuple[int, str]]:
    """Department and name, object by object: 经营许可 in all its cases, then the next."""
    for scope, action, case in itertools.product(_SCOPES, _ACTIONS, _CASES):
        for thing in range(5):
            for office, (_, _, things, _) in enumerate(_OFFICES):
                yield office, f"{scope}{things[thing]}{action}（{case}）"


def make_matters(n: int) -> list[Matter]:
    """``n`` matters (up to 111,540) with different, true-to-life names, five materials and two questions each."""
    return [_matter(number, office, name) for number, (office, name) in enumerate(itertools.islice(_names(), n))]


def _matter(number: int, office: int, name: str) -> Matter:
    return Matter(
        key=f"matter-{number:05}",
        code=f"{_uscc(office)}4{number:012}",
        name=name,
        kind="行政许可",
        department=f"d{office:02}",
        limits=Limits(promised=Limit(days=5), statutory=Limit(days=20)),
        results=(ResultPaper(name="许可证"),),
        serves=("company", "citizen"),
        basis=("《中华人民共和国行政许可法》第三十二条",),
        aliases=(f"办{name[:4]}",) if number % 3 == 0 else (),
        questions=(
            Question(
                code="place",
                text="场所来源？",
                options=(Option(code="own", label="自有"), Option(code="rented", label="租赁")),
            ),
            Question(code="special", text="有特殊情形吗？", kind="yesno"),
        ),
        situations=(Situation(code="S", name="特殊情形", when="special == 'yes'"),),
        materials=tuple(
            Material(
                code=f"m{place}",
                name=word,
                why="证明符合条件",
                source="自备",
                tolerable=place > 2,
                when="place == 'rented'" if place == 4 else "",
            )
            for place, word in enumerate(("申请表", "身份证明", "场所证明", "人员名册", "租赁合同"))
        ),
        fields=(Field(code="place_name", label="场所名称"),),
    )


def make_catalogue(n: int) -> Catalogue:
    """A catalogue of ``n`` generated matters, thirteen departments and (from two matters on) a bundle."""
    matters = tuple(make_matters(n))
    bundle = Bundle(
        key="one-thing",
        name="企业开办一件事",
        lead="d03",
        matters=tuple(matter.key for matter in matters[:7]),
        aliases=("开公司",),
    )
    return Catalogue(
        version="2026.11.1",
        effective=dt.date(2026, 11, 1),
        hall=HallInfo(
            name="示例市政务服务中心",
            region="990100",
            region_name="示例市",
            address="示例市行政中心路1号",
            phone="0990-5550000",
            supervision_phone="0990-5550001",
            hours="工作日 9:00-12:00 13:00-17:00",
            query_url="https://example.invalid/q",
            reconsideration="示例市人民政府",
            court="示例市人民法院",
        ),
        departments=make_departments(),
        problems=(),
        matters=matters,
        bundles=(bundle,) if n > 1 else (),
    )


def catalogue_files(catalogue: Catalogue) -> dict[str, bytes]:
    """A catalogue as the files of its folder, one matter a file."""
    tables = {
        "catalogue.toml": {"version": catalogue.version, "effective": catalogue.effective, "schema": 1},
        "hall.toml": msgspec.to_builtins(catalogue.hall, builtin_types=(dt.date,)),
    }
    lists = {"department": catalogue.departments, "problem": catalogue.problems, "bundle": catalogue.bundles}
    for name, rows in lists.items():
        if rows:
            tables[f"{name}s.toml"] = {name: msgspec.to_builtins(rows, builtin_types=(dt.date,))}
    for matter in catalogue.matters:
        path = f"matters/{matter.department}/{matter.key}.toml"
        tables[path] = msgspec.to_builtins(matter, builtin_types=(dt.date,))
    return {path: _toml(table).encode() for path, table in tables.items()}


def write_catalogue(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Put the files of a catalogue into ``folder``."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def _toml(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_toml_value(value)}\n" for key, value in table.items())


def _toml_value(value: object) -> str:
    match value:
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_toml_value(inner)}" for key, inner in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_toml_value(inner) for inner in value) + "]"
        case dt.date():
            return value.isoformat()
        case _:
            # JSON's strings, numbers and booleans are TOML's.
            return json.dumps(value, ensure_ascii=False)

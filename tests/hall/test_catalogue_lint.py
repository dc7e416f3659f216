"""What a catalogue must keep to: each rule breaks one thing in a good catalogue and is found where it was broken."""

from __future__ import annotations

import pytest

from hall.catalogue.businesses import business_of
from hall.catalogue.findings import CatalogueProblems, Finding
from hall.catalogue.lint import check
from hall.catalogue.lint_matter import calendar_days
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Limit
from tests.factories import make_catalogue, sample_catalogue_files

COMPANY, SEAL = "matters/company.toml", "matters/police/seal.toml"
NUMBER = '[[fields]]\ncode = "n"\nlabel = "n"\nkind = "number"\n'
TEXT = NUMBER.replace("number", "text")


def findings(*changes: tuple[str, str, str]) -> tuple[Finding, ...]:
    """What the check says after replacing, in a file, one text by another."""
    files = sample_catalogue_files()
    for path, old, new in changes:
        text = files[path].decode()
        assert old in text, old
        files[path] = text.replace(old, new, 1).encode()
    try:
        load_catalogue(files)
    except CatalogueProblems as error:
        return error.problems
    return ()


def test_good_catalogues_pass() -> None:
    assert findings() == ()
    assert check(make_catalogue(200)) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "key", "words"),
    [
        # Edge case 11: a promise is never longer than the statute, whatever units they are counted in.
        (COMPANY, "days = 0.5", "days = 4", "limits.promised", "长于法定时限"),
        (COMPANY, "days = 0.5", 'days = 6, unit = "calendar_day"', "limits.promised", "长于法定时限"),
        (COMPANY, "{ days = 3, basis", '{ unit = "on_the_spot", basis', "limits.promised", "长于法定时限"),
        (COMPANY, "days = 0.5", "days = 0", "limits.promised.days", "大于0"),
        (COMPANY, "days = 0.5", 'days = 1, unit = "on_the_spot"', "limits.promised.days", "当场"),
        # Who does each step is said, and how long: together what is promised.
        (COMPANY, "[limits]", 'process = [{ name = "受理", who = "" }]\n[limits]', "process[0]", "谁来办"),
        (COMPANY, "[limits]", 'process = [{ name = "审查", who = "局", days = 2 }]\n[limits]', "process", "不符"),
        (
            COMPANY,
            "[limits]",
            'process = [{ name = "审查", who = "局", days = 1, unit = "on_the_spot" }]\n[limits]',
            "process[0].days",
            "天数不对",
        ),
        # Money only where a law says so: 行政许可法 art. 58, 59.
        (COMPANY, "[limits]", "[fee]\nfen = 100\n[limits]", "fee.basis", "依据"),
        (COMPANY, "[limits]", "[fee]\nfen = -1\n[limits]", "fee.fen", "小于0"),
        # A refusal for want of authority says where to go: art. 32(2).
        (COMPANY, 'where = { organ = "示例市公安局", ', 'where = { organ = "", ', "exits[elsewhere].where", "哪个机关"),
        (COMPANY, 'reason = "自然人不能申请企业设立登记"', 'reason = ""', "exits[elsewhere].reason", "理由"),
        (COMPANY, "when = \"applicant.kind == 'citizen'\"", 'when = ""', "exits[elsewhere].when", "永远不能受理"),
        (
            COMPANY,
            "[[exits]]",
            '[[refusal_reasons]]\ncode = "r"\ntext = "不合适"\n[[exits]]',
            "refusal_reasons[r].basis",
            "法律依据",
        ),
        (
            COMPANY,
            "[[exits]]",
            '[[refusal_reasons]]\ncode = "r"\ntext = "不在本市"\nground = "not_authority"\n[[exits]]',
            "refusal_reasons[r].where",
            "哪个机关",
        ),
        (
            COMPANY,
            "[[exits]]",
            '[[denial_reasons]]\ncode = "r"\ntext = " "\n[[exits]]',
            "denial_reasons[r].text",
            "理由",
        ),
        # What the applicant does not meet is decided after acceptance: art. 34, 38.
        *(
            (
                COMPANY,
                "[[exits]]",
                f'[[exits]]\ncode = "r"\nwhen = "agent"\nground = "other"\nbasis = "x"\nreason = "{reason}"\n[[exits]]',
                "exits[r].reason",
                "实体条件",
            )
            for reason in ("缴费未满一年", "不符合领取的条件", "学校周边不得设置", "不予登记", "不具备竣工验收条件")
        ),
        (
            COMPANY,
            "[[exits]]",
            '[[denial_reasons]]\ncode = "r"\ntext = "未满五年"\nwhen = "nowhere == \'yes\'"\n[[exits]]',
            "denial_reasons[r].when",
            "nowhere",
        ),
        (COMPANY, "[[fields]]", NUMBER + "min = 5\nmax = 1\n[[fields]]", "fields[n].min", "大于最大值"),
        (COMPANY, "[[fields]]", TEXT + "max = 1\n[[fields]]", "fields[n].min", "只有数和金额"),
        # Law hangs on the kind: one that nobody knows would fall under none.
        (COMPANY, 'kind = "', 'kind = "行政许客', "kind", "不在允许的取值里"),
        # Everything at once means that no list ends in "and other materials".
        (COMPANY, '"公司章程"', '"其他材料"', "materials[charter].name", "兜底"),
        (COMPANY, '"公司章程"', '"其它相关材料"', "materials[charter].name", "兜底"),
        (COMPANY, '"公司章程"', '"章程等材料"', "materials[charter].name", "兜底"),
        (COMPANY, '"公司章程"', '"法律、法规规定的其他文件"', "materials[charter].name", "兜底"),
        (COMPANY, '"公司章程"', '"登记机关要求提交的其他材料"', "materials[charter].name", "兜底"),
        # References lead somewhere.
        (COMPANY, 'department = "scjg"', 'department = "scj"', "department", "scj"),
        (SEAL, 'after = ["company"]', 'after = ["compny"]', "after", "compny"),
        (SEAL, 'after = ["company"]', 'after = ["seal"]', "after", "自己"),
        (COMPANY, 'kind = "行政许可"', 'kind = "行政许可"\npartners = ["gaaj"]', "partners", "gaaj"),
        (COMPANY, 'kind = "行政许可"', 'kind = "行政许可"\nbundle = "opening"', "bundle", "opening"),
        (SEAL, 'problems = ["expired"]', 'problems = ["expird"]', "materials[id].problems", "expird"),
        # What is looked at and given back cannot be used again.
        (SEAL, 'form = "原件核验"', 'form = "原件核验"\nreusable_days = 30', "materials[id].reusable_days", "没有留存"),
        (SEAL, 'form = "原件核验"', 'form = "原件"\nreusable_days = -1', "materials[id].reusable_days", "0到3650"),
        (COMPANY, "shared = true", "shared = true\nreusable_days = 30", "materials[licence].reusable_days", "不收"),
        ("bundles.toml", 'lead = "scjg"', 'lead = "x"', "bundle[one-thing-opening].lead", "x"),
        ("bundles.toml", '"seal"]', '"seel"]', "bundle[one-thing-opening].matters", "seel"),
        ("bundles.toml", ', "seal"]', "]", "bundle[one-thing-opening].matters", "两个"),
        # Conditions can be read and can come true.
        (COMPANY, "form == 'partner'", "form = 'partner'", "materials[agreement].when", "看不懂"),
        (COMPANY, "form == 'partner'", "fomr == 'partner'", "materials[agreement].when", "fomr"),
        (COMPANY, "form == 'partner'", "form == 'partnr'", "materials[agreement].when", "partnr"),
        (COMPANY, "situation('F')", "situation('G')", "materials[proof].when", "G"),
        (COMPANY, "foreign == 'yes'", "foreign == 'true'", "situations[F].when", "true"),
        (COMPANY, "foreign == 'yes'", "foreign == True", "situations[F].when", "True"),
        (COMPANY, "'seal' in steps", "steps == 'seal'", "materials[licence].when", "多选"),
        (COMPANY, "form == 'partner'", "'partner' in form", "materials[agreement].when", "不是多选"),
        (COMPANY, "applicant.kind == 'citizen'", "applicant.kind == 'person'", "exits[elsewhere].when", "person"),
        (COMPANY, "when = \"form == 'limited'\"", "when = \"'seal' in steps\"", "questions[foreign].when", "后面"),
        # Questions can be answered.
        (COMPANY, 'kind = "yesno"', 'kind = "single"', "questions[foreign].options", "两个选项"),
        (COMPANY, 'code = "form"', 'code = "my-form"', "questions[my-form].code", "条件"),
        (COMPANY, 'code = "partner"', 'code = "limited"', "questions[form].options[limited]", "不止一次"),
        # What the code on a paper has no room for, another window could not scan.
        (COMPANY, 'code = "partner"', f'code = "{"p" * 61}"', f"questions[form].options[{'p' * 61}]", "60个字符"),
        (COMPANY, 'code = "steps"', f'code = "{"s" * 61}"', f"questions[{'s' * 61}].code", "60个字符"),
        ("catalogue.toml", 'version = "', f'version = "{"9" * 40}', "version", "40个字符"),
        # The list of materials is what the law wants it to be.
        (COMPANY, 'code = "charter"', 'code = "agreement"', "materials[agreement]", "不止一次"),
        (COMPANY, 'why = "公司设立要有章程"', 'why = " "', "materials[charter].why", "不能为空"),
        (COMPANY, "copies = 0\nshared = true", 'copies = -1\nshared = true', "materials[licence].copies", "小于0"),
        (COMPANY, 'results = [{ name = "营业执照" }]', "results = []", "results", "没有办理结果"),
        (COMPANY, 'serves = ["company"]', "serves = []", "serves", "没有服务对象"),
        (COMPANY, 'basis = ["《市场主体登记管理条例》第十六条"]', "basis = []", "basis", "没有设定依据"),
        # Fields can be filled in.
        (COMPANY, "max_length = 60", 'kind = "choice"', "fields[company_name].options", "没有选项"),
        (COMPANY, "max_length = 60", 'pattern = "["', "fields[company_name].pattern", "正则"),
        (COMPANY, "max_length = 60", 'pattern = "[a-z]+"\nexample = "A1"', "fields[company_name].example", "A1"),
        (COMPANY, "max_length = 60", "max_length = 0", "fields[company_name].max_length", "最大长度"),
        # Codes are what they say.
        (COMPANY, '"11990100MB0000019L4', '"11990100MB0000019K4', "code", "校验位"),
        (COMPANY, '00013100100001"', '0001310010"', "code", "编码规则"),
        ("departments.toml", "11990100MB0000027F", "11990100MB0000027G", "department[gaj].uscc", "11990100MB0000027G"),
        ("departments.toml", 'key = "gaj"', 'key = "scjg"', "department[scjg]", "2次"),
        ("problems.toml", 'code = "expired"', 'code = "no-seal"', "problem[no-seal]", "2次"),
        ("hall.toml", '"990100"', '"9901"', "region", "6位"),
        # Days are in order, texts are clean.
        (COMPANY, "[limits]", "[limits]", "ends", "不晚于"),
        (COMPANY, "企业设立登记", "企业\\u202E设立登记", "name", "U+202E"),
        (COMPANY, "证明投资者身份", "证明\\u0007身份", "materials[proof].why", "U+0007"),
    ],
)  # fmt: skip
def test_each_rule_is_found_where_it_is_broken(path: str, old: str, new: str, key: str, words: str) -> None:
    changes = [(path, old, new)]
    if key == "ends":
        changes = [(path, "key =", "effective = 2026-11-01\nends = 2026-11-01\nkey =")]
    found = [finding for finding in findings(*changes) if finding.key == key]
    assert found, findings(*changes)
    assert found[0].file == path
    assert any(words in finding.message for finding in found), found


def test_keys_and_codes_are_unique_across_files() -> None:
    twins = findings((SEAL, 'key = "seal"', 'key = "company"'), (SEAL, 'after = ["company"]\n', ""))
    assert any(f.key == "key" and COMPANY in f.message for f in twins)
    same_code = findings((SEAL, "11990100MB0000027F400010900100001", "11990100MB0000019L400013100100001"))
    assert [(f.file, f.key) for f in same_code] == [(SEAL, "code")]


def test_matters_that_wait_for_each_other_are_found() -> None:
    found = findings((COMPANY, "key =", 'after = ["seal"]\nkey ='))
    assert len(found) == 1
    assert "company → seal → company" in found[0].message


def test_two_roads_to_the_same_matter_are_no_circle() -> None:
    import msgspec

    catalogue = make_catalogue(4)
    keys = [matter.key for matter in catalogue.matters]
    after = [(), (keys[0],), (keys[0],), (keys[1], keys[2])]
    matters = tuple(
        msgspec.structs.replace(matter, after=before) for matter, before in zip(catalogue.matters, after, strict=True)
    )
    assert check(msgspec.structs.replace(catalogue, matters=matters)) == ()


def test_a_centre_may_number_its_matters_in_its_own_way() -> None:
    header = ("catalogue.toml", "schema = 1", "schema = 1\ncode_pattern = 'X-[0-9]+'")
    codes = (
        (COMPANY, "11990100MB0000019L400013100100001", "X-1"),
        (SEAL, "11990100MB0000027F400010900100001", "X-2"),
    )
    assert findings(header, *codes) == ()
    assert [finding.key for finding in findings(header, codes[0])] == ["code"]
    broken = ("catalogue.toml", "schema = 1", "schema = 1\ncode_pattern = '['")
    assert [finding.key for finding in findings(broken)] == ["code_pattern"]


@pytest.mark.parametrize(
    "name", ["其他部门出具的同意意见", "食品经营许可证等级证明", "申请材料真实性承诺书", "其他股东放弃优先购买权的声明"]
)
def test_a_definite_material_is_not_taken_for_a_catch_all(name: str) -> None:
    assert findings((COMPANY, '"公司章程"', f'"{name}"')) == ()


def test_limits_in_different_units_are_compared_by_the_days_they_take_at_least() -> None:
    assert calendar_days(Limit(days=5)) == 5
    assert calendar_days(Limit(days=6)) == 8
    assert calendar_days(Limit(days=0.5)) == 0.5
    assert calendar_days(Limit(days=7, unit="calendar_day")) == 7
    assert calendar_days(Limit(unit="on_the_spot")) == 0
    weeks = (COMPANY, "{ days = 3, basis", '{ days = 7, unit = "calendar_day", basis')
    assert findings(weeks, (COMPANY, "days = 0.5", "days = 5")) == ()
    assert [f.key for f in findings(weeks, (COMPANY, "days = 0.5", "days = 7"))] == ["limits.promised"]


LETTERS = """
[[businesses]]
key = "company"
letter = "A"
name = "企业开办"
departments = ["scjg"]

[[businesses]]
key = "police"
letter = "B"
name = "公安"
departments = ["gaj"]
"""


def queued(old: str = "", new: str = "", more: str = "") -> list[tuple[str, str]]:
    """Places and words of what is wrong with a hall that has these queues, after replacing one text by another."""
    assert old in LETTERS
    files = sample_catalogue_files()
    files["hall.toml"] += (LETTERS.replace(old, new, 1) if old else LETTERS).encode() + more.encode()
    try:
        load_catalogue(files)
    except CatalogueProblems as error:
        assert {finding.file for finding in error.problems} == {"hall.toml"}
        return [(finding.key, finding.message + finding.hint) for finding in error.problems]
    return []


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('letter = "B"', 'letter = "b"', "businesses[police].letter", "大写"),
        ('letter = "B"', 'letter = "I"', "businesses[police].letter", "像数字"),
        ('letter = "B"', 'letter = "A"', "businesses", "字母“A”用了2次"),
        ('key = "police"', 'key = "company"', "businesses", "代号“company”用了2次"),
        ('key = "police"', 'key = "公安"', "businesses[公安].key", "写法不对"),
        ('name = "公安"', 'name = " "', "businesses[police].name", "不能为空"),
        ('name = "公安"', 'name = "企业开办"', "businesses", "名称“企业开办”用了2次"),
        ('departments = ["gaj"]', 'departments = ["gai"]', "businesses[police].departments", "是不是“gaj”"),
        ('departments = ["gaj"]', 'departments = ["gaj", "scjg"]', "businesses", "部门“scjg”用了2次"),
        ('departments = ["gaj"]', 'matters = ["seel"]', "businesses[police].matters", "是不是“seal”"),
        ('departments = ["gaj"]', "", "businesses[police]", "没有写办哪些"),
        ('departments = ["gaj"]', 'departmants = ["gaj"]', "businesses[police].departmants", "departments"),
    ],
)
def test_queues_have_letters_of_their_own_and_lead_to_departments(old: str, new: str, key: str, words: str) -> None:
    found = queued(old, new)
    assert any(place == key and words in said for place, said in found), found


def test_every_matter_of_a_hall_with_queues_has_one() -> None:
    assert queued() == []
    found = queued('departments = ["gaj"]', 'matters = ["company-setup"]')
    assert any("seal" in words and "没有归入" in words for _key, words in found), found


def test_a_matter_that_is_named_goes_before_its_department() -> None:
    files = sample_catalogue_files()
    files["hall.toml"] += LETTERS.replace(
        'departments = ["scjg"]', 'departments = ["scjg"]\nmatters = ["seal"]'
    ).encode()
    catalogue = load_catalogue(files)
    queue = {matter.key: business_of(catalogue.hall.businesses, matter) for matter in catalogue.matters}
    assert {key: business and business.letter for key, business in queue.items()} == dict.fromkeys(queue, "A")
    assert business_of((), catalogue.matters[0]) is None

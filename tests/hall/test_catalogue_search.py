"""Finding a matter while typing: every way a clerk may think of it."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.model import Bundle, Catalogue
from hall.catalogue.pinyin import syllables
from hall.catalogue.search import MAX_QUERY, Hit, Index, compile_index, named, search
from tests.factories import make_catalogue, make_departments

NAMES = (
    ("企业设立登记", 3, ("办营业执照",)),
    ("企业开办信息变更", 3, ()),
    ("食品经营许可（新办）", 3, ()),
    ("食品经营许可（变更）", 3, ()),
    ("建筑工程施工许可证核发", 5, ()),
    ("户口迁移（市内迁入）", 4, ("迁户口",)),
    ("公共场所卫生安全许可", 8, ()),
    ("银行预约开户", 3, ()),
    ("重庆籍人员落户", 4, ()),
    ("绿化工程审批", 5, ()),
    ("西安路段占道许可", 5, ()),
    ("5G基站建设备案", 5, ()),
    ("行业协会登记", 11, ()),
)


def catalogue() -> Catalogue:
    base = make_catalogue(len(NAMES))
    matters = tuple(
        msgspec.structs.replace(
            matter,
            key=f"m{n}",
            name=name,
            department=f"d{office:02}",
            aliases=aliases,
            code=matter.code[:19] + f"{n:012}",
        )
        for n, (matter, (name, office, aliases)) in enumerate(zip(base.matters, NAMES, strict=True))
    )
    bundle = Bundle(key="one-thing", name="企业开办一件事", lead="d03", matters=("m0", "m7"), aliases=("开公司",))
    return msgspec.structs.replace(base, matters=matters, departments=make_departments(), bundles=(bundle,))


INDEX = compile_index(catalogue())
BIG = compile_index(make_catalogue(5000))


def names(query: str, limit: int = 60) -> list[str]:
    return [hit.name for hit in search(INDEX, query, limit)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("企业开办", "企业开办一件事"),
        ("qykb", "企业开办一件事"),
        ("qiyekaiban", "企业开办一件事"),
        ("qiyekai", "企业开办一件事"),
        ("qiyekb", "企业开办一件事"),
        ("QYKB", "企业开办一件事"),
        ("企业kb", "企业开办一件事"),
        ("qiye开办", "企业开办一件事"),
        ("开公司", "企业开办一件事"),
        ("kgs", "企业开办一件事"),
        ("施工许可", "建筑工程施工许可证核发"),
        ("sgxkz", "建筑工程施工许可证核发"),
        ("建筑许可证", "建筑工程施工许可证核发"),
        ("jzxkz", "建筑工程施工许可证核发"),
        ("营业执照", "企业设立登记"),
        ("迁户口", "户口迁移（市内迁入）"),
        ("食品 变更", "食品经营许可（变更）"),
        ("变更 食品", "食品经营许可（变更）"),
        ("sp bg", "食品经营许可（变更）"),
        ("户口迁移(市内", "户口迁移（市内迁入）"),
        ("yinhang", "银行预约开户"),
        ("chongqing", "重庆籍人员落户"),
        ("lvhua", "绿化工程审批"),
        ("luhua", "绿化工程审批"),
        ("lühua", "绿化工程审批"),
        ("xi'an", "西安路段占道许可"),
        ("xian", "西安路段占道许可"),
        ("5g", "5G基站建设备案"),
        ("5gjz", "5G基站建设备案"),
        ("５Ｇ基站", "5G基站建设备案"),
        ("hangye", "行业协会登记"),
        ("xingye", "行业协会登记"),
        ("000000000004", "建筑工程施工许可证核发"),
        ("  食品　许可 新办 ", "食品经营许可（新办）"),
    ],
)
def test_a_matter_is_found_however_it_is_typed(query: str, first: str) -> None:
    assert names(query)[:1] == [first]


def test_each_further_letter_keeps_what_is_meant() -> None:
    for typed in ("qiyekaiban", "qykb", "企业开办"):
        for end in range(1, len(typed) + 1):
            assert "企业开办一件事" in names(typed[:end]), typed[:end]


def test_a_beginning_counts_more_than_a_middle_and_a_middle_more_than_scattered_characters() -> None:
    found = search(INDEX, "企业")
    assert [hit.name for hit in found] == ["企业开办一件事", "企业设立登记", "企业开办信息变更"]
    scores = [hit.score for hit in search(INDEX, "公安")]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", ["公安", "gongan", "ga", "户政", "公安局", "gaj"])
def test_a_department_finds_its_matters(query: str) -> None:
    assert {"户口迁移（市内迁入）", "重庆籍人员落户"} <= set(names(query))


@pytest.mark.parametrize("query", ["工商", "gongshang", "质监"])
def test_a_name_that_people_still_use_finds_the_department_of_today(query: str) -> None:
    hits = search(INDEX, query)
    assert "企业设立登记" in [hit.name for hit in hits]
    assert {hit.department for hit in hits} == {"市场监管局"}


@pytest.mark.parametrize("query", ["公安", "gongan", "ga"])
def test_a_departments_whole_name_counts_more_than_a_part_of_one(query: str) -> None:
    police, fire = make_departments()[4], make_departments()[10]
    small = msgspec.structs.replace(
        make_catalogue(13),
        departments=(
            *make_departments()[:4],
            msgspec.structs.replace(police, formerly=("公安",)),
            *make_departments()[5:10],
            msgspec.structs.replace(fire, formerly=("公安消防",)),
            *make_departments()[11:],
        ),
    )
    found = [hit.department for hit in search(compile_index(small), query) if hit.score >= 60]
    assert [office for office in found if office in ("公安局", "应急局")] == ["公安局", "应急局"]


def test_a_department_narrows_a_word() -> None:
    assert names("公安 迁移") == ["户口迁移（市内迁入）"]
    assert names("工商 登记") == ["企业设立登记"]
    assert names("登记 ga") == []


def test_a_code_is_found_from_its_beginning_or_by_four_digits_of_it() -> None:
    hit = search(INDEX, "企业设立登记")[0]
    for part in (hit.code, hit.code[:20].lower(), "000000000000"):
        assert search(INDEX, part)[0].key == "m0"


def test_what_matched_is_marked_in_the_name() -> None:
    def marked(query: str) -> str:
        hit = search(INDEX, query)[0]
        return "".join(hit.name[place] for place in hit.spans)

    assert marked("施工许可") == "施工许可"
    assert marked("建筑许可证") == "建筑许可证"
    assert marked("sgxkz") == "施工许可证"
    assert marked("jzxkz") == "建筑许可证"
    assert marked("企业kb") == "企业开办"
    assert marked("qiyek") == "企业开"
    assert marked("xkxb") == "许可新办"
    assert marked("变更 sp") == "食品变更"
    assert marked("5gj") == "5G基"
    assert marked("开公司") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("食品经莹许可新办", "食品经营许可（新办）"),
        ("qiyekaibn", "企业开办一件事"),
        ("施功许可证", "建筑工程施工许可证核发"),
    ],
)
def test_a_slip_finds_the_nearest(typed: str, meant: str) -> None:
    hits = search(INDEX, typed)
    assert hits[0].name == meant
    assert hits[0].score < 40


def test_nothing_is_found_for_nothing() -> None:
    for query in ("", "   ", "！？", "\x00", "量子纠缠", "zzzzzz"):
        assert search(INDEX, query) == []
    assert search(INDEX, "企业", 0) == []


def test_a_bundle_with_a_joint_form_of_the_same_name_is_one_line() -> None:
    first, *rest = catalogue().matters
    joint = msgspec.structs.replace(first, key="joint", name="企业开办一件事")
    both = msgspec.structs.replace(catalogue(), matters=(joint, *rest))
    assert [hit.key for hit in search(compile_index(both), "企业开办一件事")] == ["joint"]


def test_a_bundle_says_that_it_is_one() -> None:
    assert [hit.kind for hit in search(INDEX, "企业")] == ["bundle", "matter", "matter"]


def test_a_name_or_alias_or_code_names_one_matter() -> None:
    assert named(INDEX, "食品经营许可(新办)") == ["m2"]
    assert named(INDEX, "迁户口") == ["m5"]
    assert named(INDEX, search(INDEX, "企业设立")[0].code.lower()) == ["m0"]
    assert named(INDEX, "食品经营许可") == []
    assert named(INDEX, "（）") == []


def test_the_same_query_finds_the_same_in_the_same_order() -> None:
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(INDEX), type=Index)
    shuffled = catalogue()
    shuffled = msgspec.structs.replace(shuffled, matters=shuffled.matters[::-1])
    for query in ("q", "许可", "公安", "登记", "食品经莹许可"):
        assert search(again, query) == search(INDEX, query) == search(compile_index(shuffled), query)


def test_the_limit_keeps_the_best() -> None:
    whole = search(BIG, "许可", 60)
    assert len(whole) == 60
    assert search(BIG, "许可", 5) == whole[:5]


@given(
    st.one_of(st.text(max_size=30), st.from_regex(r"[a-z0-9'食品企业许可证 .*+?\[\]()\\^$|{}]{0,80}", fullmatch=True))
)
def test_any_text_is_a_query(query: str) -> None:
    hits = search(INDEX, query)
    assert all(isinstance(hit, Hit) and hit.name in {"企业开办一件事", *(n for n, *_ in NAMES)} for hit in hits)
    assert len({hit.key for hit in hits}) == len(hits)
    assert all(0 <= place < len(hit.name) for hit in hits for place in hit.spans)


@given(st.sampled_from(NAMES), st.data())
def test_any_part_of_a_name_finds_it_in_characters_pinyin_and_initials(
    row: tuple[str, int, tuple[str, ...]], data: st.DataObject
) -> None:
    name = row[0]
    han = [char for char in name if "\u4e00" <= char <= "\u9fff"]
    first = data.draw(st.integers(0, len(han) - 1))
    last = data.draw(st.integers(first + 1, len(han)))
    part = "".join(han[first:last])
    read = syllables(part)
    mixed = "".join(data.draw(st.sampled_from((char, sound, sound[0]))) for char, sound in zip(part, read, strict=True))
    assert name in names(part)
    assert name in names(mixed) or len(part) < len(name) - 2


def test_a_surname_is_read_as_one() -> None:
    assert syllables("仇单", person=True) == ("qiu", "dan")
    assert syllables("单小明", person=True)[0] == "shan"
    assert syllables("查小明", person=True)[0] == "zha"
    assert syllables("区小明", person=True)[0] == "ou"
    assert syllables("尉迟小明", person=True)[:2] == ("yu", "chi")
    assert syllables("查验单位") == ("cha", "yan", "dan", "wei")
    assert syllables("a１·𠮷") == ("", "", "", "")


def test_a_long_query_cannot_make_the_counter_wait() -> None:
    for query in ("an" * 200, "an' " * 200, "企业" * 200, "1" * 400, "anananananananananananananananananb" * 3):
        search(BIG, query)  # one that tried every way to cut it into syllables would outlast the test's limit
    assert search(INDEX, "企业设立登记" + " " * MAX_QUERY + "x") == search(INDEX, "企业设立登记")


def test_searching_needs_no_pinyin_library() -> None:
    code = (
        "import sys, hall.catalogue.search, hall.catalogue.load\n"
        "assert not {'pypinyin', 'rapidfuzz'} & set(sys.modules), 'imported too early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

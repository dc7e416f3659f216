"""Masks: enough to recognise one's own, too little to learn another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.masking import mask_address, mask_field, mask_identity, mask_name, mask_party, mask_phone
from hall.names import forbidden_kind


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110101188001010011", "110101********0011"),
        ("91990100MA0000015X", "919901********015X"),
        ("110101800101001", "110********1001"),
        ("E12345678", "E12***678"),
        ("12345678", "1******8"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_an_identity_number_hides_its_birthday(number: str, masked: str) -> None:
    assert mask_identity(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("0551-62345678", "0551-****5678"),
        ("+85291234567", "+852****4567"),
        ("62345678", "62****78"),
        ("12345", "****5"),
        ("110", "***"),
    ],
)
def test_a_phone_number_hides_its_middle(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("王小明", "王*明"),
        ("张王小明", "张**明"),
        ("欧阳", "欧*"),
        ("欧阳修", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("爱新觉罗小明", "爱新觉罗**"),
        ("\U00020087\U00030000", "\U00020087*"),
        ("阿卜杜拉·买买提", "阿***·***"),
        ("John Smith", "J*** S****"),
        ("Li X", "L* *"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_name_shows_its_surname_at_most(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("示例省示例市朝阳区幸福路1号", "示例省示例市朝阳区****"),
        ("广西壮族自治区南宁市青秀区民族大道1号", "广西壮族自治区南宁市青秀区****"),
        ("上海市浦东新区世纪大道100号", "上海市浦东新区****"),
        ("示例市桃源县一村3组", "示例市桃源县****"),
        ("幸福路1号朝阳小区3栋", "幸福路****"),
        ("北京市东城区", "北京****"),
        ("甲村", "****"),
        ("", ""),
    ],
)
def test_an_address_shows_its_district_at_most(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("number", "120.5", "120.5"),
        ("money", "500000", "500000"),
        ("number", "6222020200112233445", "622202*********3445"),
        ("choice", "自有房屋", "自有房屋"),
        ("confirm", "是", "是"),
        ("address", "示例市桃源县一村3组", "示例市桃源县****"),
        ("phone", "13800001234", "138****1234"),
        ("date", "2016-03-05", "2016-**-**"),
        ("text", "王小明", "王*明"),
        ("", "11010519491231002X", "110105********002X"),
        ("", "13800001234", "138****1234"),
        ("", "示例市乙路2号", "示例市****"),
        ("", "3", "3"),
        ("text", "", ""),
    ],
)
def test_a_value_of_a_form_is_masked_as_what_it_is_or_looks_like(kind: str, value: str, masked: str) -> None:
    assert mask_field(kind, value) == masked


@given(st.text(st.characters(codec=None, exclude_characters="*"), min_size=1, max_size=40))
def test_no_mask_gives_a_value_away_or_raises(text: str) -> None:
    for mask in (mask_identity, mask_phone, mask_name, mask_address):
        masked = mask(text)
        assert masked != text or set(text) <= set("· -")
        assert all(forbidden_kind(char) is None for char in masked)


def test_a_company_is_named_in_full_and_a_person_never() -> None:
    assert mask_party("company", "示例市小明餐饮有限公司") == "示例市小明餐饮有限公司"
    for kind in ("citizen", "individual_business", "foreigner", ""):
        assert mask_party(kind, "王小明") == "王*明"

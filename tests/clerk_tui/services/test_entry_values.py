"""What is typed into a matter's own fields: read, or refused in words, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_tui.services import intake
from clerk_tui.services.entry import kind_of, read_field
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Field
from hall.errors import BadInput
from tests.clerk_tui.walkins import COMPANY, restaurant

NUMBER = Field(code="area", label="面积", kind="number")
MONEY = Field(code="price", label="金额", kind="money")
TYPED = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"-?[0-9]{0,29}(\\.[0-9]{0,9})?([eE][+-]?[0-9]{1,12})?", fullmatch=True),
)


@pytest.mark.parametrize("typed", ["1e5000000", "1e-99999999", "1e9999999999", "9" * 29, "1e30", "-1", "0.0000001"])
@pytest.mark.parametrize("field", [NUMBER, MONEY], ids=lambda field: field.kind)
def test_a_number_is_never_longer_than_a_number_is(field: Field, typed: str) -> None:
    with pytest.raises(BadInput):
        read_field(field, typed)


@given(TYPED)
def test_whatever_is_typed_is_a_short_value_or_refused(typed: str) -> None:
    for field in (NUMBER, MONEY):
        try:
            value = read_field(field, typed)
        except BadInput:
            continue
        assert len(value) <= 40


NOODLES = "92990100MA0000023M"


@pytest.mark.parametrize(
    ("number", "kind", "told"),
    [
        (COMPANY, "company", ""),
        (NOODLES, "individual_business", ""),
        (NOODLES, "company", "这是个体工商户的代码，申请人类型却是企业"),
        (COMPANY, "individual_business", "这是企业的代码，申请人类型却是个体工商户"),
    ],
)
def test_a_credit_code_says_whose_it_is(ws: Workspace, number: str, kind: str, told: str) -> None:
    draft = restaurant(ws)
    draft.applicant |= {"id_number": number, "kind": kind}
    ready = intake.preview(ws, draft)
    assert ready.warnings.get("applicant.id_number", "") == told
    assert not ready.field_errors, "the code is right: somebody has to look, that is all"


@pytest.mark.parametrize(("number", "kind"), [("", "company"), (COMPANY, "company"), (NOODLES, "individual_business")])
def test_a_kind_that_nobody_chose_is_that_of_the_number(ws: Workspace, number: str, kind: str) -> None:
    matter = restaurant(ws).matter
    assert kind_of({"id_number": number}, matter) == kind
    assert kind_of({"id_number": number, "kind": "organisation"}, matter) == "organisation"

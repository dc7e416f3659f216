"""What is typed into a matter's own fields: read, or refused in words, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_tui.services.entry import read_field
from hall.catalogue.model import Field
from hall.errors import BadInput

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

"""The question that a signed list answers."""

from __future__ import annotations

from typing import Annotated

from litestar.params import Parameter

AskedNonce = Annotated[
    str,
    Parameter(
        pattern=r"^([0-9a-f]{32})?\Z",
        description="16 fresh bytes in hexadecimal; they come back signed with the list, to prove that it is of now",
    ),
]

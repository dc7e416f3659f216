"""On what a paper comes: an A4 page, or an 80 mm ticket for the kinds that people take along in a hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from hall.errors import HallError

if TYPE_CHECKING:
    from hall.facts import PaperKind

Form: TypeAlias = Literal["a4", "slip"]
SLIPS: Final[tuple[PaperKind, ...]] = ("receipt", "notice", "acceptance", "pickup")
"""The kinds that have a ticket; a decision, a promise or a guide with its picture wants a sheet."""
TICKET: Final = "ticket"
"""The number that somebody takes at the ticket machine: no paper of a case, and always on 80 mm."""


def require_slip(kind: str) -> None:
    """That a kind comes as a ticket. Raises HallError ``no_slip``."""
    if kind not in SLIPS and kind != TICKET:
        from hall.telling import name_of_paper

        able = "、".join(map(name_of_paper, SLIPS))
        raise HallError(
            "no_slip",
            f"{name_of_paper(kind)}要用A4纸，80毫米的小票打不下",
            field="print.by_kind",
            hint=f"改送别处打印，或在 config.toml 的 print.by_kind 里给它另设去处；小票只打{able}",
        )

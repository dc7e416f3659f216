"""What somebody meets who takes a ticket now: the windows of a business serve others too (domain.md §8)."""

from __future__ import annotations

from msgspec import Struct

from hall.queue_wire import FiguresReply


class Rush(Struct, frozen=True, kw_only=True):
    """Of the windows that serve a business: ``waiting`` for anything that they serve, the longest of them for
    ``longest_min`` minutes; ``free`` of them have nobody."""

    waiting: int
    longest_min: int
    free: int

    @property
    def at_once(self) -> bool:
        """Whether the next one is called without waiting."""
        return self.free > self.waiting


def rush(figures: FiguresReply, business: str) -> Rush:
    """What stands before the next one of ``business``. Where the figures do not say what each window serves, it is
    taken for served by windows of its own that are free."""
    mine = [each for each in figures.windows if each.there and each.state == "open" and business in each.businesses]
    served = {business}.union(*(each.businesses for each in mine))
    waited = [each for each in figures.businesses if each.business in served]
    own = sum(each.windows for each in figures.businesses if each.business == business)
    return Rush(
        waiting=sum(each.waiting for each in waited),
        longest_min=max((each.longest_min for each in waited), default=0),
        free=sum(1 for each in mine if not each.number) if mine else own,
    )

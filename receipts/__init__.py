"""Papers: content in, PDF bytes out.

``document`` is the content of a paper as data, ``layout`` places it on A4 pages and ``slip`` on 80 mm tickets,
``render`` draws the pages, ``compose`` makes the content of each paper of the trade from a case, from texts that are
data (``texts``) and with what the law wants on each (``needs``). Fonts are prepared once per user (``fonts``).
``kinds()`` lists the papers, ``sample(kind)`` shows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from receipts.registry import KindInfo as KindInfo
    from receipts.registry import kinds as kinds
    from receipts.samples import sample as sample


def __getattr__(name: str) -> object:
    # Loaded when asked for: who only draws a paper needs neither the kinds nor the rules behind them.
    if name in ("KindInfo", "kinds"):
        from receipts import registry

        return getattr(registry, name)
    if name == "sample":
        from receipts.samples import sample

        return sample
    raise AttributeError(name)

"""The hall's queues: which business a matter is queued for, and what their list must keep to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from hall.catalogue.findings import Finding
from hall.catalogue.model import Business, Catalogue, Matter

MOST: Final = 50
"""Most businesses of a hall: what one request about the queue may name (``hall.queue_wire``)."""
_FILE: Final = "hall.toml"
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LETTER: Final = re.compile(r"[A-HJ-NP-Z]{1,2}")


def business_of(businesses: Iterable[Business], matter: Matter) -> Business | None:
    """The business that a matter is queued for; ``None`` where the hall has no queues."""
    listed = tuple(businesses)
    named = next((each for each in listed if matter.key in each.matters), None)
    return named or next((each for each in listed if matter.department in each.departments), None)


def check_businesses(catalogue: Catalogue, complete: bool) -> Iterator[Finding]:
    """Everything that is wrong with the hall's queues. A hall without any is fit: it has no ticket machine.

    With ``complete=False`` (some files could not be read) nothing is said about references to other entries.
    """
    businesses = catalogue.hall.businesses
    if len(businesses) > MOST:
        yield Finding(_FILE, "businesses", f"取号业务有{len(businesses)}个，最多{MOST}个", "把相近的并成一个")
    for number, each in enumerate(businesses, 1):
        yield from _check_one(each, f"businesses[{each.key or number}]")
    yield from _repeats((each.key for each in businesses), "代号")
    yield from _repeats((each.letter for each in businesses), "字母")
    yield from _repeats((each.name.strip() for each in businesses), "名称")
    yield from _repeats((key for each in businesses for key in each.departments), "部门")
    yield from _repeats((key for each in businesses for key in each.matters), "事项")
    if complete and businesses:
        yield from _check_references(catalogue)


def _check_one(each: Business, where: str) -> Iterator[Finding]:
    if not _KEY.fullmatch(each.key):
        yield Finding(_FILE, f"{where}.key", f"代号“{each.key}”的写法不对", "小写字母、数字和连字符，例如 company")
    if not _LETTER.fullmatch(each.letter):
        hint = "一个或两个大写字母；不用 I 和 O，它们像数字 1 和 0"
        yield Finding(_FILE, f"{where}.letter", f"字母“{each.letter}”不能做号码的开头", hint)
    if not each.name.strip():
        yield Finding(_FILE, f"{where}.name", "名称不能为空", "写来人看得懂的话，例如“企业开办与登记”")
    if not each.departments and not each.matters:
        yield Finding(_FILE, where, "没有写办哪些部门的事项", "补上 departments 或 matters")


def _check_references(catalogue: Catalogue) -> Iterator[Finding]:
    departments = [department.key for department in catalogue.departments]
    matters = [matter.key for matter in catalogue.matters]
    for each in catalogue.hall.businesses:
        where = f"businesses[{each.key}]"
        yield from _known(f"{where}.departments", each.departments, departments, "部门")
        yield from _known(f"{where}.matters", each.matters, matters, "事项")
    for matter in catalogue.matters:
        if business_of(catalogue.hall.businesses, matter) is None:
            hint = f"把部门“{matter.department}”写进一个业务的 departments，或把事项写进 matters"
            yield Finding(_FILE, "businesses", f"事项“{matter.key}”没有归入任何取号业务", hint)


def _known(where: str, words: Sequence[str], known: Sequence[str], what: str) -> Iterator[Finding]:
    for word in words:
        if word not in known:
            near = get_close_matches(word, known, n=1, cutoff=0.5)
            yield Finding(_FILE, where, f"没有{what}“{word}”", f"是不是“{near[0]}”？" if near else f"先登记这个{what}")


def _repeats(words: Iterable[str], what: str) -> Iterator[Finding]:
    for word, times in Counter(words).items():
        if times > 1:
            yield Finding(_FILE, "businesses", f"{what}“{word}”用了{times}次", "一个只能归一个业务")

"""Pinyin of names, for the search index and for finding people.

pypinyin takes 0.3 s to import and is only needed when a catalogue is compiled, so it is imported at the first call.
Its phrase tables get most readings right in context (银行, 重庆, 行政); the tables here mend what a counter meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

PHRASES = {
    "参保": "can bao",
    "调档": "diao dang",
    "调入": "diao ru",
    "调出": "diao chu",
    "商调": "shang diao",
    "抽调": "chou diao",
    "给付": "ji fu",
    "供给": "gong ji",
    "会计": "kuai ji",
    "行署": "xing shu",
    "营业行": "ying ye hang",
    "支行": "zhi hang",
    "同行业": "tong hang ye",
    "行业": "hang ye",
    "长者": "zhang zhe",
    "长效": "chang xiao",
    "重组": "chong zu",
    "重办": "chong ban",
    "重发": "chong fa",
    "重新": "chong xin",
    "重领": "chong ling",
    "载货": "zai huo",
    "载客": "zai ke",
    "校准": "jiao zhun",
    "校验": "jiao yan",
    "种养": "zhong yang",
    "曾用名": "ceng yong ming",
    "量值": "liang zhi",
    "单采": "dan cai",
    "度假": "du jia",
    "解缴": "jie jiao",
    "示例市": "shi li shi",
}
"""Words of the trade whose reading pypinyin would get wrong or that it does not know as words."""

SURNAMES = {
    "仇": "qiu",
    "单": "shan",
    "查": "zha",
    "区": "ou",
    "曾": "zeng",
    "解": "xie",
    "任": "ren",
    "朴": "piao",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "单于": "chan yu",
    "盖": "ge",
    "缪": "miao",
    "冼": "xian",
    "翟": "zhai",
    "覃": "qin",
    "员": "yun",
    "洗": "xian",
    "乐": "yue",
    "秘": "bi",
    "折": "she",
    "繁": "po",
    "黑": "he",
    "过": "guo",
    "那": "na",
    "华": "hua",
    "宁": "ning",
    "召": "shao",
    "逄": "pang",
    "牟": "mu",
    "幺": "yao",
    "句": "gou",
    "佴": "nai",
    "佟": "tong",
    "种": "chong",
    "卜": "bu",
    "纪": "ji",
    "燕": "yan",
    "应": "ying",
    "车": "che",
    "葛": "ge",
}
"""Readings of characters as surnames."""

AMBIGUOUS = {
    "行": ("xing", "hang"),
    "长": ("chang", "zhang"),
    "重": ("zhong", "chong"),
    "调": ("diao", "tiao"),
    "参": ("can", "shen"),
    "会": ("hui", "kuai"),
    "传": ("chuan", "zhuan"),
    "载": ("zai", "zai"),
    "校": ("xiao", "jiao"),
    "藏": ("cang", "zang"),
    "卡": ("ka", "qia"),
    "厦": ("sha", "xia"),
    "给": ("gei", "ji"),
    "率": ("lv", "shuai"),
    "区": ("qu", "ou"),
    "单": ("dan", "shan"),
    "降": ("jiang", "xiang"),
    "屏": ("ping", "bing"),
    "还": ("huan", "hai"),
    "弹": ("dan", "tan"),
    "核": ("he", "hu"),
    "都": ("du", "dou"),
    "乐": ("le", "yue"),
    "仇": ("chou", "qiu"),
    "查": ("cha", "zha"),
}
"""Characters that people spell both ways: a name is also found under the other reading."""

# pypinyin hands over a whole run of what it cannot read; its annotation forgets that a list may come back.
_BLANK: Any = lambda run: [""] * len(run)  # noqa: E731


def syllables(text: str, *, person: bool = False) -> tuple[str, ...]:
    """One reading a character: lower-case syllables without tones (``v`` for ü); "" for what is not Chinese.

    ``person``: the text is a personal name, so its beginning is read as a surname.
    """
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(text, style=Style.NORMAL, errors=_BLANK)
    read = list(found) if len(found) == len(text) else [_one(char) for char in text]
    for phrase, reading in PHRASES.items():
        for start in _places(text, phrase):
            read[start : start + len(phrase)] = reading.split(" ")
    if person:
        surname = next((text[:size] for size in (2, 1) if text[:size] in SURNAMES), "")
        read[: len(surname)] = SURNAMES[surname].split(" ") if surname else []
    return tuple(syllable if syllable.isascii() and syllable.isalpha() else "" for syllable in map(str.lower, read))


def other_readings(text: str, read: tuple[str, ...]) -> list[tuple[str, ...]]:
    """``read`` with each ambiguous character's other reading, one at a time and all at once; at most four."""
    swaps: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        for other in AMBIGUOUS.get(char, ()):
            if other != read[place]:
                swaps.append((place, other))
    single = [_swapped(read, [swap]) for swap in swaps[:3]]
    return [*single, _swapped(read, swaps)] if len(swaps) > 1 else single


def _swapped(read: tuple[str, ...], swaps: list[tuple[int, str]]) -> tuple[str, ...]:
    changed = list(read)
    for place, syllable in swaps:
        changed[place] = syllable
    return tuple(changed)


def _one(char: str) -> str:
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(char, style=Style.NORMAL, errors=_BLANK)
    return found[0] if found else ""


def _places(text: str, phrase: str) -> Iterator[int]:
    start = text.find(phrase)
    while start >= 0:
        yield start
        start = text.find(phrase, start + 1)

"""Characters that no font here has: said before anything is printed, while there is still somebody to ask.

The case keeps the true character; only the paper spells it out as its code point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hall.errors import HallError


def lacking(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters of ``texts`` that papers spell out, each once. Nothing while no fonts are prepared: then nothing
    prints at all, which is said elsewhere."""
    from receipts.fonts import unprintable

    try:
        return unprintable("".join(texts))
    except HallError:
        return ()


def told(chars: Iterable[str]) -> str:
    """What is said of such characters: the character, and what stands on the paper instead."""
    words = "、".join(f"{char} 印成 [{code_point(char)}]" for char in chars)
    return f"打印字体里没有的字：{words}；办件里保存原字"


def code_point(char: str) -> str:
    """``U+31350``."""
    return f"U+{ord(char):04X}"


def found_in(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The characters that no font has, by the field of the text they stand in; only fields that have any."""
    return {field: chars for field, text in texts.items() if text and (chars := lacking((text,)))}


def added(warnings: Mapping[str, str], found: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The warnings by field, with what is said of such characters before them."""
    said = {field: "；".join(filter(None, (told(chars), warnings.get(field)))) for field, chars in found.items()}
    return {**warnings, **said}


def together(found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(char for chars in found.values() for char in chars))

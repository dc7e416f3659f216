"""What papers do not print as it is written: said before anything is printed, while there is still somebody to ask.

A character that no font here has is spelled out as its code point. Letters of scripts that join, stack or run leftwards
are printed one by one from left to right. The case keeps the true text; only the paper has it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hall.errors import HallError


def lacking(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters of ``texts`` that papers do not print as they are written, each once: those without a glyph first.

    Nothing while no fonts are prepared: then nothing prints at all, which is said elsewhere.
    """
    from receipts.fonts import unprintable
    from receipts.shaping import unshaped

    text = "".join(texts)
    try:
        return tuple(dict.fromkeys((*unprintable(text), *unshaped(text))))
    except HallError:
        return ()


def told(chars: Iterable[str]) -> str:
    """What is said of such characters: each one without a glyph with what stands on the paper instead, of the others
    their scripts."""
    from receipts.shaping import script_of

    spelled, scripts = [], []
    for char in chars:
        script = script_of(char)
        if script and not _spelled_out(char):
            scripts.append(script)
        else:
            spelled.append(f"{char} -> [{code_point(char)}]")
    parts = []
    if spelled:
        parts.append(f"打印字体里没有的字，印成代码：{'、'.join(spelled)}，办件里保存原字")
    if scripts:
        listed = "、".join(dict.fromkeys(scripts))
        parts.append(f"纸上排不成词的文字：{listed}，逐个字母从左到右印，办件里保存原文")
    return "；".join(parts)


def _spelled_out(char: str) -> bool:
    from receipts.fonts import unprintable

    try:
        return bool(unprintable(char))
    except HallError:
        return False


def code_point(char: str) -> str:
    """``U+31350``."""
    return f"U+{ord(char):04X}"


def found_in(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The characters that papers do not print as written, by the field they stand in; only fields that have any."""
    return {field: chars for field, text in texts.items() if text and (chars := lacking((text,)))}


def added(warnings: Mapping[str, str], found: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The warnings by field, with what is said of such characters before them."""
    said = {field: "；".join(filter(None, (told(chars), warnings.get(field)))) for field, chars in found.items()}
    return {**warnings, **said}


def together(found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(char for chars in found.values() for char in chars))

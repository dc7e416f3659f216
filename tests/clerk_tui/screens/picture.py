"""A screen as HTML, every character in its own cells: what a terminal shows, for pictures and for looking at.

Textual's own SVG squeezes wide characters; here a Chinese character takes exactly two cells.
"""

from __future__ import annotations

import html
from typing import Any

from rich.cells import cell_len
from rich.style import Style

CELL, LINE = 10, 22
HEAD = (
    "<!doctype html><meta charset=utf-8><style>body{margin:0}"
    ".s{position:relative;font:19px/22px 'Noto Sans Mono CJK SC','Noto Sans CJK SC',monospace;overflow:hidden}"
    ".s i{position:absolute;height:22px;font-style:normal;white-space:pre;text-align:center}"
    ".s b{position:absolute;height:22px;display:block}.s .a{font-size:12px}</style>"
)
_HALVES = {"▌": (0.0, 0.5), "▐": (0.5, 1.0)}
"""Blocks that fill a part of a cell's width: from where to where."""


def lines(app: Any) -> list[str]:
    """The screen as plain text, a string a line."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


def picture(app: Any) -> str:
    """The screen in front as one HTML page; no row's ground covers what hangs down from the row above."""
    columns, rows = app.size
    grounds = [HEAD, f'<div class=s style="width:{columns * CELL}px;height:{rows * LINE}px">']
    parts: list[str] = []
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            style = segment.style or Style()
            ink, ground, bold = _colours(style)
            cells = cell_len(segment.text)
            top = y * LINE
            under = f";box-shadow:inset 0 -2px {ground},inset 0 -3px {ink}" if style.underline else ""
            box = f"left:{x * CELL}px;top:{top}px;width:{cells * CELL}px;background:{ground}{under}"
            grounds.append(f'<b style="{box}"></b>')
            for char in segment.text:
                wide = cell_len(char)
                if box := _block(char, x, top, ink):
                    parts.append(box)
                elif char != " ":
                    small = " class=a" if char in "←→↑↓" else ""
                    place = f"left:{x * CELL}px;top:{top}px;width:{wide * CELL}px;color:{ink};font-weight:{bold}"
                    parts.append(f'<i{small} style="{place}">{html.escape(char)}</i>')
                x += wide
    return "".join([*grounds, *parts, "</div>"])


def _block(char: str, x: int, top: int, ink: str) -> str:
    """A block element as the box that a terminal fills, without a font's gaps; empty for any other character."""
    left, right, begin, end = 0.0, 1.0, 0.0, 1.0
    if char in _HALVES:
        left, right = _HALVES[char]
    elif char == "▀":
        end = 0.5
    elif "▁" <= char <= "█":
        begin = 1 - (ord(char) - ord("▁") + 1) / 8
    elif "▉" <= char <= "▏":
        right = (ord("▏") - ord(char) + 1) / 8
    else:
        return ""
    place = f"left:{(x + left) * CELL:g}px;width:{(right - left) * CELL:g}px"
    return f'<b style="{place};top:{top + begin * LINE:g}px;height:{(end - begin) * LINE:g}px;background:{ink}"></b>'


def _colours(style: Style) -> tuple[str, str, int]:
    def name(color: Any, default: str) -> str:
        return str(color.get_truecolor().hex) if color is not None and not color.is_default else default

    ink, ground = name(style.color, "#000000"), name(style.bgcolor, "#ffffff")
    if style.reverse:
        ink, ground = ground, ink
    return ink, ground, 700 if style.bold else 400

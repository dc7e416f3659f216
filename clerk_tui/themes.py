"""Three calm themes. Colours are chosen once here; the style sheet names roles only.

Contrast of text on its background is at least 4.5:1 in the light and the dark theme and 7:1 in the high-contrast one.
"""

from __future__ import annotations

from textual.theme import Theme

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#1E5A86",
    secondary="#4C6272",
    accent="#9A5B13",
    success="#25703F",
    warning="#8A5A00",
    error="#A8322A",
    foreground="#20262C",
    background="#E9E7E1",
    surface="#FBFAF7",
    panel="#DEDBD3",
    variables={
        "box": "#FFFFFF",
        "faint": "#626A71",
        "off": "#8C9298",
        "bar": "#24495F",
        "bar-ink": "#F2F5F7",
        "bar-faint": "#B4C6D2",
        "bar-off": "#7F99A9",
        "bar-key": "#FFD98A",
        "bar-good": "#A9DDB8",
        "head": "#EFEDE7",
        "cursor": "#CFE3F1",
        "cursor-off": "#E6ECF0",
        "card": "#F3F1EB",
        "field": "#EFECE4",
        "field-on": "#FFF6DA",
        "match": "#9A4B00",
        "good-bg": "#D3E9DA",
        "warn-bg": "#F7E3B4",
        "bad-bg": "#F4D3CF",
        "info-bg": "#D3E4F2",
        "off-bg": "#E4E2DC",
    },
)
DARK = Theme(
    name="dark",
    dark=True,
    primary="#7DB4DC",
    secondary="#93A7B5",
    accent="#E3B067",
    success="#86C99C",
    warning="#E2B85C",
    error="#EE9186",
    foreground="#DCE1E5",
    background="#101418",
    surface="#1A1F25",
    panel="#262D35",
    variables={
        "box": "#232A32",
        "faint": "#95A0A9",
        "off": "#66707A",
        "bar": "#1F3442",
        "bar-ink": "#E4EBF0",
        "bar-faint": "#9DB3C1",
        "bar-off": "#607786",
        "bar-key": "#F0CC80",
        "bar-good": "#8FD0A4",
        "head": "#20262D",
        "cursor": "#284860",
        "cursor-off": "#252D35",
        "card": "#20262D",
        "field": "#252C34",
        "field-on": "#3A3520",
        "match": "#F0B866",
        "good-bg": "#21402D",
        "warn-bg": "#473816",
        "bad-bg": "#4E2925",
        "info-bg": "#1F3D54",
        "off-bg": "#2B323A",
    },
)
CONTRAST = Theme(
    name="contrast",
    dark=True,
    primary="#6FD3FF",
    secondary="#FFFFFF",
    accent="#FFE14D",
    success="#5CFF8F",
    warning="#FFE14D",
    error="#FF9C94",
    foreground="#FFFFFF",
    background="#3A3A3A",
    surface="#000000",
    panel="#1C1C1C",
    variables={
        "box": "#1C1C1C",
        "faint": "#E0E0E0",
        "off": "#A8A8A8",
        "bar": "#00264D",
        "bar-ink": "#FFFFFF",
        "bar-faint": "#E6E6E6",
        "bar-off": "#A9B8C6",
        "bar-key": "#FFE14D",
        "bar-good": "#5CFF8F",
        "head": "#1C1C1C",
        "cursor": "#004C8C",
        "cursor-off": "#2B2B2B",
        "card": "#141414",
        "field": "#242424",
        "field-on": "#3D3500",
        "match": "#FFE14D",
        "good-bg": "#003D17",
        "warn-bg": "#453A00",
        "bad-bg": "#5C0A05",
        "info-bg": "#003B66",
        "off-bg": "#303030",
    },
)
THEMES = (LIGHT, DARK, CONTRAST)


def next_theme(name: str) -> str:
    """The theme after ``name``, round and round."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]

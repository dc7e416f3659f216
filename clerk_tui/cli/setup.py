"""``clerk setup`` and ``clerk keys``: make ready what can be made again; say what each key does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

from clerk_tui.cli.console import Session, answer, command, json_option, note, tell_error
from clerk_tui.cli.helping import cells, padded
from clerk_tui.i18n import _
from hall.errors import BadCatalogue

BAR = 20
LABEL = 36


@command("setup", _("准备打印字体（第一次约半分钟）并编译事项目录。已经备好的不再做，可以重复运行。"))
@json_option
def setup(session: Session, as_json: bool) -> None:
    """``{"fonts": {"made", "seconds"}, "catalogue": {"ok", "matters", "error"}}``."""
    made, seconds = prepare_fonts(as_json)
    catalogue: dict[str, Any] = {"ok": True, "matters": 0, "error": None}
    try:
        catalogue["matters"] = len(session.catalogue.keys())
    except BadCatalogue as error:
        # The counter will not open on it, but the rest of the product is ready all the same.
        catalogue.update(ok=False, error=error.as_dict())
        if not as_json:
            tell_error(error, False)
    result = {"fonts": {"made": made, "seconds": round(seconds, 1)}, "catalogue": catalogue}
    answer(as_json, result, list)


def prepare_fonts(quiet: bool = False) -> tuple[bool, float]:
    """Make the papers' fonts if they are not there, with a bar on a terminal: whether, and in how many seconds.

    Raises:
        HallError: ``font_package_missing``, ``font_build_failed``, ``font_cache_unwritable``.
    """
    from receipts.fonts import fonts_ready, prepare_fonts

    if fonts_ready():
        return False, 0.0
    start = time.monotonic()
    bar = Bar(_("正在准备打印字体"), quiet)
    prepare_fonts(progress=lambda part, _what: bar.at(part))
    seconds = time.monotonic() - start
    bar.done(seconds)
    return True, seconds


class Bar:
    """A progress bar in one line of standard error; without a terminal one line at the end."""

    def __init__(self, label: str, quiet: bool = False) -> None:
        self._label = padded(label, LABEL)
        self._quiet = quiet
        self._moving = not quiet and sys.stderr.isatty()
        self.at(0.0)

    def at(self, part: float) -> None:
        """Show how much is done, 0..1."""
        if self._moving:
            full = round(max(0.0, min(1.0, part)) * BAR)
            sys.stderr.write(f"\r  {self._label} [{'#' * full}{' ' * (BAR - full)}] {part:4.0%} ")
            sys.stderr.flush()

    def done(self, seconds: float) -> None:
        """Replace the bar by what it took."""
        if self._moving:
            sys.stderr.write("\r\x1b[K")
        if not self._quiet:
            note(f"  {self._label} " + _("{seconds:3.0f} 秒，完成").format(seconds=seconds))


@command("keys", _("列出工作站的每个按键，按使用的地方分组（Markdown 表格，与 README 里的相同）。"))
@json_option
def keys(session: Session, as_json: bool) -> None:
    """``{"groups": [{"name", "title", "keys": [{"action", "key", "short", "about"}]}]}``."""
    from clerk_tui.actions import GROUPS, group

    groups = [
        {
            "name": name,
            "title": _(title),
            "keys": [
                {
                    "action": each.id,
                    "key": each.shown,
                    "short": _(each.short) if each.short else "",
                    "about": _(each.tooltip),
                }
                for each in group(name)
            ],
        }
        for name, title in GROUPS.items()
    ]
    answer(as_json, {"groups": groups}, lambda: key_table(groups))


def key_table(groups: list[dict[str, Any]]) -> Iterator[str]:
    """The registry's keys as one Markdown table, columns even in a terminal."""
    head = (_("在哪里"), _("按键"), _("作用"))
    rows = [(each["title"], row["key"], row["about"]) for each in groups for row in each["keys"]]
    widths = [max(cells(row[column]) for row in [head, *rows]) for column in range(3)]
    yield "| " + " | ".join(padded(text, width) for text, width in zip(head, widths, strict=True)) + " |"
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    for row in rows:
        yield "| " + " | ".join(padded(text, width) for text, width in zip(row, widths, strict=True)) + " |"

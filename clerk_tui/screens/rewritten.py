"""Values that stand in a form as they are stored and no longer as they were typed, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable

from clerk_tui.i18n import _


class Rewritten:
    """Nothing typed is altered silently: the field shows what is stored, with a note as long as it stands there."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, str]] = {}

    def keep(self, key: str, value: str, what: str) -> None:
        """The field ``key`` now holds ``value``; ``what`` is how that differs (``hall.names.rewriting``)."""
        if what:
            self._said[key] = (value, what)

    def told(self, value_of: Callable[[str], object]) -> dict[str, str]:
        """The notes of the fields whose value is still the one that was put there."""
        return {
            key: _("已按标准写法保存：{what}").format(what=_(what))
            for key, (value, what) in self._said.items()
            if value_of(key) == value
        }

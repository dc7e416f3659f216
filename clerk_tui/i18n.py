"""Screen texts in the clerk's language: gettext with Chinese as the source.

``_("收件")`` is looked up when it is called, so a text that is made once, such as a class attribute, is marked with
``N_`` and translated where it is shown. Nothing is read from disk for Chinese. Other languages come straight from
``locale/<language>/LC_MESSAGES/clerk.po``; there is no compiled file that could be stale.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable
from pathlib import Path

SOURCE_LANGUAGE = "zh"
LOCALE_DIR = Path(__file__).resolve().parent / "locale"

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE
_hall: dict[str, str] = {}


def _(text: str) -> str:
    """``text`` in the language of the screen; the Chinese itself where there is no translation."""
    return _current.gettext(text)


def named(text: str) -> str:
    """A name of the hall's own (a queue, a place, a reason), which its catalogue may have in the screen's language."""
    return _hall.get(text) or _(text)


def say_hall(words: Iterable[tuple[str, str]]) -> None:
    """What the hall's own names are in English, from its catalogue; nothing changes on a Chinese screen."""
    _hall.clear()
    if _language == "en":
        _hall.update(words)


def N_(text: str) -> str:
    """``text`` itself, marked for translation by a later ``_``."""
    return text


def install(language: str = SOURCE_LANGUAGE) -> str:
    """Choose the language and return the one that is now in use.

    ``language`` is a code (``"zh"``, ``"en"``) or ``"auto"`` for the first of ``$LANGUAGE`` that there is a catalogue
    for. A language without a catalogue leaves Chinese.
    """
    global _current, _language
    _hall.clear()
    _language = SOURCE_LANGUAGE
    wanted = os.environ.get("LANGUAGE", "").split(":") if language == "auto" else [language]
    for name in wanted:
        code = name.partition(".")[0].partition("_")[0].lower()
        if code == SOURCE_LANGUAGE:
            break
        catalogue = LOCALE_DIR / code / "LC_MESSAGES" / "clerk.po"
        if code and catalogue.is_file():
            from clerk_tui.po import PoTranslations

            _current, _language = PoTranslations(catalogue), code
            return code
    _current = gettext.NullTranslations()
    return SOURCE_LANGUAGE


def language() -> str:
    """The code of the language in use."""
    return _language


def languages() -> list[str]:
    """The languages the screen can speak, the source first."""
    return [SOURCE_LANGUAGE, *sorted(path.parent.parent.name for path in LOCALE_DIR.glob("*/LC_MESSAGES/clerk.po"))]

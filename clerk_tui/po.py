"""A reader for translation catalogues (``.po``), of which the standard library reads only the compiled form.

    entries  msgid -> msgstr             one form
             msgid -> (form 0, form 1)   with a plural

Entries marked fuzzy and empty translations are left out, as ``msgfmt`` does.
"""

from __future__ import annotations

import ast
import re
from gettext import NullTranslations, c2py
from pathlib import Path

from clerk_tui.counting import Counting
from clerk_tui.recognise import Recogniser

LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?(".*")')

Entries = dict[str, str | tuple[str, ...]]


def read_po(text: str) -> Entries:
    """The entries of a catalogue, the header under ``""``; raises ``ValueError`` that names the line."""
    entries: Entries = {}
    for block in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        fuzzy = False
        current = ""
        for line in block.splitlines():
            if line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            match = LINE.fullmatch(line.strip())
            if match is None or not (match[1] or current):
                raise ValueError(f"not a line of a .po file: {line!r}")
            if match[1]:
                current = match[1] + (match[2] or "")
            fields[current] = fields.get(current, "") + str(ast.literal_eval(match[3]))
        if "msgid" in fields and not fuzzy:
            _add(entries, fields)
    return entries


def _add(entries: Entries, fields: dict[str, str]) -> None:
    if "msgid_plural" in fields:
        forms = tuple(value for name, value in sorted(fields.items()) if re.fullmatch(r"msgstr\d", name))
        if forms and all(forms):
            entries[fields["msgid"]] = forms
    elif fields.get("msgstr"):
        entries[fields["msgid"]] = fields["msgstr"]


class PoTranslations(NullTranslations):
    """Translations from one ``.po`` file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        entries = read_po(path.read_text(encoding="utf-8"))
        header = str(entries.pop("", ""))
        plural = re.search(r"plural=([^;\n]+)", header)
        form_of = c2py(plural[1].strip() if plural else "n != 1")
        self._entries = {
            source: text if isinstance(text, str) else Counting.of(text, form_of) for source, text in entries.items()
        }
        places = ((source, text) for source, text in self._entries.items() if "{" in source)
        self._recogniser = Recogniser(places, self._entries.get)

    def gettext(self, message: str) -> str:
        """The translation, also of a text that a template was filled in for (``recognise``), or ``message``."""
        found = self._entries.get(message)
        return found if found is not None else self._recogniser.text(message)

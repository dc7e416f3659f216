"""Fills the blocks of a paper's text with the content of a case, in Chinese or with the English beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from hall.errors import HallError
from hall.telling import name_of_paper
from receipts import templates as t
from receipts.document import (
    Block,
    Column,
    Flow,
    FlowBox,
    Heading,
    KeyValues,
    Notice,
    Paragraph,
    Seal,
    Signatures,
    Slot,
    Table,
)
from receipts.english import English
from receipts.values import Content

_ALONE: Final = re.compile(r"\{(\w+)\}\.?")
"""An English line that is one value."""


class Filler:
    """Fills the blocks of one paper; ``flows`` are its pictures, ``english`` makes it bilingual."""

    def __init__(
        self, kind: str, content: Content, flows: Mapping[str, Flow | None], english: English | None = None
    ) -> None:
        self._kind = kind
        self._content = content
        self._flows = flows
        self._english = english
        self._second = english.values(content.values) if english else {}

    def holds(self, when: str) -> bool:
        """Whether all conditions of ``when`` hold."""
        for part in when.split(" and ") if when else ():
            name = part.strip()
            if name.startswith("not ") == (name.removeprefix("not ").strip() in self._content.flags):
                return False
        return True

    def plain(self, text: str) -> str:
        """``text`` filled, in Chinese."""
        return t.fill_plain(text, self._content.values)

    def second(self, text: str) -> str:
        """``text`` in English: as it is listed with its placeholders, or as it reads when filled; empty without."""
        if self._english is None:
            return ""
        listed = self._english.phrase(text)
        return t.fill_plain(listed, self._second) if listed else self._english.phrase(self.plain(text))

    def both(self, text: str, between: str = "\n") -> str:
        """``text`` with its English after it."""
        first, second = self.plain(text), self.second(text)
        return f"{first}{between}{second}" if second and second != first else first

    def blocks(self, entry: t.AnyBlock) -> list[Block]:
        """What a block of the text becomes; nothing where it has nothing to say."""
        match entry:
            case t.TextBlock():
                return self._paragraphs(entry)
            case t.HeadingBlock():
                return [Heading(self.plain(entry.text), self.second(entry.text))]
            case t.FormBlock():
                pairs = tuple(self._pair(*pair) for pair in entry.pairs if self._says_something(pair[1]))
                return [KeyValues(pairs, entry.columns)] if pairs else []
            case t.TableBlock():
                return [self._table(entry)]
            case t.NoticeBlock():
                return self._notice(entry)
            case t.SignBlock():
                slots = (Slot(self.plain(label), self.plain(text), self.second(label)) for label, text in entry.slots)
                return [Signatures(tuple(slots), entry.columns)]
            case t.SealBlock():
                return [Seal(self._needed(entry.organ), self._needed(entry.date), self.both(entry.label))]
            case t.FlowBlock():
                flow = self._flows.get(entry.of)
                return [] if flow is None else [self._bilingual(flow)]

    def _paragraphs(self, entry: t.TextBlock) -> list[Block]:
        try:
            made: list[Block] = [Paragraph(t.fill(entry.text, self._content.values), entry.indent)]
            if self._english and entry.en:
                made.append(Paragraph(t.fill(entry.en, self._second), False, True))
        except KeyError as error:
            raise self._incomplete(str(error.args[0])) from error
        return made

    def _notice(self, entry: t.NoticeBlock) -> list[Block]:
        lines = [self._needed(text) for flag, text in map(t.split_flag, entry.lines) if self.holds(flag)]
        if not lines:
            return []
        second: tuple[str, ...] = ()
        if self._english:
            held = (text for flag, text in map(t.split_flag, entry.en) if self.holds(flag) and self._has_english(text))
            second = tuple(t.fill_plain(text, self._second) for text in held)
        return [Notice(tuple(lines), self.both(entry.title, "　"), second)]

    def _has_english(self, text: str) -> bool:
        """Whether an English line says something of its own: one that is a value and no more, and that value without an
        English, would only repeat the Chinese above it."""
        alone = _ALONE.fullmatch(text)
        return alone is None or self._english is None or bool(self._english.phrase(self._content.values[alone[1]]))

    def _bilingual(self, flow: Flow) -> Flow:
        if self._english is None:
            return flow
        english = self._english
        bands = tuple(f"{band}　{known}" if (known := english.phrase(band)) else band for band in flow.bands)
        return replace(
            flow,
            boxes=tuple(_in_english(box, english) for box in flow.boxes),
            bands=bands,
        )

    def _pair(self, label: str, text: str) -> tuple[str, str]:
        first, second = self.plain(text), self.second(text)
        return self.both(label), f"{first}\n{second[0].upper()}{second[1:]}" if second and second != first else first

    def _needed(self, text: str) -> str:
        for name in t.placeholders(text):
            if not self._content.values[name]:
                raise self._incomplete(name)
        return self.plain(text)

    def _incomplete(self, name: str) -> HallError:
        paper = name_of_paper(self._kind)
        return HallError("paper_incomplete", f"{paper}缺少内容“{name}”，不能出具", field=name, hint="请补全办件信息")

    def _says_something(self, text: str) -> bool:
        names = t.placeholders(text)
        return not names or any(self._content.values[name] for name in names)

    def _table(self, entry: t.TableBlock) -> Table:
        columns = tuple(Column(self.both(title), width, align) for title, width, align, _ in entry.columns)
        rows = tuple(
            tuple(self._cell(t.fill_plain(cell, row)) for *_, cell in entry.columns)
            for row in self._content.tables[entry.rows]
        )
        return Table(columns, rows, self.both(entry.empty, " "), entry.tall)

    def _cell(self, text: str) -> str:
        return self._english.both(text) if self._english else text


def _in_english(box: FlowBox, english: English) -> FlowBox:
    """The box with what is known of it in English: the step, then who takes it and how long."""
    time = map(english.phrase, box.time.split("\n"))
    told = (english.phrase(box.name.split("\n")[0]), ", ".join(filter(None, (english.phrase(box.who), *time))))
    return replace(box, second="\n".join(filter(None, told)))

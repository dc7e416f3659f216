"""Walk-ins that are being typed, kept across a crash: offered again at the next start, gone once they are decided.
What was ticked of people who came back is kept too, and is there again when their case is opened.

They name people and are no facts, so they are kept for a few days only, outside the journal (``store.drafts``), and
deleted when they are submitted or thrown away.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from clerk_tui.services import intake, supplement
from clerk_tui.services.draft import Draft
from clerk_tui.services.supplement import SupplementDraft
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.drafts import DraftsFile, peek
from hall.errors import HallError
from hall.facts import Language
from hall.verdict import Refusal, Tick

log = logging.getLogger(__name__)
KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long a draft is kept: somebody who has not come back within a week begins anew (PIPL art. 19: no longer than
needed)."""


class _Kept(Struct, kw_only=True, omit_defaults=True):
    """A draft as it is written: what was typed, and nothing that follows from it."""

    matter: str
    case_id: str
    event_id: str
    at_ms: int
    answers: dict[str, str | tuple[str, ...]] = {}
    applicant: dict[str, str] = {}
    agent: dict[str, str] | None = None
    fields: dict[str, str] = {}
    ticks: dict[str, Tick] = {}
    refusal: Refusal | None = None
    good_credit: bool = True
    channel: str = "counter"
    handed_in: dt.date | None = None
    ticket: str = ""
    language: Language = ""


class _KeptSupplement(Struct, kw_only=True, omit_defaults=True):
    """What was ticked of a case that somebody came back with. ``version`` is the case's: of a later one the ticks
    would say what nobody has looked at."""

    case_id: str
    version: int
    at_ms: int
    handed_in: dt.date
    answers: dict[str, str | tuple[str, ...]] = {}
    fields: dict[str, str] = {}
    ticks: dict[str, Tick] = {}
    refusal: Refusal | None = None
    good_credit: bool = True
    late_reason: str = ""
    correction_reason: str = ""


class _File(Struct, kw_only=True, omit_defaults=True):
    walk_ins: tuple[_Kept, ...] = ()
    supplements: tuple[_KeptSupplement, ...] = ()


_TICKED: Final = (
    "handed_in", "answers", "fields", "ticks", "refusal", "good_credit", "late_reason", "correction_reason",
)  # fmt: skip
_decoder: Final = msgspec.json.Decoder(_File)
_encoder: Final = msgspec.json.Encoder()


class KeptDrafts:
    """The drafts of one counter program."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._file = DraftsFile(ws.config.store_file)
        self.supplements: list[SupplementDraft] = []
        """What ``take_up`` found of people who had come back."""

    def take_up(self) -> list[Draft]:
        """What an earlier run left undone, the latest first. What was submitted, is too old, or belongs to a matter
        that the catalogue no longer has, is left out; a file that cannot be read is as good as none."""
        content = self._file.read()
        try:
            kept = _decoder.decode(content) if content else _File()
        except msgspec.MsgspecError:
            log.warning("the kept drafts cannot be understood and are left out")
            return []
        drafts = [draft for each in reversed(kept.walk_ins) if (draft := self._restored(each)) is not None]
        self.supplements = [back for each in kept.supplements if (back := self._restored_supplement(each)) is not None]
        self.want([*drafts, *self.supplements])
        self.write()
        return drafts

    def _restored(self, kept: _Kept) -> Draft | None:
        ws = self._ws
        if ws.clock.now_ms() - kept.at_ms > KEPT_MS or ws.journal.seq_of(kept.event_id) is not None:
            return None
        try:
            matter = ws.catalogue.matter(kept.matter)
        except HallError:
            log.warning("a kept draft is of a matter that the catalogue no longer has")
            return None
        values = {name: getattr(kept, name) for name in _Kept.__struct_fields__ if name not in ("matter", "at_ms")}
        draft = Draft(matter=matter, left_ms=kept.at_ms, **values)
        intake.refresh_held(ws, draft)
        return draft

    def _restored_supplement(self, kept: _KeptSupplement) -> SupplementDraft | None:
        if self._ws.clock.now_ms() - kept.at_ms > KEPT_MS:
            return None
        try:
            draft = supplement.open_supplement(self._ws, kept.case_id)
        except HallError:
            return None
        if draft.case.version != kept.version:
            return None
        for name in _TICKED:
            setattr(draft, name, getattr(kept, name))
        draft.left_ms = kept.at_ms
        return draft

    def want(self, drafts: Iterable[Draft | SupplementDraft]) -> None:
        """Say which drafts there are now; ``write`` keeps them. Takes microseconds."""
        walk_ins, supplements = [], []
        for draft in drafts:
            if isinstance(draft, Draft):
                walk_ins.append(self._kept(draft))
            else:
                supplements.append(self._kept_supplement(draft))
        file = _File(walk_ins=tuple(walk_ins), supplements=tuple(supplements))
        self._file.want(_encoded(file) if walk_ins or supplements else b"")

    def _kept_supplement(self, draft: SupplementDraft) -> _KeptSupplement:
        values = {name: getattr(draft, name) for name in _TICKED}
        at_ms = draft.left_ms or self._ws.clock.now_ms()
        return _KeptSupplement(case_id=draft.case_id, version=draft.case.version, at_ms=at_ms, **values)

    def _kept(self, draft: Draft) -> _Kept:
        values = {name: getattr(draft, name) for name in _Kept.__struct_fields__ if name not in ("matter", "at_ms")}
        return _Kept(matter=draft.matter.key, at_ms=draft.left_ms or self._ws.clock.now_ms(), **values)

    def write(self) -> None:
        """Bring the file up to date, in any thread."""
        self._file.write()

    def close(self) -> None:
        """Leave the file to the next counter."""
        self._file.close()


def count_kept(ws: Workspace) -> int:
    """How many walk-ins and supplements lie unfinished, as a counter has last kept them; it may still be open."""
    content = peek(ws.config.store_file)
    try:
        kept = _decoder.decode(content) if content else _File()
        return len(kept.walk_ins) + len(kept.supplements)
    except msgspec.MsgspecError:
        return 0


def _encoded(file: _File) -> bytes:
    """The file's bytes; half a character (a lone surrogate), which UTF-8 cannot hold, is kept as U+FFFD."""
    try:
        return _encoder.encode(file)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(file), ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()

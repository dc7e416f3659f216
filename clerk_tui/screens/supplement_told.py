"""What was told before, as it stands beside the checklist of somebody who came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from clerk_tui.i18n import _
from clerk_tui.widgets.cells import clip, pad, safe, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.phrases import gap_words
from hall.case import Case, CaseState
from hall.masking import mask_identity, mask_party, mask_phone
from hall.verdict import Gap


def told_lines(case: Case, missing: Collection[str], columns: int, *, taken_up: bool) -> list[Line]:
    """Who applies, what the notices have told and what is promised; ``missing`` are the codes of what still is."""
    lines: list[Line] = []
    if taken_up:
        lines += [*((((part, "info"),), "") for part in wrap(_("接着上次没有确认的勾选"), columns)), BLANK]
    if case.applicant is not None:
        who = case.applicant
        lines += [
            (((mask_party(who.kind, who.name), "strong"),), ""),
            (((f"{mask_identity(who.id_number)}  {mask_phone(who.phone)}", "faint"),), ""),
            BLANK,
        ]
    for notice in case.notices:
        title = _("第二次告知") if notice.second else _("一次性告知")
        lines.append((((f"{title}  {notice.day}", "title"),), ""))
        lines.append((((_("请在 {day} 前补正").format(day=notice.respond_by), "faint"),), ""))
        lines += _gap_lines(notice.gaps, missing, columns)
        lines.append(BLANK)
    if case.state is CaseState.TOLERATED:
        lines.append((((_("承诺补齐"), "title"),), ""))
        for promise in case.promises:
            lines.append((((f" {promise.until}  ", "warn"), (clip(safe(promise.name), columns - 13), "plain")), ""))
    if case.state is CaseState.RECEIVED:
        lines.append((((_("收件待审，还没有告知"), "title"),), ""))
    return lines


def _gap_lines(gaps: Iterable[Gap], missing: Collection[str], columns: int) -> list[Line]:
    lines: list[Line] = []
    for number, gap in enumerate(gaps, 1):
        done = gap.code not in missing
        mark: Span = (pad(_("已补") if done else str(number), 5), "good" if done else "faint")
        lines.append(((mark, (clip(safe(gap.name), columns - 5), "plain")), ""))
        if not done:
            for part in wrap(safe(gap_words(gap)), columns - 5, 3):
                lines.append((((" " * 5, "plain"), (part, "faint")), ""))
    return lines

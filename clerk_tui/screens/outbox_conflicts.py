"""What is asked about a conflict of the hall: which side stands, or of a doubt what somebody in charge found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Spec, worded
from clerk_tui.screens.outbox_lines import sides_of, whose
from clerk_tui.screens.words import fact_name, flag_word
from hall.wire_oversight import LONGEST_WORDS

if TYPE_CHECKING:
    from clerk_tui.services.aside import Aside, Sides
    from clerk_tui.services.hall_conflicts import HallConflict


def own_spec(item: Aside, both: Sides) -> Spec:
    """Which side stands where this window came second; the first answer is the centre's."""
    return Spec(
        _("哪边算数？"),
        (
            (f"{item.reference}  {fact_name(item.type)}", "strong"),
            (item.reason, "warn"),
            ("", "plain"),
            (_("两边都留在记录里。本窗口的算数时，还要照实再办一次。"), "info"),
        ),
        options=(
            _("中心已有的算数：{text}").format(text=both.first),
            _("本窗口的算数：{text}").format(text=both.second),
        ),
        tone="warn",
    )


def sides_spec(conflict: HallConflict) -> Spec:
    """Which of two sides stands; the answers are in the order of ``hall_conflicts.STANDS``."""
    return Spec(
        _("哪边算数？"),
        (
            (_named(conflict), "strong"),
            (flag_word(conflict.kind) or conflict.kind, "warn"),
            (conflict.reason, "plain"),
            *((side, "plain") for side in sides_of(conflict)),
            ("", "plain"),
            (_("两边都留在记录里。没有算数的那边要照实补办的，另外再办一次。"), "info"),
        ),
        options=(_("先到的算数"), _("后到的算数"), _("两边都算数"), _("两边都不算数")),
        tone="warn",
    )


def doubt_spec(conflict: HallConflict) -> Spec:
    """A doubt has no sides: what was found is said in words."""
    return Spec(
        _("核实过了？"),
        (
            (_named(conflict), "strong"),
            (flag_word(conflict.kind) or conflict.kind, "warn"),
            (_(conflict.reason), "plain"),
            (_("写这条记录的是工号 {actor}").format(actor=conflict.actor), "plain"),
            ("", "plain"),
            (_("记录原样留着，这里写明查到了什么。不该这样办的，先照实补办、换发文书，再来核实。"), "info"),
        ),
        field=_("原因"),
        check=worded(_("要写明")),
        longest=LONGEST_WORDS,
        yes=N_("核实"),
        tone="warn",
    )


def _named(conflict: HallConflict) -> str:
    parts = (conflict.reference, conflict.other_reference, whose(conflict))
    return "  ".join(part for part in parts if part)

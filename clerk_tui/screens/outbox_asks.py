"""What the upload screen asks: which side of a conflict stands, what was found of a doubt, why a record may be read
again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Paragraph, Spec, worded
from clerk_tui.screens.differing import differing_texts
from clerk_tui.screens.outbox_lines import lost_name, sides_of, whose
from clerk_tui.screens.words import fact_name, flag_word
from clerk_tui.widgets.phrases import said_of, window_name
from hall.telling import parts_of_standing
from hall.wire_oversight import LONGEST_WORDS

if TYPE_CHECKING:
    from clerk_tui.services.aside import Aside, Sides
    from clerk_tui.services.hall_asides import HallAside
    from clerk_tui.services.hall_conflicts import HallConflict, Stands
    from clerk_tui.services.outbox import Loss
    from hall.differing import Differing


def own_spec(item: Aside, both: Sides) -> Spec:
    """Which side stands where this window came second; the first answer is the centre's."""
    return Spec(
        _("哪边算数？"),
        (
            (f"{item.reference}  {fact_name(item.type)}", "strong"),
            (_(item.reason), "warn"),
            *_differing(both.values),
            *_barred(both.second, both.barred),
            ("", "plain"),
            (_("两边都留在记录里。") + ("" if both.barred else _("本窗口的算数时，还要照实再办一次。")), "info"),
        ),
        options=(
            _("中心已有的算数：{text}").format(text=first_of(both.first, "", both.first_at)),
            *(() if both.barred else (_("本窗口的算数：{text}").format(text=_(both.second)),)),
        ),
        tone="warn",
    )


def sides_spec(conflict: HallConflict) -> Spec:
    """Which of two sides stands: the answers are ``conflict.choices``, after them each of two cases to be opened."""
    told = _of_ticket if conflict.is_of_ticket else _of_cases if conflict.sides else _of_one
    paragraphs, words, note = told(conflict)
    return Spec(
        _("哪边算数？"),
        (
            (_named(conflict), "strong"),
            (_why(conflict), "warn"),
            *paragraphs,
            ("", "plain"),
            (_("两边都留在记录里。") + note, "info"),
        ),
        options=(
            *(words[stands] for stands in conflict.choices),
            *((_("打开先到的那件"), _("打开后到的那件")) if len(conflict.sides) == 2 else ()),
        ),
        tone="warn",
    )


def _of_one(conflict: HallConflict) -> tuple[tuple[Paragraph, ...], dict[Stands, str], str]:
    """Two sides of one case: what cannot be told in words is told by which came first."""
    words: dict[Stands, str] = {
        "first": _("先到的算数：{text}").format(text=first_of(conflict.first, conflict.first_window, conflict.first_at))
        if conflict.first
        else _("先到的算数"),
        "second": _("后到的算数：{text}").format(text=_(conflict.second)) if conflict.second else _("后到的算数"),
        "both": _("核对过了，都留着"),
    }
    note = _("后到的算数时，打开办件照实再办一次。") if "second" in conflict.choices else ""
    return (*_differing(conflict.values), *_barred(conflict.second, conflict.barred)), words, note


def _differing(values: tuple[Differing, ...]) -> tuple[Paragraph, ...]:
    """What each of them wrote; what names people is shown in full where the case is, for a reason."""
    if not values:
        return ()
    whole: tuple[Paragraph, ...] = (
        ((_("要看全部的，先打开办件按 F10 写明理由。"), "faint"),) if any(each.personal for each in values) else ()
    )
    return (("", "plain"), *((text, "plain") for text in differing_texts(values)), *whole)


def _of_ticket(conflict: HallConflict) -> tuple[tuple[Paragraph, ...], dict[Stands, str], str]:
    """Two windows' service of one number: by which it counts is said; the queue's figures stay as they are."""
    words: dict[Stands, str] = {
        "first": _("{window}的算数").format(window=_(conflict.first)),
        "second": _("{window}的算数").format(window=_(conflict.second)),
        "both": _("两个窗口办的都算数"),
    }
    note = _("办件不变；多开的那件，在那个窗口照实撤回。")
    return (), words, note


def _of_cases(conflict: HallConflict) -> tuple[tuple[Paragraph, ...], dict[Stands, str], str]:
    """Two cases: which are they, and that the one that does not count is withdrawn."""
    words: dict[Stands, str] = {
        "first": _("先到的算数，后到的那件照实撤回"),
        "second": _("后到的算数，先到的那件照实撤回"),
        "both": _("两件都算数"),
    }
    return tuple((side, "plain") for side in sides_of(conflict)), words, ""


def _barred(second: str, why: str) -> tuple[Paragraph, ...]:
    """That what came second cannot be done anew, and what to do."""
    if not why:
        return ()
    told = _("后到的（{second}）不能再办：{why}").format(second=_(second), why=_(why))
    return ((told, "plain"), (_("告诉申请人；要另作处理的，打开办件看现在还能办哪一步。"), "plain"))


def doubt_spec(conflict: HallConflict) -> Spec:
    """A doubt has no sides: what was found is said in words."""
    written = _("写这条记录的是工号 {actor}")
    return Spec(
        _("核实过了？"),
        (
            (_named(conflict), "strong"),
            (_why(conflict), "warn"),
            *(() if conflict.actor in conflict.reason else ((written.format(actor=conflict.actor), "plain"),)),
            ("", "plain"),
            (_("记录原样留着。不该这样办的，先照实补办、换发文书，再写明查到了什么。"), "info"),
        ),
        field=_("查到的情况"),
        check=worded(_("要写明")),
        longest=LONGEST_WORDS,
        yes=N_("核实"),
        tone="warn",
    )


def words_spec(item: Aside, title: str, field: str, about: str) -> Spec:
    """What is said of a record that came back: what is right, or how it stands."""
    return Spec(
        title,
        (
            (f"{item.reference or '-'}  {fact_name(item.type)}", "strong"),
            (_(item.reason), "bad"),
            ("", "plain"),
            (about, "info"),
        ),
        field=field,
        check=worded(_("要写明")),
        longest=LONGEST_WORDS,
    )


def lost_spec(lost: Loss) -> Spec:
    """That somebody in charge has seen to facts that could not be read."""
    return Spec(
        _("核对、补录过了？"),
        (
            (lost_name(lost), "strong"),
            (_("账本里找不回来，中心和备份也没有。"), "warn"),
            ("", "plain"),
            (_("记下这几条不会再有，中心也会知道；补录的照常收件，材料不用再交。"), "info"),
        ),
        field=_("查到的情况"),
        check=worded(_("要写明")),
        longest=LONGEST_WORDS,
        yes=N_("已处理"),
        tone="warn",
    )


def vouch_spec(record: Aside | HallAside, which: str, words: str) -> Spec:
    """Why a record may have its effect now; ``words`` are what its window said of it."""
    behind = _("这个办件其后的 {count} 条一起生效。").format(count=record.held) if record.held else ""
    return Spec(
        _("核实过了，现在生效？"),
        (
            (f"{record.reference or '-'}  {fact_name(record.type)}  {which}", "strong"),
            (_(record.reason), "warn"),
            *(((_("窗口说：{words}").format(words=words), "plain"),) if words else ()),
            ("", "plain"),
            (_("中心重读这条记录，记下是您核实的。") + behind, "info"),
        ),
        field=_("原因"),
        check=worded(_("要写明")),
        longest=LONGEST_WORDS,
        yes=N_("重读"),
        tone="warn",
    )


def _why(conflict: HallConflict) -> str:
    """Why somebody has to look: what the centre says, or else what the kind says."""
    return _(conflict.reason) or flag_word(conflict.kind) or conflict.kind


def first_of(text: str, window: str, at: str) -> str:
    """How a case stands (``hall.telling.standing``): its state, and what came first, of which window and when."""
    state, made = parts_of_standing(text)
    if not made:
        return _(state)
    whose = " ".join(filter(None, (window_name(window), at)))
    told = _("{text}（{whose}）").format(text=_(made), whose=whose) if whose else _(made)
    return said_of(_(state), told)


def _named(conflict: HallConflict) -> str:
    parts = (conflict.reference, conflict.other_reference, whose(conflict))
    return "  ".join(dict.fromkeys(part for part in parts if part))

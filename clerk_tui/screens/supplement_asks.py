"""What is asked and said where somebody came back: what has to be answered for, and what is only to be known."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Paragraph, Spec, worded
from clerk_tui.widgets.phrases import listed, said_of
from hall.case import Case
from hall.facts import Correction
from hall.verdict import Gap


def late_reason_asked(case: Case, late: Collection[str]) -> Spec:
    """Why something is taken after its day; ``late`` are the promised materials that come too late."""
    if late:
        day = min(promise.until for promise in case.promises if promise.code in late)
        title, said = _("已过承诺补齐的日期"), _("承诺书写明 {day} 前补齐，逾期另有处理。").format(day=day)
    else:
        day = case.notices[-1].respond_by
        title, said = _("已过补正期限"), _("告知书写明 {day} 前补正，逾期另有处理。").format(day=day)
    return Spec(
        title,
        (
            (said, "strong"),
            (_("仍要收下的写明原因，这次会报给负责人。"), "plain"),
        ),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        reason=True,
        yes=N_("下一步"),
        tone="warn",
    )


def correction_asked(corrected: Iterable[Correction], give_back: Collection[str], *, relisted: bool) -> Spec:
    """Why what was written at the receipt is put right; ``give_back`` are the names of what is not needed any more,
    ``relisted``: other materials are asked for than before."""
    stays = _("收件日不变，材料清单已经跟着变。") if relisted else _("收件日不变。")
    return Spec(
        _("更正收件时的登记"),
        (
            *_put_right(corrected),
            *_given_back(give_back),
            ("", "plain"),
            (stays, "plain"),
            (_("写明为什么，这次更正会报给负责人。"), "plain"),
        ),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        reason=True,
        yes=N_("下一步"),
        tone="warn",
    )


def correction_told(corrected: Iterable[Correction], reason: str, give_back: Collection[str]) -> list[Paragraph]:
    """The same before it is confirmed: what has to be done now stands above what was done."""
    back, lines = _given_back(give_back), _put_right(corrected)
    if not lines:
        return back
    return [
        *back,
        ("", "plain"),
        (_("更正收件时的登记"), "title"),
        *lines,
        (f"\t{said_of(_('原因'), reason)}", "faint"),
    ]


def _given_back(names: Collection[str]) -> list[Paragraph]:
    """What the hall took and must not keep: it is handed over while the person stands here."""
    return [("", "plain"), (said_of(_("不再需要、请当场退还"), listed(names)), "warn")] if names else []


def _put_right(corrected: Iterable[Correction]) -> list[Paragraph]:
    return [
        (f"\t{said_of(_(each.question).rstrip('？?'), _(each.before))} → {_(each.after)}", "strong")
        for each in corrected
    ]


def second_reason_asked(names: Iterable[str]) -> Spec:
    """Why what was to be seen the first time is told again; ``names`` are those materials."""
    return Spec(
        _("第二次告知要写明原因"),
        (
            (_("这些问题第一次收件时就能看到，却没有告知："), "plain"),
            *((f"\t{name}", "bad") for name in names),
            ("", "plain"),
            (_("依法应当一次告知全部内容（行政许可法第三十二条、第七十二条），这次会报给负责人。"), "faint"),
        ),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        reason=True,
        yes=N_("下一步"),
        tone="bad",
    )


def said_again(reason: str) -> str:
    """What the paper of a further notice gives as its reason."""
    return _("再次告知，原因：{reason}").format(reason=reason)


def promised_only(case: Case, handed: Iterable[str], gaps: Iterable[Gap]) -> Spec:
    """What there is of a case that was accepted with promises: ``handed`` are the names of what is brought now."""
    promised = {promise.code: promise.until for promise in case.promises}
    brought = [(f"\t{name}", "good") for name in handed] or [("\t" + _("还没有勾选"), "faint")]
    still = [(f"\t{promised[gap.code]}  {gap.name}", "warn") for gap in gaps if gap.code in promised]
    paragraphs = (
        (_("已经容缺受理，这里只收承诺补齐的材料，没有别的结论。"), "plain"),
        ("", "plain"),
        (_("交来的材料"), "title"),
        *brought,
        *([("", "plain"), (_("还没有补齐的承诺材料"), "title"), *still] if still else []),
    )
    return Spec(_("容缺受理的办件"), paragraphs, yes=N_("知道了"), no=N_("关闭"))


def leaving_asked() -> Spec:
    """What becomes of what was ticked and not confirmed: kept (0) or thrown away (1)."""
    return Spec(
        _("交来的材料还没有确认"),
        ((_("没有确认的勾选还没有记入办件。"), "plain"),),
        options=(_("暂存，再打开这个办件时接着办"), _("不要了，清除勾选")),
        yes=N_("选定"),
        no=N_("继续收件"),
        tone="warn",
    )

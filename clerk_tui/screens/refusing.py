"""Stating why nothing is received: no licence needed, another organ's power, or a reason of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Paragraph, Spec, worded
from clerk_tui.services.rights import can
from hall.catalogue.model import LICENCE, Place, RefusalReason
from hall.names import says_something
from hall.roles import Actor, Permission
from hall.verdict import Outcome, Refusal

if TYPE_CHECKING:
    from clerk_tui.screens.desk import DeskScreen

    Desk = DeskScreen[Any]

Choice = tuple[str, Callable[[], None]]


def choices(screen: Desk, kind: str, reasons: Iterable[RefusalReason]) -> list[Choice]:
    """What F8 offers beside the lawful outcomes of a matter of ``kind``; ``reasons`` are those the catalogue lists."""
    if screen.draft.refusal is not None:
        return [(_("撤回不予受理，按材料办"), lambda: state(screen, None))]
    if screen.preview.checklist.exits:
        return []
    found: list[Choice] = [
        (_("不予受理：{reason}").format(reason=reason.text), partial(state, screen, _listed(reason)))
        for reason in reasons
    ]
    found.append((_not_needed_words(kind)[0], lambda: _not_needed(screen, kind)))
    found.append((_("不予受理：不属于本机关职权（写明去哪里办）"), lambda: _not_authority(screen)))
    found.append((_("不予受理：其他理由（自己写）"), lambda: _typed(screen)))
    return found


def state(screen: Desk, refusal: Refusal | None) -> None:
    """State a refusal, or take it back."""
    screen.draft.refusal = refusal
    screen.choose(Outcome.REFUSED if refusal is not None else None)


def _listed(reason: RefusalReason) -> Refusal:
    return Refusal(reason.ground, reason.text, reason.where, basis=reason.basis)


def _not_needed_words(kind: str) -> tuple[str, str, str]:
    """The choice, its title, and the reason that is offered: what is printed stays Chinese, whatever the screen
    speaks. Only of a licence can it be said that none is needed (行政许可法 art. 32(1))."""
    if kind == LICENCE:
        return _("不受理：依法不需要取得行政许可"), _("依法不需要取得行政许可"), "该事项依法不需要取得行政许可"
    return _("不受理：依法不需要办理这个事项"), _("依法不需要办理这个事项"), "依法不需要办理该事项"


def _not_needed(screen: Desk, kind: str) -> None:
    _choice, title, reason = _not_needed_words(kind)
    spec = Spec(
        title,
        ((_("写明依据，印在通知书上。"), "plain"),),
        field=_("理由"),
        reason=True,
        value=reason,
        check=worded(_("不能空着，要印在通知书上")),
    )
    screen.ask(spec, lambda answer: state(screen, Refusal("not_needed", answer.text, None, True)))


def _not_authority(screen: Desk) -> None:
    spec = Spec(
        _("不属于本机关职权"),
        ((_("依法必须告知向哪个机关申请（行政许可法第三十二条第一款第二项）。"), "plain"),),
        field=_("去哪个机关"),
        check=worded(_("不能空着，要印在通知书上")),
        yes=N_("下一步"),
    )

    def where(organ: str) -> None:
        more = Spec(_("地址和电话"), ((organ, "strong"),), field=_("地址电话"), yes=N_("不予受理"))
        reason = "不属于本机关职权范围"
        screen.ask(
            more,
            lambda answer: state(
                screen, Refusal("not_authority", reason, Place(organ=organ, address=answer.text, phone=""), True)
            ),
        )

    screen.ask(spec, lambda answer: where(answer.text))


def _typed(screen: Desk) -> None:
    later = _("不符合条件的不在这里办：材料齐全就应当受理，审查后依法作出不予的决定。")
    reason = Spec(
        _("不予受理的理由"),
        ((later, "warn"),),
        field=_("理由"),
        reason=True,
        check=worded(_("不能空着，要印在通知书上")),
        yes=N_("下一步"),
    )

    def basis(text: str) -> None:
        law = Spec(
            _("其他理由不予受理的，必须写明法律依据"),
            ((text, "strong"), (_("写到哪部法的哪一条，印在通知书上。"), "plain")),
            field=_("依据"),
            check=worded(_("不能空着，要印在通知书上")),
            yes=N_("不予受理"),
        )
        screen.ask(law, lambda answer: state(screen, Refusal("other", text, None, True, basis=answer.text)))

    screen.ask(reason, lambda answer: basis(answer.text))


def where_to(refusal: Refusal | None) -> str:
    """The organ that a refusal leads to, with its address and number."""
    place = refusal.where if refusal is not None else None
    return "  ".join(filter(None, (place.organ, place.address, place.phone))) if place is not None else ""


def explained(screen: Desk, then: Callable[[], None]) -> None:
    """Go on, but before a complete application is turned away ask why (行政许可法 art. 32(5), 72(1))."""
    verdict = screen.verdict
    if verdict.needs_why and verdict.refusal is not None and not says_something(verdict.refusal.why):
        _ask_why(screen, then)
    else:
        then()


def told(screen: Desk) -> list[Paragraph]:
    """What has to be known of a refusal before it is confirmed."""
    refusal = screen.verdict.refusal
    if screen.verdict.conforming:
        text = _("申请材料齐全、符合法定形式，依法应当受理；这次不予受理会报给负责人。")
    elif refusal is not None and refusal.ground == "other":
        text = _("不予受理的理由不在行政许可法第三十二条之内；这次不予受理会报给负责人。")
    else:
        return []
    return [("", "plain"), (text, "bad")]


def answered_for(screen: Desk, submit: Callable[[Actor | None], None]) -> None:
    """Submit; a refusal beyond art. 32 is answered for by whoever sits here, or who stands beside them."""
    refusal = screen.verdict.refusal
    if refusal is None or not refusal.beyond_the_act or can(screen.workspace, Permission.REFUSE_BEYOND):
        submit(None)
        return
    why = _("以其他理由不予受理，要负责人同意（行政许可法第三十二条、第七十二条）。")
    screen.counter.ask_approval(
        Permission.REFUSE_BEYOND, why, lambda actor: screen.counter.guarded(lambda: submit(actor))
    )


def _ask_why(screen: Desk, then: Callable[[], None]) -> None:
    spec = Spec(
        _("材料齐全，依法应当受理"),
        (
            (_("申请材料齐全、符合法定形式的，应当受理（行政许可法第三十二条第一款第五项）。"), "strong"),
            ("", "plain"),
            (_("仍不予受理要另外写明为什么；这次会报给负责人（第七十二条第一项）。"), "faint"),
        ),
        field=_("原因"),
        check=worded(_("必须写明原因")),
        reason=True,
        yes=N_("下一步"),
        tone="bad",
    )

    def answered(why: str) -> None:
        refusal = screen.draft.refusal
        assert refusal is not None
        screen.draft.refusal = structs.replace(refusal, why=why)
        screen.follow()
        then()

    screen.ask(spec, lambda answer: answered(answer.text))

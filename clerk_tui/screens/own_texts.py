"""The App's part in a centre's own wording of papers: tried when the counter opens, told if anything is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from textual import on

from clerk_tui.i18n import N_, _
from clerk_tui.messages import TextsFaulty
from clerk_tui.screens.dialog import Dialog, Spec
from clerk_tui.screens.places import Places

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace
    from hall.errors import HallError

MOST_FAULTS: Final = 4
"""So many are told at the start; ``clerk doctor`` tells all."""


class OwnTexts(Places):
    """What cannot be used is told before an applicant waits for it, and hinders nothing."""

    @on(TextsFaulty)
    def _texts_faulty(self, message: TextsFaulty) -> None:
        def say() -> None:
            self.push_screen(Dialog(_told(message.faults)))

        cast("CounterApp", self).when_idle(say, at_home=True)


def try_texts(workspace: Workspace) -> TextsFaulty | None:
    """Make samples with the centre's own texts, if it has any; under a second when it words every kind."""
    if (folder := workspace.config.texts_dir) is None:
        return None
    from clerk_tui.services import editions

    found = editions.texts_faults(folder)
    return TextsFaulty(found) if found else None


def _told(faults: Sequence[HallError]) -> Spec:
    """What is wrong, file by file, and what it means here: nobody has to wait."""
    paragraphs = []
    for fault in faults[:MOST_FAULTS]:
        paragraphs += [(_(fault.message), "strong"), ("\t" + _(fault.hint), "info")]
    if len(faults) > MOST_FAULTS:
        paragraphs.append((_("另有 {count} 项").format(count=len(faults) - MOST_FAULTS), "plain"))
    effect = _("可以照常办理：这些文书按程序自带的文本出具。请告诉管理员，clerk doctor 列出全部。")
    return Spec(
        _("中心自己的文书文本有误"),
        (*paragraphs, ("", "plain"), (effect, "plain")),
        yes=N_("知道了"), no=N_("关闭"), tone="warn",
    )  # fmt: skip

"""The ticket machine's words for waits and appointments, as people in the hall are told them."""

from __future__ import annotations

from typing import Final

from clerk_tui.i18n import N_, _
from clerk_tui.services.numbers import Outlook
from hall.queue_wire import Told
from hall.queueing import Slot

REASON_NAMES: Final = (
    N_("老年人"), N_("孕妇"), N_("残疾人"), N_("军人"), N_("退役军人"), N_("消防员"), N_("烈属"), N_("重病患者"),
)  # fmt: skip
"""The reasons that the settings begin with, for other languages."""


def queue_words(each: Outlook) -> tuple[str, str]:
    """How many wait for a business and how long, and in which ink."""
    if each.waiting < 0:
        return "", "faint"
    if not each.windows:
        return _("暂无窗口办理"), "off"
    if not each.waiting:
        return (_("窗口正忙，下一位是您"), "info") if each.busy else (_("不用等"), "good")
    text = _("{count} 人在等").format(count=each.waiting)
    if each.wait_min >= 1:
        text += _("，平均等 {minutes} 分钟").format(minutes=round(each.wait_min))
    return text, "warn" if each.waiting > 3 * each.windows else "info"


def wait_words(told: Told, *, unsure: bool) -> str:
    """The wait as people are told it; ``unsure``: the turn may not come today."""
    if told.wait_min < 0:
        return _("暂无窗口办理")
    if unsure:
        return _("要等很久，今天不一定轮到")
    least, most = told.least_min, told.most_min
    return _("马上办理") if most <= 1 else _("约 {least}-{most} 分钟").format(least=least, most=most)


def is_promised(slot: Slot | None) -> bool:
    """Whether somebody has an appointment that is not over: they are told its time and no other."""
    return slot is not None and slot.clock != "after"


def slot_words(slot: Slot, *, online: bool) -> str:
    """The slot as its holder is told it; without a network nobody can say who is called first."""
    hours = f"{slot.begin:%H:%M}-{slot.end:%H:%M}" if slot.end else _("{time}起").format(time=f"{slot.begin:%H:%M}")
    if slot.clock == "after":
        return _("您的预约时段 {hours} 已过").format(hours=hours)
    if not online:
        return _("您的预约时段 {hours}").format(hours=hours)
    if slot.clock == "now":
        return _("您的预约时段 {hours}，现在优先叫号").format(hours=hours)
    return _("您的预约时段 {hours}，到时优先叫号").format(hours=hours)

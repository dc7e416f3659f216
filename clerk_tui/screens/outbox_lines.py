"""The lines of the upload screen: how sending stands, what came back, what waits in the hall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.differing import differing_texts
from clerk_tui.screens.standing import clock_time
from clerk_tui.screens.words import aside_chip, fact_name, flag_word, state_name
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import age, listed, numbered, other_journal, said_of, window_name
from hall.ids import beginning_of
from hall.moments import local_time

if TYPE_CHECKING:
    from clerk_tui.services.aside import Aside
    from clerk_tui.services.hall_asides import HallAside
    from clerk_tui.services.hall_conflicts import HallConflict
    from clerk_tui.services.keeping import Kept
    from clerk_tui.services.outbox import Loss, SyncStatus
    from clerk_tui.services.workspace import Workspace

LABEL = 16
STATE, REFERENCE, WHAT = 12, 20, 34
WHOSE = 16
"""Columns of the list; what a line is about gives way first (``_what_columns``)."""


def look_lines(look: Kept | None, workspace: Workspace, columns: int) -> list[Line]:
    """What the daily look at the journal found wrong, and what to do about it."""
    if look is None:
        return []
    title = _("账本受损：先停止收件") if look.what == "journal" else _("账本没有备份成")
    at = clock_time(look.at_ms, workspace.config.timezone)
    lines: list[Line] = [(((f"  {title}  {at}", "strong"),), "big-bad"), BLANK]
    texts = ((_(look.detail), "bad"), (_("怎么办：") + _(look.hint) if look.hint else "", "info"))
    for text, ink in texts:
        lines += [(((part, ink),), "") for part in wrap(safe(text), min(columns, 80))] if text else []
    return [*lines, BLANK]


def log_lines(size: int, columns: int) -> list[Line]:
    """That SQLite's log has grown to ``size`` bytes (0: it has not), why, and what to do about it."""
    if not size:
        return []
    lines: list[Line] = [(((f"  {_('有程序一直占着账本在读')}", "strong"),), "big-warn"), BLANK]
    told = _("账本的日志已有 {size} MB，还会变长，占磁盘。记录都在，照常办理。").format(size=size >> 20)
    do = _("关掉在这台机器上打开账本的查询、备份或别的程序；一刻钟内自动恢复，不行就退出窗口再打开")
    texts = ((told, "plain"), (_("怎么办：") + do, "info"))
    for text, ink in texts:
        lines += [(((part, ink),), "") for part in wrap(text, min(columns, 80))]
    return [*lines, BLANK]


def calendar_lines(unsure: Sequence[str], year: int, columns: int) -> list[Line]:
    """The cases that wait for the calendar of ``year``, why, and what to do about them."""
    if not unsure:
        return []
    lines: list[Line] = [(((f"  {_('缺 {year} 年放假安排').format(year=year)}", "strong"),), "big-warn"), BLANK]
    told = _("{count} 件收件按周末推算已过五个工作日，不能断定视为受理：{references}")
    named = listed([*unsure[:6], "…"] if len(unsure) > 6 else unsure)
    do = _("马上告知或者受理；把放假安排加进 config.toml 的 calendar.files，重新打开后按它重算")
    texts = ((told.format(count=len(unsure), references=named), "plain"), (_("怎么办：") + do, "info"))
    for text, ink in texts:
        lines += [(((part, ink),), "") for part in wrap(text, min(columns, 80))]
    return [*lines, BLANK]


def row_name(row: Aside | Loss | HallAside | HallConflict | None) -> object:
    """What names a line of the list, whatever else comes and goes: of one case there may be two of a kind."""
    from clerk_tui.services.hall_asides import HallAside
    from clerk_tui.services.hall_conflicts import HallConflict
    from clerk_tui.services.outbox import Loss

    if isinstance(row, Loss):
        return row.path
    if isinstance(row, HallConflict):
        return (row.id or row.case_id, row.kind)
    return ("hall", row.number) if isinstance(row, HallAside) else row and row.seq


def settle_word(conflict: HallConflict | None) -> str:
    """What Enter does about a conflict of the hall, where that is not to say which side stands; without one, about
    what was lost."""
    if conflict is None:
        return _("已处理")
    if conflict.is_doubt:
        return _("核实")
    return "" if conflict.id else _("打开")


def section_lines(title: str, note: str, ink: str, columns: int) -> list[Line]:
    """The title of a part of the list, and under it what is to be known of it."""
    told = wrap(note, min(columns, 80)) if note else ()
    return [BLANK, (((title, "title"),), ""), *((((part, ink),), "") for part in told)]


def hall_as_of(status: SyncStatus, told_ms: int | None, zone: dt.tzinfo, *, silent: bool) -> str:
    """Of when the hall's list is while the centre does not answer; empty where it is of now, or there is no centre.
    ``told_ms`` is when the centre itself told it, ``silent``: it did not answer when it was asked last."""
    # Who has just answered is there, whatever the last upload met.
    answers = not silent and (status.online or told_ms is not None)
    if not status.enabled or answers:
        return ""
    if told_ms is not None:
        time = clock_time(told_ms, zone)
        return _("中心现在没有应答：这是 {time} 问到的，之后的要联网才看得到。").format(time=time)
    if status.last_contact_ms:
        time = clock_time(status.last_contact_ms, zone)
        words = _("中心现在没有应答：只有截至 {time} 传到本窗口的办件。之后的，还有一号两办，要联网才看得到。")
        return words.format(time=time)
    return _("还没有联系上中心：看不到全厅有什么要看的。")


def conflict_lines(conflict: HallConflict, columns: int, *, chosen: bool) -> list[Line]:
    """A case that two windows worked on, or two with one reference: which, why, and who came second."""
    word, ink = aside_chip("doubt" if conflict.is_doubt else "conflict")
    why, room = flag_word(conflict.kind) or conflict.kind, _what_columns(columns)
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(conflict.reference or "-", REFERENCE), "strong"),
            (pad(clip(safe(why), room - 2), room), "plain"),
            (whose(conflict), "faint"),
        ),
        "cursor" if chosen else "",
    )
    reason = _(conflict.reason)
    texts = [*([safe(reason)] if reason and reason != why else []), *sides_of(conflict)]
    texts += [other] if (other := other_journal(conflict.window)) else []
    texts += [_("一次写的 {count} 条，一起核实").format(count=len(conflict.also) + 1)] if conflict.also else []
    texts += differing_texts(conflict.values)
    parts = [part for text in texts for part in wrap(text, max(10, columns - STATE))]
    return [first, *(((((" " * STATE, "plain"), (part, "plain")), "")) for part in parts)]


def sides_of(conflict: HallConflict) -> list[str]:
    """The cases that are meant, the earlier one first, each with what tells it from the other: where both have one
    reference, the beginning of the case's identity."""
    from clerk_tui.services.hall_conflicts import SAME_REFERENCE

    is_by_id = conflict.kind == SAME_REFERENCE
    which = (_("先到"), _("后到")) if len(conflict.sides) == 2 else ("",)
    return [
        safe("  ".join(filter(None, (word, name, state_name(row.state), row.applicant, row.id_number))))
        for word, row in zip(which, conflict.sides, strict=False)
        for name in (beginning_of(row.case_id) if is_by_id else row.reference,)
    ]


def _what_columns(columns: int) -> int:
    """How much of a line says what it is about, so that which record it is stands in one column all down the list."""
    return max(8, min(WHAT, columns - STATE - REFERENCE - WHOSE))


_SENDING_STOPPED = {
    "fork": (N_("账本和中心的不是同一份：不要再收件"), "bad"),
    "revoked": (N_("本设备已被中心注销"), "bad"),
    "forbidden": (N_("中心不接受本设备"), "bad"),
    "token": (N_("令牌失效，要重新登记"), "bad"),
    "update_needed": (N_("程序版本过旧，要升级"), "bad"),
    "not_enrolled": (N_("还没有在中心登记"), "warn"),
    "not_the_centre": (N_("有应答的不是中心"), "warn"),
    "stopped": (N_("上传程序一再中断"), "warn"),
}
"""What waiting alone does not end, by the trouble that the sync told; the sentences are ``sync.messages.TROUBLES``."""


def head_lines(workspace: Workspace, status: SyncStatus, columns: int, *, damaged: bool) -> list[Line]:
    """How sending stands, in a word and a few figures."""
    now, zone = workspace.clock.now_ms(), workspace.config.timezone
    stopped = _SENDING_STOPPED.get(status.trouble)
    if not status.enabled:
        word, fill = _("不联网工作"), "off"
    elif stopped is not None:
        word, fill = _(stopped[0]), stopped[1]
    elif status.quarantined:
        word, fill = _("有记录被中心退回"), "bad"
    elif status.lost:
        word, fill = _("有记录找不回来，要补录"), "bad"
    elif status.online and status.sealed:
        word, fill = _("有封存的记录要交给负责人"), "warn"
    elif status.online:
        word, fill = (_("正在上传") if status.pending or status.scans else _("全部已上传")), "good"
    else:
        word = _("离线：联网后自动上传") if damaged else _("离线：照常办理，联网后自动上传")
        fill = "warn"
    contact = clock_time(status.last_contact_ms, zone) if status.last_contact_ms else _("还没有")
    rows = [
        (_("未上传"), _("{count} 条").format(count=status.pending), "strong"),
        *([(_("扫描件"), _("{count} 份未上传").format(count=status.scans), "strong")] if status.scans else []),
        (_("最早一条"), age(now - status.oldest_ms) + _(" 前") if status.oldest_ms else "-", "plain"),
        (_("最近联系"), contact, "plain"),
        (
            _("中心地址"),
            safe(workspace.seat.centre_url or workspace.config.centre.url) if status.enabled else "-",
            "faint",
        ),
        (_("被退回"), _("{count} 条").format(count=status.quarantined), "bad" if status.quarantined else "plain"),
    ]
    if status.sealed:
        rows.append((_("封存待交"), _("{count} 条").format(count=status.sealed_facts), "bad"))
    if status.lost:
        facts = sum(each.facts for each in status.lost)
        rows.append((_("没有读出"), _("{count} 条").format(count=facts), "bad"))
    lines: list[Line] = [
        ((), f"big-{fill}"),
        (((f"  {word}", "strong"),), f"big-{fill}"),
        ((), f"big-{fill}"),
        BLANK,
    ]
    lines += [(((pad(label, LABEL), "faint"), (value, ink)), "") for label, value, ink in rows]
    lines.append(BLANK)
    return lines


def state_texts(status: SyncStatus, items: Sequence[Aside], *, damaged: bool) -> list[str]:
    """What is to be known of what was not sent or came back, in sentences."""
    texts = [] if damaged else [_("所有记录都已保存在本机，断网不影响收件、受理和打印。")]
    if status.enabled and status.trouble in _SENDING_STOPPED:
        texts = [_("{what}。").format(what=_(status.trouble_words))]
    if any(item.state == "dead" and not item.number for item in items):
        texts.append(_("有一条中心没有收下，后面的记录在等它：每次联网都会再试。"))
    elif status.quarantined:
        texts.append(_("被退回的记录没有丢失，别的办件照常上传。选中一条：更正、请中心重办，或交负责人。"))
    texts += sealed_texts(status)
    why = dict.fromkeys(status.scans_aside)
    return texts + [_("扫描件没有上传：{reason}").format(reason=safe(_(reason))) for reason in why]


def sealed_texts(status: SyncStatus) -> list[str]:
    """Which files wait to be handed in, where they lie, and to whom they go."""
    if not status.sealed:
        return []
    told = _("封存的文件在 {folder}：{files}。交负责人在中心导入，交出以后把文件移走。")
    names = _("，").join(each.path.name for each in status.sealed)
    return [safe(told.format(folder=status.sealed[0].path.parent, files=names))]


def lost_name(lost: Loss) -> str:
    """Which facts of a damaged journal could not be read."""
    return _("设备 {code} {numbers}").format(code=safe(lost.incarnation), numbers=numbered(lost.first, lost.last))


def lost_lines(lost: Loss, columns: int, *, chosen: bool) -> list[Line]:
    """Facts of a damaged journal that could not be read: which, and what is to be done about them."""
    word, ink = aside_chip("lost")
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (lost_name(lost), "strong"),
        ),
        "cursor" if chosen else "",
    )
    told = _("账本里找不回来，中心和备份也没有。负责人按文书和材料核对、补录以后，在这里写明。")
    return [first, *((((" " * STATE, "plain"), (part, "plain")), "") for part in wrap(told, max(10, columns - STATE)))]


def aside_lines(item: Aside, columns: int, *, chosen: bool) -> list[Line]:
    """A record that came back: what it is, of which case, why, and what waits behind it."""
    word, ink = aside_chip(item.state)
    number = _("第 {seq} 条").format(seq=item.seq)
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(item.reference or "-", REFERENCE), "strong"),
            (pad(fact_name(item.type), _what_columns(columns)), "plain"),
            (number, "faint"),
        ),
        "cursor" if chosen else "",
    )
    reason = _(item.reason)
    if item.held and item.state != "conflict":
        reason += _("（这个办件其后的 {count} 条在等它）").format(count=item.held)
    parts = wrap(safe(reason), max(10, columns - STATE))
    return [first, *(((((" " * STATE, "plain"), (part, "plain")), "")) for part in parts)]


def more_line(count: int) -> Line:
    """That ``count`` older records came back too."""
    return (((_("更早的还有 {count} 条").format(count=count), "faint"),), "")


def whose(record: HallAside | HallConflict) -> str:
    """Which record of which window: ``A1 第 1 条``; of a conflict only the window where its record is not told."""
    if not record.seq:
        return window_name(record.window)
    return _("{window} 第 {seq} 条").format(window=window_name(record.window), seq=record.seq)


def hall_aside_lines(record: HallAside, zone: dt.tzinfo, columns: int, *, chosen: bool) -> list[Line]:
    """A record that waits for whoever looks after the hall: what and whose, why, since when and what its window did."""
    word, ink = aside_chip("set_aside")
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(record.reference or "-", REFERENCE), "strong"),
            (pad(fact_name(record.type), _what_columns(columns)), "plain"),
            (whose(record), "faint"),
        ),
        "cursor" if chosen else "",
    )
    reason = _(record.reason)
    if record.held:
        reason += _("（这个办件其后的 {count} 条在等它）").format(count=record.held)
    told = [_("{time} 起").format(time=local_time(record.since_ms, zone).strftime("%m-%d %H:%M"))]
    told += [other] if (other := other_journal(record.window)) else []
    told += [_("设备已注销")] if record.revoked else []
    if record.dealt_how:
        how = _("{clerk} 交来") if record.dealt_how == "handed_over" else _("{clerk} 写了更正")
        how = how.format(clerk=safe(record.dealt_by))
        told.append(said_of(how, safe(record.dealt_words)) if record.dealt_words else how)
    room = max(10, columns - STATE)
    lines: list[Line] = [first]
    for text, tone in ((safe(reason), "plain"), (_("，").join(told), "faint")):
        lines += [(((" " * STATE, "plain"), (part, tone)), "") for part in wrap(text, room)]
    return lines

"""The pages of the ticket machine: large, few words, every choice a digit and a place to touch. Pages are data; what is
drawn follows from them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from clerk_tui.i18n import N_, _, named
from clerk_tui.screens import station_keypad
from clerk_tui.screens.station_keypad import EDGE
from clerk_tui.screens.station_words import is_promised, queue_words, slot_words, wait_words
from clerk_tui.services.numbers import Outlook
from clerk_tui.services.ticket_printing import TAKE_ANOTHER, Printed
from clerk_tui.services.ticketing import Taken
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.large import centred, large
from clerk_tui.widgets.painted import BLANK, Line, Span, spread
from hall.catalogue.model import Business
from hall.queueing import Slot
from hall.tickets import STATE_NAMES, TicketState

PER_PAGE: Final = 9


@dataclass(frozen=True)
class Asked:
    """What has been said before the business is chosen. ``id_number`` is forgotten with the page."""

    priority: str = ""
    reference: str = ""
    id_number: str = field(default="", repr=False)


@dataclass(frozen=True)
class Choice:
    """One thing to choose: by its digit, or the key that it names, or by touching it. ``right`` and ``under`` say more,
    in their inks."""

    text: str
    under: str = ""
    right: str = ""
    ink: str = "faint"
    key: str = ""


@dataclass(frozen=True)
class Businesses:
    """Which business: the page that everybody sees first. ``note``: what the machine has to say of itself."""

    seen: tuple[Outlook, ...]
    asked: Asked = Asked()
    first: int = 0
    note: str = ""


@dataclass(frozen=True)
class Reasons:
    """Why somebody is called sooner."""

    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A code is typed or scanned; ``touched``: whoever came here by touch finds the keys on the screen."""

    text: str = ""
    touched: bool = False


@dataclass(frozen=True)
class Waiting:
    """The answer is on its way; keys do nothing."""

    what: str


@dataclass(frozen=True)
class Given:
    """A ticket: its number, where to wait, how long or for which ``slot``. ``printed`` is ``None`` while it prints;
    ``unsure``: the turn may not come today."""

    taken: Taken
    business: Business | None
    printed: Printed | None = None
    slot: Slot | None = None
    unsure: bool = False


@dataclass(frozen=True)
class Found:
    """A ticket that somebody asks for, and what can be done with it; ``over``: why nothing can. Only with its paper in
    hand (``held``) is it printed again or given back: the numbers stand on the display for everybody. ``unsure`` as on
    the page of one that was given."""

    taken: Taken
    business: Business | None
    held: bool
    over: str = ""
    slot: Slot | None = None
    unsure: bool = False


@dataclass(frozen=True)
class Leaving:
    """Whether the ticket is really not wanted: nothing brings it back."""

    found: Found


@dataclass(frozen=True)
class Trouble:
    """It did not work: what happened, what to do. ``shown``: what somebody showed or typed was of no use, so they may
    try it again or take a number without it."""

    message: str
    hint: str = ""
    shown: bool = False


Page = Businesses | Reasons | Entry | Waiting | Given | Found | Leaving | Trouble


@dataclass(frozen=True)
class Button:
    """A key that the line below names, and that can be touched there; ``key`` is Textual's name, empty for none."""

    key: str
    shown: str
    text: str


@dataclass(frozen=True)
class Drawn:
    """A page in lines; ``hits`` says of each line which choice it belongs to (from 0), -1 for none. Below the first
    ``above`` lines there may be keys to touch (``station_keypad``)."""

    lines: tuple[Line, ...]
    hits: tuple[int, ...]
    keys: tuple[Button, ...]
    above: int = 0


def choices(page: Page) -> Sequence[Choice]:
    """What the digits choose on this page, from 1."""
    match page:
        case Businesses():
            return [_business(each) for each in page.seen[page.first : page.first + PER_PAGE]]
        case Reasons():
            return [Choice(named(each)) for each in page.reasons]
        case Given():
            return [Choice(_("再打一次"))] if needs_print(page) else []
        case Found(over=""):
            return [_offer(text) for text in offers(page)]
        case Trouble(shown=True):
            # No digit chooses here: whoever types the number again begins with its first digit.
            again = Choice(_("再试一次"), _("扫码、刷身份证，或者输入号码"), key="0")
            return [again, Choice(_("不用它，直接取号"), _("选业务，按先后叫号"), key="Esc")]
        case Leaving(found=found):
            number = found.taken.ticket.number
            return [Choice(_("不退，接着等")), Choice(_("退掉 {number}，不办了").format(number=number))]
    return []


def needs_print(page: Given) -> bool:
    """Whether nobody has the paper in hand, as far as is known."""
    return page.taken.already or (page.printed is not None and page.printed.state != "printed")


def draw(page: Page, columns: int, rows: int) -> Drawn:
    """The page on a screen of this size."""
    if isinstance(page, Given):
        return _given(page, columns, rows)
    head, tail, keys = _words(page, columns)
    room = rows - len(head) - len(tail)
    body, hits = _tiles(choices(page), columns, room)
    if isinstance(page, Entry) and page.touched:
        body = station_keypad.lines(columns, room)
        hits = [-1] * len(body)
    spare = max(0, room - len(body))
    lines = [*head, *body, *[BLANK] * spare, *tail][:rows]
    marks = [*[-1] * len(head), *hits, *[-1] * (spare + len(tail))][:rows]
    return Drawn(tuple(lines), tuple(marks), keys, len(head))


def _digits(page: Page, text: str) -> Button:
    """The digits that choose something on this page, from 1."""
    last = len(choices(page))
    return Button("", "1" if last == 1 else f"1-{last}", text)


def _words(page: Page, columns: int) -> tuple[list[Line], list[Line], tuple[Button, ...]]:
    """What stands above the choices, what below, and the keys."""
    back = Button("escape", "Esc", _("返回"))
    match page:
        case Businesses(asked=asked, note=note):
            pick = _digits(page, _("选业务"))
            keys = [pick, Button("0", "0", _("预约、补正、查号")), Button("enter", "Enter", _("优先取号"))]
            keys += [Button("right", "→", _("下一页"))] if len(page.seen) > PER_PAGE else []
            said = _asked(asked)
            if said:
                return _title(_("请选择要办的业务"), said, columns), [], (pick, back)
            under, ink = (safe(note), "warn") if note else (_("按数字键，或点一下"), "faint")
            return _title(_("请选择要办的业务"), under, columns, ink), [], tuple(keys)
        case Reasons():
            said = _("工作人员可能会请您出示证件")
            return _title(_("为什么优先"), said, columns), [], (_digits(page, _("选理由")), back)
        case Entry(text=text):
            lines = _title(_("扫码，或者输入后按 Enter"), _("预约码、收件编号、号票、身份证"), columns)
            box = (" " * EDGE, "plain"), (f" {pad(safe(text), columns - 2 * EDGE - 4)}", "field-on"), ("▏", "info")
            return [*lines, (box, ""), BLANK], [], (Button("enter", "Enter", _("确定")), back)
        case Waiting(what=what):
            return _band(_(what), _("请稍等"), "big-info", columns), [], ()
        case Found():
            return _found(page, columns)
        case Leaving(found=found):
            title = _("要退掉 {number} 吗").format(number=found.taken.ticket.number)
            said = _("退了就作废，再来办要重新取号、从头排队")
            return _title(title, said, columns), [], (_digits(page, _("选择")), back)
        case Trouble(message=message, hint=hint, shown=True):
            lines = _band(message, hint, "big-warn", columns, above=1)
            lines += [centred(_("还是不行，请到咨询台"), "plain", columns, ""), BLANK]
            return lines, [], (Button("0", "0", _("再试一次")), Button("escape", "Esc", _("直接取号")))
        case Trouble(message=message, hint=hint):
            return _band(message, hint, "big-warn", columns), [], (_known(),)
    raise AssertionError("every page has words")


def _known() -> Button:
    """Read, and on to whoever comes next."""
    return Button("enter", "Enter", _("知道了"))


def _title(text: str, under: str, columns: int, ink: str = "faint") -> list[Line]:
    edge = " " * EDGE
    return [
        ((), "head"),
        (((edge + text, "title"),), "head"),
        (((edge + clip(under, columns - 2 * EDGE), ink),), "head"),
        BLANK,
    ]


def _band(text: str, under: str, fill: str, columns: int, above: int = 4) -> list[Line]:
    """What happened across the screen, ``above`` free lines over it, and under it what to do."""
    told = [centred(part, "strong", columns, fill) for part in wrap(safe(text), columns - 2 * EDGE)]
    more = [centred(part, "plain", columns, "") for part in wrap(safe(under), columns - 2 * EDGE) if part]
    return [*[BLANK] * above, ((), fill), *told, ((), fill), BLANK, *more]


def _asked(asked: Asked) -> str:
    if asked.priority:
        return _("优先：{reason}").format(reason=safe(named(asked.priority)))
    if asked.reference:
        return _("补正、取件：{reference}").format(reference=safe(asked.reference))
    return _("已读身份证，只用来查有没有重复取号") if asked.id_number else ""


def _business(each: Outlook) -> Choice:
    one = each.business
    right, ink = queue_words(each)
    under = "　".join(filter(None, (named(one.where), named(one.about))))
    return Choice(f"{one.letter}  {named(one.name)}", safe(under), right, ink)


def _tiles(options: Sequence[Choice], columns: int, room: int) -> tuple[list[Line], list[int]]:
    """The choices as tiles as tall as there is room for, five rows at most; one column, so that the eye runs down."""
    if not options:
        return [], []
    tall = max(1, min(5, room // len(options)))
    inner = columns - 2 * EDGE
    named_by = [option.key or str(place) for place, option in enumerate(options, 1)]
    wide = max(map(len, named_by))
    lines: list[Line] = []
    hits: list[int] = []
    for place, option in enumerate(options):
        rows: list[Line] = [(_tile(named_by[place].center(wide), option, inner), "card")]
        if tall >= 3 and (option.under or tall >= 4):
            rows.append((_under(option, inner, wide), "card"))
        if tall >= 4:
            rows = [((), "card"), *rows]
        if tall >= 5:
            rows.append(((), "card"))
        # At least one line of each tile is not the next one's.
        gap = [BLANK] * (tall - len(rows))
        lines += [*rows, *gap]
        hits += [place] * len(rows) + [-1] * len(gap)
    return lines, hits


def _tile(key: str, option: Choice, inner: int) -> tuple[Span, ...]:
    head: list[Span] = [(" " * EDGE, "plain"), (f" {key} ", "chip-key"), ("  ", "plain")]
    room = inner - 4 - width(key) - width(option.right) - 2
    head.append((clip(safe(option.text), room), "strong"))
    return (*spread(head, [(option.right, option.ink)] if option.right else [], inner + EDGE),)


def _under(option: Choice, inner: int, wide: int) -> tuple[Span, ...]:
    return ((" " * (EDGE + 4 + wide), "plain"), (clip(option.under, inner - 4 - wide), "faint"))


def _given(page: Given, columns: int, rows: int) -> Drawn:
    ticket, told = page.taken.ticket, page.taken.told
    text = _("您已经有号了") if page.taken.already else _("您的号码")
    name = safe(named(page.business.name)) if page.business else ""
    below = [*_where(page), *_print_words(page)]
    big = large(ticket.number, columns, rows - 6 - len(below))
    lines: list[Line] = [centred(f"{name}  {text}" if name else text, "title", columns, "big-info"), BLANK]
    lines += big
    lines += [BLANK, *(centred(words, ink, columns, "") for words, ink in below)]
    if told is None and not page.taken.already:
        lines.append(centred(_("网络不通，什么时候办以叫号为准"), "warn", columns, ""))
    top = max(0, (rows - len(lines)) // 3)
    lines = [*[BLANK] * top, *lines][:rows]
    keys = [Button("1", "1", _("再打一次"))] if page.taken.already or choices(page) else []
    hits = tuple(0 if keys and place >= len(lines) - 2 else -1 for place in range(len(lines)))
    return Drawn(tuple(lines), hits, (*keys, Button("escape", "Esc", _("完成"))))


def _where(page: Given) -> list[tuple[str, str]]:
    ticket, told = page.taken.ticket, page.taken.told
    found: list[tuple[str, str]] = []
    if ticket.lane == "priority":
        found.append((_("优先：{reason}").format(reason=safe(named(ticket.priority))), "info"))
    if page.business is not None and page.business.where:
        found.append((_("请到 {place} 等候叫号").format(place=safe(named(page.business.where))), "strong"))
    if ticket.state is TicketState.WAITING:
        if page.slot is not None:
            found.append((slot_words(page.slot, online=told is not None), "strong"))
        if told is not None and not is_promised(page.slot):
            ahead = _("前面还有 {count} 人").format(count=told.ahead)
            found.append((f"{ahead}　{wait_words(told, unsure=page.unsure)}", "plain"))
    return found


def _print_words(page: Given) -> list[tuple[str, str]]:
    printed = page.printed
    if page.taken.already and printed is None:
        return [(_("要再打一张号票，按 1"), "faint")]
    if printed is None:
        return [(_("正在打印号票"), "faint")]
    if printed.state == "printed":
        return [(_("请取走号票"), "good")]
    unsure = printed.state == "unknown"
    first = _("不知道号票打出来了没有，请找导办人员") if unsure else _("号票没有打出来，请找导办人员")
    return [(first, "warn"), (_("号码有效，请记住，照样会叫到您"), "strong")]


def _found(page: Found, columns: int) -> tuple[list[Line], list[Line], tuple[Button, ...]]:
    ticket, told = page.taken.ticket, page.taken.told
    state = _(STATE_NAMES[ticket.state])
    under = safe(named(page.business.name)) if page.business else ""
    if ticket.state is TicketState.WAITING and page.slot is not None:
        under += "　" + slot_words(page.slot, online=told is not None)
    if ticket.state is TicketState.WAITING and told is not None and not is_promised(page.slot):
        under += "　" + _("前面还有 {count} 人").format(count=told.ahead)
    if ticket.window and ticket.state in (TicketState.CALLED, TicketState.SERVING):
        under += "　" + _("{window} 号窗口").format(window=safe(ticket.window))
    if ticket.withdrawn:
        other = _("、").join(ticket.withdrawn)
        under += "　" + _("{other} 与它是同一个预约，已作废，请等 {number}").format(other=other, number=ticket.number)
    title = _title(f"{ticket.number}　{state}", under, columns)
    if page.over:
        return [*title, *_band(_(page.over), _(TAKE_ANOTHER), "big-info", columns)], [], (_known(),)
    if not page.held:
        said = wrap(_("补打、退号要扫号票上的二维码；没有号票请找导办人员"), columns - 2 * EDGE)
        title += [(((" " * EDGE + part, "plain"),), "") for part in said] + [BLANK]
    if not offers(page):
        return title, [], (_known(),)
    return title, [], (_digits(page, _("选择")), Button("escape", "Esc", _("返回")))


PRINT_AGAIN: Final = N_("补打这张号票")
COME_BACK: Final = N_("我回来了，重新等候")
LEAVE: Final = N_("不办了，退掉这个号")


def offers(page: Found) -> list[str]:
    """What can be done with the ticket, in the order of the digits."""
    state = page.taken.ticket.state
    moves = [COME_BACK] if state is TicketState.PASSED else []
    if not page.held:
        return moves
    return [PRINT_AGAIN, *moves, *([LEAVE] if state is TicketState.WAITING else [])]


def _offer(text: str) -> Choice:
    return Choice(_(text), _("过号后回来，排在前几位之后") if text == COME_BACK else "")


def with_print(page: Page, printed: Printed) -> Page:
    """The page after its ticket was printed, or was not."""
    if isinstance(page, Given) and page.taken.ticket.ticket_id == printed.ticket.ticket_id:
        return replace(page, printed=printed)
    return page

"""``clerk call``: a window's part in the queue, command by command, with the services of the screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.helping import Group
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from hall.errors import BadInput, HallError
from hall.tickets import STATE_NAMES, TicketState

if TYPE_CHECKING:
    from clerk_tui.services.calling import Window
    from hall.queue_wire import TicketView
    from hall.roles import Actor

Job = Callable[["Window", "Actor"], None]
REASON = "--reason"


@click.group("call", cls=Group, no_args_is_help=True, subcommand_metavar="COMMAND ...", options_metavar="")
def call() -> None:
    """A window's part in the queue."""


call.help = _(
    "叫号：下一位、再叫、过号、暂放、转走、办结。与窗口的屏幕是同一张号；应答中断后同一条命令再来一次，还是同一次操作。"
)


def _reason(about: str) -> Callable[[Any], Any]:
    return click.option(REASON, default="", metavar="TEXT", help=about)


@contextmanager
def _window(session: Session) -> Iterator[tuple[Window, Actor]]:
    from clerk_tui.services.calling import Window
    from clerk_tui.services.queue_centre import served_here

    with session.workspace() as ws:
        businesses = served_here(ws)
        if not businesses:
            hint = _("大厅要有取号业务（hall.toml），本机要在中心登记过，config.toml 的 queue.enabled 为 true")
            raise HallError("no_queue", _("本窗口不叫号"), hint=hint)
        window = Window(ws, [each.key for each in businesses])
        with closing(window.line):
            yield window, ws.clerk


def _do(session: Session, as_json: bool, job: Job, *, look: bool = False) -> None:
    with _window(session) as (window, actor):
        window.detailed = look
        job(window, actor)
        told = as_data(window)
        news = window.now().news
        if news is not None and news.kind == "unreachable":
            hint = _("网络恢复后同一条命令再来一次，还是同一次叫号；断网时用 clerk call scan 办群众手里的号票")
            raise HallError("centre_unreachable", _("连不上中心，没有叫到号"), field="ticket", hint=hint)
        if news is not None and news.kind in ("refused", "gone"):
            words = _(news.text) or _("这张号已不在本窗口")
            raise HallError("refused", words, field="ticket", hint="clerk call status")
    answer(as_json, told, lambda: _lines(told, listed=look))


def as_data(window: Window) -> dict[str, Any]:
    """How the queue stands for this window, as the command's JSON tells it. Nobody who waits is named."""
    now = window.now()
    return {
        "window": window.window,
        "state": now.state,
        "online": now.online,
        "ticket": _ticket(now.visit.ticket) if now.visit is not None else None,
        "served": [
            {"reference": each.reference or None, "outcome": each.outcome}
            for each in (now.visit.served if now.visit is not None else ())
        ],
        "held": [_ticket(each.ticket) for each in now.desk.held],
        "waiting": [_ticket(each) for each in now.waiting],
        "more_waiting": now.more,
        "untold": len(now.desk.owed),
    }


def _ticket(ticket: TicketView) -> dict[str, Any]:
    return {
        "ticket": ticket.ticket_id,
        "number": ticket.number,
        "business": ticket.business,
        "state": ticket.state,
        "lane": ticket.lane,
        "priority": ticket.priority or None,
        "reference": ticket.reference or None,
        "calls": ticket.calls,
        "why": ticket.why or None,
    }


def _lines(told: dict[str, Any], *, listed: bool) -> Iterator[str]:
    ticket = told["ticket"]
    if ticket is None:
        yield _("{window}号窗口没有号").format(window=told["window"])
    else:
        yield f"{ticket['number']}  {_(STATE_NAMES[TicketState(ticket['state'])])}  {_(ticket['why'] or '')}".rstrip()
    for each in told["held"]:
        yield "  " + _("暂放 {numbers}").format(numbers=each["number"])
    if listed:
        yield _("等候 {count} 人").format(count=len(told["waiting"])) + ("+" if told["more_waiting"] else "")
        yield from (f"  {each['number']}  {each['business']}" for each in told["waiting"])
    if not told["online"]:
        yield _("连不上中心，记在本机，网络恢复后上传")


@command("next", _("叫下一位：由大厅的规则定，窗口不挑。"), _("叫下一位"))
@json_option
def next_(session: Session, as_json: bool) -> None:
    """The window with the ticket it called; ``ticket`` is ``null`` when nobody waits."""
    _do(session, as_json, lambda window, actor: window.call_next(actor))


@command("recall", _("再叫一次还没有来的人；第一次叫号的时间不变。"), _("再叫一次"))
@json_option
def recall(session: Session, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.recall(actor))


@command("start", _("人已到窗口，开始办理：号不会再退回队里。"), _("人到了"))
@json_option
def start(session: Session, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.start(actor))


@command("pass", _("过号：叫了没来，要写原因。"), _("过号"))
@_reason(_("原因，例如 叫三次未到"))
@json_option
def pass_(session: Session, reason: str, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.pass_over(actor, reason))


@command("hold", _("暂放：人去复印、填表，号留在本窗口，要写原因。"), _("暂放"))
@_reason(_("原因，例如 去复印"))
@json_option
def hold(session: Session, reason: str, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.hold(actor, reason))


@command("resume", _("接着办一张暂放在本窗口的号。"), _("接着办暂放的"))
@argument("number", metavar="NUMBER", about=_("号码，例如 A012"))
@json_option
def resume(session: Session, number: str | None, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.take_up(actor, _held(window, number, "clerk call resume")))


@command("release", _("把暂放的号放回队里原来的位置。"), _("放回队里"))
@argument("number", metavar="NUMBER", about=_("号码，例如 A012"))
@json_option
def release(session: Session, number: str | None, as_json: bool) -> None:
    """As ``next``."""
    _do(session, as_json, lambda window, actor: window.release(actor, _held(window, number, "clerk call release")))


@command("one", _("不按顺序先叫某一张号（排队的、过号的），理由记在号上。"), _("先叫某一位"))
@argument("number", metavar="NUMBER", about=_("今天的号码，例如 A012"))
@_reason(_("为什么先叫"))
@json_option
def one(session: Session, number: str | None, reason: str, as_json: bool) -> None:
    """As ``next``."""
    if not number:
        raise missing("NUMBER", "clerk call one")
    wanted = number.strip().upper()[:10]
    _do(session, as_json, lambda window, actor: window.call(actor, window.numbered(wanted).ticket_id, reason))


@command(
    "scan", _("办手里拿着号票的人：TEXT 是扫到的二维码或条码。断网时只认二维码，记在本机，之后报给中心。"), _("扫号票")
)
@argument("text", metavar="TEXT", about=_("扫到的文字，TKT 开头"))
@json_option
def scan_ticket(session: Session, text: str | None, as_json: bool) -> None:
    """As ``next``."""
    from clerk_tui.services import queue_paper

    if not text:
        raise missing("TEXT", "clerk call scan")
    _do(session, as_json, lambda window, actor: window.take(actor, queue_paper.read(window.ws, text)))


@command(
    "transfer", _("转到别的业务（--to），或同一业务的另一个窗口（--window）；号码和先后不变，要写原因。"), _("转走")
)
@click.option("--to", "business", default="", metavar="KEY", help=_("业务代号，见 hall.toml"))
@click.option("--window", "to_window", default="", metavar="NAME", help=_("窗口号"))
@_reason(_("原因，例如 取错号"))
@json_option
def transfer(session: Session, business: str, to_window: str, reason: str, as_json: bool) -> None:
    """As ``next``."""

    def job(window: Window, actor: Actor) -> None:
        keys = [each.key for each in window.ws.catalogue.hall.businesses]
        if business and business not in keys:
            hint = _("可以用的有：{keys}").format(keys=_("、").join(keys))
            raise BadInput("unknown_business", _("没有业务“{key}”").format(key=business), field="--to", hint=hint)
        visit = window.now().visit
        same = visit.ticket.business if visit is not None and to_window else ""
        window.transfer(actor, business or same, to_window, reason)

    _do(session, as_json, job)


@command("finish", _("办结：--served 写办好的件，可以写几次；一件没办的用 --outcome 写怎样结束的。"), _("办结"))
@click.option("--served", "references", multiple=True, metavar="REF", help=_("这次办好的件，收件编号"))
@click.option("--outcome", default="", metavar="TEXT", help=_("没有办件的怎样结束，例如 inquiry（只咨询）"))
@json_option
def finish(session: Session, references: tuple[str, ...], outcome: str, as_json: bool) -> None:
    """As ``next``."""

    def job(window: Window, actor: Actor) -> None:
        from clerk_tui.services import cases

        for reference in references:
            case = cases.get(window.ws, reference).case
            window.served(case.reference, case.state.value)
        window.finish(actor, outcome)

    _do(session, as_json, job)


@command(
    "status",
    _("本窗口有哪张号，暂放了哪些，谁在等（只有号码）。只看，不算窗口开着；有人在窗口的，用 --here 告诉中心。"),
    _("有哪张号，谁在等"),
)
@click.option("--here", is_flag=True, help=_("窗口有人：还没有来的人的号续期，大厅继续算这个窗口开着（五分钟）"))
@json_option
def status(session: Session, here: bool, as_json: bool) -> None:
    """As ``next``, with those who wait in ``waiting``. ``here`` is what an open screen says by itself every few
    seconds."""
    _do(session, as_json, lambda window, actor: window.beat() if here else window.look(serves=False), look=True)


def _held(window: Window, number: str | None, words: str) -> str:
    """The identity of a number that is set aside here."""
    if not number:
        raise missing("NUMBER", words)
    wanted = number.strip().upper()
    found = next((each for each in window.now().desk.held if each.number == wanted), None)
    return found.ticket.ticket_id if found is not None else wanted[:10]


for each in (next_, recall, start, pass_, hold, resume, release, one, scan_ticket, transfer, finish, status):
    call.add_command(each)

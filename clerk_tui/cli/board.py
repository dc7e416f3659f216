"""``clerk board``: the supervisor's board, in the terminal or served to browsers."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_tui.cli.console import Session, command, note, say
from clerk_tui.cli.kiosk import beside_of, code_check, hall_of, new_verifier, require_terminal, sign_of
from clerk_tui.i18n import _
from hall.errors import BadInput, HallError

SHORTEST, LONGEST = 6, 12


@command(
    "board",
    _(
        "打开看板：排队和窗口、办件的时限灯和卡在谁手里、承诺、告知、设备，用方向键看，什么也改不了。"
        "只用公示屏的凭据（clerk-central enrol-code --role kiosk），不输入退出码不能退出。"
    ),
)
@click.option("--demo", is_flag=True, help=_("看示例大厅（clerk demo），没有就在旁边启动它的中心"))
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=_("示例大厅的数据在这里"))
@click.option("--serve", metavar="HOST:PORT", help=_("不在终端里，给浏览器看：在这个地址上提供网页"))
@click.option("--new-code", is_flag=True, help=_("设退出码：输入两遍，打印出要抄进 config.toml 的一行"))
@click.option("--in-browser", is_flag=True, hidden=True)
def board(session: Session, demo: bool, data: Path | None, serve: str | None, new_code: bool, in_browser: bool) -> None:
    """The board, until somebody leaves it with the code."""
    if new_code:
        say(f'leave_code = "{new_verifier(_ask_code())}"')
        note(_("把这一行抄进 config.toml 的 [kiosk] 部分。"))
        return
    if serve is not None:
        from clerk_tui.cli.serving import serve_board

        serve_board(session, serve, demo, data)
        return
    if not in_browser:
        require_terminal()
        if not demo and not session.config.kiosk.leave_code:
            hint = _("运行 clerk board --new-code，把打印出的一行抄进 config.toml；只想看看，用 --demo")
            raise HallError("no_leave_code", _("还没有设退出码，看板不启动"), field="kiosk.leave_code", hint=hint)
    _open(session, demo, data)


def _open(session: Session, demo: bool, data: Path | None) -> None:
    from clerk_tui.app import prepare
    from clerk_tui.i18n import install
    from clerk_tui.logs import setup_logging
    from clerk_tui.services.hall_watch import Watcher

    with hall_of(session, demo, data, "board", "B1") as (config, url):
        setup_logging(config)
        prepare(config)
        install(config.screen.language)
        from clerk_tui.screens.board import BoardApp
        from clerk_tui.screens.kiosk import hold_the_keyboard

        hold_the_keyboard()
        beside = beside_of(data) if demo else None
        watcher = Watcher(config, url, whole=True)
        app = BoardApp(config, watcher, sign_of(session, config), code_check(config), beside)
        app.run(mouse=False)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def _ask_code() -> str:
    """The code, typed twice and shown never.

    Raises:
        BadInput: it is none, or the two differ.
    """
    code: str = click.prompt(_("退出码（6 到 12 位数字）"), hide_input=True, err=True)
    if not (code.isascii() and code.isdigit() and SHORTEST <= len(code) <= LONGEST):
        raise BadInput("bad_code", _("退出码是 6 到 12 位数字"), field="--new-code")
    if click.prompt(_("再输一次"), hide_input=True, err=True) != code:
        raise BadInput("codes_differ", _("两次输入的不一样"), field="--new-code")
    return code

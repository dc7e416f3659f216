"""``clerk display``: the display over the windows."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_tui.cli.console import Session, command
from clerk_tui.cli.kiosk import code_check, hall_of, require_terminal, sign_of
from clerk_tui.i18n import _


@command(
    "display",
    _(
        "打开叫号屏：最近的呼叫、各窗口正在办的号、各业务的等候，大字显示，只有号码没有姓名；"
        "装了 espeak-ng（或在 config.toml 的 [display] 里指定了程序）就读出来，每次呼叫读一遍。"
    ),
)
@click.option("--demo", is_flag=True, help=_("看示例大厅（clerk demo），没有就在旁边启动它的中心"))
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=_("示例大厅的数据在这里"))
def display(session: Session, demo: bool, data: Path | None) -> None:
    """The display, until somebody leaves it."""
    from clerk_tui.app import prepare
    from clerk_tui.i18n import install
    from clerk_tui.logs import setup_logging
    from clerk_tui.services import speaking
    from clerk_tui.services.hall_watch import Watcher

    require_terminal()
    with hall_of(session, demo, data, "display", "D1") as (config, url):
        setup_logging(config)
        prepare(config)
        from clerk_tui.screens.display import DisplayApp
        from clerk_tui.screens.kiosk import hold_the_keyboard

        hold_the_keyboard()
        speaker = speaking.Speaker(
            speaking.engine(config.display.voice, config.display.speak, install(config.screen.language))
        )
        app = DisplayApp(config, Watcher(config, url), sign_of(session, config), speaker, code_check(config))
        app.run(mouse=False)
        speaker.close()
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)

"""What the screens for the hall share: whose credential, which centre, and the code that leaves them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_tui.cli.console import Session
from clerk_tui.i18n import _, named, say_hall
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.screens.board_sheets import Beside
    from clerk_tui.widgets.hall_bar import Sign

CODE_SECRET = b"clerk-kiosk-leave-code-verifiers"
"""Mixed into every code, so that a verifier of a code is none of a clerk's PIN."""
NAME = "kiosk"
DEMO_CODE = "246810"
"""The code that leaves the sample hall's board and display, as the README says it."""


def new_verifier(code: str) -> str:
    """What ``kiosk.leave_code`` holds for a code."""
    from hall.pins import make_verifier

    return make_verifier(CODE_SECRET, NAME, code)


def code_check(config: Config) -> Callable[[str], bool] | None:
    """What knows the code that leaves, ``None`` where none is set."""
    verifier = config.kiosk.leave_code
    if not verifier:
        return None

    def check(code: str) -> bool:
        from hall.pins import is_right

        return is_right(verifier, CODE_SECRET, NAME, code)

    return check


def sign_of(session: Session, config: Config) -> Sign:
    """What the hall calls itself and its queues; nothing where its catalogue cannot be read."""
    from clerk_tui import paths
    from clerk_tui.store.catalogue import open_catalogue
    from clerk_tui.widgets.hall_bar import Sign

    try:
        catalogue = open_catalogue(config.catalogue_dir, paths.cache_dir())
    except HallError:
        return Sign()
    say_hall((each.zh, each.en) for each in catalogue.english)
    hall = catalogue.hall
    return Sign(named(hall.name), tuple((each.key, named(each.name)) for each in hall.businesses))


@contextmanager
def hall_of(
    session: Session, demo: bool, data: Path | None, place: str, code: str
) -> Iterator[tuple[Config, Callable[[], str]]]:
    """The settings, and what waits for the centre and tells its address.

    ``demo``: the sample hall's, which is started beside or joined; the device enrols itself there as a kiosk.

    Raises:
        HallError: ``not_enrolled``, this device has no credential yet.
    """
    if not demo:
        config = session.config
        _require_token(config)
        yield config, lambda: config.centre.url
        return
    from msgspec.structs import replace

    from clerk_tui import paths
    from clerk_tui.cli.beside import centre_beside, sample_config
    from hall.roles import Role

    folder = data or paths.data_dir() / "demo"
    settings = sample_config(session.config, folder, folder / "papers", place=place, code=code)
    kiosk = replace(settings.kiosk, leave_code=settings.kiosk.leave_code or new_verifier(DEMO_CODE))
    settings = replace(settings, kiosk=kiosk)
    with centre_beside(folder) as centre:

        @cache
        def joined() -> str:
            from clerk_tui.services.workspace import open_workspace

            centre.start()
            ws = open_workspace(settings)
            try:
                centre.enrol(ws, Role.KIOSK)
            finally:
                ws.close()
            return centre.url()

        yield settings, joined


def beside_of(data: Path | None) -> Beside:
    """What to run beside the board of the sample hall whose data lie there, and where."""
    from clerk_tui import paths
    from clerk_tui.screens.board_sheets import Beside

    root, clerk = paths.PROJECT_ROOT, Path(sys.executable).with_name("clerk")
    folder = str(root) if clerk.is_relative_to(root) else ""
    clerk = clerk.relative_to(root) if folder else clerk
    here = f" --data {shlex.quote(str(data.resolve()))}" if data is not None else ""
    counter = "make run" if folder and not here and (root / "Makefile").is_file() else f"{clerk} demo{here}"
    return Beside(
        folder,
        (
            (counter, _("窗口：叫号、收件")),
            (f"{clerk} station --demo{here}", _("取号机")),
            (f"{clerk} display --demo{here}", _("叫号屏")),
        ),
    )


def require_terminal() -> None:
    """That there is a terminal to draw on.

    Raises:
        HallError: ``no_terminal``.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise HallError("no_terminal", _("这里没有终端，打不开屏幕"), hint=_("在终端里运行"))


def _require_token(config: Config) -> None:
    from clerk_tui.sync.token import read_token, token_path

    if read_token(token_path(config.store_file, config.token_file)) is None:
        hint = _("在中心运行 clerk-central enrol-code --role kiosk，再在本机运行 clerk enrol；只想看看，用 --demo")
        raise HallError("not_enrolled", _("本机还没有登记成公示屏"), field="centre.token_file", hint=hint)

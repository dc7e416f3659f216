"""``clerk demo``: the product on a sample hall, with a centre of its own beside it; with screens, or by itself."""

from __future__ import annotations

import logging
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from clerk_tui.cli.console import Session, command, json_option
from clerk_tui.i18n import _
from hall.errors import BadInput, HallError

if TYPE_CHECKING:
    from clerk_tui.app import Report
    from clerk_tui.cli.beside import Centre
    from clerk_tui.config import Config
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.sync.supervisor import Supervisor

log = logging.getLogger(__name__)


@command(
    "demo",
    _(
        "打开示例大厅：示例目录、自己的账本、旁边一个中心，与真实办理完全相同，数据另放一处。"
        "--headless 不开屏幕，自动办一个上午（受理、补正、容缺、不予受理、咨询），每步一行 JSON，"
        "最后全部上传到中心。"
    ),
)
@click.option("--headless", is_flag=True, help=_("不开屏幕，自动办一个上午"))
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help=_("--headless 的凭证放在这个文件夹"))
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=_("账本和中心的数据放在这里"))
@json_option
def demo(session: Session, headless: bool, out: Path | None, data: Path | None, as_json: bool) -> None:
    """The counter on the sample hall; ``--headless``: one JSON line a step, whether with ``--json`` or not."""
    from clerk_tui import paths

    if not headless:
        if out is not None:
            raise BadInput("bad_argument", _("--out 只用于 --headless"), field="--out")
        _with_screens(session.config, data or paths.data_dir() / "demo")
        return
    if out is None:
        hint = "clerk demo --headless --out papers"
        raise BadInput("missing_argument", _("缺少 --out"), field="--out", hint=hint)
    if data is not None:
        _headless(session.config, data, out)
        return
    with tempfile.TemporaryDirectory(prefix="clerk-demo-") as folder:
        _headless(session.config, Path(folder), out)


def demo_config(config: Config, folder: Path, papers: Path) -> Config:
    """The settings with the sample catalogue and everything that is written below ``folder``."""
    from msgspec.structs import replace

    from clerk_tui import paths

    folder, papers = folder.resolve(), papers.resolve()
    return replace(
        config,
        catalogue=replace(config.catalogue, path=str(paths.PROJECT_ROOT / "catalogue")),
        store=replace(config.store, path=str(folder / "clerk.db"), witness=str(folder / "clerk.witness")),
        centre=replace(config.centre, enabled=True, token_file=""),
        print=replace(config.print, target=f"dir:{papers}", by_kind={}),
    )


@contextmanager
def _beside(folder: Path) -> Iterator[Centre]:
    """A centre that whoever needs it starts, and that is stopped in the end, also when we are told to end."""
    from clerk_tui.cli.beside import Centre

    centre = Centre(folder / "central")
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield centre
    finally:
        centre.stop()
        signal.signal(signal.SIGTERM, before)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _with_screens(config: Config, folder: Path) -> None:
    from clerk_tui.cli.counter import open_counter

    with _beside(folder) as centre:
        settings = demo_config(config, folder, folder / "papers")
        open_counter(settings, lambda ws, report: _Waiting(ws, report, centre))


def _headless(config: Config, folder: Path, out: Path) -> None:
    from clerk_tui.cli.morning import serve_morning
    from clerk_tui.cli.setup import prepare_fonts
    from clerk_tui.logs import setup_logging
    from clerk_tui.services.workspace import open_workspace

    settings = demo_config(config, folder, out)
    setup_logging(settings)
    with _beside(folder) as centre:
        centre.start()
        prepare_fonts()
        ws = open_workspace(settings)
        try:
            serve_morning(ws, centre)
        finally:
            ws.close()


class _Waiting:
    """The counter's sync and its centre, both begun after the first paint; the screens wait for neither."""

    def __init__(self, ws: Workspace, report: Report, centre: Centre) -> None:
        self._ws, self._report, self._centre = ws, report, centre
        self._supervisor: Supervisor | None = None
        self._stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._begin, name="centre", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def wish(self, word: str = "new") -> None:
        """Pass on what the screens wish; before the centre is there nothing needs to be said."""
        if self._supervisor is not None:
            self._supervisor.wish(word)

    def stop(self) -> None:
        """End the sync; the centre is stopped by whoever started it."""
        with self._lock:
            self._stopped = True
        if self._supervisor is not None:
            self._supervisor.stop()

    def _begin(self) -> None:
        from clerk_tui.cli.counter import sync_settings
        from clerk_tui.sync.supervisor import Supervisor

        ws = self._ws
        try:
            with self._lock:
                if self._stopped:
                    return
                self._centre.start()
            url = self._centre.url()
            self._centre.enrol(ws)
        except HallError as error:
            log.warning("the centre beside the counter: %s", error.code)
            return
        with self._lock:
            if not self._stopped:
                self._supervisor = Supervisor(
                    ws.journal.database, ws.clock, sync_settings(ws.config, url), self._report
                )
                self._supervisor.start()

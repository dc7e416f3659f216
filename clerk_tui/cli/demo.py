"""``clerk demo``: the product on a sample hall, with a centre of its own beside it; with screens, or by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_tui.cli.console import Session, command, json_option
from clerk_tui.i18n import _
from hall import os_words
from hall.errors import BadInput

if TYPE_CHECKING:
    from clerk_tui.config import Config


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
    _require_folder(out)
    if data is not None:
        _headless(session.config, data, out)
        return
    with tempfile.TemporaryDirectory(prefix="clerk-demo-") as folder:
        _headless(session.config, Path(folder), out)


def _require_folder(out: Path) -> None:
    """That papers can be put there. Raises ``BadInput``."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        what = _("{path} 放不了文书（{why}）").format(path=out, why=_(os_words.why(error)))
        raise BadInput("bad_folder", what, field="--out", hint=_("换一个写得进的文件夹")) from None


def _with_screens(config: Config, folder: Path) -> None:
    from clerk_tui.cli.beside import centre_beside, sample_config
    from clerk_tui.cli.counter import open_counter
    from clerk_tui.cli.joining import Joining

    with centre_beside(folder) as centre:
        settings = sample_config(config, folder, folder / "papers")
        open_counter(settings, lambda ws, report: Joining(ws, report, centre))


def _headless(config: Config, folder: Path, out: Path) -> None:
    from clerk_tui.cli.beside import centre_beside, sample_config
    from clerk_tui.cli.morning import serve_morning
    from clerk_tui.cli.setup import prepare_fonts
    from clerk_tui.logs import setup_logging
    from clerk_tui.services.workspace import open_workspace

    settings = sample_config(config, folder, out)
    setup_logging(settings)
    with centre_beside(folder) as centre:
        centre.start()
        prepare_fonts()
        ws = open_workspace(settings)
        try:
            serve_morning(ws, centre)
        finally:
            ws.close()

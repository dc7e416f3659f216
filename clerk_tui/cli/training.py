"""``clerk training``: the counter on a sandbox with exercises, for new clerks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, command, json_option
from clerk_tui.cli.helping import padded
from clerk_tui.i18n import _

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.training import Exercise

OFFICE, CODE = "PX00", "P1"
"""The hall and the device of a sandbox: no reference of it can be taken for a real one."""


@command(
    "training",
    _(
        "培训：同样的程序，办在单独的练习数据上，不连中心，凭证每页印有“培训样张”。"
        "一题一题地练，按写下的记录判对错，最后给出结果。--list 列出练习。"
    ),
)
@click.option("--list", "only_list", is_flag=True, help=_("列出练习，不打开屏幕"))
@click.option(
    "--exercises",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("用这个文件里的练习和本机配置的事项目录；不给则用自带的练习和示例目录"),
)
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=_("练习数据和凭证放在这里"))
@json_option
def training(session: Session, only_list: bool, file: Path | None, data: Path | None, as_json: bool) -> None:
    """``{"exercises": [{"key", "title", "done", "right", "points", "keys", "expected_keys", "seconds"}], "right",
    "total"}`` once the screens are closed; with ``--list`` ``{"exercises": [{"key", "title", "law"}]}``."""
    from clerk_tui import i18n, paths
    from clerk_tui.services import training as service

    exercises = service.load(file or service.FILE, i18n.language())
    if only_list:
        rows = [{"key": one.key, "title": one.title, "law": one.law} for one in exercises]
        width = max(len(one.key) for one in exercises)
        answer(as_json, {"exercises": rows}, lambda: [f"{padded(row['key'], width)}  {row['title']}" for row in rows])
        return
    settings = sandbox(session.config, data or paths.data_dir() / "training", own=file is not None)
    told = _worked(settings, exercises)
    right = sum(bool(one["right"]) for one in told)
    line = _("{right} / {total} 全对").format(right=right, total=len(exercises))
    lines = [*(f"{_('全对') if one['right'] else _('再练')}  {one['title']}" for one in told), line]
    answer(as_json, {"exercises": told, "right": right, "total": len(exercises)}, lambda: lines)


def sandbox(config: Config, folder: Path, *, own: bool = False) -> Config:
    """Settings of which nothing reaches the hall: own store and device, no centre, no printer, no alarm, no queue.

    ``own``: with the workstation's catalogue instead of the sample hall's.
    """
    from msgspec.structs import replace

    from clerk_tui import paths
    from clerk_tui.config import AlarmSection, CentreSection, DeviceSection, QueueSection

    folder = folder.resolve()
    catalogue = config.catalogue if own else replace(config.catalogue, path=str(paths.PROJECT_ROOT / "catalogue"))
    return replace(
        config,
        training=True,
        hall=replace(config.hall, office=OFFICE),
        device=DeviceSection(code=CODE),
        catalogue=catalogue,
        store=replace(
            config.store, path=str(folder / "clerk.db"), witness=str(folder / "clerk.witness"), backup_dir=""
        ),
        centre=CentreSection(enabled=False),
        queue=QueueSection(enabled=False),
        print=replace(config.print, target=f"dir:{folder / 'papers'}", by_kind={}, others=()),
        alarm=AlarmSection(),
    )


def _worked(config: Config, exercises: tuple[Exercise, ...]) -> list[dict[str, Any]]:
    """Open the screens; what became of each exercise that was worked on."""
    from clerk_tui.cli.counter import open_counter

    told: list[dict[str, Any]] = []

    def ended(app: Any) -> None:
        from clerk_tui.screens.training import as_told

        told.extend(as_told(app.scores.values()))

    open_counter(config, None, exercises, ended)
    return told

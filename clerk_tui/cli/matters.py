"""``clerk matters``: check the catalogue, list it, look a matter up, find one as the search screen does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option, say, tell_error
from clerk_tui.cli.helping import Group, padded
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _

if TYPE_CHECKING:
    from clerk_tui.store.catalogue import CatalogueStore
    from hall.catalogue.findings import CatalogueProblems
    from hall.catalogue.model import Limit, Matter


@click.group("matters", cls=Group, no_args_is_help=True, subcommand_metavar="COMMAND ...", options_metavar="")
def matters() -> None:
    """The catalogue of matters."""


matters.help = _("事项目录：检查、列出、查看、查找事项。")


@command("check", _("检查事项目录，一次说出所有问题：哪个文件、哪个键、怎么改。"), _("检查事项目录"))
@argument("folder", type=click.Path(path_type=Path), about=_("目录的文件夹；不给则用配置里的"))
@json_option
def check(session: Session, folder: Path | None, as_json: bool) -> None:
    """``{"ok", "version", "effective", "departments", "matters", "problems"}``; with problems an error, exit 2."""
    from clerk_tui.store.catalogue import read_folder
    from hall.catalogue.findings import CatalogueProblems
    from hall.catalogue.load import load_catalogue

    where = folder or session.config.catalogue_dir
    try:
        catalogue = load_catalogue(read_folder(where))
    except CatalogueProblems as error:
        _tell_problems(error, as_json)
        raise click.exceptions.Exit(error.exit_code) from None
    result = {
        "ok": True,
        "version": catalogue.version,
        "effective": catalogue.effective.isoformat(),
        "departments": len(catalogue.departments),
        "matters": len(catalogue.matters),
        "problems": [],
    }
    line = _("{path}：{matters} 个事项、{departments} 个部门，版本 {version}，没有问题")
    answer(as_json, result, lambda: [line.format(path=where, **result)])


def _tell_problems(error: CatalogueProblems, as_json: bool) -> None:
    """Every finding: beside the error in JSON, line by line for a person."""
    found = [
        {"file": each.file, "key": each.key, "message": each.message, "hint": each.hint} for each in error.problems
    ]
    if not as_json:
        say(*(str(each) for each in error.problems))
    tell_error(error, as_json, problems=found)


@command("list", _("列出全部事项，按目录中的顺序。"), _("列出全部事项"))
@json_option
def list_(session: Session, as_json: bool) -> None:
    """``{"matters": [{"key", "name", "department", "code"}]}``."""
    catalogue = session.catalogue
    rows = [_row(catalogue, matter) for matter in catalogue.matters()]
    answer(as_json, {"matters": rows}, lambda: _table(rows))


@command("search", _("查找事项：汉字、拼音、首字母（qykb）、编码或部门，可以混写。最合适的在前。"), _("查找事项"))
@argument("text", about=_("要找的字，多个词用空格隔开"))
@click.option("--limit", type=click.IntRange(1, 1000), default=20, metavar="N", help=_("最多列出几个，不写时是 20"))
@json_option
def search(session: Session, text: str | None, limit: int, as_json: bool) -> None:
    """``{"matters": [{"key", "name", "department", "code", "kind", "score"}]}``."""
    if text is None:
        raise missing("TEXT", "clerk matters search")
    rows = [
        {
            "key": hit.key,
            "name": hit.name,
            "department": hit.department,
            "code": hit.code,
            "kind": hit.kind,
            "score": hit.score,
        }
        for hit in session.catalogue.search(text, limit)
    ]
    answer(as_json, {"matters": rows}, lambda: _table(rows) if rows else [_("没有找到")])


@command("show", _("查看一个事项：时限、收费、问题、全部材料。"), _("查看一个事项"))
@argument("matter", about=_("事项的代号、编码或名称"))
@json_option
def show(session: Session, matter: str | None, as_json: bool) -> None:
    """The matter as its file has it, with every default filled in, and ``department_name``."""
    if matter is None:
        raise missing("MATTER", "clerk matters show")
    catalogue = session.catalogue
    found = catalogue.resolve(matter)
    answer(as_json, _whole(catalogue, found), lambda: _about(catalogue, found))


for each in (check, list_, show, search):
    matters.add_command(each)


def _row(catalogue: CatalogueStore, matter: Matter) -> dict[str, str]:
    short = next((each.short for each in catalogue.departments if each.key == matter.department), "")
    return {"key": matter.key, "name": matter.name, "department": short, "code": matter.code}


def _table(rows: list[Any]) -> Iterator[str]:
    width = max(len(row["key"]) for row in rows)
    for row in rows:
        yield f"{padded(row['key'], width)}  {row['name']}" + (f"  {row['department']}" if row["department"] else "")


def _whole(catalogue: CatalogueStore, matter: Matter) -> dict[str, Any]:
    name = next((each.name for each in catalogue.departments if each.key == matter.department), "")
    data = _filled(matter)
    return {**data, "department_name": name, "version": catalogue.version}


def _filled(value: Any) -> Any:
    """Structs as dictionaries with their defaults, which ``omit_defaults`` would leave out."""
    import msgspec

    if isinstance(value, msgspec.Struct):
        return {name: _filled(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [_filled(each) for each in value]
    return msgspec.to_builtins(value)


def _about(catalogue: CatalogueStore, matter: Matter) -> Iterator[str]:
    name = next((each.name for each in catalogue.departments if each.key == matter.department), matter.department)
    yield f"{matter.name}  {matter.key}"
    yield _("编码：{code}    类型：{kind}    部门：{name}").format(code=matter.code, kind=matter.kind, name=name)
    statutory = matter.limits.statutory
    if statutory is not None:
        yield _("法定时限：{limit}").format(limit=limit_text(statutory))
    yield _("承诺时限：{limit}").format(limit=limit_text(matter.limits.promised))
    fee = f"{matter.fee.fen / 100:.2f} 元" if matter.fee.fen else _("不收费")
    yield _("收费：{fee}").format(fee=matter.fee.text or fee)
    for question in matter.questions:
        options = "、".join(f"{each.code} {each.label}" for each in question.options) or "yes、no"
        yield _("问题 {code}：{text}（{options}）").format(code=question.code, text=question.text, options=options)
    yield _("材料：")
    for row in matter.materials:
        marks = [_("必要") if row.required else _("非必要")]
        marks += [_("可容缺")] if row.tolerable else []
        yield f"  {row.code}  {row.name}（{row.form}{row.copies}份，{'、'.join(marks)}）"


def limit_text(limit: Limit) -> str:
    """A limit in words."""
    if limit.unit == "on_the_spot":
        return _("当场办结")
    text = _("{days}个工作日") if limit.unit == "working_day" else _("{days}日")
    start = _("自受理") if limit.starts == "accepted" else _("自收到申请")
    return f"{text.format(days=f'{limit.days:g}')}（{start}）"

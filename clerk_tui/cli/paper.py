"""``clerk paper``: the kinds of paper there are, and one of them to look at with sample content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.helping import Group, padded
from clerk_tui.cli.pdf_file import save
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import N_, _
from hall.errors import BadInput
from hall.telling import OTHER_PAPERS, PAPER_NAMES

if TYPE_CHECKING:
    from receipts import KindInfo
    from receipts.forms import Form

MARKS = {
    "number": N_("编号"),
    "date": N_("日期"),
    "seal": N_("印章"),
    "reason": N_("理由"),
    "basis": N_("依据"),
    "procedure": N_("程序名称"),
    "deadline": N_("期限"),
    "consequence": N_("逾期后果"),
    "approver": N_("批准人"),
    "organ": N_("应当向哪个机关申请"),
    "payee": N_("收款单位"),
    "place": N_("地点"),
    "remedy": N_("复议和诉讼"),
    "signature": N_("签字"),
}

FORMS: Final[dict[str, Form]] = {"210": "a4", "80": "slip"}
WIDTHS: Final[dict[Form, int]] = {form: int(width) for width, form in FORMS.items()}
"""In millimetres."""


@click.group("paper", cls=Group, no_args_is_help=True, subcommand_metavar="COMMAND ...", options_metavar="")
def paper() -> None:
    """The kinds of paper."""


paper.help = _("文书的种类：列出全部，或者用示例内容打印一份来看。")


@command("kinds", _("列出全部文书：名称、联数、依据的法律、法律要求必须写明的内容。"), _("列出全部文书"))
@json_option
def kinds(session: Session, as_json: bool) -> None:
    """``{"kinds": [{"kind", "title", "copies", "law", "needs", "slip", "variants"}]}``."""
    import receipts

    found = receipts.kinds(session.config.texts_dir)
    rows = [
        {
            "kind": one.kind,
            "title": one.title,
            "copies": list(one.copies),
            "law": one.law,
            "needs": list(one.needs),
            "slip": one.slip,
            "variants": list(one.variants),
        }
        for one in found
    ]
    answer(as_json, {"kinds": rows}, lambda: _table(found))


@command("preview", _("用示例内容打印一份文书，写成 PDF 文件。人和事都是虚构的。"), _("用示例内容打印一份文书"))
@argument("kind", about=_("文书种类，见 clerk paper kinds"))
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=_("写到哪个 PDF 文件"))
@click.option("--width", type=click.Choice(["210", "80"]), default="210", help=_("纸宽，毫米：210 为 A4；80 为小票"))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help=_("zh 中文；en 中英文对照"))
@click.option("--variant", metavar="NAME", help=_("另一种写法，如 served_proxy；见 clerk paper kinds --json"))
@json_option
def preview(
    session: Session,
    kind: str | None,
    out: Path | None,
    width: str,
    language: str,
    variant: str | None,
    as_json: bool,
) -> None:
    """``{"kind", "title", "path", "pages", "bytes", "missing"}``; ``missing`` are characters that no font has."""
    if kind is None:
        raise missing("KIND", "clerk paper preview")
    if out is None:
        raise missing("--out", "clerk paper preview")
    _require_known(kind, variant)
    _require_spoken(kind, language)
    from receipts.render import render
    from receipts.sample_papers import sample_document

    document = sample_document(kind, "en" if language == "en" else "", variant or "", session.config.texts_dir)
    rendered = render(document, form=FORMS[width])
    save(out, rendered.pdf)
    result = {
        "kind": kind,
        "title": document.title,
        "path": str(out),
        "pages": rendered.pages,
        "bytes": len(rendered.pdf),
        "missing": list(rendered.missing),
    }
    answer(as_json, result, lambda: [_("{title}：{pages} 页，写到 {path}").format(**result)])


@command(
    "rebuild",
    _(
        "按账本把一份出具过的文书重新做成 PDF 文件，与当时逐字节相同。要用出具时的排版程序、字体和程序库："
        "升级改了它们的，做不出原样，说明哪一样变了，什么也不写。"
    ),
    _("按账本重新做一份出具过的文书"),
)
@argument("number", about=_("文书编号，如 SL01-A1-00001-T/S1"))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("写到哪个 PDF 文件；不写就在当前文件夹，以文书编号为名"),
)
@click.option("--reprint", metavar="N", type=click.IntRange(0, 999), default=0, help=_("第几次补打；0 为原件"))
@click.option(
    "--width", type=click.Choice(["210", "80"]), help=_("纸宽，毫米：210 为 A4；80 为小票；不写就与打印的那份相同")
)
@json_option
def rebuild(
    session: Session, number: str | None, out: Path | None, reprint: int, width: str | None, as_json: bool
) -> None:
    """``{"number", "path", "pages", "bytes", "sha256", "width", "printed_width", "maker"}``: ``width`` is the file's in
    mm, ``printed_width`` that of the print (``None``: never printed); where they differ it is not the printed paper.
    ``maker`` are the versions that it was made with (``part:version``)."""
    import hashlib

    from clerk_tui.services import cases, papers, print_queue

    if number is None:
        raise missing("NUMBER", "clerk paper rebuild")
    with session.workspace() as ws:
        paper = cases.paper_named(ws, number)
        came_as = papers.printed_form(ws, paper.paper_id, reprint)
        form = FORMS[width] if width else came_as or "a4"
        rendered = papers.rebuild(ws, paper.paper_id, reprint, form)
        maker = papers.maker_of(ws, paper.paper_id)
    out = out or Path(print_queue.file_name(paper.number, paper.kind, reprint))
    save(out, rendered.pdf)
    result = {
        "number": paper.number,
        "path": str(out),
        "pages": rendered.pages,
        "bytes": len(rendered.pdf),
        "sha256": hashlib.sha256(rendered.pdf).hexdigest(),
        "width": WIDTHS[form],
        "printed_width": WIDTHS[came_as] if came_as else None,
        "maker": list(maker),
    }
    lines = [_("{number}：{pages} 页，写到 {path}").format(**result)]
    if came_as and came_as != form:
        lines.append(_("这不是打印的那份：当时打印在 {printed_width} 毫米宽的纸上").format(**result))
    answer(as_json, result, lambda: lines)


for each in (kinds, preview, rebuild):
    paper.add_command(each)


def _require_known(kind: str, variant: str | None) -> None:
    """That there is such a kind, and such a wording of it. Raises ``BadInput``."""
    from receipts.sample_papers import variant_names

    known = (*PAPER_NAMES, *OTHER_PAPERS)
    if kind not in known:
        raise BadInput(
            "unknown_paper_kind",
            _("没有“{kind}”这种文书").format(kind=kind),
            field="KIND",
            hint=_("可用：") + "、".join(known),
        )
    others = variant_names(kind) if variant else ()
    if variant and variant not in others:
        raise BadInput(
            "unknown_variant",
            _("“{kind}”没有“{name}”这种写法").format(kind=kind, name=variant),
            field="--variant",
            hint=_("可用：") + "、".join(others) if others else _("这种文书只有一种写法，去掉 --variant"),
        )


def _require_spoken(kind: str, language: str) -> None:
    """That a kind comes in the language asked for: a paper that no case is on is Chinese only. Raises ``BadInput``."""
    if language == "en" and kind in OTHER_PAPERS:
        raise BadInput(
            "no_english",
            _("“{kind}”只有中文").format(kind=kind),
            field="--language",
            hint=_("有英文的：") + "、".join(PAPER_NAMES),
        )


def _table(found: tuple[KindInfo, ...]) -> Iterator[str]:
    width = max(len(one.kind) for one in found)
    title = max(2 * len(one.title) for one in found)
    for one in found:
        marks = "、".join(_(MARKS[mark]) for mark in one.needs)
        copies = _("{number}联").format(number=len(one.copies))
        yield f"{padded(one.kind, width)}  {padded(one.title, title)}  {copies}  {marks}"

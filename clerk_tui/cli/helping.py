"""How help looks: Chinese texts in even columns, counted in terminal cells, commands grouped by what they are for."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from clerk_tui.i18n import _

WIDEST = 100
INDENT = "  "


def cells(text: str) -> int:
    """The columns a text takes in a terminal."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text if not unicodedata.combining(char)
    )


def padded(text: str, width: int) -> str:
    """The text with blanks up to a column."""
    return text + " " * max(0, width - cells(text))


def wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` columns: broken after a Chinese character or at a blank, never before a stop."""
    for paragraph in text.split("\n"):
        line = ""
        for word in _words(paragraph):
            if line and cells(line + word.rstrip()) > width:
                yield line.rstrip()
                line = word.lstrip()
            else:
                line += word
        yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    """Pieces that stay together: a Latin word with the blank after it, a Chinese character with the stops after it."""
    word = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        if char in "，。、；：）】”？！":
            word += char
        elif wide:
            if word:
                yield word
            word = char
        else:
            if word and (word[-1] == " " or unicodedata.east_asian_width(word[-1]) in "WF") and char != " ":
                yield word
                word = ""
            word += char
    if word:
        yield word


def two_columns(rows: Sequence[tuple[str, str]], width: int, left: int = 0) -> Iterator[str]:
    """Term and explanation side by side; a term too long for its column stands on a line of its own."""
    column = left or min(26, max((cells(term) for term, _text in rows), default=0))
    for term, text in rows:
        lines = list(wrapped(text, width - column - 2 * len(INDENT)))
        if cells(term) > column:
            yield INDENT + term
        else:
            yield (INDENT + padded(term, column) + INDENT + lines.pop(0)).rstrip()
        yield from (" " * (column + 2 * len(INDENT)) + line for line in lines)


def terminal_width() -> int:
    """The columns that help may use."""
    return min(WIDEST, shutil.get_terminal_size().columns)


def help_page(
    usage: str, about: str, sections: Iterable[tuple[str, Sequence[tuple[str, str]]]], closing: str = ""
) -> str:
    """A whole page: how to call it, what it does, its options or commands."""
    width = terminal_width()
    lines = [_("用法：{usage}").format(usage=usage), "", *wrapped(about, width)]
    parts = [(title, rows) for title, rows in sections if rows]
    left = min(26, max((cells(term) for _title, rows in parts for term, _text in rows), default=0))
    for title, rows in parts:
        lines += ["", title, *two_columns(rows, width, left)]
    if closing:
        lines += ["", *wrapped(closing, width)]
    return "\n".join(lines)


class _Helping(click.Command):
    """What commands and groups share: the product's language in every heading."""

    def get_help(self, ctx: click.Context) -> str:
        """The page that ``--help`` shows."""
        rows = list(self.sections(ctx))
        arguments = [
            (each.make_metavar(ctx), each.about) for each in self.get_params(ctx) if isinstance(each, Argument)
        ]
        usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
        about, closing = self.help or "", self.epilog or ""
        return help_page(usage, _(about), [(_("参数"), arguments), *rows], _(closing))

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
        """The page's parts after the arguments."""
        yield self.options(ctx)

    def options(self, ctx: click.Context) -> tuple[str, Sequence[tuple[str, str]]]:
        """The part that lists the options."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [(option.get_help_record(ctx), option.help or "") for option in options]
        return _("选项"), [(record[0], _(about)) for record, about in records if record]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, said in the product's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("显示这份帮助")
        return option

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, but a group without a command shows its help and is content."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            click.echo(self.get_help(ctx))
            ctx.exit()
        return super().parse_args(ctx, args)


class Command(_Helping):
    """One command."""


class Group(_Helping, click.Group):
    """A command with commands below it."""

    command_class = Command

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
        """The commands, then the options."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        yield _("命令"), [(name, command.short_help or "") for name, command in commands if command is not None]
        yield self.options(ctx)


Group.group_class = Group


class Argument(click.Argument):
    """An argument with its explanation."""

    def __init__(self, param_decls: Sequence[str], about: str = "", **settings: Any) -> None:
        super().__init__(param_decls, **settings)
        self.about = about

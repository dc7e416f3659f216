"""What every command stands on: the settings, the open counter, and how answers and errors are told.

With ``--json`` a command answers one line of JSON on standard output, in UTF-8 whatever the locale. Errors are
``{"error": {"code", "message", "field", "hint"}}`` there, and readable lines on standard error otherwise. Control and
direction characters never reach the terminal, and what looks like an identity number or a phone never stands in an
error.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clerk_tui.cli.helping import Argument, Command
from clerk_tui.i18n import _
from hall import os_words
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.store.catalogue import CatalogueStore

F = TypeVar("F", bound=Callable[..., Any])

#: Legal in JSON, but some terminals obey them.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


class Unwritten(Exception):
    """The answer could not be written: the disk is full, or standard output is closed. What was done stands."""


class Session:
    """One run of the command line: settings read once, the counter opened when a command asks for it."""

    def __init__(self, config_file: Path | None = None) -> None:
        self.config_file = config_file

    @cached_property
    def config(self) -> Config:
        """The settings.

        Raises:
            HallError: ``bad_config``.
        """
        from clerk_tui.config import load_config

        return load_config(self.config_file)

    @cached_property
    def language(self) -> str:
        """The language of the screen; the source's while the settings cannot be read."""
        try:
            return self.config.screen.language
        except HallError:
            return "zh"

    @cached_property
    def catalogue(self) -> CatalogueStore:
        """The catalogue of matters, without opening the journal.

        Raises:
            BadCatalogue: it fails its check.
        """
        from clerk_tui import paths
        from clerk_tui.store.catalogue import open_catalogue

        return open_catalogue(self.config.catalogue_dir, paths.cache_dir())

    @contextmanager
    def workspace(self, *, acting: bool = False) -> Iterator[Workspace]:
        """The open counter, with its log going to the log file. ``acting``: it is about to write or send, so what the
        law has done by itself until today comes first, as at the screens (``services.upkeep``)."""
        from clerk_tui.logs import setup_logging
        from clerk_tui.services.workspace import open_workspace

        setup_logging(self.config)
        ws = open_workspace(self.config, commands=True)
        try:
            if acting:
                from clerk_tui.services import upkeep

                upkeep.run(ws)
            yield ws
        finally:
            ws.close()


def command(
    name: str, about: str, summary: str = "", **settings: Any
) -> Callable[[Callable[..., None]], click.Command]:
    """A command that is called with the ``Session`` first."""

    def make(function: Callable[..., None]) -> click.Command:
        return click.command(name, cls=Command, help=about, short_help=summary, **settings)(click.pass_obj(function))

    return make


def argument(*names: str, about: str = "", **settings: Any) -> Callable[[F], F]:
    """An argument with its explanation for the help page. None is ``required``: commands say what they miss."""
    return click.argument(*names, cls=Argument, about=about, **{"required": False, **settings})


def json_option(function: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help=_("以 JSON 回答（一行，UTF-8）"))(function)


def answer(as_json: bool, data: Any, lines: Callable[[], Iterable[str]]) -> None:
    """Tell a result: ``data`` as JSON, or the readable ``lines``."""
    if as_json:
        write_json(data)
    else:
        say(*lines())


def write_json(data: Any) -> None:
    """One line of JSON on standard output."""
    text = json.dumps(data, ensure_ascii=False, default=_plain)
    _write(sys.stdout, _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def say(*lines: str) -> None:
    """Readable lines on standard output."""
    _write(sys.stdout, "".join(f"{clean(line)}\n" for line in lines))


def note(*lines: str) -> None:
    """Lines on standard error: what a person should know and a script does not read."""
    _write(sys.stderr, "".join(f"{clean(line)}\n" for line in lines))


def dated(day: object, provisional: bool) -> str:
    """A date for people to read, and whether it is counted by weekends alone."""
    return f"{day}{_('（暂按周末推算）') if provisional else ''}"


def clean(line: str) -> str:
    """A line without anything a terminal would obey."""
    if line.isascii() and line.isprintable():
        return line
    from hall.names import safe_for_terminal

    return safe_for_terminal(line)


def tell_error(error: HallError, as_json: bool, **more: Any) -> None:
    """An error in the one shape there is."""
    fields = {key: value if value is None else discreet(value) for key, value in error.as_dict().items()}
    if as_json:
        write_json({"error": fields, **more})
        return
    lines = [_("错误：{message}").format(message=_(str(fields["message"])))]
    if fields["field"]:
        lines.append(_("位置：{field}").format(field=fields["field"]))
    if fields["hint"]:
        lines.append(_("办法：{hint}").format(hint=_(fields["hint"])))
    note(*lines)


def discreet(text: str) -> str:
    """A text with what looks like an identity number or a mobile phone struck out."""
    from clerk_tui.logs import PERSONAL

    return PERSONAL.sub("***", text)


def _plain(value: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(value)


def _write(stream: Any, text: str) -> None:
    """Write all of it. Raises ``BrokenPipeError`` and ``Unwritten``; only an answer is worth the latter."""
    try:
        if stream is not None:
            _put(stream, text)
            return
        why = _("标准输出已关闭")
    except BrokenPipeError:
        raise
    except OSError as error:
        why = _(os_words.why(error))
    if stream is not sys.stderr:
        raise Unwritten(why)


def _put(stream: Any, text: str) -> None:
    raw = getattr(stream, "buffer", None)
    if raw is None or stream is sys.stderr:
        stream.write(text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"))
        return
    stream.flush()
    raw.write(text.encode("utf-8", "backslashreplace"))
    raw.flush()

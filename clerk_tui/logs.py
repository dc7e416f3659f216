"""The counter's log: a file in the XDG state directory, since Textual draws on the terminal.

A record carries identifiers only (case, fact, device, error code), never a name, a number or a phone of a person:
whoever logs passes ids, and ``HallError`` keeps values out of its messages. What looks like an identity number or a
mobile phone all the same, say in the text of a library's exception, is struck out before it reaches the disk.
"""

from __future__ import annotations

import logging
import re
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from clerk_tui import paths
from clerk_tui.config import Config
from hall import os_words
from hall.errors import HallError

MAX_BYTES = 1_000_000
KEPT_FILES = 5
FORMAT = "%(asctime)s %(levelname)-7s %(name)s %(message)s"

PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?![0-9A-Za-z])")


def placed(error: BaseException | None) -> str:
    """What an unexpected error is and where it came from, innermost first, without a single value: its own text may
    name somebody."""
    frames: Any = traceback.extract_tb(error.__traceback__) if error is not None else ()
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)][:12]
    return f"{type(error).__name__} at {' < '.join(places)}"


class Discreet(logging.Formatter):
    """A formatter that strikes out what looks like personal data; of an exception it tells the place only."""

    def formatException(self, ei: Any) -> str:
        """The place of an exception that a record carries."""
        return placed(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, with ``***`` for identity numbers and mobile phones."""
        return PERSONAL.sub("***", super().format(record)).replace("\x1b", "\\x1b")


def setup_logging(config: Config, path: Path | None = None) -> Path:
    """Send the log of the four packages to ``path`` (default: ``paths.log_file()``) and return that path.

    Calling it again replaces the file and the level. Raises ``HallError`` (``log_unwritable``) where the file cannot
    be opened.
    """
    target = path or paths.log_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            target, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace", delay=False
        )
    except OSError as error:
        hint = "检查这个目录是否可写、磁盘是否已满，或用环境变量 XDG_STATE_HOME 换一个目录。"
        raise HallError("log_unwritable", f"日志文件 {target} 打不开（{os_words.why(error)}）。", hint=hint) from None
    handler.setFormatter(Discreet(FORMAT))
    level = logging.getLevelNamesMapping()[config.log.level.upper()]
    for name in ("hall", "receipts", "clerk_tui", "central"):
        logger = logging.getLogger(name)
        for old in [each for each in logger.handlers if isinstance(each, RotatingFileHandler)]:
            logger.removeHandler(old)
            old.close()
        logger.addHandler(handler)
        logger.setLevel(level)
    # A full disk must not print tracebacks over the screen; the store says so where it matters.
    logging.raiseExceptions = False
    return target

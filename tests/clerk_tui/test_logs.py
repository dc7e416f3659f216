"""The log: a file, at the level that was set, with no person in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from clerk_tui import paths
from clerk_tui.config import Config, LogSection
from clerk_tui.logs import setup_logging
from hall.errors import HallError

LOG = logging.getLogger("clerk_tui.test")


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("hall", "receipts", "clerk_tui", "central")]
    before = [(list(logger.handlers), logger.level) for logger in loggers]
    raising = logging.raiseExceptions
    yield
    for logger, (handlers, level) in zip(loggers, before, strict=True):
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers, logger.level = handlers, level
        logger.setLevel(level)
    logging.raiseExceptions = raising


def test_the_log_lies_in_the_state_directory_and_only_its_owner_reads_the_folder() -> None:
    path = setup_logging(Config())
    LOG.info("fact %d stored", 12)
    assert path == paths.state_dir() / "clerk.log"
    assert path.read_text(encoding="utf-8").rstrip().endswith("INFO    clerk_tui.test fact 12 stored")
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_level_is_the_configs(tmp_path: Path) -> None:
    config = msgspec.structs.replace(Config(), log=LogSection(level="warning"))
    path = setup_logging(config, tmp_path / "log")
    LOG.info("quiet")
    LOG.warning("loud")
    assert "quiet" not in path.read_text(encoding="utf-8")
    assert "loud" in path.read_text(encoding="utf-8")


def test_a_second_start_writes_every_line_once(tmp_path: Path) -> None:
    setup_logging(Config(), tmp_path / "log")
    path = setup_logging(Config(), tmp_path / "log")
    LOG.warning("once")
    assert path.read_text(encoding="utf-8").count("once") == 1


def test_of_an_exception_the_log_tells_the_place_and_not_its_words(tmp_path: Path) -> None:
    path = setup_logging(Config(), tmp_path / "log")
    try:
        raise ValueError("UNIQUE failed: 110101188001010011, 11010118851231002X, 13800138000")
    except ValueError:
        LOG.exception("case 01980c5e-7b1a-7c3e-9a51-0d2f3b4c5d6e")
    text = path.read_text(encoding="utf-8")
    assert "ValueError at test_logs.py:" in text and "UNIQUE" not in text
    assert "case 01980c5e-7b1a-7c3e-9a51-0d2f3b4c5d6e" in text


def test_no_escape_sequence_reaches_the_file(tmp_path: Path) -> None:
    path = setup_logging(Config(), tmp_path / "log")
    LOG.warning("\x1b]52;c;eA==\x07")
    assert b"\x1b" not in path.read_bytes()


def test_a_log_that_cannot_be_opened_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HallError, match=r"file/clerk\.log 打不开") as caught:
        setup_logging(Config(), tmp_path / "file" / "clerk.log")
    assert caught.value.code == "log_unwritable"

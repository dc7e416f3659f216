"""A folder as a printer: a paper stands there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clerk_tui.printing.folder import FolderTarget
from clerk_tui.printing.targets import PrintError


def test_a_full_disk_leaves_no_half_paper_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = FolderTarget(tmp_path / "new" / "folder")
    assert target.put("REF-notice-1.pdf", b"whole") == str(tmp_path / "new" / "folder" / "REF-notice-1.pdf")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clerk_tui.printing.folder.os.fsync", full)
    with pytest.raises(PrintError) as failed:
        target.put("REF-notice-1.pdf", b"ha")
    assert failed.value.certain and "No space left" in failed.value.message
    assert [(path.name, path.read_bytes()) for path in target.folder.iterdir()] == [("REF-notice-1.pdf", b"whole")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_is_really_full_says_so(tmp_path: Path) -> None:
    name = "REF-notice-1.pdf"
    (tmp_path / f".{name}.{os.getpid()}.new").symlink_to("/dev/full")
    with pytest.raises(PrintError) as failed:
        FolderTarget(tmp_path).put(name, b"whole" * 100_000)
    assert failed.value.certain and list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_and_after(tmp_path: Path) -> None:
    # To the superuser every folder is open: a file in its place is closed to everybody.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    for folder in (blocked, blocked / "below"):
        with pytest.raises(PrintError) as told:
            FolderTarget(folder).look()
        assert str(folder) in told.value.message and told.value.hint
        with pytest.raises(PrintError):
            FolderTarget(folder).put("x.pdf", b"x")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write into a read-only folder")
def test_a_read_only_folder_takes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PrintError):
        FolderTarget(tmp_path).look()
    with pytest.raises(PrintError):
        FolderTarget(tmp_path).put("x.pdf", b"x")

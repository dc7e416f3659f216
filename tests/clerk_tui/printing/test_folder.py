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
    assert failed.value.certain and "磁盘满了" in failed.value.message
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


def test_no_paper_takes_the_place_of_another(tmp_path: Path) -> None:
    """Also one of the same name: whoever holds the first would find another paper under its number."""
    target = FolderTarget(tmp_path)
    first = target.put("REF-notice-1.pdf", b"one")
    assert target.put("REF-notice-1.pdf", b"one") == first, "the same paper again is the same file"
    others = [target.put("REF-notice-1.pdf", pdf) for pdf in (b"two", b"three", b"two")]
    assert [Path(other).name for other in others] == [f"REF-notice-1~{n}.pdf" for n in (2, 3, 2)]
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"REF-notice-1.pdf": b"one", "REF-notice-1~2.pdf": b"two", "REF-notice-1~3.pdf": b"three"}


def test_a_share_without_links_takes_papers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuses)
    assert Path(FolderTarget(tmp_path).put("REF-notice-1.pdf", b"one")).read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["REF-notice-1.pdf"]


@pytest.mark.parametrize("below", ["", "papers"])
def test_a_file_where_the_folder_should_be_is_named_as_the_cause(tmp_path: Path, below: str) -> None:
    there = tmp_path / "file"
    there.write_text("no folder")
    target = FolderTarget(there / below)
    for ask in (target.look, lambda: target.put("a.pdf", b"%PDF")):
        with pytest.raises(PrintError) as refused:
            ask()
        assert "不是文件夹" in refused.value.message
        assert refused.value.hint == "移走那个文件，或把 print.target 改成一个文件夹"
    assert there.read_text() == "no folder"

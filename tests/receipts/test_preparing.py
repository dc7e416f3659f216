"""Fonts are made once, whole or not at all, by however many processes; opened fast, and right without the fast way."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from hall.errors import HallError
from receipts import fonts as fonts_module
from receipts.fonts import FontSet, fonts_ready, load_fonts, prepare_fonts, source_font
from receipts.metrics import QuickFace
from receipts.render import render
from tests.receipts.samples import document


@pytest.fixture(scope="module")
def small_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The variable font with a handful of characters: the same making in a tenth of a second."""
    path = tmp_path_factory.mktemp("source") / "small.ttf"
    with TTFont(source_font(), lazy=True) as font:
        for tag in ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "HVAR"):
            del font[tag]
        subsetter = subset.Subsetter(subset.Options(notdef_outline=True))
        subsetter.populate(text="一二三abc 永")
        subsetter.subset(font)
        font.save(path)
    return path


@pytest.fixture
def from_small(small_source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fonts_module, "source_font", lambda: small_source)
    monkeypatch.setattr(fonts_module, "letter_source", lambda: small_source)
    return small_source


def test_both_weights_are_static_named_and_of_different_blackness(from_small: Path, tmp_path: Path) -> None:
    prepare_fonts(tmp_path)
    folder = fonts_module._folder(tmp_path)
    regular, bold = TTFont(folder / "regular.ttf"), TTFont(folder / "bold.ttf")
    assert "fvar" not in regular
    assert "gvar" not in bold
    assert regular["name"].getDebugName(6) == "NotoSansSC-Regular"
    assert bold["name"].getDebugName(6) == "NotoSansSC-Bold"
    assert (regular["OS/2"].usWeightClass, bold["OS/2"].usWeightClass) == (400, 700)
    name = regular.getBestCmap()[ord("永")]
    assert list(regular["glyf"][name].coordinates) != list(bold["glyf"][name].coordinates)


def test_fonts_are_ready_only_when_both_are_there(from_small: Path, tmp_path: Path) -> None:
    assert not fonts_ready(tmp_path)
    prepare_fonts(tmp_path)
    assert fonts_ready(tmp_path)
    (fonts_module._folder(tmp_path) / "bold.ttf").unlink()
    assert not fonts_ready(tmp_path)


def test_progress_goes_from_little_to_all_and_never_back(from_small: Path, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    prepare_fonts(tmp_path, lambda part, what: told.append((part, what)))
    parts = [part for part, _ in told]
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert all(what for _, what in told)


def test_two_at_once_make_the_fonts_once(from_small: Path, tmp_path: Path) -> None:
    started: list[str] = []
    original = fonts_module._start

    def counted(source: Path, weight: int, target: Path) -> object:
        started.append(target.name)
        return original(source, weight, target)

    fonts_module._start, made = counted, []  # type: ignore[assignment]
    try:
        threads = [threading.Thread(target=lambda: made.append(prepare_fonts(tmp_path))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        fonts_module._start = original
    assert len(made) == 3
    assert sorted(started) == ["NotoSans-Bold.part", "NotoSans-Regular.part", "bold.part", "regular.part"]


def _prepare_elsewhere(source: Path, cache: Path) -> None:
    fonts_module.source_font = fonts_module.letter_source = lambda: source
    prepare_fonts(cache)


def test_two_processes_at_once_leave_whole_fonts_and_nothing_else(small_source: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    jobs = [context.Process(target=_prepare_elsewhere, args=(small_source, tmp_path)) for _ in range(2)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert [job.exitcode for job in jobs] == [0, 0]
    names = {path.name for path in fonts_module._folder(tmp_path).iterdir()}
    drawable = {name for name in names if name.startswith("drawable-")}
    assert len(drawable) == 1, "which characters they have, found once"
    letters = {"NotoSans-Regular.ttf", "NotoSans-Bold.ttf"}
    assert names - drawable - letters == {".lock", "regular.ttf", "bold.ttf", "regular.metrics", "bold.metrics"}


def test_what_a_killed_preparation_left_is_made_again(from_small: Path, tmp_path: Path) -> None:
    folder = fonts_module._folder(tmp_path)
    folder.mkdir(parents=True)
    (folder / "regular.part").write_bytes(b"half")
    with pytest.raises(HallError):
        load_fonts(tmp_path)
    assert prepare_fonts(tmp_path).missing("一二三") == ()
    assert not list(folder.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file where the folder should be")
    with pytest.raises(HallError) as caught:
        prepare_fonts(in_the_way)
    assert caught.value.code == "font_cache_unwritable"
    assert str(in_the_way) in caught.value.message


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xa9\x02N)\x00"])
def test_kept_metrics_that_are_wrong_change_no_paper(fonts: FontSet, tmp_path: Path, damage: bytes) -> None:
    folder = fonts_module._folder(None)
    for style in fonts_module.WEIGHTS:
        shutil.copy(folder / f"{style}.ttf", tmp_path)
        (tmp_path / f"{style}.metrics").write_bytes(damage)
    again = FontSet(tmp_path / "regular.ttf", tmp_path / "bold.ttf")
    assert render(document(), again).pdf == render(document(), fonts).pdf


def test_kept_metrics_are_those_that_parsing_gives(fonts: FontSet, tmp_path: Path) -> None:
    shutil.copy(fonts_module._folder(None) / "regular.ttf", tmp_path)
    parsed, kept = (QuickFace(tmp_path / "regular.ttf", tmp_path / "regular.metrics") for _ in range(2))
    for name in ("charToGlyph", "charWidths", "hmetrics", "glyphPos", "defaultWidth", "ascent", "bbox", "name"):
        assert getattr(parsed, name) == getattr(kept, name)
    assert len(kept.charToGlyph) > 30_000


def test_warming_up_leaves_nothing_for_the_first_paper_to_import(fonts: FontSet) -> None:
    code = (
        "import sys; from receipts.render import render, warm_up; from tests.receipts.samples import document;"
        "warm_up(); before = set(sys.modules); render(document()); print(sorted(set(sys.modules) - before))"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True, text=True)
    assert said.stdout.strip() == "[]"

"""The catalogue at the counter: checked once, compiled once, and never stale."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from clerk_tui.store.catalogue import COMPILED_KEPT, CatalogueStore, open_catalogue, read_folder
from hall.catalogue.findings import CatalogueProblems
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Catalogue
from hall.errors import BadCatalogue, BadInput
from tests.factories import catalogue_files, make_catalogue, sample_catalogue_files, write_catalogue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "catalogue", sample_catalogue_files())


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def compiled_file(cache: Path) -> Path:
    (path,) = cache.iterdir()
    return path


def change(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def count_compilations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    from hall.catalogue import load

    calls: list[int] = []
    original = load.load_catalogue

    def counted(files: Mapping[str, bytes]) -> Catalogue:
        calls.append(1)
        return original(files)

    monkeypatch.setattr(load, "load_catalogue", counted)
    return calls


def test_everything_of_the_catalogue_is_there(folder: Path, cache: Path) -> None:
    catalogue = load_catalogue(sample_catalogue_files())
    for _ in range(2):
        store = open_catalogue(folder, cache)
        assert (store.version, store.effective) == (catalogue.version, catalogue.effective)
        assert store.hall == catalogue.hall
        assert store.departments == catalogue.departments
        assert store.problems == catalogue.problems
        assert store.bundles == catalogue.bundles
        assert tuple(store.matters()) == catalogue.matters
        assert store.keys() == ("company", "seal")
        assert store.matter("seal") == catalogue.matters[1]
        assert store.matter("seal") is store.matter("seal")
        assert [hit.key for hit in store.search("gzkz")] == ["seal"]


def test_a_catalogue_is_compiled_once(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_compilations(monkeypatch)
    first = open_catalogue(folder, cache)
    second = open_catalogue(folder, cache)
    assert calls == [1]
    assert first.digest == second.digest
    assert len(first.digest) == 64


@pytest.mark.parametrize("how", ["edited", "added", "removed", "renamed", "same size and time"])
def test_a_change_in_the_folder_is_seen(folder: Path, cache: Path, how: str) -> None:
    before = open_catalogue(folder, cache)
    seal = folder / "matters/police/seal.toml"
    if how == "edited":
        change(folder, "hall.toml", "示例市政务服务中心", "示例县政务服务中心")
    elif how == "added":
        generated = catalogue_files(make_catalogue(1))
        text = generated["matters/d00/matter-00000.toml"].decode().replace('"d00"', '"gaj"')
        (folder / "matters/new.toml").write_text(text, encoding="utf-8")
    elif how == "removed":
        (folder / "bundles.toml").unlink()
    elif how == "renamed":
        seal.rename(seal.with_name("stamp.toml"))
    else:
        stat = seal.stat()
        change(folder, "matters/police/seal.toml", "公章刻制", "印章刻制")
        os.utime(seal, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = open_catalogue(folder, cache)
    assert after.digest != before.digest
    assert len(list(cache.iterdir())) == 1


def test_a_catalogue_that_fails_is_refused_every_time_and_never_kept(folder: Path, cache: Path) -> None:
    open_catalogue(folder, cache)
    change(folder, "matters/company.toml", "days = 0.5", "days = 5")
    for _ in range(2):
        with pytest.raises(CatalogueProblems) as caught:
            open_catalogue(folder, cache)
        assert [problem.file for problem in caught.value.problems] == ["matters/company.toml"]
    change(folder, "matters/company.toml", "days = 5", "days = 0.5")
    assert open_catalogue(folder, cache).keys() == ("company", "seal")


@pytest.mark.parametrize("where", [0, 9, 14, 200, -1], ids=["magic", "length", "check", "head", "last byte"])
def test_a_damaged_file_is_made_again(folder: Path, cache: Path, where: int) -> None:
    open_catalogue(folder, cache)
    path = compiled_file(cache)
    good = path.read_bytes()
    spoilt = bytearray(good)
    spoilt[where] ^= 0xFF
    path.write_bytes(bytes(spoilt))
    store = open_catalogue(folder, cache)
    assert store.search("公章")[0].key == "seal"
    assert [matter.key for matter in store.matters()] == ["company", "seal"]
    assert compiled_file(cache).read_bytes() == good


@pytest.mark.parametrize("size", [0, 5, 16, 400, -10])
def test_a_cut_file_is_made_again(folder: Path, cache: Path, size: int) -> None:
    open_catalogue(folder, cache)
    path = compiled_file(cache)
    path.write_bytes(path.read_bytes()[:size])
    assert [matter.key for matter in open_catalogue(folder, cache).matters()] == ["company", "seal"]


def test_damage_after_a_change_of_the_folder_is_told(folder: Path, cache: Path) -> None:
    open_catalogue(folder, cache)
    path = compiled_file(cache)
    path.write_bytes(path.read_bytes()[:-10])
    store = open_catalogue(folder, cache)
    change(folder, "hall.toml", "示例市政务服务中心", "示例县政务服务中心")
    with pytest.raises(BadCatalogue) as caught:
        store.matter("seal")
    assert caught.value.code == "catalogue_changed"


def test_an_open_catalogue_stays_what_it_was_while_the_folder_changes(folder: Path, cache: Path) -> None:
    store = open_catalogue(folder, cache)
    change(folder, "matters/police/seal.toml", "公章刻制备案", "印章刻制备案")
    assert open_catalogue(folder, cache).matter("seal").name == "印章刻制备案"
    assert store.matter("seal").name == "公章刻制备案"


def test_the_counter_opens_where_nothing_can_be_kept(folder: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    store = open_catalogue(folder, in_the_way / "cache")
    assert store.matter("seal").name == "公章刻制备案"
    assert store.search("公章")


def test_two_folders_share_a_cache(folder: Path, cache: Path, tmp_path: Path) -> None:
    other = write_catalogue(tmp_path / "other", catalogue_files(make_catalogue(3)))
    assert open_catalogue(folder, cache).keys() == ("company", "seal")
    assert len(open_catalogue(other, cache).keys()) == 3
    assert open_catalogue(folder, cache).keys() == ("company", "seal")
    assert len(list(cache.iterdir())) == 2


def test_processes_that_start_together_do_not_disturb_each_other(folder: Path, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clerk_tui.store.catalogue import open_catalogue\n"
        "store = open_catalogue(Path(sys.argv[1]), Path(sys.argv[2])); print(store.matter('seal').key)"
    )
    command = [sys.executable, "-c", code, str(folder), str(cache)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in started] == ["seal"] * 3
    assert len(list(cache.iterdir())) == 1


def test_a_missing_folder_says_where_and_what_to_do(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(BadCatalogue) as caught:
        open_catalogue(tmp_path / "nowhere", cache)
    assert caught.value.code == "no_catalogue"
    assert str(tmp_path / "nowhere") in caught.value.message
    assert "catalogue.path" in caught.value.hint


def test_only_the_catalogues_own_files_are_read(folder: Path) -> None:
    (folder / "README.md").write_text("说明", encoding="utf-8")
    (folder / ".hidden.toml").write_text("x", encoding="utf-8")
    assert set(read_folder(folder)) == set(sample_catalogue_files())


def test_opening_loads_nothing_that_only_compiling_needs(folder: Path, cache: Path) -> None:
    open_catalogue(folder, cache)
    code = (
        "import sys; from pathlib import Path; from clerk_tui.store.catalogue import open_catalogue\n"
        "store = open_catalogue(Path(sys.argv[1]), Path(sys.argv[2])); store.search('gz'); store.matter('seal')\n"
        "assert not {'tomllib', 'pypinyin', 'rapidfuzz', 'hall.catalogue.load'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), str(cache)], check=True)


@pytest.fixture
def store(folder: Path, cache: Path) -> CatalogueStore:
    change(folder, "matters/police/seal.toml", "key =", 'aliases = ["刻章", "办证"]\nkey =')
    change(folder, "matters/company.toml", 'aliases = ["办营业执照"]', 'aliases = ["办营业执照", "办证"]')
    return open_catalogue(folder, cache)


@pytest.mark.parametrize("text", ["seal", " seal ", "11990100mb0000027f400010900100001", "公章刻制备案", "刻章"])
def test_a_matter_is_named_by_key_code_name_or_alias(store: CatalogueStore, text: str) -> None:
    assert store.resolve(text).key == "seal"


def test_a_name_for_two_matters_lists_both(store: CatalogueStore) -> None:
    with pytest.raises(BadInput) as caught:
        store.resolve("办证")
    assert caught.value.code == "ambiguous_matter"
    assert "company" in caught.value.hint
    assert "seal" in caught.value.hint


@pytest.mark.parametrize(("text", "near"), [("公章备案", "seal"), ("sael", "seal"), ("compny", "company")])
def test_an_unknown_name_gets_the_nearest(store: CatalogueStore, text: str, near: str) -> None:
    for ask in (store.matter, store.resolve):
        with pytest.raises(BadInput) as caught:
            ask(text)
        assert caught.value.code == "unknown_matter"
        assert near in caught.value.hint


def test_a_bundle_is_not_a_matter(store: CatalogueStore) -> None:
    assert store.bundle("one-thing-opening").name == "企业开办一件事"
    with pytest.raises(BadInput):
        store.resolve("企业开办一件事")
    with pytest.raises(BadInput) as caught:
        store.bundle("x")
    assert caught.value.code == "unknown_bundle"


def test_only_so_many_matters_are_kept_in_memory(tmp_path: Path, cache: Path) -> None:
    from clerk_tui.store.catalogue import KEPT

    many = write_catalogue(tmp_path / "many", catalogue_files(make_catalogue(KEPT + 20)))
    store = open_catalogue(many, cache)
    keys = store.keys()
    first = store.matter(keys[0])
    assert [store.matter(key).key for key in keys] == list(keys)
    assert store.matter(keys[0]) is not first


def test_the_cache_keeps_the_newest_catalogues_and_no_more(tmp_path: Path, cache: Path) -> None:
    mine = write_catalogue(tmp_path / "mine", sample_catalogue_files())
    first = open_catalogue(mine, cache)
    kept = compiled_file(cache)
    os.utime(kept, (1, 1))
    other = [cache / "fonts", cache / "catalogue.txt"]
    for path in other:
        path.write_bytes(b"x")
    begun, left = (cache / f"catalogue-000000000000.bin{word}.part" for word in ("now", "old"))
    for path in (begun, left):
        path.write_bytes(b"x")
    os.utime(left, (1, 1))
    for number in range(COMPILED_KEPT):
        open_catalogue(write_catalogue(tmp_path / f"c{number}", sample_catalogue_files()), cache).close()
        for path in cache.glob("catalogue-*.bin"):
            os.utime(path, (path.stat().st_mtime - 60,) * 2)
    assert len(list(cache.glob("catalogue-*.bin"))) == COMPILED_KEPT
    assert not kept.exists() and not left.exists() and begun.exists() and all(path.exists() for path in other)
    # Whoever had it open reads on.
    assert [matter.key for matter in first.matters()] == list(first.keys())


def test_what_is_opened_counts_as_new(folder: Path, cache: Path) -> None:
    open_catalogue(folder, cache).close()
    os.utime(compiled_file(cache), (1, 1))
    open_catalogue(folder, cache).close()
    assert compiled_file(cache).stat().st_mtime > 1_000_000

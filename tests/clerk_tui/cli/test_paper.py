"""``clerk paper``: what papers there are, and one of them to look at."""

from __future__ import annotations

import json
from pathlib import Path

import pypdf
import pytest

from clerk_tui.cli.main import main
from clerk_tui.cli.paper import MARKS
from receipts import kinds
from receipts.sample_papers import sample_document
from receipts.templates import PACKAGED
from tests.receipts.reading import joined, read_text


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    code = main(["paper", *args])
    return code, capsys.readouterr().out


def test_kinds_tells_every_paper_its_law_and_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "kinds", "--json")
    listed = json.loads(out)["kinds"]
    assert code == 0
    assert [each["kind"] for each in listed] == [info.kind for info in kinds()]
    extension = next(each for each in listed if each["kind"] == "extension")
    assert "第四十二条" in extension["law"]
    assert {"seal", "date", "reason", "approver"} <= set(extension["needs"])
    assert {mark for each in listed for mark in each["needs"]} <= set(MARKS)


def test_kinds_for_people_names_each_paper_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "kinds")
    assert code == 0
    assert len(out.splitlines()) == len(kinds())
    assert "物料流转单" in out


@pytest.mark.usefixtures("fonts_in_cache")
@pytest.mark.parametrize(("language", "title"), [("zh", "延长办理期限通知书"), ("en", "Notice of Extension of Time")])
def test_preview_writes_a_pdf_with_sample_content(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, language: str, title: str
) -> None:
    target = tmp_path / "paper.pdf"
    code, out = run(capsys, "preview", "extension", "--out", str(target), "--language", language, "--json")
    result = json.loads(out)
    assert code == 0
    assert (result["kind"], result["path"], result["bytes"]) == ("extension", str(target), target.stat().st_size)
    assert joined(title) in joined(read_text(target.read_bytes()))


def test_a_kind_is_in_english_or_says_which_kinds_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    spoken = [info.kind for info in kinds() if sample_document(info.kind, "en").second_title]
    for info in kinds():
        if info.kind not in spoken:
            _, out = run(capsys, "preview", info.kind, "--out", "x.pdf", "--language", "en", "--json")
            error = json.loads(out)["error"]
            assert error["hint"].partition("：")[2].split("、") == spoken
            assert not (tmp_path / "x.pdf").exists()


@pytest.mark.usefixtures("fonts_in_cache")
def test_preview_shows_a_ticket_of_80_mm(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "ticket.pdf"
    assert run(capsys, "preview", "receipt", "--out", str(target), "--width", "80", "--json")[0] == 0
    page = pypdf.PdfReader(target).pages[0]
    assert float(page.mediabox.width) == pytest.approx(80 / 25.4 * 72, abs=0.5)
    code, out = run(capsys, "preview", "denial", "--out", str(target), "--width", "80", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "no_slip")


@pytest.mark.parametrize(
    ("args", "code", "field"),
    [
        (("preview", "invoice", "--out", "x.pdf"), "unknown_paper_kind", "KIND"),
        (("preview", "extension"), "missing_argument", "--out"),
        (("preview", "day_sheet", "--out", "x.pdf", "--language", "en"), "no_english", "--language"),
        (("preview",), "missing_argument", "KIND"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: str, field: str
) -> None:
    exit_code, out = run(capsys, *args, "--json")
    error = json.loads(out)["error"]
    assert (exit_code, error["code"], error["field"]) == (2, code, field)
    assert error["hint"]


@pytest.mark.usefixtures("fonts_in_cache")
def test_a_place_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    exit_code, out = run(capsys, "preview", "notice", "--out", str(tmp_path / "none" / "x.pdf"), "--json")
    assert exit_code == 2
    assert json.loads(out)["error"]["code"] == "cannot_write"


@pytest.mark.usefixtures("fonts_in_cache")
@pytest.mark.parametrize("what", [b"SQLite format 3\0 a journal", b"", b"%PDF-1.7 somebody else's"])
def test_nothing_but_a_paper_of_the_program_is_overwritten(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: bytes
) -> None:
    target = tmp_path / "clerk.db"
    target.write_bytes(what)
    code, out = run(capsys, "preview", "notice", "--out", str(target), "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "file_exists")
    assert target.read_bytes() == what
    target.unlink()
    for width in ("210", "80"):
        assert run(capsys, "preview", "notice", "--out", str(target), "--width", width, "--json")[0] == 0
    assert [each.name for each in tmp_path.iterdir()] == ["clerk.db"]
    assert run(capsys, "preview", "notice", "--out", str(tmp_path), "--json")[0] == 2


@pytest.fixture
def fonts_in_cache() -> None:
    from receipts.fonts import prepare_fonts

    prepare_fonts()


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    """A configuration with a centre's own wording, and the folder of it."""
    folder = tmp_path / "texts"
    folder.mkdir()
    config = tmp_path / "config.toml"
    config.write_text(
        f'[hall]\noffice = "SL01"\nwindow = "3"\n[device]\ncode = "A1"\n[store]\npath = "{tmp_path}/clerk.db"\n'
        f'[print]\ntexts = "{folder}"\n'
    )
    text = (PACKAGED / "acceptance.toml").read_text(encoding="utf-8")
    (folder / "acceptance.toml").write_text(text.replace('title = "受理通知书"', 'title = "本市受理通知书"'), "utf-8")
    return config, folder


@pytest.mark.usefixtures("fonts_in_cache")
def test_a_centre_sees_its_own_wording(capsys: pytest.CaptureFixture[str], own: tuple[Path, Path]) -> None:
    config, folder = own
    assert main(["--config", str(config), "paper", "kinds", "--json"]) == 0
    titles = {each["kind"]: each["title"] for each in json.loads(capsys.readouterr().out)["kinds"]}
    assert titles["acceptance"] == "本市受理通知书" and titles["notice"] != "本市受理通知书"
    target = folder.parent / "acceptance.pdf"
    assert main(["--config", str(config), "paper", "preview", "acceptance", "--out", str(target)]) == 0
    assert "本市受理通知书" in joined(read_text(target.read_bytes()))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("acceptance.toml", "", "", ""),
        ("acceptance.toml", "{applicant!b}", "{aplicant!b}", "aplicant"),
        ("acceptance.toml", 'type = "seal"\n', 'type = "seal"\ndate = "（略）"\n', "印章和日期的位置"),
        ("words.toml", "", "这不是 TOML", "words.toml"),
        ("aceptance.toml", "", "", "aceptance.toml"),
    ],
)
def test_the_doctor_tries_a_centres_own_wording(
    capsys: pytest.CaptureFixture[str], own: tuple[Path, Path], name: str, old: str, new: str, said: str
) -> None:
    config, folder = own
    text = (folder / "acceptance.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new) if old else new or text, encoding="utf-8")
    main(["--config", str(config), "doctor", "--json"])
    check = next(each for each in json.loads(capsys.readouterr().out)["checks"] if each["check"] == "texts")
    assert check["state"] == ("fail" if said else "ok"), check
    assert said in check["message"] and bool(check["hint"]) == bool(said)

"""Papers: printed after the commit, made again from the journal, counted when printed again (domain.md §9a.16)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from clerk_tui.config import Config, PrintSection
from clerk_tui.printing.folder import FolderTarget
from clerk_tui.services import cases, inquiry, intake, papers, recording
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Place
from hall.errors import BadInput, HallError
from hall.telling import OTHER_PAPERS
from hall.verdict import Refusal
from receipts import kinds
from receipts.templates import PACKAGED
from tests.clerk_tui.walkins import MISSING, promised, restaurant
from tests.receipts.reading import joined, read_text

FRIDAY = dt.date(2026, 11, 6)


def test_a_paper_lies_in_the_folder_under_a_name_without_a_person(ws: Workspace, config: Config) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    done = papers.deliver_pending(ws)
    assert [(d.state, d.error, d.pages > 0) for d in done] == [("printed", "", True)] * 2
    names = sorted(path.name for path in config.print_folder(config.print_target()).iterdir())
    assert names == [f"{result.reference}-notice-1.pdf", f"{result.reference}-receipt-1.pdf"]
    assert papers.deliver_pending(ws) == []


def test_the_same_paper_again_has_the_same_bytes_even_after_the_case_went_on(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    done = papers.deliver_pending(ws)
    cases.show_personal(ws, result.reference, ("applicant.name",), "核对身份")
    ws.journal.rebuild()
    for print_ in done:
        assert papers.rebuild(ws, print_.paper_id).pdf == Path(print_.path).read_bytes()


def test_every_kind_of_paper_and_its_second_print_can_be_made_again_byte_for_byte(ws: Workspace) -> None:
    refused = restaurant(ws)
    refused.refusal = Refusal(
        "not_authority", "经营场所不在本市", Place(organ="邻市局", address="路1号", phone="12345"), why="场所在邻市"
    )
    for draft in (restaurant(ws, layout=MISSING), restaurant(ws, rules_list=promised(FRIDAY)), refused):
        intake.submit(ws, draft)
    inquiry.answer(ws, restaurant(ws))
    done = papers.deliver_pending(ws)
    made = {"receipt", "notice", "acceptance", "tolerance", "promise", "refusal", "guide"}
    assert {print_.kind for print_ in done} == made
    done += [papers.reprint(ws, print_.paper_id) for print_ in done]
    ws.journal.rebuild()
    for print_ in done:
        assert papers.rebuild(ws, print_.paper_id, print_.nth).pdf == Path(print_.path).read_bytes(), print_.kind


def test_a_second_print_is_counted_and_marked(ws: Workspace) -> None:
    paper = intake.submit(ws, restaurant(ws)).papers[0]
    first = papers.deliver_pending(ws)[0]
    again = [papers.reprint(ws, paper.paper_id, "申请人遗失") for _ in range(2)]
    assert [print_.nth for print_ in again] == [1, 2]
    assert again[0].path != first.path and again[0].number == first.number
    pdfs = {Path(print_.path).read_bytes() for print_ in (first, *again)}
    assert len(pdfs) == 3, "each says which print it is"
    assert cases.get(ws, ws.journal.facts_of(cases.find(ws, "")[0].case_id)[0].header.subject).papers[0].reprints == 2


def test_a_print_that_failed_waits_with_its_reason_and_can_be_tried_again(ws: Workspace, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    broken = replace(ws, config=structs.replace(ws.config, print=PrintSection(target=f"dir:{blocked}")))
    result = intake.submit(ws, restaurant(ws))
    failed = papers.deliver_pending(broken)[0]
    assert (failed.state, failed.path) == ("failed", "") and str(blocked) in failed.error
    assert cases.get(ws, result.reference).papers[0].error == failed.error
    assert papers.deliver_pending(ws) == [], "only when somebody asks for it"
    assert [done.state for done in papers.deliver_pending(ws, failed=True)] == ["printed"]


def test_half_a_paper_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = FolderTarget(tmp_path)
    target.put("REF-notice-1.pdf", b"whole")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clerk_tui.printing.folder.os.fsync", full)
    with pytest.raises(HallError):
        target.put("REF-notice-1.pdf", b"ha")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("REF-notice-1.pdf", b"whole")]


def test_an_inquiry_gets_its_guide(ws: Workspace) -> None:
    inquiry.answer(ws, restaurant(ws))
    assert [(done.kind, done.error) for done in papers.deliver_pending(ws)] == [("guide", "")]


def test_an_unknown_paper_is_refused(ws: Workspace) -> None:
    with pytest.raises(BadInput):
        papers.reprint(ws, "no-such-paper")


def test_the_journal_says_as_many_copies_as_the_paper_prints() -> None:
    assert {info.kind: len(info.copies) for info in kinds() if info.kind not in OTHER_PAPERS} == recording.COPIES


def reworded(ws: Workspace, folder: Path, old: str, new: str) -> Workspace:
    """The same counter after its wording of a notice has changed."""
    folder.mkdir(exist_ok=True)
    text = (PACKAGED / "notice.toml").read_text(encoding="utf-8")
    (folder / "notice.toml").write_text(text.replace(old, new), encoding="utf-8")
    config = structs.replace(ws.config, print=structs.replace(ws.config.print, texts=str(folder)))
    return replace(ws, config=config)


def test_a_paper_is_the_same_again_after_its_wording_has_changed(ws: Workspace, tmp_path: Path) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    printed = {done.kind: done for done in papers.deliver_pending(ws)}
    before = Path(printed["notice"].path).read_bytes()
    now = reworded(ws, tmp_path / "texts", "申请材料补正告知书", "补正通知")
    assert papers.rebuild(now, printed["notice"].paper_id).pdf == before
    assert "申请材料补正告知书" in joined(
        read_text(Path(papers.reprint(now, printed["notice"].paper_id).path).read_bytes())
    )
    later = intake.submit(now, restaurant(now, layout=MISSING))
    assert later.reference != result.reference
    new = next(done for done in papers.deliver_pending(now) if done.kind == "notice")
    assert "补正通知" in joined(read_text(Path(new.path).read_bytes()))
    assert papers.rebuild(ws, new.paper_id).pdf == Path(new.path).read_bytes(), "also without the folder"


def test_a_paper_that_cannot_be_as_it_was_says_which_part_is_gone(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake.submit(ws, restaurant(ws, layout=MISSING))
    notice = next(done for done in papers.deliver_pending(ws) if done.kind == "notice")
    now = reworded(ws, tmp_path / "texts", "申请材料补正告知书", "补正通知")
    with ws.journal.write() as connection:
        connection.execute("DELETE FROM paper_text")
    with pytest.raises(HallError) as refused:
        papers.rebuild(now, notice.paper_id)
    assert refused.value.code == "paper_changed" and "文书文本" in refused.value.message and refused.value.hint
    monkeypatch.setattr("receipts.edition.maker", lambda: ("layout:another", "fonts:others"))
    with pytest.raises(HallError, match="文书文本、排版程序、字体") as changed:
        papers.rebuild(now, notice.paper_id)
    made = papers.maker_of(now, notice.paper_id)
    assert [part.partition(":")[0] for part in made] == ["layout", "fonts", "reportlab", "zlib"]
    assert all(part in changed.value.hint for part in made[:2]), "with which program it can be made"
    assert papers.reprint(now, notice.paper_id).state == "printed", "a paper of equal content can always be had"


def test_a_paper_that_was_never_printed_needs_only_its_own_words(ws: Workspace, tmp_path: Path) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    paper = next(one for one in result.papers if one.kind == "notice")
    now = reworded(ws, tmp_path / "texts", "申请材料补正告知书", "补正通知")
    assert "申请材料补正告知书" in joined(read_text(papers.rebuild(now, paper.paper_id).pdf))


def test_equal_texts_are_kept_once(ws: Workspace) -> None:
    for _ in range(3):
        intake.submit(ws, restaurant(ws, layout=MISSING))
    with ws.journal.write() as connection:
        kept = connection.execute("SELECT count(*) FROM paper_text").fetchone()[0]
    assert kept == 3, "the receipt's, the notice's, and the English of both"

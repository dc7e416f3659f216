"""A centre's own text that cannot be printed: the paper comes out in the packaged words, and it is said at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from clerk_tui.services import day_close, inquiry, intake, papers, supplement
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import wordings
from hall.errors import BadInput, HallError
from hall.verdict import Tick, TickState
from receipts.edition import sources
from receipts.templates import PACKAGED
from tests.clerk_tui.walkins import MISSING, restaurant
from tests.receipts.reading import joined, read_text

Harm = Callable[[str], str]


def without_seal(text: str) -> str:
    head, *blocks = text.split("[[block]]")
    return "[[block]]".join([head, *(block for block in blocks if 'type = "seal"' not in block)])


def misspelt(text: str) -> str:
    return text.replace("{respond_by", "{resond_by")


def of_ten_copies(text: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith("copies"))
    return text.replace(line, f"copies = {[f'第{n}联' for n in range(10)]}")


def with_texts(ws: Workspace, folder: Path, **own: str) -> Workspace:
    folder.mkdir(exist_ok=True)
    for kind, text in own.items():
        (folder / f"{kind}.toml").write_text(text, encoding="utf-8")
    return replace(ws, config=structs.replace(ws.config, print=structs.replace(ws.config.print, texts=str(folder))))


def packaged(kind: str) -> str:
    return (PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("harm", [without_seal, misspelt, of_ten_copies, lambda _: "没有写完 ="])
def test_a_notice_whose_own_text_cannot_be_used_goes_out_in_the_packaged_words(
    ws: Workspace, tmp_path: Path, harm: Harm
) -> None:
    assert harm(packaged("notice")) != packaged("notice")
    now = with_texts(ws, tmp_path / "texts", notice=harm(packaged("notice")))
    result = intake.submit(now, restaurant(now, layout=MISSING))
    assert [warning for warning in result.warnings if "申请材料补正告知书" in warning and "程序自带" in warning]
    done = {one.kind: one for one in papers.deliver_pending(now)}
    assert (done["notice"].state, done["notice"].error) == ("printed", "")
    assert papers.rebuild(ws, done["notice"].paper_id).pdf == Path(done["notice"].path).read_bytes()


def test_a_text_that_can_be_used_is_used_and_nothing_is_said(ws: Workspace, tmp_path: Path) -> None:
    own = packaged("notice").replace("申请材料补正告知书", "补正通知")
    now = with_texts(ws, tmp_path / "texts", notice=own)
    assert intake.submit(now, restaurant(now, layout=MISSING)).warnings == ()
    notice = next(done for done in papers.deliver_pending(now) if done.kind == "notice")
    assert "补正通知" in joined(read_text(Path(notice.path).read_bytes()))


def supplemented(ws: Workspace) -> Result:
    noticed = intake.submit(ws, restaurant(ws, layout=MISSING))
    draft = supplement.open_supplement(ws, noticed.reference)
    draft.ticks["layout"] = Tick(TickState.PRESENT)
    return supplement.submit(ws, draft)


def test_the_other_ways_to_issue_a_paper_say_it_too(ws: Workspace, tmp_path: Path) -> None:
    own = {kind: misspelt_title(packaged(kind)) for kind in ("guide", "acceptance", "receipt", "day_sheet")}
    now = with_texts(ws, tmp_path / "texts", **own)
    answered = inquiry.answer(now, restaurant(now))
    received = intake.receive(now, restaurant(now))
    accepted = supplemented(now)
    told = [warning for result in (answered, received, accepted) for warning in result.warnings]
    assert [any(name in warning for warning in told) for name in ("告知单", "收件凭证", "受理通知书")] == [True] * 3, (
        told
    )
    assert {done.state for done in papers.deliver_pending(now)} == {"printed"}
    assert ["日结单" in one.warning for one in day_close.close(now, {"unsent": "断网"})] == [True]
    assert [(done.kind, done.state) for done in papers.deliver_pending(now)] == [("day_sheet", "printed")]


def misspelt_title(text: str) -> str:
    return text.replace('title = "', 'title = "{tilte}', 1)


def test_a_paper_that_was_issued_with_a_text_that_cannot_be_printed_comes_out_all_the_same(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = with_texts(ws, tmp_path / "texts", notice=without_seal(packaged("notice")))
    kept = sources("notice", now.config.texts_dir)
    # As a program issued it that did not look at the text first.
    monkeypatch.setattr(
        "clerk_tui.services.editions.texts_now",
        lambda ws, kind, _make: (kept if kind == "notice" else sources(kind), ""),
    )
    result = intake.submit(now, restaurant(now, layout=MISSING))
    with now.journal.write() as connection:
        assert set(kept) == set(wordings.kept(connection, tuple(kept)))
    done = {one.kind: one for one in papers.deliver_pending(now)}
    assert (done["notice"].state, done["notice"].error) == ("printed", "")
    assert len(result.papers) == len(done)
    assert papers.rebuild(ws, done["notice"].paper_id).pdf == Path(done["notice"].path).read_bytes()
    today = with_texts(ws, tmp_path / "texts", notice=packaged("notice").replace("申请材料补正告知书", "补正通知"))
    with pytest.raises(HallError, match="文书文本"):
        papers.rebuild(today, done["notice"].paper_id)
    assert papers.reprint(today, done["notice"].paper_id).state == "printed"


def test_a_reprint_that_never_was_is_not_rebuilt(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws, layout=MISSING))
    paper_id = papers.deliver_pending(ws)[0].paper_id
    with pytest.raises(BadInput, match="没有补打过"):
        papers.rebuild(ws, paper_id, 1)
    papers.reprint(ws, paper_id)
    assert papers.rebuild(ws, paper_id, 1).pdf
    for never in (2, 77, -1):
        with pytest.raises(BadInput, match="补打过 1 次") as refused:
            papers.rebuild(ws, paper_id, never)
        assert (refused.value.code, refused.value.field) == ("unknown_reprint", "reprint")

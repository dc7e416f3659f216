"""Exercises: what they ask for follows from their own solution by the counter's rules; what is missed is named with the
rule behind it; a sandbox's papers say on every page that they are none."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
from msgspec import structs

from clerk_tui.services import inquiry, intake, papers, supplement, training
from clerk_tui.services.intake_json import draft_from_json, supplement_from_json, with_latest
from clerk_tui.services.training import Begun, Exercise, Score
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput
from receipts.document import Document
from receipts.fonts import FontSet
from receipts.forms import SLIPS
from receipts.render import render
from receipts.sample_papers import sample_document
from tests.receipts.conftest import fonts as fonts

EXERCISES = {one.key: one for one in training.load()}


def do(ws: Workspace, begun: Begun, solution: dict[str, Any]) -> None:
    """Work as the clerk would who does just this."""
    exercise = begun.exercise
    if exercise.back:
        wanted = supplement_from_json(ws, begun.reference, solution)
        supplement.submit(ws, wanted.draft, wanted.wish, wanted.second_reason)
    elif exercise.ask:
        inquiry.answer(ws, draft_from_json(ws, solution).draft)
    else:
        taken = draft_from_json(ws, with_latest(ws, solution))
        intake.submit(ws, taken.draft, taken.wish)


def worked(ws: Workspace, exercise: Exercise, **changes: Any) -> Score:
    begun = training.begin(ws, exercise)
    assert not training.is_over(ws, begun)
    solution = copy.deepcopy(exercise.solution)
    for name, value in changes.items():
        solution[name] = {**solution[name], **value} if isinstance(value, dict) else value
    do(ws, begun, solution)
    assert training.is_over(ws, begun)
    return training.score(ws, begun, keys=10, seconds=20)


def missed(score: Score) -> dict[str, str]:
    return {point.what: point.told for point in score.points if not point.right}


@pytest.mark.parametrize("key", EXERCISES)
def test_an_exercise_says_in_english_whatever_is_to_be_typed(key: str) -> None:
    one, other = EXERCISES[key], {each.key: each for each in training.load(language="en")}[key]
    typed = {*one.solution.get("applicant", {}).values(), *one.solution.get("fields", {}).values(), "{reference}"}
    for value in typed:
        assert value in other.story or value not in one.story, value
    assert len(one.desk) == len(other.desk) and one.solution == other.solution
    read = (other.title, other.law, *other.desk)
    assert all(text.isascii() for text in read if "容缺" not in text) and one.title != other.title


def test_a_centres_own_exercises_have_their_english_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(training.FILE.read_bytes())
    assert training.load(path, "en") == training.load(path), "no such file: in Chinese"
    english = '[accept]\ntitle = "Ours"\nlaw = "Law"\nstory = "Somebody"\ndesk = ["A form"]\n'
    (tmp_path / "own.en.toml").write_text(english, encoding="utf-8")
    assert [one.title for one in training.load(path, "en")][:2] == ["Ours", EXERCISES["notice"].title]
    (tmp_path / "own.en.toml").write_text("[accept]\ntitle = 1\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"own\.en\.toml"):
        training.load(path, "en")


def test_there_is_an_exercise_for_every_way_a_walk_in_goes() -> None:
    assert {
        "accept", "notice", "tolerated", "elsewhere", "supplement", "foreigner", "scan", "second_notice",
    } <= set(EXERCISES)  # fmt: skip


@pytest.mark.parametrize("key", EXERCISES)
def test_the_solution_of_an_exercise_is_right_in_every_point(ws: Workspace, key: str) -> None:
    score = worked(ws, EXERCISES[key])
    assert score.right, missed(score)
    assert len(score.points) >= 3 and (score.keys, score.seconds) == (10, 20)


def test_a_gap_that_was_not_told_is_named_with_the_article(ws: Workspace) -> None:
    score = worked(ws, EXERCISES["notice"], materials={"rules_list": "present"})
    assert "食品安全规章制度目录清单" in missed(score)["告知的内容"]
    assert any("第七十二条" in point.why for point in score.points if not point.right)


def test_more_than_the_law_asks_for_is_no_better(ws: Workspace) -> None:
    score = worked(ws, EXERCISES["notice"], materials={"safety_manager": "missing"})
    assert missed(score)["告知的内容"].startswith("多告知") and "材料" in missed(score)


def test_a_wrong_outcome_says_what_it_should_have_been(ws: Workspace) -> None:
    everything = dict.fromkeys(("application", "layout", "rules_list", "safety_manager"), "present")
    score = worked(ws, EXERCISES["notice"], materials=everything, outcome="accepted")
    assert "应当是" in missed(score)["结论"]


def test_a_name_that_is_not_the_cards_and_a_wrong_situation_are_seen(ws: Workspace) -> None:
    score = worked(ws, EXERCISES["accept"], applicant={"name": "张山"}, answers={"cross_province": "yes"})
    assert set(missed(score)) >= {"申请人", "情形"}


def test_a_paper_in_the_wrong_language_is_seen(ws: Workspace) -> None:
    assert set(missed(worked(ws, EXERCISES["foreigner"], language="zh"))) == {"文书语言"}


def test_what_was_not_brought_does_not_complete_a_supplement(ws: Workspace) -> None:
    score = worked(ws, EXERCISES["scan"], materials={"layout": "present"})
    assert "与桌上的材料不符" in missed(score)["结论"] and "布局" in missed(score)["材料"]


def test_another_case_than_the_persons_own_is_seen(ws: Workspace) -> None:
    begun = training.begin(ws, EXERCISES["supplement"])
    other = EXERCISES["accept"]
    do(ws, structs.replace(begun, exercise=other), other.solution)
    assert "应当是" in missed(training.score(ws, begun, keys=1, seconds=1))["打开的办件"]


def test_who_gives_up_has_done_nothing_right(ws: Workspace) -> None:
    begun = training.begin(ws, EXERCISES["accept"])
    score = training.score(ws, begun, keys=3, seconds=4)
    assert not score.done and not score.right and score.points == ()


def test_a_file_that_is_no_exercises_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    for text in ("", "[[exercise]]\nkey = 1\n", "[[exercise]]\nname = 'x'\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput) as refused:
            training.load(path)
        assert refused.value.code == "bad_exercises"


# -- the watermark ---------------------------------------------------------------------------------------------------


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("kind", ["notice", "guide", "day_sheet", "promise", "grant"])
def test_every_page_of_a_training_paper_says_so(fonts: FontSet, kind: str) -> None:
    marked = structs.replace(sample_document(kind), watermark=papers.WATERMARK)
    for text in pages(render(marked, fonts).pdf):
        assert "".join(text.split()).count("培训样张TRAINING") >= 2


@pytest.mark.parametrize("kind", SLIPS)
def test_every_training_ticket_says_so_too(fonts: FontSet, kind: str) -> None:
    marked = structs.replace(sample_document(kind), watermark=papers.WATERMARK)
    for text in pages(render(marked, fonts, "slip").pdf):
        assert "".join(text.split()).count("培训样张TRAINING") >= 2


def test_a_real_paper_has_no_mark_and_a_sandbox_has_no_other(ws: Workspace) -> None:
    from tests.clerk_tui.walkins import restaurant

    intake.submit(ws, restaurant(ws))
    real = [Path(one.path).read_bytes() for one in papers.deliver_pending(ws)]
    object.__setattr__(ws, "config", structs.replace(ws.config, training=True))
    intake.submit(ws, restaurant(ws))
    marked = [Path(one.path).read_bytes() for one in papers.deliver_pending(ws)]
    assert real and all("TRAINING" not in text for pdf in real for text in pages(pdf))
    assert marked and all("TRAINING" in text for pdf in marked for text in pages(pdf))


def test_a_document_goes_through_json_with_its_mark(fonts: FontSet) -> None:
    from receipts.document import decode, encode

    marked: Document = structs.replace(sample_document("notice"), watermark=papers.WATERMARK)
    assert decode(encode(marked)) == marked

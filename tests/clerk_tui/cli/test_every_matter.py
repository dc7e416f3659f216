"""Every matter of the sample catalogue, with whatever answers: all materials there means accepted, one missing means a
notice that names exactly that one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.cli import walkin
from clerk_tui.cli.console import Session
from clerk_tui.clock import SystemClock
from clerk_tui.config import Config, StoreSection
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.catalogue import read_folder
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Field, Matter, Question
from hall.checklist import Applying, Checklist, build_checklist
from tests.clerk_tui.cli.conftest import ROOT, Clerk, saved

MATTERS = load_catalogue(read_folder(ROOT / "catalogue")).matters
PEOPLE: dict[str, dict[str, str]] = {
    "citizen": {"name": "张三", "id_type": "resident_id", "id_number": "110101188001010011"},
    "foreigner": {"name": "John Sample", "id_type": "passport", "id_number": "P1234567"},
    "company": {"name": "示例市晨光商贸有限公司", "id_type": "uscc", "id_number": "91990100MA0000015X"},
    "individual_business": {"name": "示例市李四面馆", "id_type": "uscc", "id_number": "92990100MA0000023M"},
    "organisation": {"name": "示例市晨光公益服务中心", "id_type": "uscc", "id_number": "91990100MA0000015X"},
}
VALUES = {"number": "12", "money": "100.50", "date": "2026-11-02", "phone": "13800138000", "confirm": True}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One counter for all of them: opening it ninety times would only test the opening."""
    folder = tmp_path_factory.mktemp("counter")
    # The witness goes with it: pytest gives the folder's name again, and one that stayed would miss the journal.
    config = Config(store=StoreSection(path=str(folder / "clerk.db"), witness=str(folder / "witness")))
    ws = open_workspace(config, SystemClock(config.timezone), cache_dir=folder)
    yield ws
    ws.close()


@pytest.fixture
def intake(clerk: Clerk, counter: Workspace, home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``clerk intake`` on that counter; papers stay in the queue."""

    @contextmanager
    def opened(_session: Session, *, acting: bool = False) -> Iterator[Workspace]:
        yield counter

    monkeypatch.setattr(Session, "workspace", opened)
    monkeypatch.setattr(walkin, "deliver", lambda _ws, result: result)

    def run(data: dict[str, Any]) -> Any:
        done = clerk("intake", saved(home, data), "--json")
        assert done.code == 0, (data, done)
        return done.json

    return run


def answered(matter: Matter, who: Applying, chance: random.Random) -> tuple[dict[str, Any], Checklist]:
    """Answers to every question that is asked, none of which leads out of the matter."""
    for _attempt in range(50):
        answers: dict[str, Any] = {}
        while (made := build_checklist(matter, answers, who)).open_questions:
            question = next(each for each in made.questions if each.code == made.open_questions[0])
            answers[question.code] = any_answer(question, chance)
        if not made.exits:
            return answers, made
    raise AssertionError(f"{matter.key}: fifty walk-ins were all sent away")


def any_answer(question: Question, chance: random.Random) -> Any:
    if question.kind == "yesno":
        return chance.choice(["yes", "no"])
    codes = [option.code for option in question.options]
    return (
        chance.choice(codes)
        if question.kind == "single"
        else tuple(chance.sample(codes, chance.randint(1, len(codes))))
    )


def value_of(field: Field) -> Any:
    if field.kind == "choice":
        return field.options[0].code
    return VALUES.get(field.kind) or field.example or "示例"


def walk_in_for(matter: Matter, seed: int) -> tuple[dict[str, Any], Checklist]:
    """Somebody with everything on the desk."""
    chance = random.Random(f"{matter.key}{seed}")
    kind = chance.choice(matter.serves)
    answers, made = answered(matter, Applying(kind, 146 if kind == "citizen" else -1), chance)
    data = {
        "matter": matter.key,
        "answers": answers,
        "applicant": {"kind": kind, "phone": "13800138000", **PEOPLE[kind]},
        "fields": {field.code: value_of(field) for field in made.fields if field.required},
        "materials": {row.code: "present" for row in made.materials},
    }
    return data, made


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.key)
def test_complete_is_accepted_and_one_missing_is_noticed_as_exactly_that(matter: Matter, intake: Any) -> None:
    for seed in range(3):
        data, made = walk_in_for(matter, seed)
        assert intake(data)["outcome"] == "accepted"
        needed = [row for row in made.materials if row.required]
        assert needed, f"{matter.key} asks for nothing"
        gone = random.Random(seed).choice(needed)
        # What the hall gets by itself or has kept from the case before is nobody's to bring: it can only be no good.
        kept = next(m.shared or m.reusable_days for m in matter.materials if m.code == gone.code)
        lacking = {"state": "unacceptable", "reason": "共享数据中查无此件"} if kept else "missing"
        told = intake({**data, "materials": {**data["materials"], gone.code: lacking}})
        assert told["outcome"] == "noticed"
        assert [gap["code"] for gap in told["gaps"]] == [gone.code]
        assert told["accepted"] is None
        assert "accepted" not in told["lawful"]

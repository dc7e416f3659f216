"""What the parts cost, in this process: searching, previewing, committing, papers."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from clerk_tui.services import intake, papers
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from hall.verdict import Tick, TickState
from tests.bench.feel import SEARCHES
from tests.bench.measure import timed
from tests.bench.world import case

QUERIES = tuple(
    word[: end + 1]
    for word in (*SEARCHES, "qiyekaiban", "企业开办", "市场监管", "hkqy", "x", "zzzz")
    for end in range(len(word))
)
HEAVIEST = "company-opening"
_UNUSED = 500_000
"""No world has as many cases: what is numbered from here on is new to it."""


def search_ms(workspace: Workspace, rounds: int) -> list[float]:
    """Each prefix of each word, as it stands after every key."""
    workspace.catalogue.warm()
    return [timed(partial(workspace.catalogue.search, query)) * 1e3 for _ in range(rounds) for query in QUERIES]


def heaviest_draft(workspace: Workspace) -> Draft:
    """A walk-in with the largest matter, every question answered."""
    draft = intake.new_draft(workspace, workspace.catalogue.matter(HEAVIEST))
    draft.applicant.update(kind="citizen", name="张三", id_number="110101188001010011", phone="13800000000")
    for _ in range(20):
        open_ = [q for q in intake.preview(workspace, draft).checklist.questions if q.code not in draft.answers]
        if not open_:
            break
        question = open_[0]
        first = question.options[0].code if question.options else "yes"
        draft.answers[question.code] = (first,) if question.kind == "multi" else first
    return draft


def preview_ms(workspace: Workspace, rounds: int) -> list[float]:
    """A call of ``preview`` after each change of an answer, a tick or a field."""
    draft = heaviest_draft(workspace)
    rows = [row.code for row in intake.preview(workspace, draft).checklist.materials]
    question = next(q for q in draft.matter.questions if len(q.options) > 1 and q.kind != "multi")
    taken: list[float] = []
    for number in range(rounds):
        match number % 3:
            case 0:
                draft.answers[question.code] = question.options[number % len(question.options)].code
            case 1:
                draft.ticks[rows[number % len(rows)]] = Tick(TickState.PRESENT if number % 2 else TickState.MISSING)
            case _:
                draft.applicant["name"] = f"张三{number}"
        taken.append(timed(lambda: intake.preview(workspace, draft)) * 1e3)
    return taken


def simple_draft(workspace: Workspace) -> Draft:
    """A walk-in that may be accepted: the smallest generated matter with everything there."""
    draft = intake.new_draft(workspace, workspace.catalogue.matter("matter-00001"))
    draft.answers.update(place="own", special="no")
    draft.applicant.update(kind="citizen", name="张三", id_number="110101188001010011", phone="13800000000")
    draft.fields["place_name"] = "示例市商贸路1号"
    draft.ticks.update({f"m{place}": Tick(TickState.PRESENT) for place in range(4)})
    return draft


class Commits(NamedTuple):
    """Milliseconds of each round: submitting a walk-in (verdict, papers' texts, the code on the paper, the commit), its
    three facts written alone (journal, projections, witness), a bare fsynced commit; and the rows a table."""

    whole: list[float]
    alone: list[float]
    bare: list[float]
    shape: tuple[int, ...]


def commit_ms(workspace: Workspace, rounds: int) -> Commits:
    """Submitting a walk-in, and beside each one a bare fsynced commit: as many rows and bytes into as many tables.

    All take turns on one disk, so a slow moment hits all.
    """
    shape = _written(workspace)
    bare = _Bare(workspace.journal.path.with_name("bare.db"), shape)
    taken = Commits([], [], [], tuple(count for _, count, _ in shape))
    for number in range(rounds):
        draft = simple_draft(workspace)
        intake.preview(workspace, draft)
        taken.whole.append(timed(partial(intake.submit, workspace, draft)) * 1e3)
        entries = list(case(workspace.journal, _UNUSED + number))
        taken.alone.append(timed(partial(workspace.journal.commit, entries)) * 1e3)
        taken.bare.append(timed(bare.commit) * 1e3)
    bare.close()
    return taken


def _written(workspace: Workspace) -> list[tuple[str, int, int]]:
    """What one submission writes: table, rows, mean bytes a row."""
    tables = ("event", "case_view", "case_find", "case_name", "person_view", "paper", "print_job", "counter")
    connection = workspace.journal.read()

    def counts() -> dict[str, int]:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    before = counts()
    last = workspace.journal.head.seq
    intake.submit(workspace, simple_draft(workspace))
    after = counts()
    event = connection.execute(
        "SELECT avg(length(header) + length(public) + length(personal) + 200) FROM event WHERE seq > ?", (last,)
    ).fetchone()[0]
    sizes = {"event": int(event), "case_view": 400, "person_view": 200}
    return [(table, max(1, after[table] - before[table]), sizes.get(table, 60)) for table in tables]


class _Bare:
    """A database with as many tables, written to with nothing but INSERTs and one commit."""

    def __init__(self, path: Path, shape: list[tuple[str, int, int]]) -> None:
        path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.shape = shape
        for table, _, _ in shape:
            self.connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, body BLOB) STRICT")

    def commit(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for table, count, size in self.shape:
            for _ in range(count):
                self.connection.execute(f"INSERT INTO {table} (body) VALUES (?)", (os.urandom(size),))
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()


def paper_ms(workspace: Workspace, count: int) -> Iterator[float]:
    """Making papers one after another, from the journal to PDF bytes; the first one loads the fonts."""
    result = intake.submit(workspace, simple_draft(workspace))
    for _ in range(count):
        begun = time.perf_counter()
        papers.rebuild(workspace, result.papers[0].paper_id)
        yield (time.perf_counter() - begun) * 1e3
